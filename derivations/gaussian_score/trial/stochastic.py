"""A stochastic sampler, judged by the mean and variance of every mode."""

from __future__ import annotations

import numpy as np

from theory.simulation.measurement import Measurement
from theory.tolerance import FiniteSize, student_bound
from theory.validate.trial import Curve, Finding

from .problem import Record

REPLICATES, BATCH = 96, 128
STEPS = (64, 128, 256, 512)
EQUAL_ROWS, FEW_STEPS = 64, 16


def moments(guarded, problem, claimed, seed: int = 0) -> dict:
    """Mean and mean square of every mode, extrapolated to infinitely many steps, within their z-scores."""
    findings, together = _draws(guarded, problem)
    rng, order = np.random.default_rng(seed), claimed or 1.0
    measured, curve = [], []
    ladder = tuple(getattr(problem.own, "steps", STEPS))
    for count in ladder:
        grid = problem.grid(count)
        start = problem.mean + problem.spread(grid[0]) * rng.normal(
            size=(REPLICATES * BATCH, len(problem.mean))
        )
        given = problem.given(start), problem.given(grid)
        problem.asked = Record()
        found = guarded(problem.denoise, *given, shape=start.shape, where=f"with {count} steps")
        off = (found - problem.mean).reshape(REPLICATES, BATCH, -1) / problem.spread(grid[-1])
        with np.errstate(over="ignore"):
            means, squares = off.mean(axis=1), (off**2).mean(axis=1)
            measured.append(Measurement(np.concatenate([means, squares], axis=1), steps=count))
            curve.append(float(np.sqrt(np.mean((squares.mean(axis=0) - 1) ** 2))))
        if count == ladder[0] and not problem.asked.levels:
            findings.append(Finding("ignores the denoiser", "the denoiser was never called"))
    judged = _against_moments(problem, measured, order, ladder)
    if judged.defect and together:
        findings.append(together)
    return dict(
        findings=[*findings, judged],
        order=None,
        order_interval=None,
        curves=[Curve("variances", ladder, tuple(curve))],
    )


def _draws(guarded, problem) -> tuple[list[Finding], Finding | None]:
    """How rows that start alike come apart, in two runs; and what would explain wrong moments."""
    grid = problem.grid(FEW_STEPS)
    start = np.tile(problem.mean + problem.spread(grid[0]), (EQUAL_ROWS, 1))
    results = []
    for where in ("with equal rows", "with equal rows, again"):
        problem.asked = Record(places=[])
        given = problem.given(start), problem.given(grid)
        results.append(guarded(problem.denoise, *given, shape=start.shape, where=where))
    alike = np.allclose(results[0], results[0][0], rtol=64 * problem.eps, atol=0)
    again = np.array_equal(*results)
    if alike and again:
        said = "rows that start alike end alike, in both of two runs: it draws no noise"
        return [Finding("no noise", said, defect=False)], None
    if alike:
        said = "rows that start alike end alike, but not in two runs: all rows get the same draws"
        return [Finding("noise shared by rows", said)], None
    note = []
    if again:
        said = "two runs of the same start gave the same result: it seeds its generator in each call"
        note = [Finding("seeded", said, defect=False)]
    return note, _same_draws(problem.asked.places)


def _same_draws(places) -> Finding | None:
    """In every step the same draws: then the rows keep their pattern, only its size changes."""
    off = []
    for place in places:
        apart = place - place.mean(axis=0)
        size = np.linalg.norm(apart, axis=0)
        if len(place) == EQUAL_ROWS and np.all(size > 1e-9 * np.linalg.norm(place, axis=0)):
            off.append(apart / size)
    if len(off) < 3 or not all(np.all(np.abs(np.sum(one * off[0], axis=0)) > 1 - 1e-6) for one in off):
        return None
    said = f"in {len(off)} evaluations the rows keep their pattern: every step gets the same draws"
    return Finding("same draws in every step", said)


def _against_moments(problem, measured, order, ladder) -> Finding:
    modes = len(problem.mean)
    aim = np.concatenate([np.zeros(modes), np.ones(modes)])
    if not all(np.all(np.isfinite(one.values) & (np.abs(one.values) < 1e100)) for one in measured):
        return Finding("stochastic variance", "the variance is beyond every bound: above 1e100")
    verdict = FiniteSize(order, ladder, varies="steps").judge(measured, [aim] * len(ladder))
    bound = student_bound(len(measured[0].values) - 1)
    while not verdict.holds and len(ladder) > 3 and np.max(np.abs(verdict.details["z"])) <= bound:
        measured, ladder = measured[1:], ladder[1:]  # too few steps for one power: what more of them say
        verdict = FiniteSize(order, ladder, varies="steps").judge(measured, [aim] * len(ladder))
    ratios = measured[-1].values.mean(axis=0)[modes:]
    if verdict.holds:
        said = (
            f"mean and variance of every mode are right within their errors, {verdict.resolution:.2g} "
            f"resolved ({verdict.summary})"
        )
        return Finding("moments", said, {"variance_ratios": ratios}, defect=False)
    z = np.asarray(verdict.details["z"])
    if np.max(np.abs(z)) <= bound:
        said = (
            f"the moments do not approach the right ones with order {order:g}, in {ladder[0]} to "
            f"{ladder[-1]} steps ({verdict.summary})"
        )
        return Finding(
            "stochastic order", said, {"variance_ratios": ratios, "misfit": verdict.details["misfit"]}
        )
    worst = int(np.argmax(np.abs(z)))
    what, mode = ("mean", "variance")[worst // modes], worst % modes
    ratio = measured[-1].values.mean(axis=0)[worst]
    said = f"{ratio:.4g} standard deviations off" if what == "mean" else f"{ratio:.4g} times the right one"
    message = (
        f"the {what} of the mode of variance {problem.lam[mode]:g} is {said} in {ladder[-1]} steps, "
        f"z = {z[worst]:.1f} extrapolated to infinitely many ({verdict.summary})" + _noise(ratios)
    )
    return Finding(f"stochastic {what}", message, {"z": z, "variance_ratios": ratios})


def _noise(ratios) -> str:
    if np.max(ratios) > 1.1 and np.all(ratios > 0.95):
        return ": too much noise (a factor in g^2, or a missing root)"
    if np.min(ratios) < 0.9 and np.all(ratios < 1.05):
        return ": too little noise (a factor in g^2, or a missing root)"
    return ""
