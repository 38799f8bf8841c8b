# %% [markdown]
# # A constant part and slope below 1: the ridgeless network is no majority vote
# With $w_0 > 0$ and $q = \check\phi'(1) < 1$ every kernel tends to 1, $1 - K_L \simeq q^Lg(\xi)$ with the
# Koenigs function $g$ at 1. The smoother becomes a majority vote, but regression without ridge still fits
# every label (R5): it tends to a constant plus $\sum_i c_i g$ with $\sum_i c_i = 0$ (intrinsic kriging).

# %%
import sympy as sp

from theory import Claim, ExplicitForm, Parameter, RecursiveForm
from theory.parameter import POSITIVE
from theory.rules import Given, Recursion, Solves, Substitutes

L = Parameter("L", "number of layers", sp.Range(0, sp.oo), extremes=(1, 60))
below = Parameter("p", "slope of the dual at 1, below 1", sp.Interval.open(0, 1), extremes=(0.05, 0.95))
w2 = Parameter("w_2", "weight of the Hermite polynomial 2", sp.Interval.Ropen(0, 1), extremes=(1e-3, 0.4))
gap = Parameter("gap", "1 - xi of the inputs", sp.Interval(0, 1), latex=r"\varepsilon", extremes=(1e-9, 1))
g_12 = Parameter("g_12", "g between the training inputs", POSITIVE)
g_1, g_2 = (Parameter(f"g_{i}", f"g between the new input and training input {i}", POSITIVE) for i in (1, 2))
y_1, y_2 = (Parameter(f"y_{i}", f"label {i}") for i in (1, 2))
delta = Parameter("delta", "how far the kernels are from 1", sp.Interval(0, 1), latex=r"\delta")
e, G = (sp.Function(name, positive=True) for name in ("eps", "G"))
D = sp.Function("D", real=True)
c_1, c_2, f = sp.symbols("c_1 c_2 f")

# %% [markdown]
# A layer takes $\varepsilon = 1 - K$ to $p\varepsilon - w_2\varepsilon^2$ (weights to the second degree,
# $p = w_1 + 2w_2$); over $p^L$ it converges.

# %%
layer = Claim(
    sp.Tuple(e(L + 1), e(L + 1) / below ** (L + 1)),
    sp.Tuple(below * e(L) - w2 * e(L) ** 2, (below * e(L) - w2 * e(L) ** 2) / below ** (L + 1)),
    Given("a layer, and the same over the power of the slope"),
    where=2 * w2 <= below,
)
scaling = Claim(G(L), e(L) / below**L, Given("the distance of the kernel from 1, over its decay"))
scaled_layer = Claim(
    sp.Tuple(e(L + 1), G(L + 1)),
    sp.Tuple(e(L) * (below - w2 * e(L)), G(L) * (1 - w2 * e(L) / below)),
    Substitutes(layer, scaling),
)

# %% [markdown]
# Two training inputs, kernels $1 - \delta g$: the coefficients, the prediction, and its limit.

# %%
first_label = Claim(c_1 + (1 - delta * g_12) * c_2, y_1, Given("the first label is fitted"))
second_label = Claim((1 - delta * g_12) * c_1 + c_2, y_2, Given("the second label is fitted"))
coefficients = Claim(
    sp.Tuple(c_1, c_2),
    sp.Tuple(
        ((y_1 + y_2) / (2 - delta * g_12) + (y_1 - y_2) / (delta * g_12)) / 2,
        ((y_1 + y_2) / (2 - delta * g_12) - (y_1 - y_2) / (delta * g_12)) / 2,
    ),
    Solves((first_label, second_label)),
    where=(delta > 0, delta * g_12 < 2),
)
of_a_new_input = Claim(
    f, (1 - delta * g_1) * c_1 + (1 - delta * g_2) * c_2, Given("the prediction at a new input")
)
prediction = Claim(
    f,
    (y_1 + y_2) * (2 - delta * (g_1 + g_2)) / (2 * (2 - delta * g_12))
    + (y_1 - y_2) * (g_2 - g_1) / (2 * g_12),
    Substitutes(of_a_new_input, coefficients),
)
kriging = Claim(
    f,
    (y_1 + y_2) / 2 + (y_1 - y_2) * (g_2 - g_1) / (2 * g_12),
    Substitutes(prediction, at={delta: 0}),
    everywhere=True,
)

# %% [markdown]
# The tangent kernel gives the same function: $D_L = \Theta_L(1) - \Theta_L(\xi)$ grows by the same multiple
# of $g$ in every layer, $s = \check\phi''(1)$.

# %%
g, s = (
    Parameter("g", "1 - K over its decay", POSITIVE),
    Parameter("s", "curvature of the dual at 1", POSITIVE),
)
start = sp.Symbol("D_0")
tangent_layer = Claim(
    D(L + 1),
    below * D(L) + below ** (L + 1) * g + s * below**L * g / (1 - below),
    Given("a layer at great depth, to first order in 1 - K"),
)
tangent_distance = Claim(
    D(L),
    below**L * (start + L * g * (1 + s / (below * (1 - below)))),
    Recursion(tangent_layer, {D(0): start}),
)

# %%
distance_from_one = RecursiveForm(
    scaled_layer, (L, gap, below, w2), state=(e(L), G(L)), start=(gap, gap), steps=L, value=G(L)
)
kriging_of_two = ExplicitForm(kriging, (y_1, y_2, g_1, g_2, g_12))
