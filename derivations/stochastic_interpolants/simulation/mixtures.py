"""Interpolants between mixtures as joint draws of both laws and the noise."""

from __future__ import annotations

import numpy as np

from theory.simulation import Measurement, Simulation, replicate

FIRST = ((0.3, 0.7), ((-1.0, 0.5), (1.0, -0.5)), (((0.3, 0.1), (0.1, 0.2)), ((0.2, 0.0), (0.0, 0.4))))
SECOND = ((0.6, 0.4), ((0.0, 1.5), (0.5, -1.5)), (((0.2, -0.1), (-0.1, 0.3)), ((0.5, 0.2), (0.2, 0.2))))
"""Weights, means and covariances in the plane; nothing commutes."""


def draws(law, samples, rng, xp):
    weights, means, covariances = (np.asarray(part) for part in law)
    which = xp.asarray(rng.choice(len(weights), size=samples, p=weights))
    normal = xp.asarray(rng.normal(size=(samples, means.shape[1])))
    means, roots = xp.asarray(means), xp.asarray(np.linalg.cholesky(covariances))
    return xp.take(means, which, axis=0) + (xp.take(roots, which, axis=0) @ normal[:, :, None])[:, :, 0]


def joint_draws(*, xp, rng, progress, t, samples, replicates) -> Measurement:
    """Moments of noise and rate with functions f of the sample: x and tanh(2 x), over joint draws.

    The denoiser is the function with E[(z - eta(x)).f(x)] = 0 for every f, and so for the velocity: linear
    levels, with gamma^2 = 2 t (1 - t). Read off are the samples.
    """
    gamma = (2 * t * (1 - t)) ** 0.5

    def draw(rng):
        x_0, x_1 = draws(FIRST, samples, rng, xp), draws(SECOND, samples, rng, xp)
        z = xp.asarray(rng.normal(size=(samples, 2)))
        x = (1 - t) * x_0 + t * x_1 + gamma * z
        rate = x_1 - x_0 + (1 - 2 * t) / gamma * z
        rows = [xp.mean(xp.sum(aim * f, axis=1)) for aim in (z, rate) for f in (x, xp.tanh(2 * x))]
        return xp.concat([xp.stack(rows), xp.reshape(x, (-1,))])

    found = replicate(draw, replicates, rng=rng, progress=progress)
    x = xp.reshape(found[:, 4:], (replicates, samples, 2))
    return Measurement(found[:, :4], {"x": x}, steps=samples)


mixture_draws = Simulation(
    joint_draws,
    {"laptop": {"samples": 2_000, "replicates": 64}, "gpu": {"samples": 20_000, "replicates": 256}},
)
