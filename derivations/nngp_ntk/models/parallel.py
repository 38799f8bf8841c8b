"""Automatic differentiation where inputs are parallel or opposite."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from .pair import Pair, where


def hidden_slope(function: Callable[[Pair], object], pair: Pair):
    """Zero, with the slope by c and the variances that ``function`` loses where the angle is 0 or pi.

    There the angle found from c has no slope. The square of what it lacks has, -2/g by c, and of a function
    without a cusp this counts half of the second derivative by the angle. At a cusp (of ReLU's derivative
    dual) the slope is infinite, and 0 is left. JAX and PyTorch; without differentiation nothing is computed.
    """
    if pair.library == "jax":
        return _in_jax(function, pair)
    if pair.library == "torch":
        return _in_torch(function, pair)
    return 0.0


def _in_jax(function, pair):
    import jax

    @jax.custom_jvp
    def zero(q_1, q_2, c, g, theta):
        return 0 * (c + g)

    @zero.defjvp
    def slope(at, moved):
        q_1, q_2, c, g, theta = at
        still = replace(pair, q_1=q_1, q_2=q_2, c=c, g=g, theta=theta)
        change = moved[2] - c * moved[3] / (g + (g == 0))
        return zero(*at), _slope(function, still, jax.jvp) * change

    return zero(pair.q_1, pair.q_2, pair.c, pair.g, pair.theta)


def _in_torch(function, pair):
    import torch

    if not (torch.is_grad_enabled() and (pair.c.requires_grad or pair.g.requires_grad)):
        return 0.0
    still = replace(pair, **{k: getattr(pair, k).detach() for k in ("q_1", "q_2", "c", "g", "theta")})
    change = (pair.c - still.c) - still.c * (pair.g - still.g) / (still.g + (still.g == 0))
    return _slope(function, still, torch.func.jvp) * change


def _slope(function, pair, jvp):
    """-1/g times the second derivative by the angle where it is 0, 1/g times that where it is pi, else 0."""
    one = 0 * pair.theta + 1

    def first(theta):
        return jvp(lambda at: function(replace(pair, theta=at)) + 0 * at, (theta,), (one,))[1]

    curvature = jvp(first, (pair.theta,), (one,))[1]
    sign = 1.0 * (pair.theta >= float(np.pi)) - 1.0 * (pair.theta <= 0)
    return where(pair.library, sign != 0, sign * curvature / (pair.g + (pair.g == 0)), 0.0)
