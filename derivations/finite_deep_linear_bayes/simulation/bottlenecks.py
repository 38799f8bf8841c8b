"""Networks with a bottleneck, and convolutional and locally connected layers, with weights that are drawn."""

from __future__ import annotations

from functools import partial

import numpy as np

from theory.simulation import Measurement, Simulation

from ..data import digit
from .network import features, measured_by


def correlations(*, xp, rng, progress, B, rho, width, draws, replicates) -> Measurement:
    """Two inputs of correlation rho through B linear units and a layer of ReLUs: the correlation after the
    bottleneck, and the ReLUs' Gram matrix in units of the bottleneck's diagonal. (replicates, 2)"""
    inputs = np.array([[1.0, 0.0], [rho, np.sqrt(1 - rho**2)]]) * np.sqrt(2)

    def draw(rng):
        H = features(rng, inputs, [B], draws, xp)
        unit = H / xp.linalg.vector_norm(H, axis=2, keepdims=True)
        r = xp.sum(unit[:, 0] * unit[:, 1], axis=1)
        active = xp.maximum(unit @ xp.asarray(rng.normal(size=(draws, B, width))) * 2**0.5, 0.0)
        return xp.stack([xp.mean(r), xp.mean(active[:, 0] * active[:, 1])])

    return measured_by(draw, {}, rng=rng, progress=progress, draws=draws, replicates=replicates)


def one_of(*, xp, rng, progress, B, rho, width, draws, replicates, which) -> Measurement:
    """One of the correlations: after the bottleneck (0) or after the ReLUs (1)."""
    found = correlations(
        xp=xp, rng=rng, progress=progress, B=B, rho=rho, width=width, draws=draws, replicates=replicates
    )
    return Measurement(found.values[:, which : which + 1], steps=found.steps)


def patches(image, size=3):
    """All patches of an image: (S, C)."""
    view = np.lib.stride_tricks.sliding_window_view(image, (size, size))
    return view.reshape(-1, size * size)


def variance_of_mean_kernel(*, xp, rng, progress, N, shared, draws, replicates) -> Measurement:
    """The variance of the location-averaged kernel of a digit over draws of the filters, 3 x 3 inputs each,
    of weight variance 1/9: one filter per channel, or one per channel and location."""
    x = patches(digit()) / 3
    (S, C), of_locations = x.shape, xp.asarray(x)

    def draw(rng):
        if shared:
            h = xp.asarray(rng.normal(size=(draws, N, C))) @ of_locations.T
        else:
            h = xp.vecdot(of_locations, xp.asarray(rng.normal(size=(draws, N, S, C))))
        return xp.var(xp.mean(h**2, axis=(1, 2)), correction=1)[None]

    A = x @ x.T
    read = {"S": S, "T": np.sum(A**2)} if shared else {"S": S, "T_d": np.sum(np.diagonal(A) ** 2)}
    return measured_by(draw, read, rng=rng, progress=progress, draws=draws, replicates=replicates)


_MANY = {"laptop": {"draws": 2000, "replicates": 32}, "gpu": {"draws": 100_000, "replicates": 64}}
_PAIRS = {"laptop": {"draws": 50_000, "replicates": 32}, "gpu": {"draws": 1_000_000, "replicates": 64}}
correlation_after_bottleneck = Simulation(partial(one_of, which=0, width=1), _PAIRS)
correlation_after_relus = Simulation(partial(one_of, which=1, width=8), _PAIRS)
variance_by_shared_filters = Simulation(partial(variance_of_mean_kernel, shared=True), _MANY)
variance_by_own_filters = Simulation(
    partial(variance_of_mean_kernel, shared=False),
    {"laptop": {"draws": 300, "replicates": 32}, "gpu": {"draws": 20_000, "replicates": 64}},
)
