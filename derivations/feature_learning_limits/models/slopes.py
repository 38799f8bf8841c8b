"""Exponents of the width as they are seen: the slope of a measured size, with its standard error."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Slope(NamedTuple):
    """The power of the width that a size follows, and its standard error."""

    value: float
    error: float

    def z(self, exponent: float) -> float:
        """How many standard errors it is from an exponent, such as minus a `feature_exponent`."""
        return (self.value - float(exponent)) / self.error

    def __str__(self) -> str:
        return f"{self.value:.3f} ± {self.error:.1g}"


def width_slope(widths, sizes) -> Slope:
    """Of positive ``sizes`` (widths, replicates) of any network, measured at at least two ``widths``.

    Each replicate gives a least-squares line through the logarithms; the slopes' mean, and its standard
    error from at least two replicates. What is small beside the leading power bends the line at small
    widths: leave those out. ValueError for other shapes, and for sizes that are not positive and finite.
    """
    widths, sizes = np.asarray(widths, dtype=float), np.asarray(sizes, dtype=float)
    if widths.ndim != 1 or len(np.unique(widths)) < 2 or not np.all(widths > 0):
        raise ValueError(f"widths: at least two different numbers > 0, not {widths.tolist()}")
    if sizes.ndim != 2 or len(sizes) != len(widths) or sizes.shape[1] < 2:
        raise ValueError(f"sizes: shape ({len(widths)}, at least 2 replicates), not {sizes.shape}")
    if not (np.all(sizes > 0) and np.all(np.isfinite(sizes))):
        raise ValueError("sizes: positive and finite, such as root mean squares of a change")
    x = np.log(widths) - np.mean(np.log(widths))
    slopes = x @ np.log(sizes) / (x @ x)
    return Slope(float(np.mean(slopes)), float(np.std(slopes, ddof=1) / np.sqrt(len(slopes))))
