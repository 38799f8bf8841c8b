# %% [markdown]
# # Noise merges spurious modes
# Half-way, a mixture of $K_0$ components on its way to one of $K_1$ has $K_0 K_1$ modes. Two of the same
# weight and variance $v$ at $\pm\delta$ become one where the variance reaches $\delta^2$ (R5).

# %%
import sympy as sp
from sympy import Derivative, cosh, exp, log, pi, sqrt, tanh

from theory import Claim, ExplicitForm, Parameter
from theory.parameter import POSITIVE
from theory.rules import Differentiates, Given, Maximises, Rewrites, Solves, Substitutes

from .setting import alpha, beta, c_0, c_1, x

delta = Parameter(
    "delta", "half the distance of the two modes", POSITIVE, latex=r"\delta", extremes=(1e-3, 1e3)
)
v = Parameter("v", "variance of each of the two components", POSITIVE, extremes=(1e-3, 1e3))
ln_rho, curvature, critical = sp.symbols("ln_rho kappa gamma_c")

# %%
log_density = Claim(
    ln_rho,
    log((exp(-((x - delta) ** 2) / (2 * v)) + exp(-((x + delta) ** 2) / (2 * v))) / (2 * sqrt(2 * pi * v))),
    Given("the log-density of the two components"),
)
by_cosh = Claim(
    ln_rho,
    log(cosh(delta * x / v)) - (x**2 + delta**2) / (2 * v) - log(2 * pi * v) / 2,
    Rewrites(log_density),
)
score = Claim(Derivative(ln_rho, x), delta / v * tanh(delta * x / v) - x / v, Differentiates(by_cosh, x))
slope_of_score = Claim(
    Derivative(ln_rho, x, x),
    delta**2 / v**2 * (1 - tanh(delta * x / v) ** 2) - 1 / v,
    Differentiates(score, x),
)

# %% [markdown]
# Up to $\delta^2 = v$ the density is largest between the two; beyond, it has a dip there.

# %%
one_mode = Claim(
    sp.Symbol("ln_rho_max"),
    -(delta**2) / (2 * v) - log(2 * pi * v) / 2,
    Maximises(by_cosh, x, 0),
    where=(delta**2 <= v,),
)
at_centre = Claim(curvature, slope_of_score.lhs, Given("the curvature of the log-density between them"))
between = Claim(curvature, (delta**2 - v) / v**2, Substitutes(at_centre, slope_of_score, at={x: 0}))

# %% [markdown]
# In an interpolant the two components share $v = \alpha^2c_0 + \beta^2c_1 + \gamma^2$: noise of at least
# this level merges them.

# %%
about_to_merge = Claim(
    delta**2 - alpha**2 * c_0 - beta**2 * c_1 - critical**2,
    0,
    Given("no curvature between them: v = delta^2"),
)
apart = (delta**2 >= alpha**2 * c_0 + beta**2 * c_1,)
merging = Claim(
    critical,
    sqrt(delta**2 - alpha**2 * c_0 - beta**2 * c_1),
    Solves(about_to_merge, conditions=[(critical / sqrt(critical**2), 1)]),
    where=apart,
)

# %%
curvature_between_modes = ExplicitForm(between, (delta, v))
merging_noise = ExplicitForm(merging, (delta, c_0, c_1, alpha, beta))
