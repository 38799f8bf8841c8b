# %% [markdown]
# # Steps of the reverse process
# From a noisier to a cleaner level the conditional law of a mode is Gaussian: a step that draws from it
# is exact on any grid.

# %%
import sympy as sp

from theory import Claim, ExplicitForm, Parameter
from theory.parameter import NONNEGATIVE, POSITIVE
from theory.rules import Given, Substitutes

from .ancestral import (
    V,
    V_next,
    cov,
    gain,
    left,
    noise2,
    recursion,
    regression,
    remainder,
    slope,
    var_a,
    var_b,
)
from .setting import alpha, lam, sigma2

alpha_next = Parameter(
    "alpha_next", "signal level after the step, not smaller", POSITIVE, latex=r"\alpha'", extremes=(1e-3, 1)
)
sigma2_next = Parameter(
    "sigma2_next",
    "noise variance after the step",
    NONNEGATIVE,
    latex=r"\sigma'^2",
    extremes=(1e-6, 1e4),
)
v, v_next = sp.symbols("v v_next", positive=True)
cleaner = (alpha_next**2 * sigma2 > alpha**2 * sigma2_next,)

# %%
before = Claim(var_a, v_next, Given("the mode at the cleaner level"))
after = Claim(var_b, v, Given("the mode at the noisier level"))
between = Claim(cov, alpha / alpha_next * v_next, Given("the forward process scales the cleaner level"))
conditional_gain = Claim(gain, v_next * alpha / (v * alpha_next), Substitutes(regression, between, after))
conditional_variance = Claim(
    left,
    v_next * (1 - v_next * alpha**2 / (v * alpha_next**2)),
    Substitutes(remainder, between, before, after),
)
mode = Claim(v, alpha**2 * lam + sigma2, Given("variance of the mode at the noisier level"))
mode_next = Claim(v_next, alpha_next**2 * lam + sigma2_next, Given("variance at the cleaner level"))
step_gain = Claim(
    gain,
    (alpha_next**2 * lam + sigma2_next) * alpha / ((alpha**2 * lam + sigma2) * alpha_next),
    Substitutes(conditional_gain, mode, mode_next),
    where=cleaner,
)
step_noise = Claim(
    left,
    (alpha_next**2 * lam + sigma2_next)
    * (alpha_next**2 * sigma2 - alpha**2 * sigma2_next)
    / ((alpha**2 * lam + sigma2) * alpha_next**2),
    Substitutes(conditional_variance, mode, mode_next),
    where=cleaner,
)

# %% [markdown]
# Whatever the grid, the variance of the mode is kept on its path.

# %%
exact_step = Claim(slope, gain, Given("the step's mean is the conditional one"))
exactness = Claim(
    V_next,
    v_next,
    Substitutes(recursion, exact_step, conditional_gain, at={V: v, noise2: conditional_variance.rhs}),
)

# %%
reverse_step = ExplicitForm(step_gain, (lam, alpha, sigma2, alpha_next, sigma2_next))
reverse_noise = ExplicitForm(step_noise, (lam, alpha, sigma2, alpha_next, sigma2_next))
