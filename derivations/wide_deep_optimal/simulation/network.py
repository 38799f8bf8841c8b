"""The tangent kernel of finite networks at initialisation, by backpropagation."""

from __future__ import annotations

from functools import partial

import numpy as np

from theory.simulation import Measurement, Simulation, replicate

from .layers import cubic


def cubic_slope(z, w):
    """The derivative of the activation with Hermite weights w (4,)."""
    return w[1] ** 0.5 + (2 * w[2]) ** 0.5 * z + (w[3] / 6) ** 0.5 * (3 * z**2 - 3)


def finite_tangent_kernel(*, xp, rng, progress, width, L, gap, w_2, w_3, replicates, networks=100):
    """Tangent kernel of two inputs on the circle in networks with ``L`` hidden layers of ``width`` units.

    NTK parametrisation, no biases; values (replicates, 1), each a mean over ``networks`` networks.
    """
    w = (0.0, 1 - w_2 - w_3, w_2, w_3)
    angle = 2 * np.arcsin((gap / 2) ** 0.5)
    inputs = np.array([[1.0, np.cos(angle)], [0.0, np.sin(angle)]])

    def one(rng):
        layers, a, kept = [], inputs, []
        for k in range(L):
            W = rng.standard_normal((width, len(a)), dtype=np.float32)
            z = W @ a if k == 0 else W @ a / width**0.5
            kept.append((a[:, 0] @ a[:, 1] / (1 if k == 0 else width), z))
            layers.append(W)
            a = cubic(z, w)
        total = a[:, 0] @ a[:, 1] / width
        back = rng.normal(size=(width, 1)) / width**0.5 * np.ones((1, 2))
        for k in reversed(range(L)):
            product, z = kept[k]
            back = back * cubic_slope(z, w)
            total += product * (back[:, 0] @ back[:, 1])
            if k:
                back = layers[k].T @ back / width**0.5
        return total

    draw = lambda rng: np.array([np.mean([one(rng) for _ in range(networks)])])  # noqa: E731
    return Measurement(xp.asarray(replicate(draw, replicates, rng=rng, progress=progress)), steps=width)


finite_tangents = Simulation(
    finite_tangent_kernel,
    {"laptop": {"replicates": 64}, "gpu": {"replicates": 1024, "width": (8, 16, 32, 64)}},
)
optimal_tangents = Simulation(
    partial(finite_tangent_kernel, width=2048, networks=20), {"laptop": {"replicates": 64}}
)
