"""Mean, principal directions and variances of Gaussian data, checked."""

from __future__ import annotations

import numpy as np

_EPS = np.finfo(float).eps


def finite(name: str, value, ndim: int) -> np.ndarray:
    """An argument as an array of floats with so many axes. Raises ValueError naming it."""
    array = np.asarray(value, dtype=float)
    if array.ndim != ndim:
        raise ValueError(f"{name} has shape {array.shape}, needs {ndim} {'axes' if ndim != 1 else 'axis'}")
    lost = int(np.sum(~np.isfinite(array)))
    if lost:
        raise ValueError(f"{name}: {lost} of {array.size} numbers are not finite")
    return array


def of_covariance(mu, Sigma) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(mu, U, lam) of a covariance, the largest variance first; directions without variance are dropped.

    Raises ValueError for a matrix that is not symmetric, or not positive semidefinite, beyond rounding.
    """
    mu, Sigma = finite("mu", mu, 1), finite("Sigma", Sigma, 2)
    if Sigma.shape != (len(mu), len(mu)):
        raise ValueError(f"Sigma has shape {Sigma.shape}, needs {(len(mu), len(mu))} as mu has {len(mu)}")
    size = float(np.max(np.abs(Sigma), initial=0.0))
    apart = float(np.max(np.abs(Sigma - Sigma.T), initial=0.0))
    if apart > 8 * _EPS * len(mu) * size:
        raise ValueError(
            f"Sigma is not symmetric: an entry differs by {apart:.3g} from the transposed one; "
            "needs a symmetric matrix"
        )
    lam, U = np.linalg.eigh((Sigma + Sigma.T) / 2)
    rounding = _rounding(lam)
    if lam[0] < -rounding:
        raise ValueError(
            f"Sigma is not positive semidefinite: its smallest eigenvalue is {lam[0]:.3g}, below 0 by more "
            f"than rounding ({rounding:.1g}); needs eigenvalues >= 0"
        )
    occurs = np.flatnonzero(lam > rounding)[::-1]
    return mu, U[:, occurs], lam[occurs]


def of_spectrum(mu, U, lam) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(mu, U, lam) as given: ``U`` (D, r) with orthonormal columns, ``lam`` (r,) not negative."""
    mu, U, lam = finite("mu", mu, 1), finite("U", U, 2), finite("lam", lam, 1)
    if U.shape != (len(mu), len(lam)) or len(lam) > len(mu):
        raise ValueError(
            f"U has shape {U.shape}: needs a row for each of the {len(mu)} entries of mu, a column for each "
            f"of the {len(lam)} of lam, and no more columns than rows"
        )
    if np.any(lam < 0):
        raise ValueError(f"lam = {lam.min():.3g} is a negative variance; needs lam >= 0")
    off = float(np.max(np.abs(U.T @ U - np.eye(len(lam))), initial=0.0))
    if off > 64 * _EPS * np.sqrt(len(mu)) * max(1, len(lam)) ** 0.5:
        raise ValueError(f"U: its columns are not orthonormal: U^T U is off the identity by {off:.3g}")
    return mu, U, lam


def of_data(X, rank: int | None = None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(mu, U, lam) of the rows of X (n, D): the mean, and the leading principal directions.

    ``lam`` are the variances of the empirical law itself (divided by n). Without a ``rank`` every
    direction in which the rows differ is kept. Raises ValueError for a rank larger than min(n, D).
    """
    X = finite("X", X, 2)
    n, D = X.shape
    if n < 2:
        raise ValueError(f"X holds {n} samples, needs at least 2")
    if rank is not None and not (int(rank) == rank and 1 <= rank <= min(n, D)):
        raise ValueError(f"rank = {rank}: {n} samples of {D} numbers allow 1 <= rank <= {min(n, D)}")
    mu = X.mean(axis=0)
    _, sizes, rows = np.linalg.svd(X - mu, full_matrices=False)
    occurs = sizes > max(n, D) * _EPS * sizes[0]
    kept = int(occurs.sum()) if rank is None else int(rank)
    return mu, rows[:kept].T, np.where(occurs, sizes**2 / n, 0.0)[:kept]


def _rounding(lam: np.ndarray) -> float:
    """What the eigenvalues of a matrix are off by their rounding alone."""
    return 8 * _EPS * len(lam) * float(np.max(np.abs(lam), initial=0.0))
