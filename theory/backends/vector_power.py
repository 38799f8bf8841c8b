"""Powers for compiled loops, which LLVM vectorises: within 1.25 ulps for any base and exponent.

The logarithm is a sum of two numbers, as a power takes its error times the exponent (Dekker, 1971); where
the processor does not round products and sums at once, the C library's power takes their place.
"""

from __future__ import annotations

import math

import numba

from .lanes import FUSED_PRODUCTS, Lane, in_loops, polynomial
from .vector_math import _LN2, INF, NAN, _exp_by_parts, _power_of_two, _split

_TWO_THIRDS = (2 / 3, 2**-54 / 1.5)
# (2 atanh(s)/s - 2 - 2 z/3)/z**2 of z = s**2 <= 0.0295
_LOG_TAIL = tuple(2 / (2 * k + 5) for k in range(10))
_LARGEST = 2.0**66
"""Exponents from which on every power but those of 1 is 0 or infinite."""


def _log_in_two(x: Lane) -> tuple[Lane, Lane]:
    """log(x) of x > 0 as a float64 and what that leaves, to 2**-64 of it."""
    exponent, mantissa = _split(x)
    f = mantissa - 1.0
    below = 2.0 + f
    s = f / below
    s_low = ((-s).times(below, f) - s * (f - (below - 2.0))) / below
    z = s * s
    z_low = s.times(s, -z) + 2.0 * s * s_low
    cube = s * z
    cube_low = s.times(z, -cube) + s.times(z_low, s_low * z)
    third = cube * _TWO_THIRDS[0]
    third_low = cube.times(_TWO_THIRDS[0], -third) + cube_low.times(_TWO_THIRDS[0], cube * _TWO_THIRDS[1])
    twice = 2.0 * s
    near = twice + third
    near_low = (third - (near - twice)) + (2.0 * s_low + third_low + cube * z * polynomial(z, _LOG_TAIL))
    far = exponent * _LN2[0]  # exact, and larger than what is near unless it is 0
    high = far + near
    low = exponent.times(_LN2[1], (near - (high - far)) + near_low)
    whole = high + low
    return whole, low - (whole - high)


def _power(x: Lane, y: Lane, y_low: Lane | None = None) -> Lane:
    """x**(y + y_low) of x >= 0."""
    ordinary = (x > 0.0) & (x < INF)
    high, low = _log_in_two(ordinary.where(x, 1.0))
    y = (y > _LARGEST).where(_LARGEST, (y < -_LARGEST).where(-_LARGEST, y))
    product = high * y
    rest = high.times(y, -product) + low * y
    if y_low is not None:
        rest = rest + high * y_low
    far = abs(product) > 800.0
    product = far.where((product > 0.0).where(800.0, product * 0.0 - 800.0), product)
    product = (product > 710.0).where(710.0, (product < -746.0).where(-746.0, product))
    value, k = _exp_by_parts(product, far.where(0.0, rest))
    half = k >> 1
    value = (value + ((k - half) << 52)).number() * _power_of_two(half)
    grows = (x > 1.0) & (y > 0.0) | (x < 1.0) & (y < 0.0)
    value = ordinary.where(value, grows.where(INF, y * 0.0))
    # of 0 and infinity, and 1 wherever the exponent is 0
    value = (x >= 0.0).where(value, x * 0.0 + NAN)
    return y.equals(0.0).where(1.0, value)


@in_loops
def _vectorised_power(x, y):
    """Of a negative base where the exponent is whole."""
    half = 0.5 * y
    whole = y.rounded().equals(y)
    odd = whole & (abs(half.rounded() - half) > 0.0)
    value = _power(abs(x), y)
    value = odd.where(value.signed_as(x), value)
    return ((x >= 0.0) | whole).where(value, x * 0.0 + NAN)


@in_loops
def _vectorised_power_of_ratio(x, p, q):
    y = p / q
    return _power(x, y, (-y).times(q, p) / q)


@numba.njit
def _power_of_c(x, y):
    return x**y


@numba.njit
def _power_of_ratio_of_c(x, p, q):
    """One Newton step on the rounded root takes off what rounding 1/q does to it."""
    root = x ** (1.0 / q)
    return (root - root * ((root**q / x - 1.0) / q)) ** p if x > 0.0 and x < math.inf else x ** (p / q)


power = _vectorised_power if FUSED_PRODUCTS else _power_of_c
"""x**y as the C library has it: of a negative x where y is whole, 1 where y is 0."""

power_of_ratio = _vectorised_power_of_ratio if FUSED_PRODUCTS else _power_of_ratio_of_c
"""x**(p/q) of x >= 0 with p/q as it is, not rounded: ``(x, p, q)``."""
