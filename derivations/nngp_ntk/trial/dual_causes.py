"""Why a dual is another function than it should be."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from theory.validate.trial import Finding

from ..models.activation import Activation
from .case import candidates
from .causes import CLOSER
from .dual_inputs import Preactivations

CLIPS = tuple(10.0**-k for k in range(3, 13))


def dual_cause(
    activation: Activation, at: Preactivations, slope: bool, found, value, least
) -> Finding | None:
    """The first hypothesis that predicts what was found (n,) at generic preactivations; None if none does."""
    size = float(np.max(np.abs(found)))
    if size == 0:
        return Finding("zero", "it is 0 everywhere")
    wrong = float(np.max(np.abs(found - value))) / size
    allowed = max(4 * least, min(CLOSER * wrong, 1e-6))
    for kind, message, evidence, predict in _hypotheses(activation, at, slope, found, value):
        try:
            with np.errstate(all="ignore"):
                predicted = np.asarray(predict())
        except (ValueError, ArithmeticError, NotImplementedError):
            continue
        known = np.isfinite(predicted)
        if known.sum() < len(found) / 4:
            continue
        off = float(np.max(np.abs(predicted - found)[known])) / size
        if off <= allowed:
            return Finding(kind, message, {**evidence, "left": off, "wrong": wrong})
    return None


def _hypotheses(activation, at: Preactivations, slope, found, value) -> Iterator[tuple]:
    own = (activation.dual, activation.derivative_dual)
    right, other = own if not slope else own[::-1]
    ratio = float(np.sum(found * value) / np.sum(value**2))
    halves = math.log2(abs(ratio)) if ratio else 0.5
    said = "a constant in front"
    if ratio > 0 and abs(halves - round(halves)) < 1e-6:
        said = (
            "a gain of sqrt(2) in every weight belongs to the layer, not to the dual, or its half-line twice"
        )
    kind = "gain" if said.startswith("a gain") else "factor"
    message = f"it is {ratio:.6g} times the closed form everywhere: {said}"
    yield kind, message, {"factor": ratio}, lambda: ratio * value
    told = ("the derivative dual", "the dual")
    yield "other kernel", f"it is {told[slope]}, not {told[not slope]}", {}, lambda: other(at.q1, at.q2, at.c)
    yield (
        "variances",
        "the variances are ignored: it is the dual at variance 1",
        {},
        (lambda: right(1.0 + 0 * at.q1, 1.0 + 0 * at.q1, at.rho)),
    )

    if np.all(found * value > 0):
        yield from _power_of_variances(at, found, value)

    def where_valid(q1, q2, c):
        fine = np.abs(c) <= np.sqrt(q1 * q2)
        whole = np.full(len(c), np.nan)
        whole[fine] = right(q1[fine], q2[fine], c[fine])
        return whole

    yield (
        "covariance",
        "c is taken for the correlation",
        {},
        lambda: where_valid(at.q1, at.q2, at.c * at.scale),
    )
    yield (
        "variances",
        "q1 and q2 are taken for standard deviations",
        {},
        (lambda: where_valid(at.q1**2, at.q2**2, at.c)),
    )
    yield (
        "angle",
        "it is the dual at -c: the angle's supplement, pi - theta, is used",
        {},
        (lambda: right(at.q1, at.q2, -at.c)),
    )
    yield (
        "mean",
        "the product of means is subtracted: it is the covariance of both, not their product's mean",
        {},
        (lambda: value - activation.mean(at.q1) * activation.mean(at.q2)),
    )
    if not slope:
        yield (
            "centre",
            "its value for independent preactivations is subtracted",
            {},
            (lambda: value - right(at.q1, at.q2, 0 * at.c)),
        )
    for name, one in candidates((activation,)):
        of = one.derivative_dual if slope else one.dual
        yield (
            "activation",
            f"it is that of {name}, not of {activation.name}",
            {"as": name},
            (lambda of=of: of(at.q1, at.q2, at.c)),
        )


def _power_of_variances(at, found, value) -> Iterator[tuple]:
    """A power of q1 q2 too many or too few."""
    x, y = np.log(at.q1 * at.q2), np.log(found / value)
    power = round(4 * float(np.sum((x - x.mean()) * (y - y.mean())) / np.sum((x - x.mean()) ** 2))) / 4
    if power:
        factor = math.exp(float(np.mean(y - power * x)))
        said = "" if abs(factor - 1) < 1e-9 else f" and {factor:.6g}"
        message = f"there is a factor (q1 q2)^{power:g}{said} in front that does not belong there"
        yield (
            "variances",
            message,
            {"power": power, "factor": factor},
            (lambda: factor * value * (at.q1 * at.q2) ** power),
        )


def dual_clip(activation: Activation, at: Preactivations, slope: bool, found, allowed) -> float | None:
    """How far from 1 correlations are kept, if that predicts what was found (n,)."""
    of = activation.derivative_dual if slope else activation.dual
    for clip in CLIPS:
        rho = np.clip(at.rho, clip - 1, 1 - clip)
        with np.errstate(all="ignore"):
            if np.all(np.abs(of(at.q1, at.q2, rho * at.scale) - found) <= allowed):
                return clip
    return None
