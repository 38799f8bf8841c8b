"""Labels on an arc of the circle whose probability jumps from stripe to stripe."""

from __future__ import annotations

import numpy as np

BAYES = 0.15


def sample(n: int, rng):
    """n inputs (n, 2) of a quarter of the circle, and labels: P(y = 1) = 1/2 ± 0.35 in four stripes."""
    t = rng.uniform(0, np.pi / 2, n)
    y = np.where(rng.random(n) < 0.5 + (0.5 - BAYES) * np.sign(np.sin(8 * t)), 1, -1)
    return np.column_stack([np.cos(t), np.sin(t)]), y
