"""What the probability flow generates with denoisers that gradient flow has trained for a while.

Every noise level of the sampler's grid has a linear denoiser of its own, trained from 0; then the flow
dx/dsigma = (x - D)/sigma is integrated down the grid with them.
"""

from __future__ import annotations

from operator import matmul, mul

import numpy as np
from scipy.integrate import solve_ivp
from scipy.sparse import diags

from theory.simulation import Measurement, Simulation

from .denoiser_training import LAM, TIMES, entries, rotated


def heun_step(slope, state, step):
    """One step of Heun's method for ``state' = slope(state)``."""
    first = slope(state)
    return state + step / 2 * (first + slope(state + step * first))


def steps_down(lengths, weights, one=1.0, product=mul):
    """What each step down the grid of noise levels multiplies a sample by: Heun's method in ln(sigma).

    ``weights[k]`` is the denoiser at level k, numbers or a matrix that ``product`` applies, and
    ``lengths[k]`` the change of ln(sigma) from there to the next level.
    """
    here, below = one - weights[:-1, ...], one - weights[1:, ...]
    return one + lengths / 2 * (here + product(below, one + lengths * here))


def root(function, low, high, xp):
    """Where each component of a rising function of an array is 0, between ends below and above it.

    By regula falsi; the value at an end that stays a second time is halved (the Illinois rule).
    Raises ValueError where the function is not negative at ``low`` and positive at ``high``.
    """
    at_low, at_high, middle, side = function(low), function(high), low, 0 * low
    if not bool(xp.all((at_low < 0) & (at_high > 0))):
        raise ValueError(f"no root between {low} and {high}: the function has to be negative, then positive")
    for _ in range(64):
        before, middle = middle, low - at_low * (high - low) / (at_high - at_low)
        if float(xp.max(xp.abs(middle - before))) <= 1e-14:
            break
        at, was = function(middle), side
        side = xp.sign(at)
        again = xp.where(side == was, 0.5 + 0 * at, 1 + 0 * at)
        low, at_low = xp.where(at > 0, low, middle), xp.where(at > 0, again * at_low, at)
        high, at_high = xp.where(at > 0, middle, high), xp.where(at > 0, at, again * at_high)
    return middle


def in_random_basis(*, xp, rng, progress, step, eta, sigma_0, sigma_T) -> Measurement:
    """The generated variance of each mode at several learning times, all in matrices."""
    basis, covariance = rotated(rng, np.array(LAM))
    S, modes, eye = xp.asarray(covariance), xp.asarray(basis), xp.eye(len(basis))
    grid = xp.asarray(np.geomspace(sigma_T, sigma_0, round(2 / step) + 1))[:, None, None]
    lengths, noisy = xp.log(grid[1:, ...] / grid[:-1, ...]), S + grid**2 * eye
    W, found = xp.zeros_like(noisy), []
    for k in range(round(TIMES[-1] / step)):
        W = heun_step(lambda W: -2 * eta * (W @ noisy - S), W, step)
        if (k + 1) * step in TIMES:
            factors = steps_down(lengths, W, eye, matmul)
            columns = sigma_T * eye  # they start with the covariance of the noise
            for j in range(len(grid) - 1):
                columns = factors[j, ...] @ columns
            found.append(entries(modes, columns @ columns.T))
        if progress is not None:
            progress(k + 1, TIMES[-1] / step)
    read = {"tau": np.array(TIMES)[:, None], "lam": entries(basis, covariance)}
    return Measurement(xp.stack(found), read, steps=round(TIMES[-1] / step))


def time_to_half(*, xp, rng, progress, step, eta, sigma_0, sigma_T, lam) -> Measurement:
    """The learning time after which each mode is generated with half its variance, ``1/step`` steps a run."""
    steps, lam = round(1 / step), xp.asarray(np.ravel(lam).astype(float))
    grid = xp.asarray(np.geomspace(sigma_T, sigma_0, steps // 2 + 1))[:, None]
    lengths, rates = xp.log(grid[1:, :] / grid[:-1, :]), 2 * eta * (lam + grid**2)

    def beyond(log_tau):
        w, length, push = xp.zeros_like(rates), xp.exp(log_tau) / steps, 2 * eta * lam
        for _ in range(steps):
            w = heun_step(lambda w: push - rates * w, w, length)
        generated = (sigma_T * xp.prod(steps_down(lengths, w), axis=0)) ** 2
        return xp.log(2 * generated / lam)

    found = xp.exp(root(beyond, *(xp.log(c / (eta * lam)) for c in (0.1, 3)), xp))
    return Measurement(found[None, :], steps=steps)


def variance_by_time(taus, lam, sigma_0: float, sigma_T: float, eta: float, levels: int = 400) -> np.ndarray:
    """The generated variance at rising learning times, adaptively integrated: (times, modes)."""
    lam, grid = np.asarray(lam, dtype=float), np.geomspace(sigma_T, sigma_0, levels)
    rates, lengths = 2 * eta * (lam + np.square(grid)[:, None]), np.diff(np.log(grid))[:, None]
    run = solve_ivp(
        lambda tau, w: (2 * eta * lam - w.reshape(rates.shape) * rates).ravel(),
        (0, max(taus)), np.zeros(rates.size), method="BDF", t_eval=taus, jac=diags(-rates.ravel()),
        rtol=1e-6, atol=1e-9,
    )  # fmt: skip
    gains = (steps_down(lengths, w.reshape(rates.shape)).prod(axis=0) for w in run.y.T)
    return np.stack([(sigma_T * gain) ** 2 for gain in gains])


trained_sampling = Simulation(in_random_basis)
half_time_by_sampling = Simulation(time_to_half, growth={"step": 2.0})  # steps of training, and noise levels
