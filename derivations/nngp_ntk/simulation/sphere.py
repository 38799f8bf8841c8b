"""Kernels on spheres: means over random points, kernel matrices, and projections in the angle."""

from __future__ import annotations

import numpy as np

from theory.simulation import Measurement, Simulation


def gegenbauer(xp, top: int, d: int, t) -> list:
    """The polynomials of degrees 0 to ``top``, 1 at t = 1, by their recurrence."""
    found = [xp.ones_like(t), t]
    for k in range(1, top):
        found.append(((2 * k + d - 2) * t * found[-1] - k * found[-2]) / (k + d - 2))
    return found[: top + 1]


def on_sphere(rng, count: int, d: int) -> np.ndarray:
    """Points spread evenly over the unit sphere: (count, d)."""
    x = rng.normal(size=(count, d))
    return x / np.linalg.norm(x, axis=1, keepdims=True)


def relu_kernels(xp, angle, depth: int):
    """NNGP kernel and NTK of a ReLU network by its layers: sigma_w^2 = 2, no biases, unit inputs."""
    K = ntk = xp.cos(angle)
    for _ in range(depth):
        K = (xp.sin(angle) + (np.pi - angle) * xp.cos(angle)) / np.pi
        ntk = K + (1 - angle / np.pi) * ntk
        # 1 - K, which rounding would spoil where the angle is small
        gap = 2 * xp.sin(angle / 2) ** 2 + (angle * xp.cos(angle) - xp.sin(angle)) / np.pi
        angle = 2 * xp.asin(xp.sqrt(xp.clip(gap / 2, 0, 1)))
    return K, ntk


def _projections(xp, rng, kernels, degrees, d, pairs, replicates):
    """Means of kernels of t times polynomials over random pairs of points: (replicates, kernels)."""
    x, y = (on_sphere(rng, pairs * replicates, d) for _ in range(2))
    t = xp.asarray(np.clip(np.sum(x * y, axis=1), -1, 1))
    P = gegenbauer(xp, max(degrees), d, t)
    values = [kernel(t) * P[k] for kernel, k in zip(kernels, degrees, strict=True)]
    return xp.mean(xp.reshape(xp.stack(values), (len(degrees), replicates, pairs)), axis=2).T


def powers(*, xp, rng, progress, k, s, d, pairs=8192, replicates=32) -> Measurement:
    """Random pairs of points: the mean of t^(k + 2s) with the polynomial of degree k."""
    kernels = [lambda t, m=k_ + 2 * s_: t**m for k_, s_ in zip(k, s, strict=True)]
    return Measurement(_projections(xp, rng, kernels, k, d, pairs, replicates), steps=pairs)


def cusps(*, xp, rng, progress, k, d, nu, pairs=8192, replicates=32) -> Measurement:
    """Random pairs of points: the mean of (1 - t)^nu with the polynomial of degree k."""
    kernels = [lambda t, power=power: (1 - t) ** power for power in nu]
    return Measurement(_projections(xp, rng, kernels, k, d, pairs, replicates), steps=pairs)


def ranks(*, xp, rng, progress, k, d) -> Measurement:
    """How many independent functions a polynomial of t makes on the sphere: the rank of its matrix."""
    found = []
    for degree, dimension in zip(k, d, strict=True):
        x = on_sphere(rng, 240, dimension)
        P = gegenbauer(xp, max(degree, 1), dimension, xp.asarray(x @ x.T))[degree]
        found.append(xp.sum(xp.astype(xp.linalg.eigvalsh(P) > 1e-9, xp.float64)))
    return Measurement(xp.stack(found))


def kernel_matrices(*, xp, rng, progress, points, depth, d, replicates=16) -> Measurement:
    """Eigenvalues of the NTK's matrix between random points over their number, in groups of one degree.

    The mean over each group: one eigenvalue, d, and as many as there are harmonics of degree 2.
    """
    found, groups = [], (1, d, d * (d + 1) // 2 - 1)
    for child in rng.spawn(replicates):
        x = on_sphere(child, points, d)
        angle = xp.asarray(np.arccos(np.clip(x @ x.T, -1, 1)) * (1 - np.eye(points)))
        values = xp.linalg.eigvalsh(relu_kernels(xp, angle, depth)[1]) / points
        ends = np.cumsum((0, *groups))
        found.append(
            xp.stack([xp.mean(values[points - b : points - a]) for a, b in zip(ends, ends[1:], strict=False)])
        )
    return Measurement(xp.stack(found), steps=points)


DEPTHS = (1, 2, 3)


def large_degrees(*, xp, rng, progress, step, d, kind) -> Measurement:
    """Projections of the kernel of each of `DEPTHS` at the even degree 1/step and at the odd one before it.

    For one layer, which has nothing at odd degrees, only at the even one: (1, 5). In units of k^-d (NTK) or
    k^-(d + 2) (NNGP)."""
    even, found, power = round(1 / step), [], d + 2 * (kind == "nngp")
    x, w = np.polynomial.legendre.leggauss(4 * even + 64)
    angle = xp.asarray(np.pi / 2 * (x + 1))
    w = xp.asarray(w) * xp.sin(angle) ** (d - 2)
    P = gegenbauer(xp, even, d, xp.cos(angle))
    for depth in DEPTHS:
        kernel = relu_kernels(xp, angle, depth)[kind == "ntk"]
        for degree in (even, even - 1) if depth > 1 else (even,):
            found.append(xp.sum(w * kernel * P[degree]) / xp.sum(w) * float(degree) ** power)
    return Measurement(xp.stack(found)[None], steps=4 * even)


mean_of_powers = Simulation(powers, {"laptop": {}, "gpu": {"pairs": 2**20}})
mean_of_cusps = Simulation(cusps, {"laptop": {}, "gpu": {"pairs": 2**20}})
independent_harmonics = Simulation(ranks)
random_kernel_matrices = Simulation(
    kernel_matrices,
    {"laptop": {}, "gpu": {"points": (500, 1000, 2000, 4000), "replicates": 64}},
    growth={"points": 3.0},  # eigenvalues of a matrix
)
projections_in_the_angle = Simulation(large_degrees, growth={"step": 2.0})  # degrees, and nodes
