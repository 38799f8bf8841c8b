"""Cholesky factors of kernels, with words for what is wrong with them."""

from __future__ import annotations

import numpy as np
from scipy.linalg import cho_solve, cholesky, solve_triangular

_EPS = np.finfo(float).eps


def array(name: str, value, shape=None) -> np.ndarray:
    """A finite float array; ValueError names what is not. ``shape`` holds sizes, None where any will do."""
    value = np.asarray(value, dtype=float)
    if shape is not None and (
        value.ndim != len(shape)
        or any(w is not None and w != k for w, k in zip(shape, value.shape, strict=True))
    ):
        wanted = ", ".join("any" if w is None else str(w) for w in shape)
        raise ValueError(f"{name} has shape {value.shape}, needs ({wanted})")
    if not np.all(np.isfinite(value)):
        count = int(np.sum(~np.isfinite(value)))
        raise ValueError(f"{name}: {count} of {value.size} entries are NaN or infinite")
    return value


class Factor:
    """K = L L^T of a symmetric positive definite ``matrix`` (n, n), called ``name`` in messages.

    ValueError for a matrix that is not symmetric, or so nearly singular that Q = y^T K^-1 y has no digits:
    it names the smallest eigenvalue and proposes a jitter.
    """

    def __init__(self, matrix, name: str = "K"):
        K = array(name, matrix)
        if K.ndim != 2 or K.shape[0] != K.shape[1] or not len(K):
            raise ValueError(f"{name} has shape {K.shape}: a kernel is square, (n, n)")
        scale = float(np.max(np.abs(K)))
        apart = float(np.max(np.abs(K - K.T)))
        if apart > 1e-8 * scale:
            raise ValueError(
                f"{name} is not symmetric: entries differ by {apart:.3g} from their mirror images"
            )
        self.matrix, self.name = K, name
        try:
            self.L = cholesky(K, lower=True, check_finite=False)
        except np.linalg.LinAlgError:
            self.L = None
        # a pivot of the size of its own rounding has no digits left
        if self.L is None or np.min(np.diag(self.L)) ** 2 <= 8 * _EPS * scale:
            raise ValueError(self._singular(K))

    def _singular(self, K) -> str:
        low, high = (float(e) for e in np.linalg.eigvalsh(K)[[0, -1]])
        jitter = max(2 * abs(min(low, 0.0)), len(K) * _EPS * max(high, np.finfo(float).tiny) * 100)
        kind = "not positive definite" if low < 0 else "nearly singular"
        return (
            f"{self.name} is {kind}: its smallest eigenvalue is {low:.3g} (the largest {high:.3g}). "
            f"Add a jitter of {jitter:.1g} to its diagonal (jitter={jitter:.1g}); it changes Q = y' K^-1 y, "
            "and with it the scale, the more the more of y lies along that eigenvector"
        )

    def __len__(self) -> int:
        return len(self.matrix)

    @property
    def log_det(self) -> float:
        return float(2 * np.sum(np.log(np.diag(self.L))))

    def whitened(self, y) -> np.ndarray:
        """L^-1 y, whose square is Q."""
        return solve_triangular(self.L, y, lower=True, check_finite=False)

    def solve(self, y) -> np.ndarray:
        return cho_solve((self.L, True), y, check_finite=False)

    def quadratic(self, y) -> float:
        return float(np.sum(self.whitened(y) ** 2))

    def sensitivity(self, y) -> float:
        """The relative change of Q by a jitter of a unit in the last place of K's largest entry."""
        jitter = _EPS * float(np.max(np.abs(self.matrix)))
        return jitter * float(np.sum(self.solve(y) ** 2)) / max(self.quadratic(y), np.finfo(float).tiny)


def conditioned(factor: Factor, K_XS, K_SS, name="K_SS"):
    """(W, R): W = K_XX^-1 K_XS (n, k) and what is left open, K_SS - K_SX W (k, k).

    ``K_XS`` (n, k); ``K_SS`` (k, k), or (k,) for the diagonal alone: R is then a diagonal too.
    """
    K_XS = array("K_XS", K_XS, (len(factor), None))
    K_SS = array(name, K_SS)
    k = K_XS.shape[1]
    if K_SS.shape not in ((k, k), (k,)):
        raise ValueError(
            f"{name} has shape {K_SS.shape}: K_XS has {k} columns, so it is ({k}, {k}) or ({k},)"
        )
    half = factor.whitened(K_XS)
    left = K_SS - (half.T @ half if K_SS.ndim == 2 else np.sum(half**2, axis=0))
    diagonal = np.diagonal(left) if left.ndim == 2 else left
    own = np.diagonal(K_SS) if K_SS.ndim == 2 else K_SS
    if np.any(diagonal < -1e-8 * np.abs(own) - 1e-300):
        raise ValueError(
            f"{name}: K_XX, K_XS and K_SS are not blocks of one kernel, {np.min(diagonal):.3g} < 0"
        )
    return factor.solve(K_XS), left
