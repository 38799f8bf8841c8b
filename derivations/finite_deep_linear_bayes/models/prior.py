"""A finite Bayesian deep linear network on given inputs: prior over kernels, evidence, posterior.

net = Prior(X, widths=(10, 10), sigma=1.0)
net.kernel_covariance()                   # (P, P, P, P)
net.log_evidence(y, noise=0.1)            # exact, one output
net.log_evidence(Y, noise=0.1, rng=rng)   # many outputs, by weights drawn from the prior
net.learned_kernel(y)                     # E[K_1 | y], one hidden layer
net.predict(X_new, y)                     # mean and covariance at new inputs
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from scipy.special import logsumexp

from ..architecture import features, kernels
from ..evidence import log_evidence_of_layers
from ..gram_moments import coefficients_after_a_layer, covariance_of_entries
from ..posterior import posterior_kernel, posterior_mean_scale_in_depth
from ..true_width import log_density_of_scale

_AT_A_TIME = 2000
_STEP = 1 / 64
"""Of ln kappa: the trapezoidal rule converges exponentially for widths up to some 1,000."""


@lru_cache(maxsize=64)
def _law_of_log_scale(widths: tuple) -> tuple[np.ndarray, np.ndarray]:
    """Nodes of ln kappa and their weights, for kappa a product of chi^2_N/N."""
    first, total = 0, np.ones(1)
    for n in widths:
        low = int(max(-80.0, -80.0 / n - 12 / np.sqrt(n) - 1) / _STEP)
        u = _STEP * np.arange(low, int(6 / _STEP))
        with np.errstate(under="ignore"):
            weights = _STEP * np.exp(log_density_of_scale(np.exp(u), float(n)) + u)
        first, total = first + low, np.convolve(total, weights)
    kept = total > 0
    return _STEP * (first + np.arange(len(total)))[kept], total[kept]


class Prior:
    """A deep linear network of the hidden ``widths`` on the inputs ``X`` (P, N_0), outputs times ``sigma``.

    Weights are normal with the variance 1/width of the layer below. ``kernel`` is K_0 = XX'/N_0 (P, P).
    """

    def __init__(self, X, widths: Sequence[int], sigma: float = 1.0):
        X = np.asarray(X, dtype=float)
        if X.ndim != 2 or X.size == 0 or not np.all(np.isfinite(X)):
            raise ValueError(f"X: shape {X.shape}, needs finite numbers of shape (inputs, features)")
        widths = tuple(widths)
        if not widths or any(n != int(n) or n < 1 for n in widths):
            raise ValueError(f"widths = {widths}: needs at least one hidden layer, of integers >= 1 (units)")
        if not (np.isfinite(sigma) and sigma > 0):
            raise ValueError(f"sigma = {sigma}: the scale of the outputs must be > 0")
        self.X, self.widths, self.sigma = X, tuple(int(n) for n in widths), float(sigma)
        self.kernel = X @ X.T / X.shape[1]

    def coefficients(self) -> tuple[float, float]:
        """gamma and delta, the coefficients of the kernel's covariance after all layers."""
        gamma = delta = 0.0
        for n in self.widths:
            gamma, delta = map(float, coefficients_after_a_layer(n, gamma, delta))
        return gamma, delta

    def kernel_covariance(self) -> np.ndarray:
        """Cov(K_ij, K_kl) of the last hidden layer's kernel: (P, P, P, P)."""
        K = self.kernel
        gamma, delta = self.coefficients()
        indices = np.meshgrid(*[np.arange(len(K))] * 4, indexing="ij")
        i, j, k, l = indices
        return covariance_of_entries(gamma, delta, K[i, j], K[k, l], K[i, k], K[j, l], K[i, l], K[j, k])

    def sample_kernels(self, rng, draws: int) -> np.ndarray:
        """Kernels of the last hidden layer of networks with drawn weights: (draws, P, P)."""
        return kernels(features(rng, self.X, self.widths, draws))

    def sample_outputs(self, rng, draws: int, outputs: int = 1) -> np.ndarray:
        """Outputs of networks with drawn weights: (draws, P, outputs)."""
        H = features(rng, self.X, self.widths, draws)
        readout = rng.normal(size=(draws, H.shape[2], outputs))
        return self.sigma * H @ readout / np.sqrt(H.shape[2])

    def log_evidence(self, Y, noise: float = 0.0, rng=None, draws: int = 20_000) -> float:
        """ln p(Y) of outputs (P,) or (P, D) with noise of that standard deviation.

        Exact for one output: a closed form without noise (P <= N_0), a quadrature over kappa with it.
        Otherwise the mean over ``draws`` networks, with a statistical error that falls as draws**-1/2.
        """
        Y = self._outputs(Y)
        if not noise >= 0:
            raise ValueError(f"noise = {noise}: a standard deviation must be >= 0")
        if Y.shape[1] == 1 and noise == 0:
            q, ln_det = self._quadratic(Y[:, 0])
            return float(log_evidence_of_layers(q, ln_det, len(Y), self.widths))
        if Y.shape[1] == 1:
            return self._noisy_log_evidence(Y[:, 0], noise)
        return float(self.log_evidences(Y[None], noise, rng, draws)[0])

    def _noisy_log_evidence(self, y, noise) -> float:
        """The trapezoidal rule in ln kappa, whose density is a convolution over layers."""
        log_kappa, weights = _law_of_log_scale(self.widths)
        size, modes = np.linalg.eigh(self.sigma**2 * self.kernel)
        variance = np.exp(log_kappa)[:, None] * np.maximum(size, 0) + noise**2
        log_p = -np.sum(np.log(2 * np.pi * variance) + (modes.T @ y) ** 2 / variance, axis=1) / 2
        return float(logsumexp(log_p, b=weights))

    def log_evidences(self, Ys, noise: float, rng, draws: int = 20_000) -> np.ndarray:
        """The same for several sets of outputs (sets, P, D), all with the same drawn networks: (sets,)."""
        Ys = np.stack([self._outputs(Y) for Y in Ys])
        if rng is None:
            raise ValueError("rng: evidence with noise or of several outputs is estimated by drawn weights")
        P, D = Ys.shape[1:]
        if noise == 0 and min(*self.widths, self.X.shape[1]) < P:
            raise ValueError(f"noise = 0: {P} inputs need layers at least as wide, not {self.widths}")
        squares = np.einsum("spd,srd->spr", Ys, Ys).reshape(len(Ys), P * P)
        found = []
        for start in range(0, draws, _AT_A_TIME):
            K = self.sigma**2 * self.sample_kernels(rng, min(_AT_A_TIME, draws - start))
            K = K + noise**2 * np.eye(P)
            ln_det = np.linalg.slogdet(K)[1]
            found.append(-(np.linalg.inv(K).reshape(len(K), P * P) @ squares.T + D * ln_det[:, None]) / 2)
        found = np.concatenate(found)
        return logsumexp(found, axis=0) - np.log(len(found)) - P * D / 2 * np.log(2 * np.pi)

    def mean_scale(self, y) -> float:
        """E[kappa | y] of one output without noise: what the data say of the last kernel's size along y."""
        if len(set(self.widths)) > 1:
            raise ValueError(f"widths = {self.widths}: the posterior scale is for equal widths")
        q, _ = self._quadratic(self._outputs(y, one=True)[:, 0])
        return float(posterior_mean_scale_in_depth(q, len(self.kernel), self.widths[0], len(self.widths)))

    def learned_kernel(self, y) -> np.ndarray:
        """E[K_1 | y] of one hidden layer and one output without noise: (P, P)."""
        if len(self.widths) != 1:
            raise ValueError(f"widths = {self.widths}: the posterior kernel is for one hidden layer")
        y = self._outputs(y, one=True)[:, 0]
        q, _ = self._quadratic(y)
        outer = np.outer(y, y) / self.sigma**2
        return posterior_kernel(self.kernel, outer, q, len(y), self.widths[0])

    def predict(self, X_new, y) -> tuple[np.ndarray, np.ndarray]:
        """Mean (M,) and covariance (M, M) of one output at new inputs: the Gaussian process' of K_0, the
        covariance times E[kappa | y]."""
        X_new = np.asarray(X_new, dtype=float)
        if X_new.ndim != 2 or X_new.shape[1] != self.X.shape[1]:
            raise ValueError(f"X_new: shape {X_new.shape}, needs (inputs, {self.X.shape[1]})")
        y = self._outputs(y, one=True)[:, 0]
        across = X_new @ self.X.T / self.X.shape[1]
        weights = np.linalg.solve(self.kernel, across.T).T
        left = X_new @ X_new.T / self.X.shape[1] - weights @ across.T
        return weights @ y, self.mean_scale(y) * self.sigma**2 * left

    def _outputs(self, Y, one: bool = False) -> np.ndarray:
        Y = np.asarray(Y, dtype=float)
        Y = Y[:, None] if Y.ndim == 1 else Y
        if Y.ndim != 2 or len(Y) != len(self.X) or not np.all(np.isfinite(Y)) or (one and Y.shape[1] != 1):
            wanted = "1" if one else "outputs"
            raise ValueError(f"outputs: shape {Y.shape}, need finite numbers ({len(self.X)}, {wanted})")
        return Y

    def _quadratic(self, y) -> tuple[float, float]:
        sign, ln_det = np.linalg.slogdet(self.sigma**2 * self.kernel)
        if sign <= 0 or np.linalg.cond(self.kernel) > 1e13:
            raise ValueError(
                f"X: K_0 of {self.X.shape[0]} inputs of {self.X.shape[1]} features is singular; evidence "
                "without noise needs a positive definite kernel"
            )
        return float(y @ np.linalg.solve(self.sigma**2 * self.kernel, y)), float(ln_det)
