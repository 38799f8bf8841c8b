"""What the probability flow generates with denoisers that gradient flow has trained for a while.

Every noise level of the sampler's grid has a linear denoiser of its own, trained from 0; then the flow
dx/dsigma = (x - D)/sigma is integrated down the grid with them.
"""

from __future__ import annotations

import numpy as np
from scipy.integrate import solve_ivp
from scipy.optimize import brentq
from scipy.sparse import diags

from theory.simulation import Measurement, Simulation

from .denoiser_training import LAM, TIMES, entries, rotated


def heun_step(slope, state, step):
    """One step of Heun's method for ``state' = slope(state)``."""
    first = slope(state)
    return state + step / 2 * (first + slope(state + step * first))


def down(grid, weights, start, product=np.multiply):
    """A sample (or a matrix of them) taken down the grid of noise levels, by Heun's method in ln(sigma).

    ``weights[k]`` is the denoiser at ``grid[k]``, applied by ``product``.
    """
    x = start
    for k in range(len(grid) - 1):
        length = np.log(grid[k + 1] / grid[k])
        here = x - product(weights[k], x)
        there = x + length * here
        x = x + length / 2 * (here + there - product(weights[k + 1], there))
    return x


def in_random_basis(*, xp, rng, progress, step, eta, sigma_0, sigma_T) -> Measurement:
    """The generated variance of each mode at several learning times, all in matrices."""
    basis, covariance = rotated(rng, np.array(LAM))
    grid = np.geomspace(sigma_T, sigma_0, round(2 / step) + 1)
    noisy = covariance + np.square(grid)[:, None, None] * np.eye(len(basis))
    W, found = np.zeros_like(noisy), []
    for k in range(round(TIMES[-1] / step)):
        W = heun_step(lambda W: -2 * eta * (W @ noisy - covariance), W, step)
        if (k + 1) * step in TIMES:
            # columns that start with the covariance of the noise
            columns = down(grid, W, sigma_T * np.eye(len(basis)), np.matmul)
            found.append(entries(basis, columns @ columns.T))
        if progress is not None:
            progress(k + 1, TIMES[-1] / step)
    read = {"tau": np.array(TIMES)[:, None], "lam": entries(basis, covariance)}
    return Measurement(xp.asarray(np.stack(found)), read, steps=round(TIMES[-1] / step))


def time_to_half(*, xp, rng, progress, step, eta, sigma_0, sigma_T, lam) -> Measurement:
    """The learning time after which each mode is generated with half its variance, ``1/step`` steps a run."""
    steps = round(1 / step)
    grid = np.geomspace(sigma_T, sigma_0, steps // 2 + 1)

    def beyond(log_tau, lam):
        w = np.zeros_like(grid)
        for _ in range(steps):
            w = heun_step(lambda w: -2 * eta * (w * (lam + grid**2) - lam), w, np.exp(log_tau) / steps)
        return np.log(2 * down(grid, w, sigma_T) ** 2 / lam)

    found = []
    for v in np.ravel(lam):
        ends = np.log(0.1 / (eta * v)), np.log(3 / (eta * v))
        found.append(np.exp(brentq(beyond, *ends, args=(v,), xtol=1e-14)))
    return Measurement(xp.asarray(np.array(found)[None]), steps=steps)


def variance_by_time(taus, lam, sigma_0: float, sigma_T: float, eta: float, levels: int = 400) -> np.ndarray:
    """The generated variance at rising learning times, adaptively integrated: (times, modes)."""
    lam, grid = np.asarray(lam, dtype=float), np.geomspace(sigma_T, sigma_0, levels)
    rates = 2 * eta * (lam + np.square(grid)[:, None])
    run = solve_ivp(
        lambda tau, w: (2 * eta * lam - w.reshape(rates.shape) * rates).ravel(),
        (0, max(taus)), np.zeros(rates.size), method="BDF", t_eval=taus, jac=diags(-rates.ravel()),
        rtol=1e-6, atol=1e-9,
    )  # fmt: skip
    return np.stack([down(grid, w.reshape(rates.shape), np.full(lam.shape, sigma_T)) ** 2 for w in run.y.T])


trained_sampling = Simulation(in_random_basis, {"laptop": {}, "gpu": {}})
half_time_by_sampling = Simulation(time_to_half, {"laptop": {}, "gpu": {}})
