"""Integrals inside a formula, by one rule with fixed nodes: the same for every point.

The trapezoidal rule in the logarithm of the distance to an end. It resolves every scale next to an
end (0 is one of an integral over the whole line) from 1e-14 to 1e14, or to 1e-14 of a finite
range, to rounding error, where the integrand is analytic in a sector of 45 degrees around the range;
ends may be integrably singular. What an integrand does on a small scale elsewhere needs a rewriting
first. The accuracy certificate of the form says what is reached.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np

_STEP = 1 / 8
"""exp(-2 pi (pi/4) / step) is 7e-18."""
_END = 69.0
"""The rule is cut at 1e-30 and 1e30."""
_BLOCK = 1 << 16


@lru_cache(maxsize=2)
def _rule(finite: bool) -> tuple[np.ndarray, np.ndarray]:
    """Distances from an end and their weights: on a half line, or up to the middle of a unit range."""
    t = np.arange(-_END, _STEP / 2 if finite else _END, _STEP)
    nodes = np.exp(t)
    if not finite:
        return nodes, _STEP * nodes
    weights = _STEP * nodes / (1 + nodes) ** 2
    weights[-1] /= 2  # the middle belongs to both halves
    return nodes / (1 + nodes), weights


def _pieces(low, high) -> list[tuple]:
    """Pieces ``(end, direction, length, nodes, weights)`` of the range."""
    no_low, no_high = (isinstance(end, float) and end in (np.inf, -np.inf) for end in (low, high))
    if not (no_low or no_high):
        return [(low, 1, high - low, *_rule(True)), (high, -1, high - low, *_rule(True))]
    up, down = (0.0 if no_low else low), (0.0 if no_high else high)
    return [(up, 1, 1.0, *_rule(False))] * no_high + [(down, -1, 1.0, *_rule(False))] * no_low


def quadrature_numpy(f: Callable, low, high):
    """The integral of ``f`` from ``low`` to ``high``, which may be arrays."""
    total = 0.0
    for end, direction, length, nodes, weights in _pieces(low, high):
        once = np.asarray(f(end + direction * length * nodes[0]))
        new_axis = (-1, *[1] * max(once.ndim, np.ndim(length)))
        rows, parts = max(1, _BLOCK // max(1, once.size)), []
        for k in range(0, len(nodes), rows):
            x, w = (values[k : k + rows].reshape(new_axis) for values in (nodes, weights))
            terms = w * f(end + direction * length * x)
            terms = np.where(np.isfinite(terms), terms, 0.0)  # infinity times zero, far out
            # contiguous, so that NumPy sums in pairs
            parts.append(np.ascontiguousarray(np.moveaxis(terms, 0, -1)).sum(-1))
        total = total + length * np.stack(parts, axis=-1).sum(-1)
    return total


def quadrature_jax(f: Callable, low, high):
    """The same on JAX arrays; may be traced, mapped and differentiated."""
    import jax
    import jax.numpy as jnp

    total = 0.0
    for end, direction, length, nodes, weights in _pieces(low, high):
        at = jax.vmap(lambda x, end=end, step=direction * length: f(end + step * x))(jnp.asarray(nodes))
        terms = jnp.asarray(weights, at.dtype).reshape(-1, *[1] * (at.ndim - 1)) * at
        total = total + length * jnp.sum(jnp.where(jnp.isfinite(terms), terms, 0.0), axis=0)
    return total


def quadrature_torch(f: Callable, low, high):
    """The same on PyTorch tensors."""
    import torch

    total = 0.0
    for end, direction, length, nodes, weights in _pieces(low, high):
        points = zip(nodes.tolist(), weights.tolist(), strict=True)
        terms = torch.stack([torch.as_tensor(w * f(end + direction * length * x)) for x, w in points])
        total = total + length * torch.where(torch.isfinite(terms), terms, 0.0).sum(0)
    return total


def quadrature_mpmath(f: Callable, low, high):
    """mpmath's own adaptive rule, at the precision that is set."""
    from mpmath import mp

    return mp.quad(f, [low, 0, high] if low == -mp.inf and high == mp.inf else [low, high])
