"""A whole network as two functions of one angle, expanded in Chebyshev polynomials.

Where every activation is homogeneous and there are no biases, or all inputs have the same norm, the kernels
depend on the angle between the inputs alone, and are analytic in it. The expansion is computed once, with 30
digits; what a pair of inputs costs does not grow with depth.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from .pairs import Pairs
from .propagate import through

DIGITS = 30
FEWEST, MOST = 32, 512
"""Terms of an expansion: doubled until the last ones are below rounding."""

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
    """The expansion at inputs of mean square ``q``; None where it does not reach float64's accuracy."""
    import mpmath

    with mpmath.workdps(DIGITS):
        points = FEWEST
        while points <= MOST:
            values = [_at(layers, x, q, width, inputs, ntk) for x in _angles(points)]
            series = [_expand(one) for one in zip(*values, strict=True)]
            if any(_ill_conditioned(one) for one in zip(*values, strict=True)):
                return None
            if all(_settled(one) for one in series):
                length = max(_needed(one) for one in series)
                first, second = (np.array([float(a) for a in _padded(one, length)]) for one in series)
                p = degree(layers)
                return Composed(first, second, 0.0 if p is None else p)
            points *= 2
    return None


def _angles(points):
    import mpmath

    return [mpmath.pi * (1 + mpmath.cos(mpmath.pi * (2 * k + 1) / (2 * points))) / 2 for k in range(points)]


def _at(layers, theta, q, width, inputs, ntk):
    import mpmath

    q = mpmath.mpf(q)
    pairs = Pairs(q, q, q * mpmath.cos(theta), theta, mpmath.mpf(0) if ntk else None, fan_in=inputs)
    for layer in layers:
        pairs, _ = through(layer, pairs, None, width)
    return pairs.c, pairs.c if pairs.ntk is None else pairs.ntk


def _expand(values):
    """Chebyshev coefficients from values at the zeros of T_n."""
    import mpmath

    n = len(values)
    cosines = [mpmath.cos(mpmath.pi * m / (2 * n)) for m in range(4 * n)]
    return [
        mpmath.mpf(1 if k == 0 else 2) / n
        * mpmath.fsum(v * cosines[k * (2 * j + 1) % (4 * n)] for j, v in enumerate(values))
        for k in range(n)
    ]  # fmt: skip


def _ill_conditioned(values) -> bool:
    return max(map(abs, values)) > RANGE * min(map(abs, values)) or min(values) < 0 < max(values)


def _settled(series) -> bool:
    last = max(map(abs, series[-len(series) // 8 :]))
    return last < 1e-18 * abs(series[0])


def _needed(series) -> int:
    return max(k for k, a in enumerate(series) if abs(a) >= 1e-18 * abs(series[0])) + 1


def _padded(series, length):
    """Coefficients up to the next 4 m + 1 of them."""
    count = 4 * -(-(length - 1) // 4) + 1
    return [*series[:count], *[0] * (count - len(series))]
