# %% [markdown]
# # GELU
# $u\,\Phi(u)$ (Hendrycks and Gimpel, 2016; its dual: Tsuchida et al., 2020). Its second derivative is a
# Gaussian times a polynomial, so that the second derivative of the dual by the covariance is a Gaussian
# integral; Price's theorem is used twice.

# %%
import sympy as sp
from sympy import Derivative, atan, atan2, erf, exp, hyper, pi, sqrt

from theory import Claim, ExplicitForm
from theory.rules import Differentiates, Given, Rewrites, Solves, Substitutes

from ..models.activation import Activation
from ..models.activation import u as preactivation
from ..setting import Tdot, c, correlated, q, q_1, q_2, theta
from .correlated import dual_of, price, sine, u
from .error_function import f_1, f_2, root
from .gaussian_integral import M, alpha, beta, exponential_mean, s

phi, T, T_2, M_0, M_u, M_v, M_uv, m, D, d_1, d_2 = sp.symbols("phi T Tddot M_0 M_u M_v M_uv m D d_1 d_2")
half = sp.Rational(1, 2)

# %%
activation = Claim(phi, u * (1 + erf(u / sqrt(2))) / 2, Given("the activation"))
slope = Claim(
    Derivative(phi, u),
    (1 + erf(u / sqrt(2))) / 2 + u * exp(-(u**2) / 2) / sqrt(2 * pi),
    Differentiates(activation, u),
)
curvature = Claim(
    Derivative(phi, u, u), (2 - u**2) * exp(-(u**2) / 2) / sqrt(2 * pi), Differentiates(slope, u)
)

# %% [markdown]
# Means of $u^2$ and $v^2$ with a Gaussian factor ($s = \frac12$), by derivatives of the mean of an
# exponential.

# %%
determinant = Claim(D, (1 + q_1) * (1 + q_2) - c**2, Given("an abbreviation"))
first = Claim(d_1, q_1 + q_1 * q_2 - c**2, Given("an abbreviation"))
second = Claim(d_2, q_2 + q_1 * q_2 - c**2, Given("an abbreviation"))
generator = Claim(
    M,
    exp((alpha**2 * d_1 + 2 * alpha * beta * c + beta**2 * d_2) / (2 * D)) / sqrt(D),
    Substitutes(exponential_mean, determinant, first, second, at={s: half}),
)
by_u = Claim(
    Derivative(M, alpha), (alpha * d_1 + beta * c) / D * generator.rhs, Differentiates(generator, alpha)
)
by_uu = Claim(
    Derivative(M, alpha, alpha),
    (d_1 / D + (alpha * d_1 + beta * c) ** 2 / D**2) * generator.rhs,
    Differentiates(by_u, alpha),
)
by_v = Claim(
    Derivative(M, beta), (alpha * c + beta * d_2) / D * generator.rhs, Differentiates(generator, beta)
)
by_vv = Claim(
    Derivative(M, beta, beta),
    (d_2 / D + (alpha * c + beta * d_2) ** 2 / D**2) * generator.rhs,
    Differentiates(by_v, beta),
)
N = sp.Symbol("N")
weighted = Claim(N, Derivative(M, alpha, alpha), Given("the mean with a factor u^2"))
weight = Claim(N, by_uu.rhs.subs(alpha, 0), Substitutes(weighted, by_uu, at={alpha: 0}))
weight_v = Claim(
    Derivative(N, beta),
    (2 * beta * c**2 / D**2 + (d_1 / D + beta**2 * c**2 / D**2) * beta * d_2 / D)
    * exp(beta**2 * d_2 / (2 * D))
    / sqrt(D),
    Differentiates(weight, beta),
)
weight_vv = Claim(
    Derivative(N, beta, beta),
    (
        2 * c**2 / D**2
        + d_1 * d_2 / D**2
        + 3 * beta**2 * c**2 * d_2 / D**3
        + (2 * beta * c**2 / D**2 + d_1 * d_2 * beta / D**2 + beta**3 * c**2 * d_2 / D**3) * beta * d_2 / D
    )
    * exp(beta**2 * d_2 / (2 * D))
    / sqrt(D),
    Differentiates(weight_v, beta),
)

# %%
mean_of_curvatures = Claim(
    T_2,
    (4 * M_0 - 2 * M_u - 2 * M_v + M_uv) / (2 * pi),
    Given("the mean of (2 - u^2)(2 - v^2) with the Gaussian factors"),
)
none = Claim(M_0, M, Given("the mean without a factor"))
with_u = Claim(M_u, Derivative(M, alpha, alpha), Given("the mean with a factor u^2"))
with_v = Claim(M_v, Derivative(M, beta, beta), Given("the mean with a factor v^2"))
with_both = Claim(M_uv, Derivative(N, beta, beta), Given("the mean with a factor u^2 v^2"))
at_zero = {alpha: 0, beta: 0}
plain = Claim(M_0, 1 / sqrt(D), Substitutes(none, generator, at=at_zero))
squares_u = Claim(M_u, d_1 / (D * sqrt(D)), Substitutes(with_u, by_uu, at=at_zero))
squares_v = Claim(M_v, d_2 / (D * sqrt(D)), Substitutes(with_v, by_vv, at=at_zero))
squares = Claim(
    M_uv, (d_1 * d_2 + 2 * c**2) / (D**2 * sqrt(D)), Substitutes(with_both, weight_vv, at=at_zero)
)
curvature_dual = Claim(
    T_2,
    (4 - 2 * (d_1 + d_2) / D + (d_1 * d_2 + 2 * c**2) / D**2) / (2 * pi * sqrt(D)),
    Substitutes(mean_of_curvatures, plain, squares_u, squares_v, squares),
)

# %% [markdown]
# Without correlation the dual is the product of the means, the derivative dual that of the mean slopes,
# 1/2 as the slope less 1/2 is odd.

# %%
mean_of_one = Claim(
    m, q * M / sqrt(2 * pi), Given("by parts: q times the mean of the slope of the normal cdf")
)
mean = Claim(
    m,
    q / sqrt(2 * pi * (1 + q)),
    Substitutes(mean_of_one, exponential_mean, at={s: half, alpha: 0, beta: 0, q_1: q, q_2: 0, c: 0}),
)
price_again = Claim(Derivative(dual_of(c), c, c), T_2, Given("Price's theorem, for the slopes"))
D_of = determinant.rhs
flow = Claim(
    Derivative(dual_of(c), c, c),
    (4 - 2 * (first.rhs + second.rhs) / D_of + (first.rhs * second.rhs + 2 * c**2) / D_of**2)
    / (2 * pi * sqrt(D_of)),
    Substitutes(price_again, curvature_dual, determinant, first, second),
)
dual = Claim(
    dual_of(c),
    c / 4
    + (c * atan(c / sqrt(D_of)) + (c**2 + q_1 * q_2 * D_of) / ((1 + q_1) * (1 + q_2) * sqrt(D_of)))
    / (2 * pi),
    Solves(
        flow,
        conditions=[
            (dual_of(0), mean.rhs.subs(q, q_1) * mean.rhs.subs(q, q_2)),
            (Derivative(dual_of(c), c).subs(c, 0), half**2),
        ],
        using=(mean,),
    ),
)
dual_slope = Claim(
    Derivative(dual_of(c), c),
    sp.Rational(1, 4)
    + (atan(c / sqrt(D_of)) + c / sqrt(D_of) * (1 / D_of + (1 - q_1 * q_2) / ((1 + q_1) * (1 + q_2)) + 1))
    / (2 * pi),
    Differentiates(dual, c),
)
derivative_dual = Claim(Tdot, dual_slope.rhs, Substitutes(price, dual_slope))
in_pairs = {q_1: q, q_2: q, c: q}
diagonal = Claim(
    T,
    q / 4 + (q * atan(q / sqrt(1 + 2 * q)) + 2 * q**2 / ((1 + q) * sqrt(1 + 2 * q))) / (2 * pi),
    Substitutes(dual, at={**in_pairs, dual_of(q): T}),
)
derivative_diagonal = Claim(
    Tdot,
    sp.Rational(1, 4)
    + (atan(q / sqrt(1 + 2 * q)) + q * (3 + 5 * q) / ((1 + q) * (1 + 2 * q) ** (3 * half))) / (2 * pi),
    Substitutes(derivative_dual, at=in_pairs),
)

# %% [markdown]
# For the computer, with $e_i = (1 + q_i)^{-1}$. Of negative correlations, what
# the angle lacks to its tangent is left.

# %%
x, R = c * sqrt(f_1) * sqrt(f_2), root(f_1, f_2)
dual_by_angle = Claim(
    dual_of(c),
    (c * atan2(R, -x) + sqrt(f_1) * sqrt(f_2) * (x**2 / R + q_1 * q_2 * R)) / (2 * pi),
    Rewrites(dual, using=(sine,)),
    where=correlated,
)
tangent = -R / x
squared_sine = tangent**2 / (1 + tangent**2)
beyond_angle = tangent / 3 * squared_sine * hyper([1, 1], [5 * half], squared_sine)  # tangent less its angle
dual_near_opposite = Claim(
    dual_of(c),
    -c * (beyond_angle - (f_1 + f_2 - f_1 * f_2) * tangent + f_1 * f_2 / tangent) / (2 * pi),
    Rewrites(dual_by_angle),
    where=(*correlated, x < -R),
)
derivative_by_angle = Claim(
    Tdot,
    (atan2(R, -x) + x / R * (f_1 * f_2 / R**2 + f_1 + f_2)) / (2 * pi),
    Rewrites(derivative_dual, using=(sine,)),
    where=correlated,
)

# %%
gelu_dual = ExplicitForm(
    dual_by_angle, (q_1, q_2, c, theta), forms=((dual_near_opposite, x < -R), (dual_by_angle, True))
)
gelu_derivative_dual = ExplicitForm(derivative_by_angle, (q_1, q_2, c, theta))
gelu_by_covariance = ExplicitForm(dual, (q_1, q_2, c))
gelu_derivative_by_covariance = ExplicitForm(derivative_dual, (q_1, q_2, c))
gelu_diagonal = ExplicitForm(diagonal, (q,))
gelu_mean = ExplicitForm(mean, (q,))
gelu_derivative_diagonal = ExplicitForm(derivative_diagonal, (q,))

# %%
gelu = Activation(
    "gelu",
    preactivation * (1 + erf(preactivation / sqrt(2))) / 2,
    {},
    pair_form=gelu_dual,
    derivative_pair_form=gelu_derivative_dual,
    diagonal_form=gelu_diagonal,
    derivative_diagonal_form=gelu_derivative_diagonal,
    mean_form=gelu_mean,
)
