"""Networks whose weights are drawn from the prior: their kernels, outputs, and what data make of them."""

from __future__ import annotations

from functools import partial
from math import log, pi

import numpy as np

from theory.simulation import Measurement, Simulation, replicate

X = np.array([[1.8, 0.6, -1.0, 1.6], [1.1, -1.2, -0.4, 1.7], [1.4, 0.8, 1.8, -0.6]])
"""Three inputs of four numbers."""
Y = np.array([1.7, 0.9, 2.1])
"""Their outputs, where the posterior is wanted."""
K_0 = X @ X.T / X.shape[1]


def features(rng, inputs, widths, draws, xp):
    """The last layer's features (draws, P, N_d); weights have the variance 1/width of the layer below."""
    H = xp.broadcast_to(xp.asarray(inputs), (draws, *inputs.shape))
    for width in widths:
        H = H @ (xp.asarray(rng.normal(size=(draws, H.shape[2], width))) / H.shape[2] ** 0.5)
    return H


def kernels(H, xp):
    """Gram matrices of features: (draws, P, P)."""
    return H @ xp.matrix_transpose(H) / H.shape[2]


def entries(K, rows, columns, xp):
    """Some entries of every matrix: (draws, entries)."""
    return xp.stack([K[:, i, j] for i, j in zip(rows, columns, strict=True)], axis=1)


def measured_by(draw, read, *, rng, progress, draws, replicates) -> Measurement:
    return Measurement(replicate(draw, replicates, rng=rng, progress=progress), read, steps=draws)


def covariances(*, xp, rng, progress, N, d, draws, replicates) -> Measurement:
    """Covariances of pairs of kernel entries over networks whose weights are drawn."""
    pairs = np.array([(0, 0, 0, 0), (0, 1, 0, 1), (0, 0, 1, 1), (0, 1, 2, 2), (0, 2, 1, 2)])
    i, j, k, l = pairs.T

    def draw(rng):
        off = kernels(features(rng, X, [N] * d, draws, xp), xp) - xp.asarray(K_0)
        return xp.mean(entries(off, i, j, xp) * entries(off, k, l, xp), axis=0)

    read = {f"K_{name}": K_0[a, b] for name, a, b in (
        ("ij", i, j), ("kl", k, l), ("ik", i, k), ("jl", j, l), ("il", i, l), ("jk", j, k)
    )}  # fmt: skip
    return measured_by(draw, read, rng=rng, progress=progress, draws=draws, replicates=replicates)


def diagonals(*, xp, rng, progress, N, d, draws, replicates, measured) -> Measurement:
    """The logarithm of a kernel's diagonal over networks: its mean, or its variance."""

    def draw(rng):
        H = features(rng, X[:1], [N] * d, draws, xp)
        size = xp.log(xp.mean(H[:, 0] ** 2, axis=1) / float(K_0[0, 0]))
        return (xp.mean(size) if measured == "mean" else xp.var(size, correction=1))[None]

    return measured_by(draw, {}, rng=rng, progress=progress, draws=draws, replicates=replicates)


def unit_outputs(rng, N, d, draws, xp):
    """Outputs of unit variance of networks, at an input: (draws,)."""
    H = features(rng, X[:1] / np.sqrt(K_0[0, 0]), [N] * d, draws, xp)
    return xp.sum(H[:, 0] * xp.asarray(rng.normal(size=(draws, N))), axis=1) / N**0.5


def output_histogram(*, xp, rng, progress, N, d, sigma, f, draws, replicates) -> Measurement:
    """The density of one output, from how often it falls next to each size (both signs counted).

    A cell is so narrow that the density's curvature within it is below the noise.
    """
    centres, half = xp.asarray(np.ravel(f)), 0.02

    def draw(rng):
        out = sigma * unit_outputs(rng, N, d, draws, xp)
        near = abs(abs(out[:, None]) - centres) < half
        return xp.mean(xp.astype(near, xp.float64), axis=0) / (4 * half)

    return measured_by(draw, {}, rng=rng, progress=progress, draws=draws, replicates=replicates)


def fourth_moment(*, xp, rng, progress, N, d, draws, replicates) -> Measurement:
    """E f^4/(E f^2)^2 of one output; the square of the second moment without its bias."""

    def draw(rng):
        return xp.mean(unit_outputs(rng, N, d, draws, xp) ** 4)[None]

    return measured_by(draw, {}, rng=rng, progress=progress, draws=draws, replicates=replicates)


def weighed(*, xp, rng, progress, N, d=1, draws, replicates, measured) -> Measurement:
    """Networks drawn from the prior, weighed with the likelihood of the outputs given the last features.

    Measured: the log-evidence, or the mean kernel of the hidden layer. The readout is integrated out: given
    the features, outputs without noise are Gaussian.
    """
    rows, columns = np.triu_indices(len(X))

    def draw(rng):
        K = kernels(features(rng, X, [N] * d, draws, xp), xp)
        L = xp.linalg.cholesky(K)
        white = xp.linalg.solve(L, xp.broadcast_to(xp.asarray(Y[:, None]), (draws, len(Y), 1)))[:, :, 0]
        log_w = -xp.sum(white**2, axis=1) / 2 - xp.sum(xp.log(xp.linalg.diagonal(L)), axis=1)
        top = xp.max(log_w)
        w = xp.exp(log_w - top)
        if measured == "evidence":
            return (xp.log(xp.mean(w)) + top - len(Y) / 2 * log(2 * pi))[None]
        return w / xp.sum(w) @ entries(K, rows, columns, xp)

    q = Y @ np.linalg.solve(K_0, Y)
    read = {"q": q, "P": len(Y)}
    if measured == "evidence":
        read["ln_det"] = np.linalg.slogdet(K_0)[1]
    else:
        read |= {"K_0ij": K_0[rows, columns], "y_ij": np.outer(Y, Y)[rows, columns]}
    return measured_by(draw, read, rng=rng, progress=progress, draws=draws, replicates=replicates)


_MANY = {"laptop": {"draws": 10_000, "replicates": 32}, "gpu": {"draws": 1_000_000, "replicates": 64}}
covariances_of_entries = Simulation(covariances, _MANY)
mean_of_log_diagonal, variance_of_log_diagonal = (
    Simulation(partial(diagonals, measured=name), _MANY) for name in ("mean", "variance")
)
density_of_output = Simulation(output_histogram, _MANY)
fourth_moment_of_output = Simulation(fourth_moment, _MANY)
evidence_by_weights, kernel_by_weights = (
    Simulation(partial(weighed, measured=name), _MANY) for name in ("evidence", "kernel")
)
