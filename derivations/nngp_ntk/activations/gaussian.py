# %% [markdown]
# # Gaussian activation
# $e^{-bu^2}$, whose dual is one determinant.

# %%
import sympy as sp
from sympy import Derivative, exp, sin, sqrt

from theory import Claim, ExplicitForm, Parameter
from theory.parameter import POSITIVE
from theory.rules import Differentiates, Given, Rewrites, Substitutes

from ..models.activation import Activation
from ..models.activation import u as preactivation
from ..setting import Tdot, c, correlated, q, q_1, q_2, theta
from .correlated import dual_of, price, sine
from .gaussian_integral import M, alpha, beta, exponential_mean, s

b = Parameter("b", "steepness of the Gaussian", POSITIVE, extremes=(1e-2, 1e2))
T, m = sp.symbols("T m")
in_pairs = {q_1: q, q_2: q, c: q}


def determinant(k):
    return (1 + 2 * k * q_1) * (1 + 2 * k * q_2) - 4 * k**2 * c**2


# %%
mean_of_product = Claim(dual_of(c), M, Given("the mean of exp(-b u^2 - b v^2): s = b, no linear part"))
dual = Claim(
    dual_of(c),
    1 / sqrt(determinant(b)),
    Substitutes(mean_of_product, exponential_mean, at={s: b, alpha: 0, beta: 0}),
)
dual_slope = Claim(
    Derivative(dual_of(c), c), 4 * b**2 * c / determinant(b) ** sp.Rational(3, 2), Differentiates(dual, c)
)
derivative_dual = Claim(
    Tdot, 4 * b**2 * c / determinant(b) ** sp.Rational(3, 2), Substitutes(price, dual_slope)
)
diagonal = Claim(T, 1 / sqrt(1 + 4 * b * q), Substitutes(dual, at={**in_pairs, dual_of(q): T}))
derivative_diagonal = Claim(
    Tdot, 4 * b**2 * q / (1 + 4 * b * q) ** sp.Rational(3, 2), Substitutes(derivative_dual, at=in_pairs)
)
mean_of_one = Claim(m, M, Given("the mean over two independent Gaussians, the second of no variance"))
mean = Claim(
    m,
    1 / sqrt(1 + 2 * b * q),
    Substitutes(mean_of_one, exponential_mean, at={s: b, alpha: 0, beta: 0, q_1: q, q_2: 0, c: 0}),
)

# %% [markdown]
# For the computer, with $e_i = (1 + 2bq_i)^{-1}$: no overflow, and no cancellation where the angle is known.


# %%
def squeezed(k, x):
    return 1 / (1 + 2 * k * x)


e_1, e_2 = squeezed(b, q_1), squeezed(b, q_2)
root = sqrt(e_1 + e_2 - e_1 * e_2 + (1 - e_1) * (1 - e_2) * sin(theta) ** 2)
dual_by_angle = Claim(
    dual_of(c), sqrt(e_1) * sqrt(e_2) / root, Rewrites(dual, using=(sine,)), where=correlated
)
derivative_by_angle = Claim(
    Tdot,
    4 * b**2 * c * sqrt(e_1) ** 3 * sqrt(e_2) ** 3 / root**3,
    Rewrites(derivative_dual, using=(sine,)),
    where=correlated,
)

# %%
gaussian_dual = ExplicitForm(dual_by_angle, (q_1, q_2, theta, b))
gaussian_derivative_dual = ExplicitForm(derivative_by_angle, (q_1, q_2, c, theta, b))
gaussian_by_covariance = ExplicitForm(dual, (q_1, q_2, c, b))
gaussian_derivative_by_covariance = ExplicitForm(derivative_dual, (q_1, q_2, c, b))
gaussian_diagonal = ExplicitForm(diagonal, (q, b))
gaussian_derivative_diagonal = ExplicitForm(derivative_diagonal, (q, b))
gaussian_mean = ExplicitForm(mean, (q, b))

# %%
gaussian = Activation(
    "gaussian",
    exp(-b * preactivation**2),
    {"b": 1.0},
    pair_form=gaussian_dual,
    derivative_pair_form=gaussian_derivative_dual,
    diagonal_form=gaussian_diagonal,
    derivative_diagonal_form=gaussian_derivative_diagonal,
    mean_form=gaussian_mean,
)
