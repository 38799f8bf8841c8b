"""Real data: scikit-learn's digits and its diabetes patients, a regression set."""

from __future__ import annotations

import numpy as np

from derivations.nngp_ntk.data import digits, split
from derivations.scale_mixture_nngp.data import split as patients

__all__ = ["classes", "digits", "patients", "split", "toy"]


def classes(train: int = 500, seed: int = 0):
    """Digits to learn from and others: pixels and labels, (X, labels, X_test, labels_test)."""
    return split(*digits(), train, seed)


def toy(count: int = 24, seed: int = 3):
    """Points on a line and a step with noise: (x, y), both (count, 1)."""
    rng = np.random.default_rng(seed)
    x = np.sort(rng.uniform(-2, 2, size=count))
    return x[:, None], (np.where(x > 0.1, 0.8, -0.8) + 0.1 * rng.normal(size=count))[:, None]
