"""Why a sampler's error does not fall as it should: hypotheses that each predict another exact result."""

from __future__ import annotations

import numpy as np
from scipy.optimize import least_squares

from theory.validate.guard import Misbehaved
from theory.validate.order import Order, measured_order
from theory.validate.trial import Finding

NEAR = 1e-6
"""Relative distance at which a level asked for is that of the grid: wide for numbers of float32."""


def causes(problem, runs, steps, order: Order, errors, noise, failures) -> list[Finding]:
    """Findings that explain the ``failures``, and those that are wrong whatever the order."""
    last = runs[-1]
    if not last.asked.levels:
        return [Finding("ignores the denoiser", "the denoiser was never called")]
    found = [
        *_start(problem, last),
        *_not_affine(runs),
        *_precision(problem, runs),
        *_converges_elsewhere(problem, runs, steps, order, errors, noise),
    ]
    if failures:
        found += _rounded(runs[0])
        if order.stuck and not any(one.defect for one in found):
            found += _fitted(problem, last, errors[-1])
    return found


def _start(problem, run) -> list[Finding]:
    """The first evaluation belongs to x_T at the first level."""
    start, first, level, grid = problem.start(run.grid[0]), run.asked.first, run.asked.levels[0], run.grid
    if first.shape == start.shape:
        ratio = float(np.sum(first * start) / np.sum(start**2))
        if abs(ratio - 1) > 1e-3 and np.allclose(first, ratio * start, rtol=1e-3, atol=1e-3):
            return [
                Finding(
                    "start",
                    f"the denoiser's first argument is {ratio:.4g} x_T: x_T is at noise level {grid[0]:g} "
                    "already, not unit noise, and the denoiser takes it unscaled",
                    {"ratio": ratio},
                )
            ]
    near = int(np.argmin(np.abs(grid - level)))
    if abs(level / grid[0] - 1) < NEAR or not np.array_equal(first, start):
        return []  # not x_T itself: a predictor of its own
    where = f"level {near} of the grid" if abs(grid[near] / level - 1) < NEAR else "not on the grid"
    return [
        Finding(
            "level off by one" if near == 1 else "level",
            f"x_T, at noise level {grid[0]:g}, was denoised at {level:.6g}, {where}",
            {"sigma": level, "index": near},
        )
    ]


def _not_affine(runs) -> list[Finding]:
    """Gaussian data make every step affine: deviations of different size must come out in proportion."""
    run = runs[-1]
    size = float(np.max(np.abs(run.result)))
    if size > 1e6 * run.grid[0]:
        said = (
            f"in {len(run.grid) - 1} steps values grow to {size:.2g}: rounding is amplified from step to step"
        )
        return [Finding("unstable", said, {"largest": size})]
    worst = max(run.scatter, run.mixing)
    if worst <= 0.02:
        return []
    said = (
        f"in {len(run.grid) - 1} steps factors of deviations of different size differ by {run.scatter:.2g}, "
        f"and modes mix by {run.mixing:.2g} standard deviations: are samples clipped, thresholded, or "
        "normalised?"
    )
    return [Finding("not affine", said, {"scatter": run.scatter, "mixing": run.mixing})]


def _precision(problem, runs) -> list[Finding]:
    """Whether numbers of a shorter type than those given are inside: by their types, values, rounding."""
    wide = np.dtype(problem.dtype).itemsize
    asked = {kind for run in runs for kind in run.asked.types if np.dtype(kind).kind == "f"}
    short = min(asked, key=lambda kind: np.dtype(kind).itemsize, default=problem.dtype)
    if np.dtype(short).itemsize < wide:
        said = f"the denoiser was asked in {short}, {problem.dtype} was given"
        return [_imprecise(problem, said, short)]
    for kind in ("float16", "float32"):
        if np.dtype(kind).itemsize < wide:
            with np.errstate(over="ignore"):
                same = all(np.array_equal(r.result, r.result.astype(kind).astype(float)) for r in runs)
            if same:
                return [
                    _imprecise(problem, f"every result is a {kind} number, {problem.dtype} was given", kind)
                ]
    scatter = max(run.scatter for run in runs)
    if 1e4 * problem.eps < scatter <= 0.02:
        kind = "float32" if scatter < 1e-5 else "float16"
        said = f"factors of the same mode scatter by {scatter:.1g} between deviations of different size"
        return [_imprecise(problem, said, kind)]
    return []


def _imprecise(problem, said, kind) -> Finding:
    return Finding(
        "precision",
        f"{said}: it computes in {kind} inside (if that is meant, say dtype={kind!r})"
        if kind == "float32"
        else f"{said}: it computes in {kind} inside",
        {"type": kind, "eps": float(np.finfo(kind).eps), "given": problem.dtype},
    )


def _converges_elsewhere(problem, runs, steps, order: Order, errors, noise) -> list[Finding]:
    """Another exact result to which the sampler converges, and faster than to the right one."""
    if order.exact:
        return []
    lam, gains = problem.lam, problem.gains

    def denoised(end, start, level):
        """After a last step of Euler's method from there to 0."""
        return gains(level, start) * lam / (lam + level**2)

    low = runs[-1].grid[-1]
    others = {
        ("last step missing", "it arrives at the last level but one, not at the last"): lambda g: gains(
            g[-2], g[0]
        ),
        ("first step missing", "it moves as if x_T were at the second level"): lambda g: gains(g[-1], g[1]),
        ("ends at 0", f"it goes on to noise level 0, past sigma_min = {low:g}"): lambda g: gains(0.0, g[0]),
        ("ends at 0", f"it adds a step of Euler's method from sigma_min = {low:g} to 0"): lambda g: denoised(
            0, g[0], g[-1]
        ),
        ("ends at 0", f"its last step goes to 0 and not to sigma_min = {low:g}"): lambda g: denoised(
            0, g[0], g[-2]
        ),
    }
    found = []
    for (kind, message), exact in others.items():
        off = [_rms(run.factors / exact(run.grid) - 1) for run in runs]
        there = measured_order(steps, off, noise)
        faster = there.exact or (there.value or 0) > (order.value or 0) + 0.4
        if off[-1] < errors[-1] / 20 and faster:
            found.append((off[-1], Finding(kind, message, {"errors": off, "order": there.value})))
    if found:
        return [min(found, key=lambda one: one[0])[1]]
    return _too_few_evaluations(problem, runs[-1])


def _too_few_evaluations(problem, run) -> list[Finding]:
    """A sampler of order 1 that leaves out its last step still has order 1: but it did not ask there."""
    level, grid = min(run.asked.levels), run.grid
    if len(grid) < 3 or level < grid[-2] * (1 + NEAR):
        return []
    here = run.error(problem)
    before = _rms(run.factors / problem.gains(grid[-2], grid[0]) - 1)
    if not before < here:
        return []
    said = (
        f"the denoiser was asked at no level below {level:.4g} in {len(grid) - 1} steps, though the last "
        f"step starts at {grid[-2]:.4g}; and the result is nearer the exact one there, {before:.2g}, than at "
        f"the end, {here:.2g}"
    )
    return [Finding("last step missing", said, {"lowest": level, "there": before, "here": here})]


def _rounded(run) -> list[Finding]:
    grid = run.grid
    off = [abs(grid / level - 1).min() for level in run.asked.levels if level > 0]
    rounded = [d for d in off if NEAR < d < 0.2 * abs(grid[1:] / grid[:-1] - 1).min()]
    if len(rounded) <= len(off) / 2:
        return []
    said = (
        f"{len(rounded)} of {len(off)} evaluations are at levels near those of the grid, off by up to "
        f"{max(rounded):.2g} of it: timesteps rounded to a table"
    )
    return [Finding("levels are rounded", said, {"worst": max(rounded)})]


def _fitted(problem, run, error) -> list[Finding]:
    """The start, the end, or the speed that would explain the limit, if one of them does."""
    found = run.factors
    if np.any(found <= 0):
        flipped = int(np.sum(found <= 0))
        said = f"{flipped} of {len(found)} modes come out with the wrong sign, or as 0"
        return [Finding("converges elsewhere", said, {"factors": found})]
    lam, low, high = problem.lam, run.grid[-1], run.grid[0]
    right = problem.gains(low, high)
    if np.all(found > 1) and np.all(right < 1):
        said = "every mode grows where it should shrink: the sign of the drift, or of the step"
        return [Finding("converges elsewhere", said, {"cause": "sign", "factors": found})]

    def gains(start, end, speed):
        return ((lam + end**2) / (lam + start**2)) ** (speed / 2)

    cases = {
        "start": lambda p: gains(high * p, low, 1),
        "end": lambda p: gains(high, low * p, 1),
        "speed": lambda p: gains(high, low, p),
        "scale": lambda p: right * p,
    }
    fits = {}
    for name, model in cases.items():
        fit = least_squares(lambda p, model=model: np.log(model(np.exp(p[0])) / found), [0.0], x_scale=0.1)
        fits[name] = float(np.exp(fit.x[0])), float(np.sqrt(np.mean(fit.fun**2)))
    best = min(fits, key=lambda name: fits[name][1])
    factor, left = fits[best]
    if left > 0.05 * min(error, _rms(np.log(found / right))):
        moved = run.moved(problem)
        if _rms(run.relative(problem)) < 0.05 * _rms(moved):
            worst = np.max(np.abs(moved))
            said = f"deviations come out right, but the mean is {worst:.3g} standard deviations off"
            return [Finding("converges elsewhere", said, {"cause": "mean", "moved": moved})]
        return []
    said = {
        "start": f"it started from sigma = {high * factor:.4g}, not {high:g}",
        "end": f"it ended at sigma = {low * factor:.4g}, not {low:g}",
        "speed": f"every step were {factor:.4g} times as long: a factor in the drift (2, 1/2, g for g^2)",
        "scale": f"the result were multiplied by {factor:.4g}",
    }
    message = f"in the limit of many steps it does as if {said[best]}"
    return [Finding("converges elsewhere", message, {"cause": best, "factor": factor, "left": left})]


def last_step(guarded, problem, drive, wanted: bool | None) -> list[Finding]:
    """What the step to 0 does, which no refinement of the grid makes smaller: a note.

    Where it cannot be made at all, that is a defect if it is ``wanted``.
    """
    grid = problem.whole_grid(256 if problem.own is None else 200)
    if grid[-1] > 0:
        return []
    try:
        run = drive(guarded, problem, grid, f"with {len(grid) - 2} steps and one more to sigma = 0")
    except Misbehaved as ended:
        one = ended.finding
        if one.kind == "time limit":
            raise
        evidence = {"kind": one.kind, **one.evidence}
        return [Finding("step to 0", one.message, evidence, defect=bool(wanted))]
    level, lam = grid[-2], problem.lam
    exact = problem.gains(0.0, grid[0])
    error = _rms(run.factors / exact - 1)
    euler = _rms(problem.gains(level, grid[0]) * lam / (lam + level**2) / exact - 1)
    message = (
        f"on {len(grid) - 2} steps and one more from {level:.3g} to sigma = 0 the relative error is "
        f"{error:.2g}; a last step of Euler's method, the denoiser itself, leaves {euler:.2g} by itself"
    )
    return [Finding("step to 0", message, {"error": error, "euler": euler}, defect=False)]


def _rms(values) -> float:
    with np.errstate(over="ignore"):
        return float(np.sqrt(np.mean(np.asarray(values) ** 2)))
