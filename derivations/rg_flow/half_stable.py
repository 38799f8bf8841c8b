# %% [markdown]
# # Half-stable criticality: GELU and SWISH
# Both have $\langle\sigma\sigma''\rangle_K = 0$ at one kernel $K^\star > 0$ (R4). There the flow is
# $\delta' = \delta + A\delta^2$ for $\delta = K - K^\star$, so that it is drawn to $K^\star$ on one side and leaves
# it on the other; $A$ is so small that thousands of layers look critical.

# %%
import sympy as sp
from sympy import Derivative, Integral, Rational, Sum, atan, erf, exp, pi, sech, sqrt, tanh

from theory import Claim, ExplicitForm, ImplicitForm
from theory.closed_form import Root
from theory.rules import Approximates, Differentiates, Given, Rewrites, Solves, Substitutes

from .setting import C_W, C_b, K, g, z
from .susceptibilities import (
    beta,
    c,
    critical,
    d,
    density,
    g_1,
    g_2,
    slope_by_rate,
    stays,
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
# $\sigma = z/(1 + e^{-\beta z})$ (SiLU: $\beta = 1$) has its root where a mean of
# hyperbolic functions vanishes; $x = \beta z$ has the variance $\beta^2 K$. The trapezoid rule
# is exact to round-off here.

# %%
x, k = sp.Symbol("x", real=True), sp.Symbol("k", integer=True, positive=True)
weight = exp(-(x**2) / (2 * beta**2 * K)) / sqrt(2 * pi * beta**2 * K)
half = tanh(x / 2)
bend = x * half * (2 - x * half) * sech(x / 2) ** 2 / 8
slope = (1 + half**2) / 4 + (2 * x * half + x**2 * sech(x / 2) ** 2 / 4) * sech(x / 2) ** 2 / 4


def trapezoid(f, step=Rational(1, 3), count=180):
    """The mean of an even function of x from its values at multiples of a step."""
    return step * ((weight * f).subs(x, 0) + 2 * Sum((weight * f).subs(x, k * step), (k, 1, count)))


near = (beta**2 * K > 10, beta**2 * K < 20)
swish_bend = Claim(
    c,
    Integral(weight * bend, (x, -sp.oo, sp.oo)),
    Given("the mean of sigma sigma'', its even part"),
    where=near,
)
swish_square = Claim(
    g,
    Integral(weight * x**2 * (1 + half**2) / (4 * beta**2), (x, -sp.oo, sp.oo)),
    Given("the mean square, its even part"),
    where=near,
)
swish_slope = Claim(
    d,
    Integral(weight * slope, (x, -sp.oo, sp.oo)),
    Given("the mean squared slope, its even part"),
    where=near,
)
swish_bend_in_steps = Claim(c, trapezoid(bend), Approximates(swish_bend))
swish_gain = Claim(C_W, 1 / swish_slope.rhs, Substitutes(unit_perpendicular, swish_slope, factor=1 / d))
swish_gain_in_steps = Claim(C_W, 1 / trapezoid(slope), Approximates(swish_gain))
swish_bias = Claim(
    C_b,
    K - swish_square.rhs / swish_slope.rhs,
    Substitutes(stays, swish_square, swish_slope, swish_gain, factor=-1),
)
local = (
    (beta**2 * K * (2 * x * half + x**2 * sech(x / 2) ** 2 / 4) + x**2 - beta**2 * K) * sech(x / 2) ** 2 / 4
)
swish_bias_in_steps = Claim(C_b, trapezoid(local) / (beta**2 * trapezoid(slope)), Approximates(swish_bias))

# %%
swish_initialisation = ImplicitForm(
    swish_bend,
    (beta,),
    unknown=K,
    target=0,
    bracket=(14 / beta**2, 15 / beta**2),
    also=(swish_gain, swish_bias),
    forms=(
        (
            Root(
                swish_bend_in_steps,
                K,
                0,
                (14 / beta**2, 15 / beta**2),
                (K, swish_gain_in_steps.rhs, swish_bias_in_steps.rhs),
            ),
            True,
        ),
    ),
)
gelu_flow = ExplicitForm(gelu_mean_square, (K,))
gelu_slope = ExplicitForm(gelu_mean_slope, (K,))
