"""Deep kernel machines with inducing points: trained on data, and for predictions at new points."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.cluster.vq import kmeans2
from scipy.linalg import cho_solve, cholesky
from scipy.optimize import minimize

from . import checks
from .dense import _exponential
from .kernels import Kernel, kernel_of

JITTER = 1e-8
"""Added to the diagonal of the inducing points' kernels, in units of its mean."""


@dataclass
class Layer:
    """What a layer's kernel is of, and what it says of the other points; kept for the gradient."""

    G: np.ndarray
    G_t: np.ndarray
    d: np.ndarray
    K: np.ndarray
    K_t: np.ndarray
    slopes: list[np.ndarray]
    k: np.ndarray
    inverse: np.ndarray
    log_det: float
    W: np.ndarray


def layer(kernel: Kernel, G, G_t, d) -> Layer:
    """The kernels of inducing points, (I, I), of others with them (T, I), and of each other alone (T,)."""
    own = np.diagonal(G)
    K, k = kernel(G), kernel.diagonal(d)[0]
    K_t, *slopes = kernel.entries(d[:, None], own[None], G_t)
    K = K + JITTER * np.mean(np.diagonal(K)) * np.eye(len(K))
    L = cholesky(K, lower=True)
    inverse = cho_solve((L, True), np.eye(len(K)))
    return Layer(G, G_t, d, K, K_t, slopes, k, inverse, 2 * np.sum(np.log(np.diagonal(L))), K_t @ inverse)


def follow(below: Layer, G) -> tuple[np.ndarray, np.ndarray]:
    """Gram matrices of other points (T, I), (T,), where that of the inducing points is ``G``."""
    G_t = below.W @ G
    return G_t, below.k - np.sum(below.W * below.K_t, axis=1) + np.sum(G_t * below.W, axis=1)


class DeepKernelMachine:
    """Regression by a deep kernel machine with inducing points, L-BFGS on Cholesky factors.

    ``layers`` hidden layers, each of relative width ``nu``, where one column of y has 1: representations are
    learned the more the smaller ``nu`` is, and not at all at a large one, which is the NNGP.
    ``kernel``: a name or a `Kernel`. ``inducing``: how many points (cluster centres of the inputs), or
    an array (I, features). ``noise``: variance at the start of training, in units of the mean square of y;
    it and the scale of the outputs' kernel are learned. Source: A. Yang et al., ICML 2023.
    """

    def __init__(self, layers: int = 1, *, kernel: Kernel | str = "arc-cosine", nu: float = 10.0,
                 inducing=100, noise: float = 0.1, steps: int = 200, seed: int = 0):  # fmt: skip
        for name, value, least in (("layers", layers, 1), ("steps", steps, 0)):
            if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
                raise ValueError(f"{name} = {value!r}: needs an integer >= {least}")
        self.layers, self.kernel, self.steps, self.seed = layers, kernel_of(kernel), steps, seed
        self.nu = checks.positive("nu", nu, "width of a hidden layer over the number of outputs' unit")
        self.noise = checks.positive("noise", noise, "variance, in units of the mean square of y")
        self.inducing = inducing

    # training

    def fit(self, X, y) -> DeepKernelMachine:
        """Trains on X (T, features) and y (T,) or (T, C), of which the mean is taken off."""
        X = checks.matrix("X", X)
        y = np.asarray(y, dtype=float)
        Y = checks.matrix("y", y[:, None] if y.ndim == 1 else y, len(X))
        self.flat, self.mean = y.ndim == 1, Y.mean(axis=0)
        self.X_i = self._inducing_inputs(X)
        self.nu_0 = X.shape[1]
        inputs = self._inputs(X)
        Y = Y - self.mean
        size = float(np.mean(Y**2))
        if size == 0:
            raise ValueError("y is constant: nothing to learn")
        self.factors = self._start(inputs)
        free = np.tril_indices(len(self.X_i))
        shape = (self.layers, len(self.X_i), len(self.X_i))
        start = np.zeros(self.layers * len(free[0]) + 2)
        start[-2:] = np.log(size * self.noise), np.log(size)

        def unpacked(x):
            lower = np.zeros(shape)
            lower[:, *free] = x[:-2].reshape(self.layers, -1)
            return _exponential(lower), *np.exp(x[-2:])

        def loss(x):
            R, noise, scale = unpacked(x)
            L = self.factors @ R
            grams = L @ L.transpose(0, 2, 1)
            value, slopes, by_noise, by_scale = self._objective(inputs, grams, Y, noise, scale)
            back = 2 * self.factors.transpose(0, 2, 1) @ slopes @ L
            rows = range(shape[1])
            back[:, rows, rows] *= R[:, rows, rows]
            gradient = np.concatenate([back[:, *free].ravel(), [by_noise * noise, by_scale * scale]])
            return -value / len(X), -gradient / len(X)

        options = {"maxiter": self.steps, "maxcor": 20, "ftol": 1e-12, "gtol": 1e-9}
        found = minimize(loss, start, jac=True, method="L-BFGS-B", options=options)
        R, self.noise_, self.scale_ = unpacked(found.x)
        L = self.factors @ R
        self.grams_ = L @ L.transpose(0, 2, 1)
        self.objective_ = -float(found.fun) * len(X)
        top = self._top(inputs, self.grams_)
        K_t = self.scale_ * top.K_t
        M = self.scale_ * top.K + K_t.T @ K_t / self.noise_
        self._weights = np.linalg.solve(M, K_t.T @ Y / self.noise_)
        self._left = top.inverse / self.scale_ - np.linalg.inv(M)
        return self

    def objective(self, X, y, grams, noise: float, scale: float = 1.0) -> float:
        """The objective of data X (T, features), y (T, C) at Gram matrices (L, I, I) of the inducing points
        ``inducing`` (an array), without training."""
        self.X_i, self.nu_0 = self._inducing_inputs(np.asarray(X, dtype=float)), np.shape(X)[1]
        return self._objective(self._inputs(X), np.asarray(grams), np.asarray(y), noise, scale)[0]

    def _inducing_inputs(self, X) -> np.ndarray:
        if np.ndim(self.inducing) == 2:
            found = checks.matrix("inducing", self.inducing)
            if found.shape[1] != X.shape[1]:
                raise ValueError(f"inducing has shape {found.shape}, X {X.shape}: they differ in features")
            return found
        count = self.inducing
        if isinstance(count, bool) or not isinstance(count, int | np.integer) or not 1 <= count <= len(X):
            raise ValueError(f"inducing = {count!r}: a number of points from 1 to {len(X)}, or an array")
        if count == len(X):
            return X
        rng = np.random.default_rng(self.seed)
        return kmeans2(X, X[rng.permutation(len(X))[:count]], minit="matrix", missing="raise")[0]

    def _inputs(self, X):
        """Gram matrices of the inputs: (I, I), (T, I), (T,)."""
        n = self.nu_0
        return self.X_i @ self.X_i.T / n, X @ self.X_i.T / n, np.sum(X**2, axis=1) / n

    def _start(self, inputs) -> np.ndarray:
        """Cholesky factors of the inducing points' Gram matrices before anything is learned, the NNGP's."""
        G, found = inputs[0], []
        for _ in range(self.layers):
            K = self.kernel(G)
            G = K + JITTER * np.mean(np.diagonal(K)) * np.eye(len(K))
            found.append(np.linalg.cholesky(G))
        return np.array(found)

    def _top(self, inputs, grams) -> Layer:
        state = layer(self.kernel, *inputs)
        for G in grams:
            state = layer(self.kernel, G, *follow(state, G))
        return state

    def _objective(self, inputs, grams, Y, noise, scale):
        """The objective, and its gradients by the Gram matrices, the noise and the scale."""
        states, value = [layer(self.kernel, *inputs)], 0.0
        for G in grams:
            below = states[-1]
            log_det = np.linalg.slogdet(G)[1]
            value -= self.nu / 2 * (np.sum(below.inverse * G) - len(G) - log_det + below.log_det)
            states.append(layer(self.kernel, G, *follow(below, G)))
        fit, K, K_t, k, by_noise, by_scale = _outputs(states[-1], Y, noise, scale)
        slopes = np.zeros_like(grams)
        for n in range(len(grams) - 1, -1, -1):
            top, below, G = states[n + 1], states[n], grams[n]
            jitter = JITTER / len(K) * np.trace(K)
            K = (K + K.T) / 2 + jitter * np.eye(len(K))
            by_t, by_squares, by_own = (K_t * slope for slope in top.slopes)
            by_G = self.kernel.pull_back(G, K) + np.diag(np.sum(by_own, axis=0))
            by_d = np.sum(by_squares, axis=1) + k * self.kernel.diagonal(top.d)[1]
            # the layer's own divergence, and what the other points follow by
            by_G += self.nu / 2 * (np.linalg.inv(G) - below.inverse)
            by_t = by_t + by_d[:, None] * below.W
            by_W = by_t @ G + by_d[:, None] * (top.G_t - below.K_t)
            by_G += _symmetric(below.W.T @ by_t)
            slopes[n] = by_G
            through = by_W @ below.inverse
            K_t = through - by_d[:, None] * below.W
            K = below.inverse @ G @ below.inverse - below.inverse
            K = self.nu / 2 * K - _symmetric(below.W.T @ through)
            k = by_d
        return value + fit, slopes, by_noise, by_scale

    # prediction

    def predict(self, X, *, variance: bool = False):
        """The mean at X (T, features), (T,) or (T, C); with ``variance`` also that of each column, noise
        included, (T,)."""
        if not hasattr(self, "grams_"):
            raise ValueError("predict: nothing fitted yet")
        X = checks.matrix("X", X)
        if X.shape[1] != self.X_i.shape[1]:
            raise ValueError(f"X has {X.shape[1]} features, those of training {self.X_i.shape[1]}")
        top = self._top(self._inputs(X), self.grams_)
        K_t = self.scale_ * top.K_t
        mean = K_t @ self._weights + self.mean
        mean = mean[:, 0] if self.flat else mean
        if not variance:
            return mean
        return mean, self.scale_ * top.k - np.sum((K_t @ self._left) * K_t, axis=1) + self.noise_

    def classify(self, X, labels, X_new) -> np.ndarray:
        """Labels of ``X_new``: fits one output per class, 1 for it and 0 for the others."""
        classes, index = np.unique(labels, return_inverse=True)
        self.fit(X, np.eye(len(classes))[index])
        return classes[np.argmax(self.predict(X_new), axis=1)]


def _symmetric(matrix):
    return (matrix + matrix.T) / 2


def _outputs(top: Layer, Y, noise: float, scale: float):
    """The bound of the outputs' likelihood, and its gradients by kernels, noise and scale."""
    K, K_t, k, inverse = scale * top.K, scale * top.K_t, scale * top.k, top.inverse / scale
    columns, points = Y.shape[1], len(Y)
    M = K + K_t.T @ K_t / noise
    L = cholesky(M, lower=True)
    M_inverse = cho_solve((L, True), np.eye(len(M)))
    weights = M_inverse @ (K_t.T @ Y) / noise
    left = Y - K_t @ weights
    log_det = 2 * np.sum(np.log(np.diagonal(L))) - top.log_det - len(K) * np.log(scale)
    open_ = np.sum(k) - np.sum(top.W * K_t)
    value = -columns / 2 * (log_det + points * np.log(2 * np.pi * noise))
    value -= np.sum(Y * left) / (2 * noise) + columns * open_ / (2 * noise)
    by_K = -columns / 2 * (M_inverse - inverse) - weights @ weights.T / 2
    by_K -= columns / (2 * noise) * top.W.T @ top.W
    by_K_t = (-columns * K_t @ M_inverse + left @ weights.T + columns * top.W) / noise
    by_k = np.full(points, -columns / (2 * noise))
    by_noise = columns / 2 * (np.sum(M_inverse * (K_t.T @ K_t)) / noise**2 - points / noise)
    by_noise += np.sum(left**2) / (2 * noise**2) + columns * open_ / (2 * noise**2)
    by_scale = (np.sum(by_K * K) + np.sum(by_K_t * K_t) + np.sum(by_k * k)) / scale
    return value, by_K * scale, by_K_t * scale, by_k * scale, by_noise, by_scale
