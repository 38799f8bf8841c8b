"""Mean and covariance of Euler-Maruyama steps of the reverse equations, on correlated Gaussian data."""

from __future__ import annotations

from functools import partial

import numpy as np

from theory.simulation import Measurement, Simulation

from .correlated import DIRECTIONS, SPECTRA, covariance, levels

FIRST, TIMES = 1.3, (1.0, 0.7, 0.4)
WIDTH = 1.7
"""The variance of the samples where they start, in every direction."""


def euler_maruyama(*, xp, rng, progress, step, kappa, data, moment) -> Measurement:
    """A moment of the samples at three levels, in the eigenbasis: the "mean", or the "variance".

    On the circle, from the angle 1.3. The steps are linear in the sample, with independent noise: its
    mean and covariance are followed instead of draws. The mean is that of the deviation from the
    noisy mean, per unit of the start's, which the steps move as they move a difference of two samples.
    """
    spread, eye, modes = xp.asarray(covariance(data)), xp.eye(3), xp.asarray(DIRECTIONS)
    matrix, width, rows, t = eye, WIDTH * eye, [], FIRST
    for end in TIMES:
        count = round((t - end) / step)
        for k in range(count):
            alpha, sigma, dalpha, dsigma = levels("circle", t - k * step)
            f = dalpha / alpha
            g2 = 2 * sigma * dsigma - 2 * f * sigma**2
            precision = xp.linalg.inv(alpha**2 * spread + sigma**2 * eye)
            move = (1 - step * f) * eye - (1 + kappa) / 2 * step * g2 * precision
            matrix, width = move @ matrix, move @ width @ move.T + step * kappa * g2 * eye
        t = end
        rows.append(xp.linalg.diagonal(modes.T @ (width if moment == "variance" else matrix) @ modes))
    both = np.array([levels("circle", t)[:2] for t in TIMES])
    read = {"lam": SPECTRA[data], "alpha": both[:, :1], "sigma": both[:, 1:]}
    read["alpha_T"], read["sigma_T"] = levels("circle", FIRST)[:2]
    if moment == "variance":
        read["V_T"] = WIDTH
    return Measurement(xp.stack(rows), read, steps=round((FIRST - TIMES[-1]) / step))


reverse_mean = Simulation(partial(euler_maruyama, moment="mean", data="full"))
reverse_variance = Simulation(partial(euler_maruyama, moment="variance", data="full"))
thin_reverse_variance = Simulation(partial(euler_maruyama, moment="variance", data="thin"))
