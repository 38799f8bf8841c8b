"""Correlated Gaussian data in three dimensions, and two schedules that noise them."""

from __future__ import annotations

import numpy as np

from ..data import orthonormal

MEAN = np.array([0.4, -0.3, 0.8])
DIRECTIONS = orthonormal(np.random.default_rng(7), 3)
SPECTRA = {"full": np.array([2.5, 0.4, 0.03]), "thin": np.array([2.5, 0.4, 0.0])}


def covariance(data: str) -> np.ndarray:
    """Sigma (3, 3): of "full" rank, or with one direction in which the data do not vary ("thin")."""
    return DIRECTIONS * SPECTRA[data] @ DIRECTIONS.T


def in_modes(values) -> np.ndarray:
    """Vectors on the last axis, in the eigenbasis of the covariances."""
    return np.asarray(values) @ DIRECTIONS


def levels(schedule: str, t) -> tuple:
    """(alpha, sigma, dalpha/dt, dsigma/dt) of the straight path of flow matching, or of the unit circle,
    which preserves the variance, where t is the angle."""
    if schedule == "straight":
        return 1 - t, t, -1.0, 1.0
    return np.cos(t), np.sin(t), -np.sin(t), np.cos(t)


def score(schedule: str, data: str, x, t) -> np.ndarray:
    """The gradient of the log-density of the noisy data at x (3,): a linear equation is solved."""
    alpha, sigma, *_ = levels(schedule, t)
    return -np.linalg.solve(alpha**2 * covariance(data) + sigma**2 * np.eye(3), x - alpha * MEAN)
