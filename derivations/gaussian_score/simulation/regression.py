"""What clean data, noise and velocity are on average, given the noisy sample: by regression on draws."""

from __future__ import annotations

from functools import partial

import numpy as np

from theory.simulation import Measurement, Simulation, replicate

from .correlated import DIRECTIONS, MEAN, SPECTRA, covariance, in_modes

POINTS = np.array([[1.5, 0.2, -0.4], [-0.3, 0.9, 1.2]])
RATES = (-0.7, 0.45)


def regressed(*, xp, rng, progress, target, data, alpha, sigma, samples, replicates) -> Measurement:
    """The least-squares fit, at two points, of a target on the noisy sample: in the eigenbasis.

    ``target``: "data" x_0, "noise" eps, "score" -eps/sigma (denoising score matching) or "rate", what the
    schedule moves the sample by. Gaussian draws have linear conditional means: the fit has no bias.
    """
    root = xp.asarray(np.linalg.cholesky(covariance(data) + 1e-300 * np.eye(3)))
    mean, modes = xp.asarray(MEAN), xp.asarray(DIRECTIONS)
    at = xp.asarray(np.column_stack([np.ones(len(POINTS)), POINTS]))

    def draw(rng):
        clean = mean + xp.asarray(rng.normal(size=(samples, 3))) @ root.T
        noise = xp.asarray(rng.normal(size=(samples, 3)))
        noisy = alpha * clean + sigma * noise
        aim = {
            "data": clean,
            "noise": noise,
            "score": -noise / sigma,
            "rate": RATES[0] * clean + RATES[1] * noise,
        }[target]
        with_one = xp.concat([xp.ones((samples, 1)), noisy], axis=1)
        fit = xp.linalg.solve(with_one.T @ with_one, with_one.T @ aim)
        return at @ fit @ modes

    read = {"x": in_modes(POINTS), "lam": SPECTRA[data], "mu": in_modes(MEAN)}
    if target == "rate":
        read |= {"dalpha": RATES[0], "dsigma": RATES[1]}
    return Measurement(replicate(draw, replicates, rng=rng, progress=progress), read, steps=samples)


_MANY = {"laptop": {"samples": 40_000, "replicates": 64}, "gpu": {"samples": 200_000, "replicates": 256}}


def _regression(target: str) -> Simulation:
    return Simulation(partial(regressed, target=target, data="full"), _MANY)


data_regression, noise_regression = _regression("data"), _regression("noise")
score_regression, rate_regression = _regression("score"), _regression("rate")
