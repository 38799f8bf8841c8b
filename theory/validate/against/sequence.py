"""A sequence of approximations against its limit, the closed form: does it converge, and at which order?"""

from __future__ import annotations

import inspect
import time

import numpy as np

from ...simulation.measurement import Measurement
from ...tolerance import Discretisation
from ..guard import Misbehaved
from ..order import measured_order
from ..trial import Curve, Finding
from . import causes

COUNTS = ("steps", "n_steps", "num_steps", "n", "N", "size", "width", "order", "terms", "degree", "nfe")
"""Keywords that are numbers of steps, units or terms; anything else is the size of a step."""
STEPS = ("step", "dt", "h", "eta", "learning_rate", "eps")
FIRST, LAST = 2, 12
"""Sizes are 2**FIRST to at most 2**LAST, until a call takes too long or rounding is reached."""
CALL = 0.4
"""Seconds of the processor for one rung, after which none is added."""
RUNGS = 5


def varied(tolerance, function) -> str:
    """The keyword of the function along which it converges. ValueError where none is found."""
    parameters = inspect.signature(function).parameters
    if tolerance.varies in parameters:
        return tolerance.varies
    known = [
        name for name in (*COUNTS, "step", "dt", "h", "eta", "learning_rate", "eps") if name in parameters
    ]
    if len(known) == 1:
        return known[0]
    raise ValueError(
        f"{getattr(function, '__name__', function)}({', '.join(parameters)}): it takes no "
        f"{tolerance.varies!r}; give the tolerance varies=, the name of the keyword along which it converges"
    )


def of_order(case, guarded) -> tuple[list[Finding], dict]:
    """Findings, and the trial's order, interval and curves."""
    order, ladder = case.claimed_order, case.ladder
    points = case.drawn("mild", "float64", 8)
    exact = points.exact
    sizes, values, errors, ends = [], [], [], None
    for size in [1 / h for h in ladder] if ladder else [2.0**k for k in range(FIRST, LAST + 1)]:
        setting = int(round(size)) if case.varies in COUNTS else 1 / size
        before = time.process_time()
        try:
            found = case.subject.values(
                guarded, points.at, where=f"at {case.varies} = {setting:g}", **{case.varies: setting}
            )
        except Misbehaved as ended:
            if ended.finding.kind == "time limit" and errors:
                break
            if ended.finding.kind != "not finite":
                raise
            ends, found = ended, np.full(exact.shape, np.inf)
        sizes.append(size)
        values.append(found)
        errors.append(_norm(found / exact - 1))
        enough = len(sizes) > RUNGS and not ladder
        if enough and (time.process_time() - before > CALL or errors[-1] <= 30 * _noise(size)):
            break
    if not np.isfinite(errors[-1]):
        raise ends
    noise = _noise(sizes[-1])
    seen = measured_order(sizes, errors, noise)
    curve = Curve(case.subject.who, tuple(sizes), tuple(errors))
    told = {"curves": (curve,), "size_name": case.varies if case.varies in COUNTS else f"1/{case.varies}"}
    if seen.exact:
        return [
            Finding("exact", f"right to rounding ({errors[-1]:.2g}) at every {case.varies}", {}, False)
        ], {}
    if seen.value is not None:
        told |= {"order": seen.value, "order_interval": (seen.low, seen.high)}
    rungs = f"{case.varies} = {_setting(case, sizes[0])} to {_setting(case, sizes[-1])}"
    shown = f"relative errors {errors[0]:.3g} to {errors[-1]:.3g} over {rungs}"
    evidence = {"sizes": sizes, "errors": errors, "order": seen.value, "interval": (seen.low, seen.high)}
    if seen.stuck:
        return [_stuck(case, points, values[-1], exact, shown, evidence, errors[-1])], told
    verdict = _extrapolated(case, order, sizes, values, exact, noise)
    evidence["left"] = verdict.statistic if verdict else None
    if seen.value is None:
        return [Finding("order", f"order not resolved: {shown}", evidence, defect=False)], told
    measured = f"order {seen.value:.3g}, between {seen.low:.3g} and {seen.high:.3g}"
    if seen.high < order:
        return [Finding("order", f"{measured}, claimed is {order:g}; {shown}", evidence)], told
    if seen.low > order:
        said = f"{measured}: better than the claimed {order:g}; {shown}"
        return [Finding("better order", said, evidence, defect=False)], told
    if verdict is not None and verdict.statistic > 1:
        said = (
            f"{measured}, but extrapolated to the limit {verdict.statistic:.3g} times the last correction is "
            f"left (bound 1): it converges to something else; {shown}"
        )
        return [Finding("limit", said, evidence)], told
    left = (
        f"; extrapolated, {verdict.statistic:.2g} of the last correction is left (bound 1)" if verdict else ""
    )
    return [Finding("errors", f"{measured}; {shown}{left}", evidence, defect=False)], told


def _setting(case, size: float) -> str:
    return f"{size:g}" if case.varies in COUNTS else f"{1 / size:.3g}"


def _norm(relative) -> float:
    with np.errstate(all="ignore"):
        return float(np.sqrt(np.mean(np.square(relative))))


def _noise(size: float) -> float:
    """Every step rounds once."""
    return float(np.finfo(float).eps) * max(size, 8)


def _extrapolated(case, order, sizes, values, exact, noise):
    """Richardson's extrapolation of the last rungs above rounding, by `Discretisation`."""
    clear = [bool(np.all(np.isfinite(v)) and _norm(v / exact - 1) > 30 * noise) for v in values]
    last = max((i for i, one in enumerate(clear) if one), default=-1)
    first = max((i + 1 for i in range(last) if not clear[i]), default=0)
    rows = list(range(first, last + 1))[-RUNGS:]
    if len(rows) < 3:
        return None
    measured = [Measurement((values[i] / exact).reshape(-1, 1), {}, int(max(sizes[i], 8))) for i in rows]
    steps = tuple(1 / sizes[i] for i in rows)
    return Discretisation(order, steps).judge(measured, [np.ones((exact.size, 1))] * len(rows))


def _stuck(case, points, found, exact, shown, evidence, left) -> Finding:
    first, right = np.atleast_2d(found)[0], np.atleast_2d(exact)[0]
    room = np.full(len(right), 1e-3 * left)
    guess = causes.named(case.form, points.at, first, right, room)
    said = f"it does not converge to {case.form.name or 'the closed form'}: {shown}"
    kind, cause = guess if guess else ("limit", "")
    return Finding(kind, f"{cause}; {said}" if cause else said, evidence)
