# %% [markdown]
# # The law of a kernel's diagonal
# The mean square of one input's features is multiplied by an independent $\chi^2_N/N$ in every layer (R2).
# Its logarithm is a random walk in depth: it drifts by about $-1/N$ a layer, its variance grows by about
# $2/N$, and the law tends to a log-normal one, as the skewness falls with the root of the depth.

# %%
import sympy as sp
from sympy import Integral, digamma, exp, gamma, log, loggamma, lowergamma, oo, polygamma

from theory import Claim, ExplicitForm, Parameter, RecursiveForm
from theory.parameter import NONNEGATIVE, POSITIVE
from theory.rules import (
    Approximates,
    Differentiates,
    Given,
    Limit,
    Recursion,
    Rewrites,
    Series,
    Solves,
    Substitutes,
)

from .setting import N, d, k, kappa

t = Parameter("t", "power of the size", NONNEGATIVE, extremes=(1e-3, 20))
e = Parameter("e", "1/N", POSITIVE, latex=r"\epsilon", extremes=(1e-3, 1))
u = sp.Symbol("u", real=True)
T_of, M_of, c_of = (sp.Function(name, real=True) for name in ("T_of", "M_of", "c_of"))
p, weight, M_t, mean_d, var_d, third_d, skew, tail = sp.symbols("p weight M_t E_ln V_ln T_ln skewness tail")

# %%
density = Claim(
    p,
    (N / 2) ** (N / 2) / gamma(N / 2) * kappa ** (N / 2 - 1) * exp(-N * kappa / 2),
    Given("the mean square of N independent standard normal features"),
)
in_logarithm = Claim(
    weight, kappa ** (t + 1) * p, Given("the weight of a size in the mean of kappa^t, over ln kappa")
)
of_logarithm = Claim(
    weight,
    (N / 2) ** (N / 2) / gamma(N / 2) * exp((N / 2 + t) * u - N / 2 * exp(u)),
    Substitutes(in_logarithm, density, at={kappa: exp(u)}),
)
mean_of_power = Claim(M_t, Integral(weight, (u, -oo, oo)), Given("the mean of kappa^t"))
in_full = Claim(
    M_t,
    (N / 2) ** (N / 2) / gamma(N / 2) * Integral(exp((N / 2 + t) * u - N / 2 * exp(u)), (u, -oo, oo)),
    Substitutes(mean_of_power, of_logarithm),
)
moment = Claim(M_t, (2 / N) ** t * gamma(N / 2 + t) / gamma(N / 2), Rewrites(in_full))
