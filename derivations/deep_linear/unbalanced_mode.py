# %% [markdown]
# # One mode from any initial weights
# The two layers need not start balanced. With $c = a^2 - b^2$ conserved the mode moves along a
# hyperbola; its hyperbolic angle obeys a one-dimensional flow, and one formula holds for every sign
# of $c$, for $a_0 b_0 < 0$ and on the separatrix $a_0 = -b_0$, which ends in the saddle.

# %%
import sympy as sp
from sympy import cosh, exp, log, sinh, sqrt, tanh
from sympy.codegen.cfunctions import expm1

from theory import Claim, ExplicitForm, Parameter
from theory.parameter import POSITIVE, REAL
from theory.rules import Defines, Equates, Limit, Rewrites, Separates, Solves, Substitutes

from .setting import T, a, a0, b, b0, d, first_layer, s, second_layer, strength, t, tau, u

# %%
whitened_first = Claim(tau * a(t).diff(t), b(t) * (s - a(t) * b(t)), Substitutes(first_layer, at={d: 1}))
whitened_second = Claim(tau * b(t).diff(t), a(t) * (s - a(t) * b(t)), Substitutes(second_layer, at={d: 1}))

# %% [markdown]
# On the branch $c > 0$ the hyperbolic angle $\theta$ carries the whole motion.

# %%
c = Parameter("c", "the conserved difference of squared weights", POSITIVE)
theta, start = sp.Function("theta"), Parameter("theta0", "initial angle", REAL, latex=r"\theta_0")
angle = Parameter("theta_f", "angle to be reached", REAL, latex=r"\theta_f")
first_by_angle = Claim(a(t), sqrt(c) * cosh(theta(t) / 2), Defines("the hyperbola a^2 - b^2 = c"))
second_by_angle = Claim(b(t), sqrt(c) * sinh(theta(t) / 2), Defines("the same hyperbola"))
angle_flow = Claim(
    tau * theta(t).diff(t),
    2 * s - c * sinh(theta(t)),
    Substitutes(whitened_first, first_by_angle, second_by_angle, factor=2 / (sqrt(c) * sinh(theta(t) / 2))),
)
radius = sqrt(c**2 + 4 * s**2)
ratio = lambda x: (radius + c + 2 * s * tanh(x / 2)) / (radius - c - 2 * s * tanh(x / 2))  # noqa: E731
time_along_hyperbola = Claim(
    T(angle),
    tau / radius * log(ratio(angle) / ratio(start)),
    Separates(angle_flow, angle, start),
    where=(start <= angle, c * sinh(angle) < 2 * s),
)

# %% [markdown]
# The explicit solution, for any real $a_0$, $b_0$.

# %%
C, R, H = sp.Symbol("C", real=True), sp.Symbol("R", positive=True), sp.Function("H")
D, N, Q = sp.Function("D"), sp.Function("N"), sp.Function("Q")
conserved = Claim(C, a0**2 - b0**2, Defines("conserved"))
rate_of_approach = Claim(R, sqrt(C**2 + 4 * s**2), Defines("the late rate times tau", using=(conserved,)))
clock = Claim(H(t), tanh(R * t / (2 * tau)), Defines(using=(rate_of_approach,)))
first_numerator = Claim(
    D(t), R * a0 + (C * a0 + 2 * s * b0) * H(t), Defines(using=(conserved, rate_of_approach, clock))
)
second_numerator = Claim(
    N(t), R * b0 + (2 * s * a0 - C * b0) * H(t), Defines(using=(conserved, rate_of_approach, clock))
)
denominator = Claim(
    Q(t),
    R**2 + 2 * R * H(t) * (a0**2 + b0**2) + H(t) ** 2 * (C**2 - 4 * s**2 + 8 * s * a0 * b0),
    Defines(using=(conserved, rate_of_approach, clock)),
)
weights = Claim(
    (a(t), b(t)),
    (D(t) / sqrt(Q(t)), N(t) / sqrt(Q(t))),
    Solves(
        (whitened_first, whitened_second),
        conditions=[(a(0), a0), (b(0), b0)],
        using=(first_numerator, second_numerator, denominator),
    ),
)
hyperbola = Claim(
    D(t) ** 2 - N(t) ** 2, C * Q(t), Equates(first_numerator, second_numerator, denominator, conserved)
)
product = Claim(
    u(t),
    D(t) * N(t) / Q(t),
    Substitutes(strength, weights, first_numerator, second_numerator, denominator),
)
