# %% [markdown]
# # Deep linear networks at any width
# With $C_W = 1$ and no biases a layer multiplies $S$ by a chi-squared variable over its degrees of freedom $n$,
# and the matrix $S_{ab}$ of several inputs by a Wishart matrix: all correlators are exact (R7). Any $C_W$
# multiplies a correlator of $2m$ preactivations by $C_W^{m(l-1)}$.

# %%
import sympy as sp
from sympy import Sum, binomial, exp, gamma, log, polygamma
from sympy.codegen.cfunctions import expm1, log1p

from theory import Claim, ExplicitForm, Parameter
from theory.closed_form import Precise
from theory.parameter import COUNTING, POSITIVE, REAL
from theory.rules import Differentiates, Given, Limit, Recursion, Rewrites, Substitutes

from .setting import K, l, n, r

m = Parameter("m", "order of the moment", COUNTING, extremes=(1, 8))
order = Parameter("p", "order of a moment, any real number", POSITIVE)
k = sp.Symbol("k", integer=True, nonnegative=True)
Y, S, X, Z = (sp.Function(name) for name in "Y S X Z")
four, six = sp.symbols("E_4 E_6")

# %% [markdown]
# ## One input

# %%
factor = Claim(
    Y(order), (2 / n) ** order * gamma(n / 2 + order) / gamma(n / 2), Given("moments of a chi-squared variable over n")
)
in_logs = Claim(Y(m), exp(Sum(log1p(2 * k / n), (k, 0, m - 1))), Substitutes(factor, at={order: m}))
step = Claim(S(l + 1), Y(m) * S(l), Given("the next factor is independent"))
explicit_step = Claim(
    S(l + 1), (2 / n) ** m * gamma(n / 2 + m) / gamma(n / 2) * S(l), Substitutes(step, factor)
)
moment = Claim(
    S(l),
    K**m * ((2 / n) ** m * gamma(n / 2 + m) / gamma(n / 2)) ** (l - 1),
    Recursion(explicit_step, {S(1): K**m}),
)
moment_in_logs = Claim(
    S(l), K**m * exp((l - 1) * Sum(log1p(2 * k / n), (k, 0, m - 1))), Rewrites(moment)
)
fourth_moment = Claim(S(l), K**2 * (1 + 2 / n) ** (l - 1), Substitutes(moment, at={m: 2}))
sixth_moment = Claim(
    S(l), K**3 * (1 + 6 / n + 8 / n**2) ** (l - 1), Substitutes(moment, at={m: 3})
)
of_preactivations = Claim(
    X(l), 2**m * gamma(m + sp.Rational(1, 2)) / sp.sqrt(sp.pi) * S(l), Given("E z^(2m) = (2m - 1)!! E S^m")
)
correlator = Claim(
    X(l),
    2**m * gamma(m + sp.Rational(1, 2)) / sp.sqrt(sp.pi) * moment.rhs,
    Substitutes(of_preactivations, moment),
)
correlator_in_logs = Claim(
    X(l),
    2**m * gamma(m + sp.Rational(1, 2)) / sp.sqrt(sp.pi) * moment_in_logs.rhs,
    Rewrites(correlator),
)

# %% [markdown]
# $\ln S$ is a sum of independent logarithms: derivatives of $\ln E Y^p$ at $p = 0$ are its cumulants. At a fixed
# aspect ratio $r = (l-1)/n$ they tend to $-r$ and $2r$.

# %%
ln_Y, mean, variance = sp.symbols("Lambda E_ln Var_ln")
at = Parameter("p", "order of a moment, any real number", POSITIVE)
log_moment = Claim(
    ln_Y, order * log(2 / n) + log(gamma(n / 2 + order)) - log(gamma(n / 2)), Given("the logarithm of E Y^p")
)
first_cumulant = Claim(
    sp.Derivative(ln_Y, order),
    log(2 / n) + polygamma(0, n / 2 + order),
    Differentiates(log_moment, order),
)
second_cumulant = Claim(
    sp.Derivative(ln_Y, order, order), polygamma(1, n / 2 + order), Differentiates(first_cumulant, order)
)
summed = Claim(mean, (l - 1) * sp.Derivative(ln_Y, order), Given("l - 1 factors, derivative at p = 0"))
log_mean = Claim(
    mean, (l - 1) * (polygamma(0, n / 2) - log(n / 2)), Substitutes(summed, first_cumulant, at={order: 0})
)
spread = Claim(variance, (l - 1) * sp.Derivative(ln_Y, order, order), Given("the same for the second"))
log_variance = Claim(
    variance, (l - 1) * polygamma(1, n / 2), Substitutes(spread, second_cumulant, at={order: 0})
)
mean_at_ratio = Claim(
    mean, r * n * (polygamma(0, n / 2) - log(n / 2)), Substitutes(log_mean, at={l: 1 + r * n})
)
mean_limit = Claim(mean, -r, Limit(mean_at_ratio, n, sp.oo))
variance_at_ratio = Claim(variance, r * n * polygamma(1, n / 2), Substitutes(log_variance, at={l: 1 + r * n}))
variance_limit = Claim(variance, 2 * r, Limit(variance_at_ratio, n, sp.oo))

# %% [markdown]
# ## Several inputs
# A Wishart factor mixes the three pairings of $E\,S_{ab}S_{cd}$: one layer adds to each $1/n$ times the other
# two. Their sum grows by $\lambda_s = 1 + 2/n$, their differences by $\lambda_a = 1 - 1/n$.

# %%
K_ab, K_cd, K_ac, K_bd, K_ad, K_bc = (
    Parameter(f"K_{pair}", f"covariance of the inputs {pair[0]} and {pair[1]} in the first layer", REAL, extremes=(-10, 10))
    for pair in ("ab", "cd", "ac", "bd", "ad", "bc")
)
P, Q, R, T, D, C = (sp.Function(name) for name in "P Q R T D C")
first = Claim(P(l + 1), P(l) + (Q(l) + R(l)) / n, Given("a Wishart factor: E S_ab S_cd of the next layer"))
second = Claim(Q(l + 1), Q(l) + (P(l) + R(l)) / n, Given("the pairing ac, bd"))
third = Claim(R(l + 1), R(l) + (P(l) + Q(l)) / n, Given("the pairing ad, bc"))
total = Claim(T(l), P(l) + Q(l) + R(l), Given("their sum"))
total_step = Claim(T(l + 1), (1 + 2 / n) * T(l), Substitutes(Claim(T(l + 1), P(l + 1) + Q(l + 1) + R(l + 1), Substitutes(total, at={l: l + 1})), first, second, third, total))
