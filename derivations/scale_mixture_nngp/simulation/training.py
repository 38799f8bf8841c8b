"""Ensembles trained by gradient descent in function space: a scale and a start for each network."""

from __future__ import annotations

from functools import partial

import numpy as np

from theory.simulation import Measurement, Simulation, replicate

from .bayes import LENGTH, X_TEST, X, Y, kernel, scales

TIMES = np.array([0.1, 0.5, 2.0, 8.0])
DOUBLINGS = 18


def tangent_kernel(x, y):
    """A tangent kernel with another length and a constant: (x, y)."""
    return 0.5 + np.exp(-((x[:, None] - y) ** 2) / (2 * (0.6 * LENGTH) ** 2))


def propagators(rate, t, s, doublings=DOUBLINGS):
    """The error after gradient flow for a time t, from the error before: (draws, n, n).

    2^18 steps of a second-order method, each matrix squared to double the time.
    """
    step = -(s * t / 2**doublings)[:, None, None] * rate
    one = np.eye(len(rate)) + step + step @ step / 2
    for _ in range(doublings):
        one = one @ one
    return one


def trained(rng, draws, t, a, b, prior="inverse gamma"):
    """Values at the data (draws, n) and at a test point (draws,), trained for a time t."""
    points = np.append(X, X_TEST)
    s = scales(prior, rng, draws, a=a, b=b)
    L = np.linalg.cholesky(kernel(points, points) + 1e-12 * np.eye(len(points)))
    start = np.sqrt(s)[:, None] * (rng.normal(size=(draws, len(points))) @ L.T)
    rate = tangent_kernel(X, X)
    error = start[:, : len(X)] - Y
    left = (propagators(rate, t, s) @ error[:, :, None])[:, :, 0]
    # the test point moves by its kernel's column times the integral of the error
    moved = (error - left) @ np.linalg.solve(rate, tangent_kernel(X, np.array([X_TEST]))[:, 0])
    return left + Y, start[:, -1] - moved


def errors_of_modes(*, xp, rng, progress, a, b, draws, replicates, measured, prior="inverse gamma"):
    """Of a mode of the tangent kernel the mean error over its target, or the mean square, at all times."""
    lam, V = np.linalg.eigh(tangent_kernel(X, X))
    target, mode = V[:, -1] @ Y, V[:, -1]
    start = mode @ kernel(X, X) @ mode

    def draw(rng):
        found = []
        for t in TIMES:
            error = (trained(rng, draws, t, a, b, prior)[0] - Y) @ mode
            found.append(np.mean(error**2) if measured == "loss" else np.mean(error) / -target)
        return np.array(found)

    read = {"z": lam[-1] * TIMES}
    if measured == "loss":
        read |= {"y": target, "K": start}
    return Measurement(xp.asarray(replicate(draw, replicates, rng=rng, progress=progress)), read, steps=draws)


def end_of_training(*, xp, rng, progress, q, a, b, draws, replicates) -> Measurement:
    """How often two trained outputs that share the scale leave a circle around their mean at the test point,
    in units of the variance of f_0(*) - A f_0(X) at s = 1."""
    points = np.append(X, X_TEST)
    A = np.linalg.solve(tangent_kernel(X, X), tangent_kernel(X, np.array([X_TEST]))[:, 0])
    both = np.append(-A, 1.0)
    spread = both @ kernel(points, points) @ both

    def draw(rng):
        s = scales("inverse gamma", rng, draws, a=a, b=b)
        L = np.linalg.cholesky(kernel(points, points) + 1e-12 * np.eye(len(points)))
        Q = np.zeros(draws)
        for _ in range(2):  # two outputs that share the scale
            start = np.sqrt(s)[:, None] * (rng.normal(size=(draws, len(points))) @ L.T)
            error = start[:, :-1] - Y
            left = (propagators(tangent_kernel(X, X), 1e4, s, doublings=30) @ error[:, :, None])[:, :, 0]
            moved = (error - left) @ A
            Q += (start[:, -1] - moved - A @ Y) ** 2 / spread
        return np.mean(Q[:, None] > np.ravel(q), axis=0)

    return Measurement(xp.asarray(replicate(draw, replicates, rng=rng, progress=progress)), steps=draws)


_MANY = {"laptop": {"draws": 4000, "replicates": 32}, "gpu": {"draws": 200_000, "replicates": 128}}
mean_errors = Simulation(partial(errors_of_modes, measured="error"), _MANY)
mean_losses = Simulation(partial(errors_of_modes, measured="loss"), _MANY)
gamma_errors = Simulation(partial(errors_of_modes, measured="error", prior="gamma"), _MANY)
values_at_the_end = Simulation(end_of_training, _MANY)
