"""A whole network as two functions of one angle, expanded in Chebyshev polynomials.

Where every activation is homogeneous and there are no biases, or all inputs have the same norm, the kernels
depend on the angle between the inputs alone, and are analytic in it. The expansion is computed once; what a
pair of inputs costs does not grow with depth.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.fft import dct

from .pairs import Pairs
from .propagate import through

NODES = 1024
"""Angles at which the layers are passed through; far more than terms, so that rounding averages out."""

RANGE = 30
"""A kernel that varies by more over the angles would lose digits where it is small: it is not expanded."""


@dataclass(frozen=True)
class Composed:
    """The kernels of a network at inputs of mean square 1 (or ``q``), by the angle theta in [0, pi].

    ``nngp``, ``ntk``: Chebyshev coefficients in 2 theta/pi - 1, 4 m + 1 of them. Kernels at other inputs
    are ``(s1 s2)**degree`` times these, s the root mean square of an input.
    """

    nngp: np.ndarray
    ntk: np.ndarray
    degree: float


def degree(layers, start: float = 1.0) -> float | None:
    """The power of the inputs' scale that the kernels go with; None if there is no such power."""
    from ..architecture.layers import Dense, LayerNorm, Residual

    p: float | None = start
    for layer in layers:
        if isinstance(layer, Dense):
            p = None if layer.sigma_b > 0 and p != 0 else p
        elif isinstance(layer, LayerNorm):
            p = 0.0
        elif isinstance(layer, Residual):
            p = p if degree(layer.layers, p) == p else None
        elif hasattr(layer, "derivative_dual"):
            p = 0.0 if p == 0 else None if layer.degree is None else p * layer.degree
        else:
            return None
        if p is None:
            return None
    return p


@lru_cache(maxsize=64)
def composed(layers: tuple, q: float, width: int, inputs: int, ntk: bool) -> Composed | None:
    """The expansion at inputs of mean square ``q``; None where it would not reach float64's accuracy."""
    x = np.cos(np.pi * (2 * np.arange(NODES) + 1) / (2 * NODES))
    theta = np.pi / 2 * (1 + x)
    pairs = Pairs(q + 0 * x, q + 0 * x, q * np.cos(theta), theta, 0 * x if ntk else None, fan_in=inputs)
    for layer in layers:
        pairs, _ = through(layer, pairs, None, width)
    values = [pairs.c, pairs.c if pairs.ntk is None else pairs.ntk]
    if any(np.max(np.abs(v)) > RANGE * np.min(np.abs(v)) or np.min(v) < 0 < np.max(v) for v in values):
        return None
    series = [dct(v) / NODES for v in values]
    terms = max(map(_terms, series))
    if terms > NODES // 4:
        return None
    count = 4 * -(-(terms - 1) // 4) + 1
    for one in series:
        one[0] /= 2
    p = degree(layers)
    return Composed(series[0][:count], series[1][:count], 0.0 if p is None else p)


def _terms(series) -> int:
    """How many coefficients stand out from rounding, whose size the last half shows."""
    noise = 4 * np.max(np.abs(series[NODES // 2 :]))
    return int(np.max(np.nonzero(np.abs(series) > noise)[0])) + 1
