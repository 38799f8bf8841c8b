"""Small neural networks and their training by JAX and optax (the extra ``jax``), compiled as one loop.

Parameters are lists of (weights, bias). Nothing is imported before it is used.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence


def dense(params, x):
    """A network of dense layers with SiLU between them: x (B, inputs) to (B, outputs)."""
    import jax

    for W, b in params[:-1]:
        x = jax.nn.silu(x @ W + b)
    W, b = params[-1]
    return x @ W + b


def dense_start(key, widths: Sequence[int]) -> list:
    """Its parameters where training starts: weights of variance 1/inputs, no bias."""
    import jax

    keys = jax.random.split(key, len(widths) - 1)
    return [
        (jax.random.normal(k, (a, b)) / a**0.5, jax.numpy.zeros(b))
        for k, a, b in zip(keys, widths, widths[1:], strict=False)
    ]


def descend(loss: Callable, params, keys, optimiser, watch: Callable | None = None) -> tuple:
    """Parameters after a step of the optimiser for every key, and what was seen on the way.

    ``loss(params, key)`` draws its own batch. With ``watch(params)`` the keys have two axes, (rows, steps):
    it is called after each row, and its results are stacked; without, nothing is seen (None).
    """
    import jax
    import optax

    def step(state, key):
        params, inner = state
        change, inner = optimiser.update(jax.grad(loss)(params, key), inner)
        return (optax.apply_updates(params, change), inner), None

    def row(state, keys):
        state, _ = jax.lax.scan(step, state, keys)
        return state, watch(state[0])

    @jax.jit
    def run(params):
        return jax.lax.scan(row if watch else step, (params, optimiser.init(params)), keys)

    (params, _), seen = run(params)
    return params, seen
