# %% [markdown]
# # The end of training at finite size
# For Gaussian inputs the late errors hold at any $N$ and $P$ (R3). The inverse of an entry of
# $(X^\top X)^{-1}$ is the squared distance of one column of $X$ from the span of the others: $1/N$ times a
# $\chi^2$ of $P - N + 1$ degrees of freedom.

# %%
import sympy as sp
from sympy import exp, gamma, lowergamma, oo

from theory import Claim, ExplicitForm, Parameter
from theory.parameter import POSITIVE
from theory.rules import Given, Limit, Rewrites, Solves, Substitutes

from .setting import INR, SNR, N, P

k = Parameter("k_free", "degrees of freedom", sp.Range(3, sp.oo), latex="k")
q = Parameter("q", "squared distance in units of 1/N", POSITIVE)
H = sp.Function("H", real=True)
p, h, entry, E_late = sp.symbols("p h m_inverse E_g_infinity")

# %%
chi_squared = Claim(
    p,
    q ** (k / 2 - 1) * exp(-q / 2) / (2 ** (k / 2) * gamma(k / 2)),
    Given("the density of chi squared"),
)
grows = Claim(H(q).diff(q), p / q, Given("the mean inverse, from distances up to q"))
growth = Claim(
    H(q).diff(q),
    q ** (k / 2 - 2) * exp(-q / 2) / (2 ** (k / 2) * gamma(k / 2)),
    Substitutes(grows, chi_squared),
)
up_to = Claim(
    H(q),
    lowergamma(k / 2 - 1, q / 2) / (2 * gamma(k / 2)),
    Solves(growth, conditions=[(H(0), 0)]),
)
by_gamma = Claim(h, gamma(k / 2 - 1) / (2 * gamma(k / 2)), Limit(up_to, q, oo))
mean_inverse = Claim(h, 1 / (k - 2), Rewrites(by_gamma))

# %% [markdown]
# With more data than weights $X^\top X$ has an inverse. With fewer it shares its eigenvalues with $X
# X^\top$, of rows of $N$ entries, and a fraction $1 - P/N$ of the directions has no data at all.

# %%
more_data = Claim(
    entry,
    N * h,
    Given("P > N + 1: the mean over N modes of 1/lambda, an entry of the inverse of X'X, k = P - N + 1"),
)
inverse_of_more = Claim(
    entry, N / (P - N - 1), Substitutes(more_data, mean_inverse, at={k: P - N + 1}), where=P > N + 1,
    everywhere=True,
)  # fmt: skip
fewer_data = Claim(
    entry, P * h, Given("P < N - 1: N entries h of the P by P inverse of XX', over N modes; k = N - P + 1")
)
inverse_of_fewer = Claim(
    entry, P / (N - P - 1), Substitutes(fewer_data, mean_inverse, at={k: N - P + 1}), where=P < N - 1,
    everywhere=True,
)  # fmt: skip
frozen = sp.Symbol("q_0")
sums = Claim(
    E_late,
    frozen * (1 + INR) + (1 + entry) / SNR,
    Given("the error of the directions without data, the noise taken in and that of the test point"),
)
none_without = Claim(frozen, 0, Given("P > N: every direction has data"))
some_without = Claim(frozen, 1 - P / N, Given("P < N: the data span P of N directions"))
with_more = Claim(
    E_late, (P - 1) / (SNR * (P - N - 1)), Substitutes(sums, none_without, inverse_of_more), where=P > N + 1
)
with_fewer = Claim(
    E_late,
    (1 - P / N) * (1 + INR) + (N - 1) / (SNR * (N - P - 1)),
    Substitutes(sums, some_without, inverse_of_fewer),
    where=P < N - 1,
)

# %%
late_error_with_more_data = ExplicitForm(with_more, (P, N, SNR))
late_error_with_fewer_data = ExplicitForm(with_fewer, (P, N, SNR, INR))
