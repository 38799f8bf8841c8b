"""The Schroedinger bridge from its definition: Sinkhorn on a grid, and draws of its two ends."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr

from theory.simulation import Measurement, Simulation, replicate

_FAR = 8.0
"""Standard deviations on each side of the grid; beyond lies 1e-15 of the law."""
_SETTLED = 1e-15


def sinkhorn(c_0: float, c_1: float, sigma: float, step: float, xp):
    """The covariance of the two ends, on a grid: scale exp(-(x - y)^2/2 sigma^2) until both laws fit."""
    laws, places = [], []
    for c in (c_0, c_1):
        cells = int(np.ceil(_FAR * np.sqrt(c) / step))
        x = step * np.arange(-cells, cells + 1)
        left = -np.abs(x)
        law = ndtr((left + step / 2) / np.sqrt(c)) - ndtr((left - step / 2) / np.sqrt(c))
        laws.append(xp.asarray(law)), places.append(xp.asarray(x))
    kernel = xp.exp(-((places[0][:, None] - places[1]) ** 2) / (2 * sigma**2))
    (p, q), g, near = laws, xp.ones(len(laws[1])), xp.abs(places[1]) < 3 * c_1**0.5
    for _ in range(2000):
        f = p / (kernel @ g)
        g_next = q / (f @ kernel)
        change = xp.max(xp.where(near, xp.abs(g_next / g - 1), 0.0))
        g = g_next
        if change < _SETTLED:
            break
    return (f * places[0]) @ kernel @ (g * places[1])


def on_grid(*, xp, rng, progress, step, c_0, c_1, sigma) -> Measurement:
    """The covariance of the bridge's two ends by Sinkhorn's iteration on a grid."""
    cases = zip(*np.broadcast_arrays(c_0, c_1, sigma), strict=True)
    found = xp.stack([sinkhorn(*map(float, case), step, xp) for case in cases])[None]
    return Measurement(found, steps=round(_FAR / step))


def gaussian_coupling(c_0, c_1, sigma):
    """The same covariance for Gaussian ends: iterate on the two diagonal entries of the joint precision.

    Each is set so that the marginal variance fits; off the diagonal the precision stays -1/sigma^2.
    """
    off = 1 / sigma**2
    first, second = 1 / c_0 + off, 1 / c_1 + off
    for _ in range(10_000):
        first = 1 / c_0 + off**2 / second
        second, before = 1 / c_1 + off**2 / first, second
        if np.all(np.abs(second - before) <= 1e-16 * second):
            break
    return off / (first * second - off**2)


def drawn(*, xp, rng, progress, what, t, m_0, c_0, m_1, c_1, sigma, samples, replicates) -> Measurement:
    """Draws of both ends joined by Brownian motion: the variance at a time, or the pull towards the end.

    "pull": the least-squares fit of (x_1 - x)/(1 - t) on the sample, at two places.
    """
    k = gaussian_coupling(c_0, c_1, sigma)
    places = xp.asarray([2.8, -2.1])

    def draw(rng):
        u, w, z = xp.asarray(rng.normal(size=(3, samples)))
        x_0 = c_0**0.5 * u
        x_1 = m_1 + k / c_0 * x_0 + (c_1 - k**2 / c_0) ** 0.5 * w
        x_0 = x_0 + m_0
        x = (1 - t) * x_0 + t * x_1 + sigma * (t * (1 - t)) ** 0.5 * z
        if what == "variance":
            return xp.var(x, correction=1)[None]
        pull, apart = (x_1 - x) / (1 - t), x - xp.mean(x)
        return xp.mean(pull) + (apart @ pull) / (apart @ apart) * (places - xp.mean(x))

    found = replicate(draw, replicates, rng=rng, progress=progress)
    read = {"x": places} if what == "pull" else {}
    return Measurement(found, read, steps=samples)


def variance_draws(*, xp, rng, progress, t, c_0, c_1, sigma, samples, replicates) -> Measurement:
    """The variance of the bridge at a time, over draws of both ends joined by Brownian motion."""
    return drawn(
        xp=xp, rng=rng, progress=progress, what="variance", t=t, m_0=0.0, c_0=c_0, m_1=0.0, c_1=c_1,
        sigma=sigma, samples=samples, replicates=replicates,
    )  # fmt: skip


def pull_draws(*, xp, rng, progress, t, m_0, c_0, m_1, c_1, sigma, samples, replicates) -> Measurement:
    """The mean of (x_1 - x)/(1 - t), given x, by regression on draws of both ends."""
    return drawn(
        xp=xp, rng=rng, progress=progress, what="pull", t=t, m_0=m_0, c_0=c_0, m_1=m_1, c_1=c_1,
        sigma=sigma, samples=samples, replicates=replicates,
    )  # fmt: skip


def time_in_steps(*, xp, rng, progress, step, T, c_0, c_1, sigma) -> Measurement:
    """The time in units of the variance, by the trapezoidal rule.

    A few numbers: NumPy.
    """
    k = gaussian_coupling(c_0, c_1, sigma)
    t = T * np.linspace(0, 1, round(1 / step) + 1)
    S = (1 - t) ** 2 * c_0 + t**2 * c_1 + (2 * k + sigma**2) * t * (1 - t)
    return Measurement(xp.asarray(np.array([[np.trapezoid(1 / S, t)]])), steps=len(t))


_MANY = {"laptop": {"samples": 50_000, "replicates": 64}, "gpu": {"samples": 200_000, "replicates": 256}}
ends_on_grid = Simulation(on_grid, growth={"step": 2.0})  # a plane of points
bridge_draws = Simulation(variance_draws, _MANY)
bridge_pull_draws = Simulation(pull_draws, _MANY)
bridge_time_in_steps = Simulation(time_in_steps)
