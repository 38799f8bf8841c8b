# %% [markdown]
# # Polynomials, and Hermite polynomials
# Any polynomial's dual is a sum of the mixed moments of `monomial`, term by term; of a normalised Hermite
# polynomial at unit variances only one power of the correlation is left (Mehler, 1866).

# %%
import sympy as sp
from sympy import Derivative

from theory import Claim, ExplicitForm
from theory.rules import Differentiates, Given, Substitutes

from ..models.activation import Activation, u
from ..setting import T, Tdot, c, q, q_1, q_2
from .correlated import dual_of, price
from .monomial import i, j, mixed_moments


def mixed_moment(m: int, n: int) -> sp.Expr:
    """E u^m v^n, a polynomial in the variances and the covariance, from the claim; 0 for an odd m + n."""
    if (m + n) % 2:
        return sp.Integer(0)
    moment = mixed_moments.rhs[m % 2].subs({i: m // 2, j: n // 2})
    return sp.expand(sp.hyperexpand(moment))


def polynomial(coefficients, name: str = "polynomial") -> Activation:
    """sum_k coefficients[k] u**k, with its duals as polynomials of the variances and the covariance.

    Coefficients are numbers or exact SymPy numbers. ValueError for none, or one that is not finite.
    """
    a = [sp.nsimplify(x, rational=True) if isinstance(x, float) else sp.sympify(x) for x in coefficients]
    if not a or not all(x.is_finite and x.is_real for x in a):
        raise ValueError(f"{name}: coefficients = {coefficients!r}: finite real numbers, at least one")
    product = sum(x * y * mixed_moment(m, n) for m, x in enumerate(a) for n, y in enumerate(a))
    dual = Claim(dual_of(c), sp.expand(product), Given("the mean of the product, term by term"))
    slope = Claim(Derivative(dual_of(c), c), sp.diff(dual.rhs, c), Differentiates(dual, c))
    derivative = Claim(Tdot, slope.rhs, Substitutes(price, slope))
    at = {q_1: q, q_2: q, c: q}
    diagonal = Claim(T, dual.rhs.subs(at), Substitutes(dual, at={**at, dual_of(q): T}))
    derivative_diagonal = Claim(Tdot, derivative.rhs.subs(at), Substitutes(derivative, at=at))
    mean = Claim(
        T, sum(x * mixed_moment(m, 0).subs(q_1, q) for m, x in enumerate(a)), Given("the mean, term by term")
    )
    return Activation(
        name,
        sum(x * u**k for k, x in enumerate(a)),
        {},
        pair_form=ExplicitForm(dual, (q_1, q_2, c)),
        derivative_pair_form=ExplicitForm(derivative, (q_1, q_2, c)),
        diagonal_form=ExplicitForm(diagonal, (q,)),
        derivative_diagonal_form=ExplicitForm(derivative_diagonal, (q,)),
        mean_form=ExplicitForm(mean, (q,)),
        odd=not any(a[::2]),
    )


def hermite(m: int) -> Activation:
    """He_m(u) / sqrt(m!), orthonormal under a unit Gaussian: its dual at unit variances is rho**m.

    ValueError for an order that is no integer from 0.
    """
    if not (isinstance(m, int) and m >= 0):
        raise ValueError(f"hermite: m = {m!r}: an integer from 0")
    power = sp.Poly(sp.hermite_prob(m, u), u).all_coeffs()[::-1]
    return polynomial([x / sp.sqrt(sp.factorial(m)) for x in power], "hermite")
