"""Compiled loops over tiles of a kernel: the angle of every pair, and two Chebyshev series at that angle."""

from __future__ import annotations

import math
from functools import cache

import numpy as np

NEAR = 0.98
"""Correlation from which on the angle is taken from differences of the normalised inputs."""

CHUNK = 256
"""Points that pass through a series together: few enough for the first-level cache."""


@cache
def arcsine_coefficients() -> np.ndarray:
    """Of arcsin(sqrt(z))/sqrt(z) on 0 <= z <= 1/2 in powers of 4z - 1, highest first, to a relative 1e-17."""
    import mpmath

    with mpmath.workdps(30):
        points = 26
        nodes = [mpmath.cos(mpmath.pi * (2 * k + 1) / (2 * points)) for k in range(points)]
        roots = [mpmath.sqrt((x + 1) / 4) for x in nodes]
        values = [mpmath.asin(r) / r for r in roots]
        power = [mpmath.mpf(0)] * points
        before, here = [mpmath.mpf(1)], [mpmath.mpf(0), mpmath.mpf(1)]
        for k in range(points):
            weight = sum(v * mpmath.cos(k * mpmath.acos(x)) for v, x in zip(values, nodes, strict=True))
            weight *= mpmath.mpf(1 if k == 0 else 2) / points
            for m, t in enumerate(before):
                power[m] += weight * t
            following = [mpmath.mpf(0)] + [2 * t for t in here]
            for m, t in enumerate(before):
                following[m] -= t
            before, here = here, following
        return np.array([float(p) for p in reversed(power)])


@cache
def compiled():
    """(angles, correct, series): angles of an array of correlations, those of the nearly parallel again, and
    two Chebyshev series at the angles of a tile. No fast math where the order of terms matters."""
    import numba

    coefficients = arcsine_coefficients()
    terms = len(coefficients)

    @numba.njit(fastmath={"contract", "reassoc", "nnan", "ninf", "nsz"}, nogil=True)
    def angles(rho, theta):
        for i in range(rho.size):
            r = rho[i]
            z = 0.5 - 0.5 * abs(r)
            z = max(z, 0.0)
            x = 4.0 * z - 1.0
            p = coefficients[0]
            for k in range(1, terms):
                p = p * x + coefficients[k]
            t = 2.0 * np.sqrt(z) * p
            theta[i] = np.pi - t if r < 0.0 else t

    @numba.njit(fastmath={"contract", "nnan", "ninf", "nsz"}, nogil=True)
    def series(theta, first, second, rows, columns, out_first, out_second):
        """out[i, j] = rows[i] columns[j] sum_k coefficients[k] T_k(2 theta[i, j]/pi - 1), k = 0 ... 4m."""
        a0, a1, b0, b1 = np.empty(CHUNK), np.empty(CHUNK), np.empty(CHUNK), np.empty(CHUNK)
        x = np.empty(CHUNK)
        for i in range(theta.shape[0]):
            for start in range(0, theta.shape[1], CHUNK):
                size = min(CHUNK, theta.shape[1] - start)
                for j in range(size):
                    x[j] = 4.0 / np.pi * theta[i, start + j] - 2.0
                    a0[j] = a1[j] = b0[j] = b1[j] = 0.0
                for k in range(len(first) - 1, 0, -4):  # four terms at a time stay in registers
                    f3, f2, f1, f0 = first[k], first[k - 1], first[k - 2], first[k - 3]
                    g3, g2, g1, g0 = second[k], second[k - 1], second[k - 2], second[k - 3]
                    for j in range(size):
                        at = x[j]
                        a = at * a0[j] - a1[j] + f3
                        aa = at * a - a0[j] + f2
                        a1[j] = at * aa - a + f1
                        a0[j] = at * a1[j] - aa + f0
                        b = at * b0[j] - b1[j] + g3
                        bb = at * b - b0[j] + g2
                        b1[j] = at * bb - b + g1
                        b0[j] = at * b1[j] - bb + g0
                for j in range(size):
                    scale = rows[i] * columns[start + j]
                    out_first[i, start + j] = scale * (0.5 * x[j] * a0[j] - a1[j] + first[0])
                    out_second[i, start + j] = scale * (0.5 * x[j] * b0[j] - b1[j] + second[0])

    @numba.njit(nogil=True)
    def correct(theta, supplement, rho, U1, U2):
        """Angles of nearly parallel and opposite rows, from differences and sums; ``supplement`` too, unless
        it is empty."""
        for i in range(rho.shape[0]):
            largest = 0.0
            for j in range(rho.shape[1]):
                largest = max(largest, abs(rho[i, j]))
            if largest > NEAR:
                for j in range(rho.shape[1]):
                    if abs(rho[i, j]) > NEAR:
                        sign = -1.0 if rho[i, j] < 0 else 1.0
                        chord = 0.0
                        for k in range(U1.shape[1]):
                            chord += (U1[i, k] - sign * U2[j, k]) ** 2
                        near = 2.0 * math.asin(min(0.5 * math.sqrt(chord), 1.0))
                        theta[i, j] = near if sign > 0 else math.pi - near
                        if supplement.size:
                            supplement[i, j] = near if sign < 0 else math.pi - near

    return angles, correct, series


def fill_angles(U1: np.ndarray, U2: np.ndarray, supplements: bool = False):
    """Angles (n1, n2) between unit rows, to an absolute error of a few 1e-16; with ``supplements`` also what
    they lack to pi.

    A product cannot know the angle of nearly parallel rows; theirs is taken from their difference, that of
    nearly opposite ones from their sum. A row of zeros is at right angles to all.
    """
    angles, correct, _ = compiled()
    rho = U1 @ U2.T
    theta = np.empty_like(rho)
    angles(rho.ravel(), theta.ravel())
    supplement = np.pi - theta if supplements else np.empty((0, 0))
    correct(theta, supplement, rho, U1, U2)
    return (theta, supplement) if supplements else theta
