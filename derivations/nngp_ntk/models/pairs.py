"""Two sets of inputs at one place of an infinitely wide network: variances, covariances, angles, NTK."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Pairs:
    """Arrays that broadcast to the shape of the kernel: (n1, n2), or with positions (n1, n2, *P) where
    only equal positions are needed, (n1, n2, *P, *P) where all pairs are.

    ``q1``, ``q2``: variances of the preactivation at either input; ``c``: covariance; ``theta``: the angle
    between the inputs as the layer sees them, None where nobody needs it; ``supplement``: pi less that
    angle, as long as it is known better than the angle tells it; ``ntk``: the tangent kernel, None where
    it is not wanted. ``window``: the shape P of the positions, () without. ``crossed``: whether there are
    all pairs of positions. ``fan_in``: the number of inputs of a weight matrix that comes next.
    """

    q1: Any
    q2: Any
    c: Any
    theta: Any
    ntk: Any
    window: tuple[int, ...] = ()
    crossed: bool = False
    fan_in: int = 1
    supplement: Any = None

    @property
    def axes(self) -> tuple[tuple[int, ...], ...]:
        """The axes of the positions: those at the first input, and those at the second where crossed."""
        n = len(self.window)
        last = tuple(range(-n, 0))
        return (tuple(a - n for a in last), last) if self.crossed else (last,)


def root(xp, x):
    """The square root, 0 for what rounding made negative; its gradient at 0 is 0 and not infinite."""
    some = x > 0
    return xp.where(some, xp.sqrt(xp.where(some, x, 1 + 0 * x)), 0 * x)


def unit(X):
    """The rows of X over their norms (rows of zeros stay), and the norms, without overflow or underflow."""
    largest = np.max(np.abs(X), axis=-1, keepdims=True)
    scaled = X / np.where(largest > 0, largest, 1)
    norm = np.sqrt(np.sum(scaled**2, axis=-1, keepdims=True))
    return scaled / np.where(norm > 0, norm, 1), (norm * largest)[..., 0]
