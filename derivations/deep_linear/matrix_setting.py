# %% [markdown]
# # Setting in matrices: gradient flow of two weight layers
# The same flow as in the setting, before any change of basis: $W_1$ maps $N_1$ inputs to $N_2$
# hidden units, $W_2$ those to $N_3$ outputs; the data enter through $\Sigma^{11} = E[xx^T]$ and
# $\Sigma^{31} = E[yx^T]$ only. Claims between matrices hold for every choice of the three sizes and
# are checked exactly at random rational matrices.

# %%
from sympy import Identity, Rational, Trace

from theory import Claim, Parameter
from theory.matrix import Differentiates, MatrixParameter, Rate, Substitutes, symmetric
from theory.parameter import COUNTING, REAL
from theory.rules import Defines, Given

from .setting import tau

N1 = Parameter("N1", "number of inputs", COUNTING, latex="N_1")
N2 = Parameter("N2", "number of hidden units", COUNTING, latex="N_2")
N3 = Parameter("N3", "number of outputs", COUNTING, latex="N_3")

W1 = MatrixParameter("W1", N2, N1, "weights of the first layer", moves=True, latex="W_1")
W2 = MatrixParameter("W2", N3, N2, "weights of the second layer", moves=True, latex="W_2")
Sigma31 = MatrixParameter("Sigma31", N3, N1, "input-output correlation E[y x^T]", latex=r"\Sigma^{31}")
Sigma11 = MatrixParameter(
    "Sigma11", N1, N1, "input correlation E[x x^T]", kind=symmetric, latex=r"\Sigma^{11}"
)
Sigma33 = MatrixParameter(
    "Sigma33", N3, N3, "target correlation E[y y^T]", kind=symmetric, latex=r"\Sigma^{33}"
)
E = Parameter("E", "loss: half the mean squared error", REAL)

# %%
loss = Claim(
    E,
    (Trace(Sigma33) - 2 * Trace(W2 * W1 * Sigma31.T) + Trace(W2 * W1 * Sigma11 * W1.T * W2.T)) / 2,
    Defines("half the mean squared error, written out"),
)
first_weights = Claim(
    tau * Rate(W1),
    W2.T * (Sigma31 - W2 * W1 * Sigma11),
    Given("gradient flow of the first layer's weights"),
)
second_weights = Claim(
    tau * Rate(W2),
    (Sigma31 - W2 * W1 * Sigma11) * W1.T,
    Given("gradient flow of the second layer's weights"),
)

# %% [markdown]
# The loss falls at the rate of the squared gradient: along this flow no other change of the weights
# by the same amount lowers it faster.

# %%
loss_rate = Claim(
    Rate(E),
    -tau * (Trace(Rate(W1) * Rate(W1).T) + Trace(Rate(W2) * Rate(W2).T)),
    Differentiates(loss, first_weights, second_weights),
)

# %% [markdown]
# Whitened inputs have $\Sigma^{11} = I$.

# %%
whitened = Claim(Sigma11, Identity(N1), Given("whitened inputs"))
first_weights_whitened = Claim(
    tau * Rate(W1), W2.T * (Sigma31 - W2 * W1), Substitutes(first_weights, whitened)
)
second_weights_whitened = Claim(
    tau * Rate(W2), (Sigma31 - W2 * W1) * W1.T, Substitutes(second_weights, whitened)
)
loss_whitened = Claim(
    E,
    Trace((Sigma31 - W2 * W1) * (Sigma31 - W2 * W1).T) / 2
    + Rational(1, 2) * (Trace(Sigma33) - Trace(Sigma31 * Sigma31.T)),
    Substitutes(loss, whitened),
)
