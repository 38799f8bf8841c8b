# %% [markdown]
# # Hierarchical data: coarse distinctions are learned first
# The items are the leaves of a tree of depth $D$ in which every node has $b$ children (two, unless
# said otherwise), and each node is a feature that all leaves below it share. The singular vectors of
# these data are the splits of the tree, its Haar wavelets. Coarser splits have larger singular values
# and are learned in shorter times.

# %%
import math

import numpy as np
from sympy import Function, Identity, Interval, KroneckerProduct, OneMatrix, Range, Symbol, lambdify, oo

from theory import Claim, Parameter
from theory.matrix import DomainError, MatrixParameter, centred
from theory.matrix import Substitutes as SubstitutesMatrix
from theory.parameter import COUNTING, REAL
from theory.rules import Given, Recursion, Substitutes

D = Parameter("D", "depth of the tree, the number of levels of splits", COUNTING, extremes=(1, 40))
b = Parameter("b", "children of a node", Range(2, oo), extremes=(2, 10))
level = Parameter("l", "level of a split, 0 at the root", Range(0, oo), latex=r"\ell", extremes=(1, 40))
m = Parameter("m", "leaves of a subtree", COUNTING)
rho = Parameter(
    "rho",
    "correlation kept over one level, (1 - 2 epsilon)^2",
    Interval(0, 1),
    latex=r"\rho",
    extremes=(1e-3, 1),
)
c = Parameter("c", "eigenvalue of the constant mode of a subtree", REAL)
mu = Parameter("mu", "eigenvalue of a split inside a subtree", REAL, latex=r"\mu")
q = Parameter("q", "correlation of leaves of different subtrees", REAL)

Gamma = MatrixParameter("Gamma", m, m, "overlaps of the leaves of a subtree", latex=r"\Gamma")
parent = MatrixParameter("Gamma_b", b * m, b * m, "overlaps under its parent", latex=r"\Gamma_b")
v = MatrixParameter("v", m, 1, "a split inside a subtree, which sums to 0", kind=centred)
k = MatrixParameter("k", b, 1, "a split between the subtrees, which sums to 0", kind=centred)
w = MatrixParameter("w", b, 1, "any weights of the subtrees")

# %% [markdown]
# Let $\Gamma$ be the overlap matrix $Y^TY$ of a subtree: entry $(i,j)$ counts the features that the
# leaves $i$ and $j$ share. It has the constant vector and the splits, which sum to zero, as
# eigenvectors; one split stands for all.

# %%
subtree = Claim(
    Gamma,
    c * OneMatrix(m, m) / m + mu * v * (v.T * v).I * v.T,
    Given("its constant mode and one of its splits"),
    where=(m >= 2,),
)
constant_inside = Claim(Gamma * OneMatrix(m, 1), c * OneMatrix(m, 1), SubstitutesMatrix(subtree))
splits_inside = Claim(Gamma * v, mu * v, SubstitutesMatrix(subtree))

# %% [markdown]
# A parent of $b$ such subtrees adds one feature that all its leaves share. The splits inside the
# subtrees stay, with any weights; the splits between them inherit the constant mode's eigenvalue; only
# the constant mode gains, by the number of leaves.

# %%
joined = Claim(
    parent,
    KroneckerProduct(Identity(b), Gamma) + OneMatrix(b * m, b * m),
    Given("b subtrees under one parent, which is a feature of all"),
)
constant_mode = Claim(
    parent * KroneckerProduct(OneMatrix(b, 1), OneMatrix(m, 1)),
    (c + b * m) * KroneckerProduct(OneMatrix(b, 1), OneMatrix(m, 1)),
    SubstitutesMatrix(joined, subtree),
)
new_splits = Claim(
    parent * KroneckerProduct(k, OneMatrix(m, 1)),
    c * KroneckerProduct(k, OneMatrix(m, 1)),
    SubstitutesMatrix(joined, subtree),
)
old_splits = Claim(
    parent * KroneckerProduct(w, v),
    mu * KroneckerProduct(w, v),
    SubstitutesMatrix(joined, subtree),
)

# %% [markdown]
# A leaf alone has overlap 1, so the eigenvalues follow by recursion over the depth; a split at level
# $\ell$ was the constant mode of its subtrees, which have depth $D-\ell-1$. A binary tree of depth 3
# has the squared singular values 15, 7, 3 (twice) and 1 (four times).

# %%
constant, split = Function("lambda_c"), Function("lambda_s")
constant_step = Claim(
    constant(D + 1), constant(D) + b ** (D + 1), Given("gain of the constant mode, b**(D+1) leaves")
)
constant_eigenvalue = Claim(
    constant(D), (b ** (D + 1) - 1) / (b - 1), Recursion(constant_step, base={constant(0): 1})
)
split_origin = Claim(split(D, level), constant(D - level - 1), Given("constant mode of its subtrees"))
split_eigenvalue = Claim(
    split(D, level), (b ** (D - level) - 1) / (b - 1), Substitutes(split_origin, constant_eigenvalue)
)

# %% [markdown]
# Features that diffuse down the tree, $\pm1$ and flipped with probability $\epsilon$ on every edge,
# leave correlation $q = \rho^{D+1}$ between leaves that part at the root of a tree of depth $D+1$.

# %%
diffused = Claim(
    parent,
    KroneckerProduct(Identity(b), Gamma - q * OneMatrix(m, m)) + q * OneMatrix(b * m, b * m),
    Given("b subtrees whose leaves are correlated by q"),
)
diffused_constant = Claim(
    parent * KroneckerProduct(OneMatrix(b, 1), OneMatrix(m, 1)),
    (c + (b - 1) * m * q) * KroneckerProduct(OneMatrix(b, 1), OneMatrix(m, 1)),
    SubstitutesMatrix(diffused, subtree),
)
diffused_new_splits = Claim(
    parent * KroneckerProduct(k, OneMatrix(m, 1)),
    (c - m * q) * KroneckerProduct(k, OneMatrix(m, 1)),
    SubstitutesMatrix(diffused, subtree),
)
diffused_old_splits = Claim(
    parent * KroneckerProduct(w, v),
    mu * KroneckerProduct(w, v),
    SubstitutesMatrix(diffused, subtree),
)
common, contrast = Function("kappa_c"), Function("kappa_s")
common_step = Claim(
    common(D + 1),
    common(D) + (b - 1) * b**D * rho ** (D + 1),
    Given("constant mode of a larger tree, b**D leaves a subtree"),
)
common_eigenvalue = Claim(
    common(D),
    1 + (b - 1) * rho * ((b * rho) ** D - 1) / (b * rho - 1),
    Recursion(common_step, base={common(0): 1}),
)
contrast_origin = Claim(
    contrast(D, level),
    common(D - level - 1) - b ** (D - level - 1) * rho ** (D - level),
    Given("new split of the subtree that starts at its level"),
)
contrast_eigenvalue = Claim(
    contrast(D, level),
    (1 - rho) * ((b * rho) ** (D - level) - 1) / (b * rho - 1),
    Substitutes(contrast_origin, common_eigenvalue),
)

# %% [markdown]
# Both hold one geometric sum; as a sum it has no $0/0$ at $b\rho = 1$ and nothing cancels in it.

# %%
geometric = Function("g")
geometric_step = Claim(geometric(D + 1), 1 + b * rho * geometric(D), Given("sum of the powers of b rho"))
geometric_sum = Claim(
    geometric(D), ((b * rho) ** D - 1) / (b * rho - 1), Recursion(geometric_step, base={geometric(0): 0})
)
common_by_sum = Claim(
    common(D), 1 + (b - 1) * rho * geometric(D), Substitutes(common_eigenvalue, geometric_sum)
)
contrast_by_sum = Claim(
    contrast(D, level),
    (1 - rho) * geometric(D - level),
    Substitutes(contrast_eigenvalue, geometric_sum),
)

# %% [markdown]
# One-hot inputs, averaged over the items, have $\Sigma^{31} = Y/P$ and $\Sigma^{11} = I/P$ with
# $P = b^D$ items: a mode has $s = \sqrt\lambda/P$ and input variance $d = 1/P$.


# %%
_depth = D


def tree_spectrum(D: int, branching: int = 2) -> list[tuple[int, int]]:
    """Squared singular values of the tree's label matrix Y and their multiplicities, both exact.

    The constant mode first, then the splits from the root down: ``[(2**(D+1) - 1, 1),
    (2**D - 1, 1), (2**(D-1) - 1, 2), ...]`` for two children a node. Multiplicities add up to the
    number of leaves, ``branching**D``.
    """
    _check("tree_spectrum", D, branching)
    values = {_depth: D, b: branching}
    spectrum = [(int(constant_eigenvalue.rhs.subs(values)), 1)]
    for here in range(D):
        square = split_eigenvalue.rhs.subs({**values, level: here})
        spectrum.append((int(square), (branching - 1) * branching**here))
    return spectrum


def tree_singular_values(D: int, branching: int = 2) -> np.ndarray:
    """Singular values of the label matrix Y of the balanced tree of depth D, largest first.

    Y has one column a leaf, ``branching**D`` of them, and one row a node, 1 where the node is the
    leaf or above it. These are singular values, not their squares (`tree_spectrum` gives those,
    exactly), repeated as often as they occur. For one-hot inputs and averaged correlations the
    modes of the network have ``s = tree_singular_values(D) / P`` and ``d = 1 / P``, P the leaves
    (`tree_modes`). Raises `DomainError` unless D >= 1 and ``branching`` >= 2 are integers.
    """
    _check("tree_singular_values", D, branching)
    return _repeated([(math.sqrt(square), times) for square, times in tree_spectrum(D, branching)])


def tree_modes(D: int, branching: int = 2) -> tuple[np.ndarray, float]:
    """``(s, d)`` of the tree's modes for one-hot inputs, correlations averaged over the items."""
    leaves = branching**D
    return tree_singular_values(D, branching) / leaves, 1 / leaves


def diffusion_eigenvalues(D: int, epsilon: float, branching: int = 2) -> np.ndarray:
    """Eigenvalues of the leaf correlation of features that diffuse down the tree, largest first.

    The expectation of ``Y.T @ Y / N3`` for features that are +1 or -1 at the root and flip on every
    edge with probability ``epsilon`` in [0, 1/2]. Repeated as often as they occur; all eigenvalues
    add up to the number of leaves.
    """
    _check("diffusion_eigenvalues", D, branching)
    if not 0 <= epsilon <= 0.5:
        raise DomainError(
            f"diffusion_eigenvalues: epsilon = {epsilon} is outside its domain 0 <= epsilon <= 1/2 "
            "(epsilon: probability that a feature flips on an edge)"
        )
    kept = (1 - 2 * epsilon) ** 2
    sums = [0.0]
    for _ in range(D):
        sums.append(_next_sum(sums[-1], kept, branching))
    spectrum = [(_common(sums[D], kept, branching), 1)]
    for here in range(D):
        value = _contrast(sums[D - here], kept, branching)
        spectrum.append((value, (branching - 1) * branching**here))
    return _repeated(spectrum)


_sum = Symbol("sum")
_next_sum = lambdify((_sum, rho, b), geometric_step.rhs.subs(geometric(D), _sum))
_common = lambdify((_sum, rho, b), common_by_sum.rhs.subs(geometric(D), _sum))
_contrast = lambdify((_sum, rho, b), contrast_by_sum.rhs.subs(geometric(D - level), _sum))


def _repeated(spectrum) -> np.ndarray:
    values = [value for value, _ in spectrum]
    return np.repeat(np.array(values, dtype=float), [times for _, times in spectrum])


def _check(name: str, depth, branching) -> None:
    for parameter, value in ((D, depth), (b, branching)):
        whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
        if not whole or value < parameter.domain.inf:
            raise DomainError(
                f"{name}: {parameter.name} = {value} is outside its domain {parameter.allowed} "
                f"({parameter.name}: {parameter.meaning})"
            )
