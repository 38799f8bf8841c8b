"""Newton's method kept inside a bracket, elementwise, on every array library and in mpmath."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

_STEPS = 200
"""Bisection alone would settle 64 bits, in the logarithm first, in fewer steps."""


def safeguarded_newton(gap_and_slope: Callable, low, high, values: Sequence, library: str):
    """The root in z of a function ``gap_and_slope(z, *values)``, monotone between ``low`` and ``high``.

    The ends may come in either order. A Newton step that leaves the bracket is replaced by bisection
    (in the logarithm, where the bracket is positive and wide). Under JAX and PyTorch one more step,
    of which the value is taken off again, carries the gradient: that of the exact root.
    """
    if library == "numpy":
        step = lambda z: gap_and_slope(z, *values)  # noqa: E731
        return _iterate(step, low, high, np.where, np.sqrt, np.finfo(float).eps)
    if library == "mpmath":
        from mpmath import mp

        step = lambda z: gap_and_slope(z, *values)  # noqa: E731
        return _iterate(step, low, high, lambda c, a, b: a if c else b, mp.sqrt, mp.eps)
    return (_traced if library == "jax" else _detached)(gap_and_slope, low, high, values)


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


def _settled(new, z, before, eps):
    """Whether a step is within rounding, or small and no longer shrinking: rounding noise of the gap."""
    change = abs(new - z)
    return (change <= eps / 4 * abs(new)) | ((change <= 1e-5 * abs(new)) & (change >= before))


def _iterate(gap_and_slope, low, high, where, sqrt, eps, every=np.all):
    z, left, right = _start(low, high, where, sqrt)
    before = abs(right - left)
    for _ in range(_STEPS):
        new, left, right = _step(gap_and_slope, z, left, right, where, sqrt)
        done = every(_settled(new, z, before, eps))
        before, z = abs(new - z), new
        if done:
            break
    return z


def _traced(gap_and_slope, low, high, values):
    import jax
    import jax.numpy as jnp

    stop = jax.lax.stop_gradient
    fixed = [stop(v) for v in values]
    low, high = (jnp.asarray(end, dtype=values[0].dtype) for end in (low, high))
    start = jnp.broadcast_arrays(*_start(stop(low), stop(high), jnp.where, jnp.sqrt), *fixed)[:3]
    eps = jnp.finfo(start[0].dtype).eps

    def go_on(state):
        return (state[4] < _STEPS) & ~state[5]

    def step(state):
        z, left, right, before, count, _ = state
        new, left, right = _step(lambda z: gap_and_slope(z, *fixed), z, left, right, jnp.where, jnp.sqrt)
        return new, left, right, abs(new - z), count + 1, jnp.all(_settled(new, z, before, eps))

    root = stop(jax.lax.while_loop(go_on, step, (*start, abs(start[2] - start[1]), 0, jnp.asarray(False)))[0])
    gap, slope = gap_and_slope(root, *values)
    correction = gap / stop(jnp.where(slope == 0, 1, slope))
    correction = jnp.where(jnp.isfinite(correction), correction, 0)
    return root - (correction - stop(correction))


def _detached(gap_and_slope, low, high, values):
    import torch

    with torch.no_grad():
        step = lambda z: gap_and_slope(z, *values)  # noqa: E731
        low, high = (
            torch.as_tensor(end, dtype=values[0].dtype, device=values[0].device) for end in (low, high)
        )
        root = _iterate(step, low, high, torch.where, torch.sqrt, torch.finfo(low.dtype).eps, torch.all)
    gap, slope = gap_and_slope(root, *values)
    slope = slope.detach()
    correction = gap / torch.where(slope == 0, torch.ones_like(slope), slope)
    correction = torch.where(torch.isfinite(correction), correction, 0)
    return root - (correction - correction.detach())
