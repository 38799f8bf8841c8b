"""Scale mixtures of Gaussian processes: densities, evidence, regression with and without noise.

prior = InverseGamma(a=2, b=2)
logpdf(f, K, prior)                                  # ln p(f), Student-t
found = predict(K_XX, K_XS, K_SS, y, prior)          # found.location, found.scale, found.dof
found = predict(K_XX, K_XS, K_SS, y, prior, noise=0.1, noise_kind="fixed")
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from scipy.special import logsumexp

from ..noise import log_density_of_a_mode
from .kernels import Factor, array, conditioned
from .numeric import nodes
from .scale import Discrete, InverseGamma, ScaleLaw

NOISE_KINDS = ("scaled", "fixed")


@dataclass(frozen=True, eq=False)
class ScaleMixture:
    """Values that are Gaussian with mean ``location`` and covariance s ``shape``, given s from ``mixing``.

    ``location`` (k,) or, for outputs that share the scale, (k, outputs); ``shape`` (k, k), or (k,) where
    only its diagonal is known. ``Q`` and ``sensitivity`` are the data's quadratic form and its relative
    change by a jitter of a unit in the last place of the kernel (None for a prior).
    """

    location: np.ndarray
    shape: np.ndarray
    mixing: ScaleLaw
    Q: float | None = None
    sensitivity: float | None = None
    _factor: list = field(default_factory=list, repr=False)

    @property
    def dof(self) -> float | None:
        """Degrees of freedom, 2a, where the values are Student-t (an inverse-gamma scale), else None."""
        return 2 * self.mixing.a if isinstance(self.mixing, InverseGamma) else None

    @property
    def scale(self) -> np.ndarray:
        """The Student-t's scale matrix, (b/a) shape; ValueError for other mixtures, which have none."""
        if self.dof is None:
            raise ValueError(f"the mixture by {self.mixing!r} is no Student-t: use shape and mixing")
        return self.mixing.b / self.mixing.a * self.shape

    @property
    def mean(self) -> np.ndarray:
        return self.location

    @property
    def covariance(self) -> np.ndarray:
        """Of every output, E[s] shape: (k, k); ValueError where only the diagonal is known."""
        if self.shape.ndim == 1:
            raise ValueError("only the diagonal of K_SS was given: use variance, or give the whole of it")
        return self.mixing.mean * self.shape

    @property
    def variance(self) -> np.ndarray:
        """E[s] times the diagonal of the shape: (k,); infinite where s has no mean."""
        return self.mixing.mean * self._diagonal

    @property
    def _diagonal(self):
        return np.diagonal(self.shape) if self.shape.ndim == 2 else self.shape

    def _shape_factor(self) -> Factor:
        if self.shape.ndim == 1:
            raise ValueError(
                "only the diagonal of K_SS was given: marginal_logpdf works, the joint density does not"
            )
        if not self._factor:
            self._factor.append(Factor(self.shape, "the shape matrix of the test points"))
        return self._factor[0]

    def logpdf(self, f) -> np.ndarray | float:
        """The joint log-density at ``f`` (..., *location.shape)."""
        f = array("f", f)
        core = self.location.ndim
        if f.shape[f.ndim - core :] != self.location.shape:
            raise ValueError(f"f has shape {f.shape}: its last axes need the shape {self.location.shape}")
        factor, outputs = self._shape_factor(), 1 if core == 1 else self.location.shape[1]
        apart = (f - self.location).reshape(-1, len(self.location), outputs)
        columns = factor.whitened(np.moveaxis(apart, 1, 0).reshape(len(self.location), -1))
        Q = np.sum(columns.reshape(-1, len(apart), outputs) ** 2, axis=(0, 2))
        found = self.mixing.log_marginal(self.location.size, Q, outputs * factor.log_det)
        return np.reshape(found, f.shape[: f.ndim - core])[()]

    def marginal_logpdf(self, f) -> np.ndarray:
        """The log-density of every value by itself, at ``f`` (..., *location.shape): the same shape."""
        f, r = array("f", f), self._diagonal
        r = r[:, None] if self.location.ndim == 2 else r
        Q = (f - self.location) ** 2 / r
        return np.asarray(self.mixing.log_marginal(1, Q)) - np.log(r) / 2

    def sample(self, rng: np.random.Generator, size: int) -> np.ndarray:
        """``size`` joint draws: (size, *location.shape)."""
        L = self._shape_factor().L
        s = np.reshape(self.mixing.sample(rng, size), (size, *[1] * self.location.ndim))
        return self.location + np.sqrt(s) * np.einsum(
            "ij,sj...->si...", L, rng.normal(size=(size, *self.location.shape))
        )


def process(K, prior: ScaleLaw, outputs: int | None = None) -> ScaleMixture:
    """The prior of the process at the points of ``K`` (n, n): location 0."""
    K = array("K", K)
    if K.ndim != 2:
        raise ValueError(f"K has shape {K.shape}: a kernel is square, (n, n)")
    factor = Factor(K)
    return ScaleMixture(
        np.zeros(len(K) if outputs is None else (len(K), outputs)), K, prior, _factor=[factor]
    )


def logpdf(f, K, prior: ScaleLaw):
    """ln p(f) of values ``f`` (..., n) of the process with kernel ``K`` (n, n)."""
    return process(K, prior).logpdf(f)


def evidence(y, K, prior: ScaleLaw, noise: float = 0.0, noise_kind: Literal["scaled", "fixed"] = "scaled",
             jitter: float = 0.0) -> float:  # fmt: skip
    """ln p(y) of data ``y`` (n,) or (n, outputs) with noise of variance s ``noise``, or of a fixed one."""
    K, y = _data(K, y, noise, noise_kind, jitter)
    if noise > 0 and noise_kind == "fixed":
        return _Fixed(K, y, prior, noise).log_evidence
    factor = Factor(K + noise * np.eye(len(K)), "K_XX")
    outputs = y.size // len(y)
    return float(prior.log_marginal(y.size, factor.quadratic(y), outputs * factor.log_det))


def scale_posterior(
    y,
    K,
    prior: ScaleLaw,
    noise: float = 0.0,
    noise_kind: Literal["scaled", "fixed"] = "scaled",
    jitter: float = 0.0,
) -> ScaleLaw:
    """The law of s, given data ``y``: of the prior's own family where it has one."""
    K, y = _data(K, y, noise, noise_kind, jitter)
    if noise > 0 and noise_kind == "fixed":
        return _Fixed(K, y, prior, noise).law
    factor = Factor(K + noise * np.eye(len(K)), "K_XX")
    return prior.posterior(y.size, factor.quadratic(y))


def predict(K_XX, K_XS, K_SS, y, prior: ScaleLaw, noise: float = 0.0,
            noise_kind: Literal["scaled", "fixed"] = "scaled", jitter: float = 0.0):  # fmt: skip
    """The process at test points, given data ``y`` (n,) or (n, outputs).

    ``K_XX`` (n, n), ``K_XS`` (n, k), ``K_SS`` (k, k) or its diagonal (k,). Noise of the variance ``noise``
    times s ("scaled": a `ScaleMixture`, in closed form) or of its own ("fixed": `FixedNoise`, by
    quadrature in ln s). ``jitter`` is added to the diagonal of K_XX. ValueError for what does not fit.
    """
    K, y = _data(K_XX, y, noise, noise_kind, jitter)
    if noise > 0 and noise_kind == "fixed":
        return FixedNoise(_Fixed(K, y, prior, noise), K_XS, K_SS)
    factor = Factor(K + noise * np.eye(len(K)), "K_XX")
    weights, left = conditioned(factor, K_XS, K_SS)
    Q = factor.quadratic(y)
    return ScaleMixture(weights.T @ y, left, prior.posterior(y.size, Q), Q, factor.sensitivity(y))


def _data(K, y, noise, noise_kind, jitter):
    K = array("K_XX", K)
    if K.ndim != 2 or K.shape[0] != K.shape[1]:
        raise ValueError(f"K_XX has shape {K.shape}: a kernel is square, (n, n)")
    y = array("y", y)
    if y.ndim not in (1, 2) or len(y) != len(K):
        raise ValueError(f"y has shape {y.shape}: K_XX {K.shape} needs ({len(K)},) or ({len(K)}, outputs)")
    for name, value in (("noise", noise), ("jitter", jitter)):
        if not (np.isfinite(value) and value >= 0):
            raise ValueError(f"{name} = {value!r}: a variance, a finite number >= 0")
    if noise_kind not in NOISE_KINDS:
        raise ValueError(f"noise_kind = {noise_kind!r}: one of {', '.join(NOISE_KINDS)}")
    return K + jitter * np.eye(len(K)), y


class _Nodes(ScaleLaw):
    """The posterior under fixed noise: the prior times a likelihood that is known in ln s."""

    def __init__(self, prior, log_likelihood, log_evidence):
        self.prior, self._likelihood, self._evidence = prior, log_likelihood, log_evidence

    def _at(self, u):
        return self.prior._at(u) + self._likelihood(u) - self._evidence

    def log_density(self, s):
        u = np.log(np.asarray(s, dtype=float))
        return np.reshape(self._at(np.ravel(u)), np.shape(u))[()] - u


class _Fixed:
    """Data with noise of a fixed variance: K_XX diagonalised once, then O(n) a node of ln s."""

    def __init__(self, K, y, prior, noise):
        self.lam, self.V = np.linalg.eigh(K)
        if self.lam[0] < -noise * 1e-6 - 1e-10 * self.lam[-1]:
            raise ValueError(f"K_XX is not positive definite: its smallest eigenvalue is {self.lam[0]:.3g}")
        self.lam, self.noise, self.prior = np.maximum(self.lam, 1e-300), float(noise), prior
        self.y, self.coordinates = y, self.V.T @ y.reshape(len(y), -1)
        self.u, log_weights = self._nodes()
        self.log_evidence = float(logsumexp(log_weights))
        self.weights = np.exp(log_weights - self.log_evidence)
        self.law = self._posterior(log_weights)

    def _posterior(self, log_weights) -> ScaleLaw:
        if isinstance(self.prior, Discrete):
            return Discrete(self.prior.scales, np.maximum(np.exp(log_weights - np.max(log_weights)), 1e-300))
        return _Nodes(self.prior, self.log_likelihood, self.log_evidence)

    def _nodes(self):
        if isinstance(self.prior, Discrete):
            u = np.log(self.prior.scales)
            return u, np.log(self.prior.weights) + self.log_likelihood(u)
        return nodes(lambda u: self.prior._at(u) + self.log_likelihood(u))

    def log_likelihood(self, u):
        """ln p(y | s) at u = ln s (m,): (m,)."""
        s = np.exp(u)[:, None]
        return sum(
            np.sum(log_density_of_a_mode(column, s, self.lam, self.noise), axis=1)
            for column in self.coordinates.T
        )


class FixedNoise:
    """Test values under noise of a fixed variance: a mixture of Gaussians over nodes of the scale.

    Given s they have the mean K_SX (K_XX + noise/s)^-1 y. ``law`` is the posterior of the scale.
    """

    def __init__(self, fixed: _Fixed, K_XS, K_SS):
        K_XS = array("K_XS", K_XS, (len(fixed.lam), None))
        K_SS = array("K_SS", K_SS)
        k = K_XS.shape[1]
        if K_SS.shape not in ((k, k), (k,)):
            raise ValueError(
                f"K_SS has shape {K_SS.shape}: K_XS has {k} columns, so it is ({k}, {k}) or ({k},)"
            )
        self.law, self.log_evidence, self.weights, self.scales = (
            fixed.law, fixed.log_evidence, fixed.weights, np.exp(fixed.u),
        )  # fmt: skip
        self._fixed, self._columns, self._K_SS = fixed, fixed.V.T @ K_XS, K_SS
        keep = self.weights > 1e-18
        self.weights, self.scales = self.weights[keep], self.scales[keep]
        # (nodes, n): s/(s lam + noise)
        gain = self.scales[:, None] / (self.scales[:, None] * fixed.lam + fixed.noise)
        self._means = np.einsum("mn,nk,no->mko", gain, self._columns, fixed.coordinates, optimize=True)
        own = np.diagonal(K_SS) if K_SS.ndim == 2 else K_SS
        self._variances = self.scales[:, None] * (own - gain @ self._columns**2)
        self._gain, self._single = gain, fixed.y.ndim == 1

    def _shaped(self, values):
        return values[..., 0] if self._single else values

    @property
    def mean(self) -> np.ndarray:
        """(k,) or (k, outputs)."""
        return self._shaped(np.einsum("m,mko->ko", self.weights, self._means))

    @property
    def variance(self) -> np.ndarray:
        """Of the values without their noise: (k,) or (k, outputs)."""
        mean = np.einsum("m,mko->ko", self.weights, self._means)
        spread = np.einsum("m,mko->ko", self.weights, (self._means - mean) ** 2)
        return self._shaped(spread + (self.weights @ self._variances)[:, None])

    def marginal_logpdf(self, f) -> np.ndarray:
        """The log-density of every value by itself, at ``f`` (k,) or (k, outputs): the same shape."""
        f = array("f", f, self.mean.shape)
        apart = f.reshape(len(f), -1) - self._means
        v = self._variances[:, :, None]
        terms = np.log(self.weights)[:, None, None] - np.log(2 * np.pi * v) / 2 - apart**2 / (2 * v)
        return self._shaped(logsumexp(terms, axis=0))

    def sample(self, rng: np.random.Generator, size: int) -> np.ndarray:
        """``size`` draws of every value by itself, sharing the scale: (size, k) or (size, k, outputs)."""
        which = rng.choice(len(self.weights), size=size, p=self.weights / self.weights.sum())
        spread = np.sqrt(np.maximum(self._variances[which], 0))[:, :, None]
        return self._shaped(self._means[which] + spread * rng.normal(size=self._means[which].shape))
