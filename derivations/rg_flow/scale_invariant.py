# %% [markdown]
# # Scale-invariant activations
# $\sigma(z) = a_+ z$ for $z \ge 0$ and $a_- z$ below: linear, ReLU, leaky ReLU, $|z|$. With $A_{2m} =
# (a_+^{2m} + a_-^{2m})/2$ all means are powers of the kernel, every $K$ is critical for one $C_W$ (R4), and
# the chain of the setting is a product of independent factors, at any width (R8).

# %%
import sympy as sp
from sympy import Integral, Sum, binomial, exp, gamma, log, pi, sqrt
from sympy.codegen.cfunctions import expm1, log1p

from theory import Claim, ExplicitForm, Parameter
from theory.closed_form import Precise
from theory.parameter import COUNTING, POSITIVE, REAL
from theory.rules import Defines, Given, Limit, Recursion, Rewrites, Substitutes

from .setting import C_W, C_b, K, chi_par, chi_perp, g, l, n, q, r, z
from .susceptibilities import critical, d, density, m_2, parallel, perpendicular

a_plus = Parameter("a_plus", "slope for positive z", REAL, latex="a_+", extremes=(-10, 10))
a_minus = Parameter("a_minus", "slope for negative z", REAL, latex="a_-", extremes=(-10, 10))
m = Parameter("m", "order of the moment", COUNTING, extremes=(1, 20))
nu = Parameter("nu", "what a layer adds to Var S / K^2, times n", POSITIVE, latex=r"\nu", extremes=(0.1, 20))
A = sp.Function("A")
some = (a_plus**2 + a_minus**2 > 0,)
power = Claim(A(m), (a_plus ** (2 * m) + a_minus ** (2 * m)) / 2, Defines("mean even powers of the slopes"))


# %%
def halves(above, below):
    """The mean of a function with a different formula on either half-line."""
    return Integral(above * density.rhs, (z, 0, sp.oo)) + Integral(below * density.rhs, (z, -sp.oo, 0))


squares = Claim(g, halves((a_plus * z) ** 2, (a_minus * z) ** 2), Given("the two half-lines"))
mean_square = Claim(g, A(1) * K, Rewrites(squares, using=(power,)))
fourths = Claim(q, halves((a_plus * z) ** 4, (a_minus * z) ** 4), Given("the two half-lines"))
mean_fourth = Claim(q, 3 * A(2) * K**2, Rewrites(fourths, using=(power,)))
weighted = Claim(
    m_2,
    halves((a_plus * z) ** 2 * (z**2 - K), (a_minus * z) ** 2 * (z**2 - K)),
    Given("the two half-lines"),
)
mean_weighted = Claim(m_2, 2 * A(1) * K**2, Rewrites(weighted, using=(power,)))
mean_slope = Claim(d, A(1), Given("each slope on half of the line"))
linear_kernel = Claim(
    (C_W, C_b), (1 / A(1), 0), Substitutes(critical, mean_square, mean_slope, power), where=some
)
steady = Claim(chi_par, 1, Substitutes(parallel, mean_weighted, linear_kernel, power), where=some)
preserved = Claim(chi_perp, 1, Substitutes(perpendicular, mean_slope, linear_kernel, power), where=some)

# %% [markdown]
# ## Exact at any width
# $S^{(l)} = K\,Y_1\cdots Y_{l-1}$ with independent $Y = \frac{1}{nA_2}\sum_j\sigma(\xi_j)^2$ of mean 1. The
# moments of $Y$ count which of its $n$ terms coincide; $\mu_m$ are those of one term.

# %%
mu, Y, S = sp.Function("mu"), sp.Function("Y"), sp.Function("S")
one_term = Claim(
    mu(m),
    2**m * gamma(m + sp.Rational(1, 2)) / sqrt(pi) * A(m) / A(1) ** m,
    Given("even moments of a standard normal, (2m - 1)!!, on each half-line"),
)
term_by_slopes = Claim(mu(m), one_term.rhs, Substitutes(one_term, power), where=some)
second = Claim(Y(2), (mu(2) + n - 1) / n, Given("pairs of equal terms, pairs of different ones"))
third = Claim(
    Y(3),
    (mu(3) + 3 * (n - 1) * mu(2) + (n - 1) * (n - 2)) / n**2,
    Given("terms coincide in 3, 2 + 1 or 1 + 1 + 1"),
)
fourth = Claim(
    Y(4),
    (
        mu(4)
        + (n - 1) * (4 * mu(3) + 3 * mu(2) ** 2)
        + 6 * (n - 1) * (n - 2) * mu(2)
        + (n - 1) * (n - 2) * (n - 3)
    )
    / n**3,
    Given("4, 3 + 1, 2 + 2, 2 + 1 + 1 or 1 + 1 + 1 + 1"),
)
growth = Claim(nu, mu(2) - 1, Given("the variance of one term"))
growth_by_slopes = Claim(nu, 3 * A(2) / A(1) ** 2 - 1, Substitutes(growth, one_term, power), where=some)
second_moment = Claim(Y(2), 1 + nu / n, Substitutes(second, growth))

# %% [markdown]
# The ReLU ($a_- = 0$) keeps $k$ of $n$ terms with probability $2^{-n}\binom nk$; the linear network all.

# %%
k = sp.Symbol("k", integer=True, positive=True)
relu, linear = {a_plus: 1, a_minus: 0}, {a_plus: 1, a_minus: 1}
active = Claim(
    Y(m),
    (4 / n) ** m / 2**n * Sum(binomial(n, k) * gamma(k / 2 + m) / gamma(k / 2), (k, 1, n)),
    Given("moments of a chi-squared variable, over the number of active neurons"),
)
relu_growth = Claim(nu, 5, Substitutes(growth_by_slopes, power, at=relu))
linear_growth = Claim(nu, 2, Substitutes(growth_by_slopes, power, at=linear))
relu_second = Claim(Y(2), 1 + 5 / n, Substitutes(active, at={m: 2}))
relu_second_again = Claim(Y(2), 1 + 5 / n, Substitutes(second_moment, relu_growth))
relu_third = Claim(Y(3), 1 + 15 / n + 44 / n**2, Substitutes(third, one_term, power, at=relu))
relu_third_again = Claim(Y(3), relu_third.rhs, Substitutes(active, at={m: 3}))
relu_fourth = Claim(Y(4), 1 + 30 / n + 251 / n**2 + 558 / n**3, Substitutes(fourth, one_term, power, at=relu))

# %% [markdown]
# Layers are independent, so moments multiply; given $S$, two preactivations of a layer are independent.

# %%
X, four, same = sp.Function("X"), sp.Symbol("E zz"), sp.Symbol("E z^4")
layer_moment = Claim(X(l + 1), (1 + nu / n) * X(l), Given("the next factor is independent, of E Y^2 = Y(2)"))
square_of_S = Claim(X(l), K**2 * (1 + nu / n) ** (l - 1), Recursion(layer_moment, {X(1): K**2}))
different = Claim(four, X(l), Given("E z_i^2 z_j^2 of different neurons i and j: both given S"))
one_neuron = Claim(same, 3 * X(l), Given("E z_i^4 of a Gaussian given S"))
two_neurons = Claim(four, K**2 * (1 + nu / n) ** (l - 1), Substitutes(different, square_of_S))
same_neuron = Claim(same, 3 * K**2 * (1 + nu / n) ** (l - 1), Substitutes(one_neuron, square_of_S))
two_neurons_in_logs = Claim(four, K**2 * exp((l - 1) * log1p(nu / n)), Rewrites(two_neurons))
same_neuron_in_logs = Claim(same, 3 * K**2 * exp((l - 1) * log1p(nu / n)), Rewrites(same_neuron))
excess = Claim(sp.Symbol("v"), four / K**2 - 1, Given("the variance of S over K^2: the normalised vertex"))
variance = Claim(sp.Symbol("v"), (1 + nu / n) ** (l - 1) - 1, Substitutes(excess, two_neurons))
variance_in_logs = Claim(sp.Symbol("v"), expm1((l - 1) * log1p(nu / n)), Rewrites(variance))

# %% [markdown]
# ## Deep and wide at once
# At a fixed aspect ratio $r = (l-1)/n$ the moments become those of a log-normal law: $\ln(S/K)$ is Gaussian
# with mean $-\nu r/2$ and variance $\nu r$.

# %%
Lambda, y = sp.Function("Lambda"), Parameter("y", "the moment of one factor", POSITIVE)
log_normal = Claim(
    Lambda(m),
    m * (m - 1) / 2 * nu * r,
    Given("ln E (S/K)^m of a log-normal law of mean 1, variance nu r of ln S"),
)
at_ratio = Claim(Lambda(m), r * n * log(y), Given("layers are independent: ln of the m-th moment at r n + 1"))
second_at_ratio = Claim(
    Lambda(2), r * n * log(1 + nu / n), Substitutes(at_ratio, at={m: 2, y: second_moment.rhs})
)
second_limit = Claim(Lambda(2), nu * r, Limit(second_at_ratio, n, sp.oo))
second_of_log_normal = Claim(Lambda(2), nu * r, Substitutes(log_normal, at={m: 2}))
third_at_ratio = Claim(
    Lambda(3), r * n * log(1 + 15 / n + 44 / n**2), Substitutes(at_ratio, at={m: 3, y: relu_third.rhs})
)
third_limit = Claim(Lambda(3), 15 * r, Limit(third_at_ratio, n, sp.oo))
third_of_log_normal = Claim(Lambda(3), 15 * r, Substitutes(log_normal, relu_growth, at={m: 3}))
fourth_at_ratio = Claim(
    Lambda(4),
    r * n * log(1 + 30 / n + 251 / n**2 + 558 / n**3),
    Substitutes(at_ratio, at={m: 4, y: relu_fourth.rhs}),
)
fourth_limit = Claim(Lambda(4), 30 * r, Limit(fourth_at_ratio, n, sp.oo))
fourth_of_log_normal = Claim(Lambda(4), 30 * r, Substitutes(log_normal, relu_growth, at={m: 4}))

# %%
scale_invariant_growth = ExplicitForm(growth_by_slopes, (a_plus, a_minus))
unit_moment = ExplicitForm(term_by_slopes, (m, a_plus, a_minus), forms=((Precise(term_by_slopes), True),))
four_point = ExplicitForm(two_neurons, (K, nu, n, l), forms=((two_neurons_in_logs, True),))
four_point_same = ExplicitForm(same_neuron, (K, nu, n, l), forms=((same_neuron_in_logs, True),))
four_point_excess = ExplicitForm(variance, (nu, n, l), forms=((variance_in_logs, True),))
log_of_moment = ExplicitForm(log_normal, (m, nu, r))
