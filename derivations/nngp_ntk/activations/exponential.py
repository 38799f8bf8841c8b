# %% [markdown]
# # Exponential
# The dual of $e^{bu}$, and the normalised exponential kernel that it gives for unit variances.

# %%
import sympy as sp
from sympy import Derivative, cos, exp, sin, sqrt

from theory import Claim, ExplicitForm, Parameter
from theory.functions import expm1
from theory.parameter import POSITIVE, REAL
from theory.rules import Differentiates, Given, Rewrites, Substitutes

from ..models.activation import Activation
from ..models.activation import u as preactivation
from ..setting import Tdot, c, correlated, q, q_1, q_2, theta
from .correlated import angle, dual_of, half_angles, price, variance_of_sum
from .gaussian_integral import M, alpha, beta, exponential_mean, s

b = Parameter("b", "rate of the exponential", REAL, extremes=(-0.5, 0.5))
gamma = Parameter(
    "gamma", "sharpness of the normalised kernel", POSITIVE, latex=r"\gamma", extremes=(1e-2, 1e2)
)
T, m, N, kappa, kappa_dot, gap = sp.symbols("T m T_unit kappa kappa_dot gap")

representable, on_diagonal = (b**2 * (q_1 + q_2) <= 600,), (b**2 * q <= 300,)
"""Where the exponential can be written as a floating-point number."""

# %%
mean_of_product = Claim(dual_of(c), M, Given("the mean of exp(b u) exp(b v): both rates are b, s = 0"))
dual = Claim(
    dual_of(c),
    exp(b**2 * (q_1 + q_2 + 2 * c) / 2),
    Substitutes(mean_of_product, exponential_mean, at={s: 0, alpha: b, beta: b}),
)
dual_slope = Claim(
    Derivative(dual_of(c), c), b**2 * exp(b**2 * (q_1 + q_2 + 2 * c) / 2), Differentiates(dual, c)
)
derivative_dual = Claim(Tdot, b**2 * exp(b**2 * (q_1 + q_2 + 2 * c) / 2), Substitutes(price, dual_slope))
diagonal = Claim(
    T, exp(2 * b**2 * q), Substitutes(dual, at={q_1: q, q_2: q, c: q, dual_of(q): T}), where=on_diagonal
)
derivative_diagonal = Claim(
    Tdot, b**2 * exp(2 * b**2 * q), Substitutes(derivative_dual, at={q_1: q, q_2: q, c: q}), where=on_diagonal
)
mean_of_one = Claim(m, M, Given("the mean of exp(b u): a rate of b in u alone"))
mean = Claim(
    m,
    exp(b**2 * q / 2),
    Substitutes(mean_of_one, exponential_mean, at={s: 0, alpha: b, beta: 0, q_1: q}),
    where=on_diagonal,
)
dual_by_angle = Claim(
    dual_of(c),
    exp(b**2 * variance_of_sum / 2),
    Rewrites(dual, using=half_angles),
    where=(*correlated, *representable),
)
derivative_by_angle = Claim(
    Tdot,
    b**2 * exp(b**2 * variance_of_sum / 2),
    Rewrites(derivative_dual, using=half_angles),
    where=(*correlated, *representable),
)

# %% [markdown]
# The normalised exponential kernel is the dual of $e^{\sqrt\gamma u - \gamma}$ at unit variances, taken at
# the correlation $\cos\theta$. It is homogeneous by definition: the standard deviations multiply it, and
# Price's theorem, which wants the derivative by $\cos\theta$ too, is used at unit variances.

# %%
normalised = Claim(N, exp(-2 * gamma) * dual_of(c), Given("the mean of the product, at unit variances"))
normalised_dual = Claim(
    N,
    exp(gamma * (c - 1)),
    Substitutes(normalised, dual, at={q_1: 1, q_2: 1, b: sqrt(gamma)}),
)
normalised_slope = Claim(Derivative(N, c), gamma * exp(gamma * (c - 1)), Differentiates(normalised_dual, c))
of_unit_variances = Claim(kappa, N, Given("for identical inputs it is 1: its own scale"))
cosine_map = Claim(
    kappa,
    exp(gamma * (cos(theta) - 1)),
    Substitutes(of_unit_variances, normalised_dual, angle, at={q_1: 1, q_2: 1}),
)
share_of_derivative = Claim(kappa_dot, Derivative(N, c) / gamma, Given("the derivative dual, over its scale"))
derivative_map = Claim(
    kappa_dot,
    exp(gamma * (cos(theta) - 1)),
    Substitutes(share_of_derivative, normalised_slope, angle, at={q_1: 1, q_2: 1}),
)
distance = Claim(gap, 1 - kappa, Given("the distance from 1"))
gap_map = Claim(gap, 1 - exp(gamma * (cos(theta) - 1)), Substitutes(distance, cosine_map))
map_by_half_angle = Claim(kappa, exp(-2 * gamma * sin(theta / 2) ** 2), Rewrites(cosine_map))
derivative_by_half_angle = Claim(kappa_dot, exp(-2 * gamma * sin(theta / 2) ** 2), Rewrites(derivative_map))
gap_by_half_angle = Claim(gap, -expm1(-2 * gamma * sin(theta / 2) ** 2), Rewrites(gap_map))
rescaled = Claim(T, q * kappa, Given("the standard deviations multiply the dual of unit variances"))
normalised_diagonal = Claim(T, q, Substitutes(rescaled, cosine_map, at={theta: 0}))
derivative_at_unit = Claim(Tdot, Derivative(N, c), Given("Price's theorem at unit variances"))
normalised_derivative_diagonal = Claim(
    Tdot, gamma, Substitutes(derivative_at_unit, normalised_slope, at={c: 1})
)

# %%
exponential_dual = ExplicitForm(dual_by_angle, (q_1, q_2, theta, b))
exponential_derivative_dual = ExplicitForm(derivative_by_angle, (q_1, q_2, theta, b))
exponential_diagonal = ExplicitForm(diagonal, (q, b))
exponential_derivative_diagonal = ExplicitForm(derivative_diagonal, (q, b))
exponential_mean_value = ExplicitForm(mean, (q, b))
exponential_normalised_kappa = ExplicitForm(map_by_half_angle, (theta, gamma))
exponential_normalised_kappa_dot = ExplicitForm(derivative_by_half_angle, (theta, gamma))
exponential_normalised_gap = ExplicitForm(gap_by_half_angle, (theta, gamma))
exponential_normalised_diagonal = ExplicitForm(normalised_diagonal, (q,))
exponential_normalised_derivative_diagonal = ExplicitForm(normalised_derivative_diagonal, (gamma,))

# %%
exponential = Activation(
    "exponential",
    exp(b * preactivation),
    {"b": 1.0},
    pair_form=exponential_dual,
    derivative_pair_form=exponential_derivative_dual,
    diagonal_form=exponential_diagonal,
    derivative_diagonal_form=exponential_derivative_diagonal,
    mean_form=exponential_mean_value,
)
exponential_normalised = Activation(
    "exponential_normalised",
    exp(sqrt(gamma) * preactivation - gamma),
    {"gamma": 1.0},
    degree=1,
    kappa=exponential_normalised_kappa,
    kappa_dot=exponential_normalised_kappa_dot,
    gap=exponential_normalised_gap,
    scale_form=exponential_normalised_diagonal,
    scale_dot_form=exponential_normalised_derivative_diagonal,
)
