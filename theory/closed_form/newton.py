"""Newton's method kept inside a bracket, elementwise, on every array library and in mpmath."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

_STEPS = 120


def safeguarded_newton(gap_and_slope: Callable, low, high, library: str):
    """The root of a monotone function between ``low`` and ``high`` (either order), elementwise.

    A Newton step that leaves the bracket is replaced by bisection (in the logarithm, where the
    bracket is positive and wide). Under JAX and PyTorch the last step alone carries the gradient:
    it has the derivative of the exact root.
    """
    if library == "numpy":
        return _iterate(gap_and_slope, low, high, np.where, np.sqrt, np.finfo(float).eps)
    if library == "mpmath":
        from mpmath import mp

        return _iterate(gap_and_slope, low, high, lambda c, a, b: a if c else b, mp.sqrt, mp.eps)
    if library == "jax":
        return _traced(gap_and_slope, low, high)
    return _detached(gap_and_slope, low, high)


def _start(low, high, where, sqrt):
    left, right = where(low < high, low, high), where(low < high, high, low)
    return _middle(left, right, where, sqrt), left, right


def _middle(left, right, where, sqrt):
    wide = (left > 0) & (right > 4 * left)
    return where(wide, sqrt(where(wide, left, 1)) * sqrt(where(wide, right, 1)), left + (right - left) / 2)


def _step(gap_and_slope, z, left, right, where, sqrt):
    gap, slope = gap_and_slope(z)
    beyond = gap * where(slope < 0, -1, 1) > 0
    left, right = where(beyond, left, z), where(beyond, z, right)
    new = z - gap / where(slope == 0, 1, slope)
    inside = (new >= left) & (new <= right)
    return where(inside, new, _middle(left, right, where, sqrt)), left, right


def _iterate(gap_and_slope, low, high, where, sqrt, eps):
    z, left, right = _start(low, high, where, sqrt)
    for _ in range(_STEPS * 4):
        new, left, right = _step(gap_and_slope, z, left, right, where, sqrt)
        change, z = abs(new - z), new
        if np.all(change <= eps * abs(z)):
            break
    return z


def _traced(gap_and_slope, low, high):
    import jax
    import jax.numpy as jnp

    stop = jax.lax.stop_gradient
    state = _start(stop(low), stop(high), jnp.where, jnp.sqrt)
    step = lambda _, state: _step(lambda z: map(stop, gap_and_slope(z)), *state, jnp.where, jnp.sqrt)  # noqa: E731
    root = stop(jax.lax.fori_loop(0, _STEPS, step, jnp.broadcast_arrays(*state)[:3])[0])
    gap, slope = gap_and_slope(root)
    return root - gap / stop(jnp.where(slope == 0, 1, slope))


def _detached(gap_and_slope, low, high):
    import torch

    with torch.no_grad():
        state = _start(low, high, torch.where, torch.sqrt)
        for _ in range(_STEPS):
            state = _step(gap_and_slope, *state, torch.where, torch.sqrt)
        root = state[0]
    gap, slope = gap_and_slope(root)
    slope = slope.detach()
    return root - gap / torch.where(slope == 0, torch.ones_like(slope), slope)
