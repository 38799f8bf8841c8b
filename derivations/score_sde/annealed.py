# %% [markdown]
# # The ancestral sampler of SMLD on Gaussian modes
# Noise levels are added instead of signal taken away; the same conditioning holds.

# %%

from theory import Claim, ExplicitForm, Parameter
from theory.parameter import POSITIVE
from theory.rules import Given, Rewrites, Substitutes

from .ancestral import (
    V,
    V_next,
    cov,
    excess,
    gain,
    lam,
    left,
    noise2,
    recursion,
    regression,
    remainder,
    score_of,
    slope,
    v_after,
    v_before,
    var_a,
    var_b,
)
from .ancestral import score as score_of_mode

sigma2 = Parameter("sigma2", "noise variance sigma_i^2 before the step", POSITIVE, latex=r"\sigma_i^2")
sigma2_prev = Parameter(
    "sigma2_prev", "noise variance sigma_(i-1)^2 after it, smaller", POSITIVE, latex=r"\sigma_{i-1}^2"
)
falling = (sigma2_prev < sigma2,)

# %%
added_noise = Claim(cov, var_a, Given("SMLD: noise is added, so the covariance is the variance before"))
kernel_before = Claim(var_a, sigma2_prev, Given("noise variance before the forward step"))
kernel_after = Claim(var_b, sigma2, Given("noise variance after it"))
posterior_variance = Claim(
    left,
    sigma2_prev * (sigma2 - sigma2_prev) / sigma2,
    Substitutes(remainder, added_noise, kernel_after, kernel_before),
    where=falling,
)
mode_before = Claim(v_before, lam + sigma2_prev, Given("variance of the mode before"))
mode_after = Claim(v_after, lam + sigma2, Given("variance of the mode after"))
as_before = Claim(var_a, v_before, Given("the mode before the forward step"))
as_after = Claim(var_b, v_after, Given("the mode after the forward step"))
optimal_variance = Claim(
    left,
    (lam + sigma2_prev) * (sigma2 - sigma2_prev) / (lam + sigma2),
    Substitutes(remainder, added_noise, as_before, as_after, mode_before, mode_after),
    where=falling,
)
total_variance = Claim(
    left,
    posterior_variance.rhs + ((sigma2 - sigma2_prev) / sigma2) ** 2 * (lam * sigma2 / (lam + sigma2)),
    Rewrites(optimal_variance),
)

# %%
step_mean = Claim(slope, 1 + (sigma2 - sigma2_prev) * score_of, Given("the mean of an SMLD step"))
mean_gain = Claim(
    slope,
    (lam + sigma2_prev) / (lam + sigma2),
    Substitutes(step_mean, score_of_mode, mode_after),
    where=falling,
)
conditional_gain = Claim(
    gain,
    (lam + sigma2_prev) / (lam + sigma2),
    Substitutes(regression, added_noise, as_before, as_after, mode_before, mode_after),
    where=falling,
)
next_variance = Claim(
    V_next,
    ((lam + sigma2_prev) / (lam + sigma2)) ** 2 * V + noise2,
    Substitutes(recursion, mean_gain),
)
exactness = Claim(
    V_next,
    lam + sigma2_prev,
    Substitutes(recursion, mean_gain, at={V: mode_after.rhs, noise2: optimal_variance.rhs}),
)
added = Claim(excess, noise2 - left, Given("the noise a step has too much"))
excess_of_ancestral = Claim(
    excess,
    -((sigma2 - sigma2_prev) ** 2) * lam / (sigma2 * (lam + sigma2)),
    Substitutes(added, optimal_variance, at={noise2: posterior_variance.rhs}),
)

# %%
smld_noise = ExplicitForm(posterior_variance, (sigma2, sigma2_prev))
smld_optimal_noise = ExplicitForm(optimal_variance, (sigma2, sigma2_prev, lam))
smld_next_variance = ExplicitForm(next_variance, (V, noise2, sigma2, sigma2_prev, lam))
smld_excess_noise = ExplicitForm(excess_of_ancestral, (sigma2, sigma2_prev, lam))
