"""The law of the output over the draws of a µP network of one hidden linear layer: exact at every width."""

from __future__ import annotations

import numpy as np

from ..every_width import output_at_width


def output_moments(t, s, n: int, nodes: int = 48) -> tuple[np.ndarray, np.ndarray]:
    """Mean and mean square of the output at time t (in units of steps times eta) for a target s > 0, over
    networks of width n at initialisation: arrays of the shape of t and s.

    P and M are independent and chi^2_n/n: Gauss quadrature for that law in both. ``nodes`` of them are exact
    for moments of the start up to degree 2 nodes - 1; the rest is smooth. ValueError for a width that is not
    a whole number from 1; t and s as in `output_at_width`.
    """
    if isinstance(n, bool) or int(n) != n or n < 1:
        raise ValueError(f"n = {n}: the width is a whole number from 1")
    value, weight = chi_squared_nodes(int(n), nodes)
    t, s = np.broadcast_arrays(np.asarray(t, dtype=float), np.asarray(s, dtype=float))
    f = output_at_width(t[..., None, None], s[..., None, None], value[:, None], value[None, :])
    both = weight[:, None] * weight[None, :]
    return np.sum(both * f, axis=(-2, -1)), np.sum(both * f**2, axis=(-2, -1))


def chi_squared_nodes(n: int, nodes: int) -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights (sum 1) of Gauss quadrature for chi^2_n/n, by Golub and Welsch's method."""
    alpha, k = n / 2 - 1, np.arange(nodes)
    beside = np.sqrt(k[1:] * (k[1:] + alpha))
    found, vectors = np.linalg.eigh(np.diag(2 * k + 1 + alpha) + np.diag(beside, 1) + np.diag(beside, -1))
    keep = vectors[0] ** 2 > 0
    return 2 * found[keep] / n, vectors[0, keep] ** 2
