"""Evidence and posteriors by draws of the prior, weighed with their likelihood."""

from __future__ import annotations

from functools import partial

import numpy as np
from scipy.stats import geninvgauss

from theory.simulation import Measurement, Simulation, replicate

LENGTH = 1.0
X = np.array([-1.0, 0.2, 1.1])
X_TEST = 0.6
Y = np.array([0.8, -0.3, 0.5])
NOISE = 0.3
"""Variance of the noise at s = 1."""


def kernel(x, y):
    """A squared-exponential kernel of points on a line."""
    return np.exp(-((x[:, None] - y) ** 2) / (2 * LENGTH**2))


def scales(prior: str, rng, draws, **p):
    """Draws of s from a prior, by name."""
    if prior == "inverse gamma":
        return p["b"] / rng.gamma(p["a"], size=draws)
    if prior == "gamma":
        return rng.gamma(p["a"], size=draws) / p["b"]
    if prior == "gig":
        x = np.sqrt(p["alpha"] * p["beta"])
        return np.sqrt(p["beta"] / p["alpha"]) * geninvgauss.rvs(p["nu"], x, size=draws, random_state=rng)
    return np.tan(np.pi / 2 * rng.random(draws)) ** 2  # half-Cauchy


def of_data(noise=NOISE, y=Y) -> dict:
    """n, Q and D of the data, the noise having the scale; m and r at the test point."""
    K, column = kernel(X, X) + noise * np.eye(len(X)), kernel(X, np.array([X_TEST]))[:, 0]
    return {
        "n": len(X), "Q": y @ np.linalg.solve(K, y), "D": np.linalg.slogdet(K)[1],
        "m": column @ np.linalg.solve(K, y), "r": 1 - column @ np.linalg.solve(K, column),
    }  # fmt: skip


def values(rng, s, xp):
    """A draw of the values at data and test point for each scale s (draws,): (draws, 4)."""
    points = np.append(X, X_TEST)
    L = np.linalg.cholesky(kernel(points, points) + 1e-12 * np.eye(len(points)))
    normal = xp.asarray(rng.normal(size=(s.shape[0], len(points))))
    return xp.sqrt(s)[:, None] * (normal @ xp.asarray(L.T))


def likelihoods(rng, s, xp):
    """Draws of the values at data and test point, given s, and the data's likelihood: (draws, 4), (draws,).

    Noise has the scale too: variance s NOISE.
    """
    f, v = values(rng, s, xp), s * NOISE
    apart = xp.sum((f[:, : len(X)] - xp.asarray(Y)) ** 2, axis=1)
    return f, xp.exp(-apart / (2 * v)) / (2 * np.pi * v) ** (len(X) / 2)


def mean_likelihood(*, xp, rng, progress, prior, draws, replicates, **parameters) -> Measurement:
    """The evidence: the likelihood's mean over draws of scale and values. Measured: its logarithm."""

    def draw(rng):
        s = xp.asarray(scales(prior, rng, draws, **parameters))
        return xp.log(xp.mean(likelihoods(rng, s, xp)[1]))[None]

    read = {name: of_data()[name] for name in ("n", "Q", "D")}
    return Measurement(replicate(draw, replicates, rng=rng, progress=progress), read, steps=draws)


def weighed(*, xp, rng, progress, a, b, draws, replicates, measured) -> Measurement:
    """Draws of the prior, weighed with their likelihoods: the mean of s, or the test value's variance."""
    data = of_data()

    def draw(rng):
        s = xp.asarray(scales("inverse gamma", rng, draws, a=a, b=b))
        f, w = likelihoods(rng, s, xp)
        w, test = w / xp.sum(w), f[:, -1]
        if measured == "scale":
            return xp.sum(w * s)[None]
        return (xp.sum(w * test**2) - xp.sum(w * test) ** 2)[None]

    names = {"scale": ("n", "Q"), "variance": ("n", "Q", "r")}[measured]
    read = {name: data[name] for name in names}
    return Measurement(replicate(draw, replicates, rng=rng, progress=progress), read, steps=draws)


def odds_of_two(*, xp, rng, progress, s_1, s_2, w_1, w_2, draws, replicates) -> Measurement:
    """The log-odds of two scales, from the likelihood's mean over values drawn at each."""

    def draw(rng):
        both = [xp.mean(likelihoods(rng, xp.full(draws, s), xp)[1]) for s in (s_1, s_2)]
        return xp.log(w_1 * both[0] / (w_2 * both[1]))[None]

    read = {name: of_data()[name] for name in ("n", "Q")}
    return Measurement(replicate(draw, replicates, rng=rng, progress=progress), read, steps=draws)


_MANY = {"laptop": {"draws": 40_000, "replicates": 32}, "gpu": {"draws": 1_000_000, "replicates": 64}}


def _evidence(*, xp, rng, progress, a=None, b=None, nu=None, alpha=None, beta=None, draws, replicates, prior):
    """The evidence: the likelihood's mean over draws of scale and values. Measured: its logarithm."""
    given = {k: v for k, v in dict(a=a, b=b, nu=nu, alpha=alpha, beta=beta).items() if v is not None}
    return mean_likelihood(
        xp=xp, rng=rng, progress=progress, prior=prior, draws=draws, replicates=replicates, **given
    )


evidence_of_inverse_gamma, evidence_of_gamma, evidence_of_gig, evidence_of_half_cauchy = (
    Simulation(partial(_evidence, prior=name), _MANY)
    for name in ("inverse gamma", "gamma", "gig", "half-Cauchy")
)
posterior_scale, posterior_variance = (
    Simulation(partial(weighed, measured=name), _MANY) for name in ("scale", "variance")
)
odds_of_scales = Simulation(odds_of_two, _MANY)
