"""Parametrisations of networks of two hidden layers by their exponents, and the digits."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

import numpy as np

HALF, QUARTER = Fraction(1, 2), Fraction(1, 4)
NAMES = ("a_1", "a_h", "a_out", "b_out", "c")
PARAMETRISATIONS = {
    "maximal update": (-HALF, 0, HALF, HALF, 0),
    "NTK": (0, HALF, HALF, 0, 0),
    "standard, rate 1/n": (0, 0, 0, HALF, 1),
    "first layer learns": (-1, 0, 1, QUARTER, 1),
    "second layer learns": (HALF, HALF, 2, -HALF - QUARTER, -1),
    "small output": (0, HALF, 1, 1 + HALF, -HALF),
    "standard": (0, 0, 0, HALF, 0),
}
"""Exponents of the multipliers of first, second and output layer, of the initial output weights (those of the
hidden layers are -a_1 and 1/2 - a_h), and of the learning rate. Only the last is unstable."""


def columns(*names: str) -> dict[str, np.ndarray]:
    """The exponents of the named parametrisations (all of the stable ones without names), by argument."""
    rows = [PARAMETRISATIONS[name] for name in names or list(PARAMETRISATIONS)[:-1]]
    return dict(zip(NAMES, np.array(rows, dtype=float).T, strict=True))


@lru_cache(maxsize=1)
def digits() -> tuple[np.ndarray, np.ndarray]:
    """The 1,797 digits of scikit-learn: pixels (1797, 64) of mean 0 and mean square 1, labels (1797,)."""
    from sklearn.datasets import load_digits

    found = load_digits()
    pixels = found.data - np.mean(found.data)
    return pixels / np.sqrt(np.mean(pixels**2)), found.target
