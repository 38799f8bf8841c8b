# %% [markdown]
# # Common activations
# ReLU has a constant part and slope 1 at 1: a majority vote of the smoother. Sine, erf and tanh are odd,
# with $w_1 < 1 < q$: singular kernels (R6). The exponents of sine and erf follow from the slopes at 0 and 1
# of the normalised duals, at any gain $b$ of the preactivation; that of tanh, whose Gaussian integrals no
# formula gives, from `Activation.from_callable`. The gain that makes the sine optimal is a root.

# %%
import sympy as sp
from sympy import Integral, acos, asin, cosh, exp, hyper, log, oo, pi, sinh, sqrt
from sympy.codegen.cfunctions import log1p

from theory import Claim, ExplicitForm, ImplicitForm, Parameter
from theory.rules import Assumption, Differentiates, Given, Integrates, Rewrites, Substitutes

from .setting import xi
from .singular_kernel import alpha_of_slopes, exponent, q, w1

z = sp.Symbol("z", real=True)
b = Parameter("b", "gain of the preactivation", sp.Interval.open(0, oo), extremes=(0.3, 5))
d = Parameter("d", "dimension of the data", sp.Range(2, oo), extremes=(2, 60))
dual_relu, dual_sin, dual_erf = (sp.Function(f"psi_{name}", real=True) for name in ("relu", "sin", "erf"))
normal = exp(-(z**2) / 2) / sqrt(2 * pi)

# %%
relu_constant = Claim(Integral(normal * sqrt(2) * z, (z, 0, oo)), 1 / sqrt(pi), Integrates())
relu_norm = Claim(Integral(normal * 2 * z**2, (z, 0, oo)), 1, Integrates())
relu_slope = Claim(Integral(normal * 2, (z, 0, oo)), 1, Integrates())
relu = Claim(
    dual_relu(xi),
    (sqrt(1 - xi**2) + xi * (pi - acos(xi))) / pi,
    Assumption("infinite width: 2 E max(u, 0) max(v, 0)"),
)
relu_dual_slope = Claim(dual_relu(xi).diff(xi), (pi - acos(xi)) / pi, Differentiates(relu, xi))
relu_at_zero = Claim(dual_relu(0), 1 / pi, Substitutes(relu, at={xi: 0}))
relu_at_one = Claim(dual_relu(1), 1, Substitutes(relu, at={xi: 1}))

# %%
sine = Claim(
    dual_sin(xi),
    sinh(b**2 * xi) / sinh(b**2),
    Assumption("infinite width: E sin(b u) sin(b v), normalised"),
)
sine_slope = Claim(dual_sin(xi).diff(xi), b**2 * cosh(b**2 * xi) / sinh(b**2), Differentiates(sine, xi))
sine_first = Claim(w1, b**2 * cosh(b**2 * 0) / sinh(b**2), Given("the slope of the dual at 0"))
sine_last = Claim(q, b**2 * cosh(b**2) / sinh(b**2), Given("the slope of the dual at 1"))
exponent_of_sine = Claim(
    exponent,
    2 * log(sinh(b**2) / b**2) / log(b**2 * cosh(b**2) / sinh(b**2)),
    Substitutes(alpha_of_slopes, sine_first, sine_last),
    where=b >= 1,  # below, both logarithms cancel
)
x = b**2
exponent_at_moderate_gains = Claim(
    exponent,
    2
    * log1p(x**2 / 6 * hyper([1], [2, sp.Rational(5, 2)], x**2 / 4))
    / log1p(x**3 / 3 * hyper([], [sp.Rational(5, 2)], x**2 / 4) / sinh(x)),
    Rewrites(exponent_of_sine),
    where=b >= 1,
)

# %%
argument = 2 * b**2 / (1 + 2 * b**2)
error_function = Claim(
    dual_erf(xi),
    asin(argument * xi) / asin(argument),
    Assumption("infinite width: E erf(b u) erf(b v), normalised"),
)
error_function_slope = Claim(
    dual_erf(xi).diff(xi),
    argument / sqrt(1 - argument**2 * xi**2) / asin(argument),
    Differentiates(error_function, xi),
)
erf_first = Claim(w1, argument / asin(argument), Given("the slope of the dual at 0"))
erf_last = Claim(q, argument / sqrt(1 - argument**2) / asin(argument), Given("the slope of the dual at 1"))
exponent_of_erf = Claim(
    exponent,
    2 * log(asin(argument) / argument) / log(2 * b**2 / sqrt(1 + 4 * b**2) / asin(argument)),
    Substitutes(alpha_of_slopes, erf_first, erf_last),
    where=b >= 1,
)

# %%
relu_dual = ExplicitForm(relu, (xi,))
relu_slope_of_dual = ExplicitForm(relu_dual_slope, (xi,))
sine_dual = ExplicitForm(sine, (xi, b))
erf_dual = ExplicitForm(error_function, (xi, b))
sine_exponent = ExplicitForm(
    exponent_of_sine,
    (b,),
    forms=((exponent_at_moderate_gains, b < sp.Rational(13, 11)), (exponent_of_sine, True)),
)
optimal_sine_gain = ImplicitForm(
    exponent_of_sine, (d,), unknown=b, target=d, bracket=(1, sqrt(d * (log(d) + 2)))
)
