# %% [markdown]
# # Score and denoiser
# Of Gaussian data both the noisy density and the posterior of the clean data are Gaussian.

# %%
import sympy as sp
from sympy import Integral, exp, log, oo, pi, sqrt

from theory import Claim, ExplicitForm, Parameter
from theory.parameter import REAL
from theory.rules import Differentiates, Given, Rewrites, Substitutes

from .setting import alpha, lam, mu, sigma, x

dalpha = Parameter("dalpha", "rate of the signal level in time", REAL, latex=r"\dot\alpha")
dsigma = Parameter("dsigma", "rate of the noise level in time", REAL, latex=r"\dot\sigma")
p, ln_p, s, D, eps, u = sp.symbols("p ln_p s D epsilon u")

# %% [markdown]
# With $x_0 = \mu + \sqrt\lambda\,z$ the law of data and noise together is that of $z$ and the noise, also
# where the data do not vary.

# %%
z = Parameter("z", "deviation of the data in units of their spread", REAL)
joint = exp(-(z**2) / 2 - (x - alpha * (mu + sqrt(lam) * z)) ** 2 / (2 * sigma**2)) / (2 * pi * sigma)
marginal = Claim(p, Integral(joint, (z, -oo, oo)), Given("the density of the noisy sample"))
mean_of_data = Claim(
    D, Integral((mu + sqrt(lam) * z) * joint, (z, -oo, oo)) / p, Given("the mean of the clean data, given x")
)
density = Claim(
    p,
    exp(-((x - alpha * mu) ** 2) / (2 * (alpha**2 * lam + sigma**2)))
    / sqrt(2 * pi * (alpha**2 * lam + sigma**2)),
    Rewrites(marginal),
)
logarithm = Claim(ln_p, log(p), Given("the log-density"))
log_density = Claim(
    ln_p,
    -log(2 * pi * (alpha**2 * lam + sigma**2)) / 2
    - (x - alpha * mu) ** 2 / (2 * (alpha**2 * lam + sigma**2)),
    Substitutes(logarithm, density),
)
score = Claim(
    sp.Derivative(ln_p, x), -(x - alpha * mu) / (alpha**2 * lam + sigma**2), Differentiates(log_density, x)
)
s_of = sp.Derivative(ln_p, x)
denoised = Claim(
    D, mu + alpha * lam * (x - alpha * mu) / (alpha**2 * lam + sigma**2), Substitutes(mean_of_data, density)
)
denoised_by_weights = Claim(
    D, (alpha * lam * x + sigma**2 * mu) / (alpha**2 * lam + sigma**2), Rewrites(denoised)
)

# %% [markdown]
# Tweedie's formula, which needs no Gaussian data, gives the same; so does the covariance of the clean
# data given the sample, $\partial D/\partial x = \alpha\,\mathrm{Var}(x_0 | x)/\sigma^2$.

# %%
remaining = sp.Symbol("Var")
tweedie = Claim(D, (x + sigma**2 * s_of) / alpha, Rewrites(denoised, using=(score,)), where=(alpha > 0,))
variance_of_data = Claim(
    remaining,
    Integral((mu + sqrt(lam) * z - denoised.rhs) ** 2 * joint, (z, -oo, oo)) / p,
    Given("the variance of the clean data, given x"),
)
posterior_variance = Claim(
    remaining, lam * sigma**2 / (alpha**2 * lam + sigma**2), Substitutes(variance_of_data, density)
)
slope_of_denoiser = Claim(
    sp.Derivative(D, x), alpha * lam / (alpha**2 * lam + sigma**2), Differentiates(denoised, x)
)
slope_by_variance = Claim(
    sp.Derivative(D, x),
    alpha * remaining / sigma**2,
    Rewrites(slope_of_denoiser, using=(posterior_variance,)),
)

# %% [markdown]
# The other two outputs a network is trained for: the noise, and the velocity of the sample.

# %%
noise_left = Claim(eps, (x - alpha * D) / sigma, Given("the mean of the noise, given x"))
noise = Claim(eps, sigma * (x - alpha * mu) / (alpha**2 * lam + sigma**2), Substitutes(noise_left, denoised))
noise_by_score = Claim(eps, -sigma * s_of, Rewrites(noise, using=(score,)))
mean_rate = Claim(
    u, dalpha * D + dsigma * eps, Given("the mean rate of the sample, given x: flow matching's target")
)
velocity = Claim(
    u,
    dalpha * mu + (alpha * dalpha * lam + sigma * dsigma) * (x - alpha * mu) / (alpha**2 * lam + sigma**2),
    Substitutes(mean_rate, denoised, noise),
)
velocity_by_weights = Claim(
    u,
    ((alpha * dalpha * lam + sigma * dsigma) * x + sigma * (sigma * dalpha - alpha * dsigma) * mu)
    / (alpha**2 * lam + sigma**2),
    Rewrites(velocity),
)

# %% [markdown]
# It is the velocity of the probability flow: with $f = \dot\alpha/\alpha$ and $g^2 = d\sigma^2/dt -
# 2f\sigma^2$ the same as $f\,x - \tfrac12 g^2 \nabla\ln p$.

# %%
f, g2 = sp.symbols("f g2")
drift = Claim(f, dalpha / alpha, Given("the drift of the forward process"), where=(alpha > 0,))
diffusion = Claim(
    g2, 2 * sigma * dsigma - 2 * f * sigma**2, Given("its squared diffusion coefficient"), where=(alpha > 0,)
)
flow_velocity = Claim(
    u, f * x - g2 / 2 * s_of, Rewrites(velocity, using=(diffusion, drift, score)), where=(alpha > 0,)
)

# %%
level = (lam, mu, alpha, sigma)
mode_log_density = ExplicitForm(log_density, (x, *level))
mode_score = ExplicitForm(score, (x, *level))
mode_denoiser = ExplicitForm(denoised, (x, *level), forms=((denoised_by_weights, True),))
mode_epsilon = ExplicitForm(noise, (x, *level))
mode_velocity = ExplicitForm(velocity, (x, *level, dalpha, dsigma), forms=((velocity_by_weights, True),))
denoiser_slope = ExplicitForm(slope_of_denoiser, (lam, alpha, sigma))
