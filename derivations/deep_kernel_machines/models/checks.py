"""What users give, checked, with words for what is wrong."""

from __future__ import annotations

import numpy as np


def matrix(name: str, value, rows: int | None = None) -> np.ndarray:
    """A finite matrix of floats, with ``rows`` rows. ValueError names what is not."""
    found = np.asarray(value, dtype=float)
    if found.ndim != 2 or 0 in found.shape or (rows is not None and len(found) != rows):
        wanted = "a matrix" if rows is None else f"a matrix of {rows} rows"
        raise ValueError(f"{name} has shape {found.shape}, needs {wanted}")
    lost = int(np.sum(~np.isfinite(found)))
    if lost:
        raise ValueError(f"{name}: {lost} of {found.size} entries are NaN or infinite")
    return found


def gram(name: str, value, points: int | None = None, *, definite: bool = True) -> np.ndarray:
    """A symmetric matrix (P, P), positive definite or, with ``definite=False``, semidefinite."""
    found = matrix(name, value, points)
    if found.shape[0] != found.shape[1]:
        raise ValueError(f"{name} has shape {found.shape}: a Gram matrix is square, (P, P)")
    size = np.abs(found).max()
    apart = np.abs(found - found.T).max()
    if apart > 1e-8 * size:
        raise ValueError(f"{name} is not symmetric: entries differ by up to {apart:.3g}")
    least = float(np.linalg.eigvalsh(found)[0])
    rounding = len(found) * np.finfo(float).eps * size
    if least <= rounding if definite else least < -rounding:
        kind = "definite" if definite else "semidefinite"
        raise ValueError(
            f"{name} is not positive {kind}: least eigenvalue {least:.3g}, largest entry {size:.3g}"
        )
    return (found + found.T) / 2


def positive(name: str, value, unit: str, *, zero: bool = False) -> float:
    """A finite number above 0, or at least 0."""
    allowed = f"needs a finite number {'>=' if zero else '>'} 0"
    if isinstance(value, bool) or not isinstance(value, int | float | np.number):
        raise ValueError(f"{name} = {value!r}: {allowed} ({unit})")
    if not (0 <= value < float("inf")) or (value == 0 and not zero):
        raise ValueError(f"{name} = {value}: {allowed} ({unit})")
    return float(value)


def widths(nu, layers: int | None = None) -> np.ndarray:
    """Relative widths of the hidden layers and the outputs, (L + 1,)."""
    found = np.atleast_1d(np.asarray(nu, dtype=float))
    if found.ndim != 1 or len(found) < 2 or not np.all((found > 0) & np.isfinite(found)):
        raise ValueError(
            f"nu = {nu}: needs relative widths > 0 of hidden layers (one or more) and outputs, such as [1, 1]"
        )
    if layers is not None and len(found) != layers + 1:
        raise ValueError(f"nu = {nu}: needs {layers + 1} relative widths, of {layers} layers and the outputs")
    return found
