# %% [markdown]
# # Error function and normal cdf
# Their slopes are Gaussians, so that the derivative dual is a Gaussian integral and the dual an integral of
# it over the covariance (Williams, 1997): $\mathrm{erf}(bu)$, and $\Phi(u) = \frac12 +
# \frac12\mathrm{erf}(u/\sqrt2)$.

# %%
import sympy as sp
from sympy import Derivative, atan, atan2, exp, pi, sin, sqrt

from theory import Claim, ExplicitForm, Parameter
from theory.parameter import POSITIVE
from theory.rules import Differentiates, Given, Rewrites, Solves, Substitutes

from ..models.activation import Activation
from ..models.activation import u as preactivation
from ..setting import Tdot, c, correlated, q, q_1, q_2, theta
from .correlated import dual_of, price, sine, u
from .gaussian_integral import M, alpha, beta, exponential_mean, s

b = Parameter("b", "inner scale of the activation", POSITIVE, extremes=(1e-2, 1e2))
phi, T, P, Pdot = sp.symbols("phi T T_cdf Tdot_cdf")

# %%
activation = Claim(phi, sp.erf(b * u), Given("the activation"))
slope = Claim(Derivative(phi, u), 2 * b / sqrt(pi) * exp(-(b**2) * u**2), Differentiates(activation, u))
mean_of_slopes = Claim(
    Tdot,
    (slope.rhs.subs(u, 0)) ** 2 * M,
    Given("the mean of two slopes, Gaussians of steepness s = b^2 without linear part"),
)
derivative_dual = Claim(
    Tdot,
    4 * b**2 / (pi * sqrt((1 + 2 * b**2 * q_1) * (1 + 2 * b**2 * q_2) - 4 * b**4 * c**2)),
    Substitutes(mean_of_slopes, exponential_mean, at={s: b**2, alpha: 0, beta: 0}),
)

# %% [markdown]
# Without correlation the dual of an odd activation is 0; from there Price's theorem leads on.

# %%
flow = Claim(Derivative(dual_of(c), c), derivative_dual.rhs, Substitutes(price, derivative_dual, factor=-1))
dual = Claim(
    dual_of(c),
    2 / pi * atan(2 * b**2 * c / sqrt((1 + 2 * b**2 * q_1) * (1 + 2 * b**2 * q_2) - 4 * b**4 * c**2)),
    Solves(flow, conditions=[(dual_of(0), 0)]),
)
diagonal = Claim(
    T,
    2 / pi * atan(2 * b**2 * q / sqrt(1 + 4 * b**2 * q)),
    Substitutes(dual, at={q_1: q, q_2: q, c: q, dual_of(q): T}),
)
derivative_diagonal = Claim(
    Tdot, 4 * b**2 / (pi * sqrt(1 + 4 * b**2 * q)), Substitutes(derivative_dual, at={q_1: q, q_2: q, c: q})
)

# %% [markdown]
# For the computer, with $e_i = (1 + 2b^2q_i)^{-1}$: nothing overflows, and nothing cancels where the
# variances are large and the inputs nearly parallel, if the angle is known.


# %%
def squeezed(b, x):
    return 1 / (1 + 2 * b**2 * x)


def root(e_1, e_2):
    return sqrt(e_1 + e_2 - e_1 * e_2 + (1 - e_1) * (1 - e_2) * sin(theta) ** 2)


e_1, e_2 = squeezed(b, q_1), squeezed(b, q_2)
dual_by_angle = Claim(
    dual_of(c),
    2 / pi * atan(2 * b**2 * c * sqrt(e_1) * sqrt(e_2) / root(e_1, e_2)),
    Rewrites(dual, using=(sine,)),
    where=correlated,
)
derivative_by_angle = Claim(
    Tdot,
    4 * b**2 / pi * sqrt(e_1) * sqrt(e_2) / root(e_1, e_2),
    Rewrites(derivative_dual, using=(sine,)),
    where=correlated,
)

# %% [markdown]
# The normal cdf, whose mean is 1/2.

# %%
mean_of_cdfs = Claim(
    P, (1 + dual_of(c)) / 4, Given("the mean of (1 + erf)(1 + erf)/4 with b^2 = 1/2, as erf is odd")
)
cdf_dual = Claim(
    P,
    sp.Rational(1, 4) + atan(c / sqrt((1 + q_1) * (1 + q_2) - c**2)) / (2 * pi),
    Substitutes(mean_of_cdfs, dual, at={b: 1 / sqrt(2)}),
)
slope_of_cdfs = Claim(Pdot, Tdot / 4, Given("half the slope at both"))
cdf_derivative_dual = Claim(
    Pdot,
    1 / (2 * pi * sqrt((1 + q_1) * (1 + q_2) - c**2)),
    Substitutes(slope_of_cdfs, derivative_dual, at={b: 1 / sqrt(2)}),
)
cdf_diagonal = Claim(
    P,
    sp.Rational(1, 4) + atan(q / sqrt(1 + 2 * q)) / (2 * pi),
    Substitutes(cdf_dual, at={q_1: q, q_2: q, c: q}),
)
cdf_derivative_diagonal = Claim(
    Pdot, 1 / (2 * pi * sqrt(1 + 2 * q)), Substitutes(cdf_derivative_dual, at={q_1: q, q_2: q, c: q})
)
f_1, f_2 = squeezed(1 / sqrt(2), q_1), squeezed(1 / sqrt(2), q_2)
cdf_dual_by_angle = Claim(
    P,
    atan2(root(f_1, f_2), -c * sqrt(f_1) * sqrt(f_2)) / (2 * pi),
    Rewrites(cdf_dual, using=(sine,)),
    where=correlated,
)
cdf_derivative_by_angle = Claim(
    Pdot,
    sqrt(f_1) * sqrt(f_2) / (2 * pi * root(f_1, f_2)),
    Rewrites(cdf_derivative_dual, using=(sine,)),
    where=correlated,
)

# %%
erf_dual = ExplicitForm(dual_by_angle, (q_1, q_2, c, theta, b))
erf_derivative_dual = ExplicitForm(derivative_by_angle, (q_1, q_2, theta, b))
erf_by_covariance = ExplicitForm(dual, (q_1, q_2, c, b))
erf_derivative_by_covariance = ExplicitForm(derivative_dual, (q_1, q_2, c, b))
normal_cdf_by_covariance = ExplicitForm(cdf_dual, (q_1, q_2, c))
normal_cdf_derivative_by_covariance = ExplicitForm(cdf_derivative_dual, (q_1, q_2, c))
erf_diagonal = ExplicitForm(diagonal, (q, b))
erf_derivative_diagonal = ExplicitForm(derivative_diagonal, (q, b))
normal_cdf_dual = ExplicitForm(cdf_dual_by_angle, (q_1, q_2, c, theta))
normal_cdf_derivative_dual = ExplicitForm(cdf_derivative_by_angle, (q_1, q_2, theta))
normal_cdf_diagonal = ExplicitForm(cdf_diagonal, (q,))
normal_cdf_derivative_diagonal = ExplicitForm(cdf_derivative_diagonal, (q,))

# %%
erf = Activation(
    "erf",
    sp.erf(b * preactivation),
    {"b": 1.0},
    pair_form=erf_dual,
    derivative_pair_form=erf_derivative_dual,
    diagonal_form=erf_diagonal,
    derivative_diagonal_form=erf_derivative_diagonal,
    odd=True,
)
normal_cdf = Activation(
    "normal_cdf",
    (1 + sp.erf(preactivation / sqrt(2))) / 2,
    {},
    pair_form=normal_cdf_dual,
    derivative_pair_form=normal_cdf_derivative_dual,
    diagonal_form=normal_cdf_diagonal,
    derivative_diagonal_form=normal_cdf_derivative_diagonal,
)
