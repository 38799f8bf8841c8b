"""Kernels of a network at inputs of any array library."""

from __future__ import annotations

import numpy as np

from .inputs import checked, has_kinks, needs_own, own_pairs, start, wants_positions
from .pairs import Pairs
from .propagate import through
from .tiles import Tiles


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
    pairs, own = start(network.layers, X1, X1 if X2 is None else X2, ntk)
    found = []
    for layer in network.layers:
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
        q = (X**2).sum(axis=-1) / X.shape[-1]
        pairs, own = Pairs(q, q, q, 0 * q if kinked else None, None, fan_in=X.shape[-1]), None
    for layer in layers:
        pairs, own = through(layer, pairs, own, network.width or 0)
    return pairs.c
