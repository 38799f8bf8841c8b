"""Distance between a computed number and a reference, in units in the last place."""

from __future__ import annotations

import math

import numpy as np


def ulps_between(actual, reference) -> np.ndarray:
    """Distance in units in the last place of ``actual``'s type at the reference, elementwise.

    The reference holds floats, or exact and rigorous numbers (Fraction, mpmath numbers,
    python-flint balls, whose radius is added). After xsf's relative error: at a reference of 0 the
    unit is the smallest subnormal; a reference beyond the largest float is matched by infinity,
    and a finite number is measured from the first one too large for the type; two NaN agree, one alone
    is infinitely far, and so is a ball that is not finite.
    """
    actual, reference = np.asarray(actual), np.asarray(reference)
    if not np.issubdtype(actual.dtype, np.floating):
        actual = actual.astype(float)
    if reference.dtype != object:
        return _between_floats(actual, reference.astype(np.result_type(actual, reference)))
    pairs = np.broadcast(actual, reference)
    return np.array([_between(a, r, actual.dtype) for a, r in pairs], dtype=float).reshape(pairs.shape)


def _between_floats(actual: np.ndarray, reference: np.ndarray) -> np.ndarray:
    kind = actual.dtype
    with np.errstate(all="ignore"):
        nearest = reference.astype(kind)
        over = np.isinf(nearest)
        top = np.finfo(kind).max
        aim = np.where(over, np.copysign(float(top), reference), reference)
        # Just below the top: the spacing at the top itself is infinite.
        unit = np.spacing(np.minimum(np.abs(aim).astype(kind), np.nextafter(top, kind.type(0)))).astype(float)
        apart = np.abs(actual.astype(aim.dtype) - aim) / unit + over
    apart = np.where(np.isnan(actual) | np.isnan(reference), np.inf, apart)
    agree = (over & (actual == nearest)) | (np.isnan(actual) & np.isnan(reference))
    return np.where(agree, 0.0, apart)


def _between(actual, reference, kind: np.dtype) -> float:
    """The distance to one reference that is not a float, in arithmetic wide enough to be exact."""
    import mpmath

    with mpmath.workprec(2400):  # the whole range of float64, subnormals included, and some to spare
        middle, radius = _middle_and_radius(reference)
        if not mpmath.isfinite(radius):
            return math.inf
        with np.errstate(over="ignore"):
            nearest = kind.type(float(middle))  # mpmath rounds to nearest, beyond the range to infinity
        if not (math.isfinite(actual) and math.isfinite(nearest)):
            return float(_between_floats(np.asarray(actual), np.asarray(nearest)))
        below_top = np.nextafter(np.finfo(kind).max, kind.type(0))
        unit = mpmath.mpf(float(np.spacing(min(abs(nearest), below_top))))
        return float((abs(mpmath.mpf(float(actual)) - middle) + radius) / unit)


def _middle_and_radius(reference):
    import flint
    import mpmath

    if isinstance(reference, flint.arb):
        if not reference.is_finite():
            return mpmath.mpf(0), mpmath.inf
        parts = reference.mid().man_exp(), reference.rad().man_exp()
        return tuple(mpmath.ldexp(int(mantissa), int(exponent)) for mantissa, exponent in parts)
    if isinstance(reference, mpmath.mpf | float | int):
        return mpmath.mpf(reference), mpmath.mpf(0)
    return mpmath.mpf(int(reference.numerator)) / int(reference.denominator), mpmath.mpf(0)
