"""Kernels of a network at inputs of any array library."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..architecture.layers import Attention, GlobalAveragePool
from .inputs import checked, flat_pairs, has_kinks, own_pairs, position_pairs, wants_positions
from .propagate import through
from .tiles import Tiles, needs_own


def kernels(network, X1, X2, *, ntk: bool):
    """(nngp, ntk), the second None where it is not wanted."""
    if isinstance(X1, np.ndarray):
        found = Tiles(network, X1, X2, ntk=ntk).whole()
        return (*found, *([None] * (2 - len(found))))
    *_, (_, found) = by_layer(network, X1, X2, ntk)
    return found


def by_layer(network, X1, X2, ntk: bool):
    """(layer, (nngp, ntk)) for every layer, in whole arrays."""
    X1, X2 = checked(X1, X2, network.layers)
    X2 = X1 if X2 is None else X2
    layers, kinked = network.layers, has_kinks(network.layers)
    own = None
    if wants_positions(layers):
        crossed = any(isinstance(one, Attention | GlobalAveragePool) for one in layers)
        pairs = position_pairs(X1, X2, kinked, ntk, crossed)
        if needs_own(layers):
            own = own_pairs(X1, kinked, ntk), own_pairs(X2, kinked, ntk)
    else:
        pairs = flat_pairs(X1, X2, kinked, ntk)
    found = []
    for layer in layers:
        pairs, own = through(layer, pairs, own, network.width or 0)
        found.append((layer, (pairs.c, pairs.ntk)))
    return found


def variance(network, X):
    """nngp(x, x) of every input, (n,)."""
    X, _ = checked(X, None, network.layers)
    layers, kinked = network.layers, has_kinks(network.layers)
    if wants_positions(layers):
        pairs = own_pairs(X, kinked, False)
        own = (pairs, pairs) if needs_own(layers) else None
    else:
        each = [flat_pairs(x[None], x[None], kinked, False) for x in X[:1]]
        q = (X**2).sum(axis=-1) / X.shape[-1]
        pairs, own = replace(each[0], q1=q, q2=q, c=q, theta=0 * q if kinked else None), None
    for layer in layers:
        pairs, own = through(layer, pairs, own, network.width or 0)
    return pairs.c
