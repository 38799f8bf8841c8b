# %% [markdown]
# # Where representations are learned: many outputs and wide layers
# If the number of outputs grows with the widths, the likelihood weighs as much as the prior. The posterior
# over the kernels then concentrates where $\sum_\ell \frac{N_\ell}2 [\mathrm{tr} K_{\ell-1}^{-1}K_\ell - \ln
# |K_{\ell-1}^{-1}K_\ell|]$ is least, the last layer being the outputs: $N_L = D$, $K_L = YY^\top/D$ (R6).
# Kernels that commute decouple into eigenvalues $k_\ell$. At equal widths the path from the input's kernel to
# the outputs' is a geodesic; of unequal ones the narrow layers move the kernel most.

# %%
import sympy as sp
from sympy import log, sqrt

from theory import Claim, ExplicitForm, ImplicitForm, Parameter
from theory.parameter import COUNTING, POSITIVE, REAL
from theory.rules import Assumption, Differentiates, Given, Inverts, Rewrites, Solves, Substitutes

SIZE = {"unit": "units", "extremes": (1, 1000)}
OF_KERNEL = {"extremes": (1e-3, 1e3)}
N_h = Parameter("N_h", "width of each hidden layer", POSITIVE, latex="N", **SIZE)
N_b = Parameter("N_b", "width of the next layer, or number of outputs", POSITIVE, latex=r"N_{\ell+1}", **SIZE)
D = Parameter("D", "number of outputs", POSITIVE, **SIZE)
d_h = Parameter("d_h", "number of hidden layers", COUNTING, latex="d", extremes=(1, 30))
k_a = Parameter("k_a", "eigenvalue of the kernel below", POSITIVE, latex=r"k_{\ell-1}", **OF_KERNEL)
k = Parameter("k", "eigenvalue of the layer's kernel", POSITIVE, latex=r"k_\ell", **OF_KERNEL)
k_b = Parameter("k_b", "eigenvalue of the next kernel", POSITIVE, latex=r"k_{\ell+1}", **OF_KERNEL)
k_0 = Parameter("k_0", "eigenvalue of the input's kernel", POSITIVE, **OF_KERNEL)
k_L = Parameter("k_L", "eigenvalue of the outputs' Gram matrix YY'/D", POSITIVE, **OF_KERNEL)
r = Parameter("r", "k_L/k_0, relative size of the outputs", POSITIVE, **OF_KERNEL)
l = Parameter("l", "layer", REAL, latex=r"\ell", extremes=(1, 30))
L = Parameter("L", "number of weight layers, d + 1", POSITIVE, extremes=(1, 30))
c = Parameter("c", "what layers share, N_l (k_l/k_(l-1) - 1)", REAL, latex="c_*", extremes=(1e-3, 1e3))
growth = Parameter("growth", "k_l/k_(l-1) of a hidden layer", POSITIVE, latex=r"g", **OF_KERNEL)
S_of, k_of = sp.Function("S_of", real=True), sp.Function("k_of", positive=True)
last = sp.Symbol("last")

# %%
objective = Claim(
    S_of(k),
    N_h / 2 * (k / k_a - log(k)) + N_b / 2 * (k_b / k + log(k)),
    Assumption("widths much larger than the number of inputs: what holds k in minus the log posterior"),
)
force = Claim(
    S_of(k).diff(k),
    (N_h * (k / k_a - 1) - N_b * (k_b / k - 1)) / (2 * k),
    Differentiates(objective, k),
)
balance = Claim(
    N_h * (k / k_a - 1),
    N_b * (k_b / k - 1),
    Substitutes(force, at={S_of(k).diff(k): 0}, factor=-2 * k),
)

# %% [markdown]
# ## Equal widths
# Every kernel is the geometric mean of its neighbours.

# %%
equal = Claim(N_h * (k / k_a - 1), N_h * (k_b / k - 1), Substitutes(balance, at={N_b: N_h}))
next_kernel = Claim(k_b, k**2 / k_a, Solves(equal))
layer_by_layer = Claim(
    k_of(l + 1),
    k_of(l) ** 2 / k_of(l - 1),
    Substitutes(next_kernel, at={k_b: k_of(l + 1), k: k_of(l), k_a: k_of(l - 1)}),
)
geodesic = Claim(
    k_of(l),
    k_0 * (k_L / k_0) ** (l / L),
    Solves(layer_by_layer, conditions=[(k_of(0), k_0), (k_of(L), k_L)]),
)
halfway = Claim(k_of(L / 2), sqrt(k_0 * k_L), Substitutes(geodesic, at={l: L / 2}))

# %% [markdown]
# ## Unequal widths
# Both sides of the balance are the same number $c_*$ in all layers.

# %%
shared = Claim(c, N_h * (k / k_a - 1), Given("the number that `balance` hands on from layer to layer"))
of_layer = Claim(growth, 1 + c / N_h, Substitutes(shared, at={k: growth * k_a}, factor=-1 / N_h))
of_outputs = Claim(last, 1 + c / D, Substitutes(of_layer, at={growth: last, N_h: D}))
product = Claim(r, growth**d_h * last, Given("k_L/k_0 is the product of all layers' growth"))
total = Claim(r, (1 + c / N_h) ** d_h * (1 + c / D), Substitutes(product, of_layer, of_outputs))
by_growth = Claim(c, N_h * (growth - 1), Solves(of_layer))
total_by_growth = Claim(r, growth**d_h * (1 + N_h * (growth - 1) / D), Substitutes(total, by_growth))
of_one_layer = Claim(r, growth * (1 + N_h * (growth - 1) / D), Substitutes(total_by_growth, at={d_h: 1}))
growth_of_one_layer = Claim(
    growth,
    (sqrt((N_h - D) ** 2 + 4 * N_h * D * r) + N_h - D) / (2 * N_h),
    Inverts(of_one_layer, growth, r),
)
growth_below_more_outputs = Claim(
    growth,
    2 * D * r / (sqrt((N_h - D) ** 2 + 4 * N_h * D * r) + D - N_h),
    Rewrites(growth_of_one_layer),
    where=N_h < D,
)
pull = Claim(
    c,
    (sqrt((N_h - D) ** 2 + 4 * N_h * D * r) - N_h - D) / 2,
    Substitutes(by_growth, growth_of_one_layer),
)
stable_pull = Claim(
    c, 2 * N_h * D * (r - 1) / (sqrt((N_h - D) ** 2 + 4 * N_h * D * r) + N_h + D), Rewrites(pull)
)

# %%
geodesic_eigenvalue = ExplicitForm(geodesic, (l, L, k_0, k_L))
growth_of_hidden_layers = ImplicitForm(
    total_by_growth,
    (r, d_h, N_h, D),
    unknown=growth,
    target=r,
    bracket=(sp.Max(sp.Min(1, r) ** (1 / d_h), 1 - D / N_h), sp.Max(1, r) ** (1 / d_h)),
)
pull_of_one_layer = ExplicitForm(pull, (r, N_h, D), forms=((stable_pull, True),))
growth_by_one_layer = ExplicitForm(
    growth_of_one_layer,
    (r, N_h, D),
    forms=((growth_below_more_outputs, N_h < D), (growth_of_one_layer, True)),
)
