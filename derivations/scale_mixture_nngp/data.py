"""A regression data set that ships with scikit-learn, standardised."""

from __future__ import annotations

from functools import cache

import numpy as np


@cache
def diabetes() -> tuple[np.ndarray, np.ndarray]:
    """442 patients' ten measurements, and how their diabetes went on: (442, 10), (442,), of mean 0 and
    variance 1 each."""
    from sklearn.datasets import load_diabetes

    X, y = load_diabetes(return_X_y=True)
    return (X - X.mean(axis=0)) / X.std(axis=0), (y - y.mean()) / y.std()


def split(seed: int, train: int = 150):
    """(X, y, X_test, y_test) of a random split."""
    X, y = diabetes()
    order = np.random.default_rng(seed).permutation(len(y))
    return X[order[:train]], y[order[:train]], X[order[train:]], y[order[train:]]
