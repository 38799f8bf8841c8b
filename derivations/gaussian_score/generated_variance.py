# %% [markdown]
# # What a half-trained denoiser generates
# Every noise level has a linear denoiser of its own, and all have been trained for the same time from
# $w = 0$. The probability flow of EDM, run with these instead of the true denoiser from $\sigma_T$, where
# the sample is noise, to $\sigma_0$, generates a mode of a variance $\tilde\lambda$ between $\sigma_0^2$
# (nothing learned) and nearly $\lambda$ (all learned). Written with $E_1(x) = \int_x^\infty e^{-u}/u\,du$.

# %%
import sympy as sp
from sympy import Eq, Integral, exp, log
from sympy.codegen.cfunctions import expm1, log1p

from theory import Claim, ExplicitForm, ImplicitForm, Parameter
from theory.parameter import POSITIVE
from theory.rules import Evolves, Given, Limit, Solves, Substitutes

from .linear_denoiser import eta, learned, tau, w0, w_of
from .setting import lam, sigma

sigma_0 = Parameter(
    "sigma_0", "noise level where the flow ends", POSITIVE, latex=r"\sigma_0", extremes=(1e-6, 1e6)
)
sigma_T = Parameter(
    "sigma_T", "noise level where the flow starts", POSITIVE, latex=r"\sigma_T", extremes=(1e-6, 1e6)
)
u = Parameter("u", "noise variance on the way", POSITIVE)
y, D, V, V_0 = sp.Function("y"), sp.Function("D"), sp.Function("V"), sp.Symbol("V_0")
w = sp.Function("omega")

# %% [markdown]
# A sample moves towards its denoised value; the denoiser of a mode is a weight. What it scales a sample
# by, it scales the spread by.

# %%
flow = Claim(y(sigma).diff(sigma), (y(sigma) - D(sigma)) / sigma, Given("EDM's probability flow"))
denoised = Claim(D(sigma), w(sigma) * y(sigma), Given("the denoiser of this noise level"))
flow_of_mode = Claim(y(sigma).diff(sigma), (1 - w(sigma)) / sigma * y(sigma), Substitutes(flow, denoised))
variance = Claim(
    V(sigma), sigma_T**2 * y(sigma) ** 2, Given("the start's variance, scaled by a sample of size 1")
)
at_start = Claim(V(sigma_T), sigma_T**2, Substitutes(variance, at={sigma: sigma_T, y(sigma_T): 1}))
variance_flow = Claim(
    V(sigma).diff(sigma), 2 * (1 - w(sigma)) / sigma * V(sigma), Evolves(variance, (flow_of_mode,))
)
trained = Claim(w(sigma), w_of(tau), Given("every noise level has been trained for the same time"))
trained_from_zero = Claim(
    w(sigma),
    lam / (lam + sigma**2) * (1 - exp(-2 * eta * tau * (lam + sigma**2))),
    Substitutes(trained, learned, at={w0: 0}),
)
trained_flow = Claim(
    V(sigma).diff(sigma),
    2 * (sigma**2 + lam * exp(-2 * eta * tau * (lam + sigma**2))) / (sigma * (lam + sigma**2)) * V(sigma),
    Substitutes(variance_flow, trained_from_zero),
)

# %% [markdown]
# With $u = \sigma^2$ the rate of $\ln V$ is a sum of integrals of $e^{-u}/u$, which is what $E_1$ is.

# %%
a = 2 * eta * tau


def exponent(v):
    """F(v), with E_1."""
    return sp.expint(1, a * (v + lam)) - exp(-a * lam) * sp.expint(1, a * v)


generated_on_the_way = Claim(
    V(sigma),
    sigma_T**2 * (sigma**2 + lam) / (sigma_T**2 + lam) * exp(exponent(sigma**2) - exponent(sigma_T**2)),
    Solves(trained_flow, conditions=[at_start]),
)
ending = Claim(V_0, V(sigma_0), Given("the variance at the end"))
generated = Claim(
    V_0,
    sigma_T**2 * (sigma_0**2 + lam) / (sigma_T**2 + lam) * exp(exponent(sigma_0**2) - exponent(sigma_T**2)),
    Substitutes(ending, generated_on_the_way),
    where=sigma_0 <= sigma_T,
)

# %% [markdown]
# Early $E_1$ nearly cancels. What has been learned since the start, and what is left to learn, are each
# an integral of something positive. It is split in the middle of the scales it spans.


# %%
def gathered(share, low):
    """The integral of lam share/(u (u + lam)) up to the start, from the level ``low``."""
    rate, halfway = lam * share / (u * (u + lam)), low * sigma_T
    return Integral(rate, (u, low**2, halfway)) + Integral(rate, (u, halfway, sigma_T**2))


learned_share, share_to_learn = -expm1(-a * (u + lam)), exp(-a * (u + lam))
early_on_the_way = Claim(
    V(sigma),
    sigma**2 * exp(gathered(learned_share, sigma)),
    Solves(trained_flow, conditions=[at_start]),
)
late_on_the_way = Claim(
    V(sigma),
    sigma_T**2 * (sigma**2 + lam) / (sigma_T**2 + lam) * exp(-gathered(share_to_learn, sigma)),
    Solves(trained_flow, conditions=[at_start]),
)
early = Claim(
    V_0,
    sigma_0**2 * exp(gathered(learned_share, sigma_0)),
    Substitutes(ending, early_on_the_way),
    where=sigma_0 <= sigma_T,
)
late = Claim(
    V_0,
    sigma_T**2 * (sigma_0**2 + lam) / (sigma_T**2 + lam) * exp(-gathered(share_to_learn, sigma_0)),
    Substitutes(ending, late_on_the_way),
    where=sigma_0 <= sigma_T,
)
untrained = Claim(V_0, sigma_0**2, Substitutes(early, at={tau: 0}))
trained_for_ever = Claim(
    V_0, sigma_T**2 * (sigma_0**2 + lam) / (sigma_T**2 + lam), Limit(generated, tau, sp.oo)
)
without_noise = Claim(V_0, sigma_T**2 * lam / (sigma_T**2 + lam), Limit(trained_for_ever, sigma_0, 0))

# %% [markdown]
# ## The time to half the variance
# A mode counts as learned when the flow generates half of its variance. As $1 - e^{-x} \le x$, that takes
# at least $2\eta\tau\lambda\ln(\sigma_T^2/\sigma_0^2) = \ln(\lambda/2\sigma_0^2)$; and what is left to learn
# is at most $e^{-2\eta\tau\lambda}\ln(\sigma_T^2/\sigma_0^2)$, which bounds the time from above. There is
# such a time if the noise left, $\sigma_0^2$, is below half the variance and the final variance above it.

# %%
h = sp.Symbol("h")
against_half = Claim(h, log(2 * V_0 / lam), Given("the logarithm of the variance, of half the data's"))
beyond_half_by_exponential_integral = Claim(
    h,
    log(2 * sigma_T**2 * (sigma_0**2 + lam) / (lam * (sigma_T**2 + lam)))
    + exponent(sigma_0**2)
    - exponent(sigma_T**2),
    Substitutes(against_half, generated),
    where=sigma_0 <= sigma_T,
)
surplus = (sigma_T**2 * (lam + 2 * sigma_0**2) - lam**2) / (lam * (sigma_T**2 + lam))
beyond_half = Claim(
    h,
    log1p(surplus) - gathered(share_to_learn, sigma_0),
    Substitutes(against_half, late),
    where=sigma_0 <= sigma_T,
)
scales = log(sigma_T**2 / sigma_0**2)

# %%
generated_mode_variance = ExplicitForm(
    generated,
    (tau, lam, sigma_0, sigma_T, eta),
    forms=((early, 4 * eta * tau * lam <= 1), (late, True)),
    reference=((untrained, Eq(tau, 0)), (generated, True)),
)
half_variance_time = ImplicitForm(
    beyond_half,
    (lam, sigma_0, sigma_T, eta),
    unknown=tau,
    target=0,
    bracket=(
        log(lam / (2 * sigma_0**2)) / (2 * eta * lam * scales),
        log(scales / log1p(surplus)) / (2 * eta * lam),
    ),
    where=(2 * sigma_0**2 < lam, lam**2 < sigma_T**2 * (lam + 2 * sigma_0**2)),
    reference=((beyond_half_by_exponential_integral, True),),
)
