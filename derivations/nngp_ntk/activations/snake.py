# %% [markdown]
# # Snake
# $u + \sin^2(bu)/b$ (Ziyin, Hartwig and Ueda, 2020). As $\sin^2 x = (1 - \cos 2x)/2$, its dual is made of the
# means of cosines at twice the frequency.

# %%
import sympy as sp
from sympy import Derivative, cosh, exp, sinh

from theory import Claim, ExplicitForm
from theory.functions import expm1
from theory.rules import Differentiates, Given, Rewrites, Substitutes

from ..models.activation import Activation
from ..models.activation import u as preactivation
from ..setting import Tdot, c, correlated, q, q_1, q_2, theta
from .correlated import dual_of, half_angles, price, variance_of_difference, variance_of_sum
from .gaussian_integral import C, alpha, beta, cosine_mean, s
from .sine import E_minus, E_plus, b, difference, in_pairs, total

T, m = sp.symbols("T m")
m_1, m_2 = sp.symbols("m_1 m_2")

# %%
of_first = Claim(m_1, C, Given("the mean of cos(2 b u)"))
of_second = Claim(m_2, C, Given("the mean of cos(2 b v)"))
first = Claim(m_1, exp(-2 * b**2 * q_1), Substitutes(of_first, cosine_mean, at={s: 0, alpha: 2 * b, beta: 0}))
second = Claim(
    m_2, exp(-2 * b**2 * q_2), Substitutes(of_second, cosine_mean, at={s: 0, alpha: 0, beta: 2 * b})
)
mean_of_snakes = Claim(
    dual_of(c),
    c + (1 - m_1 - m_2 + (E_minus + E_plus) / 2) / (4 * b**2),
    Given("the mean of (u + (1 - cos 2bu)/2b)(v + (1 - cos 2bv)/2b), odd parts left out; E at frequency 2b"),
)
twice_difference = Claim(
    E_minus, exp(-2 * b**2 * (q_1 + q_2 - 2 * c)), Substitutes(difference, at={b: 2 * b})
)
twice_total = Claim(E_plus, exp(-2 * b**2 * (q_1 + q_2 + 2 * c)), Substitutes(total, at={b: 2 * b}))
dual = Claim(
    dual_of(c),
    c
    + (1 - exp(-2 * b**2 * q_1) - exp(-2 * b**2 * q_2) + exp(-2 * b**2 * (q_1 + q_2)) * cosh(4 * b**2 * c))
    / (4 * b**2),
    Substitutes(mean_of_snakes, first, second, twice_difference, twice_total),
)
dual_slope = Claim(
    Derivative(dual_of(c), c),
    1 + exp(-2 * b**2 * (q_1 + q_2)) * sinh(4 * b**2 * c),
    Differentiates(dual, c),
)
derivative_dual = Claim(
    Tdot, 1 + exp(-2 * b**2 * (q_1 + q_2)) * sinh(4 * b**2 * c), Substitutes(price, dual_slope)
)
diagonal = Claim(
    T,
    q + (1 - 2 * exp(-2 * b**2 * q) + (1 + exp(-8 * b**2 * q)) / 2) / (4 * b**2),
    Substitutes(dual, at={**in_pairs, dual_of(q): T}),
)
derivative_diagonal = Claim(Tdot, 1 + (1 - exp(-8 * b**2 * q)) / 2, Substitutes(derivative_dual, at=in_pairs))
mean_of_one = Claim(m, (1 - m_1) / (2 * b), Given("the mean of u + (1 - cos 2bu)/2b"))
mean = Claim(m, -expm1(-2 * b**2 * q) / (2 * b), Substitutes(mean_of_one, first, at={q_1: q}))

# %% [markdown]
# For the computer: the part that is left beside the covariance is a sum of positive terms, none of which is a
# small difference.

# %%
apart = expm1(-2 * b**2 * q_1) * expm1(-2 * b**2 * q_2)
for_positive = Claim(
    dual_of(c),
    c + (apart + exp(-2 * b**2 * variance_of_difference) * expm1(-4 * b**2 * c) ** 2 / 2) / (4 * b**2),
    Rewrites(dual, using=half_angles),
    where=correlated,
)
for_negative = Claim(
    dual_of(c),
    c + (apart + exp(-2 * b**2 * variance_of_sum) * expm1(4 * b**2 * c) ** 2 / 2) / (4 * b**2),
    Rewrites(dual, using=half_angles),
    where=correlated,
)
derivative_for_positive = Claim(
    Tdot,
    1 - exp(-2 * b**2 * variance_of_difference) * expm1(-8 * b**2 * c) / 2,
    Rewrites(derivative_dual, using=half_angles),
    where=correlated,
)
derivative_for_negative = Claim(
    Tdot,
    1 + exp(-2 * b**2 * variance_of_sum) * expm1(8 * b**2 * c) / 2,
    Rewrites(derivative_dual, using=half_angles),
    where=correlated,
)
diagonal_by_expm1 = Claim(
    T,
    q + expm1(-2 * b**2 * q) ** 2 * (1 + (1 + exp(-2 * b**2 * q)) ** 2 / 2) / (4 * b**2),
    Rewrites(diagonal),
)
derivative_diagonal_by_expm1 = Claim(Tdot, 1 - expm1(-8 * b**2 * q) / 2, Rewrites(derivative_diagonal))

# %%
arguments = (q_1, q_2, c, theta, b)
by_sign = ((for_positive, c > 0), (for_negative, True))
derivative_by_sign = ((derivative_for_positive, c > 0), (derivative_for_negative, True))
snake_dual = ExplicitForm(for_positive, arguments, forms=by_sign, reference=by_sign)
snake_derivative_dual = ExplicitForm(
    derivative_for_positive, arguments, forms=derivative_by_sign, reference=derivative_by_sign
)
snake_diagonal = ExplicitForm(diagonal_by_expm1, (q, b))
snake_derivative_diagonal = ExplicitForm(derivative_diagonal_by_expm1, (q, b))
snake_mean = ExplicitForm(mean, (q, b))

# %%
snake = Activation(
    "snake",
    preactivation + sp.sin(b * preactivation) ** 2 / b,
    {"b": 1.0},
    pair_form=snake_dual,
    derivative_pair_form=snake_derivative_dual,
    diagonal_form=snake_diagonal,
    derivative_diagonal_form=snake_derivative_diagonal,
    mean_form=snake_mean,
)
