"""Networks of two inputs trained on the circle, and their tangent kernels (Jacot et al. 2018, Fig. 1)."""

from __future__ import annotations

import numpy as np

from ..architecture.finite import dense_ntk_by_backpropagation, forward, initialise

POINTS = 16
"""Points of the circle with targets x_1 x_2."""


def on_circle(angle) -> np.ndarray:
    """Points (B, 2) at these angles from the first axis, in radians."""
    return np.stack([np.cos(angle), np.sin(angle)], axis=-1)


def kernels_on_circle(network, width, angles, *, seeds, steps=150, step=0.5) -> tuple[np.ndarray, np.ndarray]:
    """Tangent kernels (seeds, angles) of a point with those at ``angles`` from it: before and after training.

    Gradient descent on half the mean squared error, all parameters at one rate, in float32 by JAX.
    """
    import jax

    train = on_circle(2 * np.pi * np.arange(POINTS) / POINTS).astype(np.float32)
    targets = train[:, :1] * train[:, 1:]
    x, first = (on_circle(np.asarray(a)).astype(np.float32) for a in (angles, [0.0]))

    def loss(parameters):
        return jax.numpy.mean((forward(network, parameters, train) - targets) ** 2) / 2

    def descend(parameters):
        def one(_, parameters):
            return jax.tree.map(lambda p, g: p - step * g, parameters, jax.grad(loss)(parameters))

        return jax.lax.fori_loop(0, steps, one, parameters)

    def kernel(parameters):
        return dense_ntk_by_backpropagation(network, parameters, first, x)[0]

    @jax.jit
    def run(parameters):
        return kernel(parameters), kernel(descend(parameters))

    drawn = (initialise(network, width, (2,), np.random.default_rng([s, width])) for s in range(seeds))
    found = [run(jax.tree.map(lambda p: p.astype(np.float32), parameters)) for parameters in drawn]
    before, after = zip(*found, strict=True)
    return np.stack(before).astype(float), np.stack(after).astype(float)
