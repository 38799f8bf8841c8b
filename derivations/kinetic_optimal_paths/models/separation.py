"""How well data are told from their noisy sample: 1 - lambda at any ratio r, and what follows from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from array_api_compat import array_namespace, device

from ..finite_data import largest_M, sum_of_errors
from ..separation import mode_integral, mode_mmse, stretch_near_data, stretch_near_noise
from ..two_points import two_point_mmse
from .data import centred, checked_data, checked_spectrum, one_of, square_norms, to_numpy

_BLOCK_BYTES = 1 << 27
"""Of the logits that are worked on at once."""
_NOTHING = 1e-13
"""An error below which the data are taken to be told for good, at this ratio and all larger ones."""


@dataclass(frozen=True)
class Estimate:
    """A number with its standard error (0 of a closed form)."""

    value: float
    error: float = 0.0

    def __float__(self) -> float:
        return float(self.value)

    def __str__(self) -> str:
        return f"{self.value:.6g}" + (f" +- {self.error:.1g}" if self.error else "")


class Gaussian:
    """Gaussian data with the variances ``spectrum`` (K,) of mean 1 along their axes."""

    def __init__(self, spectrum, *, normalise: bool = False):
        self.l, counts = np.unique(checked_spectrum(spectrum, normalise), return_counts=True)
        self.weights = counts / counts.sum()

    def mmse(self, r) -> np.ndarray:
        """1 - lambda at the ratios r."""
        return self._mean(lambda x, l: mode_mmse(x, l), np.asarray(r, dtype=float))

    def stretch(self, theta) -> np.ndarray:
        """G at the angles theta in [0, pi/2]: both ends without cancellation."""
        theta = np.asarray(theta, dtype=float)
        low = self._mean(lambda x, l: stretch_near_noise(x, l), np.minimum(theta, np.pi / 4))
        high = self._mean(lambda x, l: stretch_near_data(x, l), np.maximum(theta, np.pi / 4))
        return np.where(theta < np.pi / 4, low, high)

    def _mean(self, form: Callable, x: np.ndarray) -> np.ndarray:
        flat, found = x.ravel(), np.empty(x.size)
        rows = max(1, (1 << 20) // len(self.l))
        for k in range(0, x.size, rows):
            found[k : k + rows] = form(flat[k : k + rows, None], self.l) @ self.weights
        return found.reshape(x.shape)

    @property
    def M(self) -> Estimate:
        """The integral of 1 - lambda over r."""
        return Estimate(float(mode_integral(self.l) @ self.weights))


class OnePoint:
    """A single point: nothing is left open at any r > 0."""

    M = Estimate(0.0)

    def mmse(self, r) -> np.ndarray:
        return np.zeros(np.shape(r))

    def stretch(self, theta) -> np.ndarray:
        return np.ones(np.shape(theta))


class TwoPoints:
    """Two points +x and -x with |x|^2 = d, of equal weight."""

    def __init__(self, d: int):
        if int(d) != d or d < 1:
            raise ValueError(f"d = {d}: needs a number of coordinates >= 1")
        self.d = int(d)

    def mmse(self, r) -> np.ndarray:
        return two_point_mmse(np.asarray(r, dtype=float) * np.sqrt(self.d))

    def stretch(self, theta) -> np.ndarray:
        theta = np.asarray(theta, dtype=float)
        inside = np.minimum(theta, np.pi / 2 - 1e-9)
        return np.clip(1 - self.mmse(np.tan(inside)) / np.cos(inside) ** 2, 0.0, 1.0)

    @cached_property
    def M(self) -> Estimate:
        from scipy.integrate import quad

        return Estimate(quad(two_point_mmse, 0, np.inf, epsabs=1e-12)[0] / np.sqrt(self.d))


class DataSet:
    """A finite data set X (n, d) of equal weights with E|x|^2 = d, by Monte Carlo with standard errors.

    Noisy samples y = r x_1 + x_0 are drawn from the data; given each, the variance of the data is known
    exactly (Rao-Blackwell). Where that is noisier (little signal), what the best denoiser gains on the best
    linear one is averaged instead, whose own error is known. ``ratios`` are the r of the table, between
    which the stretch G is interpolated. The same draws serve all of them. X stays what it is (NumPy,
    PyTorch or JAX, on its device); beside it some 0.3 GB are needed. ``linear=False`` leaves out the
    eigenvectors of the covariance, (d, d).

    Raises ValueError for data that are not normalised (saying by what to divide), not finite, or of
    fewer than 2 points.
    """

    def __init__(
        self, X, *, samples: int = 1000, seed=0, ratios=None, normalise: bool = False,
        linear: bool | None = None, progress: Callable[[float, float], None] | None = None,
    ):  # fmt: skip
        self.X = checked_data(X, normalise)
        self.n, self.d = self.X.shape
        if samples < 2:
            raise ValueError(f"samples = {samples}: a standard error needs at least 2")
        self.mean, self.offset = centred(self.X)
        self.ratios = np.exp(np.arange(-6, 8.01, 0.125)) if ratios is None else _rising(ratios)
        linear = self.d <= 1024 if linear is None else linear
        self._squares = square_norms(self.X)
        self._axes = self._principal_axes() if linear else None
        self.table = self._estimate(samples, np.random.default_rng(seed), progress)
        """1 - lambda of every sample at every ratio: (samples, ratios)."""
        self.errors = self.table.std(axis=0, ddof=1) / np.sqrt(samples)

    def _principal_axes(self):
        """Variances (d,) and axes (d, d) of the data, about the mean."""
        covariance, rows = np.zeros((self.d, self.d)), max(1, (1 << 22) // self.d)
        for k in range(0, self.n, rows):
            block = to_numpy(self.X[k : k + rows]).astype(float) - self.mean
            covariance += block.T @ block
        l, U = np.linalg.eigh(covariance / self.n)
        return np.maximum(l, 0.0), U

    def _estimate(self, samples, rng, progress) -> np.ndarray:
        rows = int(np.clip(_BLOCK_BYTES // (4 * 8 * self.n), 1, samples))
        found = np.empty((2, samples, len(self.ratios)))
        for start in range(0, samples, rows):
            count = min(rows, samples - start)
            which, noise = rng.integers(0, self.n, count), rng.normal(size=(count, self.d))
            report = progress and (lambda k, start=start, count=count: progress(start + count * k, samples))
            found[:, start : start + count] = self._block(which, noise, report)
        error, gain = found
        if self._axes is None:
            return error
        # the error of the best linear denoiser is known; the other estimate is what is gained on it
        l = self._axes[0]
        by_gain = np.mean(l / (1 + l * self.ratios[:, None] ** 2), axis=1) - gain
        return np.where(by_gain.std(axis=0) < error.std(axis=0), by_gain, error)

    def _block(self, which, noise, report) -> np.ndarray:
        """(error, gain on the linear denoiser) for some samples at every ratio: (2, count, ratios)."""
        X, xp = self.X, array_namespace(self.X)
        here = lambda v: xp.asarray(np.asarray(v), dtype=X.dtype, device=device(X))  # noqa: E731
        points, x_0 = xp.take(X, xp.asarray(which, device=device(X)), axis=0), here(noise)
        squares = here(self._squares)
        by_signal, by_noise = points @ X.T - squares / 2, x_0 @ X.T
        found = np.zeros((2, len(which), len(self.ratios)))
        if self._axes is not None:
            l, U = self._axes
            mean, axes = here(self.mean), here(U)
        for k, r in enumerate(map(float, self.ratios)):
            logits = r * r * by_signal + r * by_noise
            logits = xp.exp(logits - xp.max(logits, axis=1, keepdims=True))
            total = xp.sum(logits, axis=1)
            D = (logits @ X) / total[:, None]
            error = (logits @ squares) / total - xp.sum(D * D, axis=1)
            found[0, :, k] = np.maximum(to_numpy(error), 0) / self.d
            if self._axes is not None:
                y = (r * (points - mean) + x_0) @ axes * here(r * l / (1 + r * r * l))
                found[1, :, k] = to_numpy(xp.sum((D - mean - y @ axes.T) ** 2, axis=1)) / self.d
            if report is not None:
                report((k + 1) / len(self.ratios))
            if found[0, :, k].max() < _NOTHING and r > 1:
                if self._axes is not None:  # beyond, the gain is all that the linear denoiser leaves open
                    rest = self.ratios[k + 1 :, None] ** 2
                    found[1, :, k + 1 :] = np.mean(l / (1 + l * rest), axis=1)
                break
        return found

    @cached_property
    def _values(self) -> np.ndarray:
        """The table's mean, between what theory allows: falling in r, and G >= 0."""
        r, mean = self.ratios, self.table.mean(axis=0)
        if self._axes is not None:
            l = self._axes[0]
            most = np.mean(l / (1 + l * r[:, None] ** 2), axis=1)
        else:
            most = 1 / (1 + r**2)
        return np.minimum.accumulate(np.clip(mean, 0.0, most))

    @cached_property
    def _interpolant(self):
        from scipy.interpolate import PchipInterpolator

        # ln G in ln r: between 0 and 1 by itself, and straight where it is a power
        G = np.maximum(1 - self._values * (1 + self.ratios**2), 1e-12)
        return PchipInterpolator(np.log(self.ratios), np.log(np.minimum(G, 1.0)))

    @property
    def power(self) -> int:
        """With which power of r the stretch G starts: 2 of centred data, else 0."""
        return 0 if self.offset > 1e-9 else 2

    def stretch_at(self, y) -> np.ndarray:
        """G at y = ln r, interpolated; before the table by its leading power, after it as its last value."""
        first, last = np.log(self.ratios[[0, -1]])
        return np.exp(self._interpolant(np.clip(y, first, last)) + self.power * np.minimum(y - first, 0.0))

    def stretch(self, theta) -> np.ndarray:
        """G at the angles theta in [0, pi/2]."""
        with np.errstate(divide="ignore"):
            return self.stretch_at(np.clip(np.log(np.tan(np.asarray(theta, dtype=float))), -300, 300))

    def mmse(self, r) -> np.ndarray:
        """1 - lambda at the ratios r."""
        r = np.asarray(r, dtype=float)
        with np.errstate(divide="ignore"):
            y = np.clip(np.log(r), -300, 300)
        return np.where(r > self.ratios[-1], 0.0, (1 - self.stretch_at(y)) / (1 + np.minimum(r, 1e150) ** 2))

    def _functional(self, weights: np.ndarray, first: float) -> Estimate:
        """The integral of (1 - lambda) weights over ln r, with what lies below the table (1 - lambda = 1)."""
        y = np.log(self.ratios)
        each = self.table @ (weights * np.gradient(y)) - self.table[:, 0] * weights[0] * (y[1] - y[0]) / 2
        return Estimate(first + each.mean(), each.std(ddof=1) / np.sqrt(len(each)))

    @cached_property
    def M(self) -> Estimate:
        """The integral of 1 - lambda over r."""
        return self._functional(self.ratios, float(self.ratios[0]) * self._below)

    @cached_property
    def sum_rule(self) -> tuple[Estimate, float]:
        """The integral of r (1 - lambda), and what it must be: H/d with H = ln n (of distinct points)."""
        first = float(self.ratios[0]) ** 2 / 2 * self._below
        return self._functional(self.ratios**2, first), float(sum_of_errors(np.log(self.n), self.d))

    @property
    def _below(self) -> float:
        return 1 - self.offset

    @property
    def M_bound(self) -> float:
        """What M cannot exceed (R8)."""
        return float(largest_M(np.log(self.n), self.d))


def data_separation(r, X=None, *, spectrum=None, **options) -> tuple[np.ndarray, np.ndarray]:
    """(1 - lambda, its standard error) at the ratios r: of a data set X (n, d), or of a spectrum (K,).

    ``options`` are those of `DataSet` (samples, seed, progress, normalise). Work with 1 - lambda: lambda
    itself loses its digits where the data are nearly told.
    """
    one_of(X, spectrum)
    r = np.asarray(r, dtype=float)
    if np.any(~(r >= 0)):
        raise ValueError(f"r = {r[~(r >= 0)].flat[0]}: a ratio a/m is not negative")
    if spectrum is not None:
        return Gaussian(spectrum, **options).mmse(r), np.zeros(r.shape)
    order, back = np.unique(np.maximum(r.ravel(), 1e-12), return_inverse=True)
    found = DataSet(X, ratios=order, **options)
    return found.table.mean(axis=0)[back].reshape(r.shape), found.errors[back].reshape(r.shape)


def _rising(ratios) -> np.ndarray:
    r = np.asarray(ratios, dtype=float)
    if r.ndim != 1 or not np.all(np.isfinite(r)) or not np.all(r > 0) or np.any(np.diff(r) <= 0):
        raise ValueError("ratios: needs rising numbers r > 0")
    return r
