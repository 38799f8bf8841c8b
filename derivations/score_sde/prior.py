# %% [markdown]
# # What is lost by starting from the prior
# Samplers start from a Gaussian that the forward process only approaches.

# %%
import sympy as sp
from sympy import Integral, Rational, exp, hyper, log, oo, pi, sqrt
from sympy.codegen.cfunctions import expm1

from theory import Claim, ExplicitForm, Parameter
from theory.parameter import POSITIVE, REAL
from theory.rules import Given, Rewrites, Substitutes

from .kernels import linear_alpha, linear_clock, linear_variance
from .setting import alpha, beta_max, beta_min, lam, mu, sigma2, t

v = Parameter("v", "variance of the mode", POSITIVE, extremes=(1e-3, 1e3))
v_q = Parameter(
    "v_q", "variance of the mode in the other law", POSITIVE, latex=r"\tilde v", extremes=(1e-3, 1e3)
)
delta = Parameter("delta", "difference of the two means", REAL, latex=r"\delta", extremes=(-1e3, 1e3))

# %% [markdown]
# The divergence of two Gaussians, from its definition: the mean of the difference of their
# log-densities under the first law.

# %%
z, KL = sp.Symbol("z", real=True), sp.Symbol("KL")
log_ratio = log(v_q / v) / 2 - z**2 / 2 + (sqrt(v) * z + delta) ** 2 / (2 * v_q)
definition = Claim(
    KL,
    Integral(exp(-(z**2) / 2) / sqrt(2 * pi) * log_ratio, (z, -oo, oo)),
    Given("the mean of the log-ratio of the densities, z standard deviations from the first mean"),
)
divergence = Claim(
    KL,
    (v / v_q - 1 - log(v / v_q)) / 2 + delta**2 / (2 * v_q),
    Rewrites(definition),
)

# %% [markdown]
# Where the variances are close the logarithm nearly cancels; its series from the second term on does not.

# %%
beside = lambda r: r**2 / 4 * hyper([1, 2], [3], -r)  # noqa: E731
close = Claim(KL, beside((v - v_q) / v_q) + delta**2 / (2 * v_q), Rewrites(divergence), where=v < 2 * v_q)

# %% [markdown]
# The prior is $\mathcal N(0, 1)$ in every mode.

# %%
half = Rational(1, 2)
excess = alpha**2 * lam + sigma2 - 1
to_prior = {v: alpha**2 * lam + sigma2, v_q: 1, delta: alpha * mu}
mismatch = Claim(
    KL,
    (excess - log(alpha**2 * lam + sigma2)) / 2 + alpha**2 * mu**2 / 2,
    Substitutes(divergence, at=to_prior),
)
mismatch_close = Claim(
    KL,
    beside(excess) + alpha**2 * mu**2 / 2,
    Substitutes(close, at=to_prior),
    where=(alpha**2 * lam + sigma2 < 2,),
    everywhere=True,
)

# %% [markdown]
# Of the VP process the mismatch fades with the squared signal level.

# %%
decay = exp(-linear_clock.rhs)
vp = {alpha: linear_alpha.rhs, sigma2: linear_variance.rhs}
vp_mismatch = Claim(
    KL,
    (decay * (lam - 1) - log(decay * lam - expm1(-linear_clock.rhs))) / 2 + decay * mu**2 / 2,
    Substitutes(mismatch, at=vp),
)
vp_mismatch_close = Claim(
    KL,
    beside(decay * (lam - 1)) + decay * mu**2 / 2,
    Substitutes(mismatch_close, at=vp),
    where=(decay * (lam - 1) < 1,),
    everywhere=True,
)

# %%
gaussian_kl = ExplicitForm(
    divergence,
    (v, v_q, delta),
    forms=((close, (2 * v <= 3 * v_q) & (2 * v >= v_q)), (divergence, True)),
    defaults={delta: 0},
)
prior_mismatch = ExplicitForm(
    mismatch,
    (lam, mu, alpha, sigma2),
    forms=((mismatch_close, (excess <= half) & (excess >= -half)), (mismatch, True)),
)
vp_prior_mismatch = ExplicitForm(
    vp_mismatch,
    (lam, mu, t, beta_min, beta_max),
    forms=(
        (vp_mismatch_close, (decay * (lam - 1) <= half) & (decay * (lam - 1) >= -half)),
        (vp_mismatch, True),
    ),
)
