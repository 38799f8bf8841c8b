"""A linear student of given inputs: its errors over time, its best time and its best ridge."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq

from ..modes import error_of_a_mode, training_error_of_a_mode
from ..ridge import ridge_error_of_a_mode
from ..stopping import rate_of_a_mode

_NO_DATA = 1e-12
"""Eigenvalues below this part of the largest one belong to directions without data."""
_SCAN = 400
"""Times, evenly spaced in the logarithm, among which the best one is looked for."""


@dataclass(frozen=True)
class LinearStudent:
    """The averages over teachers, noise and starts for the inputs at hand, exact at any size.

    ``inputs``: (P, N), of any spectrum. ``SNR``, ``INR``: variance of the teacher's weights over that of
    the noise, and variance of the initial weights over the teacher's. ``test_inputs`` (M, N): where the test
    error is taken; without them on inputs of independent entries of variance 1/N. Errors are in units of the
    variance of the teacher's weights and include the noise of the test point; times in learning rate
    times steps on the sum of squares (on the mean of squares, a step counts 1/P of that).
    Raises ValueError for inputs that are not a finite matrix, or whose numbers of columns differ.
    Source: M. S. Advani, A. M. Saxe, 2017, for given inputs.
    """

    inputs: np.ndarray
    SNR: float
    INR: float = 0.0
    test_inputs: np.ndarray | None = None

    def __post_init__(self):
        X = _matrix("inputs", self.inputs)
        weights = np.full(X.shape[1], 1 / X.shape[1])
        squares, vectors = np.linalg.eigh(X.T @ X)
        if self.test_inputs is not None:
            Z = _matrix("test_inputs", self.test_inputs)
            if Z.shape[1] != X.shape[1]:
                raise ValueError(f"test_inputs: {Z.shape[1]} columns, inputs have {X.shape[1]}")
            weights = np.mean((Z @ vectors) ** 2, axis=0)
        known = squares > _NO_DATA * max(squares[-1], np.finfo(float).tiny)
        if not np.any(known):
            raise ValueError("inputs: all are 0, there is nothing to learn from")
        object.__setattr__(self, "eigenvalues", squares[known])
        object.__setattr__(self, "weights", weights[known])
        object.__setattr__(self, "frozen", float(np.sum(weights[~known])))
        object.__setattr__(self, "points", len(X))
        error_of_a_mode(0.0, 1.0, self.SNR, self.INR)  # their domains

    def test_error(self, t) -> np.ndarray:
        """The mean square error on fresh noisy test points after a time t (any shape)."""
        modes = error_of_a_mode(np.asarray(t, dtype=float)[..., None], self.eigenvalues, self.SNR, self.INR)
        return modes @ self.weights + self.floor

    def training_error(self, t) -> np.ndarray:
        """The mean square error on the training data after a time t (any shape)."""
        t = np.asarray(t, dtype=float)[..., None]
        modes = training_error_of_a_mode(t, self.eigenvalues, self.SNR, self.INR)
        return (np.sum(modes, axis=-1) + (self.points - len(self.eigenvalues)) / self.SNR) / self.points

    @property
    def floor(self) -> float:
        """What no training removes: the start in the directions without data, and the test points' noise."""
        return self.frozen * (1 + self.INR) + 1 / self.SNR

    @property
    def late_error(self) -> float:
        """The test error of the least squares nearest to the start (with the least norm if INR = 0)."""
        return float(np.sum(self.weights / self.eigenvalues) / self.SNR) + self.floor

    def ridge_error(self, gamma) -> np.ndarray:
        """The test error of ridge regression (which forgets the start) with a penalty gamma (any shape)."""
        gamma = np.asarray(gamma, dtype=float)[..., None]
        modes = ridge_error_of_a_mode(gamma, self.eigenvalues, self.SNR)
        return modes @ self.weights + self.frozen + 1 / self.SNR

    def stopping_time(self) -> float:
        """When the test error is smallest. It may have several minima: the deepest is taken."""

        def rate(t):
            return np.asarray(rate_of_a_mode(np.atleast_1d(t)[:, None], *of)) @ self.weights

        of = (self.eigenvalues, self.SNR, self.INR)
        strength = self.SNR * (1 + self.INR)
        # every mode has its own best time between these two
        low, high = (np.log1p(strength * x) / x for x in (self.eigenvalues[-1], self.eigenvalues[0]))
        if high <= low * (1 + 1e-9):
            return float(low)
        times = np.geomspace(low * (1 - 1e-9), high * (1 + 1e-9), _SCAN)
        rates = rate(times)
        turns = np.flatnonzero((rates[:-1] < 0) & (rates[1:] >= 0))
        found = [brentq(lambda t: rate(t)[0], times[k], times[k + 1], xtol=1e-13 * low) for k in turns]
        return float(min(found, key=self.test_error))


def _matrix(name: str, values) -> np.ndarray:
    X = np.asarray(values, dtype=float)
    if X.ndim != 2 or 0 in X.shape or not np.all(np.isfinite(X)):
        raise ValueError(f"{name}: needs a finite matrix (points, components), got an array {X.shape}")
    return X
