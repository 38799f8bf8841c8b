# %% [markdown]
# # Setting: diffusion by a linear stochastic differential equation
# Data are noised by $dx = f(t)\,x\,dt + g(t)\,dw$ from $t = 0$ on. What one data point becomes is
# Gaussian, with a signal level $\alpha_t$ and a noise variance $\sigma_t^2$. In the eigenbasis of the
# data's covariance the coordinates of Gaussian data are independent modes of variance $\lambda$.

# %%
import sympy as sp

from theory import Claim, Parameter
from theory.parameter import NONNEGATIVE, POSITIVE, REAL
from theory.rules import Given

t = Parameter("t", "time of the forward process", sp.Interval(0, 1))
beta_min = Parameter("beta_min", "noise rate at t = 0", POSITIVE, latex=r"\beta_{\min}", extremes=(1e-3, 1e2))
beta_max = Parameter("beta_max", "noise rate at t = 1", POSITIVE, latex=r"\beta_{\max}", extremes=(1e-3, 1e2))
sigma_min = Parameter(
    "sigma_min", "noise level at t = 0", POSITIVE, latex=r"\sigma_{\min}", extremes=(1e-3, 1e3)
)
sigma_max = Parameter(
    "sigma_max", "noise level at t = 1", POSITIVE, latex=r"\sigma_{\max}", extremes=(1e-3, 1e3)
)
lam = Parameter("lam", "variance of the data in the mode", POSITIVE, latex=r"\lambda", extremes=(1e-6, 1e6))
mu = Parameter("mu", "mean of the data in the mode", REAL, latex=r"\mu", extremes=(-1e3, 1e3))
alpha = Parameter("alpha", "signal level at time t", POSITIVE, latex=r"\alpha", extremes=(1e-3, 1))
sigma2 = Parameter("sigma2", "noise variance at time t", NONNEGATIVE, latex=r"\sigma^2", extremes=(1e-6, 1e4))
v = Parameter("v", "variance of the noisy mode, alpha^2 lam + sigma2", POSITIVE, extremes=(1e-6, 1e6))

f, g2 = sp.Function("f"), sp.Function("g2")
"""Drift and squared diffusion coefficient of the forward process."""
alpha_of, sigma2_of = sp.Function("alpha", positive=True), sp.Function("sigma2", positive=True)
v_of = sp.Function("v", positive=True)

# %% [markdown]
# The mean of a data point obeys the equation without noise; its variance grows by $g^2$ and follows
# the drift twice.

# %%
signal = Claim(
    alpha_of(t).diff(t), f(t) * alpha_of(t), Given("the mean of the forward process, per unit of the data")
)
noise = Claim(
    sigma2_of(t).diff(t), 2 * f(t) * sigma2_of(t) + g2(t), Given("the variance of the forward process")
)
mode_variance = Claim(
    v_of(t), alpha_of(t) ** 2 * lam + sigma2_of(t), Given("signal and noise are independent")
)
