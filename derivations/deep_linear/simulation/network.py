"""The model itself: a chain of weight matrices, its loss on examples, and the gradient of that loss.

Weights are a tuple (W_1, ..., W_L), applied from the first to the last; examples are columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ..data import orthonormal


class Modes(NamedTuple):
    """The modes of a data set: E[y x^T] = left @ diag(s) @ right.T, and the inputs' variances d."""

    s: np.ndarray
    d: np.ndarray
    left: np.ndarray
    right: np.ndarray


def modes_of(inputs: np.ndarray, targets: np.ndarray, count: int) -> Modes:
    """The ``count`` strongest modes of the data, by singular value decomposition."""
    examples = inputs.shape[1]
    left, s, right = np.linalg.svd(targets @ inputs.T / examples, full_matrices=False)
    left, right = left[:, :count], right[:count].T
    variances = np.sum((right.T @ inputs) ** 2, axis=1) / examples
    return Modes(s[:count], variances, left, right)


def product(weights: Sequence):
    """The network's linear map W_L ... W_1."""
    total = weights[0]
    for w in weights[1:]:
        total = w @ total
    return total


def gradient(inputs, targets, tau: float):
    """The gradient, over tau, of half the mean squared error: a function of the weights.

    Forward through every layer and back, over all examples.
    """
    examples = inputs.shape[1]

    def of(weights):
        activities = [inputs]
        for w in weights:
            activities.append(w @ activities[-1])
        error = (activities.pop() - targets) / (examples * tau)
        found = []
        for w, activity in zip(reversed(weights), reversed(activities), strict=True):
            found.append(error @ activity.T)
            error = w.T @ error
        return found[::-1]

    return of


def gradient_of_correlations(inputs, targets, tau: float):
    """The same gradient from E[x x^T] and E[y x^T], which are all it depends on: for many examples."""
    examples = inputs.shape[1]
    return gradient_given(inputs @ inputs.T / examples, targets @ inputs.T / examples, tau)


def gradient_given(sigma11, sigma31, tau: float):
    """The gradient over tau, as a function of the weights, given both correlations."""

    def of(weights):
        before = [None]  # W_{l-1} ... W_1
        for w in weights[:-1]:
            before.append(w if before[-1] is None else w @ before[-1])
        error = (product(weights) @ sigma11 - sigma31) / tau
        found = []
        for w, below in zip(reversed(weights), reversed(before), strict=True):
            found.append(error if below is None else error @ below.T)
            error = w.T @ error
        return found[::-1]

    return of


def loss(inputs, targets):
    """Half the mean squared error, as a function of the weights."""
    return lambda weights: ((product(weights) @ inputs - targets) ** 2).sum() / (2 * inputs.shape[1])


def strengths(modes: Modes, xp):
    """The mode strengths, the diagonal of left^T W_L ... W_1 right, as a function of the weights."""
    left, right = xp.asarray(modes.left), xp.asarray(modes.right)
    return lambda weights: ((left.T @ product(weights)) * right.T).sum(-1)


def aligned(rng: np.random.Generator, modes: Modes, sizes: Sequence, hidden: int) -> tuple[np.ndarray, ...]:
    """Weights aligned with the data: W_l = R_{l+1} diag(sizes[l]) R_l^T, R_1 = right, R_{L+1} = left.

    ``sizes`` holds one array (modes,) a layer; the inner bases R_l (hidden, modes) are random.
    """
    count = len(modes.s)
    inner = [orthonormal(rng, hidden, count) for _ in sizes[1:]]
    bases = [modes.right, *inner, modes.left]
    return tuple(after @ (size[:, None] * before.T)
                 for before, after, size in zip(bases[:-1], bases[1:], sizes, strict=True))  # fmt: skip


def balanced(rng: np.random.Generator, scale: float, *, inputs: int, hidden: int, outputs: int):
    """Random weights of two layers with W_1 W_1^T = W_2^T W_2, not aligned with any data.

    Both layers have singular values of about ``scale`` and their hidden parts in common.
    """
    count = min(inputs, hidden, outputs)
    common = scale * rng.normal(size=(count, hidden)) / np.sqrt(hidden)
    return (orthonormal(rng, inputs, count) @ common).T, orthonormal(rng, outputs, count) @ common
