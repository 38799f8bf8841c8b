"""The exact posterior of a deep linear network of finite widths on one point, on a grid."""

from __future__ import annotations

import numpy as np
from scipy.stats import gamma

from . import checks

SPREAD = 12.0
"""How many standard deviations of ln g the grid reaches beyond the modes, at its ends."""


def chain_means(g_0: float, s: float, widths, *, points: int = 500) -> np.ndarray:
    """The mean Gram value of every hidden layer, (L,), given outputs of mean square ``s``.

    ``g_0`` > 0 of the input; ``widths`` (L + 1,) integers: features of the hidden layers, and
    outputs. Sums over ``points`` values of ln g; what the grid leaves out is below rounding from width 4 on.
    """
    g_0, s = (checks.positive(name, value, "mean square") for name, value in (("g_0", g_0), ("s", s)))
    widths = np.asarray(widths)
    if widths.ndim != 1 or len(widths) < 2 or np.any(widths < 1) or np.any(widths != np.round(widths)):
        raise ValueError(f"widths = {widths}: needs integers >= 1 of hidden layers (one or more) and outputs")
    low, high = sorted((np.log(g_0), np.log(s)))
    reach = SPREAD * np.sqrt(2 * len(widths) / np.min(widths))
    g = np.exp(np.linspace(low - reach, high + reach, points))
    steps = [_of_layer(g, g[:, None], width) for width in widths[:-1]]
    forward = [_of_layer(g, g_0, widths[0])]
    for step in steps[1:]:
        forward.append(_sum(forward[-1][:, None] + step, axis=0))
    backward = [-widths[-1] / 2 * (np.log(g) + s / g)]
    for step in steps[:0:-1]:
        backward.insert(0, _sum(step + backward[0], axis=1))
    found = []
    for ahead, back in zip(forward, backward, strict=True):
        weight = np.exp(ahead + back - np.max(ahead + back))
        found.append(np.sum(weight * g) / np.sum(weight))
    return np.array(found)


def _of_layer(g, k, width):
    """The log-density of ln g, the mean square of normal features of variance k: a gamma variable."""
    return gamma.logpdf(g, width / 2, scale=2 * k / width) + np.log(g)


def _sum(logs, axis):
    """ln of the sum of exponentials, up to a constant."""
    top = np.max(logs, axis=axis, keepdims=True)
    return np.squeeze(top, axis) + np.log(np.sum(np.exp(logs - top), axis=axis))
