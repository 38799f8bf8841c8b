# %% [markdown]
# # The neural tangent kernel along the trajectory
#
# The neural tangent kernel turns the error into the rate of change of the outputs. Along the
# trajectory it is made of the two other blocks of the Gram matrix. In deep linear networks it moves
# while they learn: it is small at a small start, and grows along the directions of what is learned.

# %%
from sympy import Identity, KroneckerProduct

from theory import Claim, Parameter
from theory.matrix import Differentiates, MatrixForm, MatrixParameter, Rate, Substitutes, Vec
from theory.matrix.balls import evaluate as evaluate_balls
from theory.parameter import COUNTING
from theory.rules import Defines

from .bounded_riccati import ARGUMENTS, balanced_gram, check_balanced, gram_balls, sample
from .matrix_riccati import INPUTS, OUTPUTS, P, gram, stacked
from .matrix_setting import N1, N2, N3, W1, W2, Sigma11, Sigma31, first_weights, second_weights
from .setting import tau

p = Parameter("p", "number of inputs the kernel is evaluated at", COUNTING)
X = MatrixParameter("X", N1, p, "inputs, one a column")
T = MatrixParameter("T", N3, p, "targets, one a column")
kernel = MatrixParameter("Theta", N3 * p, N3 * p, "neural tangent kernel", latex=r"\Theta")

inputs = Claim(Sigma11, X * X.T, Defines("sums over examples"))
targets = Claim(Sigma31, T * X.T, Defines("sums over examples"))
ntk = Claim(
    kernel,
    KroneckerProduct(W2 * W2.T, X.T * X) + KroneckerProduct(Identity(N3), X.T * W1.T * W1 * X),
    Defines("neural tangent kernel of two linear layers, outputs before examples"),
)
ntk_flow = Claim(
    tau * Rate(Vec(W2 * W1 * X)),
    kernel * Vec(T - W2 * W1 * X),
    Differentiates(ntk, first_weights, second_weights, inputs, targets),
)
ntk_trajectory = Claim(
    kernel,
    KroneckerProduct(OUTPUTS * P * OUTPUTS.T, X.T * X)
    + KroneckerProduct(Identity(N3), X.T * INPUTS * P * INPUTS.T * X),
    Substitutes(ntk, gram, stacked),
)

# %% [markdown]
# ## For the computer
# The kernel needs only the Gram matrix that the last section evaluates, and the inputs.

# %%
inputs_symbol = X


def _parts(xp, X, **arguments) -> dict:
    return {P: balanced_gram.value(xp, **arguments), inputs_symbol: X}


def _kernel_balls(X, **arguments):
    sizes = {N1: X.nrows(), N2: arguments["W1"].nrows(), N3: arguments["W2"].nrows(), p: X.ncols()}
    return evaluate_balls(ntk_trajectory.rhs, {**sizes, P: gram_balls(**arguments), inputs_symbol: X})


def _sample(rng) -> dict:
    at = sample(rng)
    return at | {"X": rng.normal(size=(at["W1"].shape[1], rng.integers(1, 4)))}


trajectory_ntk = MatrixForm(
    ntk_trajectory,
    (*ARGUMENTS, X),
    _parts,
    requires=check_balanced,
    balls=_kernel_balls,
    sample=_sample,
)
