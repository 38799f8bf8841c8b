"""The tangent kernel of finite networks at initialisation, by backpropagation."""

from __future__ import annotations

from functools import partial

import numpy as np

from theory.simulation import Measurement, Simulation, replicate

from .layers import cubic

LARGEST = 2**22
"""Weights of a layer, of all networks that are computed at once."""


def cubic_slope(z, w):
    """The derivative of the activation with Hermite weights w (4,)."""
    return w[1] ** 0.5 + (2 * w[2]) ** 0.5 * z + (w[3] / 6) ** 0.5 * (3 * z**2 - 3)


def product_of_two(a, xp):
    """The scalar product of two inputs' units: a (..., units, 2)."""
    return xp.vecdot(a[..., 0], a[..., 1])


def finite_tangent_kernel(*, xp, rng, progress, width, L, gap, w_2, w_3, replicates, networks=100):
    """Tangent kernel of two inputs on the circle in networks with ``L`` hidden layers of ``width`` units.

    NTK parametrisation, no biases; values (replicates, 1), each a mean over ``networks`` networks.
    """
    w = (0.0, 1 - w_2 - w_3, w_2, w_3)
    angle = 2 * np.arcsin((gap / 2) ** 0.5)
    inputs = xp.asarray([[1.0, np.cos(angle)], [0.0, np.sin(angle)]])
    fans = (2, *(width,) * (L - 1))
    at_once = max(1, LARGEST // (width * max(fans)))

    def weights(rng):
        hidden = [rng.standard_normal((width, fan), dtype=np.float32) for fan in fans]
        return *hidden, rng.normal(size=(width, 1))

    def tangents(rng, count):
        drawn = zip(*(weights(rng) for _ in range(count)), strict=True)
        *layers, back = (xp.asarray(np.stack(layer)) for layer in drawn)  # (count, width, fan)
        a, kept = inputs, []
        for k in range(L):
            scale = width if k else 1
            z = layers[k] @ a / scale**0.5
            kept.append((product_of_two(a, xp) / scale, z))
            a = cubic(z, w)
        total, back = product_of_two(a, xp) / width, back / width**0.5
        for k in reversed(range(L)):
            product, z = kept[k]
            back = back * cubic_slope(z, w)
            total = total + product * product_of_two(back, xp)
            if k:
                back = xp.matrix_transpose(layers[k]) @ back / width**0.5
        return total

    def draw(rng):
        counts = [min(at_once, networks - k) for k in range(0, networks, at_once)]
        return xp.mean(xp.concat([tangents(rng, count) for count in counts]))[None]

    return Measurement(replicate(draw, replicates, rng=rng, progress=progress), steps=width)


finite_tangents = Simulation(
    finite_tangent_kernel,
    {"laptop": {"replicates": 64}, "gpu": {"replicates": 1024, "width": (8, 16, 32, 64)}},
)
optimal_tangents = Simulation(
    partial(finite_tangent_kernel, width=2048, networks=20),
    {"laptop": {"replicates": 64}, "gpu": {"replicates": 1024}},
)
