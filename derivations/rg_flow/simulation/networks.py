"""Real networks: fresh random matrices, forwards for correlators and backwards for the tangent kernel."""

from __future__ import annotations

import numpy as np

from theory.simulation import Measurement, Simulation, replicate

INPUT = np.array([0.8, -1.1, 0.6])


def relu(z):
    return (z + abs(z)) / 2


def linear(z):
    return z


def layers(rng, activation, n: int, l: int, C_b: float, C_W: float, batch: int, xp):
    """Preactivations (batch, n) of layers 1 to l at one input, and the weights after the first layer."""
    z = xp.asarray(rng.normal(size=(batch, n, INPUT.size)) * np.sqrt(C_W / INPUT.size)) @ xp.asarray(INPUT)
    z, weights = [z + xp.asarray(np.sqrt(C_b) * rng.normal(size=(batch, n)))], []
    for _ in range(l - 1):
        w = xp.asarray(rng.normal(size=(batch, n, n)) * np.sqrt(C_W / n))
        b = xp.asarray(np.sqrt(C_b) * rng.normal(size=(batch, n)))
        weights.append(w)
        z.append((w @ activation(z[-1])[..., None])[..., 0] + b)
    return z, weights


def first_kernel(C_b: float, C_W: float) -> float:
    """The kernel of the first layer: the mean square of the input, through weights and biases."""
    return C_b + C_W * float(INPUT @ INPUT) / INPUT.size


def correlators(*, xp, rng, progress, n, l, C_W, activation, replicates, batch) -> Measurement:
    """E z_i^2 z_j^2 of different neurons, and E z_i^4, in the last of l layers without biases."""

    def draw(rng):
        z = layers(rng, activation, n, l, 0.0, C_W, batch, xp)[0][-1]
        squares = xp.sum(z**2, axis=1)
        fourths = xp.sum(z**4, axis=1)
        return xp.stack([xp.mean((squares**2 - fourths) / (n * (n - 1))), xp.mean(fourths) / n])

    values = replicate(draw, replicates, rng=rng, progress=progress)
    return Measurement(values, {"K": first_kernel(0.0, C_W)}, steps=l)


def tangent_kernels(
    *, xp, rng, progress, n, l, a_plus, a_minus, lambda_b, lambda_W, replicates, batch
) -> Measurement:
    """The mean tangent kernel of one neuron of the last of l layers, by gradients carried back.

    Slopes a_plus and a_minus, no biases; the weights keep the mean square of the preactivations.
    """
    C_W = 2 / (a_plus**2 + a_minus**2)

    def activation(z):
        return (a_plus + a_minus) / 2 * z + (a_plus - a_minus) / 2 * abs(z)

    def slope(z):
        return a_minus + (a_plus - a_minus) * xp.astype(z > 0, xp.float64)

    def draw(rng):
        z, weights = layers(rng, activation, n, l, 0.0, C_W, batch, xp)
        back = xp.zeros((batch, n)) + xp.asarray((np.arange(n) == 0) * 1.0)
        total = xp.zeros(batch)
        for k in range(l - 1, -1, -1):
            size = xp.sum(back**2, axis=1)
            square = xp.mean(activation(z[k - 1]) ** 2, axis=1) if k else float(INPUT @ INPUT) / INPUT.size
            total = total + size * (lambda_b + lambda_W * square)
            if k:
                back = slope(z[k - 1]) * (back[:, None, :] @ weights[k - 1])[:, 0, :]
        return xp.mean(total)

    values = replicate(draw, replicates, rng=rng, progress=progress)
    return Measurement(values, {"K": first_kernel(0.0, C_W)}, steps=l)


_MANY = {"replicates": 64, "batch": 50_000}


def one_of(which: int, activation, C_W: float) -> Simulation:
    """The simulation of one of the two correlators."""

    def run(*, xp, rng, progress, n, l, replicates, batch):
        found = correlators(
            xp=xp, rng=rng, progress=progress, n=n, l=l, C_W=C_W, activation=activation,
            replicates=replicates, batch=batch,
        )  # fmt: skip
        return Measurement(found.values[:, which], found.inputs, found.steps)

    run.__doc__ = correlators.__doc__
    return Simulation(run, {"laptop": {"replicates": 64, "batch": 1000}, "gpu": _MANY})


relu_two_neurons = one_of(0, relu, 2.0)
relu_one_neuron = one_of(1, relu, 2.0)
linear_two_neurons = one_of(0, linear, 1.0)
leaky_tangent_kernels = Simulation(
    tangent_kernels,
    {"laptop": {"n": 10, "replicates": 64, "batch": 600}, "gpu": _MANY | {"n": 10}},
)
