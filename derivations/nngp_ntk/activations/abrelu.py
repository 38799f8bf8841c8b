# %% [markdown]
# # Kinked linear activations: ReLU, leaky ReLU, absolute value
# $\phi(u) = a\,\min(u, 0) + b\,\max(u, 0)$: slope $a$ on the left, $b$ on the right (Cho and Saul, 2009, for
# ReLU; Tsuchida et al., 2018, in general). All follow from one integral over the angle.

# %%
import math
from dataclasses import replace

import sympy as sp
from sympy import Derivative, Integral, Max, Min, cos, exp, hyper, oo, pi, sin, sqrt

from theory import Claim, ExplicitForm, Parameter
from theory.parameter import REAL
from theory.rules import Differentiates, Given, Integrates, Rewrites, Substitutes

from ..models.activation import Activation, u
from ..setting import T, Tdot, q, q_1, q_2, supplement, theta
from .correlated import covariance_slope, price_in_angle, psi, r, third_moment

a = Parameter("a", "slope of the activation for negative preactivations", REAL, extremes=(-1e2, 1e2))
b = Parameter("b", "slope of the activation for positive preactivations", REAL, extremes=(-1e2, 1e2))
not_zero = (a**2 + b**2 > 0,)

# %% [markdown]
# Both preactivations are positive for $\psi$ from $\theta - \pi/2$ to $\pi/2$, and half a turn further both
# are negative; between, the signs differ.

# %%
mean = Claim(
    T,
    sqrt(q_1)
    * sqrt(q_2)
    / (2 * pi)
    * Integral(r**3 * exp(-(r**2) / 2), (r, 0, oo))
    * (
        (a**2 + b**2) * Integral(cos(psi) * cos(psi - theta), (psi, theta - pi / 2, pi / 2))
        + 2 * a * b * Integral(cos(psi) * cos(psi - theta), (psi, -pi / 2, theta - pi / 2))
    ),
    Given("the mean of phi(u) phi(v) in polar coordinates"),
    where=not_zero,
)
same_sign = Claim(
    Integral(cos(psi) * cos(psi - theta), (psi, theta - pi / 2, pi / 2)),
    (sin(theta) + (pi - theta) * cos(theta)) / 2,
    Integrates(),
)
opposite_sign = Claim(
    Integral(cos(psi) * cos(psi - theta), (psi, -pi / 2, theta - pi / 2)),
    (theta * cos(theta) - sin(theta)) / 2,
    Integrates(),
)
dual = Claim(
    T,
    sqrt(q_1)
    * sqrt(q_2)
    * ((a - b) ** 2 / (2 * pi) * (sin(theta) - theta * cos(theta)) + (a**2 + b**2) / 2 * cos(theta)),
    Substitutes(mean, third_moment, same_sign, opposite_sign),
)

# %% [markdown]
# The derivative dual is found, not integrated again; so are the values for identical inputs.

# %%
dual_slope = Claim(
    Derivative(T, theta),
    sqrt(q_1) * sqrt(q_2) * ((a - b) ** 2 / (2 * pi) * theta - (a**2 + b**2) / 2) * sin(theta),
    Differentiates(dual, theta),
)
derivative_dual = Claim(
    Tdot,
    (a**2 + b**2) / 2 - (a - b) ** 2 / (2 * pi) * theta,
    Substitutes(price_in_angle, dual_slope, covariance_slope),
)
diagonal = Claim(T, (a**2 + b**2) / 2 * q, Substitutes(dual, at={q_1: q, q_2: q, theta: 0}))
derivative_diagonal = Claim(Tdot, (a**2 + b**2) / 2, Substitutes(derivative_dual, at={theta: 0}))

# %% [markdown]
# What is left beside these scales are two functions of the angle, $\kappa$ and $\dot\kappa$, both 1 for
# parallel inputs. In a deep network $1 - \kappa$ is what counts at small angles: there the subtraction would
# lose all digits.

# %%
kappa, kappa_dot, gap = sp.symbols("kappa kappa_dot gap")
cosine = Claim(kappa, T / diagonal.rhs.subs(q, sqrt(q_1) * sqrt(q_2)), Given("the dual, over its scale"))
cosine_map = Claim(
    kappa,
    cos(theta) + (a - b) ** 2 / (a**2 + b**2) * (sin(theta) - theta * cos(theta)) / pi,
    Substitutes(cosine, dual),
)
derivative_share = Claim(
    kappa_dot, Tdot / derivative_diagonal.rhs, Given("the derivative dual, over its scale")
)
derivative_map = Claim(
    kappa_dot, 1 - (a - b) ** 2 / (a**2 + b**2) * theta / pi, Substitutes(derivative_share, derivative_dual)
)
distance = Claim(gap, 1 - kappa, Given("the distance from 1"))
gap_map = Claim(
    gap,
    2 * sin(theta / 2) ** 2 - (a - b) ** 2 / (a**2 + b**2) * (sin(theta) - theta * cos(theta)) / pi,
    Substitutes(distance, cosine_map),
)

# %% [markdown]
# $\sin\theta - \theta\cos\theta$ cancels near 0, and what takes its place near $\pi$ does there: both are a
# third of the angle's cube times a series.

# %%


def third_of_cube(x):
    return x**3 / 3 * hyper([], [sp.Rational(5, 2)], -(x**2) / 4)


dual_at_large_angles = Claim(
    T,
    sqrt(q_1) * sqrt(q_2) * ((a - b) ** 2 / (2 * pi) * third_of_cube(pi - theta) + a * b * cos(theta)),
    Rewrites(dual),
)
gap_at_small_angles = Claim(
    gap,
    2 * sin(theta / 2) ** 2 - (a - b) ** 2 / (a**2 + b**2) * third_of_cube(theta) / pi,
    Rewrites(gap_map),
)
gap_at_large_angles = Claim(
    gap,
    ((a + b) ** 2 - 4 * a * b * cos(theta / 2) ** 2 - (a - b) ** 2 * third_of_cube(pi - theta) / pi)
    / (a**2 + b**2),
    Rewrites(gap_map),
)
map_at_small_angles = Claim(
    kappa, cos(theta) + (a - b) ** 2 / (a**2 + b**2) * third_of_cube(theta) / pi, Rewrites(cosine_map)
)
map_at_large_angles = Claim(
    kappa,
    (third_of_cube(pi - theta) - 2 * a * b / (a**2 + b**2) * (sin(theta) - theta * cos(theta))) / pi,
    Rewrites(cosine_map),
)
derivative_at_large_angles = Claim(
    kappa_dot,
    ((pi - theta) + 2 * a * b / (a**2 + b**2) * theta) / pi,
    Rewrites(derivative_map),
)

# %% [markdown]
# ReLU's vanish for opposite inputs, and there the angle is known best by what it lacks to $\pi$.

# %%
map_at_opposite = Claim(
    kappa,
    (
        third_of_cube(supplement)
        - 2 * a * b / (a**2 + b**2) * (sin(supplement) + (pi - supplement) * cos(supplement))
    )
    / pi,
    Substitutes(map_at_large_angles, at={theta: pi - supplement}),
)
derivative_at_opposite = Claim(
    kappa_dot,
    (supplement + 2 * a * b / (a**2 + b**2) * (pi - supplement)) / pi,
    Substitutes(derivative_at_large_angles, at={theta: pi - supplement}),
)

# %%
m = sp.symbols("m")
mean_of_one = Claim(
    m,
    (b - a)
    * sqrt(q)
    / (2 * pi)
    * Integral(r**2 * exp(-(r**2) / 2), (r, 0, oo))
    * Integral(cos(psi), (psi, -pi / 2, pi / 2)),
    Given("the mean of phi(u) in polar coordinates, both halves of the plane together"),
)
second_moment = Claim(Integral(r**2 * exp(-(r**2) / 2), (r, 0, oo)), sqrt(pi / 2), Integrates())
half_turn = Claim(Integral(cos(psi), (psi, -pi / 2, pi / 2)), 2, Integrates())
mean_value = Claim(m, (b - a) * sqrt(q / (2 * pi)), Substitutes(mean_of_one, second_moment, half_turn))

# %%
abrelu_mean = ExplicitForm(mean_value, (q, a, b))
abrelu_dual = ExplicitForm(
    dual, (q_1, q_2, theta, a, b), forms=((dual_at_large_angles, theta > 2), (dual, True))
)
abrelu_derivative_dual = ExplicitForm(derivative_dual, (theta, a, b))
abrelu_kappa = ExplicitForm(
    cosine_map,
    (theta, a, b),
    forms=((map_at_small_angles, theta < 1), (map_at_large_angles, theta > 2), (cosine_map, True)),
)
abrelu_kappa_dot = ExplicitForm(
    derivative_map, (theta, a, b), forms=((derivative_map, theta < 1), (derivative_at_large_angles, True))
)
abrelu_gap = ExplicitForm(
    gap_map,
    (theta, a, b),
    forms=((gap_at_small_angles, theta < 1), (gap_at_large_angles, theta > 2), (gap_map, True)),
)
abrelu_kappa_opposite = ExplicitForm(map_at_opposite, (supplement, a, b))
abrelu_kappa_dot_opposite = ExplicitForm(derivative_at_opposite, (supplement, a, b))
abrelu_diagonal = ExplicitForm(diagonal, (q, a, b))
abrelu_derivative_diagonal = ExplicitForm(derivative_diagonal, (a, b))

# %%
relu = Activation(
    "relu",
    a * Min(u, 0) + b * Max(u, 0),
    {"a": 0, "b": 1},
    kinks=(0.0,),
    degree=1,
    kappa=abrelu_kappa,
    kappa_dot=abrelu_kappa_dot,
    gap=abrelu_gap,
    opposite=(abrelu_kappa_opposite, abrelu_kappa_dot_opposite),
    scale_form=abrelu_diagonal,
    scale_dot_form=abrelu_derivative_diagonal,
    mean_form=abrelu_mean,
)
absolute = replace(relu.with_(a=-1), name="absolute")


def abrelu(a: float, b: float) -> Activation:
    """a min(u, 0) + b max(u, 0). ValueError if both slopes are 0."""
    if not (abs(a) < math.inf and abs(b) < math.inf and (a or b)):
        raise ValueError(f"abrelu: a = {a!r}, b = {b!r}: two finite slopes, not both 0")
    return replace(relu.with_(a=a, b=b), name="abrelu")


def leaky_relu(alpha: float = 0.01) -> Activation:
    """max(u, 0) + alpha min(u, 0)."""
    return replace(abrelu(alpha, 1), name="leaky_relu")
