"""The posterior of the features of a deep Gaussian process of finite width, by many chains at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np


def linear(G, xp):
    """K(G) = G, and what takes a gradient by K back to one by G; (chains, P, P)."""
    return G, lambda slope: slope


def squared_exponential(G, xp):
    """K = exp(-(G_ii + G_jj - 2 G_ij)/2), and what takes a gradient by K back to one by G."""
    d = xp.linalg.diagonal(G)
    K = xp.exp(-(d[..., :, None] + d[..., None, :] - 2 * G) / 2)

    def back(slope):
        weighted = slope * K
        total = xp.sum(weighted, axis=-1)
        return weighted - total[..., None] * xp.eye(G.shape[-1])

    return K, back


@dataclass(frozen=True)
class Process:
    """Hidden layers of ``widths`` features on P points, and ``outputs`` outputs of second moment ``S``.

    ``G_0`` (P, P) is the covariance of the first features, ``kernel`` that of the next ones, given a Gram
    matrix; the outputs have a noise of variance ``sigma2`` besides. Arrays are those of the library ``xp``.
    """

    widths: tuple[int, ...]
    outputs: int
    G_0: Any
    S: Any
    sigma2: float = 0.0
    kernel: object = linear

    def energy_and_slopes(self, features, xp):
        """Minus the log-density (chains,) and its gradients by the features, a list of (chains, P, N_l)."""
        inverse = xp.linalg.inv(self.G_0)[None]
        log_det = xp.linalg.slogdet(self.G_0)[1]
        energy, slopes, backs, inverses = 0.0, [], [], []
        for F, width in zip(features, self.widths, strict=True):
            pulled = inverse @ F
            energy = energy + xp.sum(pulled * F, axis=(1, 2)) / 2 + width / 2 * log_det
            slopes.append(pulled)
            K, back = self.kernel(F @ xp.matrix_transpose(F) / width, xp)
            if self.sigma2 and len(slopes) == len(self.widths):
                K = K + self.sigma2 * xp.eye(len(self.G_0))
            inverse, log_det = xp.linalg.inv(K), xp.linalg.slogdet(K)[1]
            inverses.append(inverse)
            backs.append(back)
        energy = energy + self.outputs / 2 * (log_det + xp.sum(inverse * self.S, axis=(1, 2)))
        for k in range(len(features)):
            last = k + 1 == len(features)
            count = self.outputs if last else self.widths[k + 1]
            seen = self.S * count if last else features[k + 1] @ xp.matrix_transpose(features[k + 1])
            by_kernel = (count * inverses[k] - inverses[k] @ seen @ inverses[k]) / 2
            slopes[k] = slopes[k] + 2 / self.widths[k] * backs[k](by_kernel) @ features[k]
        return energy, slopes

    def start(self, rng, chains: int, xp):
        """Random features whose Gram matrices are the kernels of the layers before."""
        K, found = xp.broadcast_to(self.G_0, (chains, *self.G_0.shape)), []
        for width in self.widths:
            F = xp.asarray(rng.normal(size=(chains, len(self.G_0), width)))
            own = xp.linalg.cholesky(F @ xp.matrix_transpose(F) / width)
            found.append(xp.linalg.cholesky(K) @ xp.linalg.solve(own, F))
            K = self.kernel(K, xp)[0]
        return found


def sample(
    process: Process, rng, observe, xp, *, chains, trajectories, settling, steps=12, size=0.35, progress=None
):
    """Averages of ``observe(features, xp)`` along every chain, (chains, ...), by Hamiltonian Monte Carlo.

    The first ``settling`` trajectories are left out. A trajectory has up to ``steps`` leapfrog
    steps of ``size`` over the fourth root of the number of features.
    """
    q = process.start(rng, chains, xp)
    energy, slopes = process.energy_and_slopes(q, xp)
    h = size / (len(process.G_0) * sum(process.widths)) ** 0.25
    total = 0.0
    for turn in range(settling + trajectories):
        p = [xp.asarray(rng.normal(size=F.shape)) for F in q]
        before = energy + sum(xp.sum(v**2, axis=(1, 2)) for v in p) / 2
        new, g = q, slopes
        step = h * rng.uniform(0.8, 1.2)
        for _ in range(rng.integers(steps // 3, steps + 1)):  # of one length chains may come back
            p = [v - step / 2 * d for v, d in zip(p, g, strict=True)]
            new = [F + step * v for F, v in zip(new, p, strict=True)]
            after, g = process.energy_and_slopes(new, xp)
            p = [v - step / 2 * d for v, d in zip(p, g, strict=True)]
        whole = after + sum(xp.sum(v**2, axis=(1, 2)) for v in p) / 2
        accept = xp.asarray(np.log(rng.random(chains))) < before - whole
        energy = xp.where(accept, after, energy)
        q, slopes = (
            [xp.where(accept[:, None, None], a, b) for a, b in zip(there, here, strict=True)]
            for there, here in ((new, q), (g, slopes))
        )
        if turn >= settling:
            total = total + observe(q, xp)
        if progress is not None:
            progress(turn + 1, settling + trajectories)
    return total / trajectories


def grams(features, xp):
    """The Gram matrices of all layers, (chains, L, P, P)."""
    return xp.stack([F @ xp.matrix_transpose(F) / F.shape[-1] for F in features], axis=1)
