"""Spectra and data sets as the theory wants them: checked, normalised, centred or not."""

from __future__ import annotations

import numpy as np
from array_api_compat import array_namespace, is_numpy_array

_ROWS = 1 << 22
"""Numbers worked on at once where a data set is only summed up."""


def one_of(X, spectrum) -> None:
    """Raises ValueError unless exactly one of a data set and a spectrum is given."""
    if (X is None) == (spectrum is None):
        raise ValueError(
            "give the data set X (n, d), or its spectrum=l (K,)" + ("" if X is None else ", not both")
        )


def checked_spectrum(spectrum, normalise: bool = False) -> np.ndarray:
    """Variances (K,) of mean 1. Raises ValueError for others unless they are to be normalised."""
    l = np.asarray(spectrum, dtype=float)
    if l.ndim != 1 or not len(l):
        raise ValueError(f"spectrum has shape {l.shape}, needs (K,): one variance a mode")
    if not np.all(np.isfinite(l)):
        raise ValueError(f"spectrum: {np.sum(~np.isfinite(l))} of {l.size} variances are not finite (NaN?)")
    if np.any(l < 0):
        raise ValueError(f"spectrum: {l.min():.3g} is a negative variance; needs l >= 0")
    return l / _size("spectrum", "mean", l.mean(), normalise)


def checked_data(X, normalise: bool = False):
    """The rows of X (n, d) with E|x|^2 = d. Raises ValueError for others unless they are to be normalised.

    Arrays of other libraries stay what they are; the data are not copied unless they are rescaled.
    """
    if not hasattr(X, "__array_namespace__") and not hasattr(X, "detach"):
        X = np.asarray(X, dtype=None if isinstance(X, np.ndarray) else float)
    if X.ndim != 2:
        raise ValueError(f"X has shape {tuple(X.shape)}, needs (n, d): one point a row")
    n, d = X.shape
    if n < 2:
        raise ValueError(f"X holds {n} point{'s' * (n != 1)}, needs at least 2")
    xp = array_namespace(X)
    if not xp.isdtype(X.dtype, "real floating"):
        X = xp.astype(X, xp.float64)
    squares = square_norms(X)
    lost = int(np.sum(~np.isfinite(squares)))
    if lost:
        raise ValueError(f"X: {lost} of {n} points hold numbers that are not finite (NaN?)")
    factor = _size("X", "E|x|^2/d", squares.mean() / d, normalise)
    return X if factor == 1 else X / float(np.sqrt(factor))


def square_norms(X) -> np.ndarray:
    """|x|^2 of every row, as NumPy float64: (n,)."""
    xp, rows = array_namespace(X), max(1, _ROWS // X.shape[1])
    parts = []
    for k in range(0, X.shape[0], rows):
        block = xp.astype(X[k : k + rows], xp.float64) if is_numpy_array(X) else X[k : k + rows]
        parts.append(to_numpy(xp.sum(block * block, axis=1)))
    return np.concatenate(parts).astype(float)


def to_numpy(values) -> np.ndarray:
    return values.detach().cpu().numpy() if hasattr(values, "detach") else np.asarray(values)


def centred(X) -> tuple[np.ndarray, float]:
    """The mean (d,) of the rows and |mean|^2/d."""
    mean = to_numpy(array_namespace(X).mean(X, axis=0)).astype(float)
    return mean, float(mean @ mean) / len(mean)


def _size(name: str, what: str, size: float, normalise: bool) -> float:
    """What to divide the square by. Raises ValueError where it is not 1 and must not be changed."""
    if not size > 0:
        raise ValueError(f"{name}: {what} is {size:.3g}, needs data that are not all zero")
    # single precision leaves the mean square of a normalised data set that far off
    if abs(size - 1) < 1e-6:
        return 1.0
    if not normalise:
        raise ValueError(
            f"{name} is not normalised: {what} is {size:.6g}, needs 1; divide "
            f"{'by it' if name == 'spectrum' else f'the data by {np.sqrt(size):.6g}'}, or pass normalise=True"
        )
    return float(size)
