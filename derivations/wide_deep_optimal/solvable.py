# %% [markdown]
# # An activation that is solved at every depth
# Weights that fall geometrically, $w_k = w_1(1 - w_1)^{k - 1}$, give the dual
# $\check\phi(\xi) = w_1\xi/(1 - (1 - w_1)\xi)$, a Möbius map. Its iterates are Möbius maps, so that kernel,
# tangent kernel and Koenigs function are known exactly: $a = \xi/(1 - \xi) = 2\xi/\lVert x - x'\rVert^2$,
# optimal for data of dimension 2 at every $w_1$, without any periodic factor.

# %%
import sympy as sp
from sympy.codegen.cfunctions import expm1, log1p

from theory import Claim, ExplicitForm, Parameter
from theory.rules import Differentiates, Given, Limit, Recursion, Rewrites, Solves, Substitutes

L = Parameter("L", "number of layers", sp.Range(0, sp.oo), extremes=(1, 60))
w1 = Parameter("w_1", "slope of the dual at 0", sp.Interval.open(0, 1), extremes=(1e-2, 0.99))
xi = Parameter(
    "xi",
    "scalar product of two different inputs",
    sp.Interval.Ropen(0, 1),
    latex=r"\xi",
    extremes=(1e-6, 0.999),
)
dual, a, K, theta = (sp.Function(name, real=True) for name in ("psi", "a", "K", "Theta"))
total = sp.Function("S", real=True)
limit = sp.Symbol("a_oo")
v = sp.Symbol("v", positive=True)
r = Parameter("r", "distance of the inputs", sp.Interval.open(0, 1))

# %%
next_term = Claim(
    total(L + 1), total(L) + w1 * (1 - w1) ** L * xi ** (L + 1), Given("weights that fall geometrically")
)
partial_sum = Claim(
    total(L),
    w1 * xi * (1 - ((1 - w1) * xi) ** L) / (1 - (1 - w1) * xi),
    Recursion(next_term, {total(0): 0}),
)
moebius = Claim(dual(xi), w1 * xi / (1 - (1 - w1) * xi), Limit(partial_sum, L, sp.oo))
moebius_slope = Claim(dual(xi).diff(xi), w1 / (1 - (1 - w1) * xi) ** 2, Differentiates(moebius, xi))

# %% [markdown]
# Kernel and tangent kernel at depth $L$, by $t = \xi/(1 - \xi)$.

# %%
kernel_layer = Claim(
    K(L + 1), w1 * K(L) / (1 - (1 - w1) * K(L)), Given("a layer: the dual of the kernel before")
)
kernel = Claim(K(L), w1**L * xi / (1 - (1 - w1**L) * xi), Recursion(kernel_layer, {K(0): xi}))
tangent_layer = Claim(
    theta(L + 1),
    w1 * K(L) / (1 - (1 - w1) * K(L)) + w1 / (1 - (1 - w1) * K(L)) ** 2 * theta(L),
    Given("a layer of the tangent kernel: the chain rule"),
)
tangent_layer_here = Claim(
    theta(L + 1),
    w1 ** (L + 1) * xi / (1 - (1 - w1 ** (L + 1)) * xi)
    + w1 * ((1 - (1 - w1**L) * xi) / (1 - (1 - w1 ** (L + 1)) * xi)) ** 2 * theta(L),
    Substitutes(tangent_layer, kernel),
)
tangent_kernel = Claim(
    theta(L),
    w1**L * xi * ((L + 1) * (1 - xi) + xi * (1 - w1 ** (L + 1)) / (1 - w1)) / (1 - (1 - w1**L) * xi) ** 2,
    Recursion(tangent_layer_here, {theta(0): xi}),
)
tangent_kernel_stably = Claim(
    theta(L),
    w1**L
    * xi
    * ((L + 1) * (1 - xi) - xi * expm1((L + 1) * log1p(w1 - 1)) / (1 - w1))
    / (1 - (1 - w1**L) * xi) ** 2,
    Rewrites(tangent_kernel),
)

# %% [markdown]
# Over $w_1^L$ the kernel tends to the Koenigs function, and the tangent kernel over $L\,w_1^L$ to the same
# (not over $L\,w_1^{L-1}$): its relative error is $(1 + t/(1 - w_1))/L$, so that depth must exceed
# $1/(1 - \xi)$.

# %%
schroeder = Claim(a(w1 * xi / (1 - (1 - w1) * xi)), w1 * a(xi), Given("Schroeder's equation"))
koenigs = Claim(a(xi), xi / (1 - xi), Solves(schroeder, conditions=[(sp.Subs(a(xi).diff(xi), xi, 0), 1)]))
over_kernel = Claim(limit, K(L) / w1**L, Given("the kernel over its decay"))
over_tangent = Claim(limit, theta(L) / (L * w1**L), Given("the tangent kernel over depth and decay"))
decay = Claim(v, w1**L, Given("what L layers leave of a small kernel"))
scaled_kernel_here = Claim(limit, xi / (1 - (1 - v) * xi), Substitutes(over_kernel, kernel, decay))
koenigs_is_the_limit = Claim(limit, xi / (1 - xi), Substitutes(scaled_kernel_here, at={v: 0}))
scaled_tangent_here = Claim(
    limit,
    xi * ((1 + 1 / L) * (1 - xi) + xi * (1 - w1 * v) / (1 - w1) / L) / (1 - (1 - v) * xi) ** 2,
    Substitutes(over_tangent, tangent_kernel, decay),
    where=L >= 1,
)
once_small = Claim(
    limit,
    xi / (1 - xi) * (1 + (1 + xi / (1 - xi) / (1 - w1)) / L),
    Substitutes(scaled_tangent_here, at={v: 0}),
)
same_limit = Claim(limit, xi / (1 - xi), Limit(once_small, L, sp.oo), everywhere=True)
by_distance = Claim(a(1 - r**2 / 2), 2 / r**2 - 1, Substitutes(koenigs, at={xi: 1 - r**2 / 2}))

# %%
solvable_kernel = ExplicitForm(kernel, (L, xi, w1))
solvable_tangent_kernel = ExplicitForm(
    tangent_kernel,
    (L, xi, w1),
    forms=((tangent_kernel_stably, w1 > sp.Rational(1, 2)), (tangent_kernel, True)),
)
solvable_koenigs = ExplicitForm(koenigs, (xi,))
