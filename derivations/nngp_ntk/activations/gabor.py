# %% [markdown]
# # Gabor activation
# $e^{-au^2}\sin bu$: a Gaussian integral with imaginary rates.

# %%
import sympy as sp
from sympy import Derivative, cosh, exp, sin, sinh, sqrt

from theory import Claim, ExplicitForm, Parameter
from theory.functions import expm1
from theory.parameter import POSITIVE
from theory.rules import Differentiates, Given, Rewrites, Substitutes

from ..models.activation import Activation
from ..models.activation import u as preactivation
from ..setting import Tdot, c, correlated, q, q_1, q_2, theta
from .correlated import dual_of, half_angles, price, sine, variance_of_difference, variance_of_sum
from .gaussian_integral import C, alpha, beta, cosine_mean, s

a = Parameter("a", "steepness of the Gaussian factor", POSITIVE, extremes=(1e-2, 1e2))
b = Parameter("b", "frequency of the sine", POSITIVE, extremes=(1e-2, 1e2))
T, E_minus, E_plus = sp.symbols("T E_- E_+")
in_pairs = {q_1: q, q_2: q, c: q}
G = (1 + 2 * a * q_1) * (1 + 2 * a * q_2) - 4 * a**2 * c**2
A = (q_1 + q_2 + 4 * a * (q_1 * q_2 - c**2)) / G

# %%
of_difference = Claim(E_minus, C, Given("the mean of exp(-a u^2 - a v^2) cos(b (u - v))"))
of_sum = Claim(E_plus, C, Given("the mean of exp(-a u^2 - a v^2) cos(b (u + v))"))
difference = Claim(
    E_minus,
    exp(-(b**2) * A / 2 + b**2 * c / G) / sqrt(G),
    Substitutes(of_difference, cosine_mean, at={s: a, alpha: b, beta: -b}),
)
total = Claim(
    E_plus,
    exp(-(b**2) * A / 2 - b**2 * c / G) / sqrt(G),
    Substitutes(of_sum, cosine_mean, at={s: a, alpha: b, beta: b}),
)
mean_of_product = Claim(
    dual_of(c), (E_minus - E_plus) / 2, Given("the mean of sin sin, as a difference of cosines")
)
dual = Claim(
    dual_of(c),
    exp(-(b**2) * A / 2) * sinh(b**2 * c / G) / sqrt(G),
    Substitutes(mean_of_product, difference, total),
)
slope = (
    exp(-(b**2) * A / 2)
    / sqrt(G)
    * (
        (4 * a**2 * c / G + 4 * a * b**2 * c * (1 + a * (q_1 + q_2)) / G**2) * sinh(b**2 * c / G)
        + b**2 * (1 / G + 8 * a**2 * c**2 / G**2) * cosh(b**2 * c / G)
    )
)
dual_slope = Claim(Derivative(dual_of(c), c), slope, Differentiates(dual, c))
derivative_dual = Claim(Tdot, slope, Substitutes(price, dual_slope))
diagonal = Claim(
    T,
    (1 - exp(-2 * b**2 * q / (1 + 4 * a * q))) / (2 * sqrt(1 + 4 * a * q)),
    Substitutes(dual, at={**in_pairs, dual_of(q): T}),
)
derivative_diagonal = Claim(
    Tdot,
    (
        (4 * a**2 * q + 4 * a * b**2 * q * (1 + 2 * a * q) / (1 + 4 * a * q))
        * (1 - exp(-2 * b**2 * q / (1 + 4 * a * q)))
        + b**2 * (1 + 8 * a**2 * q**2 / (1 + 4 * a * q)) * (1 + exp(-2 * b**2 * q / (1 + 4 * a * q)))
    )
    / (2 * (1 + 4 * a * q) ** sp.Rational(3, 2)),
    Substitutes(derivative_dual, at=in_pairs),
)

# %% [markdown]
# For the computer: with $e_i = (1 + 2aq_i)^{-1}$ nothing overflows; exponents are combined, and a small
# covariance leaves no small difference.

# %%
e_1, e_2 = 1 / (1 + 2 * a * q_1), 1 / (1 + 2 * a * q_2)
squared = e_1 + e_2 - e_1 * e_2 + (1 - e_1) * (1 - e_2) * sin(theta) ** 2
h = e_1 * e_2 / squared
apart = (1 - e_1) * (1 - e_2) * sin(theta) ** 2 / a
minus = exp(-(b**2) * (variance_of_difference * e_1 * e_2 + apart) / (2 * squared))
plus = exp(-(b**2) * (variance_of_sum * e_1 * e_2 + apart) / (2 * squared))
by_angle = (sine, *half_angles)
for_positive = Claim(
    dual_of(c),
    -sqrt(e_1) * sqrt(e_2) / sqrt(squared) * minus * expm1(-2 * b**2 * c * h) / 2,
    Rewrites(dual, using=by_angle),
    where=correlated,
)
for_negative = Claim(
    dual_of(c),
    sqrt(e_1) * sqrt(e_2) / sqrt(squared) * plus * expm1(2 * b**2 * c * h) / 2,
    Rewrites(dual, using=by_angle),
    where=correlated,
)
odd_part = 4 * a**2 * c * h + 4 * a * b**2 * c * (1 + a * (q_1 + q_2)) * h**2
even_part = b**2 * (h + 8 * a**2 * c**2 * h**2)
derivative_for_positive = Claim(
    Tdot,
    sqrt(e_1)
    * sqrt(e_2)
    / sqrt(squared)
    * minus
    * (even_part * (1 + exp(-2 * b**2 * c * h)) - odd_part * expm1(-2 * b**2 * c * h))
    / 2,
    Rewrites(derivative_dual, using=by_angle),
    where=correlated,
)
derivative_for_negative = Claim(
    Tdot,
    sqrt(e_1)
    * sqrt(e_2)
    / sqrt(squared)
    * plus
    * (even_part * (1 + exp(2 * b**2 * c * h)) + odd_part * expm1(2 * b**2 * c * h))
    / 2,
    Rewrites(derivative_dual, using=by_angle),
    where=correlated,
)
diagonal_by_expm1 = Claim(
    T, -expm1(-2 * b**2 * q / (1 + 4 * a * q)) / (2 * sqrt(1 + 4 * a * q)), Rewrites(diagonal)
)
lost = -expm1(-2 * b**2 * q / (1 + 4 * a * q))
derivative_diagonal_by_expm1 = Claim(
    Tdot,
    (
        (4 * a**2 * q + 4 * a * b**2 * q * (1 + 2 * a * q) / (1 + 4 * a * q)) * lost
        + b**2 * (1 + 8 * a**2 * q**2 / (1 + 4 * a * q)) * (1 + exp(-2 * b**2 * q / (1 + 4 * a * q)))
    )
    / (2 * (1 + 4 * a * q) ** sp.Rational(3, 2)),
    Rewrites(derivative_diagonal),
)

# %%
arguments = (q_1, q_2, c, theta, a, b)
sides = ((for_positive, c > 0), (for_negative, True))
derivative_sides = ((derivative_for_positive, c > 0), (derivative_for_negative, True))
gabor_dual = ExplicitForm(for_positive, arguments, forms=sides, reference=sides)
gabor_derivative_dual = ExplicitForm(
    derivative_for_positive, arguments, forms=derivative_sides, reference=derivative_sides
)
gabor_by_covariance = ExplicitForm(dual, (q_1, q_2, c, a, b))
gabor_derivative_by_covariance = ExplicitForm(derivative_dual, (q_1, q_2, c, a, b))
gabor_diagonal = ExplicitForm(diagonal_by_expm1, (q, a, b))
gabor_derivative_diagonal = ExplicitForm(derivative_diagonal_by_expm1, (q, a, b))

# %%
gabor = Activation(
    "gabor",
    exp(-a * preactivation**2) * sp.sin(b * preactivation),
    {"a": 1.0, "b": 1.0},
    pair_form=gabor_dual,
    derivative_pair_form=gabor_derivative_dual,
    diagonal_form=gabor_diagonal,
    derivative_diagonal_form=gabor_derivative_diagonal,
    odd=True,
)
