# %% [markdown]
# # Rectified monomials
# $\phi(u) = u^n$ for $u > 0$, else 0, of any order $n$: the arc-cosine kernels (Cho and Saul, 2009). The
# angular integral is hypergeometric, a sum of positive terms, which keeps its digits where elementary
# expressions of high order cancel.

# %%
from dataclasses import replace

import sympy as sp
from sympy import Derivative, Integral, Max, cos, exp, factorial, gamma, hyper, pi, sin, sqrt

from theory import Claim, ExplicitForm, Parameter
from theory.parameter import COUNTING
from theory.rules import (
    Differentiates,
    Equates,
    Given,
    Integrates,
    Recursion,
    Rewrites,
    Substitutes,
)

from ..models.activation import Activation, u
from ..setting import T, Tdot, q, q_1, q_2, supplement, theta
from .correlated import covariance_slope, price_in_angle, psi, r, third_moment

n = Parameter("n", "order of the monomial", COUNTING, extremes=(1, 12))
half = sp.Rational(1, 2)


def series(n, x):
    return hyper([half, half], [n + 3 * half], x)


radius = sp.Function("R", real=True)
kappa, kappa_dot, gap = sp.symbols("kappa kappa_dot gap")

# %%
mean = Claim(
    T,
    (sqrt(q_1) * sqrt(q_2)) ** n
    / (2 * pi)
    * radius(n)
    * Integral((cos(psi) * cos(psi - theta)) ** n, (psi, theta - pi / 2, pi / 2)),
    Given("the mean of phi(u) phi(v) in polar coordinates; R is the radius' moment of order 2n"),
)
by_parts = Claim(
    Derivative(r ** (2 * n + 2) * exp(-(r**2) / 2), r),
    2 * (n + 1) * r ** (2 * n + 1) * exp(-(r**2) / 2) - r ** (2 * n + 3) * exp(-(r**2) / 2),
    Equates(),
)
radial_step = Claim(radius(n + 1), 2 * (n + 1) * radius(n), Given("that, integrated from 0 to infinity"))
radial = Claim(radius(n), 2**n * factorial(n), Recursion(radial_step, {radius(1): third_moment.rhs}))
angular = Claim(
    Integral((cos(psi) * cos(psi - theta)) ** n, (psi, theta - pi / 2, pi / 2)),
    sqrt(pi)
    * factorial(n)
    / gamma(n + 3 * half)
    * cos(theta / 2) ** (2 * n + 1)
    * series(n, cos(theta / 2) ** 2),
    Integrates(),
)


def arc_cosine(n, x):
    """J_n / 2 pi, where x is the cosine of half the angle."""
    return (
        2**n * gamma(n + 1) ** 2 / (2 * sqrt(pi) * gamma(n + 3 * half)) * x ** (2 * n + 1) * series(n, x**2)
    )


def share_of_scale(n, x):
    """The same over the moment of order 2n."""
    return gamma(n + 1) ** 2 / (gamma(n + half) * gamma(n + 3 * half)) * x ** (2 * n + 1) * series(n, x**2)


dual = Claim(
    T, (sqrt(q_1) * sqrt(q_2)) ** n * arc_cosine(n, cos(theta / 2)), Substitutes(mean, radial, angular)
)

# %% [markdown]
# For small angles the same by its difference from the dual of $u^n$, a polynomial, half of which it is at
# $\theta = 0$.

# %%
moment = 2 ** (n - 1) * gamma(n + half) / sqrt(pi)
dual_near_parallel = Claim(
    T,
    (sqrt(q_1) * sqrt(q_2)) ** n
    * (moment * hyper([-n, -n], [half - n], sin(theta / 2) ** 2) - (-1) ** n * arc_cosine(n, sin(theta / 2))),
    Rewrites(dual),
)
dual_slope = Claim(
    Derivative(T, theta),
    -(n**2) * (sqrt(q_1) * sqrt(q_2)) ** n * sin(theta) * arc_cosine(n - 1, cos(theta / 2)),
    Differentiates(dual, theta),
)
derivative_dual = Claim(
    Tdot,
    n**2 * (sqrt(q_1) * sqrt(q_2)) ** (n - 1) * arc_cosine(n - 1, cos(theta / 2)),
    Substitutes(price_in_angle, dual_slope, covariance_slope),
)
diagonal = Claim(T, moment * q**n, Substitutes(dual_near_parallel, at={q_1: q, q_2: q, theta: 0}))

# %% [markdown]
# The order below gives the derivative dual, so that $\dot\kappa_n = \kappa_{n-1}$.

# %%
cosine = Claim(kappa, T / diagonal.rhs.subs(q, sqrt(q_1) * sqrt(q_2)), Given("the dual, over its scale"))
cosine_map = Claim(kappa, share_of_scale(n, cos(theta / 2)), Substitutes(cosine, dual))
map_near_parallel = Claim(
    kappa,
    hyper([-n, -n], [half - n], sin(theta / 2) ** 2) - (-1) ** n * share_of_scale(n, sin(theta / 2)),
    Substitutes(cosine, dual_near_parallel),
)
derivative_near_parallel = Claim(
    Tdot,
    n**2
    * (sqrt(q_1) * sqrt(q_2)) ** (n - 1)
    * (
        moment.subs(n, n - 1) * hyper([1 - n, 1 - n], [3 * half - n], sin(theta / 2) ** 2)
        + (-1) ** n * arc_cosine(n - 1, sin(theta / 2))
    ),
    Rewrites(derivative_dual),
)
derivative_diagonal = Claim(
    Tdot,
    n**2 * moment.subs(n, n - 1) * q ** (n - 1),
    Substitutes(derivative_near_parallel, at={q_1: q, q_2: q, theta: 0}),
)
share = Claim(
    kappa_dot,
    Tdot / derivative_diagonal.rhs.subs(q, sqrt(q_1) * sqrt(q_2)),
    Given("the derivative dual, over its scale"),
)
derivative_map = Claim(
    kappa_dot,
    share_of_scale(n - 1, cos(theta / 2)),
    Substitutes(share, derivative_dual),
)
derivative_map_near_parallel = Claim(
    kappa_dot,
    hyper([1 - n, 1 - n], [3 * half - n], sin(theta / 2) ** 2)
    + (-1) ** n * share_of_scale(n - 1, sin(theta / 2)),
    Substitutes(share, derivative_near_parallel),
)
distance = Claim(gap, 1 - kappa, Given("the distance from 1"))
gap_map = Claim(gap, 1 - share_of_scale(n, cos(theta / 2)), Substitutes(distance, cosine_map))
gap_near_parallel = Claim(
    gap,
    2
    * n**2
    / (2 * n - 1)
    * sin(theta / 2) ** 2
    * hyper([1, 1 - n, 1 - n], [2, 3 * half - n], sin(theta / 2) ** 2)
    + (-1) ** n * share_of_scale(n, sin(theta / 2)),
    Rewrites(gap_map),
)

# %% [markdown]
# In between, where the polynomial alternates and the series is slow, an integral of a positive function.

# %%
x = sp.Symbol("x", nonnegative=True)


def by_integral(n):
    both = sin((pi - theta) * (1 - x) / 2) * sin((pi - theta) * (1 + x) / 2)
    return (pi - theta) * gamma(n + 1) / (sqrt(pi) * gamma(n + half)) * Integral(both**n, (x, 0, 1))


map_between = Claim(kappa, by_integral(n), Rewrites(cosine_map))
derivative_map_between = Claim(kappa_dot, by_integral(n - 1), Rewrites(derivative_map))
gap_between = Claim(gap, 1 - by_integral(n), Rewrites(gap_map))

# %% [markdown]
# Of nearly opposite inputs the angle is known best by what it lacks to $\pi$.

# %%
map_at_opposite = Claim(
    kappa, share_of_scale(n, sin(supplement / 2)), Substitutes(cosine_map, at={theta: pi - supplement})
)
derivative_at_opposite = Claim(
    kappa_dot,
    share_of_scale(n - 1, sin(supplement / 2)),
    Substitutes(derivative_map, at={theta: pi - supplement}),
)

# %%
near, far = 2 * n * sin(theta / 2) ** 2 < 1, theta >= pi / 2
rectified_kappa = ExplicitForm(
    cosine_map, (theta, n), forms=((map_near_parallel, near), (cosine_map, far), (map_between, True))
)
rectified_kappa_dot = ExplicitForm(
    derivative_map,
    (theta, n),
    forms=(
        (derivative_map_near_parallel, near),
        (derivative_map, far),
        (derivative_map_between, True),
    ),
)
rectified_gap = ExplicitForm(
    gap_map, (theta, n), forms=((gap_near_parallel, near), (gap_map, far), (gap_between, True))
)
rectified_kappa_opposite = ExplicitForm(map_at_opposite, (supplement, n))
rectified_kappa_dot_opposite = ExplicitForm(derivative_at_opposite, (supplement, n))
rectified_diagonal = ExplicitForm(diagonal, (q, n))
rectified_derivative_diagonal = ExplicitForm(derivative_diagonal, (q, n))

# %%
rectified_square = Activation(
    "rectified_square",
    Max(u, 0) ** n,
    {"n": 2},
    kinks=(0.0,),
    degree=2,
    kappa=rectified_kappa,
    kappa_dot=rectified_kappa_dot,
    gap=rectified_gap,
    opposite=(rectified_kappa_opposite, rectified_kappa_dot_opposite),
    scale_form=rectified_diagonal,
    scale_dot_form=rectified_derivative_diagonal,
)


def rectified_monomial(n: int) -> Activation:
    """u**n for u > 0, else 0; n = 1, 2, ... (0 is the step). ValueError for other orders."""
    if not (isinstance(n, int) and n >= 1):
        raise ValueError(f"rectified_monomial: n = {n!r}: an integer from 1")
    return replace(rectified_square, name="rectified_monomial", parameters={"n": n}, degree=n)
