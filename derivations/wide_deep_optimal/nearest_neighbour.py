# %% [markdown]
# # Nearest neighbour: no constant and no linear part
# Where the dual starts with $w_m\xi^m$, $m \ge 2$, the kernel dies doubly exponentially (R1): the ratio of
# the kernels of two pairs of inputs diverges, and the nearest neighbour alone votes. For $\check\phi = \xi^m$
# both kernels are known at every depth.

# %%
import sympy as sp
from sympy import log
from sympy.codegen.cfunctions import log1p

from theory import Claim, ExplicitForm, Parameter, RecursiveForm
from theory.rules import Expands, Given, Recursion, Substitutes

L = Parameter("L", "number of layers", sp.Range(0, sp.oo), extremes=(1, 8))
m = Parameter("m", "lowest degree of the dual", sp.Range(2, sp.oo), extremes=(2, 5))
xi = Parameter(
    "xi", "scalar product of two inputs", sp.Interval.Lopen(0, 1), latex=r"\xi", extremes=(1e-3, 1)
)
w_m = Parameter("w_m", "weight of the lowest degree", sp.Interval.Lopen(0, 1), extremes=(1e-3, 1))
w2 = Parameter("w_2", "weight of the Hermite polynomial 2", sp.Interval.Lopen(0, 1), extremes=(1e-3, 1))
w3 = Parameter("w_3", "weight of the Hermite polynomial 3", sp.Interval(0, 1), extremes=(1e-3, 1))
K, theta, h = (sp.Function(name, positive=True) for name in ("K", "Theta", "h"))
G = sp.Function("G", real=True)
b = sp.Function("b", real=True)

# %%
monomial_layer = Claim(K(L + 1), K(L) ** m, Given("the activation is the Hermite polynomial h_m"))
monomial_kernel = Claim(K(L), xi ** (m**L), Recursion(monomial_layer, {K(0): xi}))
tangent_layer = Claim(
    theta(L + 1), K(L) ** m + m * K(L) ** (m - 1) * theta(L), Given("a layer of the tangent kernel")
)
monomial_tangent_layer = Claim(
    theta(L + 1),
    xi ** (m ** (L + 1)) + m * xi ** ((m - 1) * m**L) * theta(L),
    Substitutes(tangent_layer, monomial_kernel),
)
monomial_tangent = Claim(
    theta(L),
    xi ** (m**L) * (m ** (L + 1) - 1) / (m - 1),
    Recursion(monomial_tangent_layer, {theta(0): xi}),
)

# %% [markdown]
# With higher degrees besides, the lowest decides once the kernel is small: $C\,\xi^{m^L}$ with a prefactor
# that dies doubly exponentially too, $C = w_m^{(m^L - 1)/(m - 1)}$.

# %%
leading_layer = Claim(K(L + 1), w_m * K(L) ** m, Given("a small kernel: the lowest degree alone"))
leading_kernel = Claim(
    K(L), w_m ** ((m**L - 1) / (m - 1)) * xi ** (m**L), Recursion(leading_layer, {K(0): xi})
)

# %% [markdown]
# Exactly, $w_2K_L$ tends to $b(\xi)^{2^L}$ with the function $b$ of Böttcher. Its logarithm is reached
# without underflow: $G_l = 2^{-l}\ln(w_2K_l) \to \ln b$, which rises with $\xi$.

# %%
boettcher = Claim(b(w2 * xi**2 + w3 * xi**3), b(xi) ** 2, Given("one layer more squares: Boettcher"))
boettcher_series = Claim(
    b(xi),
    w2 * xi + w3 / 2 * xi**2 + (w2 * w3 / 4 - w3**2 / (8 * w2)) * xi**3,
    Expands(boettcher, xi, 4),
)
logarithm = Claim(G(L), log(w2 * K(L)) / 2**L, Given("the logarithm, over its growth"))
halved = Claim(h(L), 2 ** (-L), Given("halved in every layer"))
layer = Claim(
    sp.Tuple(K(L + 1), log(w2 * K(L + 1)) / 2 ** (L + 1), h(L + 1)),
    sp.Tuple(
        w2 * K(L) ** 2 + w3 * K(L) ** 3,
        log(w2 * (w2 * K(L) ** 2 + w3 * K(L) ** 3)) / 2 ** (L + 1),
        2 ** (-L) / 2,
    ),
    Given("a layer, and the logarithm after it"),
)
logarithm_layer = Claim(
    sp.Tuple(K(L + 1), G(L + 1), h(L + 1)),
    sp.Tuple(K(L) ** 2 * (w2 + w3 * K(L)), G(L) + log1p(w3 * K(L) / w2) * h(L) / 2, h(L) / 2),
    Substitutes(layer, logarithm, halved),
    where=w2 + w3 <= 1,
)

# %%
nearest_kernel = ExplicitForm(monomial_kernel, (L, xi, m))
nearest_tangent_kernel = ExplicitForm(monomial_tangent, (L, xi, m))
nearest_logarithm = RecursiveForm(
    logarithm_layer,
    (L, xi, w2, w3),
    state=(K(L), G(L), h(L)),
    start=(xi, log(w2 * xi), 1),
    steps=L,
    value=G(L),
)
