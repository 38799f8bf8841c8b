"""Points under noise: what is left open of them, and the mean square of the marginal velocity, by draws."""

from __future__ import annotations

from functools import partial

import numpy as np

from theory.simulation import Measurement, Simulation, replicate


def posterior(points: np.ndarray, noisy, a, m, xp):
    """Weights (B, n) of the points (n, d), given the noisy samples (B, d) at levels a, m (B,)."""
    X = xp.asarray(points)
    a, m = a[:, None], m[:, None]
    logits = (a * (noisy @ X.T) - a * a * xp.sum(X * X, axis=1)[None] / 2) / (m * m)
    weights = xp.exp(logits - xp.max(logits, axis=1, keepdims=True))
    return weights / xp.sum(weights, axis=1, keepdims=True)


def noised(points: np.ndarray, a, m, rng, xp):
    """Clean and noisy samples (B, d) at levels a, m (B,)."""
    clean = xp.asarray(points[rng.integers(0, len(points), len(a))])
    noise = xp.asarray(rng.normal(size=(len(a), points.shape[1])))
    return clean, a[:, None] * clean + m[:, None] * noise


def levels(schedule: str, t) -> tuple:
    """(a, m, da/dt, dm/dt) of "cond_ot" or of the "cosine" schedule at times t (NumPy)."""
    if schedule == "cond_ot":
        return t, 1 - t, np.ones_like(t), -np.ones_like(t)
    q = np.pi / 2
    return np.sin(q * t), np.cos(q * t), q * np.cos(q * t), -q * np.sin(q * t)


def square_speed(points, a, m, da, dm, rng, xp):
    """|u|^2/d at noisy samples drawn at the levels (B,): the softmax velocity."""
    a, m, da, dm = (xp.asarray(v) for v in (a, m, da, dm))
    _, noisy = noised(points, a, m, rng, xp)
    D = posterior(points, noisy, a, m, xp) @ xp.asarray(points)
    eps = (noisy - a[:, None] * D) / m[:, None]
    return xp.mean((da[:, None] * D + dm[:, None] * eps) ** 2, axis=1)


def pair_of_points(d: int) -> np.ndarray:
    """Two points +x and -x with |x|^2 = d: (2, d)."""
    x = np.sqrt(np.arange(1, d + 1) * 2 / (d + 1))
    return np.stack([x, -x])


def few_points(n: int = 6, d: int = 3) -> np.ndarray:
    """Random points with E|x|^2 = d: (n, d)."""
    X = np.random.default_rng(11).normal(size=(n, d))
    return X / np.sqrt(np.mean(X**2))


def energy_of_pair(*, xp, rng, progress, schedule, samples, replicates) -> Measurement:
    """The energy of a schedule on two points in four dimensions: |u|^2/d at random times."""
    points = pair_of_points(4)

    def draw(rng):
        return xp.mean(square_speed(points, *levels(schedule, rng.random(samples)), rng, xp))[None]

    return Measurement(replicate(draw, replicates, rng=rng, progress=progress), steps=samples)


def open_variance(*, xp, rng, progress, omega, samples, replicates) -> Measurement:
    """The mean square error per coordinate of the best denoiser of two points on a line, at several r."""
    points = pair_of_points(1)

    def draw(rng):
        found = []
        for r in np.ravel(omega):
            a, m = xp.asarray(np.full(samples, float(r))), xp.ones(samples)
            clean, noisy = noised(points, a, m, rng, xp)
            D = posterior(points, noisy, a, m, xp) @ xp.asarray(points)
            found.append(xp.mean((clean - D) ** 2))
        return xp.stack(found)

    return Measurement(replicate(draw, replicates, rng=rng, progress=progress), steps=samples)


def weighed_error(*, xp, rng, progress, samples, replicates) -> Measurement:
    """The integral of r times the error of the best denoiser, of six points: r drawn evenly in ln r."""
    points, (low, high) = few_points(), (-9.0, 5.0)
    d = points.shape[1]

    def draw(rng):
        r = np.exp(low + (high - low) * rng.random(samples))
        a, m = xp.asarray(r), xp.ones(samples)
        clean, noisy = noised(points, a, m, rng, xp)
        D = posterior(points, noisy, a, m, xp) @ xp.asarray(points)
        return xp.mean((high - low) * a**2 * xp.mean((clean - D) ** 2, axis=1))[None]

    read = {"H": np.log(len(points)), "d": d}
    return Measurement(replicate(draw, replicates, rng=rng, progress=progress), read, steps=samples)


_MANY = {"laptop": {"samples": 20_000, "replicates": 64}, "gpu": {"samples": 400_000, "replicates": 256}}
cond_ot_on_pair = Simulation(partial(energy_of_pair, schedule="cond_ot"), _MANY)
cosine_on_pair = Simulation(partial(energy_of_pair, schedule="cosine"), _MANY)
error_on_pair = Simulation(open_variance, _MANY)
error_of_few_points = Simulation(weighed_error, _MANY)
