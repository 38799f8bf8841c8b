"""The recursion of the tangent kernel with one step of it wrong, and with cosines clipped."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import numpy as np

from ..architecture.layers import Conv, Dense
from ..models.inputs import start
from ..models.propagate import through
from .case import Case, Hypothesis, candidates, if_near

CLIPS = (1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12)


def tangents(case, found, value, where) -> Iterator[Hypothesis]:
    """Tangent kernels of which one term or factor is another."""
    if case.kind != "ntk":
        return
    last = sum(isinstance(one, Dense | Conv) for one in case.network.layers) - 1
    dense = {
        ("ntk term", "the NNGP kernel is not added in any layer but the first"): (
            lambda new, old, layer, k: new.ntk - new.c if k else new.ntk
        ),
        ("ntk term", "the NNGP kernel is not added in the last layer"): (
            lambda new, old, layer, k: new.ntk - new.c if k == last else new.ntk
        ),
        ("ntk term", "the first layer's weights are not trained"): (
            lambda new, old, layer, k: new.ntk if k else new.ntk - new.c
        ),
        ("ntk term", "the NNGP kernel is added twice in the last layer"): (
            lambda new, old, layer, k: new.ntk + new.c if k == last else new.ntk
        ),
        ("ntk term", "biases are not trained: sigma_b^2 is not in the tangent kernel"): (
            lambda new, old, layer, k: new.ntk - layer.sigma_b**2
        ),
        ("ntk term", "the NNGP kernel is added without its sigma_w^2"): (
            lambda new, old, layer, k: new.ntk - new.c + (new.c - layer.sigma_b**2) / layer.sigma_w**2
        ),
        ("ntk term", "sigma_w^2 is missing before the derivative dual"): (
            lambda new, old, layer, k: new.ntk + (1 - layer.sigma_w**2) * old.ntk
        ),
        ("ntk term", "the NNGP kernel of the layer before is added, not that of the layer itself"): (
            lambda new, old, layer, k: new.ntk - new.c + old.c
        ),
    }
    for (kind, message), change in dense.items():
        yield kind, message, {}, partial(tangent, case, change)
    slopes = {
        "the derivative dual is missing": lambda slope, dual, other: 1 + 0 * slope,
        "the dual stands where the derivative dual belongs": lambda slope, dual, other: dual,
        "the derivative dual is half of what it should be": lambda slope, dual, other: slope / 2,
        "the derivative dual is twice what it should be": lambda slope, dual, other: 2 * slope,
        "the derivative dual is squared": lambda slope, dual, other: slope**2,
        "the root of the derivative dual stands in its place": lambda slope, dual, other: np.sqrt(slope),
        "the derivative dual is that of the angle's supplement, pi - theta": lambda slope, dual, other: other,
        "the derivative dual is divided by pi": lambda slope, dual, other: slope / math.pi,
        "the derivative dual is multiplied by pi": lambda slope, dual, other: slope * math.pi,
    }
    for message, change in slopes.items():
        yield "derivative dual", message, {}, partial(tangent, case, None, change)
    for name, other in candidates(case.network.layers):
        message = f"the derivative dual is that of {name}"
        yield (
            "derivative dual",
            message,
            {"as": name},
            (partial(if_near, case, found, partial(tangent, other=other))),
        )


def tangent(case: Case, change=None, slope=None, other=None, clip: float | None = None) -> np.ndarray:
    """The kernel where one step of its recursion is another.

    ``change(new, old, layer, k)``: the tangent kernel behind the k-th dense layer; ``slope(slope, dual,
    other)``: what stands for the derivative dual; ``other``: the activation that it is of; ``clip``: cosines
    are kept that far from 1 and -1, and angles taken from them.
    """
    X = (X.reshape(-1, *case.shape) for X in (case.first, case.second))
    pairs, own = start(case.network.layers, *X, case.kind == "ntk")
    standard, k = case.network.width or 0, 0
    for layer in case.network.layers:
        if clip is not None and hasattr(layer, "derivative_dual"):
            pairs = _clipped(pairs, clip)
        old, (new, own) = pairs, through(layer, pairs, own, standard)
        if isinstance(layer, Dense | Conv):
            if change is not None:
                new = replace(new, ntk=change(new, old, layer, k))
            k += 1
        elif hasattr(layer, "derivative_dual") and (slope is not None or other is not None):
            acting = layer if other is None else other
            at = old.q1 + 0 * old.c, old.q2 + 0 * old.c, old.c
            factor = acting.derivative_dual(*at)
            if slope is not None:
                factor = slope(factor, layer.dual(*at), layer.derivative_dual(*at[:2], -at[2]))
            new = replace(new, ntk=factor * old.ntk)
        pairs = new
    return np.broadcast_to(pairs.ntk if case.kind == "ntk" else pairs.c, (len(case.first), len(case.second)))


def _clipped(pairs, clip: float):
    scale = np.sqrt(pairs.q1 * pairs.q2)
    rho = np.clip(pairs.c / scale, clip - 1, 1 - clip)
    theta = None if pairs.theta is None else np.clip(pairs.theta, math.acos(1 - clip), math.acos(clip - 1))
    return replace(pairs, c=rho * scale, theta=theta, supplement=None)


def clipped(case: Case, found: np.ndarray, allowed: np.ndarray) -> float | None:
    """How far from 1 cosines are kept, if that predicts the kernel at nearly parallel inputs."""
    for clip in CLIPS:
        for both in (clip, clip / 2):
            try:
                with np.errstate(all="ignore"):
                    off = np.abs(tangent(case, clip=both) - found)
            except (ValueError, ArithmeticError):
                continue
            if np.all(off <= allowed):
                return both
    return None
