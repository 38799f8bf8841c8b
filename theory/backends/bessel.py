"""Logarithms of the modified Bessel function K, alone and as Matern's function, where K leaves the floats."""

from __future__ import annotations

from fractions import Fraction
from functools import cache

import numpy as np

from .own import STIRLING

_FAR = 30.0
"""From here on in sqrt(order^2 + x^2) the uniform expansion has all digits."""
_TERMS = 16
_NEAR = 1e-6
"""From here on an integral: at orders that are not integers ``kve`` loses up to 3 digits."""
_STEP, _REACH = 1 / 10, 22.0
_STEEP = 1.0
"""From this order on the weights in ln w fall fast enough."""
_BELOW, _ABOVE = 480, 60
_BLOCK = 4096
"""Points at a time, of some hundred nodes each."""
_STIRLING = 12


@cache
def _coefficients() -> tuple[tuple[float, ...], ...]:
    """Of the polynomials (-1)^k u_k(p)/p^k in p^2, k = 0, 1, ... (Olver; DLMF 10.41.9)."""
    found, u = [], [Fraction(1)]
    for k in range(_TERMS):
        found.append(tuple(float((-1) ** k * c) for c in u[k::2]))
        new = [Fraction(0)] * (len(u) + 3)
        for j, c in enumerate(u):
            new[j + 1] += c * (Fraction(j, 2) + Fraction(1, 8 * (j + 1)))
            new[j + 3] -= c * (Fraction(j, 2) + Fraction(5, 8 * (j + 3)))
        u = new
    return tuple(found)


def _uniform(order, x):
    """The expansion in 1/sqrt(order^2 + x^2), uniform in order/x (Debye; DLMF 10.41.4)."""
    r = np.hypot(order, x)
    square = (order / r) ** 2
    series = np.zeros_like(r)
    for coefficients in reversed(_coefficients()):
        series = series / r + np.polynomial.polynomial.polyval(square, coefficients)
    # r - x, without their difference
    beyond = order / (r + x) * order
    return np.log(np.pi / (2 * r)) / 2 - beyond + order * np.arcsinh(order / x) + np.log(series)


def _in_blocks(function):
    """The sums of many points a block at a time, in extended precision where the machine has it: their
    logarithms may be close to 0."""

    def of_all(order, x):
        order, x = order.astype(np.longdouble), x.astype(np.longdouble)
        blocks = [slice(k, k + _BLOCK) for k in range(0, len(x), _BLOCK)]
        return np.concatenate([x[:0], *[function(order[one], x[one]) for one in blocks]])

    return of_all


@_in_blocks
def _integrated(order, x):
    """ln of the integral of exp(x - x cosh t) cosh(order t), by the trapezoidal rule (to exp(-pi^2/step))."""
    t = _STEP * np.arange(int(_REACH / _STEP), dtype=np.longdouble)[:, None]
    exponents = order * t - 2 * x * np.sinh(t / 2) ** 2 + np.log1p(np.exp(-2 * order * t))
    top = np.max(exponents, axis=0)
    terms = np.exp(exponents - top)
    terms[0] /= 2
    return top + np.log(np.longdouble(_STEP) / 2 * np.sum(terms, axis=0))


def log_besselke_numpy(order, x):
    """ln of exp(x) K_order(x) for x > 0: SciPy's ``kve`` (AMOS) close to 0, beyond it an integral, far off
    an expansion."""
    from scipy.special import gammaln, kve

    order, x = np.broadcast_arrays(np.abs(np.asarray(order, dtype=float)), np.asarray(x, dtype=float))
    far = np.hypot(order, x) >= _FAR
    with np.errstate(all="ignore"):
        direct = kve(np.where(far, 1.0, order), np.where(far, 1.0, x))
        found = np.log(direct)
        # so close to 0 that K overflows, its leading term is all of it
        small = gammaln(order) - np.log(2.0) + order * np.log(2 / x)
        found = np.where(np.isfinite(direct), found, small)
        beyond = (x > _NEAR) & ~far
        if np.any(beyond):
            found = np.array(found)
            found[beyond] = _integrated(order[beyond], x[beyond])
        return np.where(far, _uniform(order, x), found)


@_in_blocks
def _averaged(order, x):
    """ln of the mean of exp(-x^2/(4 w)) over gamma-distributed w, both sums by the trapezoidal rule in
    ln w: the rounding of their common exponents cancels."""
    u = _STEP * np.arange(-_BELOW, _ABOVE, dtype=np.longdouble)[:, None]
    exponents = order * u - np.exp(u)
    terms = np.exp(exponents - np.max(exponents, axis=0))
    fall = x**2 / 4 * np.exp(-u)
    # out of the sum what it has in common where it is largest
    top = np.max(exponents - fall, axis=0) - np.max(exponents, axis=0)
    above = np.exp(exponents - np.max(exponents, axis=0) - fall - top)
    return top + np.log(np.sum(above, axis=0) / np.sum(terms, axis=0))


def _close(order, x):
    """ln of Matern's function for orders below 1: near x = 0 by its factors, beyond by their logarithms."""
    from scipy.special import gamma, gammaln, kve

    with np.errstate(all="ignore"):
        product = 2 * (x / 2) ** order / gamma(order) * kve(order, x) * np.exp(-x)
        found = np.where(np.isfinite(product) & (x > 0), np.log(product), 0.0)
    far = x > _NEAR
    nu, y = order[far].astype(np.longdouble), x[far].astype(np.longdouble)
    rest = np.log(2 * nu) - gammaln(1 + order[far]) - y
    found[far] = nu * np.log(y / 2) + rest + _integrated(nu, y)
    return found


def log_matern_numpy(order, x):
    """ln of 2^(1 - order) x^order K_order(x)/Gamma(order), order > 0, x > 0; 0 at x = 0."""
    from scipy.special import gammaln

    order, x = np.broadcast_arrays(np.asarray(order, dtype=float), np.asarray(x, dtype=float))
    shape, order, x = x.shape, np.atleast_1d(order), np.atleast_1d(x)
    found = np.empty(x.shape)
    near, steep = np.hypot(order, x) < _FAR, order >= _STEEP
    some = near & ~steep
    found[some] = _close(order[some], x[some])
    some = near & steep
    found[some] = _averaged(order[some], x[some])
    some = ~near & (order < _STIRLING)
    nu, y = order[some], x[some]
    found[some] = np.log(2.0) + nu * np.log(y / 2) - gammaln(nu) + log_besselke_numpy(nu, y) - y
    some = ~near & (order >= _STIRLING)
    nu, y = order[some], x[some]
    r = np.hypot(nu, y)
    beyond = y / (r + nu) * y  # r - nu
    series = np.zeros_like(r)
    for coefficients in reversed(_coefficients()):
        series = series / r + np.polynomial.polynomial.polyval((nu / r) ** 2, coefficients)
    rest = sum(c / nu ** (2 * k + 1) for k, c in enumerate(STIRLING))
    found[some] = (
        nu * np.log1p(beyond / (2 * nu)) - beyond - np.log1p(beyond / nu) / 2 + np.log(series) - rest
    )
    return found.reshape(shape)
