# %% [markdown]
# # How much a kernel varies from network to network
# Each layer keeps the kernel's mean and adds fluctuations of the order $1/N$. Second moments mix three ways
# to pair four indices, $K_{ij}K_{kl}$, $K_{ik}K_{jl}$ and $K_{il}K_{jk}$: their sum grows by $1 + 2/N$ a
# layer, their differences shrink by $1 - 1/N$. Two numbers, $\alpha$ and $\beta$, thus hold all widths (R1).

# %%
import sympy as sp

from theory import Claim, ExplicitForm, Parameter, RecursiveForm
from theory.parameter import NONNEGATIVE, POSITIVE, REAL
from theory.rules import Defines, Equates, Given, Recursion, Series, Substitutes

from .setting import N, d

ALL = "ij kl ik jl il jk"
K_ij, K_kl, K_ik, K_jl, K_il, K_jk = entries = tuple(
    Parameter(f"K_{i}", f"entry {i} of K_0", REAL, extremes=(-100, 100)) for i in ALL.split()
)
gamma = Parameter("gamma", "coefficient of K_ij K_kl", NONNEGATIVE, latex=r"\gamma", extremes=(1e-6, 100))
delta = Parameter(
    "delta", "coefficient of the other pairings", NONNEGATIVE, latex=r"\delta", extremes=(1e-6, 100)
)
alpha = Parameter("alpha", "product of 1 + 2/N over layers", POSITIVE, latex=r"\alpha", extremes=(1, 100))
beta = Parameter(
    "beta", "product of 1 - 1/N over layers", sp.Interval(0, 1), latex=r"\beta", extremes=(1e-3, 1)
)
rho = Parameter("rho", "correlation of two inputs", sp.Interval.open(-1, 1), latex=r"\rho")
e = Parameter("e", "1/N", POSITIVE, latex=r"\epsilon", extremes=(1e-3, 1))
same, apart, m, cov = sp.symbols("e_same e_apart E_KK cov")
pair, cross, swap, next_pair, var, var_off = sp.symbols("m_1 m_2 m_3 m_1^next var var_off")
next_gamma, next_delta = sp.symbols("gamma_next delta_next")
alpha_of, beta_of = sp.Function("alpha_of", real=True), sp.Function("beta_of", real=True)

# %%
of_one_unit = Claim(
    same,
    K_ij * K_kl + K_ik * K_jl + K_il * K_jk,
    Given("Isserlis' theorem for the mean of h_i h_j h_k h_l, h Gaussian of covariance K_0"),
)
of_two_units = Claim(apart, K_ij * K_kl, Given("the features of two units are independent"))
over_units = Claim(
    m, (N * same + N * (N - 1) * apart) / N**2, Given("K_1,ij K_1,kl is a mean over pairs of units")
)
one_layer = Claim(
    m, K_ij * K_kl + (K_ik * K_jl + K_il * K_jk) / N, Substitutes(over_units, of_one_unit, of_two_units)
)
definition = Claim(cov, m - K_ij * K_kl, Given("the covariance of K_1,ij and K_1,kl, whose mean is K_0"))
covariance_of_one_layer = Claim(cov, (K_ik * K_jl + K_il * K_jk) / N, Substitutes(definition, one_layer))

# %% [markdown]
# One more layer takes the mean of this over the layers below. If the three moments are of the form below,
# they are so again, with another $\alpha$ and $\beta$; without hidden layers $\alpha = \beta = 1$.

# %%
added = Claim(next_pair, pair + (cross + swap) / N, Given("the mean of `one_layer` over the layers below"))
share = (alpha - beta) / 3 * (K_ij * K_kl + K_ik * K_jl + K_il * K_jk)
of_pair = Claim(pair, beta * K_ij * K_kl + share, Defines("the form of E[K_ij K_kl] below"))
of_cross = Claim(cross, beta * K_ik * K_jl + share, Defines("that of E[K_ik K_jl]"))
of_swap = Claim(swap, beta * K_il * K_jk + share, Defines("that of E[K_il K_jk]"))
kept = Claim(
    next_pair,
    beta * (1 - 1 / N) * K_ij * K_kl
    + (alpha * (1 + 2 / N) - beta * (1 - 1 / N)) / 3 * (K_ij * K_kl + K_ik * K_jl + K_il * K_jk),
    Substitutes(added, of_pair, of_cross, of_swap),
)
definition_in_depth = Claim(cov, pair - K_ij * K_kl, Given("the covariance, as the mean of K_d is K_0"))
covariance = Claim(
    cov,
    (alpha + 2 * beta - 3) / 3 * K_ij * K_kl + (alpha - beta) / 3 * (K_ik * K_jl + K_il * K_jk),
    Substitutes(definition_in_depth, of_pair),
)
of_diagonal = Claim(var, alpha - 1, Substitutes(covariance, at={cov: var, **dict.fromkeys(entries, 1)}))
of_off_diagonal = Claim(
    var_off,
    (alpha + 2 * beta - 3) / 3 * rho**2 + (alpha - beta) / 3 * (1 + rho**2),
    Substitutes(covariance, at={cov: var_off, K_ij: rho, K_kl: rho, K_ik: 1, K_jl: 1, K_il: rho, K_jk: rho}),
)

# %% [markdown]
# ## Equal widths
# The variance of the diagonal is $(1 + 2/N)^d - 1$: the ratio of depth to width counts, and infinite
# networks have none.

# %%
alpha_step = Claim(alpha_of(d + 1), alpha_of(d) * (1 + 2 / N), Given("what `kept` has in place of alpha"))
beta_step = Claim(beta_of(d + 1), beta_of(d) * (1 - 1 / N), Given("what `kept` has in place of beta"))
alpha_of_depth = Claim(alpha_of(d), (1 + 2 / N) ** d, Recursion(alpha_step, base={alpha_of(0): 1}))
beta_of_depth = Claim(beta_of(d), (1 - 1 / N) ** d, Recursion(beta_step, base={beta_of(0): 1}))
alpha_equal = Claim(alpha, alpha_of(d), Given("d layers of the same width"))
beta_equal = Claim(beta, beta_of(d), Given("d layers of the same width"))
covariance_at_equal_widths = Claim(
    cov,
    ((1 + 2 / N) ** d + 2 * (1 - 1 / N) ** d - 3) / 3 * K_ij * K_kl
    + ((1 + 2 / N) ** d - (1 - 1 / N) ** d) / 3 * (K_ik * K_jl + K_il * K_jk),
    Substitutes(covariance, alpha_equal, beta_equal, alpha_of_depth, beta_of_depth),
)
variance_at_equal_widths = Claim(
    var, (1 + 2 / N) ** d - 1, Substitutes(of_diagonal, alpha_equal, alpha_of_depth)
)
off_diagonal_at_equal_widths = Claim(
    var_off,
    ((1 + 2 / N) ** d + 2 * (1 - 1 / N) ** d - 3) / 3 * rho**2
    + ((1 + 2 / N) ** d - (1 - 1 / N) ** d) / 3 * (1 + rho**2),
    Substitutes(of_off_diagonal, alpha_equal, beta_equal, alpha_of_depth, beta_of_depth),
)
narrow_in_1_over_width = Claim(
    cov,
    ((1 + 2 * e) ** d + 2 * (1 - e) ** d - 3) / 3 * K_ij * K_kl
    + ((1 + 2 * e) ** d - (1 - e) ** d) / 3 * (K_ik * K_jl + K_il * K_jk),
    Substitutes(covariance_at_equal_widths, at={N: 1 / e}),
)
at_large_width = Claim(cov, d * e * (K_ik * K_jl + K_il * K_jk), Series(narrow_in_1_over_width, e, order=1))

# %% [markdown]
# ## Any widths
# With $\gamma$ and $\delta$ for the two coefficients of the covariance a layer adds positive terms only:
# nothing cancels, however wide the layers.

# %%
gamma_definition = Claim(gamma, (alpha + 2 * beta - 3) / 3, Given("the coefficient of K_ij K_kl"))
delta_definition = Claim(delta, (alpha - beta) / 3, Given("that of the other pairings"))
alpha_back = Claim(alpha, 1 + gamma + 2 * delta, Equates(gamma_definition, delta_definition))
beta_back = Claim(beta, 1 + gamma - delta, Equates(gamma_definition, delta_definition))
next_coefficients = Claim(
    sp.Tuple(next_gamma, next_delta),
    sp.Tuple(
        (alpha * (1 + 2 / N) + 2 * beta * (1 - 1 / N) - 3) / 3, (alpha * (1 + 2 / N) - beta * (1 - 1 / N)) / 3
    ),
    Given("the coefficients of the next alpha and beta"),
)
layer_up = Claim(
    sp.Tuple(next_gamma, next_delta),
    sp.Tuple(gamma + 2 * delta / N, delta + (1 + gamma + delta) / N),
    Substitutes(next_coefficients, alpha_back, beta_back),
)
from_coefficients = Claim(
    cov,
    gamma * K_ij * K_kl + delta * (K_ik * K_jl + K_il * K_jk),
    Substitutes(covariance, alpha_back, beta_back),
)
diagonal_from_coefficients = Claim(var, gamma + 2 * delta, Substitutes(of_diagonal, alpha_back))

# %%
coefficients_after_a_layer = ExplicitForm(layer_up, (N, gamma, delta))
covariance_of_entries = ExplicitForm(from_coefficients, (gamma, delta, *entries))
covariance_at_depth = RecursiveForm(
    layer_up,
    (N, d, *entries),
    state=(gamma, delta),
    start=(0, 0),
    steps=d,
    value=from_coefficients.rhs,
)
variance_of_diagonal = RecursiveForm(
    layer_up, (N, d), state=(gamma, delta), start=(0, 0), steps=d, value=diagonal_from_coefficients.rhs
)
deviation_of_off_diagonal = RecursiveForm(
    layer_up,
    (N, d, rho),
    state=(gamma, delta),
    start=(0, 0),
    steps=d,
    value=sp.sqrt(gamma * rho**2 + delta * (1 + rho**2)),
)
