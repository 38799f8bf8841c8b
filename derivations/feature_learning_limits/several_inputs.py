# %% [markdown]
# # Several whitened inputs: only the target's direction is learned
# Infinite width, gradient flow on whitened inputs with a linear target $s\hat s$, $\hat s$ of unit norm.
# The coefficients of the recursion have blocks $A = (A_1; a_2^T)$ and $c = (c_1; c_2)$. From $A_1 = 1$,
# $c_2 = 1$ and zeros elsewhere they move along $\hat s$ alone, by the two numbers $p$ and $q$ of one input:
# $\dot p = e q$, $\dot q = e p$ with the error $e = s - 2 p q$. All other directions keep their features.

# %%
from sympy import Identity

from theory import Claim
from theory.matrix import Differentiates, MatrixParameter, Rate, Substitutes, orthonormal
from theory.rules import Defines, Given

from .recursion import d

s_hat = MatrixParameter("s_hat", d, 1, "direction of the target", kind=orthonormal, latex=r"\hat s")
p = MatrixParameter("p", 1, 1, "1 at the start, cosh of the gathered error", moves=True)
q = MatrixParameter("q", 1, 1, "0 at the start, sinh of the gathered error", moves=True)
e = MatrixParameter("e", 1, 1, "error that is left along the target")
A_1 = MatrixParameter("A_1", d, d, "coefficients of the first layer's initial weights", moves=True)
a_2 = MatrixParameter("a_2", d, 1, "coefficients of the second layer's in the first", moves=True)
c_1 = MatrixParameter("c_1", d, 1, "coefficients of the first layer's in the second", moves=True)
c_2 = MatrixParameter("c_2", 1, 1, "coefficient of the second layer's initial weights", moves=True)

# %%
p_moves = Claim(Rate(p), q * e, Given("as with one input"))
q_moves = Claim(Rate(q), p * e, Given("as with one input"))
first_block = Claim(A_1, Identity(d) + s_hat * (p - Identity(1)) * s_hat.T, Defines("along the target"))
last_row = Claim(a_2, s_hat * q, Defines("along the target"))
first_entries = Claim(c_1, s_hat * q, Defines("along the target"))
last_entry = Claim(c_2, p, Defines("along the target"))
ansatz = (first_block, last_row, first_entries, last_entry)

# %% [markdown]
# These solve the flow $\dot A = c\,(e\hat s)^T$, $\dot c = A\,e\hat s$, in each block:

# %%
first_block_moves = Claim(Rate(A_1), c_1 * e * s_hat.T, Differentiates(*ansatz, p_moves, q_moves))
last_row_moves = Claim(Rate(a_2), s_hat * c_2 * e, Differentiates(*ansatz, p_moves, q_moves))
first_entries_move = Claim(Rate(c_1), A_1 * s_hat * e, Differentiates(*ansatz, p_moves, q_moves))
last_entry_moves = Claim(Rate(c_2), a_2.T * s_hat * e, Differentiates(*ansatz, p_moves, q_moves))

# %% [markdown]
# The map that is learned, $A^T c$, stays along the target, of length $2pq$, so that $e$ is indeed the error
# of one input; the feature kernel $A^T A$ changes in that direction alone, to $p^2 + q^2$.

# %%
learned_map = Claim(A_1.T * c_1 + a_2 * c_2, 2 * s_hat * p * q, Substitutes(*ansatz))
feature_kernel_along_target = Claim(
    A_1.T * A_1 + a_2 * a_2.T,
    Identity(d) + s_hat * (p * p + q * q - Identity(1)) * s_hat.T,
    Substitutes(*ansatz),
)
