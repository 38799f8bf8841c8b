# %% [markdown]
# # The spectrum on the sphere
# A kernel that depends on $t = x \cdot x'$ only, as every dense kernel does between inputs of one norm, has
# the spherical harmonics for eigenfunctions on the sphere $S^{d-1}$ (R9). To the degree $k$ belongs one
# eigenvalue $\mu_k$, $N(d, k)$ times: the mean of $\kappa(t)P_k(t)$ over the sphere, where $P_k$ is
# Gegenbauer's polynomial with $P_k(1) = 1$, here in powers of $1 - t$.

# %%
import sympy as sp
from sympy import Integral, Sum, binomial, gamma, pi, sin, sqrt

from theory import Claim, ExplicitForm, Parameter
from theory.closed_form import Precise
from theory.rules import Equates, Given, Integrates, Rewrites, Substitutes

k = Parameter("k", "degree of the spherical harmonics", sp.Range(0, sp.oo), extremes=(1, 1000))
d = Parameter("d", "dimension of the space whose unit sphere it is", sp.Range(3, sp.oo), extremes=(3, 100))
p = Parameter("p", "twice the power of 1 - t", sp.Range(0, sp.oo), extremes=(1, 20))
m = Parameter("m", "power of t", sp.Range(0, sp.oo), extremes=(1, 500))
s = Parameter("s", "half of what the power exceeds the degree by", sp.Range(0, sp.oo), extremes=(1, 500))
n = Parameter("n", "power of 1 - t", sp.Range(0, sp.oo), extremes=(1, 100))
j = sp.Symbol("j", integer=True, nonnegative=True)
phi = Parameter("phi", "angle between two points", sp.Interval(0, pi), unit="radians", latex=r"\varphi")
mu, count = sp.symbols("mu_k N")
moment_of = sp.Function("I")

# %% [markdown]
# ## Powers of the distance
# The integrals of $(1 - t)^a$ are Euler's; in the angle, at half-integer $a$, nothing is singular.

# %%
a = Parameter("a", "power of 1 - t", sp.Interval(0, sp.oo), extremes=(1e-2, 20))
per_area = gamma(d / 2) / (sqrt(pi) * gamma((d - 1) / sp.Integer(2)))
half = sp.Rational(1, 2)
moment = Claim(
    moment_of(a),
    2 ** (a + d - 2) * gamma(a + (d - 1) * half) * gamma((d - 1) * half) / gamma(a + d - 1),
    Given("Euler's integral of (1 - t)^a (1 - t^2)^((d - 3)/2) over t from -1 to 1"),
)
moment_in_the_angle = Claim(
    Integral((sqrt(2) * sin(phi / 2)) ** p * sin(phi) ** (d - 2), (phi, 0, pi)),
    moment.rhs.subs(a, p / 2),
    Integrates(),
    where=(p < 5, d < 8),
)

# %% [markdown]
# The polynomial, power by power; it has as many signs as its degree.

# %%
coefficient = (
    (-1) ** j
    * binomial(k, j)
    * gamma(k + d - 2 + j)
    * gamma((d - 1) * half)
    / (gamma(k + d - 2) * gamma((d - 1) * half + j) * 2**j)
)
projected = Claim(
    mu,
    per_area * Sum(coefficient * moment_of(n + j), (j, 0, k)),
    Given("the mean of (1 - t)^n times the polynomial, power by power"),
)
summed = Claim(
    mu, per_area * Sum(coefficient * moment.rhs.subs(a, n + j), (j, 0, k)), Substitutes(projected, moment)
)
of_distance = Claim(
    mu,
    (-1) ** k
    * gamma(n + 1)
    * 2 ** (n + d - 2)
    * gamma(d / 2)
    * gamma(n + (d - 1) * half)
    / (sqrt(pi) * gamma(n - k + 1) * gamma(k + n + d - 1)),
    Rewrites(summed),
    where=k <= n,
)
of_lower_distance = Claim(mu, 0, Rewrites(summed), where=k > n)

# %% [markdown]
# ## Powers of t
# By the binomial theorem for $t = 1 - (1 - t)$. A power $t^m$ has the degrees $m, m - 2, \dots$ only, and all
# its eigenvalues are positive: so are those of a kernel $\sum_ma_mt^m$ with positive coefficients.

# %%
power = Claim(
    mu,
    Sum(binomial(k + 2 * s, n) * (-1) ** n * of_distance.rhs, (n, k, k + 2 * s)),
    Given("the binomial theorem, for the power k + 2s of t"),
)
power_eigenvalue = Claim(
    mu,
    gamma(d / 2) * gamma(k + 2 * s + 1) / (2 ** (k + 2 * s) * gamma(s + 1) * gamma(k + s + d / 2)),
    Rewrites(power),
)

# %% [markdown]
# ## How often
# The harmonics of degree $k$ are the homogeneous polynomials of that degree, less those of degree $k - 2$.

# %%
polynomials = Claim(
    count,
    gamma(k + d) / (gamma(d) * gamma(k + 1)) - k * (k - 1) * gamma(k + d - 2) / (gamma(d) * gamma(k + 1)),
    Given("polynomials of degree k, less those that are the squared norm times one of degree k - 2"),
)
by_degree = Claim(
    count, (2 * k + d - 2) * gamma(k + d - 2) / (gamma(d - 1) * gamma(k + 1)), Rewrites(polynomials)
)

# %% [markdown]
# Counted with their multiplicity the eigenvalues of $t^m$ add up to its value at $t = 1$, here for even and
# odd powers, and so do those of any kernel.


# %%
def counted(power):
    """All eigenvalues of a power of t, each as often as there are harmonics."""
    at = {k: power - 2 * s}
    return Sum(by_degree.rhs.subs(at) * power_eigenvalue.rhs.subs(at), (s, 0, n))


even_trace = Claim(counted(2 * n), 1, Equates())
odd_trace = Claim(counted(2 * n + 1), 1, Equates())

# %%
power_spectrum = ExplicitForm(power_eigenvalue, (k, s, d), forms=((Precise(power_eigenvalue), True),))
harmonics_of_degree = ExplicitForm(by_degree, (k, d), forms=((Precise(by_degree), True),))
