# %% [markdown]
# # Angles that keep their digits
# Near $\theta = 0$ the covariance $c = \sqrt{q_1 q_2} \cos\theta$ hardly depends on $\theta$, and a kernel
# with a kink does: whoever takes the angle from $c$ loses half its digits. So the angle itself is carried
# from layer to layer. With $s_i = \sqrt{q_i}$, the squared distance of the preactivations is a sum of two
# squares.

# %%
import sympy as sp

from theory import Claim, ExplicitForm, Parameter
from theory.parameter import NONNEGATIVE
from theory.rules import Defines, Inverts, Rewrites

from .setting import theta

s_1 = Parameter("s_1", "root mean square of the preactivation at the first input", NONNEGATIVE,
                extremes=(1e-6, 1e6))  # fmt: skip
s_2 = Parameter("s_2", "root mean square of the preactivation at the second input", NONNEGATIVE,
                extremes=(1e-6, 1e6))  # fmt: skip
D = sp.Symbol("D", nonnegative=True)
distance_squared = Claim(
    D, s_1**2 + s_2**2 - 2 * s_1 * s_2 * sp.cos(theta), Defines("squared distance of the preactivations")
)
distance_by_half_angle = Claim(
    D, (s_1 - s_2) ** 2 + 4 * s_1 * s_2 * sp.sin(theta / 2) ** 2, Rewrites(distance_squared)
)

# %% [markdown]
# A convolution averages squared distances over its window, and so they lead back to the angle; near 0 and
# near $\pi$ one of the two roots is small, and the other says nothing about it.

# %%
Delta = Parameter("Delta", "squared distance of the preactivations", NONNEGATIVE, latex=r"\Delta",
                  extremes=(1e-12, 1e12))  # fmt: skip
angle_by_distance = Claim(
    theta,
    2 * sp.atan2(sp.sqrt(Delta - (s_1 - s_2) ** 2), sp.sqrt((s_1 + s_2) ** 2 - Delta)),
    Inverts(distance_squared, theta, Delta),
    where=(s_1 > 0, s_2 > 0, Delta >= (s_1 - s_2) ** 2, Delta <= (s_1 + s_2) ** 2),
)

# %% [markdown]
# ## The sum of two independent Gaussians
# A layer with biases adds a common number to both preactivations, a residual branch adds its own
# preactivations. Let a share $\cos^2\alpha_i$ of the variance at input $i$ come from the first part, where
# the angle is $A$, and $\sin^2\alpha_i$ from the second, with angle $B$ (zero for biases).

# %%
quarter = sp.Interval(0, sp.pi / 2)
alpha_1 = Parameter("alpha_1", "mixing angle at the first input", quarter, unit="radians", latex=r"\alpha_1")
alpha_2 = Parameter("alpha_2", "mixing angle at the second input", quarter, unit="radians", latex=r"\alpha_2")
A = Parameter("A", "angle between the inputs in the first part", sp.Interval(0, sp.pi), unit="radians")
B = Parameter("B", "angle between the inputs in the second part", sp.Interval(0, sp.pi), unit="radians")
r, v = sp.symbols("r v", real=True)

mixed_correlation = Claim(
    r,
    sp.cos(alpha_1) * sp.cos(alpha_2) * sp.cos(A) + sp.sin(alpha_1) * sp.sin(alpha_2) * sp.cos(B),
    Defines("correlation of the sum: the covariances add, over the root of the variances"),
)
sine_squared = Claim(v, 1 - r**2, Defines("squared sine of the angle that the sum has"))

# %% [markdown]
# Without a difference of nearly equal numbers: every term is positive.

# %%
mixed_sine_squared = Claim(
    v,
    (sp.cos(alpha_1) * sp.cos(alpha_2) * sp.sin(A)) ** 2
    + (sp.sin(alpha_1) * sp.sin(alpha_2) * sp.sin(B)) ** 2
    + sp.sin(alpha_1 - alpha_2) ** 2
    + 2
    * sp.cos(alpha_1)
    * sp.cos(alpha_2)
    * sp.sin(alpha_1)
    * sp.sin(alpha_2)
    * (sp.sin((A + B) / 2) ** 2 + sp.sin((A - B) / 2) ** 2),
    Rewrites(sine_squared, using=(mixed_correlation,)),
)

# %%
squared_distance = ExplicitForm(distance_squared, (s_1, s_2, theta), forms=((distance_by_half_angle, True),))
angle_of_distance = ExplicitForm(angle_by_distance, (s_1, s_2, Delta))
correlation_of_sum = ExplicitForm(mixed_correlation, (alpha_1, alpha_2, A, B))
sine_squared_of_sum = ExplicitForm(mixed_sine_squared, (alpha_1, alpha_2, A, B))
