# %% [markdown]
# # Velocity, score and denoiser between two Gaussians
# Of jointly Gaussian variables the conditional mean is the linear regression: the mean, plus the
# covariance with the sample times $y = (x - m_t)/v_t$ (R1).

# %%
import sympy as sp
from sympy import Derivative, exp, log, pi, sqrt

from theory import Claim, ExplicitForm
from theory.rules import Differentiates, Given, Rewrites, Substitutes

from .setting import (
    alpha,
    beta,
    c_0,
    c_1,
    dalpha,
    dbeta,
    gamma,
    gdg,
    m,
    m_0,
    m_1,
    mean,
    mixed,
    v,
    variance,
    x,
)

y, eta_0, eta_1, eta_z, b, rho, ln_rho = sp.symbols("y eta_0 eta_1 eta_z b rho ln_rho")
dgamma = sp.Symbol("dgamma", real=True)
spread = alpha**2 * c_0 + beta**2 * c_1 + gamma**2
apart = x - alpha * m_0 - beta * m_1

# %%
deviation = Claim(y, (x - m) / v, Given("the sample's deviation from the mean, over the variance"))
deviation_of_sample = Claim(y, apart / spread, Substitutes(deviation, mean, variance), where=mixed)
first_regression = Claim(eta_0, m_0 + alpha * c_0 * y, Given("regression: the covariance is alpha c_0"))
second_regression = Claim(eta_1, m_1 + beta * c_1 * y, Given("regression: the covariance is beta c_1"))
noise_regression = Claim(eta_z, gamma * y, Given("regression: the covariance is gamma"))
first = Claim(eta_0, m_0 + alpha * c_0 * apart / spread, Substitutes(first_regression, deviation_of_sample))
second = Claim(eta_1, m_1 + beta * c_1 * apart / spread, Substitutes(second_regression, deviation_of_sample))
noise = Claim(eta_z, gamma * apart / spread, Substitutes(noise_regression, deviation_of_sample))

# %% [markdown]
# Together they make up the sample itself, and its mean rate is the velocity.

# %%
sample = Claim(
    sp.Symbol("x_t"),
    alpha * eta_0 + beta * eta_1 + gamma * eta_z,
    Given("the conditional mean of the sample, given itself"),
)
nothing_lost = Claim(sp.Symbol("x_t"), x, Substitutes(sample, first, second, noise))
mean_rate = Claim(
    b, dalpha * eta_0 + dbeta * eta_1 + dgamma * eta_z, Given("the mean of the sample's rate, given x")
)
product = Claim(
    dgamma, gdg / gamma, Given("the noise's rate, by the product that stays finite"), where=(gamma > 0,)
)
velocity_inside = Claim(
    b,
    dalpha * m_0 + dbeta * m_1 + (alpha * dalpha * c_0 + beta * dbeta * c_1 + gdg) * apart / spread,
    Substitutes(mean_rate, first, second, noise, product),
)

# %% [markdown]
# The factor in front of the deviation is half the rate of the variance; it is finite at the ends, where
# $\dot\gamma$ is not. By the two rates alone, of the first law and of the second:

# %%
velocity = Claim(b, velocity_inside.rhs, Rewrites(velocity_inside), where=mixed, everywhere=True)
velocity_by_sample = Claim(
    b,
    (
        (alpha * dalpha * c_0 + beta * dbeta * c_1 + gdg) * x
        + m_0 * (beta * c_1 * (beta * dalpha - alpha * dbeta) + gamma**2 * dalpha - alpha * gdg)
        + m_1 * (alpha * c_0 * (alpha * dbeta - beta * dalpha) + gamma**2 * dbeta - beta * gdg)
    )
    / spread,
    Rewrites(velocity),
)

# %% [markdown]
# The score is the slope of the log-density. Noise and score are the same up to $-\gamma$, and the velocity
# splits into that of the two laws and a part along the score, $b = v - \gamma\dot\gamma s$.

# %%
density = Claim(
    rho,
    exp(-(apart**2) / (2 * spread)) / sqrt(2 * pi * spread),
    Given("the density of a Gaussian"),
    where=mixed,
)
logarithm = Claim(ln_rho, log(rho), Given("the log-density"))
log_density = Claim(
    ln_rho, -log(2 * pi * spread) / 2 - apart**2 / (2 * spread), Substitutes(logarithm, density)
)
score = Claim(Derivative(ln_rho, x), -apart / spread, Differentiates(log_density, x))
noise_by_score = Claim(eta_z, -gamma * Derivative(ln_rho, x), Rewrites(noise, using=(score,)))
velocity_by_score = Claim(
    b,
    dalpha * eta_0 + dbeta * eta_1 - gdg * Derivative(ln_rho, x),
    Rewrites(velocity, using=(first, second, score)),
)

# %% [markdown]
# For the computer: the conditional means as weighted means of what is known, without the difference.

# %%
first_by_weights = Claim(
    eta_0,
    (m_0 * (beta**2 * c_1 + gamma**2) + alpha * c_0 * (x - beta * m_1)) / spread,
    Rewrites(first),
)
second_by_weights = Claim(
    eta_1,
    (m_1 * (alpha**2 * c_0 + gamma**2) + beta * c_1 * (x - alpha * m_0)) / spread,
    Rewrites(second),
)

# %%
level = (m_0, c_0, m_1, c_1, alpha, beta, gamma)
interpolant_score = ExplicitForm(score, (x, *level))
interpolant_log_density = ExplicitForm(log_density, (x, *level))
interpolant_denoiser = ExplicitForm(noise, (x, *level))
first_endpoint = ExplicitForm(first, (x, *level), forms=((first_by_weights, True),))
second_endpoint = ExplicitForm(second, (x, *level), forms=((second_by_weights, True),))
interpolant_velocity = ExplicitForm(
    velocity, (x, *level, dalpha, dbeta, gdg), forms=((velocity_by_sample, True),)
)
