"""The probability flow of correlated Gaussian data, integrated in equal steps.

One sample in three dimensions, a few numbers integrated by SciPy: NumPy.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from derivations.score_sde.simulation.process import in_equal_steps
from theory.simulation import Measurement, Simulation

from .correlated import MEAN, SPECTRA, covariance, in_modes, levels, score

JOURNEYS = {"straight": (0.875, (0.75, 0.5, 0.25, 0.125)), "circle": (1.375, (1.125, 0.875, 0.5, 0.125))}
"""By schedule: the time where the flow starts, and those where it is read."""
START = np.array([1.1, -0.7, 0.5])
PUSH = np.array([0.3, 0.2, -0.4])


def path(schedule: str, data: str, x, start: float, times, step: float) -> np.ndarray:
    """The flow dx/dt = f x - g^2/2 score from x at time ``start`` back to ``times``: (times, 3)."""

    def slope(gone, x):
        t = start - gone
        alpha, sigma, dalpha, dsigma = levels(schedule, t)
        f = dalpha / alpha
        g2 = 2 * sigma * dsigma - 2 * f * sigma**2
        return -(f * x - g2 / 2 * score(schedule, data, x, t))

    return in_equal_steps(slope, x, [start - t for t in times], step, "RK23")


def trajectory(*, xp, rng, progress, step, schedule, data) -> Measurement:
    """The sample on its way, in the eigenbasis."""
    start, times = JOURNEYS[schedule]
    found = path(schedule, data, START, start, times, step)
    return _measured(xp, in_modes(found), schedule, data, step, x_T=in_modes(START), mu=in_modes(MEAN))


def estimate(*, xp, rng, progress, step, schedule, data) -> Measurement:
    """The endpoint estimate on the way, by Tweedie's formula: its deviation per unit of the start's."""
    start, times = JOURNEYS[schedule]
    found = in_modes(
        _estimates(schedule, data, path(schedule, data, START, start, times, step), times) - MEAN
    )
    deviation = in_modes(START - levels(schedule, start)[0] * MEAN)
    return _measured(xp, found / deviation, schedule, data, step)


def emerging(*, xp, rng, progress, step, schedule, data) -> Measurement:
    """The endpoint estimate relative to what it is at the end, where the noise is gone."""
    start, times = JOURNEYS[schedule]
    found = path(schedule, data, START, start, (*times, 0.0), step)
    estimates = _estimates(schedule, data, found[:-1], times)
    shares = in_modes(estimates - MEAN) / in_modes(found[-1] - MEAN)
    return _measured(xp, shares, schedule, data, step, start=False)


def perturbed(*, xp, rng, progress, step, schedule, data) -> Measurement:
    """What is left at the end of a push on the way, per unit: one row for each time of the push."""
    start, times = JOURNEYS[schedule]
    rows = []
    for t in times:
        there = path(schedule, data, START, start, (t,), step)[-1]
        pushed, left = (path(schedule, data, x, t, (0.0,), step)[-1] for x in (there + PUSH, there))
        rows.append(in_modes(pushed - left) / in_modes(PUSH))
    at = _levels(schedule, times)
    read = {"lam": SPECTRA[data], "alpha_T": at[0], "sigma_T": at[1]}
    return Measurement(xp.asarray(np.stack(rows)), read, steps=round(1 / step))


def off_the_plane(*, xp, rng, progress, step, data) -> Measurement:
    """How far the sample is from the ellipse between the image it becomes and the noise it was.

    On the circle, from noise alone (the angle pi/2), where the drift has no limit: by the mean rate
    of the sample given x, from Gaussian conditioning.
    """
    times = tuple(np.pi / 2 * np.arange(3, -1, -1) / 4)
    mean = MEAN[:, None]
    spread = covariance(data)

    def slope(gone, x):
        alpha, sigma, dalpha, dsigma = levels("circle", np.pi / 2 - gone)
        ahead = np.linalg.solve(alpha**2 * spread + sigma**2 * np.eye(3), x[:, None] - alpha * mean)
        clean, noise = mean + alpha * spread @ ahead, sigma * ahead
        return -(dalpha * clean + dsigma * noise)[:, 0]

    quarter = np.pi / 2
    found = in_equal_steps(slope, START, [quarter - t for t in times], step * quarter, "RK23")
    image = found[-1]
    angles = np.array(times[:-1])[:, None]
    ellipse = np.cos(angles) * image + np.sin(angles) * START
    read = {
        "x_T": in_modes(START), "lam": SPECTRA[data], "alpha": np.cos(angles), "sigma": np.sin(angles)
    }  # fmt: skip
    return Measurement(xp.asarray(in_modes(ellipse - found[:-1])), read, steps=round(1 / step))


def _estimates(schedule, data, samples, times) -> np.ndarray:
    rows = []
    for x, t in zip(samples, times, strict=True):
        alpha, sigma, *_ = levels(schedule, t)
        rows.append((x + sigma**2 * score(schedule, data, x, t)) / alpha)
    return np.stack(rows)


def _levels(schedule, times) -> tuple[np.ndarray, np.ndarray]:
    both = np.array([levels(schedule, t)[:2] for t in times])
    return both[:, :1], both[:, 1:]


def _measured(xp, values, schedule, data, step, *, start=True, **read) -> Measurement:
    first, times = JOURNEYS[schedule]
    alpha, sigma = _levels(schedule, times)
    read |= {"lam": SPECTRA[data], "alpha": alpha, "sigma": sigma}
    if start:
        read["alpha_T"], read["sigma_T"] = levels(schedule, first)[:2]
    return Measurement(xp.asarray(values), read, steps=round(1 / step))


def _on(run, **settings) -> Simulation:
    return Simulation(partial(run, **settings))


straight_flow = _on(trajectory, schedule="straight", data="thin")
circle_flow = _on(trajectory, schedule="circle", data="thin")
circle_estimate = _on(estimate, schedule="circle", data="full")
circle_emergence = _on(emerging, schedule="circle", data="full")
circle_perturbation = _on(perturbed, schedule="circle", data="full")
circle_rotation = _on(off_the_plane, data="full")
