"""What an infinite layer of ReLUs makes of a bottleneck, by quadrature over its correlation."""

from __future__ import annotations

import numpy as np

from ..bottleneck import correlation_density, relu_correlation

_NODES = 400


def mean_correlation_of_next_layer(B, rho) -> np.ndarray:
    """The mean over networks of the correlation after B linear units and an infinite layer of ReLUs.

    ``rho`` is the correlation before, a number or an array in (-1, 1). Gauss-Legendre in arcsin(r), where
    the density is smooth.
    """
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    angles = np.pi / 2 * nodes
    r, measure = np.sin(angles), np.pi / 2 * weights * np.cos(angles)
    rho = np.asarray(rho, dtype=float)
    density = correlation_density(r, B, rho[..., None])
    return np.sum(measure * density * relu_correlation(r), axis=-1)
