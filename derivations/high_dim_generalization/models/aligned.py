"""Test errors of two-layer students aligned with the data: averages over correlations and the spectrum."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from ..aligned_student import (
    aligned_error_given_correlation,
    aligned_error_without_data,
    aligned_weight,
    variance_of_correlation,
)
from ..spectrum import eigenvalue_at_angle, modes_at_angle

_FAR, _NEAR, _RATIO, _NODES = 9.5, 1e-7, 1.4, 16
"""Panels of a Gaussian's deviations, whose ends are in this ratio: a sigmoid is no steeper than that."""
_ANGLES = 160


@lru_cache(maxsize=1)
def _gaussian() -> tuple[np.ndarray, np.ndarray]:
    """Deviations of either sign and their weights under the standard normal density."""
    ends = np.append(0.0, np.geomspace(_NEAR, _FAR, round(np.log(_FAR / _NEAR) / np.log(_RATIO))))
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    half = np.diff(ends)[:, None] / 2
    x = (ends[:-1, None] + half * (1 + nodes)).ravel()
    w = (half * weights).ravel() * np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi)
    return np.concatenate([-x[::-1], x]), np.concatenate([w[::-1], w])


def aligned_mode_error(t: float, lam, SNR: float, epsilon: float) -> np.ndarray:
    """The mean square error at a time t of modes of eigenvalues lam (any shape), of teachers of variance 1.

    ``epsilon``: the initial weight of both layers, from 1e-6 to 1. To about 1e-12. DomainError as the forms.
    """
    x, w = _gaussian()
    lam = np.asarray(lam, dtype=float)[..., None]
    c = np.sqrt(variance_of_correlation(lam, SNR)) * x
    u = aligned_weight(float(t), c, lam, epsilon)
    return aligned_error_given_correlation(c, lam, SNR, u) @ w


def aligned_error(t, alpha: float, SNR: float, epsilon: float) -> np.ndarray:
    """The test error at times t (any shape) for random inputs, alpha of them per weight (R9).

    In units of the variance of the teacher's weights, with the noise of the test point. The average over
    the spectrum is a sum at 160 angles: to 1e-10 for ratios that differ from 1 by a fifth or are 1.
    """
    angles = np.pi * np.arange(1, _ANGLES + 1) / (_ANGLES + 1)
    lam, share = eigenvalue_at_angle(angles, alpha), modes_at_angle(angles, alpha) * np.pi / (_ANGLES + 1)
    rest = max(0.0, 1 - alpha) * aligned_error_without_data(epsilon) + 1 / SNR
    found = [share @ aligned_mode_error(one, lam, SNR, epsilon) + rest for one in np.ravel(t)]
    return np.reshape(found, np.shape(t))
