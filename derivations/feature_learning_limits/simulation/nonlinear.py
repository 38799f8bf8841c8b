"""Networks of one hidden tanh layer with explicit powers of the width, in µP, trained by gradient descent."""

from __future__ import annotations

import numpy as np

from theory.simulation import Measurement, Simulation, replicate

from .linear import MAXIMAL, start

INPUTS = np.array([[0.9, -0.4], [0.3, 1.0], [-0.8, 0.5]])
LABELS = np.array([0.8, -0.6, 0.5])


def forward(u, v, x, n: int, xp):
    """Hidden layer (batch, n, inputs) and outputs (batch, inputs) of networks (batch, n, 2), (batch, n)."""
    a = MAXIMAL["a"]
    z = xp.tanh(n ** -a[0] * (u @ x.T))
    return z, n ** -a[1] * xp.sum(v[:, :, None] * z, axis=1)


def descend(u, v, rate: float, steps: int, xp):
    """Weights after steps of gradient descent on half the mean squared error, by backpropagation."""
    n, a, x, y = u.shape[1], MAXIMAL["a"], xp.asarray(INPUTS), xp.asarray(LABELS)
    for _ in range(steps):
        z, f = forward(u, v, x, n, xp)
        e = rate / len(LABELS) * (y - f)[:, None, :]
        back = n ** -a[1] * v[:, :, None] * (1 - z**2) * e
        u, v = u + n ** -a[0] * (back @ x), v + n ** -a[1] * xp.sum(z * e, axis=2)
    return u, v


def one_network(*, xp, rng, progress, n, rate, steps) -> Measurement:
    """The two layers after training, as U = sqrt(n) u and q = sqrt(n) v, and those at the start."""
    u, v = start(rng, 1, n, 2, MAXIMAL["b"], xp)
    first, second = n ** -MAXIMAL["a"][0], n ** (1 - MAXIMAL["a"][1])
    scaled = lambda u, v: xp.concat([first * u[0], second * v[0][:, None]], axis=1)  # noqa: E731
    begin, end = scaled(u, v), scaled(*descend(u, v, rate, steps, xp))
    # Squares over the units: sums of terms of one sign, to be compared in their last digits.
    return Measurement(xp.mean(end**2, axis=0), {"start": begin}, steps=n)


def ensemble(*, xp, rng, progress, width, rate, steps, replicates, networks) -> Measurement:
    """Mean outputs at the three inputs after training, over networks of a width."""

    def draw(rng):
        u, v = descend(*start(rng, networks, width, 2, MAXIMAL["b"], xp, pairs=True), rate, steps, xp)
        return xp.mean(forward(u, v, xp.asarray(INPUTS), width, xp)[1], axis=0)

    return Measurement(replicate(draw, replicates, rng=rng, progress=progress), steps=networks)


one_tanh_network = Simulation(one_network, {"laptop": {"n": 9}, "gpu": {"n": 10_000}})
tanh_networks = Simulation(
    ensemble,
    {"laptop": {"replicates": 32, "networks": 60}, "gpu": {"replicates": 64, "networks": 5000}},
)
