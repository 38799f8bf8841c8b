"""Moments, probability flow, likelihood and score difference from their equations of motion.

The state is that of one sample, a few numbers integrated by SciPy: NumPy.
"""

from __future__ import annotations

import numpy as np

from theory.simulation import Measurement, Simulation

from .process import coefficients, in_equal_steps

TIMES = (0.25, 0.5, 0.75, 1.0)
MEAN = np.array([0.4, -0.3])
COVARIANCE = np.array([[1.2, 0.5], [0.5, 0.6]])
SAMPLE = np.array([0.9, 0.2])


def kernel(*, xp, rng, progress, step, process) -> Measurement:
    """Signal level and noise variance of one data point noised by the process."""

    def slope(t, y):
        f, g2 = coefficients(process, t)
        return [f * y[0], 2 * f * y[1] + g2]

    path = in_equal_steps(slope, [1.0, 0.0], TIMES, step)
    return Measurement(xp.asarray(path), {"t": np.array(TIMES)}, steps=round(1 / step))


def likelihood(*, xp, rng, progress, step, process, prior2) -> Measurement:
    """Likelihood code on a correlated Gaussian in the plane: the flow with its divergence in the state.

    Measured, at several end times: the sample in the covariance's eigenbasis, the integral of the
    divergence, and the log-likelihood of the start with the density at that time, or with the prior
    N(0, prior2) there.
    """
    eye = np.eye(2)

    def slope(t, y):
        f, g2 = coefficients(process, t)
        precision = np.linalg.inv(y[0] ** 2 * COVARIANCE + y[1] * eye)
        score = -precision @ (y[2:4] - y[0] * MEAN)
        divergence = 2 * f + g2 / 2 * np.trace(precision)
        return [f * y[0], 2 * f * y[1] + g2, *(f * y[2:4] - g2 / 2 * score), divergence]

    path = in_equal_steps(slope, [1.0, 0.0, *SAMPLE, 0.0], TIMES, step, "RK23")
    lam, modes = np.linalg.eigh(COVARIANCE)
    rows = []
    for alpha, sigma2, *x, gathered in path:
        noisy, apart = alpha**2 * COVARIANCE + sigma2 * eye, x - alpha * MEAN
        density = -(apart @ np.linalg.solve(noisy, apart) + np.linalg.slogdet(2 * np.pi * noisy)[1]) / 2
        prior = -np.sum(np.square(x)) / (2 * prior2) - np.log(2 * np.pi * prior2)
        rows.append([*(modes.T @ x), gathered, density + gathered, prior + gathered])
    read = {"t": np.array(TIMES), "x_s": modes.T @ SAMPLE, "lam": lam, "mu": modes.T @ MEAN}
    return Measurement(xp.asarray(np.array(rows)), read, steps=round(1 / step))


def score_matching(*, xp, rng, progress, step, process, v, v_q, delta) -> Measurement:
    """Half the integral of g2 times the mean square difference of the scores of two noised Gaussians.

    The mean is over the first law, by Gauss-Hermite quadrature (exact for a square of linear scores).
    """
    node, weight = np.polynomial.hermite_e.hermegauss(3)
    weight = weight / weight.sum()

    def slope(t, y):
        f, g2 = coefficients(process, t)
        first, second, apart, _ = y
        x = np.sqrt(first) * node + apart
        difference = -(x - apart) / first + x / second
        gathered = g2 / 2 * (weight @ difference**2)
        return [2 * f * first + g2, 2 * f * second + g2, f * apart, gathered]

    path = in_equal_steps(slope, [v, v_q, delta, 0.0], TIMES, step, "RK23")
    return Measurement(xp.asarray(path[:, 3:]), {"t": np.array(TIMES)[:, None]}, steps=round(1 / step))


noised_point = Simulation(kernel)
likelihood_code = Simulation(likelihood)
score_matching_loss = Simulation(score_matching)
