# %% [markdown]
# # Ancestral samplers on Gaussian modes
# A step of DDPM or SMLD has the right mean for Gaussian data, whatever its length; the noise it adds
# is right only for one variance of the data, or when it depends on that variance.

# %%
import numpy as np
import sympy as sp
from sympy import sqrt

from theory import Claim, ExplicitForm, Parameter
from theory.parameter import NONNEGATIVE
from theory.rules import Given, Rewrites, Substitutes

from .setting import lam as data_variance

UNIT = sp.Interval.open(0, 1)
lam = Parameter("lam", data_variance.meaning, NONNEGATIVE, latex=r"\lambda", extremes=data_variance.extremes)
beta = Parameter("beta", "noise rate of the step", UNIT, latex=r"\beta_i")
alphabar = Parameter(
    "alphabar_prev",
    "product of 1 - beta over the steps before, the squared signal level there",
    sp.Interval.Lopen(0, 1),
    latex=r"\bar\alpha_{i-1}",
)
V = Parameter("V", "variance of the samples before the step", NONNEGATIVE, extremes=(1e-6, 1e6))
noise2 = Parameter(
    "noise2", "variance of the noise the step adds", NONNEGATIVE, latex=r"\varsigma^2", extremes=(1e-6, 1e6)
)

# %% [markdown]
# ## What a step should do
# Two jointly Gaussian numbers: $a$ given $b$ has the variance of $a$ less what $b$ tells.

# %%
var_a, var_b, cov = sp.symbols("C_aa C_bb C_ab")
gain, left = sp.symbols("G C")
regression = Claim(gain, cov / var_b, Given("the conditional mean of jointly Gaussian numbers"))
remainder = Claim(left, var_a - cov**2 / var_b, Given("their conditional variance"))

# %% [markdown]
# ## DDPM
# The forward step is $x_i = \sqrt{1-\beta_i}\,x_{i-1} + \sqrt{\beta_i}\,z$. Given the data point its noise
# is that of the kernel, and the posterior has variance $\tilde\beta_i$.

# %%
kernel_before = Claim(var_a, 1 - alphabar, Given("noise variance before the forward step"))
kernel_after = Claim(var_b, (1 - beta) * var_a + beta, Given("noise variance after it"))
kernel_between = Claim(cov, sqrt(1 - beta) * var_a, Given("their covariance"))
posterior_variance = Claim(
    left,
    beta * (1 - alphabar) / (1 - alphabar * (1 - beta)),
    Substitutes(remainder, kernel_between, kernel_after, kernel_before),
)
posterior_by_noise = Claim(
    left, beta * (1 - alphabar) / (1 - alphabar + alphabar * beta), Rewrites(posterior_variance)
)

# %% [markdown]
# Given only the noisy sample, the data's own variance comes in: this noise makes the chain exact.

# %%
v_before, v_after, best = sp.Symbol("v_before"), sp.Symbol("v_after"), sp.Symbol("varsigma2")
mode_before = Claim(v_before, alphabar * lam + 1 - alphabar, Given("variance of the mode before"))
mode_after = Claim(v_after, (1 - beta) * v_before + beta, Given("variance of the mode after"))
as_before = Claim(var_a, v_before, Given("the mode before the forward step"))
as_after = Claim(var_b, v_after, Given("the mode after the forward step"))
optimal = Claim(
    left,
    beta * v_before / v_after,
    Substitutes(remainder, kernel_between, as_before, as_after, mode_after),
)
optimal_variance = Claim(
    left,
    beta * (1 + alphabar * (lam - 1)) / (1 + alphabar * (1 - beta) * (lam - 1)),
    Substitutes(optimal, mode_after, mode_before),
)
optimal_by_noise = Claim(
    left,
    beta
    * (alphabar * lam + (1 - alphabar))
    / (alphabar * (1 - beta) * lam + (1 - alphabar + alphabar * beta)),
    Rewrites(optimal_variance),
)
total_variance = Claim(
    left,
    posterior_variance.rhs
    + (sqrt(alphabar) * beta / (1 - alphabar * (1 - beta))) ** 2
    * (lam * (1 - alphabar * (1 - beta)) / (alphabar * (1 - beta) * lam + 1 - alphabar * (1 - beta))),
    Rewrites(optimal_variance),
)

# %% [markdown]
# The sampler's mean is the posterior mean with the denoiser in place of the data: the conditional mean.

# %%
slope, score_of = sp.symbols("m s")
step_mean = Claim(
    slope, (1 + beta * score_of) / sqrt(1 - beta), Given("the mean of a DDPM step, per unit of the sample")
)
score = Claim(score_of, -1 / v_after, Given("the score of the mode, per unit of the sample"))
mean_gain = Claim(slope, sqrt(1 - beta) * v_before / v_after, Substitutes(step_mean, score, mode_after))
conditional_gain = Claim(
    gain,
    sqrt(1 - beta) * v_before / v_after,
    Substitutes(regression, kernel_between, as_before, as_after),
)
denoiser = sp.Symbol("d")
tweedie = Claim(
    denoiser, (1 + (1 - alphabar * (1 - beta)) * score_of) / sqrt(alphabar * (1 - beta)),
    Given("the denoiser, per unit of the sample"),
)  # fmt: skip
by_denoiser = Claim(
    slope,
    sqrt(1 - beta) * (1 - alphabar) / (1 - alphabar * (1 - beta))
    + sqrt(alphabar) * beta / (1 - alphabar * (1 - beta)) * denoiser,
    Substitutes(step_mean, tweedie),
)

# %% [markdown]
# ## The variance a chain of such steps has

# %%
after = {v_after: mode_after.rhs}
V_next, excess = sp.Symbol("V_next"), sp.Symbol("Delta")
recursion = Claim(
    V_next, slope**2 * V + noise2, Given("the variance after a linear step with independent noise")
)
next_variance = Claim(
    V_next,
    (1 - beta) * ((1 + alphabar * (lam - 1)) / (1 + alphabar * (1 - beta) * (lam - 1))) ** 2 * V + noise2,
    Substitutes(recursion, mean_gain, mode_after, mode_before),
)
next_by_noise = Claim(
    V_next,
    (1 - beta)
    * ((alphabar * lam + (1 - alphabar)) / (alphabar * (1 - beta) * lam + (1 - alphabar + alphabar * beta)))
    ** 2
    * V
    + noise2,
    Rewrites(next_variance),
)
exactness = Claim(
    V_next, v_before, Substitutes(recursion, mean_gain, at={V: v_after, noise2: optimal.rhs, **after})
)

# %% [markdown]
# With $\varsigma^2 = \beta$ or $\tilde\beta$ a step is exact only for $\lambda = 1$, or $\lambda = 0$.

# %%
added = Claim(excess, noise2 - left, Given("the noise a step has too much"))
excess_of_beta = Claim(
    excess,
    beta**2 * alphabar * (1 - lam) / (alphabar * (1 - beta) * lam + 1 - alphabar + alphabar * beta),
    Substitutes(added, optimal_variance, at={noise2: beta}),
)
excess_of_beta_tilde = Claim(
    excess,
    -(beta**2) * alphabar * lam
    / ((1 - alphabar + alphabar * beta) * (alphabar * (1 - beta) * lam + 1 - alphabar + alphabar * beta)),
    Substitutes(added, optimal_variance, at={noise2: posterior_variance.rhs}),
)  # fmt: skip

# %%
beta_tilde = ExplicitForm(posterior_variance, (beta, alphabar), forms=((posterior_by_noise, True),))
optimal_noise = ExplicitForm(optimal_variance, (beta, alphabar, lam), forms=((optimal_by_noise, True),))
ddpm_next_variance = ExplicitForm(
    next_variance, (V, noise2, beta, alphabar, lam), forms=((next_by_noise, True),)
)
excess_noise_of_beta = ExplicitForm(excess_of_beta, (beta, alphabar, lam))
excess_noise_of_beta_tilde = ExplicitForm(excess_of_beta_tilde, (beta, alphabar, lam))


def ddpm_variance(lam, betas, noise="optimal") -> np.ndarray:
    """The variance of what a DDPM sampler generates in modes of data variance ``lam`` (any shape).

    ``betas`` (N,) are the forward steps' noise rates, the first one nearest the data; ``noise`` is
    "beta", "beta_tilde" or "optimal". The chain starts from the true variance of the noisiest level.
    Raises ValueError for another noise, DomainError for rates outside (0, 1). Source: Ho et al. 2020.
    """
    lam, betas = np.asarray(lam, dtype=float), np.asarray(betas, dtype=float)
    choices = {
        "beta": lambda beta, alphabar: beta,
        "beta_tilde": beta_tilde,
        "optimal": lambda beta, alphabar: optimal_noise(beta, alphabar, lam),
    }
    if noise not in choices:
        raise ValueError(f"noise = {noise!r}: choose one of {', '.join(choices)}")
    alphabars = np.concatenate([[1.0], np.cumprod(1 - betas)])
    variance = alphabars[-1] * lam + 1 - alphabars[-1]
    for beta, before in zip(betas[::-1], alphabars[-2::-1], strict=True):
        variance = ddpm_next_variance(variance, choices[noise](beta, before), beta, before, lam)
    return variance
