"""Networks of finite width with one hidden layer of ReLUs, and a random scale of the last layer."""

from __future__ import annotations

from functools import partial

import numpy as np

from theory.simulation import Measurement, Simulation, replicate

X = np.array([[1.2, 0.3, -0.5], [-0.4, 0.9, 0.8]])
"""Two inputs."""


def features(rng, draws: int, width: int, xp, inputs=X):
    """The hidden ReLUs of random networks, over the root of the width: (draws, inputs, width)."""
    W = xp.asarray(rng.normal(size=(draws, inputs.shape[1], width)))
    return xp.maximum(xp.asarray(inputs * np.sqrt(2 / inputs.shape[1] / width)) @ W, 0.0)


def outputs(rng, draws: int, width: int, scale, xp, inputs=X, count: int = 1):
    """Outputs of random networks, last-layer weights of one network of variance s: (draws, inputs, count).

    ``scale(rng, draws)`` draws s.
    """
    root = xp.asarray(np.sqrt(scale(rng, draws)))[:, None, None]
    weights = xp.asarray(rng.normal(size=(draws, width, count))) * root
    return features(rng, draws, width, xp, inputs) @ weights


def share_above(Q, q, xp):
    """How often Q (draws,) is above each of q."""
    return xp.mean(xp.astype(Q[:, None] > xp.asarray(np.ravel(q)), xp.float64), axis=0)


def inverse_gamma(rng, draws, a, b):
    """s with 1/s ~ Gamma(a, rate b)."""
    return b / rng.gamma(a, size=draws)


def kernel(inputs=X) -> np.ndarray:
    """E of the product of two hidden ReLUs, at s = 1, by quadrature over the angle in the inputs' plane."""
    d = inputs.shape[1]
    norm = np.linalg.norm(inputs, axis=1)
    cosine = np.clip(inputs @ inputs.T / np.outer(norm, norm), -1, 1)
    # weights in the plane of two inputs at the angle phi: |w|^2 has mean 2, and both ReLUs are on between
    # the normals; Gauss-Legendre over that arc
    x, weight = np.polynomial.legendre.leggauss(40)
    found = np.empty((len(inputs), len(inputs)))
    for i in range(len(inputs)):
        for j in range(len(inputs)):
            gap = np.arccos(cosine[i, j])
            low, high = gap - np.pi / 2, np.pi / 2
            phi = (high + low) / 2 + (high - low) / 2 * x
            both = np.sum(weight * np.cos(phi) * np.cos(phi - gap)) * (high - low) / 2
            found[i, j] = norm[i] * norm[j] * 2 / d * 2 / (2 * np.pi) * both
    return found


def outside(*, xp, rng, progress, width, q, a, b, draws, replicates) -> Measurement:
    """How often two outputs leave an ellipse of the kernel: f^T K^-1 f > q."""
    inverse = xp.asarray(np.linalg.inv(kernel()))

    def draw(rng):
        f = outputs(rng, draws, width, partial(inverse_gamma, a=a, b=b), xp)[:, :, 0]
        return share_above(xp.sum((f @ inverse) * f, axis=1), q, xp)

    return Measurement(replicate(draw, replicates, rng=rng, progress=progress), steps=draws)


def waves(*, xp, rng, progress, width, k, a, b, draws, replicates) -> Measurement:
    """The mean of cos(k f) of an output: E exp(-k^2 K s/2), whatever the tails."""
    K = kernel()[0, 0]

    def draw(rng):
        f = outputs(rng, draws, width, partial(inverse_gamma, a=a, b=b), xp)[:, 0, 0]
        return xp.mean(xp.cos(f[:, None] * xp.asarray(np.ravel(k))), axis=0)

    found = replicate(draw, replicates, rng=rng, progress=progress)
    return Measurement(found, {"z": K * np.ravel(k) ** 2 / 2}, steps=draws)


def moments_of_outputs(*, xp, rng, progress, width, a, b, draws, replicates, measured) -> Measurement:
    """Of two outputs that share the scale: the variance of one, or E f^2 g^2 over its square.

    The scale's tails are drawn evenly, one draw in each of as many equal shares of its distribution.
    """
    from scipy.stats import invgamma

    K = kernel()[0, 0]

    def even(rng, count):
        s = invgamma.ppf((np.arange(count) + rng.random(count)) / count, a, scale=b)
        return rng.permutation(s)

    def draw(rng):
        f = outputs(rng, draws, width, even, xp, count=2)[:, 0]
        if measured == "variance":
            return xp.mean(f**2)[None]
        return (xp.mean(f[:, 0] ** 2 * f[:, 1] ** 2) / xp.mean(f**2) ** 2)[None]

    read = {"K": K} if measured == "variance" else {}
    return Measurement(replicate(draw, replicates, rng=rng, progress=progress), read, steps=draws)


def last_layer_trained(*, xp, rng, progress, width, q, a, b, draws, replicates) -> Measurement:
    """Networks of two outputs whose last layer alone is trained on one point, by gradient descent to its end.

    Measured: how often they leave, at another point, a circle around the kernel's prediction, in units of
    the variance that the kernel leaves open at s = 1.
    """
    K, y = kernel(), np.array([0.7, -0.2])
    m, left = xp.asarray(K[1, 0] / K[0, 0] * y), K[1, 1] - K[1, 0] ** 2 / K[0, 0]
    y = xp.asarray(y)

    def draw(rng):
        phi = features(rng, draws, width, xp)
        s = xp.asarray(inverse_gamma(rng, draws, a, b))[:, None]
        v = xp.asarray(rng.normal(size=(draws, 2, width)))  # f = sqrt(s) phi v
        own = xp.sum(phi[:, 0] ** 2, axis=1, keepdims=True)
        rate = 0.5 / (s * xp.maximum(own, 1e-12))  # of a network without an active unit nothing moves
        for _ in range(40):
            error = xp.sqrt(s) * xp.vecdot(v, phi[:, None, 0]) - y
            v = v - (rate * xp.sqrt(s) * error)[:, :, None] * phi[:, None, 0]
        f = xp.sqrt(s) * xp.vecdot(v, phi[:, None, 1])
        return share_above(xp.sum((f - m) ** 2, axis=1) / left, q, xp)

    return Measurement(replicate(draw, replicates, rng=rng, progress=progress), steps=draws)


_MANY = {"laptop": {"draws": 2000, "replicates": 32}, "gpu": {"draws": 40_000, "replicates": 256}}
_LAST = {"laptop": {"draws": 500, "replicates": 32}, "gpu": {"draws": 10_000, "replicates": 128}}
outputs_outside = Simulation(outside, _MANY)
waves_of_outputs = Simulation(partial(waves, k=(0.5, 1.0, 2.0)), _MANY)
variance_of_outputs = Simulation(partial(moments_of_outputs, width=32, measured="variance"), _MANY)
dependence_of_outputs = Simulation(
    partial(moments_of_outputs, b=5.0, measured="dependence"),
    {"laptop": {"draws": 8000, "replicates": 32}, "gpu": {"draws": 100_000, "replicates": 256}},
)
outputs_of_last_layer = Simulation(last_layer_trained, _LAST)
