"""Ensembles trained by gradient descent in function space: a scale and a start for each network."""

from __future__ import annotations

from functools import partial

import numpy as np

from theory.simulation import Measurement, Simulation, replicate

from .bayes import LENGTH, X_TEST, X, Y, kernel, scales, values
from .network import share_above

TIMES = np.array([0.1, 0.5, 2.0, 8.0])
DOUBLINGS = 18


def tangent_kernel(x, y):
    """A tangent kernel with another length and a constant: (x, y)."""
    return 0.5 + np.exp(-((x[:, None] - y) ** 2) / (2 * (0.6 * LENGTH) ** 2))


def propagators(rate, t, s, xp, doublings=DOUBLINGS):
    """The error after gradient flow for a time t, from the error before: (draws, n, n).

    2^18 steps of a second-order method, each matrix squared to double the time.
    """
    step = -(s * t / 2**doublings)[:, None, None] * xp.asarray(rate)
    one = xp.eye(len(rate)) + step + step @ step / 2
    for _ in range(doublings):
        one = one @ one
    return one


def trained(rng, draws, t, a, b, prior, xp):
    """Errors at the data, trained for a time t: (draws, n)."""
    s = xp.asarray(scales(prior, rng, draws, a=a, b=b))
    error = values(rng, s, xp)[:, : len(X)] - xp.asarray(Y)
    return (propagators(tangent_kernel(X, X), t, s, xp) @ error[:, :, None])[:, :, 0]


def errors_of_modes(*, xp, rng, progress, a, b, draws, replicates, measured, prior="inverse gamma"):
    """Of a mode of the tangent kernel the mean error over its target, or the mean square, at all times."""
    lam, V = np.linalg.eigh(tangent_kernel(X, X))
    target, mode = V[:, -1] @ Y, V[:, -1]
    start = mode @ kernel(X, X) @ mode

    def draw(rng):
        found = []
        for t in TIMES:
            error = trained(rng, draws, t, a, b, prior, xp) @ xp.asarray(mode)
            found.append(xp.mean(error**2) if measured == "loss" else xp.mean(error) / -target)
        return xp.stack(found)

    read = {"z": lam[-1] * TIMES}
    if measured == "loss":
        read |= {"y": target, "K": start}
    return Measurement(replicate(draw, replicates, rng=rng, progress=progress), read, steps=draws)


def end_of_training(*, xp, rng, progress, q, a, b, draws, replicates) -> Measurement:
    """How often two trained outputs that share the scale leave a circle around their mean at the test point,
    in units of the variance of f_0(*) - A f_0(X) at s = 1."""
    points = np.append(X, X_TEST)
    A = np.linalg.solve(tangent_kernel(X, X), tangent_kernel(X, np.array([X_TEST]))[:, 0])
    both = np.append(-A, 1.0)
    spread = both @ kernel(points, points) @ both

    def draw(rng):
        s = xp.asarray(scales("inverse gamma", rng, draws, a=a, b=b))
        decay = propagators(tangent_kernel(X, X), 1e4, s, xp, doublings=30)
        Q = 0.0
        for _ in range(2):  # two outputs that share the scale
            start = values(rng, s, xp)
            error = start[:, :-1] - xp.asarray(Y)
            left = (decay @ error[:, :, None])[:, :, 0]
            # the test point moves by its kernel's column times the integral of the error
            moved = (error - left) @ xp.asarray(A)
            Q = Q + (start[:, -1] - moved - A @ Y) ** 2 / spread
        return share_above(Q, q, xp)

    return Measurement(replicate(draw, replicates, rng=rng, progress=progress), steps=draws)


_MANY = {"laptop": {"draws": 4000, "replicates": 32}, "gpu": {"draws": 200_000, "replicates": 128}}
mean_errors = Simulation(partial(errors_of_modes, measured="error"), _MANY)
mean_losses = Simulation(partial(errors_of_modes, measured="loss"), _MANY)
gamma_errors = Simulation(partial(errors_of_modes, measured="error", prior="gamma"), _MANY)
values_at_the_end = Simulation(end_of_training, _MANY)
