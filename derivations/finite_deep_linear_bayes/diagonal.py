# %% [markdown]
# # The law of a kernel's diagonal
# The mean square of one input's features is multiplied by an independent $\chi^2_N/N$ in every layer (R2).
# Its logarithm is a random walk in depth: it drifts by about $-1/N$ a layer, its variance grows by about
# $2/N$, and the law tends to a log-normal one, as the skewness falls with the root of the depth.

# %%
import sympy as sp
from sympy import digamma, exp, gamma, log, loggamma, polygamma, sqrt

from theory import Claim, ExplicitForm, Parameter
from theory.closed_form import Precise
from theory.parameter import NONNEGATIVE
from theory.rules import (
    Differentiates,
    Given,
    Recursion,
    Substitutes,
)

from .setting import N, d, kappa

order = Parameter("order", "order of the moment", sp.Range(0, sp.oo), extremes=(1, 8))
t = Parameter("t", "power of the size", NONNEGATIVE, extremes=(1e-2, 20))
F_of, M_of, c_of = (sp.Function(name, real=True) for name in ("F_of", "M_of", "c_of"))
p, M_t, M_d, mean_ln, var_ln, third_ln, skew = sp.symbols("p M_t M_d E_ln V_ln T_ln skewness")

# %%
density = Claim(
    p,
    (N / 2) ** (N / 2) / gamma(N / 2) * kappa ** (N / 2 - 1) * exp(-N * kappa / 2),
    Given("the mean square of N independent standard normal features"),
)
flux = Claim(F_of(kappa), kappa ** (t + 1) * p, Given("a function that vanishes at both ends"))
flux_in_full = Claim(
    F_of(kappa),
    (N / 2) ** (N / 2) / gamma(N / 2) * kappa ** (N / 2 + t) * exp(-N * kappa / 2),
    Substitutes(flux, density),
)
slope = Claim(
    F_of(kappa).diff(kappa),
    (N / 2) ** (N / 2)
    / gamma(N / 2)
    * (N / 2 + t - N * kappa / 2)
    * kappa ** (N / 2 + t - 1)
    * exp(-N * kappa / 2),
    Differentiates(flux_in_full, kappa),
)
no_flux = Claim(
    (N / 2 + order) * M_of(order) - N / 2 * M_of(order + 1),
    0,
    Given("the integral of `slope` at t = order: both terms hold moments"),
)
step = Claim(M_of(order + 1), (1 + 2 * order / N) * M_of(order), Substitutes(no_flux, factor=-2 / N))
moment = Claim(
    M_of(order), (2 / N) ** order * gamma(N / 2 + order) / gamma(N / 2), Recursion(step, base={M_of(0): 1})
)
of_any_power = Claim(
    M_t, (2 / N) ** t * gamma(N / 2 + t) / gamma(N / 2), Given("`moment`, by Euler's integral for any power")
)
mean = Claim(M_t, 1, Substitutes(of_any_power, at={t: 1}))
mean_square = Claim(M_t, 1 + 2 / N, Substitutes(of_any_power, at={t: 2}))
in_depth = Claim(M_d, M_t**d, Given("the factors of d layers of the same width are independent"))
moment_in_depth = Claim(
    M_d, ((2 / N) ** t * gamma(N / 2 + t) / gamma(N / 2)) ** d, Substitutes(in_depth, of_any_power)
)

# %% [markdown]
# The logarithm of the moments generates the cumulants of $\ln\kappa$.

# %%
generator = Claim(c_of(t), log(M_d), Given("the cumulant generating function of ln kappa"))
generator_in_full = Claim(
    c_of(t),
    d * (loggamma(N / 2 + t) - loggamma(N / 2) - t * log(N / 2)),
    Substitutes(generator, moment_in_depth),
)
first = Claim(c_of(t).diff(t), d * (digamma(N / 2 + t) - log(N / 2)), Differentiates(generator_in_full, t))
second = Claim(c_of(t).diff(t, 2), d * polygamma(1, N / 2 + t), Differentiates(first, t))
third = Claim(c_of(t).diff(t, 3), d * polygamma(2, N / 2 + t), Differentiates(second, t))
mean_logarithm = Claim(
    mean_ln, d * (digamma(N / 2) - log(N / 2)), Substitutes(first, at={c_of(t).diff(t): mean_ln, t: 0})
)
variance_logarithm = Claim(
    var_ln, d * polygamma(1, N / 2), Substitutes(second, at={c_of(t).diff(t, 2): var_ln, t: 0})
)
third_cumulant = Claim(
    third_ln, d * polygamma(2, N / 2), Substitutes(third, at={c_of(t).diff(t, 3): third_ln, t: 0})
)
skewness = Claim(skew, third_ln / var_ln ** sp.Rational(3, 2), Given("the skewness of ln kappa"))
skewness_in_depth = Claim(
    skew,
    polygamma(2, N / 2) / (sqrt(d) * polygamma(1, N / 2) ** sp.Rational(3, 2)),
    Substitutes(skewness, third_cumulant, variance_logarithm),
)

# %%
# in wide layers gamma functions overflow, digamma and logarithm cancel
moment_of_diagonal = ExplicitForm(moment_in_depth, (t, N, d), forms=((Precise(moment_in_depth), True),))
mean_log_diagonal = ExplicitForm(mean_logarithm, (N, d), forms=((Precise(mean_logarithm), True),))
variance_log_diagonal = ExplicitForm(variance_logarithm, (N, d))
skewness_log_diagonal = ExplicitForm(skewness_in_depth, (N, d))
