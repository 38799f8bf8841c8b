"""EDM's sampler (Heun's method on its grid of noise levels); it knows a denoiser only."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from theory.simulation import Measurement, Simulation


def grid(steps: int, sigma_max: float = 80.0, sigma_min: float = 0.002, rho: float = 7.0) -> np.ndarray:
    """The noise levels (steps,) of EDM, from the largest on; sampling ends at 0 after the last."""
    return np.linspace(sigma_max ** (1 / rho), sigma_min ** (1 / rho), steps) ** rho


def heun(denoise: Callable, x, sigmas):
    """The samples after every step from x (B, D) at sigmas[0] down the grid, and at last to 0.

    ``denoise(x, sigma)`` is evaluated twice a step, once in the last.
    """
    path = []
    for here, below in zip(sigmas, [*sigmas[1:], 0.0], strict=True):
        slope = (x - denoise(x, here)) / here
        ahead = x + (below - here) * slope
        if below > 0:
            ahead = x + (below - here) * (slope + (ahead - denoise(ahead, below)) / below) / 2
        x = ahead
        path.append(x)
    return path


def delta_mixture(points: np.ndarray) -> Callable:
    """The exact denoiser of a training set (n, D): the mean of its points, given the noisy sample."""
    squares = np.sum(points**2, axis=1) / 2

    def denoise(x, sigma):
        logits = (x @ points.T - squares) / sigma**2
        weights = np.exp(logits - logits.max(axis=1, keepdims=True))
        return (weights @ points) / weights.sum(axis=1, keepdims=True)

    return denoise


def calls(*, xp, rng, progress, N, n) -> Measurement:
    """How often the denoiser is called when the first n of N steps are left out.

    Nothing but counting: NumPy.
    """
    counted = []

    def denoise(x, sigma):
        counted.append(sigma)
        return x / 2

    found = []
    for steps, skipped in zip(N, n, strict=True):
        counted.clear()
        heun(denoise, np.ones((1, 1)), grid(steps)[skipped:])
        found.append(float(len(counted)))
    return Measurement(xp.asarray(np.array(found)))


heun_calls = Simulation(calls)
