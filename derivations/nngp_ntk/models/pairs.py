"""Two sets of inputs at one place of an infinitely wide network: variances, covariances, angles, NTK."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from array_api_compat import array_namespace

NEAR = 0.98
"""Correlation from which on the angle is taken from differences of the normalised inputs."""


@dataclass(frozen=True)
class Pairs:
    """Arrays that broadcast to the shape of the kernel: (n1, n2), or with positions (n1, n2, *P) where
    only equal positions are needed, (n1, n2, *P, *P) where all pairs are.

    ``q1``, ``q2``: variances of the preactivation at either input; ``c``: covariance; ``theta``: the angle
    between the inputs as the layer sees them, None where nobody needs it; ``ntk``: the tangent kernel,
    None where it is not wanted. ``window``: the shape P of the positions, () without. ``crossed``: whether
    there are all pairs of positions. ``fan_in``: the number of inputs of a weight matrix that comes next.
    """

    q1: Any
    q2: Any
    c: Any
    theta: Any
    ntk: Any
    window: tuple[int, ...] = ()
    crossed: bool = False
    fan_in: int = 1

    @property
    def axes(self) -> tuple[tuple[int, ...], ...]:
        """The axes of the positions: those at the first input, and those at the second where crossed."""
        n = len(self.window)
        last = tuple(range(-n, 0))
        return (tuple(a - n for a in last), last) if self.crossed else (last,)


def angle_of(q1, q2, c):
    """The angle of a covariance; near 0 and pi it knows half the digits."""
    xp = functions(c)
    product = xp.sqrt(q1) * xp.sqrt(q2)
    room = (product - c) * (product + c)
    inside = room > 0  # the root's slope at 0 would make gradients NaN
    return xp.atan2(xp.where(inside, xp.sqrt(xp.where(inside, room, 1 + 0 * room)), 0 * room), c)


def functions(x):
    """The namespace of an array's library; for mpmath's numbers the few functions that layers need."""
    if isinstance(x, np.ndarray | np.generic) or hasattr(x, "__array_namespace__") or hasattr(x, "device"):
        return array_namespace(x)
    from .precise import PRECISE

    return PRECISE


def unit(X):
    """The rows of X over their norms (rows of zeros stay), and the norms, without overflow or underflow."""
    largest = np.max(np.abs(X), axis=-1, keepdims=True)
    scaled = X / np.where(largest > 0, largest, 1)
    norm = np.sqrt(np.sum(scaled**2, axis=-1, keepdims=True))
    return scaled / np.where(norm > 0, norm, 1), (norm * largest)[..., 0]


def angles(U1, U2, rho):
    """Angles (n1, n2) between unit rows whose products are ``rho``, to an absolute error of a few 1e-16.

    A product cannot know the angle of nearly parallel rows; theirs is taken from their difference, that of
    nearly opposite ones from their sum. A row of zeros is at right angles to all.
    """
    theta = np.arccos(np.clip(rho, -1, 1))
    correct_near(theta, U1, U2, rho)
    return theta


def correct_near(theta, U1, U2, rho) -> None:
    """Takes the angles of nearly parallel and nearly opposite rows from differences and sums instead."""
    for i, j in _chunks(np.nonzero(np.abs(rho) > NEAR)):
        a, b = U1[i], U2[j]
        opposite = rho[i, j] < 0
        chord = np.sqrt(np.sum((a - np.where(opposite, -1, 1)[:, None] * b) ** 2, axis=1))
        near = 2 * np.arcsin(np.minimum(chord / 2, 1))
        theta[i, j] = np.where(opposite, np.pi - near, near)


def _chunks(index, size: int = 1 << 16):
    for start in range(0, len(index[0]), size):
        yield tuple(part[start : start + size] for part in index)
