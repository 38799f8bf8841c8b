# %% [markdown]
# # Deep linear networks: points of a geodesic
# With $K(G) = G$, layers of one width and outputs without noise, $G_{L+1} := S$, the gradient vanishes where
# $G_{l+1} = G_lG_{l-1}^{-1}G_l$ (R2). In a basis that diagonalises $G_0$ and $S$ at once every mode is a
# geometric sequence from the inputs to the outputs: the layers are equally spaced points of the geodesic
# from $G_0$ to $S$ in the affine-invariant metric. One hidden layer is the matrix geometric mean $G_0 \# S$
# (Yang et al., 2023).

# %%
import numpy as np
import sympy as sp
from flint import acb_mat
from sympy import ZeroMatrix, exp, log

from theory import Claim, ExplicitForm, Parameter, matrix
from theory.matrix import DomainError, MatrixForm, MatrixParameter, diagonal, diagonal_matrix, symmetric
from theory.rules import Given, Rewrites, Solves

from .setting import L, P, g_0, l, s

# %% [markdown]
# ## The gradient, without a kernel in between

# %%
B = MatrixParameter("B", P, P, "Gram matrix of the layer before", kind=symmetric)
G = MatrixParameter("G_l", P, P, "Gram matrix of the layer", kind=symmetric)
F = MatrixParameter("F", P, P, "Gram matrix of the next layer", kind=symmetric)
slope = MatrixParameter("Delta", P, P, "gradient of the objective, doubled", kind=symmetric, latex=r"\Delta")
linear_gradient = Claim(
    slope,
    (G.I - B.I) + (G.I * F * G.I - G.I),
    Given("the gradient at K(G) = G, layers of one width: its kernel moves as the Gram matrix does"),
)
next_layer = Claim(F, G * B.I * G, Given("where the objective is stationary"))
stationary = Claim(slope, ZeroMatrix(P, P), matrix.Substitutes(linear_gradient, next_layer))

# %% [markdown]
# ## The modes
# $A$ takes the modes to the points: $G_0 = AA^\top$ and $S = A\,\mathrm{diag}(t)\,A^\top$. Gram matrices that
# are diagonal in that basis stay so, and a layer multiplies each mode by the same factor as the one before.

# %%
A = MatrixParameter("A", P, P, "modes that inputs and outputs share")
E = MatrixParameter("E", P, P, "modes of the layer before", kind=diagonal)
M = MatrixParameter("M", P, P, "factors of the modes from layer to layer", kind=diagonal)
before = Claim(B, A * E * A.T, Given("the layer before, in modes"))
this = Claim(G, A * E * M * A.T, Given("the layer, in modes"))
factors = Claim(B.I * G, A.T.I * M * A.T, matrix.Rewrites(before, this))
modes_multiply = Claim(F, A * E * M * M * A.T, matrix.Rewrites(next_layer, before, this))

# %%
mode = sp.Function("g", positive=True)
recurrence = Claim(mode(l + 1), mode(l) ** 2 / mode(l - 1), Given("the same for one mode"))
geometric = Claim(
    mode(l),
    g_0 * (s / g_0) ** (l / (L + 1)),
    Solves(recurrence, conditions=[(mode(0), g_0), (mode(L + 1), s)]),
    where=l <= L + 1,
)
by_logarithms = Claim(mode(l), exp(log(g_0) + l / (L + 1) * log(s / g_0)), Rewrites(geometric))

# %% [markdown]
# ## The whole matrix
# $G_0(G_0^{-1}S)^x$ at $x = l/(L + 1)$: symmetric, though it does not look it.

# %%
x = Parameter("x", "place on the geodesic, l/(L + 1)", sp.Interval(0, 1))
G_0 = MatrixParameter("G_0", P, P, "Gram matrix of the inputs", kind=symmetric)
S = MatrixParameter("S", P, P, "second moment of the outputs", kind=symmetric)
Q = MatrixParameter("Q", P, P, "power x of G_0^-1 S")
X = MatrixParameter("X", P, P, "Gram matrix at x")
Gamma = MatrixParameter("Gamma", P, P, "powers x of the modes", kind=diagonal, latex=r"\Gamma")
inputs = Claim(G_0, A * A.T, Given("the inputs, in modes"))
power = Claim(Q, A.T.I * Gamma * A.T, Given("a power of G_0^-1 S is one of its eigenvalues"))
on_the_geodesic = Claim(X, G_0 * Q, Given("the solution of the recurrence, all modes at once"))
by_modes = Claim(X, A * Gamma * A.T, matrix.Substitutes(on_the_geodesic, inputs, power))
symmetric_as_it_is = Claim(X.T, G_0 * Q, matrix.Rewrites(by_modes, inputs, power))

# %% [markdown]
# ## For the computer
# The modes by the singular values of what the inputs' Cholesky factor makes of the outputs'; in balls, the
# first form.


# %%
def shared_modes(xp, G_0, S):
    """(A, t): G_0 = A A^T and S = A diag(t) A^T, (P, P) and (P,), by Cholesky factors of both."""
    lower = xp.linalg.cholesky(G_0)
    U, sizes, _ = xp.linalg.svd(xp.linalg.solve(lower, xp.linalg.cholesky(S)), full_matrices=True)
    return xp.matmul(lower, U), sizes**2


def _parts(xp, x, G_0, S) -> dict:
    modes, t = shared_modes(xp, G_0, S)
    return {A: modes, Gamma: diagonal_matrix(xp.exp(x[:, None] * xp.log(t)), xp)}


def check_definite(xp, epsilon, **matrices) -> None:
    """Raises `DomainError` for a matrix that is not symmetric, or not positive definite."""
    for name, value in matrices.items():
        if name == "x":
            continue
        found = np.array(value.tolist(), dtype=float)
        apart, size = np.abs(found - found.T).max(), np.abs(found).max()
        if apart > 64 * len(found) * float(epsilon) * size:
            raise DomainError(f"{name} is not symmetric: entries differ by up to {apart:.3g}")
        least = float(np.linalg.eigvalsh(found)[0])
        if least <= 0:
            raise DomainError(
                f"{name} is not positive definite: least eigenvalue {least:.3g}, largest entry {size:.3g}. "
                "Fewer outputs than points leave directions without a limit: give the outputs a noise"
            )


def _balls(x, G_0, S):
    """The first form: eigenvalues and right eigenvectors of G_0^-1 S, which is not symmetric."""
    values, right = (G_0.inv() * S).eig(right=True)
    n = right.nrows()
    powers = acb_mat([[values[i] ** x if i == j else 0 for j in range(n)] for i in range(n)])
    return (acb_mat(G_0) * right * powers * right.inv()).real


def _sample(rng) -> dict:
    n = rng.integers(1, 6)
    half, other = rng.normal(size=(2, n, n + 2))
    return {"x": rng.uniform(0, 1), "G_0": half @ half.T, "S": 10 ** rng.uniform(-3, 3) * (other @ other.T)}


# %%
geodesic_mode = ExplicitForm(geometric, (l, L, g_0, s))
geodesic_gram = MatrixForm(
    by_modes, (x, G_0, S), _parts, requires=check_definite, balls=_balls, sample=_sample
)
