"""Random chains: ancestral samplers, the Langevin corrector, the forward process, and reverse steps."""

from __future__ import annotations

import numpy as np

from theory.simulation import Measurement, Simulation, replicate

from .process import coefficients, moments


def ddpm(*, xp, rng, progress, lam, betas, noise, samples, replicates) -> Measurement:
    """The variance of what a DDPM sampler makes of modes of variance ``lam``, from its definition."""
    lam, betas = xp.asarray(np.asarray(lam, dtype=float)), np.asarray(betas, dtype=float)
    squared = np.cumprod(1 - betas)

    def draw(rng):
        start = xp.sqrt(squared[-1] * lam + 1 - squared[-1])
        x = start * xp.asarray(rng.normal(size=(samples, len(lam))))
        for i in range(len(betas) - 1, -1, -1):
            score = -x / (squared[i] * lam + 1 - squared[i])
            before = squared[i - 1] if i else 1.0
            added = betas[i] if noise == "beta" else betas[i] * (1 - before) / (1 - squared[i])
            z = xp.asarray(rng.normal(size=(samples, len(lam))))
            x = (x + betas[i] * score) / np.sqrt(1 - betas[i]) + np.sqrt(added) * z
        return xp.mean(x**2, axis=0)

    return Measurement(replicate(draw, replicates, rng=rng, progress=progress), steps=len(betas))


def smld(*, xp, rng, progress, lam, sigmas, samples, replicates) -> Measurement:
    """The variance of what the ancestral sampler of SMLD makes of modes, down to the lowest level."""
    lam, squares = xp.asarray(np.asarray(lam, dtype=float)), np.asarray(sigmas, dtype=float) ** 2

    def draw(rng):
        x = xp.sqrt(lam + squares[-1]) * xp.asarray(rng.normal(size=(samples, len(lam))))
        for here, below in zip(squares[:0:-1], squares[-2::-1], strict=True):
            score = -x / (lam + here)
            z = xp.asarray(rng.normal(size=(samples, len(lam))))
            x = x + (here - below) * score + np.sqrt(below * (here - below) / here) * z
        return xp.mean(x**2, axis=0)

    return Measurement(replicate(draw, replicates, rng=rng, progress=progress), steps=len(squares))


def langevin(*, xp, rng, progress, v, epsilon, V0, n, samples, replicates) -> Measurement:
    """The variance of Langevin chains after ``n`` steps of each size ``epsilon``."""
    step = xp.asarray(np.asarray(epsilon, dtype=float))

    def draw(rng):
        x = np.sqrt(V0) * xp.asarray(rng.normal(size=(samples, len(step))))
        for _ in range(n):
            z = xp.asarray(rng.normal(size=(samples, len(step))))
            x = x - step * x / v + xp.sqrt(2 * step) * z
        return xp.mean(x**2, axis=0)

    return Measurement(replicate(draw, replicates, rng=rng, progress=progress), steps=n)


def regression(*, xp, rng, progress, lam, betas, clean, samples, replicates) -> Measurement:
    """The regression of a cleaner sample on a noisier one of the forward chain: slope and what is left.

    ``clean`` forward steps make the cleaner level, all ``betas`` the noisier one. Without a constant
    term, as the means are 0; the residual variance counts one fitted number.
    """
    betas = np.asarray(betas, dtype=float)

    def draw(rng):
        x = np.sqrt(lam) * xp.asarray(rng.normal(size=samples))
        for i, beta in enumerate(betas):
            if i == clean:
                cleaner = x
            x = np.sqrt(1 - beta) * x + np.sqrt(beta) * xp.asarray(rng.normal(size=samples))
        slope = xp.sum(cleaner * x) / xp.sum(x**2)
        return xp.stack([slope, xp.sum((cleaner - slope * x) ** 2) / (samples - 1)])

    levels = np.cumprod(1 - betas)
    read = {
        "alpha": np.sqrt(levels[-1]),
        "sigma2": 1 - levels[-1],
        "alpha_next": np.sqrt(levels[clean - 1]),
        "sigma2_next": 1 - levels[clean - 1],
    }
    return Measurement(replicate(draw, replicates, rng=rng, progress=progress), read, steps=len(betas))


def euler_maruyama(*, xp, rng, progress, step, process, lam) -> Measurement:
    """The variance of modes under Euler-Maruyama steps of the reverse process, down to t = 0.2.

    The steps are linear with independent noise, so that the variance is followed instead of samples.
    """
    lam = xp.asarray(np.asarray(lam, dtype=float))
    count, ends = round(1 / step), (0.8, 0.6, 0.4, 0.2)
    times = np.arange(count + 1) / count
    along_time = (*moments(process, times), *coefficients(process, times))
    alpha, sigma2, f, g2 = (xp.asarray(np.reshape(v, (-1, 1))) for v in along_time)
    noisy = alpha**2 * lam + sigma2
    kept, added = (1 - step * (f + g2 / noisy)) ** 2, step * g2
    variance, found = noisy[-1, :], {}
    for k in range(count, 0, -1):
        variance = kept[k, :] * variance + added[k, :]
        found[k - 1] = variance
    rows = xp.stack([found[round(end * count)] for end in ends])
    return Measurement(rows, {"t": np.array(ends)[:, None]}, steps=count)


def strong_errors(rng, process: str, lam: float, counts, *, paths: int, reference: int) -> np.ndarray:
    """Root mean square distance, at t = 0.2, of Euler-Maruyama paths of the reverse process from those in
    ``reference`` steps on the same Brownian paths, for each number of steps (all divide ``reference``)."""
    times = np.linspace(0.2, 1, reference + 1)
    alphas, sigma2s = moments(process, times)
    noisy = alphas**2 * lam + sigma2s
    start = np.sqrt(noisy[-1]) * rng.normal(size=paths)
    kicks = np.sqrt(0.8 / reference) * rng.normal(size=(reference, paths))

    def run(count):
        every, x = reference // count, start
        for k in range(count):
            place = reference - k * every
            f, g2 = coefficients(process, times[place])
            kick = kicks[k * every : (k + 1) * every].sum(axis=0)
            x = x - 0.8 / count * (f + g2 / noisy[place]) * x + np.sqrt(g2) * kick
        return x

    finest = run(reference)
    return np.array([np.sqrt(np.mean((run(count) - finest) ** 2)) for count in counts])


_MANY = {"laptop": {"samples": 1600, "replicates": 64}, "gpu": {"samples": 4000, "replicates": 256}}
ddpm_chain = Simulation(ddpm, _MANY)
smld_chain = Simulation(smld, _MANY)
langevin_chain = Simulation(langevin, _MANY)
forward_regression = Simulation(regression, _MANY)
reverse_variance = Simulation(euler_maruyama)
