"""Real inputs: the handwritten digits that ship with scikit-learn, scaled like random inputs."""

from __future__ import annotations

from functools import cache

import numpy as np


@cache
def digits() -> np.ndarray:
    """The 1,797 digits without the pixels that never change: (1797, 61), each pixel of mean 0, entries of
    mean square 1/61, as random inputs have."""
    from sklearn.datasets import load_digits

    X = load_digits().data
    X = X[:, X.std(axis=0) > 0]
    X = X - X.mean(axis=0)
    return X / np.sqrt(np.mean(X**2) * X.shape[1])


def split(rng: np.random.Generator, train: int) -> tuple[np.ndarray, np.ndarray]:
    """``train`` digits to learn from, and all others: (train, 61), (1797 - train, 61)."""
    order = rng.permutation(len(digits()))
    return digits()[order[:train]], digits()[order[train:]]
