"""The singular values of deep linear networks before training: products of random matrices."""

from __future__ import annotations

import numpy as np

from theory.simulation import Measurement, Simulation, replicate

from ..data import orthonormal


def gaussian(rng: np.random.Generator, width: int, layers: int, xp):
    """The product of square Gaussian matrices with entries of variance 1/width."""
    total = xp.eye(width)
    for _ in range(layers):
        total = xp.asarray(rng.normal(size=(width, width)) / np.sqrt(width)) @ total
    return total


def orthogonal(rng: np.random.Generator, width: int, layers: int, xp):
    """The product of Haar-distributed orthogonal matrices."""
    total = xp.eye(width)
    for _ in range(layers):
        total = xp.asarray(orthonormal(rng, width, width)) @ total
    return total


def moments(*, xp, rng, progress, width, L, k, replicates) -> Measurement:
    """Moments of the squared singular values of a product of L Gaussian matrices."""

    def draw(rng):
        squares = xp.linalg.svd(gaussian(rng, width, L, xp), full_matrices=False)[1] ** 2
        return xp.stack([xp.mean(squares ** int(order)) for order in np.ravel(k)])

    return Measurement(replicate(draw, replicates, rng=rng, progress=progress))


def stretching(*, xp, rng, progress, N, layers, replicates) -> Measurement:
    """The logarithm, per layer, of how a product of Gaussian matrices stretches each of N directions.

    The running product is kept as Q R with orthogonal Q; the mean of log|R_ii| over the layers has
    no error of finite depth.
    """

    def draw(rng):
        basis, total = xp.eye(N), xp.zeros(N)
        for _ in range(layers):
            basis, r = xp.linalg.qr(xp.asarray(rng.normal(size=(N, N)) / np.sqrt(N)) @ basis)
            total = total + xp.log(xp.abs(xp.linalg.diagonal(r)))
        return total / layers

    return Measurement(replicate(draw, replicates, rng=rng, progress=progress))


def isometry(*, xp, rng, progress, N, L) -> Measurement:
    """The singular values of a product of L Haar-distributed orthogonal N x N matrices."""
    return Measurement(xp.linalg.svd(orthogonal(rng, N, L, xp), full_matrices=False)[1], steps=L)


gaussian_moments = Simulation(
    moments,
    {"laptop": {"replicates": 256}, "gpu": {"replicates": 256, "width": (50, 100, 200, 400)}},
)
gaussian_stretching = Simulation(
    stretching, {"laptop": {"layers": 100, "replicates": 64}, "gpu": {"layers": 1000, "replicates": 256}}
)
orthogonal_isometry = Simulation(isometry)
