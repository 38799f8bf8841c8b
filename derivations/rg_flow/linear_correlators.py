# %% [markdown]
# # Deep linear networks at any width
# With $C_W = 1$ and no biases a layer multiplies $S$ by a chi-squared variable over its degrees of freedom
# $n$, and the matrix $S_{ab}$ of several inputs by a Wishart matrix: all correlators are exact (R7). Any
# $C_W$ multiplies a correlator of $2m$ preactivations by $C_W^{m(l-1)}$.

# %%
import sympy as sp
from sympy import Sum, exp, gamma, log, polygamma
from sympy.codegen.cfunctions import log1p

from theory import Claim, ExplicitForm, Parameter
from theory.closed_form import Precise
from theory.parameter import COUNTING, POSITIVE, REAL
from theory.rules import Differentiates, Given, Recursion, Substitutes

from .setting import K, l, n

m = Parameter("m", "order of the moment", COUNTING, extremes=(1, 8))
order = Parameter("p", "order of a moment, any real number", POSITIVE)
k = sp.Symbol("k", integer=True, nonnegative=True)
Y, S, X = (sp.Function(name) for name in "YSX")
four = sp.Symbol("E_4")

# %% [markdown]
# ## One input

# %%
factor = Claim(
    Y(order),
    (2 / n) ** order * gamma(n / 2 + order) / gamma(n / 2),
    Given("moments of a chi-squared variable over n"),
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
fourth_moment = Claim(S(l), K**2 * (1 + 2 / n) ** (l - 1), Substitutes(moment, at={m: 2}))
sixth_moment = Claim(S(l), K**3 * (1 + 6 / n + 8 / n**2) ** (l - 1), Substitutes(moment, at={m: 3}))
of_preactivations = Claim(
    X(l), 2**m * gamma(m + sp.Rational(1, 2)) / sp.sqrt(sp.pi) * S(l), Given("E z^(2m) = (2m - 1)!! E S^m")
)
correlator = Claim(
    X(l),
    2**m * gamma(m + sp.Rational(1, 2)) / sp.sqrt(sp.pi) * moment.rhs,
    Substitutes(of_preactivations, moment),
)
# %% [markdown]
# $\ln S$ is a sum of independent logarithms: derivatives of $\ln E Y^p$ at $p = 0$ are its cumulants.

# %%
ln_Y, mean, variance = sp.symbols("Lambda E_ln Var_ln")
log_of_moment = Claim(ln_Y, log(Y(order)), Given("the cumulants' generating function"))
log_moment = Claim(
    ln_Y,
    order * log(2 / n) + log(gamma(n / 2 + order)) - log(gamma(n / 2)),
    Substitutes(log_of_moment, factor),
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

# %% [markdown]
# ## Several inputs
# A Wishart factor mixes the three pairings of $E\,S_{ab}S_{cd}$: one layer adds to each $1/n$ times the other
# two. Their sum grows by $\lambda_s = 1 + 2/n$, their differences by $\lambda_a = 1 - 1/n$.

# %%
K_ab, K_cd, K_ac, K_bd, K_ad, K_bc = (
    Parameter(
        f"K_{pair}",
        f"covariance of the inputs {pair[0]} and {pair[1]} in the first layer",
        REAL,
        extremes=(-10, 10),
    )
    for pair in ("ab", "cd", "ac", "bd", "ad", "bc")
)
P, Q, R, T, D = sp.symbols("P Q R T D")
P_next, Q_next, R_next, T_next, D_next = sp.symbols("P' Q' R' T' D'")
first = Claim(P_next, P + (Q + R) / n, Given("a Wishart factor: E S_ab S_cd of the next layer"))
second = Claim(Q_next, Q + (P + R) / n, Given("the pairing ac, bd"))
third = Claim(R_next, R + (P + Q) / n, Given("the pairing ad, bc"))
total = Claim(T, P + Q + R, Given("their sum"))
total_next = Claim(T_next, P_next + Q_next + R_next, Given("the next sum"))
total_step = Claim(T_next, (1 + 2 / n) * T, Substitutes(total_next, first, second, third, total))
gap = Claim(D, P - Q, Given("a difference of two"))
gap_next = Claim(D_next, P_next - Q_next, Given("the next difference"))
gap_step = Claim(D_next, (1 - 1 / n) * D, Substitutes(gap_next, first, second, gap))

# %% [markdown]
# Solved from $S^{(1)} = K$, and put together again: $P = \frac13(T + 2P - Q - R)$.

# %%
T_l, D_l = sp.Function("T"), sp.Function("D")
T_1, D_1 = sp.symbols("T_1 D_1")
sum_flow = Claim(
    T_l(l + 1), (1 + 2 / n) * T_l(l), Substitutes(total_step, at={T_next: T_l(l + 1), T: T_l(l)})
)
gap_flow = Claim(D_l(l + 1), (1 - 1 / n) * D_l(l), Substitutes(gap_step, at={D_next: D_l(l + 1), D: D_l(l)}))
sum_of_pairings = Claim(T_l(l), (1 + 2 / n) ** (l - 1) * T_1, Recursion(sum_flow, {T_l(1): T_1}))
gap_of_pairings = Claim(D_l(l), (1 - 1 / n) ** (l - 1) * D_1, Recursion(gap_flow, {D_l(1): D_1}))
first_pairing, second_pairing, third_pairing = K_ab * K_cd, K_ac * K_bd, K_ad * K_bc
put_together = Claim(
    four,
    (T_l(l) + D_l(l)) / 3,
    Given("a third of the sum, and of the sum of the differences to either other one"),
)
several_inputs = Claim(
    four,
    ((1 + 2 / n) ** (l - 1) + 2 * (1 - 1 / n) ** (l - 1)) / 3 * first_pairing
    + ((1 + 2 / n) ** (l - 1) - (1 - 1 / n) ** (l - 1)) / 3 * (second_pairing + third_pairing),
    Substitutes(
        put_together,
        sum_of_pairings,
        gap_of_pairings,
        at={
            T_1: first_pairing + second_pairing + third_pairing,
            D_1: 2 * first_pairing - second_pairing - third_pairing,
        },
    ),
)
ln_correlator = sp.Symbol("ln X")
logarithm = Claim(
    ln_correlator, log(X(l)), Given("the logarithm, as moments of deep networks exceed all numbers")
)
log_correlator = Claim(
    ln_correlator,
    log(2**m * gamma(m + sp.Rational(1, 2)) / sp.sqrt(sp.pi))
    + m * log(K)
    + (l - 1) * log((2 / n) ** m * gamma(n / 2 + m) / gamma(n / 2)),
    Substitutes(logarithm, correlator),
)

# %%
linear_log_correlator = ExplicitForm(log_correlator, (m, K, n, l), forms=((Precise(log_correlator), True),))
linear_covariance = ExplicitForm(
    several_inputs, (K_ab, K_cd, K_ac, K_bd, K_ad, K_bc, n, l), forms=((Precise(several_inputs), True),)
)
linear_log_mean = ExplicitForm(log_mean, (n, l), forms=((Precise(log_mean), True),))
linear_log_variance = ExplicitForm(log_variance, (n, l), forms=((Precise(log_variance), True),))
