"""Why a kernel is another one: hypotheses, each of which predicts another kernel exactly."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial

import numpy as np

from theory.validate.trial import Finding

from ..architecture.layers import Conv, Dense
from ..models.network import Network
from .case import Case, Hypothesis, candidates, if_near
from .other_layers import changed_layers, leaves, other_depths
from .tangents import tangents

CLOSER = 1e-3
"""A hypothesis explains a kernel that it predicts so much better than the closed form does."""

NEARLY_ONE = 1e-5
"""A factor so near to 1 is no gain or fan-in."""


def cause(
    case: Case, found: np.ndarray, value: np.ndarray, where: np.ndarray, least: float
) -> Finding | None:
    """The first hypothesis that predicts what was found, at the entries ``where``; None if none does.

    ``least``: what rounding leaves of the error, relative to the largest entry.
    """
    size = float(np.max(np.abs(found[where])))
    if size == 0:
        return Finding("zero", "the kernel is 0 for all inputs")
    wrong = float(np.max(np.abs(found - value)[where])) / size
    allowed = max(4 * least, min(CLOSER * wrong, 1e-6))
    for stage in (_factors, _kinds, _layers, _depths, _scales, tangents, _widths, _activations):
        fits = []
        for kind, message, evidence, predict in stage(case, found, value, where):
            try:
                with np.errstate(all="ignore"):
                    off = float(np.max(np.abs(np.asarray(predict()) - found)[where])) / size
            except (ValueError, ArithmeticError, NotImplementedError):
                continue
            if off <= allowed:
                fits.append((off, kind, message, evidence))
        if fits:
            return _told(fits, least, wrong)
    return None


def _told(fits, least: float, wrong: float) -> Finding:
    """The first of those that fit as well as the best; what else fits as well is said."""
    best = min(off for off, *_ in fits)
    fits = [one for one in fits if one[0] <= max(4 * best, 4 * least)]
    off, kind, message, evidence = fits[0]
    others = [message for _, _, message, _ in fits[1:]]
    if others:
        more = f", or one of {len(others) - 2} others" if len(others) > 2 else ""
        message = f"{message} (or, the same here: {', or '.join(others[:2])}{more})"
    return Finding(kind, message, {**evidence, "left": off, "wrong": wrong, "or": others})


# one factor for all


def _factors(case, found, value, where) -> Iterator[Hypothesis]:
    ratio = float(np.sum((found * value)[where]) / np.sum((value**2)[where]))
    if ratio in (0, 1):
        return
    if abs(ratio - 1) < NEARLY_ONE:
        off = abs(ratio - 1)
        said = f"it is 1 {'+' if ratio > 1 else '-'} {off:.2g} times the closed form everywhere: a constant"
        more = f"{said} of too few digits, as of float32 parameters"
        yield "accuracy", more, {"factor": ratio, "digits": -math.log10(off)}, lambda: ratio * value
        return
    kind, said = _factor(ratio, case)
    yield (
        kind,
        f"it is {ratio:.6g} times the closed form everywhere: {said}",
        {"factor": ratio},
        (lambda: ratio * value),
    )


def _factor(ratio: float, case: Case) -> tuple[str, str]:
    layers = sum(isinstance(one, Dense | Conv) for one in case.network.layers)
    halves = math.log2(abs(ratio))
    powers = math.log(abs(ratio)) / math.log(case.d)
    if ratio < 0:
        return "sign", "a sign"
    if abs(powers - round(powers)) < 1e-6 and round(powers):
        side = "1/d is missing" if powers > 0 else "there is a 1/d too many"
        return "fan-in", f"{side}, d = {case.d} inputs (the first layer sees x.x'/d)"
    if abs(halves - round(halves)) < 1e-6:
        count = abs(round(halves))
        side = "is missing" if halves < 0 else "is there too often"
        return "gain", (
            f"a gain sqrt(2), 2 in the variance, {side} in {count} of {layers} layers, or a dual is used "
            "that counts the whole of both half-lines"
        )
    for name in ("sigma_w", "sigma_w^2"):
        for one in {leaf.sigma_w for leaf in leaves(case.network.layers) if isinstance(leaf, Dense | Conv)}:
            power = 2 if name == "sigma_w^2" else 1
            for sign in (1, -1):
                if one > 0 and abs(ratio / one ** (sign * power) - 1) < 1e-9:
                    side = "too many" if sign > 0 else "too few"
                    return "gain", f"there is one factor {name} = {one**power:.4g} {side}"
    if abs(powers * 2 - round(powers * 2)) < 1e-6:
        return "fan-in", f"the factor is a power of the root of d = {case.d}, the fan-in"
    return "factor", "a constant in front"


# the other kernel


def _kinds(case, found, value, where) -> Iterator[Hypothesis]:
    other = "nngp" if case.kind == "ntk" else "ntk"
    told = {"nngp": "NNGP", "ntk": "NTK"}
    yield (
        "other kernel",
        f"it is the network's {told[other]}, not its {told[case.kind]}",
        {"is": other},
        lambda: case.of(case.network, other),
    )

    def normalised():
        own = [np.sqrt(np.diagonal(case.of(case.network, None, X, X))) for X in (case.first, case.second)]
        return value / own[0][:, None] / own[1]

    yield (
        "normalised",
        "it is divided by the root of both diagonals: a correlation, no covariance",
        {},
        normalised,
    )
    if value.shape[0] == value.shape[1]:
        yield "transposed", "it is K(X2, X1): its rows belong to X2", {}, lambda: value.T


# other layers


def _layers(case, found, value, where) -> Iterator[Hypothesis]:
    for kind, message, layers in changed_layers(case.network.layers):
        yield kind, message, {}, partial(lambda layers: case.of(case.with_layers(layers)), layers)


# other depths


def _depths(case, found, value, where) -> Iterator[Hypothesis]:
    for message, layers in other_depths(case.network.layers):
        yield "depth", message, {}, partial(lambda layers: case.of(case.with_layers(layers)), layers)
    if isinstance(case.network.layers[0], Dense):
        yield (
            "depth",
            "the first layer is missing: the activation sees x.x'/d",
            {},
            lambda: case.of(case.with_layers((Dense(1.0, 0.0), *case.network.layers[1:]))),
        )


# other inputs


def _scales(case, found, value, where) -> Iterator[Hypothesis]:
    d, root = case.d, math.sqrt(case.d)

    def scaled(factor):
        return case.of(case.network, None, factor * case.first, factor * case.second)

    yield "fan-in", f"x.x' is not divided by d = {d}, the number of inputs", {}, lambda: scaled(root)
    yield "fan-in", f"x.x' is divided by d = {d} twice", {}, lambda: scaled(1 / root)
    yield "fan-in", f"x.x' is divided by the root of d = {d}, not by d", {}, lambda: scaled(d**0.25)
    for other in (d - 1, d + 1):
        if other > 0:
            yield (
                "fan-in",
                f"x.x' is divided by {other}, not by d = {d}",
                {},
                (lambda other=other: scaled(math.sqrt(d / other))),
            )

    def of_length(length):
        X = (length * X / np.linalg.norm(X, axis=1, keepdims=True) for X in (case.first, case.second))
        return case.of(case.network, None, *X)

    yield "normalised inputs", "the inputs are normalised to length 1 first", {}, lambda: of_length(1.0)
    yield "normalised inputs", "the inputs are normalised to mean square 1 first", {}, lambda: of_length(root)


# another parametrisation


def _widths(case, found, value, where) -> Iterator[Hypothesis]:
    if case.kind != "ntk":
        return
    layers = case.network.layers
    if case.network.parametrisation == "standard":
        message = "it is the tangent kernel of the NTK parametrisation, not of the standard one"
        yield "parametrisation", message, {}, lambda: case.of(Network(layers))
        return
    two = [case.of(Network(layers, "standard", width)) for width in (1, 2)]
    slope = two[1] - two[0]
    rest = (found - two[0] + slope)[where]
    width = max(1, round(float(rest @ slope[where] / (slope[where] @ slope[where]))))
    message = f"it is the tangent kernel of the standard parametrisation at width {width}, not of the NTK one"
    yield "parametrisation", message, {"width": width}, lambda: two[0] + (width - 1) * slope


# other activations


def _activations(case, found, value, where) -> Iterator[Hypothesis]:
    layers = case.network.layers
    places = [k for k, one in enumerate(layers) if hasattr(one, "derivative_dual")]
    if not places:
        return
    for name, other in candidates(layers):
        swapped = tuple(other if k in places else one for k, one in enumerate(layers))
        was = " and ".join(dict.fromkeys(layers[k].name for k in places))
        yield (
            "activation",
            f"it is the kernel for the activation {name}, not {was}",
            {"as": name},
            partial(if_near, case, found, partial(_of_layers, swapped)),
        )
        if name in ("linear", "absolute", "step", "relu", "rectified_square", "erf", "normal_cdf"):
            yield from _scaled_activation(case, name, was, swapped, found, where)


def _of_layers(layers, case: Case) -> np.ndarray:
    return case.of(case.with_layers(layers))


def _scaled_activation(case, name, was, layers, found, where):
    """The same up to one constant, such as a gain that belongs to it."""
    try:
        other = case.of(case.with_layers(layers))
    except (ValueError, ArithmeticError, NotImplementedError):
        return
    ratio = float(np.sum((found * other)[where]) / np.sum((other**2)[where]))
    if abs(ratio - 1) < 1e-9:
        return
    message = f"it is {ratio:.6g} times the kernel for the activation {name}, not {was}"
    yield "activation", message, {"as": name, "factor": ratio}, lambda: ratio * other
