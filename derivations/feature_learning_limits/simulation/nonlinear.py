"""Networks of one hidden tanh layer with explicit powers of the width, in µP, trained by gradient descent."""

from __future__ import annotations

import numpy as np

from theory.simulation import Measurement, Simulation, replicate

from .linear import MAXIMAL, start

INPUTS = np.array([[0.9, -0.4], [0.3, 1.0], [-0.8, 0.5]])
LABELS = np.array([0.8, -0.6, 0.5])


def outputs(u, v, n: int):
    """At all inputs, of networks (batch, n, 2) and (batch, n): (batch, inputs)."""
    a = MAXIMAL["a"]
    return n ** -a[1] * np.sum(v[:, :, None] * np.tanh(n ** -a[0] * (u @ INPUTS.T)), axis=1)


def descend(u, v, rate: float, steps: int):
    """Weights after steps of gradient descent on half the mean squared error, by backpropagation."""
    n, a = u.shape[1], MAXIMAL["a"]
    for _ in range(steps):
        z = np.tanh(n ** -a[0] * (u @ INPUTS.T))
        e = rate / len(INPUTS) * (LABELS - outputs(u, v, n))[:, None, :]
        back = n ** -a[1] * v[:, :, None] * (1 - z**2) * e
        u, v = u + n ** -a[0] * (back @ INPUTS), v + n ** -a[1] * np.sum(z * e, axis=2)
    return u, v


def one_network(*, xp, rng, progress, n, rate, steps) -> Measurement:
    """The two layers after training, as U = sqrt(n) u and q = sqrt(n) v, and those at the start."""
    u, v = start(rng, 1, n, 2, MAXIMAL["b"])
    first, second = n ** -MAXIMAL["a"][0], n ** (1 - MAXIMAL["a"][1])
    scaled = lambda u, v: np.column_stack([first * u[0], second * v[0]])  # noqa: E731
    begin, end = scaled(u, v), scaled(*descend(u, v, rate, steps))
    # Squares over the units: sums of terms of one sign, to be compared in their last digits.
    return Measurement(xp.asarray(end.T @ end / n)[[0, 1, 2], [0, 1, 2]], {"start": begin}, steps=n)


def ensemble(*, xp, rng, progress, width, rate, steps, replicates, networks) -> Measurement:
    """Mean outputs at the three inputs after training, over networks of a width."""

    def draw(rng):
        u, v = start(rng, networks, width, 2, MAXIMAL["b"], pairs=True)
        return np.mean(outputs(*descend(u, v, rate, steps), width), axis=0)

    values = replicate(draw, replicates, rng=rng, progress=progress)
    return Measurement(xp.asarray(values), steps=networks)


one_tanh_network = Simulation(one_network, {"laptop": {"n": 9}, "gpu": {"n": 10_000}})
tanh_networks = Simulation(
    ensemble,
    {"laptop": {"replicates": 32, "networks": 60}, "gpu": {"replicates": 64, "networks": 5000}},
)
