"""Draws whose mean should be the closed form: z-scores, and what becomes of a bias with the size."""

from __future__ import annotations

import numpy as np

from ...simulation.measurement import Measurement
from ...tolerance import FEWEST_REPLICATES, FiniteSize, MonteCarlo
from ..trial import Curve, Finding
from . import causes

REPLICATES = 64
SIZES = (16, 32, 64, 128)
POINTS = 6


def drawn_values(case, guarded, points, *, seed: int, where="", **extra) -> np.ndarray:
    """(replicates, outputs..., n): with a generator or seed of its own, where the function takes one."""
    extra |= {"rng": np.random.default_rng([case.seed, seed]), "seed": 1000 * case.seed + seed}
    extra["replicates"] = case.replicates
    return case.subject.values(guarded, points.at, where=where, draws=True, **extra)


def of_mean(case, guarded) -> tuple[list[Finding], dict]:
    """The mean of the replicates against the closed form, on the budget of `theory.tolerance`."""
    points = case.drawn("mild", "float64", POINTS)
    exact = points.exact
    ladder = (case.tolerance.sizes or SIZES) if isinstance(case.tolerance, FiniteSize) else (None,)
    draws = []
    for k, size in enumerate(ladder):
        more = {} if size is None else {case.varies: size}
        at = "" if size is None else f"at {case.varies} = {size}"
        draws.append(drawn_values(case, guarded, points, seed=k, where=at, **more))
        few = len(draws[-1])
        if few < FEWEST_REPLICATES:
            said = f"{few} replicates: a standard error needs at least {FEWEST_REPLICATES}"
            return [Finding("replicates", said, {"replicates": few})], {}
    tolerance = MonteCarlo() if ladder == (None,) else FiniteSize(case.tolerance.exponent, ladder)
    measured = [Measurement(d.reshape(len(d), -1)) for d in draws]
    aims = [exact.reshape(-1)] * len(draws)
    try:
        verdict = tolerance.judge(measured, aims)
    except ValueError as error:  # too few replicates for the number of sizes
        return [Finding("replicates", str(error), {"replicates": len(draws[0])})], {}
    told = {}
    means = [d.mean(axis=0) for d in draws]
    if len(ladder) > 1:
        bias = tuple(float(np.sqrt(np.mean((m / exact - 1) ** 2))) for m in means)
        told = {"curves": (Curve(case.subject.who, ladder, bias),), "size_name": case.varies}
    evidence = {"statistic": verdict.statistic, "bound": verdict.bound, "resolution": verdict.resolution}
    if verdict.holds:
        said = f"the mean is right: {verdict.summary}; a bias of {verdict.resolution:.2g} would be seen"
        return [Finding("errors", said, evidence, defect=False)], told
    error = draws[-1].std(axis=0, ddof=1) / np.sqrt(len(draws[-1]))
    mean = means[-1]
    worst = int(
        np.argmax(np.abs(mean - exact).reshape(-1, len(points))[0] / error.reshape(-1, len(points))[0])
    )
    numbers = (
        f"{verdict.summary}; at {points.said(worst)} the mean of {len(draws[-1])} replicates is "
        f"{np.atleast_2d(mean)[0, worst]:.6g} +- {np.atleast_2d(error)[0, worst]:.2g} for "
        f"{np.atleast_2d(exact)[0, worst]:.6g}"
    )
    evidence |= {"mean": mean.tolist(), "error": error.tolist(), "right": exact.tolist()}
    cause = _factor(mean, error, exact)
    if cause is None:
        room = np.atleast_2d(4 * error / np.abs(mean))[0]
        guess = causes.named(case.form, points.at, np.atleast_2d(mean)[0], np.atleast_2d(exact)[0], room)
        cause = guess[1] if guess and np.median(room) < 0.1 else ""
    message = f"{cause}; {numbers}" if cause else numbers
    return [Finding("bias", message, evidence | {"cause": cause or None})], told


def _factor(mean, error, exact) -> str | None:
    """One factor on all means, where that is all there is: within two standard errors on average."""
    ratio, blur = np.ravel(mean / exact), np.ravel(np.abs(error / exact))
    with np.errstate(all="ignore"):
        weight = 1 / blur**2
        factor = float(np.sum(weight * ratio) / np.sum(weight))
        left = float(np.mean(((ratio - factor) / blur) ** 2))
    if not left < 4:
        return None
    return f"it is {factor:.4g} +- {np.sum(weight) ** -0.5:.1g} times what it should be"


def of_draws(case, guarded) -> list[Finding]:
    """Replicates differ from each other, calls from each other, and one seed repeats one call."""
    points = case.drawn("mild", "float64", POINTS)
    size = {case.varies: (case.tolerance.sizes or SIZES)[0]} if isinstance(case.tolerance, FiniteSize) else {}
    first = drawn_values(case, guarded, points, seed=101, **size)
    again = drawn_values(case, guarded, points, seed=101, **size)
    other = drawn_values(case, guarded, points, seed=102, **size)
    findings = []
    rows = first.reshape(len(first), -1)
    if len(rows) > 1 and np.all(rows == rows[0]):
        said = f"all {len(rows)} replicates are the same: the seed is set for each, or nothing is drawn"
        findings.append(Finding("same draws", said, {"replicates": len(rows)}))
    elif (period := _period(rows)) is not None:
        said = f"replicates repeat after {period} of {len(rows)}: each draw is counted more than once"
        findings.append(Finding("same draws", said, {"period": period}))
    seeded = {"rng", "seed"} & case.subject.extra
    told = " or ".join(sorted(seeded))
    if seeded and not np.array_equal(first, again):
        said = f"two calls with the same {told} differ: it draws from somewhere else, or keeps a state"
        findings.append(Finding("two runs differ", said, {"keyword": told}))
    elif not findings and np.array_equal(first, other):
        said = f"calls with different {told} give the same draws: it is not used" if seeded else (
            "every call gives the same draws: the seed is set inside, and no keyword rng or seed changes it"
        )  # fmt: skip
        findings.append(Finding("seed", said, {"keyword": told}, defect=bool(seeded)))
    return findings


def _period(rows: np.ndarray) -> int | None:
    """After how many rows they repeat, where at least 8 are different: no chance of that in fresh draws."""
    if len(np.unique(rows, axis=0)) < 8:
        return None
    for period in range(1, len(rows) // 2 + 1):
        if np.array_equal(rows[period:], rows[:-period]):
            return period
    return None
