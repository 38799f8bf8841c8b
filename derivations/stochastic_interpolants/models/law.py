"""Gaussian laws as users give them: means and covariances, checked."""

from __future__ import annotations

import numpy as np

_ROUNDING = 1e-10
"""A covariance estimated from data is symmetric and positive semidefinite up to rounding."""


def gaussian(mean, covariance, name: str = "") -> tuple[np.ndarray, np.ndarray]:
    """Mean (D,) and symmetric covariance (D, D), from a matrix, variances (D,) or one variance.

    Raises ValueError where shapes differ, a number is not finite, the matrix is not symmetric, or an
    eigenvalue is negative: by how much is said.
    """
    m = np.atleast_1d(np.asarray(mean, dtype=float))
    C = np.asarray(covariance, dtype=float)
    if m.ndim != 1:
        raise ValueError(f"m{name} has shape {m.shape}: needs (D,)")
    if C.ndim < 2:
        C = np.diag(np.broadcast_to(C, m.shape)) if C.ndim == 0 or C.shape == m.shape else C
    if C.shape != (len(m), len(m)):
        raise ValueError(f"C{name} has shape {C.shape}: m{name} has {len(m)} entries")
    if not (np.all(np.isfinite(m)) and np.all(np.isfinite(C))):
        raise ValueError(f"m{name} or C{name} holds a number that is not finite")
    scale, apart = np.max(np.abs(C)), np.max(np.abs(C - C.T))
    if apart > _ROUNDING * scale:
        raise ValueError(f"C{name} is not symmetric: entries differ from their mirror images by {apart:.3g}")
    C = (C + C.T) / 2
    lowest = np.linalg.eigvalsh(C)[0]
    if lowest < -_ROUNDING * scale:
        raise ValueError(f"C{name} is not positive semidefinite: its smallest eigenvalue is {lowest:.3g}")
    return m, C


def mixture(weights, means, covariances, name: str = "") -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Weights (K,), means (K, D) and covariances (K, D, D) of a mixture; covariances may be one for all.

    Raises ValueError where the weights are negative or do not add up to 1, and as `gaussian` does.
    """
    p, means = np.atleast_1d(np.asarray(weights, dtype=float)), np.asarray(means, dtype=float)
    if means.ndim != 2 or p.shape != (len(means),):
        raise ValueError(f"weights{name} {p.shape}, means{name} {means.shape}: need (K,) and (K, D)")
    if not np.all(p >= 0):
        raise ValueError(f"weights{name}: {p[~(p >= 0)][0]:.6g} is not a weight >= 0")
    if abs(p.sum() - 1) > 1e-9:
        raise ValueError(f"weights{name} add up to {p.sum():.6g}, not 1: divide by that factor")
    C = np.asarray(covariances, dtype=float)
    each = C if C.ndim and len(C) == len(p) and C.ndim != 2 else [C] * len(p)
    laws = [gaussian(m, c, f"{name}[{k}]") for k, (m, c) in enumerate(zip(means, each, strict=True))]
    return p, means, np.stack([c for _, c in laws])
