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
# The explicit solution, for any real $a_0$, $b_0$. Imbalance speeds up the approach: its rate is
# $R/\tau$ with $R = \sqrt{c^2 + 4s^2} \ge 2s$, and for $|c| \to \infty$ it is exponential, the lazy limit.

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
definitions = (first_numerator, second_numerator, denominator)
weights = Claim(
    (a(t), b(t), u(t)),
    (D(t) / sqrt(Q(t)), N(t) / sqrt(Q(t)), D(t) * N(t) / Q(t)),
    Solves(
        (whitened_first, whitened_second, strength),
        conditions=[(a(0), a0), (b(0), b0), (u(0), a0 * b0)],
        using=definitions,
    ),
)
hyperbola = Claim(D(t) ** 2 - N(t) ** 2, C * Q(t), Equates(*definitions, conserved))
product = Claim(u(t), D(t) * N(t) / Q(t), Substitutes(strength, weights, *definitions))
final_strength = Claim(sp.Symbol("u_oo"), s, Limit(product, t, sp.oo), where=a0 + b0 > 0)

# %% [markdown]
# From equal positive weights this is the sigmoid of the balanced mode.

# %%
balanced_start = Claim(
    u(t),
    s / (1 + (s / a0**2 - 1) * exp(-2 * s * t / tau)),
    Substitutes(product, at={b0: a0}),
    where=a0 > 0,
)

# %% [markdown]
# For the computer: in $a + b$ and $a - b$, with decaying exponentials only, no term cancels as long as
# the larger of the two weights is read off these and the smaller one from its own numerator. The
# separatrix has a form of its own, as the general one divides there by an exponential that underflows.

# %%
X, Y, M, m = (sp.Symbol(name, real=True) for name in ("X", "Y", "M", "m"))
E, F, A, B = (sp.Function(name) for name in "EFAB")
sum_at_start = Claim(X, a0 + b0, Defines())
difference_at_start = Claim(Y, a0 - b0, Defines())
product_of_both = Claim(C, X * Y, Defines(using=(sum_at_start, difference_at_start)))
stable_rate = Claim(R, sqrt(C**2 + 4 * s**2), Defines(using=(product_of_both,)))
upper_root = Claim(M, R + 2 * s, Defines(using=(stable_rate,)))
lower_root = Claim(m, C**2 / M, Defines(using=(product_of_both, upper_root)))
decay = Claim(E(t), exp(-R * t / tau), Defines(using=(stable_rate,)))
growth = Claim(F(t), -expm1(-R * t / tau), Defines(using=(stable_rate,)))
sum_factor = Claim(
    A(t),
    M + m * E(t) + Y**2 * F(t),
    Defines(using=(difference_at_start, upper_root, lower_root, decay, growth)),
)
difference_factor = Claim(
    B(t), X**2 * F(t) + m + M * E(t), Defines(using=(sum_at_start, upper_root, lower_root, decay, growth))
)
terms = (
    sum_at_start,
    difference_at_start,
    product_of_both,
    stable_rate,
    decay,
    growth,
    sum_factor,
    difference_factor,
)
opposite_terms = (*terms, upper_root)
larger_sum = X * sqrt(A(t) / B(t))
larger_difference = Y * sqrt(B(t) / A(t))
second_from_numerator = (b0 * (4 * s**2 / (R + C) + (R + C) * E(t)) + 2 * s * a0 * F(t)) / sqrt(A(t) * B(t))
first_from_numerator = (a0 * (4 * s**2 / (R - C) + (R - C) * E(t)) + 2 * s * b0 * F(t)) / sqrt(A(t) * B(t))
first_larger = Claim(
    (a(t), b(t), u(t)),
    (
        (larger_sum + larger_difference) / 2,
        second_from_numerator,
        (larger_sum + larger_difference) / 2 * second_from_numerator,
    ),
    Rewrites(weights, using=terms),
    where=a0**2 >= b0**2,
)
second_larger = Claim(
    (a(t), b(t), u(t)),
    (
        first_from_numerator,
        (larger_sum - larger_difference) / 2,
        (larger_sum - larger_difference) / 2 * first_from_numerator,
    ),
    Rewrites(weights, using=terms),
    where=a0**2 <= b0**2,
)
on_separatrix = a0 * exp(-s * t / tau) / sqrt(1 - a0**2 / s * expm1(-2 * s * t / tau))
# From opposite signs the numerators cancel late, near the separatrix; gathered by a0 + b0 they do not.
second_from_sum = (
    X * (2 * s * F(t) - b0 * Y * (2 * s + 4 * s**2 / (R + C)) / M) + b0 * (M + C) * E(t)
) / sqrt(A(t) * B(t))
first_from_sum = (
    X * (2 * s * F(t) + a0 * Y * (2 * s + 4 * s**2 / (R - C)) / M) + a0 * (M - C) * E(t)
) / sqrt(A(t) * B(t))
opposite_first_larger = Claim(
    (a(t), b(t), u(t)),
    (
        (larger_sum + larger_difference) / 2,
        second_from_sum,
        (larger_sum + larger_difference) / 2 * second_from_sum,
    ),
    Rewrites(weights, using=opposite_terms),
    where=(a0**2 >= b0**2, a0 * b0 <= 0),
)
opposite_second_larger = Claim(
    (a(t), b(t), u(t)),
    (
        first_from_sum,
        (larger_sum - larger_difference) / 2,
        (larger_sum - larger_difference) / 2 * first_from_sum,
    ),
    Rewrites(weights, using=opposite_terms),
    where=(a0**2 <= b0**2, a0 * b0 <= 0),
)
separatrix = Claim(
    (a(t), b(t), u(t)),
    (on_separatrix, -on_separatrix, -(on_separatrix**2)),
    Substitutes(weights, at={b0: -a0}),
)

# %%
unbalanced_mode = ExplicitForm(
    weights,
    (t, s, a0, b0, tau),
    forms=(
        (separatrix, sp.Eq(a0, -b0)),
        (opposite_first_larger, (a0 * b0 < 0) & (a0**2 >= b0**2)),
        (opposite_second_larger, a0 * b0 < 0),
        (first_larger, a0**2 >= b0**2),
        (second_larger, True),
    ),
)
