"""Gaussian or mixture data that a score model or likelihood code is tried on, and wrong versions of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy.special import logsumexp

from theory.validate.trial import Finding

from ..models.gaussian import GaussianModel
from ..models.mixture import MixtureModel
from .problem import MEANS, VARIANCES


@dataclass(frozen=True)
class Law:
    """``weights`` (K,), ``means`` (K, D), ``covariances`` (K, D, D) of the data."""

    weights: np.ndarray
    means: np.ndarray
    covariances: np.ndarray

    @classmethod
    def of(cls, data) -> Law:
        """From (mean, covariance) or (weights, means, covariances), or None for the Gaussian by default."""
        if data is None:
            data = np.array(MEANS[: len(VARIANCES)]), np.diag(VARIANCES)
        if not isinstance(data, tuple | list) or len(data) not in (2, 3):
            raise ValueError("data: needs (mean, covariance) or (weights, means, covariances), or None")
        parts = [np.asarray(part, dtype=float) for part in data]
        if len(parts) == 2:
            parts = [np.ones(1), parts[0][None], parts[1][None]]
        weights, means, covariances = parts
        if means.ndim != 2 or covariances.shape != (*means.shape, means.shape[1]):
            raise ValueError(
                f"data: means of shape {means.shape} and covariances of shape {covariances.shape}, "
                "need (K, D) and (K, D, D)"
            )
        found = cls(weights, means, covariances)
        MixtureModel(weights, means, covariances)  # its checks: weights, symmetry, positivity
        return found

    @property
    def dimension(self) -> int:
        return self.means.shape[1]

    @property
    def components(self) -> int:
        return len(self.weights)

    @property
    def kind(self) -> str:
        """What data they are, in words."""
        return "Gaussian data" if self.components == 1 else f"a mixture of {self.components} Gaussians"

    @property
    def description(self) -> str:
        """The kind, its dimensions and the largest variances of its modes, for the setting of a trial."""
        variances = ", ".join(f"{v:.3g}" for v in self.modes[0][:8])
        return f"{self.kind} in {self.dimension} dimensions, variances of the modes {variances}"

    @cached_property
    def model(self):
        if self.components == 1:
            return GaussianModel(self.means[0], self.covariances[0])
        return MixtureModel(self.weights, self.means, self.covariances)

    @cached_property
    def covariance(self) -> np.ndarray:
        """Of the whole: within and between the components."""
        apart = self.means - self.weights @ self.means
        return np.tensordot(self.weights, self.covariances, 1) + (self.weights * apart.T) @ apart

    @cached_property
    def modes(self) -> tuple[np.ndarray, np.ndarray]:
        """Variances (D,), the largest first, and directions (D, D), of the whole."""
        lam, U = np.linalg.eigh(self.covariance)
        return np.maximum(lam[::-1], 0), U[:, ::-1]

    def noisy(self, sigma: float, alpha: float = 1.0) -> Law:
        """The law of alpha x_0 + sigma noise, as data of its own."""
        covariances = alpha**2 * self.covariances + sigma**2 * np.eye(self.dimension)
        return replace(self, means=alpha * self.means, covariances=covariances)

    def sample(self, rng: np.random.Generator, count: int) -> np.ndarray:
        which = rng.choice(self.components, size=count, p=self.weights / self.weights.sum())
        roots = []
        for covariance in self.covariances:
            lam, U = np.linalg.eigh(covariance)
            roots.append(U * np.sqrt(np.maximum(lam, 0)) @ U.T)
        normal = rng.normal(size=(count, self.dimension))
        return self.means[which] + np.einsum("bij,bj->bi", np.array(roots)[which], normal)

    def log_densities(self, x) -> np.ndarray:
        """(B, K): of every component by itself, without noise."""
        pairs = zip(self.means, self.covariances, strict=True)
        return np.stack([GaussianModel(mean, one).log_density(x, 0.0) for mean, one in pairs], axis=1)

    def log_density(self, x) -> np.ndarray:
        """(B,): without noise."""
        return logsumexp(self.log_densities(x), b=self.weights, axis=1)

    def score(self, x, sigma: float, alpha: float = 1.0) -> np.ndarray:
        """(B, D): the score of the noisy density."""
        return self.model.score(x, sigma, alpha=alpha)

    def wrong(self) -> dict[str, tuple[str, Law]]:
        """Mistakes about the data, by kind: what is said of them, and the law that code then has."""
        D, found = self.dimension, {}

        def power(p):
            lam, U = np.linalg.eigh(self.covariances)
            return np.einsum("kij,kj,klj->kil", U, np.maximum(lam, 0) ** p, U)

        flat = np.eye(D) * self.covariances
        found["mean forgotten"] = "the data's mean is taken to be 0", replace(self, means=0 * self.means)
        found["variance for standard deviation"] = (
            "the variances are squared: they are taken for standard deviations",
            replace(self, covariances=power(2)),
        )
        found["standard deviation for variance"] = (
            "standard deviations stand where variances should",
            replace(self, covariances=power(0.5)),
        )
        if np.any(flat != self.covariances):
            found["correlations forgotten"] = (
                "only the covariance's diagonal counts",
                replace(self, covariances=flat),
            )
            lam, U = np.linalg.eigh(self.covariances)
            found["basis transposed"] = (
                "the basis of the modes is transposed: U^T L U for U L U^T",
                replace(self, covariances=np.einsum("kji,kj,kjl->kil", U, lam, U)),
            )
        if self.components > 1:
            uniform = np.full(self.components, 1 / self.components)
            found["weights forgotten"] = (
                "all components have the same weight",
                replace(self, weights=uniform),
            )
            found["one Gaussian"] = (
                "it is the Gaussian of the mixture's mean and covariance",
                Law(np.ones(1), (self.weights @ self.means)[None], self.covariance[None]),
            )
            roots = np.exp(np.linalg.slogdet(self.covariances)[1] / 2) * self.weights
            found["determinant forgotten"] = (
                "the components' weights lack their densities' determinants",
                replace(self, weights=roots / roots.sum()),
            )
        return {kind: pair for kind, pair in found.items() if _differs(self, pair[1])}


def _differs(one: Law, other: Law) -> bool:
    return not all(
        a.shape == b.shape and np.allclose(a, b, rtol=1e-9, atol=0)
        for a, b in (
            (one.weights, other.weights),
            (one.means, other.means),
            (one.covariances, other.covariances),
        )
    )


def given(array: np.ndarray, library: str, dtype: str):
    """An array as the tried code has it."""
    if library == "torch":
        import torch

        return torch.tensor(array, dtype=getattr(torch, dtype))
    if library == "jax":
        import jax.numpy as jnp

        return jnp.asarray(array, dtype=dtype)
    return np.array(array, dtype=dtype)


def check_arrays(library: str, dtype: str) -> None:
    """ValueError for a library or type of arrays that there is not."""
    if library not in ("numpy", "torch", "jax"):
        raise ValueError(f"library = {library!r}: 'numpy', 'torch' or 'jax'")
    if dtype not in ("float64", "float32"):
        raise ValueError(f"dtype = {dtype!r}: 'float64' or 'float32'")
    if library == "jax" and dtype == "float64":
        import jax

        if not jax.config.jax_enable_x64:
            raise ValueError(
                "dtype = 'float64': JAX has only float32 before jax_enable_x64; say dtype='float32'"
            )


def short_inside(results, dtype: str, noted) -> list[Finding]:
    """That all results are numbers of a shorter type, unless "precision" is among what is ``noted``."""
    short = None if "precision" in noted else _shorter(results, dtype)
    if short is None:
        return []
    said = f"every result is a {short} number, for {dtype} input: it computes in {short} inside"
    return [Finding("precision", said, {"type": short})]


def _shorter(results, dtype: str) -> str | None:
    for kind in ("float16", "float32"):
        if np.dtype(kind).itemsize < np.dtype(dtype).itemsize and results:
            with np.errstate(over="ignore"):
                if all(np.array_equal(r, r.astype(kind).astype(float)) for r in results):
                    return kind
    return None
