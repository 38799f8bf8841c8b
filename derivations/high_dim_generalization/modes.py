# %% [markdown]
# # One mode of the data
# The teacher's weight is approached at the rate $\lambda$, its noise is fitted at the same rate (R2). What
# was forgotten of the start, and what was taken in of the noise, add up to the error of the mode.

# %%
import sympy as sp
from sympy import Derivative, exp, oo, sqrt

from theory import Claim, ExplicitForm
from theory.functions import expm1
from theory.rules import Differentiates, Given, Limit, Rewrites, Solves, Substitutes

from .setting import INR, SNR, flow, lam, noise, t, z, z_0, z_bar

e = sp.Function("e", real=True)(lam, t)
f = sp.Function("f", real=True)(lam, t)
r = sp.Function("r", real=True)(t, z_bar, z_0, noise)
late = sp.Symbol("e_infinity")

# %%
mode = Claim(
    z,
    z_bar + (z_0 - z_bar) * exp(-lam * t) + noise / sqrt(lam) * (1 - exp(-lam * t)),
    Solves(flow, conditions=[(z.subs(t, 0), z_0)]),
)
stable_mode = Claim(z, z_0 * exp(-lam * t) - (z_bar + noise / sqrt(lam)) * expm1(-lam * t), Rewrites(mode))
memory = Claim(Derivative(z, z_0), exp(-lam * t), Differentiates(mode, z_0))
response = Claim(Derivative(z, noise), (1 - exp(-lam * t)) / sqrt(lam), Differentiates(mode, noise))
square = Claim(
    e,
    (1 + INR) * Derivative(z, z_0) ** 2 + Derivative(z, noise) ** 2 / SNR,
    Given("the mean square of z - z_bar, linear in z_0 - z_bar and in the noise, which are independent"),
)
error = Claim(
    e,
    (1 + INR) * exp(-2 * lam * t) + (1 - exp(-lam * t)) ** 2 / (lam * SNR),
    Substitutes(square, memory, response),
)
stable_error = Claim(e, (1 + INR) * exp(-2 * lam * t) + expm1(-lam * t) ** 2 / (lam * SNR), Rewrites(error))
late_error = Claim(late, 1 / (lam * SNR), Limit(error, t, oo))

# %% [markdown]
# On the data the residual of the mode, noise included, only shrinks.

# %%
residual = Claim(r, sqrt(lam) * (z_bar - z) + noise, Given("what is left of the labels along the mode"))
shrinking = Claim(r, (sqrt(lam) * (z_bar - z_0) + noise) * exp(-lam * t), Substitutes(residual, mode))
by_start = Claim(Derivative(r, z_0), -sqrt(lam) * exp(-lam * t), Differentiates(shrinking, z_0))
by_noise = Claim(Derivative(r, noise), exp(-lam * t), Differentiates(shrinking, noise))
residual_square = Claim(
    f,
    (1 + INR) * Derivative(r, z_0) ** 2 + Derivative(r, noise) ** 2 / SNR,
    Given("the mean square of the residual, linear in z_0 - z_bar and in the noise"),
)
residual_of_mode = Claim(
    f, (lam * (1 + INR) + 1 / SNR) * exp(-2 * lam * t), Substitutes(residual_square, by_start, by_noise)
)

# %%
weight_of_a_mode = ExplicitForm(mode, (t, lam, z_bar, z_0, noise), forms=((stable_mode, True),))
error_of_a_mode = ExplicitForm(error, (t, lam, SNR, INR), forms=((stable_error, True),))
training_error_of_a_mode = ExplicitForm(residual_of_mode, (t, lam, SNR, INR))
