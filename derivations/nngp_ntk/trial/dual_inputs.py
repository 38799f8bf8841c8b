"""Variances and covariances that a dual is driven with, and what rounding may do to the exact dual there."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..models.activation import Activation
from .inputs import ANGLES, GENERIC, stated

VARIANCES = ((1.0, 1.0), (2.0, 0.3), (0.05, 0.7), (4.0, 4.0), (0.4, 8.0))
"""Of the preactivations at both inputs."""

ROUNDINGS = 16
MOVES = tuple((a, b, c) for a in (-1, 1) for b in (-1, 1) for c in (-1, 1))


@dataclass(frozen=True)
class Preactivations:
    """``q1``, ``q2``, ``c``, each (n,), with the angles between them as they are after rounding."""

    q1: np.ndarray
    q2: np.ndarray
    c: np.ndarray

    @property
    def scale(self) -> np.ndarray:
        return np.sqrt(self.q1) * np.sqrt(self.q2)

    @property
    def rho(self) -> np.ndarray:
        return np.clip(self.c / self.scale, -1, 1)

    @property
    def generic(self) -> np.ndarray:
        angle = np.arccos(self.rho)
        return (angle > GENERIC) & (angle < math.pi - GENERIC)

    def chosen(self, where) -> Preactivations:
        return Preactivations(self.q1[where], self.q2[where], self.c[where])

    def rounded(self, dtype: str) -> Preactivations:
        q1, q2 = (q.astype(dtype).astype(float) for q in (self.q1, self.q2))
        return Preactivations(q1, q2, _inside(self.c.astype(dtype), q1, q2, dtype))


def _inside(c, q1, q2, dtype):
    """Covariances that are not beyond the variances, by no rounding."""
    most = (np.sqrt(q1) * np.sqrt(q2)).astype(dtype)
    most = np.where(most.astype(float) ** 2 > q1 * q2, np.nextafter(most, np.zeros((), dtype)), most)
    same = np.where(q1 == q2, q1, most.astype(float))
    return np.clip(c.astype(float), -same, same)


def preactivations(seed: int) -> Preactivations:
    """At every angle of the trial, and identical and opposite ones, for variances near `VARIANCES`."""
    rng = np.random.default_rng(seed)
    rows = []
    for q1, q2 in VARIANCES:
        factor = rng.uniform(0.8, 1.25, size=2)
        v1, v2 = q1 * factor[0], (q1 * factor[0] if q1 == q2 else q2 * factor[1])
        angles = [*ANGLES, *rng.uniform(0.1, 3.0, size=4)]
        most = v1 if v1 == v2 else math.sqrt(v1) * math.sqrt(v2)
        rows += [(v1, v2, most * math.cos(a)) for a in (*angles, 0.0, math.pi)]
    q1, q2, c = np.array(rows).T
    return Preactivations(q1, q2, _inside(c, q1, q2, "float64"))


@dataclass(frozen=True)
class ExactDual:
    """The dual (or derivative dual), the largest it can be, and what rounding may change it by: all (n,)."""

    value: np.ndarray
    scale: np.ndarray
    bound: np.ndarray


def exact_dual(activation: Activation, at: Preactivations, slope: bool, eps: float) -> ExactDual:
    """The closed form, and the most that it changes where variances and covariance change by roundings."""
    of = activation.derivative_dual if slope else activation.dual
    own = activation.diagonal_derivative if slope else activation.diagonal
    value = np.asarray(of(at.q1, at.q2, at.c))
    scale = np.sqrt(np.asarray(own(at.q1))) * np.sqrt(np.asarray(own(at.q2)))
    step, moved = ROUNDINGS * eps / 2, 0.0
    for signs in MOVES:
        q1, q2, c = (v * (1 + sign * step) for v, sign in zip((at.q1, at.q2, at.c), signs, strict=True))
        c = np.clip(c, -np.sqrt(q1) * np.sqrt(q2), np.sqrt(q1) * np.sqrt(q2))
        moved = np.maximum(moved, np.abs(np.asarray(of(q1, q2, c)) - value))
    least = step + stated(activation)
    return ExactDual(value, scale, least * scale + moved)
