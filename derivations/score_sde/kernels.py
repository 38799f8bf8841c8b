# %% [markdown]
# # Perturbation kernels of the VE, VP and sub-VP processes
# Signal level and noise variance follow from drift and diffusion by linear equations.

# %%
import sympy as sp
from sympy import exp, log
from sympy.codegen.cfunctions import expm1

from theory import Claim, ExplicitForm
from theory.rules import Differentiates, Evolves, Given, Rewrites, Solves, Substitutes

from .setting import (
    alpha_of,
    beta_max,
    beta_min,
    f,
    g2,
    mode_variance,
    noise,
    sigma2_of,
    sigma_max,
    sigma_min,
    signal,
    t,
    v_of,
)

# %% [markdown]
# However drift and diffusion vary, they determine how the variance of a mode moves.

# %%
variance_flow = Claim(v_of(t).diff(t), 2 * f(t) * v_of(t) + g2(t), Evolves(mode_variance, (signal, noise)))

# %% [markdown]
# ## Variance exploding
# The noise level grows geometrically and nothing shrinks. The kernel starts without noise, hence
# $\sigma^2(t) - \sigma^2(0)$: code that leaves out the second term has as prior variance $\sigma^2(1)$.

# %%
level = sp.Function("level", positive=True)
growing = (sigma_min < sigma_max,)
ve_level = Claim(
    level(t),
    sigma_min**2 * (sigma_max / sigma_min) ** (2 * t),
    Given("VE: the square of a geometric noise level"),
    where=growing,
)
ve_diffusion = Claim(
    g2(t),
    2 * log(sigma_max / sigma_min) * sigma_min ** (2 - 2 * t) * sigma_max ** (2 * t),
    Differentiates(ve_level, t),
)
ve_drift = Claim(f(t), 0, Given("VE: no drift"))
ve_noise = Claim(
    sigma2_of(t).diff(t),
    2 * log(sigma_max / sigma_min) * sigma_min ** (2 - 2 * t) * sigma_max ** (2 * t),
    Substitutes(noise, ve_drift, ve_diffusion),
)
ve_signal = Claim(alpha_of(t).diff(t), 0, Substitutes(signal, ve_drift))
ve_alpha = Claim(alpha_of(t), 1, Solves(ve_signal, conditions=[(alpha_of(0), 1)]))
ve_variance = Claim(
    sigma2_of(t),
    sigma_min**2 * ((sigma_max / sigma_min) ** (2 * t) - 1),
    Solves(ve_noise, conditions=[(sigma2_of(0), 0)]),
)
ve_variance_by_growth = Claim(
    sigma2_of(t), sigma_min**2 * expm1(2 * t * log(sigma_max / sigma_min)), Rewrites(ve_variance)
)

# %% [markdown]
# ## Variance preserving
# For any noise rate $\dot B$: the signal decays with $B$ and the noise makes up for it.

# %%
B = sp.Function("B")
vp_drift = Claim(f(t), -B(t).diff(t) / 2, Given("VP and sub-VP: half the noise rate pulls to 0"))
vp_diffusion = Claim(g2(t), B(t).diff(t), Given("VP: the noise rate"))
vp_signal = Claim(alpha_of(t).diff(t), -B(t).diff(t) / 2 * alpha_of(t), Substitutes(signal, vp_drift))
vp_noise = Claim(
    sigma2_of(t).diff(t), B(t).diff(t) * (1 - sigma2_of(t)), Substitutes(noise, vp_drift, vp_diffusion)
)
vp_alpha_of_clock = Claim(
    alpha_of(t), exp((B(0) - B(t)) / 2), Solves(vp_signal, conditions=[(alpha_of(0), 1)])
)
vp_variance_of_clock = Claim(
    sigma2_of(t), 1 - exp(B(0) - B(t)), Solves(vp_noise, conditions=[(sigma2_of(0), 0)])
)

# %% [markdown]
# ## Sub-variance preserving
# The diffusion is held back at first: the noise variance is the square of that of VP, hence smaller.

# %%
sub_vp_diffusion = Claim(
    g2(t), B(t).diff(t) * (1 - exp(2 * B(0) - 2 * B(t))), Given("sub-VP: the noise rate, held back")
)
sub_vp_noise = Claim(
    sigma2_of(t).diff(t),
    B(t).diff(t) * (1 - exp(2 * B(0) - 2 * B(t)) - sigma2_of(t)),
    Substitutes(noise, vp_drift, sub_vp_diffusion),
)
sub_vp_variance_of_clock = Claim(
    sigma2_of(t), (1 - exp(B(0) - B(t))) ** 2, Solves(sub_vp_noise, conditions=[(sigma2_of(0), 0)])
)

# %% [markdown]
# ## The linear schedule

# %%
clock_rate = Claim(
    B(t).diff(t), beta_min * (1 - t) + beta_max * t, Given("the noise rate grows linearly in time")
)
linear_clock = Claim(
    B(t),
    beta_min * t * (1 - t / 2) + beta_max * t**2 / 2,
    Solves(clock_rate, conditions=[(B(0), 0)]),
)
linear_drift = Claim(f(t), -(beta_min * (1 - t) + beta_max * t) / 2, Substitutes(vp_drift, clock_rate))
linear_diffusion = Claim(g2(t), beta_min * (1 - t) + beta_max * t, Substitutes(vp_diffusion, clock_rate))
linear_alpha = Claim(alpha_of(t), exp(-linear_clock.rhs / 2), Substitutes(vp_alpha_of_clock, linear_clock))
linear_variance = Claim(
    sigma2_of(t), -expm1(-linear_clock.rhs), Substitutes(vp_variance_of_clock, linear_clock)
)
sub_vp_linear_diffusion = Claim(
    g2(t),
    -(beta_min * (1 - t) + beta_max * t) * expm1(-2 * linear_clock.rhs),
    Substitutes(sub_vp_diffusion, linear_clock),
)
sub_vp_linear_variance = Claim(
    sigma2_of(t), expm1(-linear_clock.rhs) ** 2, Substitutes(sub_vp_variance_of_clock, linear_clock)
)

# %%
ve_sigma2 = ExplicitForm(ve_variance, (t, sigma_min, sigma_max), forms=((ve_variance_by_growth, True),))
ve_g2 = ExplicitForm(ve_diffusion, (t, sigma_min, sigma_max))
vp_clock = ExplicitForm(linear_clock, (t, beta_min, beta_max))
vp_f = ExplicitForm(linear_drift, (t, beta_min, beta_max))
vp_g2 = ExplicitForm(linear_diffusion, (t, beta_min, beta_max))
vp_alpha = ExplicitForm(linear_alpha, (t, beta_min, beta_max))
vp_sigma2 = ExplicitForm(linear_variance, (t, beta_min, beta_max))
sub_vp_g2 = ExplicitForm(sub_vp_linear_diffusion, (t, beta_min, beta_max))
sub_vp_sigma2 = ExplicitForm(sub_vp_linear_variance, (t, beta_min, beta_max))
