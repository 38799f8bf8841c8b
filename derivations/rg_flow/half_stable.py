# %% [markdown]
# # Half-stable criticality: GELU and SWISH
# Both have $\langle\sigma\sigma''\rangle_K = 0$ at one kernel $K^\star > 0$ (R4). There the flow is
# $\delta' = \delta + A\delta^2$ for $\delta = K - K^\star$, so that it is drawn to $K^\star$ on one side
# and leaves it on the other; $A$ is so small that thousands of layers look critical.

# %%
import sympy as sp
from sympy import Derivative, Integral, Rational, Sum, atan, erf, exp, pi, sech, sqrt, tanh

from theory import Claim, ExplicitForm, ImplicitForm
from theory.rules import Approximates, Differentiates, Given, Rewrites, Solves, Substitutes

from .setting import C_W, C_b, K, g, z
from .susceptibilities import (
    beta,
    bias_s,
    c,
    critical,
    d,
    density,
    g_1,
    g_2,
    slope_by_rate,
    unit_perpendicular,
)

# %% [markdown]
# ## GELU, exactly
# $\sigma = z\Phi(z)$, $\sigma' = \Phi + z\varphi$, $\sigma'' = (2 - z^2)\varphi$ with the normal density
# $\varphi$ and its integral $\Phi$. Under the means stand the even parts.


# %%
def mean(f):
    """The mean of a function of z over N(0, K)."""
    return Integral(f * density.rhs, (z, -sp.oo, sp.oo))


t, normal = erf(z / sqrt(2)), exp(-(z**2) / 2) / sqrt(2 * pi)
root = sqrt(1 + 2 * K)
gelu_square = Claim(g, mean(z**2 * (1 + t**2) / 4), Given("the mean square of GELU"))
gelu_mean_square = Claim(
    g, K / 4 + K / (2 * pi) * (atan(K / root) + 2 * K / ((1 + K) * root)), Rewrites(gelu_square)
)
gelu_rate = Claim(
    Derivative(g, K),
    Rational(1, 4)
    + atan(K / root) / (2 * pi)
    + K * (5 + 11 * K + 4 * K**2) / (2 * pi * (1 + K) ** 2 * root**3),
    Differentiates(gelu_mean_square, K),
)
gelu_curvature = Claim(
    Derivative(g, K, K),
    (6 + 18 * K + 11 * K**2 - 5 * K**3) / (2 * pi * (1 + K) ** 3 * root**5),
    Differentiates(gelu_rate, K),
)
gelu_bend = Claim(c, mean(z * t * (2 - z**2) * normal / 2), Given("the mean of sigma sigma''"))
gelu_mean_bend = Claim(c, K * (2 + 3 * K - K**2) / (2 * pi * (1 + K) ** 2 * root**3), Rewrites(gelu_bend))

rate = Claim(g_1, Derivative(g, K), Given("the flow's derivative"))
curvature = Claim(g_2, Derivative(g, K, K), Given("its second derivative"))
gelu_mean_slope = Claim(
    d,
    Rational(1, 4) + (atan(K / root) + K / root * (1 / (1 + 2 * K) + (1 - K) / (1 + K) + 1)) / (2 * pi),
    Substitutes(slope_by_rate, rate, gelu_rate, gelu_mean_bend),
)

# %% [markdown]
# The criterion is a quadratic equation; at its root everything else simplifies.

# %%
straight = Claim(c, 0, Given("criticality"))
bend_vanishes = Claim(gelu_mean_bend.rhs, 0, Substitutes(straight, gelu_mean_bend))
gelu_critical_kernel = Claim(K, (3 + sqrt(17)) / 2, Solves(bend_vanishes))
at_root = {K: gelu_critical_kernel.rhs}
top = sqrt(4 + sqrt(17))
gelu_critical = Claim(
    (C_W, C_b),
    (
        1 / (Rational(1, 4) + (atan(at_root[K] / top) + 2 / top) / (2 * pi)),
        (sqrt(17) - 1) / (4 * pi * top) / (Rational(1, 4) + (atan(at_root[K] / top) + 2 / top) / (2 * pi)),
    ),
    Substitutes(critical, gelu_mean_square, gelu_mean_slope, at=at_root),
)

# %% [markdown]
# $\delta' = \delta + A\delta^2$ with $A = C_W g''/2$, at $K^\star$: negative, so $K^\star$ draws from above.

# %%
A = sp.Symbol("A")
drift = Claim(A, C_W * g_2 / 2, Given("the second order of the flow at the critical kernel"))
gelu_drift = Claim(
    A,
    (11 - 3 * sqrt(17)) / (32 * pi * top**5) * gelu_critical.rhs[0],
    Substitutes(drift, curvature, gelu_curvature, at={**at_root, C_W: gelu_critical.rhs[0]}),
)

# %% [markdown]
# ## SWISH, by its root
# $\sigma = z/(1 + e^{-z})$ (SiLU), with $t = \tanh(z/2)$ and $s = 1/\cosh^2(z/2)$; of $z/(1 + e^{-\beta
# z})$ the kernel is $K^\star/\beta^2$. The trapezoid rule is exact to round-off here, and in
# $K\langle\sigma'^2\rangle - \langle\sigma^2\rangle$ the parts of $\sigma = z/2 + zt/2$ that are large far
# out have been taken off.

# %%
k, e = sp.Symbol("k", integer=True, positive=True), sp.Symbol("e")
phi, even = sp.symbols("sigma e_z")
t, s = tanh(z / 2), sech(z / 2) ** 2
bend, square, slope = (
    z * t * (2 - z * t) * s / 8,
    z**2 * (1 + t**2) / 4,
    (1 + t**2) / 4 + (z * t + z**2 * s / 4) * s / 4,
)
excess = ((z * t + z**2 * s / 4 - 1) * K + z**2) * s / 4
STEP, COUNT = Rational(1, 3), 160
near = (K > 10, K < 20)


def even_part(f):
    """The even part of a function of z."""
    return (f + f.subs(z, -z)) / 2


def in_steps(f):
    """The mean of an even function from its values at multiples of a step."""
    weighted = density.rhs * f
    return STEP * (weighted.subs(z, 0) + 2 * Sum(weighted.subs(z, k * STEP), (k, 1, COUNT)))


swish = Claim(phi, z / (1 + exp(-z)), Given("the activation SWISH"))
swish_first = Claim(Derivative(phi, z), (1 + t) / 2 + z * s / 4, Differentiates(swish, z))
swish_second = Claim(Derivative(phi, z, z), s / 2 - z * t * s / 4, Differentiates(swish_first, z))
even_square = Claim(even, even_part(swish.rhs**2), Given("the even part of sigma^2"))
even_square_short = Claim(even, square, Rewrites(even_square))
even_slope = Claim(even, even_part(swish_first.rhs**2), Given("the even part of sigma'^2"))
even_slope_short = Claim(even, slope, Rewrites(even_slope))
even_bend = Claim(even, even_part(swish.rhs * swish_second.rhs), Given("the even part of sigma sigma''"))
even_bend_short = Claim(even, bend, Rewrites(even_bend))
bias = Claim(C_b, e / d, Given("criticality: K = C_b + g C_W with C_W = 1/d"))
swish_bend = Claim(c, mean(bend), Given("the mean of sigma sigma'', its even part"), where=near)
swish_slope = Claim(d, mean(slope), Given("the mean squared slope, its even part"), where=near)
swish_bend_in_steps = Claim(c, in_steps(bend), Approximates(swish_bend))
swish_gain = Claim(C_W, 1 / mean(slope), Substitutes(unit_perpendicular, swish_slope, factor=1 / d))
swish_gain_in_steps = Claim(C_W, 1 / in_steps(slope), Approximates(swish_gain))
surplus = Claim(even, K * slope - square, Given("what has the mean K d - g"))
surplus_split = Claim(even, excess + (K - z**2) / 2, Rewrites(surplus))
swish_localised = Claim(e, mean(excess), Given("the mean of K - z^2 is 0"), where=near)
swish_bias = Claim(C_b, mean(excess) / mean(slope), Substitutes(bias, swish_localised, swish_slope))
swish_bias_in_steps = Claim(C_b, in_steps(excess) / in_steps(slope), Approximates(swish_bias))


# %% [markdown]
# With a sharpness $\beta$, at $K = K^\star/\beta^2$:

# %%
sharp = {K: beta**2 * K}
sharp_bend = Claim(c, swish_bend_in_steps.rhs.subs(sharp), Substitutes(swish_bend_in_steps, at=sharp))
sharp_gain = Claim(C_W, swish_gain_in_steps.rhs.subs(sharp), Substitutes(swish_gain_in_steps, at=sharp))
rescaled_bias = Claim(bias_s, C_b / beta**2, Given("the rescaled bias of sigma(beta z)/beta"))
sharp_bias = Claim(
    bias_s,
    swish_bias_in_steps.rhs.subs(sharp) / beta**2,
    Substitutes(rescaled_bias, swish_bias_in_steps, at=sharp),
)

# %%
swish_initialisation = ImplicitForm(
    sharp_bend,
    (beta,),
    unknown=K,
    target=0,
    bracket=(14 / beta**2, 15 / beta**2),
    also=(sharp_gain, sharp_bias),
)
gelu_mean_square_at = ExplicitForm(gelu_mean_square, (K,))
gelu_mean_slope_at = ExplicitForm(gelu_mean_slope, (K,))
