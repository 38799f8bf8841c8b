# %% [markdown]
# # Gaussian integrals
# The mean of $e^{-s(u^2+v^2)}$ times an exponential or a cosine of a linear function: from it follow the
# duals of all activations made of these, and by differentiation those of polynomials. Independent variables
# need one integral each; from there Price's theorem leads along the covariance.

# %%
import sympy as sp
from sympy import Derivative, Integral, cos, exp, oo, pi, sqrt

from theory import Claim, Parameter
from theory.parameter import NONNEGATIVE, REAL
from theory.rules import Equates, Given, Integrates, Solves, Substitutes

from ..setting import c, correlated, q_1, q_2
from .correlated import u, v

s = Parameter("s", "steepness of the Gaussian factor", NONNEGATIVE, extremes=(1e-3, 1e3))
alpha = Parameter("alpha", "rate of the exponential in u, or frequency of the cosine", REAL, latex=r"\alpha")
beta = Parameter("beta", "rate of the exponential in v, or frequency of the cosine", REAL, latex=r"\beta")
M, C = sp.symbols("M C")
mean_of, cosine_mean_of = (sp.Function(name, real=True) for name in ("M", "C"))
mu, nu = mean_of(alpha, beta, c), cosine_mean_of(alpha, beta, c)

G = (1 + 2 * s * q_1) * (1 + 2 * s * q_2) - 4 * s**2 * c**2
D = q_1 + 2 * s * (q_1 * q_2 - c**2)
exponent = alpha**2 * D + 2 * alpha * beta * c + beta**2 * (q_2 + 2 * s * (q_1 * q_2 - c**2))


# %% [markdown]
# What is averaged is $f$; its slopes in $u$ and $v$ are those in the rates.


# %%
def by_rates(f, square=1):
    """The slope in u and v of an exponential (of a cosine, with the square of i) in its rates."""
    return (
        square * alpha * beta * f
        - 2 * s * (alpha * Derivative(f, beta) + beta * Derivative(f, alpha))
        + square * 4 * s**2 * Derivative(f, alpha, beta)
    )


f = exp(-s * (u**2 + v**2) + alpha * u + beta * v)
slopes = Claim(Derivative(f, u, v), by_rates(f), Equates())
flow = Claim(
    Derivative(mu, c), by_rates(mu), Given("Price's theorem, and the mean of the slopes, as it is linear")
)
over_u = Claim(
    Integral(exp(-(s + 1 / (2 * q_1)) * u**2 + alpha * u) / sqrt(2 * pi * q_1), (u, -oo, oo)),
    exp(alpha**2 * q_1 / (2 * (1 + 2 * s * q_1))) / sqrt(1 + 2 * s * q_1),
    Integrates(),
)
independent = over_u.rhs * over_u.rhs.subs({q_1: q_2, alpha: beta}, simultaneous=True)
mean = Claim(
    mu,
    exp(exponent / (2 * G)) / sqrt(G),
    Solves(flow, conditions=[(mean_of(alpha, beta, 0), independent)], using=(over_u,)),
    where=correlated,
)
named = Claim(M, mu, Given("its name where the rates are fixed"))
exponential_mean = Claim(M, mean.rhs, Substitutes(named, mean))

# %% [markdown]
# The same for a cosine, as at imaginary rates; the mean of the sine vanishes.

# %%
g = exp(-s * (u**2 + v**2)) * cos(alpha * u + beta * v)
cosine_slopes = Claim(Derivative(g, u, v), by_rates(g, -1), Equates())
cosine_flow = Claim(
    Derivative(nu, c), by_rates(nu, -1), Given("Price's theorem, and the mean of the slopes, as it is linear")
)
cosine_over_u = Claim(
    Integral(exp(-(s + 1 / (2 * q_1)) * u**2) * cos(alpha * u) / sqrt(2 * pi * q_1), (u, -oo, oo)),
    exp(-(alpha**2) * q_1 / (2 * (1 + 2 * s * q_1))) / sqrt(1 + 2 * s * q_1),
    Integrates(),
)
cosine_independent = cosine_over_u.rhs * cosine_over_u.rhs.subs({q_1: q_2, alpha: beta}, simultaneous=True)
cosine_mean_in_rates = Claim(
    nu,
    exp(-exponent / (2 * G)) / sqrt(G),
    Solves(
        cosine_flow,
        conditions=[(cosine_mean_of(alpha, beta, 0), cosine_independent)],
        using=(cosine_over_u,),
    ),
    where=correlated,
)
cosine_named = Claim(C, nu, Given("its name where the rates are fixed"))
cosine_mean = Claim(C, cosine_mean_in_rates.rhs, Substitutes(cosine_named, cosine_mean_in_rates))
