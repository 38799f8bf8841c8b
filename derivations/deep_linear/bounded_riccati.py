# %% [markdown]
# # The matrix Riccati solution for long times
# The solution of the matrix Riccati equation in a form that nothing overflows in, whatever the width
# and the alignment, and the network's linear map computed from it.
#
# For long times that formula overflows. In the eigenvectors $Z$ of $F$ the exponential is split into
# its growth (at least 1) and its decay (at most 1), and the grown initial weights into factors
# $M R^{-1} Y$ with entries of at most 1, found by elimination. What grows then cancels exactly.

# %%
import numpy as np
from sympy import Identity, Integral, Symbol, ZeroMatrix, exp
from sympy.codegen.cfunctions import expm1

from theory import Claim, Parameter
from theory.matrix import (
    DomainError,
    Initial,
    MatrixForm,
    MatrixParameter,
    Rate,
    Rewrites,
    Solves,
    Substitutes,
    bipartite_eigensystem,
    diagonal,
    diagonal_matrix,
    graded_factors,
    orthonormal,
    scalar_function,
)
from theory.matrix.balls import evaluate as evaluate_balls
from theory.matrix.balls import exponential as exponential_balls
from theory.parameter import COUNTING, NONNEGATIVE, POSITIVE
from theory.rules import Defines, Given, Integrates

from .matrix_riccati import (
    INPUTS,
    OUTPUTS,
    Q0,
    F,
    G,
    P,
    W,
    drive,
    exponential,
    exponential_start,
    gram_trajectory,
    integral,
    integral_start,
    lower_left,
    n,
    phi,
    stacked,
)
from .matrix_setting import N1, N2, N3, W1, W2, Sigma31
from .setting import t, tau

r = Parameter("r", "number of pivots", COUNTING)
Z = MatrixParameter("Z", n, n, "eigenvectors of F", kind=orthonormal)
f = MatrixParameter("f", n, n, "eigenvalues of F", kind=diagonal)
e = MatrixParameter("e", n, n, "exponentials of f t/tau", kind=diagonal, moves=True)
h = MatrixParameter("h", n, n, "integrals of exp(2 f x)", kind=diagonal, moves=True)
growth = MatrixParameter("g", n, n, "growing part of e", kind=diagonal)
decay = MatrixParameter("epsilon", n, n, "decaying part of e", kind=diagonal, latex=r"\epsilon")
gain = MatrixParameter("chi", n, n, "bounded part of h", kind=diagonal, latex=r"\chi")
M = MatrixParameter("M", n, r, "directions of the grown weights")
R = MatrixParameter("R", r, r, "inverse sizes of the grown weights", kind=diagonal)
Y = MatrixParameter("Y", r, N2, "hidden directions of the weights")
Z1 = MatrixParameter("Z1", N1, n, "input rows of the eigenvectors", latex="Z_1")
Z2 = MatrixParameter("Z2", N3, n, "output rows of the eigenvectors", latex="Z_2")

# %%
eigenvectors = Claim(F, Z * f * Z.T, Given("spectral theorem"))
mode_exponential = Claim(tau * Rate(e), f * e, Given("exponential of each eigenvalue"))
mode_exponential_start = Claim(Initial(e), Identity(n), Given("the exponential at t = 0"))
mode_integral = Claim(tau * Rate(h), e * e, Given("its square, integrated"))
mode_integral_start = Claim(Initial(h), ZeroMatrix(n, n), Given("the integral starts empty"))
exponential_in_modes = Claim(
    G,
    Z * e * Z.T,
    Solves(exponential, eigenvectors, mode_exponential, mode_exponential_start, exponential_start),
)
integral_in_modes = Claim(
    phi,
    Z * h * Z.T,
    Solves(integral, exponential_in_modes, mode_integral, mode_integral_start, integral_start),
)
mode_split = Claim(e, growth * decay, Defines("growth times decay"))
gain_split = Claim(h, growth * gain * growth, Defines("growth taken out twice"))
grown_weights = Claim(
    Q0, Z * growth.I * M * R.I * Y, Given("elimination with complete pivoting"), where=(r <= N2,)
)
grown_exponential = Claim(G, Z * growth * decay * Z.T, Substitutes(exponential_in_modes, mode_split))
grown_integral = Claim(phi, Z * growth * gain * growth * Z.T, Substitutes(integral_in_modes, gain_split))
final_weights = Claim(G * Q0, Z * decay * M * R.I * Y, Rewrites(grown_exponential, grown_weights))
bounded_gram = Claim(
    P,
    Z * decay * M * (R * (Y * Y.T).I * R + M.T * gain * M).I * M.T * decay * Z.T,
    Rewrites(gram_trajectory, grown_exponential, grown_integral, grown_weights),
)
upper_half = Claim(Z1, INPUTS * Z, Defines("input rows of the eigenvectors"))
lower_half = Claim(Z2, OUTPUTS * Z, Defines("output rows of the eigenvectors"))
product_trajectory = Claim(
    W,
    Z2 * decay * M * (R * (Y * Y.T).I * R + M.T * gain * M).I * M.T * decay * Z1.T,
    Substitutes(lower_left, bounded_gram, upper_half, lower_half),
)

# %% [markdown]
# One eigenvalue of size $c$ at a time: the integral of a growing exponential is the growth squared
# times the integral of the decaying one, and that is bounded by the elapsed time and by $1/(2c)$.

# %%
x = Parameter("x", "elapsed time t/tau", NONNEGATIVE)
c = Parameter("c", "size of an eigenvalue of F", POSITIVE)
y = Symbol("y", nonnegative=True)
bounded_gain = Claim(Integral(exp(-2 * c * y), (y, 0, x)), -expm1(-2 * c * x) / (2 * c), Integrates(x))
growing_gain = Claim(
    Integral(exp(2 * c * y), (y, 0, x)), exp(c * x) ** 2 * (-expm1(-2 * c * x) / (2 * c)), Integrates(x)
)
gain_of = scalar_function((c, x), bounded_gain.rhs)

# %% [markdown]
# ## For the computer
# The factors as arrays, for one time or many; the weights are refused if they are not balanced. The
# solution as it was first stated, in rigorous balls, is what the values are held against.


# %%
def _parts(xp, t, W1, W2, Sigma31, tau) -> dict:
    """The bounded factors at times ``t`` (one axis), as arrays for the symbols above."""
    elapsed = (t / tau)[:, None]
    values, inputs, outputs = bipartite_eigensystem(Sigma31, xp)
    start = xp.matmul(xp.matrix_transpose(inputs), xp.matrix_transpose(W1)) + xp.matmul(
        xp.matrix_transpose(outputs), W2
    )
    rising = xp.where(values > 0, values, 0 * values)
    size = xp.abs(values)
    gains = gain_of(xp, xp.where(size > 0, size, 1 + size), elapsed)
    directions, sizes, hidden = graded_factors(start, rising * elapsed, xp)
    return {
        Z: xp.concat([inputs, outputs], axis=0),
        Z1: inputs,
        Z2: outputs,
        decay: diagonal_matrix(xp.exp((values - rising) * elapsed), xp),
        gain: diagonal_matrix(xp.where(size > 0, gains, elapsed + 0 * size), xp),
        M: directions,
        R: diagonal_matrix(sizes, xp),
        Y: hidden,
    }


def check_balanced(xp, epsilon, W1, W2, **others) -> None:
    """Raise `DomainError` unless ``W1 @ W1.T`` equals ``W2.T @ W2`` up to rounding.

    An inner product of k terms is off by at most k roundings of the product of the norms. Counted
    are those that check the balance and as many that made the weights (an orthogonal transformation
    on either side), for both layers: 2 (N1 + 2 N2 + N3) roundings of the squared norms.
    """
    drift = xp.matmul(W1, xp.matrix_transpose(W1)) - xp.matmul(xp.matrix_transpose(W2), W2)
    worst = max(abs(v) for row in drift.tolist() for v in row)
    scale = sum(v * v for w in (W1, W2) for row in w.tolist() for v in row)
    if worst > 2 * (W1.shape[1] + 2 * W1.shape[0] + W2.shape[0]) * epsilon * scale:
        raise DomainError(
            f"balanced weights needed: W1 @ W1.T and W2.T @ W2 differ by up to {float(worst):.3g} (rounding "
            f"explains {float(epsilon * scale):.1g}); start from W1 = B.T @ A.T, W2 = C @ B with orthonormal "
            "columns in A and C, or use unbalanced_mode for aligned weights"
        )


# %%
def gram_balls(t, W1, W2, Sigma31, tau):
    """The solution as first stated, in balls: what overflows there is absorbed by their precision."""
    sizes = {N1: W1.ncols(), N2: W1.nrows(), N3: W2.nrows()}
    values = {ARGUMENTS[1]: W1, ARGUMENTS[2]: W2, ARGUMENTS[3]: Sigma31, **sizes}
    start = evaluate_balls(stacked.rhs, values)
    growth, total = exponential_balls(evaluate_balls(drive.rhs, values), t / tau)
    return evaluate_balls(gram_trajectory.rhs, {**sizes, G: growth, phi: total, Q0: start})


def _product_balls(**arguments):
    W1, W2 = arguments["W1"], arguments["W2"]
    sizes = {N1: W1.ncols(), N2: W1.nrows(), N3: W2.nrows()}
    return evaluate_balls(lower_left.rhs, {**sizes, P: gram_balls(**arguments)})


def sample(rng) -> dict:
    """Balanced weights of random sizes, scale and alignment, and data, at a random time."""
    N1, N2, N3 = rng.integers(1, 6, size=3)
    directions = [np.linalg.qr(rng.normal(size=(size, min(N1, N3))))[0] for size in (N1, N3)]
    hidden = 10 ** rng.uniform(-8, 1) * rng.normal(size=(min(N1, N3), N2))
    return {
        "t": 10 ** rng.uniform(-3, 2),
        "W1": hidden.T @ directions[0].T,
        "W2": directions[1] @ hidden,
        "Sigma31": rng.normal(size=(N3, N1)),
        "tau": 10 ** rng.uniform(-0.3, 0.3),
    }


ARGUMENTS = (t, W1, W2, Sigma31, tau)
CERTIFIED = {"requires": check_balanced, "sample": sample}
balanced_product = MatrixForm(product_trajectory, ARGUMENTS, _parts, balls=_product_balls, **CERTIFIED)
balanced_gram = MatrixForm(bounded_gram, ARGUMENTS, _parts, balls=gram_balls, **CERTIFIED)
