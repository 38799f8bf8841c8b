"""A kernel's values against the closed form: another kernel, fewer digits, or digits lost at some angles."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from theory.validate.trial import Curve, Finding

from .causes import Case, cause
from .inputs import ANGLES, Exact, Inputs
from .tangents import clipped

ROUGH = 1e-5
"""An error above it at generic inputs is no lack of digits."""


def shorter_type(found: np.ndarray, dtype: str, who: str) -> tuple[list[Finding], float]:
    """Whether the values are of a shorter type than the inputs', and the rounding of their type."""
    for kind in ("float16", "float32"):
        if np.finfo(kind).bits >= np.finfo(dtype).bits:
            break
        with np.errstate(over="ignore"):
            if np.array_equal(found.astype(kind).astype(float), found) and np.any(found % 1):
                eps = float(np.finfo(kind).eps)
                message = f"every value is a {kind} number, for {dtype} inputs: it computes in {kind} inside"
                return [Finding("precision", message, {"type": kind, "eps": eps})], eps
    return [], float(np.finfo(dtype).eps)


def precision(findings: list[Finding], claimed) -> list[Finding]:
    """What is said of a shorter type, once; a note where no more digits are claimed than float32 has."""
    said = [one for one in findings if one.kind == "precision"]
    others = [one for one in findings if one.kind != "precision"]
    enough = claimed is not None and claimed <= np.finfo("float32").precision
    return [*(replace(one, defect=not enough) for one in said[-1:]), *others]


def claimed_in(dtype: str, digits: float | None) -> float | None:
    """Of the digits claimed in float64, the same share of those that a shorter type has."""
    return None if digits is None else digits * np.finfo(dtype).precision / np.finfo(float).precision


def against_exact(subject, network, kind, at: Inputs, found, wanted: Exact, claimed, dtype, causes=True):
    """Findings about the values (5, n2), the most telling one only."""
    error, allowed = wanted.error(found), wanted.bound / wanted.scale
    limit = allowed if claimed is None else np.maximum(allowed, 10.0**-claimed)
    over, generic = error > limit, at.generic
    case = Case(network, kind, at.first, at.second, at.shape)
    if (over & generic).any():
        return [_elsewhere(case, at, found, wanted, over & generic, error, causes)]
    lost = error > 4 * allowed  # a note where enough digits are claimed
    if over.any():
        return [_lost(case, at, found, wanted, error, allowed, True, dtype)]
    return [_lost(case, at, found, wanted, error, allowed, False, dtype)] if lost.any() else []


def _elsewhere(case: Case, at, found, wanted: Exact, over, error, causes) -> Finding:
    worst = np.unravel_index(np.argmax(np.where(over, error, -1.0)), error.shape)
    size = float(error[worst])
    i, j = (int(k) for k in worst)
    seen = (
        f"the largest error at generic inputs is {size:.3g} of sqrt(K(x, x) K(y, y)), rounding allows "
        f"{float(wanted.bound[worst] / wanted.scale[worst]):.2g}"
    )
    evidence = {"error": size, "found": float(found[worst]), "exact": float(wanted.value[worst])}
    generic = at.generic
    least = (
        float(np.max(wanted.bound[generic]) / np.max(np.abs(found[generic]))) if found[generic].any() else 0.0
    )
    if causes and np.all(np.isfinite(found)):
        explained = cause(case, found, wanted.value, generic, least)
        if explained is not None:
            return Finding(explained.kind, f"{explained.message}; {seen}", {**evidence, **explained.evidence})
    if size < ROUGH:
        digits = -math.log10(size)
        message = (
            f"it keeps {digits:.1f} digits at generic inputs; {seen}: a quadrature, a table, a small number "
            "added, or constants of a shorter type"
        )
        return Finding("accuracy", message, {**evidence, "digits": digits})
    message = (
        f"K(X1[{i}], X2[{j}]) = {found[worst]:.6g} where the closed form is {wanted.value[worst]:.6g}, at "
        f"angle {at.angle[worst]:.4g}; {seen}; none of the usual mistakes explains it"
    )
    return Finding("disagrees", message, {**evidence, "angle": float(at.angle[worst])})


def _lost(case: Case, at, found, wanted: Exact, error, allowed, defect: bool, dtype) -> Finding:
    angle = np.minimum(at.angle, math.pi - at.angle)
    off = error > 4 * allowed
    worst = np.unravel_index(np.argmax(np.where(off | (error > allowed), error, -1.0)), error.shape)
    size, place = float(error[worst]), float(at.angle[worst])
    digits, possible = -math.log10(size), -math.log10(float(allowed[worst]))
    widest = float(np.max(angle[off])) if off.any() else float(angle[worst])
    table = _table(at, wanted, found)
    evidence = {"digits": digits, "angle": place, "possible": possible, "from": widest, "table": table}
    side = "nearly parallel" if place < 1.5 else "nearly opposite"
    seen = (
        f"{digits:.1f} digits are left at angle {_told(place)}, rounding leaves {possible:.1f}; digits go "
        f"from angle {widest:.1g} on: {', '.join(f'{d:.1f} at {_told(a)}' for a, d in table[:8:2])}"
    )
    clip = clipped(case, found, np.maximum(4 * wanted.bound, 0.03 * size * wanted.scale))
    if clip is not None and size > 1e-14:
        message = f"cosines are kept {clip:g} away from 1: nearly {side[7:]} inputs count as less so; {seen}"
        return Finding("clipped cosine", message, {**evidence, "clip": clip}, defect)
    eps = float(np.finfo(dtype).eps)
    on = off & (angle > 0)
    growth = error[on] * angle[on] / eps
    said = "the angle of inputs is not known well enough"
    if on.any() and np.all(growth < 1e3) and place < 1.5:
        said = (
            "as where the angle comes from products of inputs, by arccos(c / sqrt(q1 q2)) or "
            "sqrt(q1 q2 - c^2); their difference knows it: 2 atan2(|u - v|, |u + v|) of unit inputs"
        )
    return Finding("digits lost", f"{seen}: {said}", {**evidence, "eps": eps}, defect)


def _told(angle: float) -> str:
    return f"{angle:.1g}" if angle < 1.5 else f"pi - {max(math.pi - angle, 0):.1g}"


def _table(at: Inputs, wanted: Exact, found) -> list[tuple[float, float]]:
    """(angle, digits) between the first input and those at known angles."""
    errors = wanted.error(found)[0, : len(ANGLES)]
    return [(a, -math.log10(max(float(e), 1e-17))) for a, e in zip(ANGLES, errors, strict=True)]


def near_curve(at: Inputs, wanted: Exact, found, dtype) -> tuple[Curve, ...]:
    """Errors over angles, and what rounding allows there."""
    some = slice(0, len(ANGLES))
    errors = np.maximum(wanted.error(found)[0, some], 1e-17)
    allowed = (wanted.bound / wanted.scale)[0, some]
    return (
        Curve(dtype, ANGLES, tuple(map(float, errors))),
        Curve("bound", ANGLES, tuple(map(float, allowed))),
    )
