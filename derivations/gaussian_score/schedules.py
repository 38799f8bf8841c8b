# %% [markdown]
# # Schedules
# Signal level $\alpha$ and noise level $\sigma$ of the usual schedules, and their rates in time: what the
# velocity and the exact trajectory need. EDM has $\alpha = 1$, $\sigma = t$, flow matching
# $\alpha = 1 - t$, $\sigma = t$.

# %%
import sympy as sp
from sympy import cos, exp, log, pi, sin, sqrt
from sympy.codegen.cfunctions import expm1

from derivations.score_sde.kernels import (
    growing,
    linear_alpha,
    linear_clock,
    linear_diffusion,
    linear_variance,
    sub_vp_linear_variance,
    ve_variance_by_growth,
)
from derivations.score_sde.setting import (
    alpha_of,
    beta_max,
    beta_min,
    sigma2_of,
    sigma_max,
    sigma_min,
    t,
)
from theory import Claim, ExplicitForm, Parameter
from theory.rules import Differentiates, Given, Rewrites, Substitutes

offset = Parameter(
    "s", "offset of the cosine schedule, which starts with a little noise", sp.Interval.Lopen(0, 1),
    extremes=(1e-4, 1),
)  # fmt: skip
sigma = sp.Function("sigma", positive=True)
started = (t > 0,)
clock_rate = linear_diffusion.rhs

# %%
noise_level = Claim(sigma(t), sqrt(sigma2_of(t)), Given("the noise level is the root of its variance"))

# %% [markdown]
# ## Linear schedules of the stochastic equations

# %%
ve_level = Claim(
    sigma(t),
    sigma_min * sqrt(expm1(2 * t * log(sigma_max / sigma_min))),
    Substitutes(noise_level, ve_variance_by_growth),
    where=(*growing, *started),
)
ve_rate = Claim(
    sigma(t).diff(t),
    sigma_min
    * log(sigma_max / sigma_min)
    * exp(2 * t * log(sigma_max / sigma_min))
    / sqrt(expm1(2 * t * log(sigma_max / sigma_min))),
    Differentiates(ve_level, t),
    where=(*growing, *started),
)
vp_signal_rate = Claim(
    alpha_of(t).diff(t), -clock_rate / 2 * exp(-linear_clock.rhs / 2), Differentiates(linear_alpha, t)
)
vp_level = Claim(
    sigma(t), sqrt(-expm1(-linear_clock.rhs)), Substitutes(noise_level, linear_variance), where=started
)
vp_rate = Claim(
    sigma(t).diff(t),
    clock_rate * exp(-linear_clock.rhs) / (2 * sqrt(-expm1(-linear_clock.rhs))),
    Differentiates(vp_level, t),
    where=started,
)
sub_vp_level = Claim(
    sigma(t), -expm1(-linear_clock.rhs), Substitutes(noise_level, sub_vp_linear_variance), where=started
)
sub_vp_rate = Claim(
    sigma(t).diff(t), clock_rate * exp(-linear_clock.rhs), Differentiates(sub_vp_level, t), where=started
)

# %% [markdown]
# ## The cosine schedule

# %%
cosine_signal = Claim(
    alpha_of(t),
    cos(pi / 2 * (t + offset) / (1 + offset)) / cos(pi / 2 * offset / (1 + offset)),
    Given("a quarter of a cosine, from 1 on"),
)
cosine_by_sine = Claim(
    alpha_of(t),
    sin(pi / 2 * (1 - t) / (1 + offset)) / cos(pi / 2 * offset / (1 + offset)),
    Rewrites(cosine_signal),
)
cosine_signal_rate = Claim(
    alpha_of(t).diff(t),
    -pi / (2 * (1 + offset)) * cos(pi / 2 * (1 - t) / (1 + offset)) / cos(pi / 2 * offset / (1 + offset)),
    Differentiates(cosine_signal, t),
)
cosine_variance = Claim(sigma2_of(t), 1 - alpha_of(t) ** 2, Given("the variance is preserved"))
cosine_level = Claim(
    sigma(t),
    sqrt(1 - cosine_signal.rhs**2),
    Substitutes(noise_level, cosine_variance, cosine_signal),
    where=started,
)
cosine_level_by_sines = Claim(
    sigma(t),
    sqrt(sin(pi / 2 * t / (1 + offset)) * sin(pi / 2 * (t + 2 * offset) / (1 + offset)))
    / cos(pi / 2 * offset / (1 + offset)),
    Rewrites(cosine_level),
    where=started,
)
cosine_rate = Claim(
    sigma(t).diff(t),
    pi
    / (4 * (1 + offset) * cos(pi / 2 * offset / (1 + offset)))
    * sin(pi * (t + offset) / (1 + offset))
    / sqrt(sin(pi / 2 * t / (1 + offset)) * sin(pi / 2 * (t + 2 * offset) / (1 + offset))),
    Differentiates(cosine_level_by_sines, t),
    where=started,
)
cosine_rate_by_sine = Claim(
    sigma(t).diff(t),
    pi
    / (4 * (1 + offset) * cos(pi / 2 * offset / (1 + offset)))
    * sin(pi * (1 - t) / (1 + offset))
    / sqrt(sin(pi / 2 * t / (1 + offset)) * sin(pi / 2 * (t + 2 * offset) / (1 + offset))),
    Rewrites(cosine_rate),
    where=started,
)

# %%
ve_arguments, vp_arguments, cosine_arguments = (t, sigma_min, sigma_max), (t, beta_min, beta_max), (t, offset)
ve_sigma = ExplicitForm(ve_level, ve_arguments)
ve_sigma_rate = ExplicitForm(ve_rate, ve_arguments)
vp_alpha_rate = ExplicitForm(vp_signal_rate, vp_arguments)
vp_sigma = ExplicitForm(vp_level, vp_arguments)
vp_sigma_rate = ExplicitForm(vp_rate, vp_arguments)
sub_vp_sigma = ExplicitForm(sub_vp_level, vp_arguments)
sub_vp_sigma_rate = ExplicitForm(sub_vp_rate, vp_arguments)
cosine_alpha = ExplicitForm(
    cosine_signal, cosine_arguments, forms=((cosine_by_sine, True),), defaults={offset: 0.008}
)
cosine_alpha_rate = ExplicitForm(cosine_signal_rate, cosine_arguments, defaults={offset: 0.008})
cosine_sigma = ExplicitForm(
    cosine_level, cosine_arguments, forms=((cosine_level_by_sines, True),), defaults={offset: 0.008}
)
cosine_sigma_rate = ExplicitForm(
    cosine_rate,
    cosine_arguments,
    forms=((cosine_rate, 2 * t <= 1), (cosine_rate_by_sine, True)),
    defaults={offset: 0.008},
)
