# %% [markdown]
# # Sines and cosines
# $\sin(bu + \delta)$ at any phase, and random Fourier features, whose dual is the Gaussian (RBF) kernel
# (Rahimi and Recht, 2007).

# %%
import sympy as sp
from sympy import Derivative, cos, cosh, exp, pi, sin, sinh, sqrt

from theory import Claim, ExplicitForm, Parameter
from theory.functions import expm1
from theory.parameter import POSITIVE, REAL
from theory.rules import Differentiates, Given, Rewrites, Substitutes

from ..setting import Tdot, c, correlated, q, q_1, q_2, theta
from .correlated import dual_of, half_angles, price, variance_of_difference, variance_of_sum
from .gaussian_integral import C, alpha, beta, cosine_mean, s

b = Parameter("b", "frequency of the activation", POSITIVE, extremes=(1e-2, 1e2))
delta = Parameter(
    "delta", "phase of the activation", REAL, latex=r"\delta", unit="radians", extremes=(-10, 10)
)
gamma = Parameter("gamma", "sharpness of the kernel", POSITIVE, latex=r"\gamma", extremes=(1e-4, 1e4))
T, m, E_minus, E_plus = sp.symbols("T m E_- E_+")
in_pairs = {q_1: q, q_2: q, c: q}

# %%
of_difference = Claim(E_minus, C, Given("the mean of cos(b (u - v))"))
of_sum = Claim(E_plus, C, Given("the mean of cos(b (u + v))"))
difference = Claim(
    E_minus,
    exp(-(b**2) * (q_1 + q_2 - 2 * c) / 2),
    Substitutes(of_difference, cosine_mean, at={s: 0, alpha: b, beta: -b}),
)
total = Claim(
    E_plus,
    exp(-(b**2) * (q_1 + q_2 + 2 * c) / 2),
    Substitutes(of_sum, cosine_mean, at={s: 0, alpha: b, beta: b}),
)
mean_of_product = Claim(
    dual_of(c),
    (E_minus - cos(2 * delta) * E_plus) / 2,
    Given("the mean of sin sin, as a difference of cosines; the sine of b (u + v) has mean 0"),
)
dual = Claim(
    dual_of(c),
    (exp(-(b**2) * (q_1 + q_2 - 2 * c) / 2) - cos(2 * delta) * exp(-(b**2) * (q_1 + q_2 + 2 * c) / 2)) / 2,
    Substitutes(mean_of_product, difference, total),
)
dual_slope = Claim(
    Derivative(dual_of(c), c),
    b**2
    / 2
    * (exp(-(b**2) * (q_1 + q_2 - 2 * c) / 2) + cos(2 * delta) * exp(-(b**2) * (q_1 + q_2 + 2 * c) / 2)),
    Differentiates(dual, c),
)
derivative_dual = Claim(Tdot, dual_slope.rhs, Substitutes(price, dual_slope))
diagonal = Claim(
    T, (1 - cos(2 * delta) * exp(-2 * b**2 * q)) / 2, Substitutes(dual, at={**in_pairs, dual_of(q): T})
)
derivative_diagonal = Claim(
    Tdot, b**2 / 2 * (1 + cos(2 * delta) * exp(-2 * b**2 * q)), Substitutes(derivative_dual, at=in_pairs)
)
mean_of_one = Claim(m, sin(delta) * C, Given("sin delta times the mean of cos(b u); that of sin(b u) is 0"))
mean = Claim(
    m,
    sin(delta) * exp(-(b**2) * q / 2),
    Substitutes(mean_of_one, cosine_mean, at={s: 0, alpha: b, beta: 0, q_1: q}),
)

# %% [markdown]
# For the computer: combined exponents, which do not overflow, and no difference of nearly equal ones where
# the covariance is small.

# %%
minus, plus = exp(-(b**2) * variance_of_difference / 2), exp(-(b**2) * variance_of_sum / 2)
for_positive = Claim(
    dual_of(c),
    -minus * expm1(-2 * b**2 * c) / 2 + sin(delta) ** 2 * plus,
    Rewrites(dual, using=half_angles),
    where=correlated,
)
for_negative = Claim(
    dual_of(c),
    plus * (expm1(2 * b**2 * c) / 2 + sin(delta) ** 2),
    Rewrites(dual, using=half_angles),
    where=correlated,
)
derivative_for_positive = Claim(
    Tdot,
    b**2 * (-minus * expm1(-2 * b**2 * c) / 2 + cos(delta) ** 2 * plus),
    Rewrites(derivative_dual, using=half_angles),
    where=correlated,
)
derivative_for_negative = Claim(
    Tdot,
    b**2 * plus * (expm1(2 * b**2 * c) / 2 + cos(delta) ** 2),
    Rewrites(derivative_dual, using=half_angles),
    where=correlated,
)
diagonal_by_expm1 = Claim(T, sin(delta) ** 2 - cos(2 * delta) * expm1(-2 * b**2 * q) / 2, Rewrites(diagonal))
derivative_diagonal_by_expm1 = Claim(
    Tdot,
    b**2 * (cos(delta) ** 2 + cos(2 * delta) * expm1(-2 * b**2 * q) / 2),
    Rewrites(derivative_diagonal),
)

# %% [markdown]
# The sine and the cosine themselves, for the computer too.

# %%
sine_dual = Claim(
    dual_of(c), exp(-(b**2) * (q_1 + q_2) / 2) * sinh(b**2 * c), Substitutes(dual, at={delta: 0})
)
sine_slope = Claim(
    Tdot, b**2 * exp(-(b**2) * (q_1 + q_2) / 2) * cosh(b**2 * c), Substitutes(derivative_dual, at={delta: 0})
)
cosine_dual = Claim(
    dual_of(c), exp(-(b**2) * (q_1 + q_2) / 2) * cosh(b**2 * c), Substitutes(dual, at={delta: pi / 2})
)
at_sine, at_cosine = {delta: 0}, {delta: pi / 2}
sine_for_positive = Claim(
    dual_of(c), -minus * expm1(-2 * b**2 * c) / 2, Substitutes(for_positive, at=at_sine), where=correlated
)
sine_for_negative = Claim(
    dual_of(c), plus * expm1(2 * b**2 * c) / 2, Substitutes(for_negative, at=at_sine), where=correlated
)
sine_derivative = Claim(
    Tdot, b**2 * (minus + plus) / 2, Rewrites(sine_slope, using=half_angles), where=correlated
)
cosine_by_angle = Claim(
    dual_of(c), (minus + plus) / 2, Rewrites(cosine_dual, using=half_angles), where=correlated
)
cosine_derivative_for_positive = Claim(
    Tdot,
    -(b**2) * minus * expm1(-2 * b**2 * c) / 2,
    Substitutes(derivative_for_positive, at=at_cosine),
    where=correlated,
)
cosine_derivative_for_negative = Claim(
    Tdot,
    b**2 * plus * expm1(2 * b**2 * c) / 2,
    Substitutes(derivative_for_negative, at=at_cosine),
    where=correlated,
)
sine_diagonal = Claim(T, -expm1(-2 * b**2 * q) / 2, Substitutes(diagonal_by_expm1, at=at_sine))
sine_derivative_diagonal = Claim(
    Tdot, b**2 * (1 + exp(-2 * b**2 * q)) / 2, Substitutes(derivative_diagonal, at=at_sine)
)
cosine_diagonal = Claim(T, (1 + exp(-2 * b**2 * q)) / 2, Substitutes(diagonal, at=at_cosine))
cosine_derivative_diagonal = Claim(
    Tdot, -(b**2) * expm1(-2 * b**2 * q) / 2, Substitutes(derivative_diagonal_by_expm1, at=at_cosine)
)
cosine_mean_alone = Claim(m, exp(-(b**2) * q / 2), Substitutes(mean, at=at_cosine))

# %% [markdown]
# Random Fourier features: amplitude $\sqrt2$, frequency $\sqrt{2\gamma}$, phase $\pi/4$.

# %%
mean_of_features = Claim(T, 2 * dual_of(c), Given("the amplitude sqrt(2), in both factors"))
at_features = {b: sqrt(2 * gamma), delta: pi / 4}
rbf_dual_claim = Claim(
    T, exp(-gamma * (q_1 + q_2 - 2 * c)), Substitutes(mean_of_features, dual, at=at_features)
)
slope_of_features = Claim(
    Tdot, 2 * Derivative(dual_of(c), c), Given("the amplitude sqrt(2), in both factors")
)
rbf_derivative_claim = Claim(
    Tdot,
    2 * gamma * exp(-gamma * (q_1 + q_2 - 2 * c)),
    Substitutes(slope_of_features, dual_slope, at=at_features),
)
rbf_diagonal_claim = Claim(T, 1, Substitutes(rbf_dual_claim, at=in_pairs))
rbf_derivative_diagonal_claim = Claim(Tdot, 2 * gamma, Substitutes(rbf_derivative_claim, at=in_pairs))
mean_of_feature = Claim(T, sqrt(2) * m, Given("the amplitude sqrt(2)"))
rbf_mean_claim = Claim(T, exp(-gamma * q), Substitutes(mean_of_feature, mean, at=at_features))
rbf_by_angle = Claim(
    T,
    exp(-gamma * variance_of_difference),
    Rewrites(rbf_dual_claim, using=half_angles),
    where=correlated,
)
rbf_derivative_by_angle = Claim(
    Tdot,
    2 * gamma * exp(-gamma * variance_of_difference),
    Rewrites(rbf_derivative_claim, using=half_angles),
    where=correlated,
)


# %%
sides = ((for_positive, c > 0), (for_negative, True))
derivative_sides = ((derivative_for_positive, c > 0), (derivative_for_negative, True))
sine_sides = ((sine_for_positive, c > 0), (sine_for_negative, True))
cosine_sides = ((cosine_derivative_for_positive, c > 0), (cosine_derivative_for_negative, True))
phased, plain = (q_1, q_2, c, theta, b, delta), (q_1, q_2, c, theta, b)
sinusoid_dual = ExplicitForm(for_positive, phased, forms=sides, reference=sides)
sinusoid_derivative_dual = ExplicitForm(
    derivative_for_positive, phased, forms=derivative_sides, reference=derivative_sides
)
sinusoid_diagonal = ExplicitForm(diagonal_by_expm1, (q, b, delta))
sinusoid_derivative_diagonal = ExplicitForm(derivative_diagonal_by_expm1, (q, b, delta))
sinusoid_mean = ExplicitForm(mean, (q, b, delta))
sin_dual = ExplicitForm(sine_for_positive, plain, forms=sine_sides, reference=sine_sides)
sin_derivative_dual = ExplicitForm(sine_derivative, (q_1, q_2, theta, b))
sin_diagonal = ExplicitForm(sine_diagonal, (q, b))
sin_derivative_diagonal = ExplicitForm(sine_derivative_diagonal, (q, b))
cos_dual = ExplicitForm(cosine_by_angle, (q_1, q_2, theta, b))
cos_derivative_dual = ExplicitForm(
    cosine_derivative_for_positive, plain, forms=cosine_sides, reference=cosine_sides
)
cos_diagonal = ExplicitForm(cosine_diagonal, (q, b))
cos_derivative_diagonal = ExplicitForm(cosine_derivative_diagonal, (q, b))
cos_mean = ExplicitForm(cosine_mean_alone, (q, b))
rbf_dual = ExplicitForm(rbf_by_angle, (q_1, q_2, theta, gamma))
rbf_derivative_dual = ExplicitForm(rbf_derivative_by_angle, (q_1, q_2, theta, gamma))
rbf_diagonal = ExplicitForm(rbf_diagonal_claim, (q,))
rbf_derivative_diagonal = ExplicitForm(rbf_derivative_diagonal_claim, (gamma,))
rbf_mean = ExplicitForm(rbf_mean_claim, (q, gamma))
