# %% [markdown]
# # Training and test error over time
# The averages of the modes' errors over the spectrum (R2). The modes without data, a fraction $(1 -
# \alpha)_+$, keep the error of the start; data in excess of the modes, a fraction $(1 - 1/\alpha)_+$, keep
# their noise. As integrals over the angle they are smooth, at any ratio and time.

# %%
import sympy as sp
from sympy import Integral, Max, pi

from theory import Claim, QuadratureForm
from theory.rules import Defines, Equates, Given, Substitutes

from .modes import e, f, residual_of_mode, stable_error
from .setting import INR, SNR, alpha, lam, t
from .spectrum import ell, stable_eigenvalue, stable_weight, v, w

E_g, E_t = (sp.Function(name, real=True)(t) for name in ("E_g", "E_t"))
g, h = (sp.Function(name, real=True)(v) for name in "gh")


def at_an_angle(of_a_mode):
    """What the modes at an angle add to an average, from the value for one eigenvalue."""
    return stable_weight.rhs * of_a_mode.rhs.subs(lam, stable_eigenvalue.rhs)


# %%
spectral = (stable_weight, stable_eigenvalue)
errors = Claim(g, at_an_angle(stable_error), Defines("the error of the modes at an angle"))
errors_by_angle = Claim(
    w * e.subs(lam, ell), g, Equates(stable_eigenvalue, stable_weight, stable_error, errors)
)
average = Claim(
    E_g,
    Max(0, 1 - alpha) * (1 + INR) + Integral(w * e.subs(lam, ell), (v, 0, pi)) + 1 / SNR,
    Given("the modes' mean square errors, those without data, and the noise of the test point"),
)
generalisation = Claim(
    E_g,
    Max(0, 1 - alpha) * (1 + INR) + Integral(g, (v, 0, pi)) + 1 / SNR,
    Substitutes(average, stable_weight, stable_error, stable_eigenvalue, errors),
)
residuals = Claim(h, at_an_angle(residual_of_mode), Defines("the residual of the modes at an angle"))
residuals_by_angle = Claim(
    w * f.subs(lam, ell), h, Equates(stable_eigenvalue, stable_weight, residual_of_mode, residuals)
)
average_residual = Claim(
    E_t,
    (Integral(w * f.subs(lam, ell), (v, 0, pi)) + Max(0, alpha - 1) / SNR) / alpha,
    Given("the residuals' mean squares, and the noise of the P - N data in excess, per data point"),
)
training = Claim(
    E_t,
    (Integral(h, (v, 0, pi)) + Max(0, alpha - 1) / SNR) / alpha,
    Substitutes(average_residual, stable_weight, residual_of_mode, stable_eigenvalue, residuals),
)

# %%
generalisation_error = QuadratureForm(generalisation, (t, alpha, SNR, INR))
training_error = QuadratureForm(training, (t, alpha, SNR, INR))
