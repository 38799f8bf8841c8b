"""The data: one of scikit-learn's digits."""

from __future__ import annotations

from functools import cache

import numpy as np


@cache
def digit(number: int = 0) -> np.ndarray:
    """An image (8, 8) of values from 0 to 1."""
    from sklearn.datasets import load_digits

    return load_digits().images[number] / 16.0
