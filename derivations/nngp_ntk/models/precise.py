"""The few functions of an array library that the layers need, for mpmath's numbers."""

from __future__ import annotations

import mpmath


class _Precise:
    sqrt, sin, cos, pi = map(staticmethod, (mpmath.sqrt, mpmath.sin, mpmath.cos, mpmath.pi))
    atan2 = staticmethod(mpmath.atan2)
    asin = staticmethod(mpmath.asin)

    @staticmethod
    def where(condition, yes, no):
        return yes if condition else no


PRECISE = _Precise()
