"""Interpolants between two mixtures of Gaussians in many dimensions."""

from __future__ import annotations

import numpy as np
from scipy.linalg import cholesky, solve_triangular
from scipy.special import logsumexp

from . import law
from .interpolant import Interpolant, linear


class MixtureInterpolant:
    """x_t between two mixtures of Gaussians, each given by weights, means and covariances.

    ``weights (K,)``, ``means (K, D)``, ``covariances (K, D, D)``, ``(K, D)`` or ``(K,)`` of each law, and
    an `Interpolant`. Samples are arrays (B, D) or one (D,), times a number or (T,): for times (T,) results
    carry a leading axis T. Raises ValueError for weights that do not add up to 1, and for covariances that
    are not symmetric and positive semidefinite; DomainError for a time outside [0, 1].
    (Albergo, Boffi and Vanden-Eijnden, 2023)
    """

    def __init__(
        self, weights0, means0, covariances0, weights1, means1, covariances1,
        interpolant: Interpolant | None = None,
    ):  # fmt: skip
        self.interpolant = linear() if interpolant is None else interpolant
        p, m0, C0 = law.mixture(weights0, means0, covariances0, "0")
        q, m1, C1 = law.mixture(weights1, means1, covariances1, "1")
        if m0.shape[1] != m1.shape[1]:
            raise ValueError(f"the two laws have {m0.shape[1]} and {m1.shape[1]} dimensions")
        i, j = (k.ravel() for k in np.meshgrid(range(len(p)), range(len(q)), indexing="ij"))
        with np.errstate(divide="ignore"):
            self._log_weights = np.log(p[i]) + np.log(q[j])
        self._first, self._second = (m0[i], C0[i]), (m1[j], C1[j])
        self.dimension = m0.shape[1]

    @property
    def weights(self) -> np.ndarray:
        """Of the K0 K1 components."""
        return np.exp(self._log_weights)

    def moments(self, t: float) -> tuple[np.ndarray, np.ndarray]:
        """Means (K, D) and covariances (K, D, D) of the K0 K1 components at one time."""
        alpha, beta, gamma = self.interpolant.levels(float(t))
        (m0, C0), (m1, C1) = self._first, self._second
        return alpha * m0 + beta * m1, alpha**2 * C0 + beta**2 * C1 + gamma**2 * np.eye(self.dimension)

    def moment_rates(self, t: float) -> tuple[np.ndarray, np.ndarray]:
        """Their rates in time, finite at the ends too."""
        (alpha, beta, _), (dalpha, dbeta, gdg) = (
            self.interpolant.levels(float(t)), self.interpolant.rates(float(t)),
        )  # fmt: skip
        (m0, C0), (m1, C1) = self._first, self._second
        half = alpha * dalpha * C0 + beta * dbeta * C1 + gdg * np.eye(self.dimension)
        return dalpha * m0 + dbeta * m1, 2 * half

    def velocity(self, x, t):
        """b(t, x), the mean of the rate of x_t, given x: it moves samples along the probability flow."""

        def found(x, t, w, y):
            dm, dC = self.moment_rates(t)
            return w @ dm + np.einsum("bk,kij,bkj->bi", w, dC, y) / 2

        return self._at(x, t, found)

    def score(self, x, t):
        """The gradient of ln rho_t."""
        return self._at(x, t, lambda x, t, w, y: -np.einsum("bk,bki->bi", w, y))

    def denoiser(self, x, t):
        """E[z | x_t = x]; zero where there is no noise."""

        def found(x, t, w, y):
            return self.interpolant.levels(t)[2] * np.einsum("bk,bki->bi", w, y)

        return self._at(x, t, found)

    def endpoints(self, x, t):
        """(E[x_0 | x_t = x], E[x_1 | x_t = x])."""

        def mean(which, level):
            def found(x, t, w, y):
                m, C = which
                return w @ m + self.interpolant.levels(t)[level] * np.einsum("bk,kij,bkj->bi", w, C, y)

            return self._at(x, t, found)

        return mean(self._first, 0), mean(self._second, 1)

    def forward_drift(self, x, t, eps):
        """b + eps s: of dX = b_F dt + sqrt(2 eps) dW, whose law is rho_t for every eps >= 0."""
        return self.velocity(x, t) + _diffusion(eps) * self.score(x, t)

    def backward_drift(self, x, t, eps):
        """b - eps s: of the same process run backward in time."""
        return self.velocity(x, t) - _diffusion(eps) * self.score(x, t)

    def log_density(self, x, t):
        """ln rho_t(x): (B,)."""
        return self._at(x, t, None)

    def responsibilities(self, x, t):
        """The probability of each of the K0 K1 components, given x: (B, K)."""
        return self._at(x, t, lambda x, t, w, y: w)

    def sample(self, n: int, t: float, rng: np.random.Generator) -> np.ndarray:
        """n samples of x_t: (n, D)."""
        which = rng.choice(len(self._log_weights), size=n, p=self.weights / self.weights.sum())
        means, covariances = self.moments(t)
        w, U = np.linalg.eigh(covariances)
        roots = U * np.sqrt(np.maximum(w, 0))[:, None, :]
        return means[which] + np.einsum("bij,bj->bi", roots[which], rng.normal(size=(n, self.dimension)))

    def paths(self, x, times, eps: float = 0.0, rng: np.random.Generator | None = None) -> np.ndarray:
        """Sample paths from x (B, D) at the first of the times (T,) on: (T, B, D).

        Forward where the times grow, backward where they fall. Without noise by Heun's method, with noise
        (``eps > 0``, needs ``rng``) by Euler and Maruyama, in one step between two times.
        """
        times, x = self.interpolant.times(times), np.asarray(x, dtype=float)
        eps = _diffusion(eps)
        if times.ndim != 1 or len(times) < 2:
            raise ValueError(f"times of shape {times.shape}: needs at least two")
        if eps > 0 and rng is None:
            raise ValueError("eps > 0 needs rng, a NumPy generator")
        found = [x]
        for t, after in zip(times[:-1], times[1:], strict=True):
            h = after - t
            if eps == 0:
                slope = self.velocity(x, t)
                x = x + h / 2 * (slope + self.velocity(x + h * slope, after))
            else:
                drift = self.forward_drift if h > 0 else self.backward_drift
                x = x + h * drift(x, t, eps) + np.sqrt(2 * eps * abs(h)) * rng.normal(size=x.shape)
            found.append(x)
        return np.stack(found)

    def _at(self, x, t, found):
        """``found`` at one time, or at each of several, for samples (B, D) or a single one (D,)."""
        t, x = self.interpolant.times(t), np.asarray(x, dtype=float)
        if x.ndim not in (1, 2) or x.shape[-1] != self.dimension:
            raise ValueError(f"x has shape {x.shape}: needs (B, {self.dimension})")
        if t.ndim:
            return np.stack([self._at(x, one, found) for one in t])
        batch = np.atleast_2d(x)
        means, covariances = self.moments(t)
        y, logs = np.empty((len(means), *batch.shape)), np.empty((len(means), len(batch)))
        for k, (m, C) in enumerate(zip(means, covariances, strict=True)):
            try:
                L = cholesky(C, lower=True)
            except np.linalg.LinAlgError:
                raise ValueError(
                    f"a component does not vary in every direction at t = {float(t):.6g}"
                ) from None
            white = solve_triangular(L, (batch - m).T, lower=True)
            y[k] = solve_triangular(L.T, white).T
            logs[k] = -np.sum(white**2, axis=0) / 2 - np.sum(np.log(np.diag(L)))
        logs = logs.T + self._log_weights
        total = logsumexp(logs, axis=1)
        if found is None:
            result = total - self.dimension * np.log(2 * np.pi) / 2
        else:
            result = found(batch, t, np.exp(logs - total[:, None]), y.transpose(1, 0, 2))
        return result[0] if x.ndim == 1 else result


def _diffusion(eps) -> float:
    if not (np.ndim(eps) == 0 and np.isfinite(eps) and eps >= 0):
        raise ValueError(f"eps = {eps}: the diffusion is a number not below 0")
    return float(eps)
