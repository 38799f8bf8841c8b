"""Means over pairs of correlated Gaussians, as the neurons of a layer of a wide network draw them."""

from __future__ import annotations

import numpy as np

from theory.simulation import Measurement

_VARIANCES = np.array([[1.5, 0.4], [0.6, 2.1], [2.4, 0.3], [0.5, 1.2], [1.4, 1.1]])
_ANGLES = np.array([0.3, 0.9, 1.4, 2.1, 2.8])
_STEP = 1e-5


def mean_of_products(
    *, xp, rng, progress, activation, slope: bool, names: tuple, samples: int, replicates: int
) -> Measurement:
    """The mean of phi(u) phi(v), or of the slopes' product, over draws of correlated Gaussians.

    ``activation`` is any function of arrays; its slope is a central difference. Five pairs of variances and
    angles: the values are (replicates, 5), each a mean over ``samples`` draws; ``names``: the inputs wanted.
    """
    q_1, q_2 = _VARIANCES.T
    rows = []
    for k in range(replicates):
        x, y = rng.standard_normal((2, samples, 1))
        u = xp.asarray(np.sqrt(q_1) * x)
        v = xp.asarray(np.sqrt(q_2) * (np.cos(_ANGLES) * x + np.sin(_ANGLES) * y))
        if slope:
            f, g = ((activation(w + _STEP) - activation(w - _STEP)) / (2 * _STEP) for w in (u, v))
        else:
            f, g = activation(u), activation(v)
        rows.append(xp.mean(1.0 * f * g, axis=0))  # a step may come as whole numbers
        if progress:
            progress(k + 1, replicates)
    inputs = {
        "q_1": q_1, "q_2": q_2, "theta": _ANGLES, "c": np.sqrt(q_1 * q_2) * np.cos(_ANGLES)
    }  # fmt: skip
    return Measurement(xp.stack(rows), {name: inputs[name] for name in names if name in inputs})
