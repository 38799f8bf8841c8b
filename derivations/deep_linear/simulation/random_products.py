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

    return Measurement(replicate(draw, replicates, rng=rng, progress=progress), {"i": np.arange(1, N + 1)})


def singular_growth(*, xp, rng, progress, layers, replicates) -> Measurement:
    """The logarithms, per layer, of the singular values of products of 3 x 3 Gaussian matrices.

    However far they are apart: the largest is read off the product, the smallest off the product of
    the inverses, the middle one off the determinants.
    """
    eye = xp.stack([xp.eye(3)] * replicates)
    forward, backward = eye, eye
    logs, total = [xp.zeros(replicates), xp.zeros(replicates)], xp.zeros(replicates)
    for layer in range(layers):
        w = xp.asarray(rng.normal(size=(replicates, 3, 3)) / np.sqrt(3))
        total = total + xp.linalg.slogdet(w)[1]
        forward, backward = w @ forward, xp.linalg.solve(xp.matrix_transpose(w), backward)
        sizes = [xp.sum(m**2, axis=(-2, -1)) ** 0.5 for m in (forward, backward)]
        forward, backward = forward / sizes[0][:, None, None], backward / sizes[1][:, None, None]
        logs = [log + xp.log(size) for log, size in zip(logs, sizes, strict=True)]
        if progress is not None:
            progress(layer + 1, layers)
    norms = [xp.linalg.svd(m, full_matrices=False)[1][:, 0] for m in (forward, backward)]
    largest, smallest = (log + xp.log(norm) for log, norm in zip(logs, norms, strict=True))
    found = xp.stack([largest, total - largest + smallest, -smallest], axis=-1)
    return Measurement(found / layers, {"i": np.arange(1, 4)}, steps=layers)


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
gaussian_singular_growth = Simulation(
    singular_growth,
    {"laptop": {"replicates": 1024}, "gpu": {"replicates": 16384, "layers": (16, 32, 64, 128, 256)}},
)
orthogonal_isometry = Simulation(isometry)
