# %% [markdown]
# # Duals as a series in the correlation
# In the normalised Hermite polynomials $h_k$, orthonormal under a unit Gaussian, an activation has the
# coefficients $a_k(q) = E\,\phi(\sqrt q z)\,h_k(z)$, and its dual is $\sum_k a_k(q_1)\,a_k(q_2)\,\rho^k$
# (Mehler, 1866): no pair needs an integral. Both are linear in either factor, as functions of $z$, and these
# are superpositions of exponentials, $e^{\alpha z}$ and $e^{\beta z'}$, for which the series is derived.

# %%
import sympy as sp
from sympy import Integral, Sum, exp, factorial, oo, pi, sqrt

from theory import Claim, Parameter
from theory.parameter import REAL
from theory.rules import Equates, Given, Integrates, Substitutes

from ..setting import c, q_1, q_2, rho
from .gaussian_integral import M, alpha, beta, exponential_mean, s

t = Parameter("t", "variable of the generating function", REAL)
z = sp.Symbol("z", real=True)
k = sp.Symbol("k", integer=True, nonnegative=True)
a = sp.Function("a", real=True)

# %% [markdown]
# The generating function $\sum_k h_k(z)\,t^k/\sqrt{k!} = e^{tz - t^2/2}$, averaged with the exponential, is
# that of its coefficients.

# %%
generating = Claim(
    Integral(exp(alpha * z + t * z - t**2 / 2 - z**2 / 2) / sqrt(2 * pi), (z, -oo, oo)),
    exp(alpha**2 / 2 + alpha * t),
    Integrates(),
)
coefficient = Claim(
    a(k, alpha),
    alpha**k * exp(alpha**2 / 2) / sqrt(factorial(k)),
    Given("the mean of exp(alpha z) h_k(z)"),
)
coefficients = Claim(
    Sum(a(k, alpha) * t**k / sqrt(factorial(k)), (k, 0, oo)), generating.rhs, Equates(coefficient)
)

# %%
kernel = Claim(
    M,
    Sum(a(k, alpha) * a(k, beta) * rho**k, (k, 0, oo)),
    Given(
        "Mehler's kernel: h_j and h_k of two Gaussians of correlation rho have the mean rho^k or, j != k, 0"
    ),
)
at_correlation = Claim(
    M,
    exp((alpha**2 + 2 * alpha * beta * rho + beta**2) / 2),
    Substitutes(exponential_mean, at={s: 0, q_1: 1, q_2: 1, c: rho}),
    everywhere=True,
)
series = Claim(M, at_correlation.rhs, Substitutes(kernel, coefficient))
