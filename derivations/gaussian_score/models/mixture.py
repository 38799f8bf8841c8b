"""Mixtures of Gaussians, and training sets as mixtures of points: exact score, denoiser, velocity."""

from __future__ import annotations

import sys
from collections.abc import Callable

import numpy as np
from array_api_compat import array_namespace, is_array_api_obj

from ._components import Isotropic, Spread, like
from .levels import level


class MixtureModel:
    r"""Data from sum_i pi_i N(mu_i, Sigma_i), seen as x = alpha x_0 + sigma noise.

    ``weights`` (K,) are not negative and sum to 1; ``means`` are (K, D); ``covariances`` are (K, D, D), or
    variances: (K, D) along the coordinates, (K,) or one number in every direction, 0 for points. What is
    neither symmetric nor positive semidefinite, is not finite or has another shape raises a ValueError.

    Methods take x of shape (B, D) or (D,), ``alpha`` >= 0 and ``sigma`` > 0 as numbers or arrays (T,),
    which put an axis of levels before the rest: (T, B, D); or the time ``t`` of a ``schedule``. Results
    have the kind, type and device of x (NumPy, JAX, PyTorch; both of these differentiate through x, and
    JAX compiles with the levels fixed).

    Cost per call and level: of components with one variance in every direction two products of (B, D) with
    (D, K) and B K exponentials, and only the first product where little noise leaves few of them a share
    (NumPy); of others two products of (B, D) with (D, D) each. No inverse is taken, and no D x D matrix
    made but the Jacobians.

    Logits round like a change of x and of the means by units in the last place, plus at most (D + 3) 1024
    units of a logit; so two points are told apart that nearly coincide beside little noise. (On JAX and
    PyTorch logits round like a change of the largest mean.) From sigma = 1e-6 to 1e6 nothing overflows.

    Source: Wang and Vastola (2024); claims `mixture_score`, `mixture_jacobian`, `slope_by_covariance`.
    """

    def __init__(self, weights, means, covariances):
        self.weights = _weights(weights)
        self.means = _finite("means", means)
        count = len(self.weights)
        if self.means.ndim != 2 or len(self.means) != count or self.means.shape[1] == 0:
            raise ValueError(f"means: shape {self.means.shape}, must be ({count}, D): a row for each weight")
        with np.errstate(divide="ignore"):  # a component of weight 0 has a logit of -inf
            log_weights = np.log(self.weights)
        kept = self.weights > 0
        self._centre = self.weights @ self.means
        variances, basis = _axes(_finite("covariances", covariances), *self.means.shape)
        points = (self.means - self._centre)[kept]
        self._kept = kept
        if variances.ndim == 1:
            self._parts = Isotropic(log_weights[kept], points, variances[kept])
        else:
            chosen = None if basis is None else basis[kept]
            self._parts = Spread(log_weights[kept], points, variances[kept], chosen)

    @classmethod
    def from_points(cls, X, weights=None) -> MixtureModel:
        """The law of a training set X (n, D), each point as likely as its weight (default 1/n)."""
        X = _finite("X", X)
        if X.ndim != 2 or 0 in X.shape:
            raise ValueError(f"X: shape {X.shape}, must be (n, D) with n, D > 0")
        return cls(np.full(len(X), 1 / len(X)) if weights is None else weights, X, 0.0)

    @property
    def dimension(self) -> int:
        """D."""
        return self.means.shape[1]

    def score(self, x, sigma=None, *, alpha=1.0, t=None, schedule=None):
        """The gradient of the noisy log-density: shape of x, units 1/x."""
        return self._at(
            lambda x, a, s: self._combined(x, a, s, 0.0, 1.0), x, level(sigma, alpha, t, schedule)
        )

    def denoiser(self, x, sigma=None, *, alpha=1.0, t=None, schedule=None):
        """The mean of the clean data, given x: shape and units of x."""
        return self._at(
            lambda x, a, s: self._combined(x, a, s, 1.0, 0.0), x, level(sigma, alpha, t, schedule)
        )

    def epsilon(self, x, sigma=None, *, alpha=1.0, t=None, schedule=None):
        """The mean of the noise, given x, as a multiple of sigma: shape of x."""
        at = level(sigma, alpha, t, schedule)
        return self._at(lambda x, a, s: self._combined(x, a, s, 0.0, -s), x, at)

    def velocity(self, x, sigma=None, *, alpha=1.0, dalpha=0.0, dsigma=1.0, t=None, schedule=None):
        """The mean of dx/dt, given x, along a schedule or at the rates given (EDM: 0 and 1).

        It moves samples along the probability flow, and is the target of flow matching.
        """
        if schedule is not None:
            dalpha, dsigma = schedule.rates(sigma if t is None else t)
        return self._at(
            lambda x, a, s, da, ds: self._combined(x, a, s, da, -s * ds),
            x, level(sigma, alpha, t, schedule), dalpha=dalpha, dsigma=dsigma,
        )  # fmt: skip

    def log_density(self, x, sigma=None, *, alpha=1.0, t=None, schedule=None):
        """The logarithm of the noisy density: (B,), or one number."""
        return self._at(
            lambda x, a, s: self._parts.log_density(self._from_centre(x, a), a, s),
            x,
            level(sigma, alpha, t, schedule),
        )

    def responsibilities(self, x, sigma=None, *, alpha=1.0, t=None, schedule=None):
        """The probability of each component, given x: (B, K)."""

        def found(x, a, s):
            w = self._parts.responsibilities(self._from_centre(x, a), a, s)
            if self._kept.all():
                return w
            return w @ like(w, np.eye(len(self._kept))[self._kept])

        return self._at(found, x, level(sigma, alpha, t, schedule))

    def score_jacobian(self, x, sigma=None, *, alpha=1.0, t=None, schedule=None):
        """The Jacobian of the score: (B, D, D), symmetric."""

        def found(x, a, s):
            return self._jacobian(x, a, s, False) - self._mean_of(x, a, s, lambda lam, v: 1 / v)

        return self._at(found, x, level(sigma, alpha, t, schedule))

    def denoiser_jacobian(self, x, sigma=None, *, alpha=1.0, t=None, schedule=None):
        """The Jacobian of the denoiser, alpha/sigma^2 times the covariance of the clean data, given x."""

        def found(x, a, s):
            return self._jacobian(x, a, s, True) + self._mean_of(x, a, s, lambda lam, v: a * lam / v)

        return self._at(found, x, level(sigma, alpha, t, schedule))

    def sample(self, n: int, rng: np.random.Generator, *, alpha=1.0, sigma=0.0) -> np.ndarray:
        """n samples of alpha x_0 + sigma noise at one level, sigma >= 0: (n, D)."""
        alpha, sigma = _level("alpha", alpha), _level("sigma", sigma)
        which = rng.choice(np.flatnonzero(self._kept), size=n, p=self.weights[self._kept])
        place = (np.cumsum(self._kept) - 1)[which]
        clean = self._centre + self._parts.noised(place, rng.normal(size=(n, self.dimension)))
        return alpha * clean + sigma * rng.normal(size=(n, self.dimension))

    def _combined(self, x, alpha, sigma, p, q):
        """p D + q s."""
        found = self._parts.combined_pointwise(x, alpha * self._centre, alpha, sigma, p, q)
        if found is None:
            found = self._parts.combined(self._from_centre(x, alpha), alpha, sigma, p, q)
        return found + like(x, p * self._centre) if p else found

    def _from_centre(self, x, alpha):
        return x - like(x, alpha * self._centre)

    def _jacobian(self, x, alpha, sigma, denoised: bool):
        """The covariance of the components' scores (or denoisers) with their scores, given x."""
        xp, found = array_namespace(x), []
        for _, w, scores, means in self._parts.deviations(self._from_centre(x, alpha), alpha, sigma):
            weight = w[:, :, None]
            scores = scores - xp.sum(weight * scores, axis=1, keepdims=True)
            if denoised:
                first = means - xp.sum(weight * means, axis=1, keepdims=True)
            else:
                first = scores
            found.append(xp.matrix_transpose(weight * first) @ scores)
        return xp.concat(found, axis=0)

    def _mean_of(self, x, alpha, sigma, function: Callable):
        """The mean over components, given x, of a function of their clean and noisy variances."""
        parts = self._parts
        w = parts.responsibilities(self._from_centre(x, alpha), alpha, sigma)
        return parts.mean_of_diagonal(w, function(parts.variances, alpha**2 * parts.variances + sigma**2))

    def _at(self, function: Callable, x, at, **rates):
        """``function(x, alpha, sigma, *rates)`` at every level, for a batch or a single sample."""
        x = _batch(x, self.dimension)
        xp, single = array_namespace(x), x.ndim == 1
        if single:
            x = x[None]
        given = {"alpha": at[0], "sigma": at[1], **rates}
        levels = [_levels(name, value) for name, value in given.items()]
        try:
            levels = np.broadcast_arrays(*levels)
        except ValueError:
            shapes = ", ".join(f"{name} {v.shape}" for name, v in zip(given, levels, strict=True))
            raise ValueError(f"levels of different lengths: {shapes}") from None
        if x.shape[0] == 0:
            raise ValueError("x: an empty batch, must have at least one row")
        found = [function(x, *map(float, level)) for level in zip(*map(np.atleast_1d, levels), strict=True)]
        if single:
            found = [one[0, ...] for one in found]
        return xp.stack(found) if levels[0].ndim else found[0]


def _weights(weights) -> np.ndarray:
    weights = _finite("weights", weights)
    if weights.ndim != 1 or len(weights) == 0:
        raise ValueError(f"weights: shape {weights.shape}, must be (K,) with K > 0")
    if np.min(weights) < 0:
        k = int(np.argmin(weights))
        raise ValueError(f"weights: weight {k} is {weights[k]}, must not be negative")
    excess = float(np.sum(weights)) - 1
    if abs(excess) > len(weights) * np.finfo(np.float32).eps:  # weights may come from a network
        raise ValueError(f"weights: they sum to {1 + excess:.9g}, off by {excess:.3g}, must sum to 1")
    return weights / (1 + excess)


def _axes(covariances: np.ndarray, count: int, dimension: int) -> tuple[np.ndarray, np.ndarray | None]:
    """Variances (K,) or (K, D), and the orthonormal basis they belong to, None for the coordinates."""
    if covariances.shape in ((), (count,), (count, dimension)):
        if np.min(covariances) < 0:
            raise ValueError(f"covariances: a variance is {np.min(covariances)}, must not be negative")
        return np.broadcast_to(covariances, (count,)) if covariances.ndim == 0 else covariances, None
    if covariances.shape != (count, dimension, dimension):
        raise ValueError(
            f"covariances: shape {covariances.shape}, must be ({count}, {dimension}, {dimension}), "
            f"or variances of shape ({count}, {dimension}), ({count},) or a single one"
        )
    rounding = dimension * np.finfo(float).eps * np.max(np.abs(covariances), axis=(1, 2))
    skew = np.max(np.abs(covariances - covariances.transpose(0, 2, 1)), axis=(1, 2))
    if np.any(skew > rounding):
        k = int(np.argmax(skew - rounding))
        raise ValueError(f"covariances: matrix {k} is not symmetric, entries differ by {skew[k]:.3g}")
    variances, basis = np.linalg.eigh(covariances)
    lowest = variances[:, 0]
    if np.any(lowest < -rounding * dimension):
        k = int(np.argmin(lowest + rounding * dimension))
        raise ValueError(
            f"covariances: matrix {k} is not positive semidefinite, its lowest eigenvalue is {lowest[k]:.3g}"
        )
    return np.maximum(variances, 0), basis


def _finite(name: str, values) -> np.ndarray:
    found = np.array(values, dtype=float)
    lost = int(np.sum(~np.isfinite(found)))
    if lost:
        raise ValueError(f"{name}: {lost} of {found.size} values are not finite, all must be finite")
    return found


def _batch(x, dimension: int):
    if not is_array_api_obj(x):
        x = np.asarray(x, dtype=float)
    xp = array_namespace(x)
    if not xp.isdtype(x.dtype, "real floating"):
        x = xp.astype(x, xp.float64)
    if x.ndim not in (1, 2) or x.shape[-1] != dimension:
        raise ValueError(f"x: shape {tuple(x.shape)}, must be (B, {dimension}) or ({dimension},)")
    finite = xp.isfinite(x)
    if not _is_traced(x) and not bool(xp.all(finite)):
        lost = int(xp.sum(xp.astype(~finite, xp.int32)))
        raise ValueError(f"x: {lost} of {x.shape[0] * dimension} values are not finite, all must be finite")
    return x


def _is_traced(x) -> bool:
    """Whether JAX is only told the shape of x."""
    jax = sys.modules.get("jax")
    return jax is not None and isinstance(x, jax.core.Tracer)


def _levels(name: str, value) -> np.ndarray:
    """Levels (or rates) as an array () or (T,), inside their domain."""
    found = np.asarray(value, dtype=float)
    if found.ndim > 1:
        raise ValueError(f"{name}: shape {found.shape}, must be a number or (T,)")
    allowed = {"alpha": found >= 0, "sigma": found > 0}.get(name, np.ones(found.shape, bool))
    outside = found[~(allowed & np.isfinite(found))]
    if outside.size:
        domain = {"alpha": f"{name} >= 0 and finite", "sigma": f"{name} > 0 and finite"}.get(name, "finite")
        raise ValueError(f"{name}: {outside[0]} is outside its domain, {domain}")
    return found


def _level(name: str, value) -> float:
    value = float(value)
    if not (np.isfinite(value) and value >= 0):
        raise ValueError(f"{name}: {value} is outside its domain, {name} >= 0 and finite")
    return value
