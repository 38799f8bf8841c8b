# %% [markdown]
# # Aligned weights stay aligned
# Weights whose singular vectors fit together from layer to layer, and with those of the data, keep
# their singular vectors under the full matrix flow; only the mode strengths move, each mode by
# itself. This reduces a deep linear network to independent modes, whatever its widths and depth.

# %%
from sympy import Identity, Rational, Trace, ZeroMatrix

from theory import Claim, Parameter
from theory.matrix import (
    Conserved,
    Initial,
    MatrixParameter,
    Rate,
    Rewrites,
    Solves,
    Substitutes,
    diagonal,
    orthonormal,
)
from theory.parameter import COUNTING
from theory.rules import Defines, Given

from .matrix_setting import (
    N1,
    N2,
    N3,
    W1,
    W2,
    E,
    Sigma11,
    Sigma31,
    Sigma33,
    first_weights,
    loss_whitened,
    second_weights,
)
from .setting import tau

U = MatrixParameter("U", N3, N3, "output singular vectors of the data", kind=orthonormal)
V = MatrixParameter("V", N1, N1, "input singular vectors of the data", kind=orthonormal)
R = MatrixParameter("R", N2, N2, "hidden directions, one a mode", kind=orthonormal)
S = MatrixParameter("S", N3, N1, "singular values of the data", kind=diagonal)
D = MatrixParameter("D", N1, N1, "input variances of the modes", kind=diagonal)
A = MatrixParameter("A", N2, N1, "first-layer weights of the modes", kind=diagonal, moves=True)
B = MatrixParameter("B", N3, N2, "second-layer weights of the modes", kind=diagonal, moves=True)

# %% [markdown]
# $S$, $A$ and $B$ are diagonal (and rectangular, where sizes differ: a mode beyond the hidden width has
# no weights). $\Sigma^{31}$ and $\Sigma^{11}$ share the vectors $V$, which is what decouples the modes.

# %%
data = Claim(Sigma31, U * S * V.T, Given("singular value decomposition of the data"))
input_data = Claim(Sigma11, V * D * V.T, Given("input correlation with the same input vectors"))
first_mode_flow = Claim(tau * Rate(A), B.T * (S - B * A * D), Given("each mode's first weight by itself"))
second_mode_flow = Claim(tau * Rate(B), (S - B * A * D) * A.T, Given("each mode's second weight by itself"))
first_ansatz = Claim(W1, R * A * V.T, Defines("aligned first layer"))
second_ansatz = Claim(W2, U * B * R.T, Defines("aligned second layer"))

# %% [markdown]
# Put into the matrix flow, aligned weights leave nothing over if their modes follow the flow of single
# modes. The flow has one solution for given initial weights, so this is it.

# %%
first_aligned = Claim(
    W1,
    R * A * V.T,
    Solves(first_weights, second_ansatz, data, input_data, first_mode_flow, second_mode_flow),
)
second_aligned = Claim(
    W2,
    U * B * R.T,
    Solves(second_weights, first_ansatz, data, input_data, first_mode_flow, second_mode_flow),
)
mode_strengths = Claim(U.T * W2 * W1 * V, B * A, Substitutes(first_ansatz, second_ansatz))
strength_flow = Claim(
    tau * Rate(B * A),
    (S - B * A * D) * A.T * A + B * B.T * (S - B * A * D),
    Substitutes(first_mode_flow, second_mode_flow),
)

# %% [markdown]
# With whitened inputs the loss is a sum over modes plus what no linear map of the inputs explains, and
# it falls mode by mode.

# %%
loss_of_modes = Claim(
    E,
    Trace((S - B * A) * (S - B * A).T) / 2 + Rational(1, 2) * (Trace(Sigma33) - Trace(S * S.T)),
    Substitutes(loss_whitened, first_ansatz, second_ansatz, data),
)
whitened_modes = Claim(D, Identity(N1), Given("whitened inputs"))
loss_of_modes_rate = Claim(
    tau * Rate(E),
    -Trace((S - B * A) * A.T * A * (S - B * A).T) - Trace(B.T * (S - B * A) * (S - B * A).T * B),
    Substitutes(loss_of_modes, first_mode_flow, second_mode_flow, whitened_modes),
)

# %% [markdown]
# Any depth: one layer $W$ between the product of those above it and of those below, all aligned. A
# product of aligned layers is aligned, so each of $L$ layers is such a layer, and its modes move by the
# product of the others.

# %%
Nb = Parameter("Nb", "width below a layer", COUNTING, latex="N_b")
Na = Parameter("Na", "width above a layer", COUNTING, latex="N_a")
Nt = Parameter("Nt", "width two layers above", COUNTING, latex="N_t")
above = MatrixParameter("Wa", N3, Na, "product of the layers above", latex=r"W_{>}")
layer = MatrixParameter("Wl", Na, Nb, "one layer", moves=True, latex="W_l")
below = MatrixParameter("Wb", Nb, N1, "product of the layers below", latex=r"W_{<}")
next_layer = MatrixParameter("Wn", Nt, Na, "the layer above", moves=True, latex="W_{l+1}")
Rb = MatrixParameter("Rb", Nb, Nb, "hidden directions below", kind=orthonormal, latex="R_l")
Ra = MatrixParameter("Ra", Na, Na, "hidden directions above", kind=orthonormal, latex="R_{l+1}")
Da = MatrixParameter("Da", N3, Na, "mode weights above, multiplied", kind=diagonal, latex=r"D_{>}")
Db = MatrixParameter("Db", Nb, N1, "mode weights below, multiplied", kind=diagonal, latex=r"D_{<}")
Dl = MatrixParameter("Dl", Na, Nb, "mode weights of the layer", kind=diagonal, moves=True, latex="D_l")

layer_flow = Claim(
    tau * Rate(layer),
    above.T * (Sigma31 - above * layer * below * Sigma11) * below.T,
    Given("gradient flow of one layer's weights"),
)
layer_mode_flow = Claim(
    tau * Rate(Dl), Da.T * (S - Da * Dl * Db * D) * Db.T, Given("each mode's weight in one layer by itself")
)
above_aligned = Claim(above, U * Da * Ra.T, Defines("aligned layers above"))
below_aligned = Claim(below, Rb * Db * V.T, Defines("aligned layers below"))
layer_ansatz = Claim(layer, Ra * Dl * Rb.T, Defines("an aligned layer"))
product_aligned = Claim(layer * below, Ra * Dl * Db * V.T, Rewrites(layer_ansatz, below_aligned))
layer_aligned = Claim(
    layer,
    Ra * Dl * Rb.T,
    Solves(layer_flow, above_aligned, below_aligned, data, input_data, layer_mode_flow),
)

# %% [markdown]
# Conserved, for any weights, aligned or not: the imbalance between two neighbouring layers.

# %%
imbalance = Claim(Rate(W1 * W1.T - W2.T * W2), ZeroMatrix(N2, N2), Substitutes(first_weights, second_weights))
top = MatrixParameter("Wt", N3, Nt, "product of the layers above the pair", latex=r"W_{\gg}")
lower_of_pair = Claim(
    tau * Rate(layer),
    (top * next_layer).T * (Sigma31 - top * next_layer * layer * below * Sigma11) * below.T,
    Given("gradient flow of the lower layer of a pair"),
)
upper_of_pair = Claim(
    tau * Rate(next_layer),
    top.T * (Sigma31 - top * next_layer * layer * below * Sigma11) * (layer * below).T,
    Given("gradient flow of the upper layer of a pair"),
)
layer_imbalance = Claim(
    layer * layer.T - next_layer.T * next_layer,
    Initial(layer * layer.T - next_layer.T * next_layer),
    Conserved(lower_of_pair, upper_of_pair),
)
