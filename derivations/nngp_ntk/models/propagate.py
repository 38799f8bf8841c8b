"""What each kind of layer does to `Pairs`: the closed forms of the result files, applied in turn."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import product

from array_api_compat import array_namespace

from ..angles import angle_of_distance, correlation_of_sum, sine_squared_of_sum, squared_distance
from ..architecture.layers import (
    Attention,
    Conv,
    Dense,
    Flatten,
    GlobalAveragePool,
    LayerNorm,
    Residual,
)
from ..layers.attention import attention_identity_nngp, attention_logit, attention_nngp
from ..layers.dense import dense_nngp, dense_ntk, dense_ntk_standard, dense_ntk_standard_unbiased
from ..layers.layer_norm import layer_norm_nngp, layer_norm_ntk
from ..layers.residual import residual_nngp, residual_ntk
from .pairs import Pairs, root

Own = tuple[Pairs, Pairs] | None
"""All pairs of positions of every input with itself: the first inputs', the second inputs'."""


def through(layer, pairs: Pairs, own: Own, standard: int = 0) -> tuple[Pairs, Own]:
    """The kernels after a layer, and those of every input with itself where ``own`` has them.

    ``standard``: the hidden width of a network whose weights are trained in the standard parametrisation,
    0 for the NTK parametrisation.
    """
    if isinstance(layer, Attention):
        return _attention(layer, pairs, own)
    if isinstance(layer, GlobalAveragePool):
        return _pool(pairs, own)
    step = _STEPS.get(type(layer), _activation)
    return step(layer, pairs, standard), own and tuple(step(layer, one, standard) for one in own)


def _activation(layer, pairs, standard):
    """An activation is whatever has duals. Behind one that is not homogeneous the angle is left to c."""
    at = pairs.q1, pairs.q2, pairs.c
    known = {} if pairs.theta is None else {"angle": pairs.theta, "supplement": pairs.supplement}
    theta = None
    if pairs.theta is not None and layer.degree is not None:
        xp = array_namespace(pairs.theta)
        kappa, _, gap = layer.angular(pairs.theta)
        theta = xp.atan2(root(xp, gap * (1 + kappa)), kappa)
    return replace(
        pairs,
        q1=layer.diagonal(pairs.q1),
        q2=layer.diagonal(pairs.q2),
        c=layer.dual(*at, **known),
        theta=theta,
        supplement=None,
        ntk=None if pairs.ntk is None else layer.derivative_dual(*at, **known) * pairs.ntk,
    )


def _dense(layer, pairs, standard):
    """Weights and biases on what is in ``pairs``: the mean over its inputs is known already."""
    q1, q2, c, ntk = (
        x if x is None else variance_of(layer.sigma_w) * x for x in (pairs.q1, pairs.q2, pairs.c, pairs.ntk)
    )
    if ntk is not None and standard:
        form = dense_ntk_standard if layer.sigma_b > 0 else dense_ntk_standard_unbiased
        ntk = form(pairs.c, 1.0, ntk, 1.0, pairs.fan_in)
    elif ntk is not None:
        ntk = dense_ntk(c, 1.0, ntk, 1.0, layer.sigma_b)
    q1, q2, c = (x if x is None else dense_nngp(x, 1.0, layer.sigma_b) for x in (q1, q2, c))
    theta, supplement = pairs.theta, pairs.supplement
    if theta is not None and layer.sigma_b > 0:
        xp = array_namespace(theta)
        shares = (xp.atan2(layer.sigma_b + 0 * q, layer.sigma_w * xp.sqrt(q)) for q in (pairs.q1, pairs.q2))
        theta, supplement = _angle_of_sum(*shares, theta, 0.0), None
    return replace(pairs, q1=q1, q2=q2, c=c, theta=theta, supplement=supplement, ntk=ntk, fan_in=standard)


def variance_of(sigma: float) -> float:
    """sigma squared, where sigma = 2**.5 means the root of 2: the shortest decimal whose root it is.

    The square of the float would be off by 1.4e-16, which a hundred layers of ReLU raise to the hundredth
    power. The factor goes into what it multiplies, and the forms are called with weights of variance 1.
    """
    short = float(f"{sigma * sigma:.15g}")
    return short if short**0.5 == sigma else sigma * sigma


def _angle_of_sum(alpha_1, alpha_2, A, B):
    xp = array_namespace(A)
    at = alpha_1, alpha_2, A, B
    return xp.atan2(root(xp, sine_squared_of_sum(*at)), correlation_of_sum(*at))


def _residual(layer, pairs, standard):
    branch = pairs
    for one in layer.layers:
        branch, _ = through(one, branch, None, standard)
    q1, q2, c = (
        residual_nngp(getattr(pairs, name), getattr(branch, name), layer.alpha) for name in ("q1", "q2", "c")
    )
    ntk = None if pairs.ntk is None else residual_ntk(pairs.ntk, branch.ntk, layer.alpha)
    theta = None
    if pairs.theta is not None and branch.theta is not None:
        xp = array_namespace(pairs.theta)
        shares = (
            xp.atan2(abs(layer.alpha) * xp.sqrt(b), xp.sqrt(a))
            for a, b in ((pairs.q1, branch.q1), (pairs.q2, branch.q2))
        )
        theta = _angle_of_sum(*shares, pairs.theta, branch.theta)
    return replace(pairs, q1=q1, q2=q2, c=c, theta=theta, supplement=None, ntk=ntk)


def _layer_norm(layer, pairs, standard):
    at = pairs.q1, pairs.q2
    ntk = None if pairs.ntk is None else layer_norm_ntk(pairs.ntk, *at)
    return replace(
        pairs, q1=pairs.q1 / pairs.q1, q2=pairs.q2 / pairs.q2, c=layer_norm_nngp(pairs.c, *at), ntk=ntk
    )


def _convolution(layer, pairs, standard):
    """The window's mean of every array, then a dense layer on it. Distances add up, angles do not."""
    if not pairs.window:
        raise ValueError(f"{layer}: the inputs have no positions, only channels; a convolution needs some")
    mean = lambda x, axes: _window_mean(x, axes, layer)  # noqa: E731
    c = mean(pairs.c, pairs.axes)
    q1, q2 = mean(pairs.q1, pairs.axes[:1]), mean(pairs.q2, pairs.axes[-1:])
    theta = pairs.theta
    if theta is not None:
        xp = array_namespace(theta)
        s1, s2 = xp.sqrt(pairs.q1), xp.sqrt(pairs.q2)
        distance = mean(squared_distance(s1 + 0 * theta, s2 + 0 * theta, theta), pairs.axes)
        if pairs.crossed and layer.padding == "same":  # beyond the edge of one input the other one is left
            distance = distance + (q1 - mean(pairs.q1 + 0 * theta, pairs.axes))
            distance = distance + (q2 - mean(pairs.q2 + 0 * theta, pairs.axes))
        theta = _angle_from(xp, xp.sqrt(q1), xp.sqrt(q2), distance)
    ntk = None if pairs.ntk is None else mean(pairs.ntk, pairs.axes)
    fan_in = pairs.fan_in * layer.size ** len(pairs.window)
    averaged = replace(pairs, q1=q1, q2=q2, c=c, theta=theta, ntk=ntk, fan_in=fan_in)
    return _dense(layer, averaged, standard)


def _angle_from(xp, s1, s2, distance):
    """The angle of a squared distance; without a slope at both ends and beyond, where rounding may put it."""
    near, far = distance <= (s1 - s2) ** 2, distance >= (s1 + s2) ** 2
    s1, s2 = (xp.where(near | far, 0 * s + 1, s) for s in (s1, s2))
    inside = angle_of_distance(s1, s2, xp.where(near | far, 0 * distance + 2, distance))
    return xp.where(near, 0 * inside, xp.where(far, 0 * inside + math.pi, inside))


def _window_mean(x, groups, layer):
    """The mean of x over the filter's positions, shifted alike along every group of axes."""
    xp = array_namespace(x)
    reach = layer.size // 2
    total = 0
    for shift in product(range(-reach, reach + 1), repeat=len(groups[0])):
        moved = x
        for axes in groups:
            for axis, by in zip(axes, shift, strict=True):
                moved = _shifted(xp, moved, axis, by, layer.padding)
        total = total + moved
    return total / layer.size ** len(groups[0])


def _shifted(xp, x, axis, by, padding):
    """x at position p + by, with zeros outside unless positions go round in a circle."""
    if by == 0 or x.shape[axis] == 1:
        return x if by == 0 or padding == "circular" else 0 * x
    moved = xp.roll(x, -by, axis=axis)
    if padding == "circular":
        return moved
    place = xp.arange(x.shape[axis])
    inside = (place + by >= 0) & (place + by < x.shape[axis])
    return moved * xp.reshape(xp.astype(inside, x.dtype), (-1,) + (1,) * (-axis - 1))


def _flatten(layer, pairs, standard):
    """Only equal positions share weights: the mean over them."""
    if not pairs.window:
        raise ValueError("Flatten(): the inputs have no positions, only channels")
    xp, n = array_namespace(pairs.c), len(pairs.window)
    last = tuple(range(-n, 0))

    def mean(x, axes=last):
        return xp.mean(x, axis=axes)

    diagonal = (lambda x: _diagonal(xp, x, pairs.window)) if pairs.crossed else (lambda x: x)
    q1, q2 = (mean(diagonal(q + 0 * pairs.c)) for q in (pairs.q1, pairs.q2))
    theta = pairs.theta
    if theta is not None:
        s1, s2, at = (diagonal(x + 0 * theta) for x in (xp.sqrt(pairs.q1), xp.sqrt(pairs.q2), theta))
        theta = _angle_from(xp, xp.sqrt(q1), xp.sqrt(q2), mean(squared_distance(s1, s2, at)))
    c, ntk = (None if x is None else mean(diagonal(x)) for x in (pairs.c, pairs.ntk))
    positions = math.prod(pairs.window)
    return Pairs(q1, q2, c, theta, ntk, fan_in=pairs.fan_in * positions)


def _diagonal(xp, x, window):
    """The entries of equal positions of (..., *P, *P), as (..., P)."""
    lead, positions = x.shape[: x.ndim - 2 * len(window)], math.prod(window)
    flat = xp.reshape(x, (*lead, positions, positions))
    return (
        xp.stack([flat[..., p, p] for p in range(positions)], axis=-1)
        if len(window) == 1
        else xp.reshape(xp.stack([flat[..., p, p] for p in range(positions)], axis=-1), (*lead, *window))
    )


def _pool(pairs, own):
    if not pairs.window:
        raise ValueError("GlobalAveragePool(): the inputs have no positions, only channels")
    xp = array_namespace(pairs.c)
    every = tuple(range(-2 * len(pairs.window), 0))
    pooled = [
        (xp.mean(one.c, axis=every), None if one.ntk is None else xp.mean(one.ntk, axis=every))
        for one in (pairs, *(own or ()))
    ]
    c, ntk = pooled[0]
    if own is None:  # nobody asks for the variances again
        return Pairs(None, None, c, None, ntk, fan_in=pairs.fan_in), None
    alone = tuple(Pairs(c1, c1, c1, None, ntk1, fan_in=pairs.fan_in) for c1, ntk1 in pooled[1:])
    q1, q2 = alone[0].c[:, None], alone[1].c[None, :]
    return Pairs(q1, q2, c, None, ntk, fan_in=pairs.fan_in), alone


def _attention(layer, pairs, own):
    if pairs.ntk is not None:
        raise ValueError(
            f"{layer}: only the NNGP kernel of attention is derived here, not the tangent kernel"
        )
    if not pairs.window:
        raise ValueError(f"{layer}: the inputs have no positions, only channels; attention needs some")
    xp = array_namespace(pairs.c)

    def square(x):
        positions = math.prod(pairs.window)
        return xp.reshape(x, (*x.shape[: x.ndim - 2 * len(pairs.window)], positions, positions))

    cs = [square(one.c) for one in (pairs, *own)]
    if layer.logits == "identity":
        deviations = layer.sigma_q, layer.sigma_k, layer.sigma_v
        after = [
            attention_identity_nngp(c, xp.sum(c**2, axis=(-2, -1), keepdims=True), *deviations) for c in cs
        ]
    else:
        weights = [attention_logit(one, layer.sigma_q, layer.sigma_k) for one in cs[1:]]
        if layer.logits == "softmax":
            weights = [_softmax(xp, one) for one in weights]
        ends = ((weights[0][:, None], weights[1][None]), (weights[0],) * 2, (weights[1],) * 2)
        after = [
            attention_nngp(a @ c @ xp.matrix_transpose(b), layer.sigma_v)
            for c, (a, b) in zip(cs, ends, strict=True)
        ]
    made = [xp.reshape(c, one.c.shape) for c, one in zip(after, (pairs, *own), strict=True)]
    variances = [xp.reshape(_diagonal(xp, c, pairs.window), (c.shape[0], *pairs.window)) for c in made[1:]]
    ones = (1,) * len(pairs.window)
    v1, v2 = variances
    q1 = xp.reshape(v1, (v1.shape[0], 1, *pairs.window, *ones))
    q2 = xp.reshape(v2, (1, v2.shape[0], *ones, *pairs.window))
    alone = tuple(
        replace(
            one,
            c=c,
            theta=None,
            q1=xp.reshape(v, (v.shape[0], *pairs.window, *ones)),
            q2=xp.reshape(v, (v.shape[0], *ones, *pairs.window)),
        )
        for one, c, v in zip(own, made[1:], variances, strict=True)
    )
    return replace(pairs, q1=q1, q2=q2, c=made[0], theta=None), alone


def _softmax(xp, x):
    weights = xp.exp(x - xp.max(x, axis=-1, keepdims=True))
    return weights / xp.sum(weights, axis=-1, keepdims=True)


_STEPS = {
    Dense: _dense,
    Conv: _convolution,
    Flatten: _flatten,
    LayerNorm: _layer_norm,
    Residual: _residual,
}
