"""Ratios of gamma functions for compiled loops: `theory.backends.own`'s formulas, vectorised."""

from __future__ import annotations

from .lanes import Lane, in_loops, polynomial
from .own import FAR, STIRLING
from .vector_math import _log, _log1p

_ATANH_TAIL = tuple(1 / (2 * k + 3) for k in range(17))


def _log1p_minus(t: Lane) -> Lane:
    """log(1 + t) - t, t >= 0: below 1 by the series of the inverse hyperbolic tangent."""
    small = t < 1.0
    near = small.where(t, 1.0)
    w = near / (2.0 + near)
    z = w * w
    series = z * polynomial(z, _ATANH_TAIL)
    return small.where(w * (2.0 * series - near), _log1p(t) - t)


def _above_stirling(y: Lane) -> Lane:
    inverse = 1.0 / y
    return inverse * polynomial(inverse * inverse, STIRLING)


@in_loops
def log_gamma_ratio(x, h):
    """The logarithm of Gamma(x + h)/(Gamma(x) (x + h)**h), x > 0, x + h > 0."""
    back = h < 0.0
    fall = back.where(h * _log1p(back.where(h, 0.0) / x), 0.0)
    x, h = back.where(x + h, x), abs(h)
    shift = x * 0.0
    top, bottom = shift + 1.0, shift + 1.0
    for k in range(FAR):
        # x + k counts where fewer than so many steps lead to FAR
        needed = (x + float(k)) < float(FAR)
        shift = shift + needed.where(1.0, x * 0.0)
        top = top * needed.where(x + float(k), 1.0)
        bottom = bottom * needed.where(x + h + float(k), 1.0)
    big = x + shift
    stirling = big * _log1p_minus(h / big) - 0.5 * _log1p(h / big)
    stirling = stirling + (_above_stirling(big + h) - _above_stirling(big))
    found = stirling + h * _log1p(shift / (x + h)) + _log(top / bottom)
    return back.where(-found - fall, found)
