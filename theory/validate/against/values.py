"""A deterministic function against the closed form: its digits, at moderate and at extreme arguments."""

from __future__ import annotations

import numpy as np

from ..guard import Misbehaved
from ..trial import Finding
from . import causes
from .points import NoneHere, Points

EXTRA = 64
"""By how many times its bound a value may miss a guess at what it is instead."""
WORST = 16


def of_values(case, guarded, kind: str, dtype: str) -> list[Finding]:
    """Findings at ``case.points`` points, half of what `Accuracy` looks at: "moderate" or "extreme"."""
    try:
        points = case.drawn(kind, dtype)
    except NoneHere as none:
        if (kind, dtype) == ("moderate", "float64") or case.within or case.at:
            raise
        return [Finding("no points", str(none), {}, defect=False)]
    where = f"at {len(points)} {kind} points in {dtype}"
    try:
        found = case.subject.values(guarded, points.at, dtype=dtype, where=where)
    except Misbehaved as ended:
        # what cannot take arrays is looked at number by number; that it cannot is a finding of its own
        if ended.finding.kind not in ("exception", "shape", "result") or not case.subject.vectorised:
            raise
        case.subject.vectorised = False
        try:
            found = case.subject.values(guarded, points.at, dtype=dtype, where=where)
        except Misbehaved:
            raise ended from None
    return judged(case, guarded, points, found, dtype)


def judged(case, guarded, points: Points, found: np.ndarray, dtype: str) -> list[Finding]:
    errors = points.errors(found, dtype)
    bounds, conditioned = bounds_of(case, points, errors)
    bad = errors > bounds
    told = f"bound {case.ulps:g} ulps, or 4 condition numbers at {conditioned} points"
    if not bad.any():
        worst = float(np.max(np.where(bounds == case.ulps, errors, 0)))
        said = f"{dtype}: at most {worst:.3g} ulps off at {len(points)} points ({told})"
        return [Finding("errors", said, {"ulps": worst, "points": len(points)}, defect=False)]
    output, at = (int(i) for i in np.unravel_index(np.argmax(errors / bounds), errors.shape))
    rows, exact = bad.any(axis=0), np.atleast_2d(points.exact)
    values = np.atleast_2d(found)
    numbers = (
        f"{rows.sum()} of {len(points)} values in {dtype} are off by up to {_big(errors.max())} ulps "
        f"({told}): "
        f"{values[output, at]:.9g} for {exact[output, at]:.9g} at {points.said(at)}"
    )
    evidence = {
        "ulps": float(errors.max()),
        "bound": float(bounds[output, at]),
        "bad": int(rows.sum()),
        "points": len(points),
        "at": points.point(at),
        "found": float(values[output, at]),
        "right": float(exact[output, at]),
    }
    kind, cause = _cause(case, guarded, points, values, exact, bounds, errors, bad, dtype)
    return [Finding(kind, f"{cause}; {numbers}" if cause else numbers, evidence)]


def bounds_of(case, points: Points, errors) -> tuple[np.ndarray, int]:
    """The bound in ulps of each value; the condition number, which costs more, only where it is needed."""
    bounds, conditioned = np.full(errors.shape, float(case.ulps)), 0
    for i in np.flatnonzero((errors > case.ulps).any(axis=0)):
        conditions = 4 * np.array(points.conditions(i), dtype=float)
        bounds[:, i] = np.maximum(case.ulps, conditions)
        conditioned += bool(np.any(conditions > case.ulps))
    return bounds, conditioned


def _cause(case, guarded, points, values, exact, bounds, errors, bad, dtype) -> tuple[str, str]:
    eps = float(np.finfo(dtype).eps)
    rows = bad.any(axis=0)
    if dtype == "float64":
        short = np.finfo("float32").eps / eps
        with np.errstate(over="ignore"):
            exactly = np.all(values == values.astype("float32")) and len(np.unique(values)) > len(points) / 2
        near = np.all(errors <= bounds * short) and np.median(errors[bad]) > short / 100
        if np.mean(rows) > 0.5 and (exactly or near):
            return "precision", "it keeps the digits of float32 only: a result inside is float32"
    room = EXTRA * eps * np.max(bounds, axis=0)
    guess = causes.named(case.form, points.at, values[0], exact[0], room)
    place = causes.region(points, rows)
    here = ""
    if guess is None and place:  # right in one region, something else in the other
        inside = points.where(rows)
        guess = causes.named(case.form, inside.at, values[0][rows], exact[0][rows], room[rows])
        here = f" {place}"
    if guess is not None:
        kind, said = guess
        return kind, said + here
    if _is_rounding(case, guarded, points, rows, errors, dtype):
        lost = np.log10(max(float(errors.max()), 1.0))
        where = f" {place}" if place else ""
        return "digits", f"rounding{where}: {lost:.0f} digits are lost, to cancellation or an overflow inside"
    return "value", f"wrong {place}" if place else ""


def _is_rounding(case, guarded, points, rows, errors, dtype) -> bool:
    """Whether the errors at the worst points change with the precision in which it computes."""
    worst = np.zeros(len(points), dtype=bool)
    worst[np.argsort(np.where(rows, errors.max(axis=0), -1))[-WORST:]] = True
    chosen = points.where(worst & rows)
    own = np.median(np.abs(_relative(case, guarded, chosen, dtype)))
    other = "longdouble" if case.subject.library == "numpy" and np.finfo("longdouble").eps < 1e-18 else None
    if dtype == "float32":
        other = "float64"
    if other:
        finer = _relative(case, guarded, chosen, other)
        if np.median(finer) < own / 100:
            return True
    if dtype == "float64":  # much worse in float32, at points that it can hold
        shorter = Points(
            chosen.form, {k: v.astype("float32").astype(float) for k, v in chosen.at.items()}, []
        )
        for i in range(len(chosen)):
            try:
                ball = chosen.form.enclose(digits=25, **shorter.point(i))
            except ValueError:
                return False
            shorter.balls.append(ball if isinstance(ball, tuple) else (ball,))
        there, here = (_relative(case, guarded, shorter, kind) for kind in ("float32", "float64"))
        there, here = float(np.median(there)), float(np.median(here))
        return bool(np.isfinite(there) and there > 1e4 * here)  # no value at all says nothing
    return False


def _relative(case, guarded, points, dtype) -> np.ndarray:
    try:
        found = case.subject.values(case.subject.guarded(guarded.left), points.at, dtype=dtype)
    except Misbehaved:
        return np.full(len(points), np.inf)
    with np.errstate(all="ignore"):
        return np.max(np.abs(np.atleast_2d(found / points.exact - 1)), axis=0)


def _big(number: float) -> str:
    return f"{number:.3g}" if np.isfinite(number) else "any number of"
