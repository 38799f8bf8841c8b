# %% [markdown]
# # Any alignment: the matrix Riccati solution
# Two layers, whitened inputs, balanced weights $W_1W_1^T = W_2^TW_2$ of any alignment with the data
# and any width: both layers together obey one matrix Riccati equation, and it is solved by the
# exponential of a symmetric matrix that only the data determine (Fukumizu 1998; Braun et al. 2022).

# %%
from sympy import BlockMatrix, Identity, Rational, ZeroMatrix

from theory import Claim, Parameter
from theory.matrix import (
    Differentiates,
    Initial,
    MatrixParameter,
    Rate,
    Rewrites,
    Solves,
    Substitutes,
    function_of,
    orthonormal,
    symmetric,
)
from theory.parameter import COUNTING
from theory.rules import Defines, Given

from .matrix_setting import (
    N1,
    N2,
    N3,
    W1,
    W2,
    Sigma31,
    first_weights_whitened,
    second_weights_whitened,
)
from .setting import tau

n = N1 + N3
K = Parameter("K", "number of modes the weights share", COUNTING)

A = MatrixParameter("A", N1, K, "input directions of the weights", kind=orthonormal)
B = MatrixParameter("B", K, N2, "hidden part of the weights")
C = MatrixParameter("C", N3, K, "output directions of the weights", kind=orthonormal)
Q = MatrixParameter("Q", n, N2, "both layers' weights, stacked", moves=True)
Q0 = MatrixParameter("Q0", n, N2, "both layers' initial weights, stacked", latex="Q_0")
P = MatrixParameter("P", n, n, "Gram matrix of the stacked weights", kind=symmetric, moves=True)
F = MatrixParameter("F", n, n, "the data, as a symmetric matrix", kind=symmetric)
G = MatrixParameter("G", n, n, "exponential of F t/tau", kind=function_of(F), moves=True)
phi = MatrixParameter(
    "phi", n, n, "integral of exp(2 F x) up to t/tau", kind=function_of(F), moves=True, latex=r"\varphi"
)
INPUTS = BlockMatrix([[Identity(N1), ZeroMatrix(N1, N3)]])
OUTPUTS = BlockMatrix([[ZeroMatrix(N3, N1), Identity(N3)]])

# %% [markdown]
# Balanced weights have one hidden part in common: by the polar decomposition $W_1 = B^TA^T$ and
# $W_2 = CB$ with orthonormal columns in $A$ and $C$. That is how they are drawn below.

# %%
first_polar = Claim(W1, B.T * A.T, Given("polar form of balanced weights"), where=(K <= N1, K <= N3))
second_polar = Claim(W2, C * B, Given("polar form of balanced weights"), where=(K <= N1, K <= N3))
balanced = Claim(W1 * W1.T, W2.T * W2, Rewrites(first_polar, second_polar))
common_map = Claim(W2 * W1, C * B * B.T * A.T, Rewrites(first_polar, second_polar))
stacked = Claim(Q, BlockMatrix([[W1.T], [W2]]), Defines("both layers, stacked"))
output_rows = Claim(OUTPUTS * Q, W2, Substitutes(stacked))
drive = Claim(
    F,
    BlockMatrix([[ZeroMatrix(N1, N1), Sigma31.T], [Sigma31, ZeroMatrix(N3, N3)]]),
    Defines("the data, as a symmetric matrix"),
)
stacked_flow = Claim(
    tau * Rate(Q),
    F * Q - Rational(1, 2) * Q * Q.T * Q,
    Substitutes(stacked, drive, first_weights_whitened, second_weights_whitened, first_polar, second_polar),
)

# %% [markdown]
# The Gram matrix $P = QQ^T$ holds all that matters: its lower left block is the network's linear map.

# %%
gram = Claim(P, Q * Q.T, Defines("Gram matrix of the stacked weights"))
gram_blocks = Claim(
    P, BlockMatrix([[W1.T * W1, W1.T * W2.T], [W2 * W1, W2 * W2.T]]), Substitutes(gram, stacked)
)
gram_flow = Claim(tau * Rate(P), F * P + P * F - P * P, Differentiates(gram, stacked_flow))

# %% [markdown]
# The exponential $G = e^{Ft/\tau}$ and the integral $\varphi$ are stated by their equations of motion,
# so that nothing need be inverted where $F$ is singular.

# %%
exponential = Claim(tau * Rate(G), F * G, Given("the exponential of F t/tau"))
exponential_start = Claim(Initial(G), Identity(n), Given("the exponential at t = 0"))
integral = Claim(tau * Rate(phi), G * G, Given("its square, integrated"))
integral_start = Claim(Initial(phi), ZeroMatrix(n, n), Given("the integral starts empty"))
gram_start = Claim(Initial(P), Q0 * Q0.T, Given("initial weights"))
gram_trajectory = Claim(
    P,
    G * Q0 * (Identity(N2) + Q0.T * phi * Q0).I * Q0.T * G,
    Solves(gram_flow, exponential, integral, exponential_start, integral_start, gram_start),
)

# %% [markdown]
# The network's linear map is the lower left block.

# %%
W = MatrixParameter("W", N3, N1, "the network's linear map W2 W1", moves=True)
end_to_end = Claim(W, W2 * W1, Defines("the network's linear map"))
lower_left = Claim(W, OUTPUTS * P * INPUTS.T, Substitutes(end_to_end, gram, stacked))
