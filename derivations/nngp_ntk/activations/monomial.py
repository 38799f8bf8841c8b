# %% [markdown]
# # Monomials, polynomials, Hermite polynomials
# By Price's theorem the dual of $u^p$ has $p^2$ times that of $u^{p-1}$ for its derivative; without
# correlation the mean of $u^mv^n$ is a product of moments. From there on it is a sum of positive terms
# (Isserlis, 1918).

# %%
from dataclasses import replace

import sympy as sp
from sympy import Derivative, cos, gamma, hyper, pi, sin, sqrt

from theory import Claim, ExplicitForm, Parameter
from theory.parameter import COUNTING
from theory.rules import Given, Rewrites, Solves, Substitutes

from ..models.activation import Activation, u
from ..setting import Tdot, c, correlated, q, q_1, q_2, theta
from .correlated import angle
from .linear import linear

i = Parameter("i", "half the order of the first factor", COUNTING, extremes=(1, 6))
j = Parameter("j", "half the order of the second factor", COUNTING, extremes=(1, 6))
half = sp.Rational(1, 2)
even, odd = (sp.Function(name, real=True) for name in ("E_even", "E_odd"))
T, kappa, kappa_dot, gap = sp.symbols("T kappa kappa_dot gap")

# %%
even_flow = Claim(
    Derivative(even(i, j, c), c), 4 * i * j * odd(i - 1, j - 1, c), Given("Price's theorem for u^2i v^2j")
)
odd_flow = Claim(
    Derivative(odd(i, j, c), c),
    (2 * i + 1) * (2 * j + 1) * even(i, j, c),
    Given("Price's theorem for u^(2i+1) v^(2j+1)"),
)


def moment(i, x):
    """The mean of u**(2 i) at variance x."""
    return gamma(i + half) / sqrt(pi) * (2 * x) ** i


def even_mean(i, j, c):
    return moment(i, q_1) * moment(j, q_2) * hyper([-i, -j], [half], c**2 / (q_1 * q_2))


def odd_mean(i, j, c):
    return (
        (2 * i + 1)
        * (2 * j + 1)
        * c
        * moment(i, q_1)
        * moment(j, q_2)
        * hyper([-i, -j], [3 * half], c**2 / (q_1 * q_2))
    )


mixed_moments = Claim(
    sp.Tuple(even(i, j, c), odd(i, j, c)),
    sp.Tuple(even_mean(i, j, c), odd_mean(i, j, c)),
    Solves(
        (even_flow, odd_flow),
        conditions=[(even(i, j, 0), moment(i, q_1) * moment(j, q_2)), (odd(i, j, 0), 0)],
    ),
    where=correlated,
)

# %% [markdown]
# The duals of $u^{2i}$ and of $u^{2i+1}$ as functions of the angle.

# %%
mean_of_even = Claim(T, even(i, i, c), Given("the mean of u^2i v^2i"))
mean_of_odd = Claim(T, odd(i, i, c), Given("the mean of u^(2i+1) v^(2i+1)"))
even_dual = Claim(T, even_mean(i, i, c), Substitutes(mean_of_even, mixed_moments))
odd_dual = Claim(T, odd_mean(i, i, c), Substitutes(mean_of_odd, mixed_moments))
slope_of_even = Claim(Tdot, 4 * i**2 * odd(i - 1, i - 1, c), Given("Price's theorem for u^2i"))
slope_of_odd = Claim(Tdot, (2 * i + 1) ** 2 * even(i, i, c), Given("Price's theorem for u^(2i+1)"))
even_derivative_dual = Claim(
    Tdot, 4 * i**2 * odd_mean(i - 1, i - 1, c), Substitutes(slope_of_even, mixed_moments)
)
odd_derivative_dual = Claim(
    Tdot, (2 * i + 1) ** 2 * even_mean(i, i, c), Substitutes(slope_of_odd, mixed_moments)
)
in_pairs = {q_1: q, q_2: q, c: q}
even_diagonal = Claim(T, moment(2 * i, q), Substitutes(even_dual, at=in_pairs))
odd_diagonal = Claim(T, moment(2 * i + 1, q), Substitutes(odd_dual, at=in_pairs))
even_derivative_diagonal = Claim(
    Tdot, 4 * i**2 * moment(2 * i - 1, q), Substitutes(even_derivative_dual, at=in_pairs)
)
odd_derivative_diagonal = Claim(
    Tdot, (2 * i + 1) ** 2 * moment(2 * i, q), Substitutes(odd_derivative_dual, at=in_pairs)
)


# %%
def even_share(i):
    return moment(i, 1) ** 2 / moment(2 * i, 1) * hyper([-i, -i], [half], cos(theta) ** 2)


def odd_share(i):
    return (
        ((2 * i + 1) * moment(i, 1)) ** 2
        / moment(2 * i + 1, 1)
        * cos(theta)
        * hyper([-i, -i], [3 * half], cos(theta) ** 2)
    )


g = sqrt(q_1) * sqrt(q_2)
even_cosine = Claim(kappa, T / even_diagonal.rhs.subs(q, g), Given("the dual of u^2i, over its scale"))
even_map = Claim(kappa, even_share(i), Substitutes(even_cosine, even_dual, angle))
odd_cosine = Claim(kappa, T / odd_diagonal.rhs.subs(q, g), Given("the dual of u^(2i+1), over its scale"))
odd_map = Claim(kappa, odd_share(i), Substitutes(odd_cosine, odd_dual, angle))
even_derivative_cosine = Claim(
    kappa_dot, Tdot / even_derivative_diagonal.rhs.subs(q, g), Given("the derivative dual, over its scale")
)
even_derivative_map = Claim(
    kappa_dot, odd_share(i - 1), Substitutes(even_derivative_cosine, even_derivative_dual, angle)
)
odd_derivative_cosine = Claim(
    kappa_dot, Tdot / odd_derivative_diagonal.rhs.subs(q, g), Given("the derivative dual, over its scale")
)
odd_derivative_map = Claim(
    kappa_dot, even_share(i), Substitutes(odd_derivative_cosine, odd_derivative_dual, angle)
)
distance = Claim(gap, 1 - kappa, Given("the distance from 1"))
even_gap = Claim(gap, 1 - even_share(i), Substitutes(distance, even_map))
odd_gap = Claim(gap, 1 - odd_share(i), Substitutes(distance, odd_map))


def small(p):
    return (
        2
        * p**2
        / (2 * p - 1)
        * sin(theta / 2) ** 2
        * hyper([1, 1 - p, 1 - p], [2, 3 * half - p], sin(theta / 2) ** 2)
    )


even_gap_at_small_angles = Claim(gap, small(2 * i), Rewrites(even_gap))
even_gap_at_large_angles = Claim(gap, small(2 * i).subs(sin(theta / 2), cos(theta / 2)), Rewrites(even_gap))
odd_gap_at_small_angles = Claim(gap, small(2 * i + 1), Rewrites(odd_gap))

# %%
even_monomial_kappa = ExplicitForm(even_map, (theta, i))
even_monomial_kappa_dot = ExplicitForm(even_derivative_map, (theta, i))
even_monomial_gap = ExplicitForm(
    even_gap,
    (theta, i),
    forms=(
        (even_gap_at_small_angles, 4 * i * sin(theta / 2) ** 2 < 1),
        (even_gap_at_large_angles, 4 * i * cos(theta / 2) ** 2 < 1),
        (even_gap, True),
    ),
)
even_monomial_diagonal = ExplicitForm(even_diagonal, (q, i))
even_monomial_derivative_diagonal = ExplicitForm(even_derivative_diagonal, (q, i))
odd_monomial_kappa = ExplicitForm(odd_map, (theta, i))
odd_monomial_kappa_dot = ExplicitForm(odd_derivative_map, (theta, i))
odd_monomial_gap = ExplicitForm(
    odd_gap, (theta, i), forms=((odd_gap_at_small_angles, 4 * i * sin(theta / 2) ** 2 < 1), (odd_gap, True))
)
odd_monomial_diagonal = ExplicitForm(odd_diagonal, (q, i))
odd_monomial_derivative_diagonal = ExplicitForm(odd_derivative_diagonal, (q, i))

# %%
square = Activation(
    "square",
    u ** (2 * i),
    {"i": 1},
    degree=2,
    kappa=even_monomial_kappa,
    kappa_dot=even_monomial_kappa_dot,
    gap=even_monomial_gap,
    scale_form=even_monomial_diagonal,
    scale_dot_form=even_monomial_derivative_diagonal,
)
cube = Activation(
    "cube",
    u ** (2 * i + 1),
    {"i": 1},
    degree=3,
    kappa=odd_monomial_kappa,
    kappa_dot=odd_monomial_kappa_dot,
    gap=odd_monomial_gap,
    scale_form=odd_monomial_diagonal,
    scale_dot_form=odd_monomial_derivative_diagonal,
    odd=True,
)


def monomial(p: int) -> Activation:
    """u**p, p = 1, 2, ... ValueError for other orders."""
    if not (isinstance(p, int) and p >= 1):
        raise ValueError(f"monomial: p = {p!r}: an integer from 1")
    if p == 1:
        return replace(linear, name="monomial")
    return replace(cube if p % 2 else square, name="monomial", parameters={"i": p // 2}, degree=p)
