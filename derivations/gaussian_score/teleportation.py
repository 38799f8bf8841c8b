# %% [markdown]
# # Analytical teleportation
# At high noise the score of any data is nearly that of the Gaussian of the same mean and covariance: the
# first steps of a sampler can be skipped, from $\sigma_{\max}$ to any $\sigma$ by one exact step (R11).
# What that saves depends on the grid.

# %%
import sympy as sp
from sympy import Sum, exp, log
from sympy.codegen.cfunctions import expm1, log1p

from theory import Claim, ExplicitForm, Parameter
from theory.parameter import POSITIVE
from theory.rules import Given, Inverts, Rewrites

sigma_max = Parameter(
    "sigma_max", "noise level of the first step", POSITIVE, latex=r"\sigma_{\max}", extremes=(1e-3, 1e3)
)
sigma_min = Parameter(
    "sigma_min", "noise level of the last step", POSITIVE, latex=r"\sigma_{\min}", extremes=(1e-3, 1e3)
)
sigma = Parameter("sigma", "noise level after the skip", POSITIVE, latex=r"\sigma", extremes=(1e-3, 1e3))
skipped = Parameter("skipped", "fraction of the steps that is skipped", sp.Interval(0, 1), latex="F")
exponent = Parameter(
    "rho", "exponent of EDM's grid", sp.Interval(1, sp.oo), latex=r"\varrho", extremes=(1, 20)
)
steps = Parameter("N", "number of noise levels", sp.Range(2, sp.oo), extremes=(2, 1000))
left_out = Parameter("n", "number of steps that are skipped", sp.Range(0, sp.oo), extremes=(1, 1000))
level, evaluations = sp.Function("sigma"), sp.Symbol("NFE")

# %%
falling = (sigma_max > sigma_min,)
grid = Claim(
    level(skipped),
    (sigma_max ** (1 / exponent) + skipped * (sigma_min ** (1 / exponent) - sigma_max ** (1 / exponent)))
    ** exponent,
    Given("EDM's grid: equal steps in the noise level to the power 1/rho"),
    where=falling,
)
between = (*falling, sigma <= sigma_max, sigma >= sigma_min)
grid_from_above = Claim(
    level(skipped),
    sigma_max * exp(exponent * log1p(skipped * expm1(log(sigma_min / sigma_max) / exponent))),
    Rewrites(grid),
    where=falling,
)
grid_by_logarithm = Claim(
    level(skipped),
    sigma_max * exp(exponent * log(1 + skipped * expm1(log(sigma_min / sigma_max) / exponent))),
    Rewrites(grid),
    where=falling,
)
grid_from_below = Claim(
    level(skipped),
    sigma_min * exp(exponent * log1p((1 - skipped) * expm1(log(sigma_max / sigma_min) / exponent))),
    Rewrites(grid),
    where=falling,
)
fraction = Claim(
    skipped,
    (sigma_max ** (1 / exponent) - sigma ** (1 / exponent))
    / (sigma_max ** (1 / exponent) - sigma_min ** (1 / exponent)),
    Inverts(grid, skipped, sigma),
    where=between,
)
stable_fraction = Claim(
    skipped,
    (sigma / sigma_min) ** (1 / exponent)
    * expm1(log1p((sigma_max - sigma) / sigma) / exponent)
    / expm1(log1p((sigma_max - sigma_min) / sigma_min) / exponent),
    Rewrites(fraction),
    where=between,
)

# %% [markdown]
# Heun's method evaluates the network twice in every step but the last, which ends without noise.

# %%
summed = Claim(
    evaluations,
    1 + Sum(2, (sp.Symbol("k", integer=True), left_out + 1, steps - 1)),
    Given("two in every step that is left, one in the last"),
    where=left_out < steps,
)
counted = Claim(evaluations, 2 * (steps - left_out) - 1, Rewrites(summed), where=left_out < steps)

# %%
edm_sigma = ExplicitForm(
    grid,
    (skipped, sigma_max, sigma_min, exponent),
    forms=(
        (grid_from_above, 4 * skipped * expm1(log(sigma_min / sigma_max) / exponent) >= -1),
        (grid_by_logarithm, 2 * skipped <= 1),
        (grid_from_below, True),
    ),
    defaults={sigma_max: 80, sigma_min: 0.002, exponent: 7},
)
skipped_fraction = ExplicitForm(
    fraction,
    (sigma, sigma_max, sigma_min, exponent),
    forms=((stable_fraction, True),),
    defaults={sigma_max: 80, sigma_min: 0.002, exponent: 7},
)
heun_evaluations = ExplicitForm(counted, (steps, left_out), defaults={left_out: 0})
