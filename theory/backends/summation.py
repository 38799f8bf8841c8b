"""Sums inside formulas, on array libraries: the summand at all indices along a new first axis."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib import import_module

import numpy as np

_BLOCK = 1 << 16
"""Elements of a temporary, so that it stays in cache."""


def _summation(library: str, term: Callable, first: int, last: int, *like):
    """``term(k)`` added up over the integers from ``first`` to ``last``.

    ``like`` are the numbers and arrays that the term depends on beside k. The terms are added in
    pairs, so that the rounding error grows like the logarithm of their number.
    """
    xp = import_module({"numpy": "numpy", "jax": "jax.numpy", "torch": "torch"}[library])
    arrays = [v for v in like if getattr(v, "ndim", None) is not None]
    shape = np.broadcast_shapes(*(tuple(v.shape) for v in arrays))
    indices = np.arange(first, last + 1.0).reshape(-1, *[1] * len(shape))
    if len(indices) == 0:
        return 0.0
    # XLA fuses the terms and their sum, so that JAX needs no blocks
    block = len(indices) if library == "jax" else max(1, _BLOCK // max(1, int(np.prod(shape))))
    sums = []
    for start in range(0, len(indices), block):
        k = _as_array(indices[start : start + block], arrays, library)
        terms = term(k)
        terms = (
            xp.broadcast_to(terms, (k.shape[0], *terms.shape[1:]))
            if hasattr(terms, "shape")
            else terms + 0 * k
        )
        sums.append(_in_pairs(terms, xp))
    return sums[0] if len(sums) == 1 else _in_pairs(xp.stack(sums), xp)


def _as_array(indices: np.ndarray, arrays, library: str):
    if library == "jax":
        import jax.numpy as jnp

        return jnp.asarray(indices, dtype=jnp.result_type(float, *arrays))
    if library == "torch":
        import torch

        like = {"dtype": arrays[0].dtype, "device": arrays[0].device} if arrays else {"dtype": torch.float64}
        return torch.as_tensor(indices, **like)
    return indices


def _in_pairs(terms, xp):
    while (n := terms.shape[0]) > 1:
        half = n // 2
        folded = terms[:half] + terms[half : 2 * half]
        terms = folded if n == 2 * half else xp.concatenate([folded, terms[-1:]])
    return terms[0]


summation_numpy, summation_jax, summation_torch = (partial(_summation, x) for x in ("numpy", "jax", "torch"))
