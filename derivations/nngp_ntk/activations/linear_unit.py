# %% [markdown]
# # Exponential linear units
# $\lambda u$ for $u > 0$, $\lambda\alpha(e^u - 1)$ else (Clevert, Unterthiner and Hochreiter, 2016), SELU
# among them (Klambauer et al., 2017). The dual is one of bivariate normal cdfs (Tsuchida et al., 2020). In
# polar coordinates these are one integral over the angle, of positive terms that overflow nowhere.

# %%
import math
from dataclasses import replace

import sympy as sp
from sympy import Derivative, Integral, Min, Rational, cos, exp, hyper, oo, pi, sin, sqrt

from theory import Claim, ExplicitForm, Parameter
from theory.closed_form.smooth import Smooth
from theory.functions import erfcx, expm1
from theory.parameter import NONNEGATIVE, REAL
from theory.rules import Defines, Differentiates, Given, Integrates, Rewrites, Substitutes

from ..models.activation import Activation, u
from ..setting import T, Tdot, q, q_1, q_2, theta
from .abrelu import same_sign, third_of_cube
from .correlated import covariance_slope, price_in_angle, psi, r, third_moment

alpha = Parameter("alpha", "minus the limit of the activation at minus infinity", REAL, extremes=(-10, 10))
scale = Parameter(
    "scale", "factor of the activation", REAL, latex=r"\lambda", extremes=(-10, 10)
)  # SELU: 1.0507
w = Parameter("w", "rate at which the exponential falls along a ray", NONNEGATIVE, extremes=(1e-3, 1e2))
t = sp.Symbol("t", real=True)
m = sp.Symbol("m")
P, R, S = (sp.Function(name, real=True) for name in "PRS")


def not_small(variance):
    return (variance >= Rational(1, 10),)


# %% [markdown]
# Along a ray into the negative half plane the exponential falls as $e^{-wr}$; Mills' ratio of the normal
# distribution, $\mu(w)$, gives its moments over the radius.

# %%
mu = sp.Function("mu", real=True)
mills_ratio = Claim(mu(w), sqrt(pi / 2) * erfcx(w / sqrt(2)), Defines("Mills' ratio"))
mills_ratio_of = sp.Lambda(w, mills_ratio.rhs)
moments = [Integral(r**n * exp(-(r**2) / 2 - r * w), (r, 0, oo)) for n in range(3)]
zeroth, first, second = (
    Claim(name(w), moment, Given("an abbreviation")) for name, moment in zip((P, R, S), moments, strict=True)
)
zeroth_integral = Claim(moments[0], mu(w), Integrates(using=(mills_ratio,)))
first_integral = Claim(moments[1], 1 - w * mu(w), Integrates(using=(mills_ratio,)))
second_integral = Claim(moments[2], (1 + w**2) * mu(w) - w, Integrates(using=(mills_ratio,)))
zeroth_moment = Claim(P(w), mu(w), Substitutes(zeroth, zeroth_integral, mills_ratio))
first_moment = Claim(R(w), 1 - w * mu(w), Substitutes(first, first_integral, mills_ratio))
second_moment = Claim(S(w), (1 + w**2) * mu(w) - w, Substitutes(second, second_integral, mills_ratio))

# %% [markdown]
# Both preactivations are positive over $\pi - \theta$ of the turn, $r\sqrt{q_1}\sin t$ and
# $-r\sqrt{q_2}\sin(\theta - t)$ for $0 < t < \theta$ where the first alone is (and the other way round, with
# the same $t$, where the second is), and both are negative, $-r\sqrt{q_1}\sin(\theta + t)$ and
# $-r\sqrt{q_2}\sin t$, for $0 < t < \pi - \theta$.

# %%
one, other = sqrt(q_1) * sin(theta + t), sqrt(q_2) * sin(t)
ahead_1, ahead_2 = sqrt(q_1) * sin(t), sqrt(q_2) * sin(t)
behind_1, behind_2 = sqrt(q_1) * sin(theta - t), sqrt(q_2) * sin(theta - t)
mean_of_products = Claim(
    T,
    scale**2
    / (2 * pi)
    * (
        sqrt(q_1)
        * sqrt(q_2)
        * Integral(r**3 * exp(-(r**2) / 2), (r, 0, oo))
        * Integral(cos(psi) * cos(psi - theta), (psi, theta - pi / 2, pi / 2))
        + alpha * Integral(ahead_1 * (S(behind_2) - S(0)) + ahead_2 * (S(behind_1) - S(0)), (t, 0, theta))
        + alpha**2 * Integral(R(one + other) - R(one) - R(other) + R(0), (t, 0, pi - theta))
    ),
    Given("the mean of phi(u) phi(v) in polar coordinates, the radius in the integrals R and S"),
)
both_negative = Integral(
    one * (mu(one) - mu(one + other)) + other * (mu(other) - mu(one + other)), (t, 0, pi - theta)
)


def less_at_zero(x):
    """S(x) - S(0)."""
    return mu(x) - mu(0) + x * (x * mu(x) - 1)


one_negative = Integral(ahead_1 * less_at_zero(behind_2) + ahead_2 * less_at_zero(behind_1), (t, 0, theta))
dual = Claim(
    T,
    scale**2
    / (2 * pi)
    * (
        sqrt(q_1) * sqrt(q_2) * (sin(theta) + (pi - theta) * cos(theta))
        + alpha * one_negative
        + alpha**2 * both_negative
    ),
    Substitutes(mean_of_products, third_moment, same_sign, first_moment, second_moment, mills_ratio),
)

# %% [markdown]
# Price's theorem gives the derivative dual.


# %%
def falling(x):
    """R(x)."""
    return 1 - x * mu(x)


slopes = (
    (pi - theta)
    + alpha * Integral(falling(ahead_1) + falling(ahead_2), (t, 0, theta))
    + alpha**2 * Integral(falling(one + other), (t, 0, pi - theta))
)
dual_slope = Claim(
    Derivative(T, theta),
    (-(scale**2) * sqrt(q_1) * sqrt(q_2) * sin(theta) / (2 * pi) * slopes).replace(mu, mills_ratio_of),
    Differentiates(dual, theta),
)
derivative_dual = Claim(
    Tdot, scale**2 / (2 * pi) * slopes, Substitutes(price_in_angle, dual_slope, covariance_slope, mills_ratio)
)

# %% [markdown]
# Identical inputs, and the mean of one activation.

# %%
parallel = {q_1: q, q_2: q, theta: 0}
diagonal = Claim(
    T,
    scale**2 * (q + alpha**2 * (1 + erfcx(sqrt(2 * q)) - 2 * erfcx(sqrt(q / 2)))) / 2,
    Substitutes(dual, at=parallel),
)
derivative_diagonal = Claim(
    Tdot, scale**2 * (1 + alpha**2 * erfcx(sqrt(2 * q))) / 2, Substitutes(derivative_dual, at=parallel)
)
mean_of_one = Claim(
    m,
    scale / sqrt(2 * pi) * (sqrt(q) * R(0) + alpha * (P(sqrt(q)) - P(0))),
    Given("the mean of phi(u) over u > 0 and over u < 0"),
)
mean = Claim(
    m,
    scale * (sqrt(q / (2 * pi)) + alpha * (erfcx(sqrt(q / 2)) - 1) / 2),
    Substitutes(mean_of_one, zeroth_moment, first_moment),
)

# %% [markdown]
# For the computer: in $e^{x^2}\mathrm{erfc}(x) = e^{x^2} - \frac{2x}{\sqrt\pi}\,{}_1F_1(1; \frac32; x^2)$ the
# constants cancel, that near 0 leave no digits.


# %%
def odd_part(n, x):
    return hyper([1], [Rational(n, 2)], x)


diagonal_of_small = Claim(
    T,
    scale**2
    / 2
    * (
        q
        + alpha**2
        * (
            expm1(2 * q)
            - 2 * expm1(q / 2)
            - sqrt(2 / pi) * q ** Rational(3, 2) * (8 * odd_part(5, 2 * q) - 2 * odd_part(5, q / 2)) / 3
        )
    ),
    Rewrites(diagonal),
)
ray = sqrt(q) * sin(t)
diagonal_by_angle = Claim(
    T,
    scale**2 / 2 * (q + alpha**2 * Integral(2 * ray * (mu(ray) - mu(2 * ray)), (t, 0, pi)) / pi),
    Rewrites(diagonal, using=(mills_ratio,)),
)
mean_of_small = Claim(
    m,
    scale * (sqrt(q / (2 * pi)) * (1 - alpha * odd_part(3, q / 2)) + alpha * expm1(q / 2) / 2),
    Rewrites(mean),
)

# %% [markdown]
# Where the inputs are nearly opposite, the dual of ReLU is a series. At small variances
# $1 - e^u$ loses digits, as many as $u$ is smaller than 1: certified are variances of 1/10 and more.

# %%
dual_at_large_angles = Claim(
    T,
    scale**2
    / (2 * pi)
    * (sqrt(q_1) * sqrt(q_2) * third_of_cube(pi - theta) + alpha * one_negative + alpha**2 * both_negative),
    Rewrites(dual, using=(mills_ratio,)),
    where=(*not_small(q_1), *not_small(q_2)),
)

# %%
elu_dual = ExplicitForm(
    dual_at_large_angles,
    (q_1, q_2, theta, alpha, scale),
    forms=((Smooth(dual_at_large_angles), theta > 2), (Smooth(dual), True)),
)
elu_derivative_dual = ExplicitForm(
    derivative_dual, (q_1, q_2, theta, alpha, scale), forms=((Smooth(derivative_dual), True),)
)
elu_diagonal = ExplicitForm(
    diagonal,
    (q, alpha, scale),
    forms=((diagonal_of_small, 4 * q <= 1), (Smooth(diagonal_by_angle), q <= 2), (diagonal, True)),
)
elu_derivative_diagonal = ExplicitForm(derivative_diagonal, (q, alpha, scale))
elu_mean = ExplicitForm(mean, (q, alpha, scale), forms=((mean_of_small, q <= 1), (mean, True)))


# %%
def elu(alpha: float = 1.0, scale: float = 1.0) -> Activation:
    """scale u for u > 0, else scale alpha (exp(u) - 1). ValueError for values that are not finite."""
    if not (math.isfinite(alpha) and math.isfinite(scale) and scale):
        raise ValueError(f"elu: alpha = {alpha!r}, scale = {scale!r}: two finite numbers, the scale not 0")
    return replace(_elu, parameters={"alpha": alpha, "scale": scale})


_elu = Activation(
    "elu",
    scale * sp.Piecewise((u, u > 0), (alpha * (exp(Min(u, 0)) - 1), True)),
    {"alpha": 1.0, "scale": 1.0},
    kinks=(0.0,),
    pair_form=elu_dual,
    derivative_pair_form=elu_derivative_dual,
    diagonal_form=elu_diagonal,
    derivative_diagonal_form=elu_derivative_diagonal,
    mean_form=elu_mean,
)
selu = replace(elu(1.6732632423543772, 1.0507009873554805), name="selu")
