"""Random networks of finite width at their start: their kernels, network by network.

They come from the layers alone: weights are drawn, inputs go forward, gradients come back.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from theory.simulation import Measurement

from ..architecture.finite import (
    dense_ntk_by_backpropagation,
    empirical_nngp,
    empirical_ntk,
    forward,
    initialise,
)
from ..architecture.layers import Dense

AT_ONCE = 2**23
"""About how many numbers the gradients of a batch of networks may take."""


def covariances(*, xp, rng, progress, network, x, width, replicates, heads=None) -> Measurement:
    """The covariance over the channels of a network's outputs at the inputs ``x``, as `pairs`; a replicate
    is a network, with as many outputs as it is wide."""
    kernel = _dense_covariance if _is_dense(network) else empirical_nngp
    options = {"outputs": width, "heads": heads}
    return _networks(kernel, network, x, width, replicates, options, xp, rng, progress)


def tangents(*, xp, rng, progress, network, x, width, replicates, per_width=False) -> Measurement:
    """The tangent kernel of a network's output at the inputs ``x``, as `pairs`; a replicate is a network.

    ``per_width``: divided by the width, with which it grows in the standard parametrisation.
    """
    kernel = dense_ntk_by_backpropagation if _is_dense(network) else empirical_ntk
    found = _networks(kernel, network, x, width, replicates, {}, xp, rng, progress)
    if per_width:
        return Measurement(found.values / width, {"n": np.asarray(width)}, width)
    return found


def distances(*, xp, rng, progress, network, x, width, replicates) -> Measurement:
    """How far apart the tangent kernels of two networks are, as `pairs`; a replicate is two networks."""
    run = dict(xp=xp, rng=rng, progress=progress, network=network, x=x, width=width)
    found = tangents(**run, replicates=2 * replicates).values
    return Measurement(xp.abs(found[::2] - found[1::2]), steps=width)


def pairs(kernel, xp):
    """Kernels (networks, B, B) on and above their diagonals, (networks, B, positions, B, positions) whole."""
    entries, B = xp.reshape(kernel, (kernel.shape[0], -1)), kernel.shape[-1]
    if kernel.ndim > 3:
        return entries
    return xp.take(entries, xp.asarray(np.flatnonzero(np.triu(np.ones((B, B))))), axis=1)


def _networks(kernel, network, x, width, replicates, options, xp, rng, progress) -> Measurement:
    x = xp.asarray(np.asarray(x, dtype=float))
    batches = -(-replicates * x.shape[0] * (width + x.shape[-1]) ** 2 // AT_ONCE)
    draws = -(-replicates // batches)  # the same in every batch, so that one compilation serves all
    run = _over_batches(kernel, network, xp)
    found = []
    for k in range(batches):
        parameters = initialise(network, width, x.shape[1:], rng, xp, draws=draws, **options)
        found.append(pairs(run(parameters, x), xp))
        if progress is not None:
            progress(k + 1, batches)
    return Measurement(xp.concat(found)[:replicates], steps=width)


def _is_dense(network) -> bool:
    return all(isinstance(layer, Dense) or callable(layer) for layer in getattr(network, "layers", network))


def _dense_covariance(network, parameters, x):
    z = forward(network, parameters, x)
    return z @ z.mT / z.shape[-1]


def _over_batches(kernel, network, xp):
    """(parameters of many networks, x) -> their kernels: by JAX, also for NumPy, or by PyTorch."""
    one = partial(kernel, network)
    if kernel is _dense_covariance:  # broadcasts
        return one
    if xp.name == "torch":
        from torch.func import vmap

        return vmap(one, (0, None))
    import jax

    many = jax.jit(jax.vmap(one, (0, None)))
    if xp.name == "jax":
        return many

    def by_jax(parameters, x):
        # NumPy's arrays stay on the CPU, where there is a GPU too
        with jax.enable_x64(True), jax.default_device(jax.devices("cpu")[0]):
            return np.asarray(many(parameters, x))

    return by_jax
