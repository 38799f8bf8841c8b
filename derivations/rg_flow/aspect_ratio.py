# %% [markdown]
# # Mutual information and the aspect ratio
# How much $n_A$ neurons of a layer tell about $n_B$ others: they share $S$, of variance $v$ (in units of
# $K^2$, where the mean is 1). A density $f$ relative to the Gaussian one is a Laguerre series, whose
# orthogonality leaves few terms (R11).

# %%
import sympy as sp
from sympy import exp, log, rf
from sympy.codegen.cfunctions import log1p

from theory import Claim, ExplicitForm, Parameter
from theory.parameter import COUNTING, POSITIVE, REAL
from theory.rules import Assumption, Differentiates, Given, Maximises, Rewrites, Series, Solves, Substitutes

from .scale_invariant import nu

N = Parameter("N", "number of neurons", COUNTING, extremes=(1, 1000))
n_A = Parameter("n_A", "neurons in the first group", COUNTING, extremes=(1, 1000))
n_B = Parameter("n_B", "neurons in the second group", COUNTING, extremes=(1, 1000))
n_L = Parameter("n_L", "neurons in the layer", COUNTING, extremes=(1, 1000))
v = Parameter("v", "variance of S over K^2: the normalised vertex", POSITIVE, extremes=(1e-6, 1))
s = Parameter("s", "nu times the aspect ratio", POSITIVE, extremes=(1e-6, 1))
D, c_2, c_3, I, J = sp.symbols("D c_2 c_3 I J")

# %% [markdown]
# The second Laguerre polynomial in $x = |z|^2/2$, and the means over $N$ normal neurons of its square and
# cube.

# %%
x = sp.Symbol("x", positive=True)
second = (N / 2) * (N / 2 + 1) / 2 - (N / 2 + 1) * x + x**2 / 2


def mean(polynomial):
    """The mean of a polynomial of x, half a chi-squared variable: x^k has (N/2) ... (N/2 + k - 1)."""
    return sum(c * rf(N / 2, k) for (k,), c in sp.Poly(polynomial, x).terms())


moment_2 = Claim(c_2, mean(second**2), Given("the mean of the square, power by power"))
norm = Claim(c_2, N * (N + 2) / 8, Rewrites(moment_2))
moment_3 = Claim(c_3, mean(second**3), Given("the mean of the cube, power by power"))
cube = Claim(c_3, N * (N + 2) * (N + 8) / 8, Rewrites(moment_3))

# %% [markdown]
# With $f = 1 + h$, $h = v L_2 - \kappa_3 L_3 + \dots$, the divergence from the Gaussian is the mean of
# $f\ln f$. In $h^2$ the terms are orthogonal, so that the next one after $v^2L_2^2$ is $O(v^4)$; in $h^3$
# only $L_2^3$ is of third order: any law of $S$ with cumulants $\kappa_m = O(v^{m-1})$ gives the same.

# %%
h, f_ln_f = Parameter("h", "density over the Gaussian one, less 1", POSITIVE), sp.Symbol("f ln f")
pointwise = Claim(f_ln_f, (1 + h) * log(1 + h), Given("what the divergence is the mean of"))
expanded = Claim(f_ln_f, h + h**2 / 2 - h**3 / 6, Series(pointwise, h, 3))
mean_2, mean_3 = (Parameter(f"h_{k}", f"the mean of h^{k}", REAL) for k in (2, 3))
averaged = Claim(
    D,
    expanded.rhs.coeff(h, 2) * mean_2 + expanded.rhs.coeff(h, 3) * mean_3,
    Given("the mean, term by term; that of h is 0"),
)
orthogonal = Claim(
    (mean_2, mean_3),
    (v**2 * c_2, v**3 * c_3),
    Assumption("small v: other terms are O(v^4), as Laguerre polynomials are orthogonal", (norm, cube)),
)
divergence = Claim(
    D,
    v**2 * N * (N + 2) / 16 - v**3 * N * (N + 2) * (N + 8) / 48,
    Substitutes(averaged, orthogonal, norm, cube),
)
D_N = sp.Function("D")
of_groups = Claim(D_N(N), divergence.rhs, Substitutes(divergence, at={D: D_N(N)}))
shared = Claim(I, D_N(n_A + n_B) - D_N(n_A) - D_N(n_B), Given("the information shared by the two groups"))
information = Claim(
    I,
    n_A * n_B * v**2 / 8 - n_A * n_B * (3 * n_A + 3 * n_B + 20) * v**3 / 48,
    Substitutes(shared, of_groups),
)
factored = Claim(I, n_A * n_B * v**2 * (6 - (3 * n_A + 3 * n_B + 20) * v) / 48, Rewrites(information))

per_square = Claim(J, I / v**2, Given("information over the variance's square"))
per_square_of_v = Claim(
    J, n_A * n_B / 8 - n_A * n_B * (3 * n_A + 3 * n_B + 20) * v / 48, Substitutes(per_square, information)
)
cubic = Claim(
    sp.Derivative(J, v), -n_A * n_B * (3 * n_A + 3 * n_B + 20) / 48, Differentiates(per_square_of_v, v)
)

# %% [markdown]
# Between the halves of a layer, this cubic is largest at $v^\star$; by $v = (1 + \nu/n)^{L-1} - 1 \to e^s -
# 1$, $s = \nu r$, that is at $r^\star = \frac1\nu\ln(1 + v^\star)$, and expanding in $s$ turns 20 into 14.
# The optimum is a feature of the truncation: the exact information of a log-normal $S$ keeps increasing.

# %%
ratio, s_star = sp.symbols("r s")
halves = Claim(
    I,
    n_L**2 * v**2 / 32 - n_L**2 * (3 * n_L + 20) * v**3 / 192,
    Substitutes(information, at={n_A: n_L / 2, n_B: n_L / 2}),
)
best = Claim(sp.Symbol("I_max"), n_L**2 / (6 * (3 * n_L + 20) ** 2), Maximises(halves, v, 4 / (20 + 3 * n_L)))
slope = Claim(
    sp.Derivative(I, v), n_L**2 * v / 16 - n_L**2 * (3 * n_L + 20) * v**2 / 64, Differentiates(halves, v)
)
stationary = Claim(slope.rhs, 0, Given("largest"))
best_vertex = Claim(v, 4 / (20 + 3 * n_L), Solves(stationary))
deep = Claim(v, exp(nu * ratio) - 1, Given("the normalised vertex at a fixed aspect ratio"))
deep_equation = Claim(exp(nu * ratio) - 1, best_vertex.rhs, Substitutes(deep, best_vertex, factor=-1))
best_ratio = Claim(ratio, log1p(4 / (20 + 3 * n_L)) / nu, Solves(deep_equation))
in_depth = Claim(
    I,
    n_A * n_B * (exp(s) - 1) ** 2 / 8 - n_A * n_B * (3 * n_A + 3 * n_B + 20) * (exp(s) - 1) ** 3 / 48,
    Substitutes(information, at={v: exp(s) - 1}),
)
information_in_depth = Claim(
    I,
    n_A * n_B * s**2 / 8 - n_A * n_B * (3 * n_A + 3 * n_B + 14) * s**3 / 48,
    Series(in_depth, s, 3),
)
in_depth_factored = Claim(
    I, n_A * n_B * s**2 * (6 - (3 * n_A + 3 * n_B + 14) * s) / 48, Rewrites(information_in_depth)
)
halves_in_depth = Claim(
    I,
    n_L**2 * s**2 / 32 - n_L**2 * (3 * n_L + 14) * s**3 / 192,
    Substitutes(information_in_depth, at={n_A: n_L / 2, n_B: n_L / 2}),
)
best_in_depth = Claim(
    sp.Symbol("I_max"), n_L**2 / (6 * (3 * n_L + 14) ** 2), Maximises(halves_in_depth, s, 4 / (14 + 3 * n_L))
)

# %%
mutual_information_cubic = ExplicitForm(information, (v, n_A, n_B), forms=((factored, True),))
mutual_information_in_depth = ExplicitForm(
    information_in_depth, (s, n_A, n_B), forms=((in_depth_factored, True),)
)
cubic_coefficient = ExplicitForm(cubic, (n_A, n_B))
optimal_vertex = ExplicitForm(best_vertex, (n_L,))
optimal_ratio = ExplicitForm(best_ratio, (n_L, nu))
