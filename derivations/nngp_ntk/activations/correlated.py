# %% [markdown]
# # Two correlated Gaussians, and the mean of a product
# The dual of an activation is a mean over two Gaussians of variances $q_1$, $q_2$ and covariance $c$. What
# every activation shares: the angle that the covariance stands for, and Price's theorem (R. Price, 1958),
# by which the derivative dual is the derivative of the dual.

# %%
import sympy as sp
from sympy import Derivative, Integral, atan2, cos, exp, oo, pi, sin, sqrt

from theory import Claim, Parameter
from theory.parameter import REAL
from theory.rules import Differentiates, Equates, Given, Integrates, Inverts, Substitutes

from ..setting import T, Tdot, c, correlated, q_1, q_2, theta

u = Parameter("u", "preactivation at the first input", REAL)
v = Parameter("v", "preactivation at the second input", REAL)
p = sp.Function("p")(u, v, c)

# %%
density = Claim(
    p,
    exp(-(q_2 * u**2 - 2 * c * u * v + q_1 * v**2) / (2 * (q_1 * q_2 - c**2)))
    / (2 * pi * sqrt(q_1 * q_2 - c**2)),
    Given("the density of the two preactivations"),
    where=(c**2 < q_1 * q_2,),
)
of_one = Claim(Integral(p, (v, -oo, oo)), exp(-(u**2) / (2 * q_1)) / sqrt(2 * pi * q_1), Equates(density))
heat = Claim(Derivative(p, c), Derivative(p, u, v), Equates(density))

# %% [markdown]
# Integrated by parts in both variables, this moves one derivative to each factor of $\phi(u)\phi(v)$
# (boundary terms vanish for activations that grow slower than a Gaussian falls).

# %%
dual_of = sp.Function("T", real=True)
price = Claim(
    Tdot, Derivative(dual_of(c), c), Given("Price's theorem: the mean of phi(u) phi(v), twice by parts")
)

# %% [markdown]
# In polar coordinates $u = \sqrt{q_1}\,r\cos\psi$, $v = \sqrt{q_2}\,r\cos(\psi - \theta)$, with the radius
# distributed as $r e^{-r^2/2}$ and a uniform $\psi$, the covariance is the cosine of an angle.

# %%
r = sp.Symbol("r", nonnegative=True)
psi = sp.Symbol("psi", real=True)
covariance = Claim(
    c,
    sqrt(q_1)
    * sqrt(q_2)
    / (2 * pi)
    * Integral(r**3 * exp(-(r**2) / 2), (r, 0, oo))
    * Integral(cos(psi) * cos(psi - theta), (psi, -pi, pi)),
    Given("the mean of u v in polar coordinates"),
)
third_moment = Claim(Integral(r**3 * exp(-(r**2) / 2), (r, 0, oo)), 2, Integrates())
full_turn = Claim(Integral(cos(psi) * cos(psi - theta), (psi, -pi, pi)), pi * cos(theta), Integrates())
angle = Claim(c, sqrt(q_1) * sqrt(q_2) * cos(theta), Substitutes(covariance, third_moment, full_turn))

# %% [markdown]
# The angle from the covariance: of the arccosine half of the digits would be left at small angles.

# %%
sine = Claim(sin(theta), sqrt(q_1 * q_2 - c**2) / (sqrt(q_1) * sqrt(q_2)), Equates(angle))
half_sine = Claim(
    sin(theta / 2), sqrt(sqrt(q_1) * sqrt(q_2) - c) / sqrt(2 * sqrt(q_1) * sqrt(q_2)), Equates(angle)
)
half_cosine = Claim(
    cos(theta / 2), sqrt(sqrt(q_1) * sqrt(q_2) + c) / sqrt(2 * sqrt(q_1) * sqrt(q_2)), Equates(angle)
)
angle_of_covariance = Claim(
    theta,
    atan2(sqrt(sqrt(q_1) * sqrt(q_2) - c) * sqrt(sqrt(q_1) * sqrt(q_2) + c), c),
    Inverts(angle, theta, c),
    where=correlated,
)
covariance_slope = Claim(
    Derivative(c, theta), -sqrt(q_1) * sqrt(q_2) * sin(theta), Differentiates(angle, theta)
)
price_in_angle = Claim(
    Tdot,
    Derivative(T, theta) / Derivative(c, theta),
    Given("Price's theorem, as the angle changes"),
)


# %% [markdown]
# The variances of the difference and of the sum of the two, without cancellation where they are nearly equal
# or opposite.

# %%
variance_of_difference = (sqrt(q_1) - sqrt(q_2)) ** 2 + 4 * sqrt(q_1) * sqrt(q_2) * sin(theta / 2) ** 2
variance_of_sum = (sqrt(q_1) - sqrt(q_2)) ** 2 + 4 * sqrt(q_1) * sqrt(q_2) * cos(theta / 2) ** 2
half_angles = (half_sine, half_cosine)
