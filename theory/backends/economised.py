"""Hypergeometric series with numbers for parameters as polynomials of least degree, for compiled loops.

Chebyshev's expansion over the disc's real diameter needs half the terms of the power series (Lanczos, 1938).
mpmath's ``chebyfit`` gives the same, but has to be asked for each degree: seconds, where a formula's
compilation may take half of one.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache

from mpmath import mp, mpf

from .own import is_short_polynomial, reach, term_ratio

_BEYOND = 2.0**-20
"""What of the reach is added to it: z may have been rounded otherwise than what decided that it is within."""

_NODES, _DIGITS, _COUNTS = 80, 50, 2.0**-58
"""Of the expansion, more than any series needs; of its numbers; what of a value may be left out."""


@lru_cache(maxsize=256)
def economised(upper: tuple[Fraction, ...], lower: tuple[Fraction, ...]) -> tuple[tuple[float, ...], float]:
    """Coefficients, the constant one first, and how far they are good, to 2**-58 of the least value."""
    with mp.workdps(_DIGITS):
        if is_short_polynomial(upper):
            return tuple(map(float, _terms(upper, lower, mpf(1), 0)))[:-1], sys.float_info.max
        far = reach(upper, lower) * (1 + _BEYOND)
        terms = _terms(upper, lower, mpf(far))[::-1]
        angles = [mp.pi * (j + mpf(1) / 2) / _NODES for j in range(_NODES)]
        values = [mp.polyval(terms, mp.cos(a)) for a in angles]
        cosines = [mp.cos(mp.pi * j / (2 * _NODES)) for j in range(4 * _NODES)]
        series = [
            mp.fsum(v * cosines[k * (2 * j + 1) % (4 * _NODES)] for j, v in enumerate(values)) * 2 / _NODES
            for k in range(_NODES)
        ]
        series[0] /= 2
        left_out, least = mpf(0), min(map(abs, values))
        while left_out + abs(series[-1]) < _COUNTS * least:
            left_out += abs(series.pop())
        return tuple(float(c / mpf(far) ** k) for k, c in enumerate(_in_powers(series))), far


def _terms(upper, lower, z, counts: float = 10.0**-_DIGITS) -> list:
    """The series' terms at z, up to the first that does not count."""
    found, n = [mpf(1)], 0
    while abs(found[-1]) > counts:
        ratio = term_ratio(upper, lower, Fraction(1), n)
        found.append(found[-1] * ratio.numerator / ratio.denominator * z)
        n += 1
    return found


def _in_powers(series: Sequence) -> list:
    """Coefficients of the powers, of a sum of Chebyshev's polynomials."""
    before, now = [mpf(1)], [mpf(0), mpf(1)]
    found = [mpf(0)] * len(series)
    for k, c in enumerate(series):
        polynomial = before if k == 0 else now
        for power, a in enumerate(polynomial):
            found[power] += c * a
        if k:
            following = [mpf(0), *(2 * a for a in now)]
            before, now = now, [a - (before[i] if i < len(before) else 0) for i, a in enumerate(following)]
    return found
