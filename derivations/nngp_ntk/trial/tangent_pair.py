"""A tangent kernel and the NNGP kernel that comes with it: each right by itself, and both consistent."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from theory.validate.guard import Guarded, Misbehaved
from theory.validate.trial import Finding

from ..architecture.layers import Dense
from .adapters import adapted
from .digits import against_exact
from .inputs import Exact, Inputs, accuracy, exact
from .subject import Subject

STEP = 1e-2
ROTATED = (0.4, 0.9, 1.6, 2.2)
"""Angles, in radians, at which the NNGP kernel is differentiated."""


def with_nngp(subject, nngp, network, at: Inputs, found, wanted: Exact, claimed, dtype) -> list[Finding]:
    """Findings about the NNGP kernel, and about what must hold between the two."""
    function, _ = adapted(nngp, "nngp", None)
    who = getattr(nngp, "__name__", "nngp")
    other = Subject(Guarded(function, who, subject.guarded.left), subject.library, subject.at, nngp)
    try:
        K = other(at.first, at.second, dtype)
        right = exact(network, "nngp", at.first, at.second, at.shape, float(np.finfo(dtype).eps))
        values = against_exact(other, network, "nngp", at, K, right, claimed, dtype)
        findings = [replace(one, kind=f"nngp: {one.kind}", message=f"{who}: {one.message}") for one in values]
        findings += _between(subject, other, at, wanted, dtype)
        findings += _derivative(subject, other, network, at, claimed, dtype)
    except Misbehaved as ended:
        return [replace(ended.finding, kind=f"nngp: {ended.finding.kind}")]
    return [*findings, *(replace(one, kind=f"nngp: {one.kind}") for one in other.guarded.notes.values())]


def _between(subject, other, at, wanted, dtype) -> list[Finding]:
    """What layers before the last add is a kernel too: NTK - NNGP is positive semidefinite."""
    X = at.second[at.related.stop :]
    difference = subject(X, X, dtype) - other(X, X, dtype)
    size = float(np.max(np.abs(other(X, X, dtype))))
    smallest = float(np.linalg.eigvalsh((difference + difference.T) / 2)[0])
    bound = 8 * len(X) * float(np.max(wanted.bound / wanted.scale)) * size
    if smallest >= -bound:
        return []
    message = (
        f"NTK - NNGP has an eigenvalue {smallest:.3g}, rounding allows {-bound:.2g}: the tangent kernel is "
        "the NNGP kernel and what the layers before the last add, a kernel as well"
    )
    return [Finding("ntk below nngp", message, {"eigenvalue": smallest})]


def _derivative(subject, other, network, at, claimed, dtype) -> list[Finding]:
    """One hidden layer: NTK - NNGP = c dK/dc, c the covariance behind the first layer, by turning an "
    "input."""
    layers = network.layers
    shallow = len(layers) == 3 and isinstance(layers[0], Dense) and isinstance(layers[2], Dense)
    if not shallow or network.parametrisation != "ntk" or len(at.shape) != 1 or layers[0].sigma_w == 0:
        return []
    d = at.shape[0]
    centre = at.first[0] / np.linalg.norm(at.first[0])
    aside = at.first[1] - (at.first[1] @ centre) * centre
    aside /= np.linalg.norm(aside)
    offsets = np.array([-2.0, -1.0, 1.0, 2.0])
    weights = np.array([1.0, -8.0, 8.0, -1.0]) / 12
    turned = lambda a: math.sqrt(d) * (np.cos(a)[:, None] * centre + np.sin(a)[:, None] * aside)  # noqa: E731
    angles = np.array(ROTATED)
    x = turned(np.zeros(1))
    slopes = []
    for step in (STEP, STEP / 2):
        around = (angles[:, None] + step * offsets).ravel()
        K = other(x, turned(around), dtype)[0].reshape(len(angles), 4)
        slopes.append(K @ weights / step)
    slope = slopes[1] + (slopes[1] - slopes[0]) / 15
    weight, bias = layers[0].sigma_w ** 2, layers[0].sigma_b ** 2
    c = bias + weight * np.cos(angles)
    predicted = -c * slope / (weight * np.sin(angles))
    seen = (subject(x, turned(angles), dtype) - other(x, turned(angles), dtype))[0]
    size = np.max(np.abs(predicted)) + np.max(np.abs(other(x, turned(angles), dtype)))
    relative = 1e3 * float(np.finfo(dtype).eps) + accuracy(network) + (10.0**-claimed if claimed else 0.0)
    known = np.max(np.abs(slopes[1] - slopes[0])) + relative / STEP
    apart = float(np.max(np.abs(seen - predicted)))
    bound = (
        10 * float(known) * max(1.0, float(np.max(np.abs(c / (weight * np.sin(angles)))))) * max(size, 1.0)
    )
    if apart <= bound:
        return []
    k = int(np.argmax(np.abs(seen - predicted)))
    message = (
        f"at angle {angles[k]:g} NTK - NNGP is {seen[k]:.6g}, but the slope of the NNGP kernel that was "
        f"given says {predicted[k]:.6g} (differences of steps {STEP:g}, known to {bound:.1g}): the "
        "derivative dual does not belong to the dual"
    )
    return [
        Finding(
            "inconsistent derivative", message, {"seen": float(seen[k]), "predicted": float(predicted[k])}
        )
    ]
