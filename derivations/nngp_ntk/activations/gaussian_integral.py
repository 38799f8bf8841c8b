# %% [markdown]
# # Gaussian integrals
# The mean of $e^{-s(u^2+v^2)}$ times an exponential or a cosine of a linear function: from it follow the
# duals of all activations made of these, and by differentiation those of polynomials. One variable is
# integrated out after the other.

# %%
import sympy as sp
from sympy import Integral, cos, exp, oo, pi, sqrt

from theory import Claim, Parameter
from theory.parameter import NONNEGATIVE, REAL
from theory.rules import Given, Integrates, Substitutes

from ..setting import c, correlated, q_1, q_2
from .correlated import density, p, u, v

s = Parameter("s", "steepness of the Gaussian factor", NONNEGATIVE, extremes=(1e-3, 1e3))
alpha = Parameter("alpha", "rate of the exponential in u, or frequency of the cosine", REAL, latex=r"\alpha")
beta = Parameter("beta", "rate of the exponential in v, or frequency of the cosine", REAL, latex=r"\beta")
M, C = sp.symbols("M C")
m, n = (sp.Function(name, real=True)(u) for name in ("m", "n"))

G = (1 + 2 * s * q_1) * (1 + 2 * s * q_2) - 4 * s**2 * c**2
D = q_1 + 2 * s * (q_1 * q_2 - c**2)
exponent = alpha**2 * D + 2 * alpha * beta * c + beta**2 * (q_2 + 2 * s * (q_1 * q_2 - c**2))

# %%
mean_exponential = Claim(
    M,
    Integral(exp(-s * u**2 + alpha * u) * m, (u, -oo, oo)),
    Given("the mean of exp(-s u^2 - s v^2 + alpha u + beta v), with the part that v has in m"),
)
part_of_v = Claim(
    m, Integral(exp(-s * v**2 + beta * v) * p, (v, -oo, oo)), Given("the mean over v, at fixed u")
)
over_v = Claim(
    Integral(exp(-s * v**2 + beta * v) * density.rhs, (v, -oo, oo)),
    exp((-(1 + 2 * s * q_2) * u**2 + 2 * beta * c * u + beta**2 * (q_1 * q_2 - c**2)) / (2 * D))
    / sqrt(2 * pi * D),
    Integrates(),
    where=density.where,
)
over_u = Claim(
    Integral(exp(-s * u**2 + alpha * u) * over_v.rhs, (u, -oo, oo)),
    exp(exponent / (2 * G)) / sqrt(G),
    Integrates(),
    where=density.where,
)
inner = Claim(m, over_v.rhs, Substitutes(part_of_v, density, over_v))
outer = Claim(M, over_u.lhs, Substitutes(mean_exponential, inner))
exponential_mean = Claim(
    M, exp(exponent / (2 * G)) / sqrt(G), Substitutes(outer, over_u), where=correlated, everywhere=True
)

# %% [markdown]
# The same for a cosine, as at imaginary rates.

# %%
mean_cosine = Claim(
    C,
    Integral(exp(-s * u**2) * n, (u, -oo, oo)),
    Given("the mean of exp(-s u^2 - s v^2) cos(alpha u + beta v), with the part that v has in n"),
)
cosine_part_of_v = Claim(
    n,
    Integral(exp(-s * v**2) * cos(alpha * u + beta * v) * p, (v, -oo, oo)),
    Given("the mean over v, at fixed u"),
)
cosine_over_v = Claim(
    Integral(exp(-s * v**2) * cos(alpha * u + beta * v) * density.rhs, (v, -oo, oo)),
    exp((-(1 + 2 * s * q_2) * u**2 - beta**2 * (q_1 * q_2 - c**2)) / (2 * D))
    * cos((alpha + beta * c / D) * u)
    / sqrt(2 * pi * D),
    Integrates(),
    where=density.where,
)
cosine_over_u = Claim(
    Integral(exp(-s * u**2) * cosine_over_v.rhs, (u, -oo, oo)),
    exp(-exponent / (2 * G)) / sqrt(G),
    Integrates(),
    where=density.where,
)
cosine_inner = Claim(n, cosine_over_v.rhs, Substitutes(cosine_part_of_v, density, cosine_over_v))
cosine_outer = Claim(C, cosine_over_u.lhs, Substitutes(mean_cosine, cosine_inner))
cosine_mean = Claim(
    C,
    exp(-exponent / (2 * G)) / sqrt(G),
    Substitutes(cosine_outer, cosine_over_u),
    where=correlated,
    everywhere=True,
)
