# %% [markdown]
# # A cusp in the kernel, and the tail of its spectrum
# Kernels of activations with a kink are not smooth at $t = 1$, where the points meet, nor at $t = -1$: they
# behave there as powers $(1 \mp t)^\nu$ of an exponent that is no integer. The eigenvalues of such a power
# are known exactly at every degree (R9), and those of large degree are all that a cusp leaves of a kernel.

# %%
import sympy as sp
from sympy import Sum, exp, gamma, log, loggamma, oo, pi, sin, sqrt

from theory import Claim, ExplicitForm, Parameter
from theory.closed_form import Precise
from theory.parameter import POSITIVE, REAL
from theory.rules import Given, Limit, Rewrites, Substitutes

from .sphere import a, coefficient, d, half, j, k, moment, moment_of, mu, per_area

nu = Parameter("nu", "exponent of the cusp, no integer", POSITIVE, latex=r"\nu", extremes=(1e-2, 20))
c_plus = Parameter("c_plus", "coefficient of the cusp at t = 1", REAL, latex="c_+")
c_minus = Parameter("c_minus", "coefficient of the cusp at t = -1", REAL, latex="c_-")
no_integer = sp.Ne(sin(pi * nu), 0)
both, scaled = sp.symbols("mu_both A")

# %% [markdown]
# As for whole powers, the moments of the polynomial add up; now nothing ends the series.

# %%
projected = Claim(
    mu,
    per_area * Sum(coefficient * moment_of(nu + j), (j, 0, k)),
    Given("the mean of (1 - t)^nu times the polynomial, power by power"),
)
summed = Claim(
    mu, per_area * Sum(coefficient * moment.rhs.subs(a, nu + j), (j, 0, k)), Substitutes(projected, moment)
)
of_cusp = Claim(
    mu,
    2 ** (nu + d - 2)
    * gamma(d / 2)
    * gamma(nu + (d - 1) * half)
    * gamma(k - nu)
    / (sqrt(pi) * gamma(-nu) * gamma(k + nu + d - 1)),
    Rewrites(summed),
    where=no_integer,
)

# %% [markdown]
# Both cusps together: where they are equal the odd degrees are left to the smooth part of the kernel, where
# they are opposite the even ones.

# %%
of_both = Claim(
    both,
    c_plus * mu + (-1) ** k * c_minus * mu,
    Given("the cusps at either pole; the polynomial has the sign (-1)^k at the other"),
)
two_cusps = Claim(
    both, (c_plus + (-1) ** k * c_minus) * of_cusp.rhs, Substitutes(of_both, of_cusp), where=no_integer
)

# %% [markdown]
# ## Large degrees
# A cusp of exponent $\nu$ gives a tail $k^{-d-2\nu+1}$.

# %%
in_units = Claim(scaled, mu * k ** (d + 2 * nu - 1), Given("the eigenvalue in units of the tail's power"))
of_degree = Claim(scaled, of_cusp.rhs * k ** (d + 2 * nu - 1), Substitutes(in_units, of_cusp))
by_logarithms = Claim(
    scaled,
    2 ** (nu + d - 2)
    * gamma(d / 2)
    * gamma(nu + (d - 1) * half)
    / (sqrt(pi) * gamma(-nu))
    * exp(loggamma(k - nu) - loggamma(k + nu + d - 1) + (d + 2 * nu - 1) * log(k)),
    Rewrites(of_degree),
    where=k > nu,
)
amplitude = Claim(
    scaled,
    2 ** (nu + d - 2) * gamma(d / 2) * gamma(nu + (d - 1) * half) / (sqrt(pi) * gamma(-nu)),
    Limit(by_logarithms, k, oo),
    where=no_integer,
)

# %%
cusp_spectrum = ExplicitForm(of_cusp, (k, d, nu), forms=((Precise(of_cusp), True),))
tail_amplitude = ExplicitForm(amplitude, (d, nu), forms=((Precise(amplitude), True),))
cusp_tail = ExplicitForm(two_cusps, (k, d, nu, c_plus, c_minus), forms=((Precise(two_cusps), True),))
