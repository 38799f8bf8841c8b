# %% [markdown]
# # Common activations
# ReLU has a constant part: a majority vote. Sine and erf are odd, with $w_1 < 1$: singular kernels (R6).
# Their exponents follow from the slopes at 0 and 1 of the normalised duals.

# %%
import sympy as sp
from sympy import Integral, Rational, asin, cosh, exp, oo, pi, sinh, sqrt

from theory import Claim, ExplicitForm
from theory.rules import Assumption, Differentiates, Integrates

from .setting import xi

z = sp.Symbol("z", real=True)
dual_sin, dual_erf = sp.Function("psi_sin"), sp.Function("psi_erf")

# %%
normal = exp(-(z**2) / 2) / sqrt(2 * pi)
relu_constant = Claim(Integral(normal * sqrt(2) * z, (z, 0, oo)), 1 / sqrt(pi), Integrates())
relu_norm = Claim(Integral(normal * 2 * z**2, (z, 0, oo)), 1, Integrates())
relu_slope = Claim(Integral(normal * 2, (z, 0, oo)), 1, Integrates())

# %%
sine = Claim(dual_sin(xi), sinh(xi) / sinh(1), Assumption("infinite width: E sin(u) sin(v), normalised"))
sine_slope = Claim(dual_sin(xi).diff(xi), cosh(xi) / sinh(1), Differentiates(sine, xi))
error_function = Claim(
    dual_erf(xi),
    asin(Rational(2, 3) * xi) / asin(Rational(2, 3)),
    Assumption("infinite width: E erf(u) erf(v), normalised"),
)
error_function_slope = Claim(
    dual_erf(xi).diff(xi),
    2 / sqrt(9 - 4 * xi**2) / asin(Rational(2, 3)),
    Differentiates(error_function, xi),
)

# %%
sine_dual = ExplicitForm(sine, (xi,))
erf_dual = ExplicitForm(error_function, (xi,))
