"""What else is asked of a function: numbers, broadcasting, empty arrays, its input unchanged, no memory."""

from __future__ import annotations

import math

import numpy as np

from ..guard import Misbehaved
from ..trial import Finding
from .points import Points
from .values import bounds_of

FEW = 5


def of_numbers(case, guarded, dtype="float64") -> list[Finding]:
    """Python numbers (0-dimensional tensors) give a number, right to the same bound."""
    points = case.drawn("moderate", dtype, FEW)
    subject = case.subject
    subject.vectorised = False
    try:
        found = subject.values(guarded, points.at, dtype=dtype, where="for numbers", numbers=True)
    except Misbehaved as ended:
        return _named(ended, "numbers")
    return _as_right(case, points, found, "numbers", "for numbers instead of arrays", dtype)


def of_broadcasting(case, guarded, dtype="float64") -> list[Finding]:
    """Arrays of shapes (3, 1) and (4,) give (3, 4); an argument alone is an array beside numbers."""
    points, subject = case.drawn("moderate", dtype, FEW), case.subject
    findings = []
    for i in range(min(2, len(points))):
        point = points.point(i)
        whole = {name: int(point[name]) for name in subject.whole}
        same = Points(points.form, {k: np.full(12, v) for k, v in point.items()}, [points.balls[i]] * 12)
        for array in subject.real:
            for other in [name for name in subject.real if name != array][:1] or [None]:
                real = {name: np.array(point[name]) for name in subject.real}
                real[array], shape = np.full((3, 1) if other else (3,), point[array]), (3,)
                if other:
                    real[other], shape = np.full((4,), point[other]), (3, 4)
                said = f"for {array} of shape {real[array].shape}" + (
                    f" and {other} of shape (4,)" if other else ""
                )
                try:
                    found = subject.once(
                        guarded, real, whole, shape=shape, dtype=dtype, where=said, numbers=True
                    )
                except Misbehaved as ended:
                    return _named(ended, "broadcasting")
                found = np.broadcast_to(found[..., None], (*found.shape, 4)) if not other else found
                findings += _as_right(
                    case, same, found.reshape(*found.shape[:-2], 12), "broadcasting", said, dtype
                )
                if findings:
                    return findings
    return findings


def _as_right(case, points, found, kind, said, dtype) -> list[Finding]:
    errors = points.errors(found, dtype)
    bounds, _ = bounds_of(case, points, errors)
    if np.all(errors <= bounds):
        return []
    output, at = (int(i) for i in np.unravel_index(np.argmax(errors / bounds), errors.shape))
    value, right = np.atleast_2d(found)[output, at], np.atleast_2d(points.exact)[output, at]
    said = f"{said}: {value:.9g} for {right:.9g} at {points.said(at)}, {errors[output, at]:.3g} ulps"
    evidence = {"found": float(value), "right": float(right), "at": points.point(at)}
    case.subject.vectorised = case.vectorised
    try:
        again = case.subject.values(case.subject.guarded(case.time_limit), points.at, dtype=dtype)
    except Misbehaved:
        return [Finding(kind, said, evidence)]
    if np.all((errors <= bounds) | (points.errors(again, dtype) > bounds)):
        return []  # as wrong for arrays: that is said of the values
    return [Finding(kind, f"{said}; in an array it is right", evidence)]


def of_empty(case, guarded, dtype="float64") -> list[Finding]:
    """Arrays of no element give one of no element."""
    points, subject = case.drawn("moderate", dtype, FEW), case.subject
    whole = {name: int(points.at[name][0]) for name in subject.whole}
    try:
        subject.once(
            guarded, {name: np.empty(0) for name in subject.real}, whole,
            shape=(0,), dtype=dtype, where="for empty arrays",
        )  # fmt: skip
    except Misbehaved as ended:
        return _named(ended, "empty array")
    return []


def _named(ended: Misbehaved, kind: str) -> list[Finding]:
    """What went wrong, under the name of what was asked."""
    if ended.finding.kind == "time limit":
        raise ended
    if ended.finding.kind == "not finite":  # for arrays, too, or it will be seen there
        return [ended.finding]
    return [Finding(kind, ended.finding.message, ended.finding.evidence)]


def of_input(case, guarded, dtype="float64") -> list[Finding]:
    """The caller's arrays stay as they are; what is written into them is noted by the guard."""
    points = case.drawn("moderate", dtype)
    case.subject.values(guarded, points.at, dtype=dtype)
    note = guarded.notes.get("changes its input")
    return [note] if note else []


def of_memory(case, guarded, dtype="float64", **extra) -> list[Finding]:
    """The same call gives the same bits, also after another one."""
    subject = case.subject
    points = case.drawn("mild" if extra else "moderate", dtype, FEW if extra else None)
    half = points.where(np.arange(len(points)) < max(1, len(points) // 2))
    options = dict(dtype=dtype, **extra)
    first = _values(subject, guarded, points.at, options)
    second = _values(subject, guarded, points.at, options)
    _values(subject, guarded, half.at, options)
    third = _values(subject, guarded, points.at, options)
    for other, said in ((second, "the same call, twice"), (third, "the same call, after another one")):
        if first.shape != other.shape or not np.array_equal(first, other):
            apart = float(np.max(np.abs(first - other))) if first.shape == other.shape else math.inf
            message = f"{said}, gave results {apart:.3g} apart: hidden state, or randomness"
            return [Finding("two runs differ", message, {"apart": apart})]
    return []


def _values(subject, guarded, at, options):
    try:
        return subject.values(guarded, at, **options)
    except Misbehaved as ended:
        if ended.finding.kind not in ("exception", "shape", "result") or not subject.vectorised:
            raise
        subject.vectorised = False
        return subject.values(guarded, at, **options)


def of_arrays(case, guarded, dtype="float64") -> list[Finding]:
    """Arrays are taken at all."""
    points = case.drawn("moderate", dtype)
    try:
        case.subject.values(guarded, points.at, dtype=dtype, where=f"for arrays of {len(points)}")
    except Misbehaved as ended:
        if ended.finding.kind not in ("exception", "shape", "result"):
            raise
        message = f"{ended.finding.message}; if it is meant for numbers only, say vectorised=False"
        return [Finding("arrays", message, ended.finding.evidence)]
    return []


def outside(case, guarded, dtype="float64") -> list[Finding]:
    """What it does outside the domain: an error is best, NaN goes unnoticed, a number is believed."""
    points, subject = case.drawn("moderate", dtype, FEW), case.subject
    subject.vectorised = False
    told: dict[str, list[str]] = {"raises an error": [], "returns NaN": [], "returns a number": []}
    for x in case.form.arguments:
        if x.name not in subject.real:
            continue
        low, high = float(x.domain.inf), float(x.domain.sup)
        for value in (low - 1 if low > -math.inf else None, high + 1 if high < math.inf else None):
            if value is None:
                continue
            at = {k: v[:1] for k, v in points.at.items()} | {x.name: np.array([value])}
            try:
                subject.values(guarded, at, dtype=dtype, numbers=True)
                did = "returns a number"
            except Misbehaved as ended:
                if ended.finding.kind == "time limit":
                    raise
                did = "returns NaN" if ended.finding.kind == "not finite" else "raises an error"
            told[did].append(f"{x.name} = {value:g}")
    said = "; ".join(f"it {did} at {', '.join(places)}" for did, places in told.items() if places)
    if not said:
        return []
    return [Finding("outside the domain", said, told, defect=False)]
