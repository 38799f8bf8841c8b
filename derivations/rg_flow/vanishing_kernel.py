# %% [markdown]
# # Criticality at vanishing kernel
# Activations with $\sigma(0) = 0$ and $\sigma'(0) \ne 0$ are critical at $K^\star = 0$, for $C_b = 0$ and
# $C_W = 1/\sigma_1^2$, where $\sigma = \sum_p \sigma_p z^p/p!$ (R4). Near it $C_W g = K + a_1K^2 + a_2K^3 +
# \dots$ and $\chi_\perp = 1 + b_1K + \dots$: the kernel falls to 0 like a power of the layer where $a_1 <
# 0$, and runs away where $a_1 > 0$.

# %%
import sympy as sp
from sympy import Derivative, Integral, Rational, atan, erf, exp, factorial, factorial2, pi, sin, sqrt, tanh

from theory import Claim, ExplicitForm, Parameter
from theory.parameter import REAL
from theory.rules import Differentiates, Given, Series, Solves, Substitutes

from .setting import C_W, K, g, z

s_1 = Parameter("s_1", "first derivative of the activation at 0", REAL, latex=r"\sigma_1")
s_2 = Parameter("s_2", "second derivative at 0", REAL, latex=r"\sigma_2")
s_3 = Parameter("s_3", "third derivative at 0", REAL, latex=r"\sigma_3")
s_4 = Parameter("s_4", "fourth derivative at 0", REAL, latex=r"\sigma_4")
s_5 = Parameter("s_5", "fifth derivative at 0", REAL, latex=r"\sigma_5")
TAYLOR = (s_1, s_2, s_3, s_4, s_5)
a_1, a_2, b_1 = (Parameter(name, f"coefficient {name} of the flow", REAL) for name in ("a_1", "a_2", "b_1"))
phi, square, slope_square, d = sp.symbols("sigma sigma^2 sigma'^2 d")
CLASS = (C_W, a_1, b_1, a_2)
sloped = (sp.Ne(s_1, 0),)

# %% [markdown]
# The activation, its square and the square of its slope near 0. Then $z^{2k}$ has the mean $(2k-1)!!\,K^k$.

# %%
activation = Claim(
    phi,
    s_1 * z + s_2 * z**2 / 2 + s_3 * z**3 / 6 + s_4 * z**4 / 24 + s_5 * z**5 / 120,
    Given("Taylor's series, to where it matters"),
)
slope = Claim(
    Derivative(phi, z),
    s_1 + s_2 * z + s_3 * z**2 / 2 + s_4 * z**3 / 6 + s_5 * z**4 / 24,
    Differentiates(activation, z),
)
squaring = Claim(square, phi**2, Given("the square"))
squaring_slope = Claim(slope_square, Derivative(phi, z) ** 2, Given("the square of the slope"))
squared = Claim(square, activation.rhs**2, Substitutes(squaring, activation))
slope_squared = Claim(slope_square, slope.rhs**2, Substitutes(squaring_slope, slope))
square_series = Claim(
    square,
    s_1**2 * z**2
    + s_1 * s_2 * z**3
    + (s_2**2 / 4 + s_1 * s_3 / 3) * z**4
    + (s_1 * s_4 / 12 + s_2 * s_3 / 6) * z**5
    + (s_1 * s_5 / 60 + s_2 * s_4 / 24 + s_3**2 / 36) * z**6,
    Series(squared, z, 6),
)
slope_series = Claim(
    slope_square,
    s_1**2 + 2 * s_1 * s_2 * z + (s_2**2 + s_1 * s_3) * z**2,
    Series(slope_squared, z, 2),
)
# %% [markdown]
# Put into the flow, they give its coefficients.

# %%
mean_square = Claim(
    g,
    sum(square_series.rhs.coeff(z, 2 * k) * factorial2(2 * k - 1) * K**k for k in (1, 2, 3)),
    Given("the mean of the square, term by term"),
)
mean_slope = Claim(
    d, sum(slope_series.rhs.coeff(z, 2 * k) * K**k for k in (0, 1)), Given("the mean of the squared slope")
)
unit = Claim(C_W * s_1**2, 1, Given("chi_perp = 1 at K = 0, where the squared slope is s_1^2"))
named = Claim(C_W * g, K + a_1 * K**2 + a_2 * K**3, Given("the coefficients' names"))
named_slope = Claim(C_W * d, 1 + b_1 * K, Given("the coefficient's name"))
taylor_flow = Claim(C_W * mean_square.rhs, named.rhs, Substitutes(named, mean_square))
taylor_slope = Claim(C_W * mean_slope.rhs, named_slope.rhs, Substitutes(named_slope, mean_slope))
flow_coefficients = Claim(
    (C_W, a_1, b_1, a_2),
    (
        1 / s_1**2,
        s_3 / s_1 + Rational(3, 4) * (s_2 / s_1) ** 2,
        s_3 / s_1 + (s_2 / s_1) ** 2,
        s_5 / (4 * s_1) + Rational(5, 8) * s_2 * s_4 / s_1**2 + Rational(5, 12) * (s_3 / s_1) ** 2,
    ),
    Solves((unit, taylor_flow, taylor_slope)),
    where=sloped,
)

# %% [markdown]
# ## The activations
# tanh, sin, erf and arctan flow to 0. Of GELU and SWISH the vanishing kernel is unstable: $a_1 > 0$.


# %%
def taylor(series: Claim) -> dict:
    """The derivatives at 0 that a claimed series shows."""
    return {s: factorial(k) * series.rhs.expand().coeff(z, k) for k, s in enumerate(TAYLOR, 1)}


tanh_activation = Claim(phi, tanh(z), Given("the activation tanh"))
tanh_series = Claim(phi, z - z**3 / 3 + 2 * z**5 / 15, Series(tanh_activation, z, 5))
tanh_class = Claim(
    CLASS, (1, -2, -2, Rational(17, 3)), Substitutes(flow_coefficients, at=taylor(tanh_series))
)
sin_activation = Claim(phi, sin(z), Given("the activation sin"))
sin_series = Claim(phi, z - z**3 / 6 + z**5 / 120, Series(sin_activation, z, 5))
sin_class = Claim(CLASS, (1, -1, -1, Rational(2, 3)), Substitutes(flow_coefficients, at=taylor(sin_series)))
erf_activation = Claim(phi, erf(z), Given("the activation erf"))
erf_series = Claim(phi, 2 / sqrt(pi) * (z - z**3 / 3 + z**5 / 10), Series(erf_activation, z, 5))
erf_class = Claim(
    CLASS, (pi / 4, -2, -2, Rational(14, 3)), Substitutes(flow_coefficients, at=taylor(erf_series))
)
arctan_activation = Claim(phi, atan(z), Given("the activation arctan"))
arctan_series = Claim(phi, z - z**3 / 3 + z**5 / 5, Series(arctan_activation, z, 5))
arctan_class = Claim(
    CLASS, (1, -2, -2, Rational(23, 3)), Substitutes(flow_coefficients, at=taylor(arctan_series))
)
gelu_activation = Claim(phi, z * (1 + erf(z / sqrt(2))) / 2, Given("the activation GELU"))
gelu_series = Claim(phi, z / 2 + (z**2 - z**4 / 6) / sqrt(2 * pi), Series(gelu_activation, z, 5))
gelu_class = Claim(
    CLASS, (4, 6 / pi, 8 / pi, -10 / pi), Substitutes(flow_coefficients, at=taylor(gelu_series))
)
swish_activation = Claim(phi, z / (1 + exp(-z)), Given("the activation SWISH (SiLU)"))
swish_series = Claim(phi, z / 2 + z**2 / 4 - z**4 / 48, Series(swish_activation, z, 5))
swish_class = Claim(
    CLASS,
    (4, Rational(3, 4), 1, -Rational(5, 8)),
    Substitutes(flow_coefficients, at=taylor(swish_series)),
)

# %% [markdown]
# The same by the Gaussian mean itself, for tanh: balls at $K = 10^{-45}$ see the three coefficients.

# %%
x = sp.Symbol("x", real=True)
tanh_flow = Claim(
    g,
    Integral(exp(-(x**2) / 2) / sqrt(2 * pi) * tanh(sqrt(K) * x) ** 2, (x, -sp.oo, sp.oo)),
    Given("the mean square of tanh"),
)
tanh_flow_series = Claim(g, K - 2 * K**2 + Rational(17, 3) * K**3, Series(tanh_flow, K, 3))

# %%
vanishing_kernel_coefficients = ExplicitForm(flow_coefficients, TAYLOR)
