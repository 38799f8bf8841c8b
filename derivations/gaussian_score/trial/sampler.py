"""A deterministic or stochastic sampler, driven with the exact denoiser of Gaussian data."""

from __future__ import annotations

import time

import numpy as np

from theory.validate.guard import Guarded, Misbehaved
from theory.validate.order import measured_order
from theory.validate.registry import trial_of
from theory.validate.trial import Curve, Finding, Trial

from .causes import calls_are_odd, converges_elsewhere, last_step, precision
from .problem import Problem
from .stochastic import moments

STEPS = (16, 32, 64, 128, 256, 512)
HALF = 0.25
"""Orders come in halves: a claim is met by a measured order within a quarter of it, or above."""


@trial_of("sampler")
def sampler(
    sample,
    *,
    claimed_order: float | None = None,
    stochastic: bool = False,
    library: str = "numpy",
    sigma_max: float = 80.0,
    sigma_min: float = 0.002,
    steps: tuple[int, ...] = STEPS,
    time_limit: float = 60.0,
    name: str | None = None,
) -> Trial:
    """Drives ``sample(denoise, x_T, sigmas) -> x_0`` and measures how its error falls with the steps.

    The data are Gaussian with standard deviations from 10 down to ``sigma_min``, in EDM's variables
    (dx/dsigma = (x - D)/sigma); what a step should do to each mode is known exactly. A deterministic sampler
    maps deviations linearly: the error of each mode's factor, relative to it, is measured on grids whose
    steps double, from ``sigma_max`` to ``sigma_min`` > 0; the root of the mean square over modes gives the
    order. On a grid that ends in 0 the last step is looked at by itself. A ``stochastic`` sampler is judged
    by mean and variance, with z-scores.

    ``library``: "numpy" or "torch", what ``x_T`` and ``sigmas`` are arrays of. ``time_limit``: seconds for
    all runs. ValueError for arguments that make no trial. Source: Karras et al. (2022); Wang and Vastola
    (2024).
    """
    _check(sample, claimed_order, library, sigma_max, sigma_min, steps)
    who = name or getattr(sample, "__name__", type(sample).__name__)
    problem = Problem(sigma_max, sigma_min, library)
    guarded = Guarded(sample, who, time_limit)
    started = time.perf_counter()
    judge = moments if stochastic else _deterministic
    try:
        found = judge(guarded, problem, tuple(steps), claimed_order)
    except Misbehaved as ended:
        found = dict(findings=[ended.finding], order=None, order_interval=None, curves=())
    findings = (*found["findings"], *guarded.notes.values())
    option = ", stochastic=True" if stochastic else ""
    return Trial(
        subject=who,
        question=_question(claimed_order, stochastic),
        setting=(
            f"Gaussian data of variances {', '.join(f'{v:g}' for v in problem.lam)}; noise levels from "
            f"{sigma_max:g} to {sigma_min:g}, rho = 7, {', '.join(map(str, steps))} steps; {library}; "
            + (
                "mean and variance of each mode, z-scores"
                if stochastic
                else "relative error of each mode's factor"
            )
        ),
        findings=findings,
        reproduce=(
            "from theory import validate\n"
            f"trial = validate.sampler({who}, claimed_order={claimed_order}{option})\n"
            "print(trial)"
        ),
        order=found["order"],
        order_interval=found["order_interval"],
        claimed_order=claimed_order,
        curves=tuple(found["curves"]),
        seconds=time.perf_counter() - started,
    )


def _deterministic(guarded: Guarded, problem: Problem, steps, claimed) -> dict:
    factors, grids, results = [], [], []
    for count in steps:
        grid = problem.grid(count)
        problem.calls.clear()
        result = _run(guarded, problem, grid, f"with {count} steps")
        if count == steps[0]:
            again = _run(guarded, problem, grid, f"with {count} steps, again")
            if not np.array_equal(result, again):
                apart = float(np.max(np.abs(result - again)))
                guarded.note(
                    "two runs differ",
                    f"the same call gave results {apart:.3g} apart: hidden state or randomness "
                    "(for a stochastic sampler say stochastic=True)",
                    apart=apart,
                )
        factors.append(_factors(problem, result))
        grids.append(grid)
        results.append(result)
    exact = problem.gains(problem.sigma_min)
    errors = [_size(factor / exact - 1, centre, problem) for factor, centre in factors]
    noise = 64 * max(steps) * np.finfo(float).eps
    order = measured_order(steps, errors, noise)
    findings = [
        *calls_are_odd(problem, grids[-1]),
        *precision(results, order),
        *converges_elsewhere(problem, factors, grids, steps, errors, order, claimed),
        *_against_claim(order, claimed, errors, steps),
        *last_step(
            lambda grid: _factors(problem, _run(guarded, problem, grid, "on a grid that ends in 0")), problem
        ),
    ]
    if sum(one.defect for one in findings) > 1:  # the causes say more than the symptom
        findings = [one for one in findings if one.kind not in ("does not converge", "order")]
    return dict(
        findings=findings,
        order=order.value,
        order_interval=None if order.value is None else (order.low, order.high),
        curves=[Curve("all modes", tuple(map(float, steps)), tuple(errors))],
    )


def _run(guarded, problem, grid, where) -> np.ndarray:
    start = problem.start()
    return guarded(problem.denoise, problem.given(start), problem.given(grid), shape=start.shape, where=where)


def _factors(problem, result) -> tuple[np.ndarray, np.ndarray]:
    """By mode what became of one standard deviation; and where the mean went."""
    spread = np.sqrt(problem.lam + problem.sigma_max**2)
    return np.diag(result[1:] - result[0]) / spread, result[0]


def _size(relative, centre, problem) -> float:
    """Root mean square over the modes; the mean's displacement counts in standard deviations."""
    moved = (centre - problem.mean) / np.sqrt(problem.lam + problem.sigma_min**2)
    with np.errstate(over="ignore"):
        return float(np.sqrt(np.mean(relative**2) + np.mean(moved**2)))


def _against_claim(order, claimed, errors, steps) -> list[Finding]:
    evidence = {"errors": errors, "steps": list(steps)}
    if order.exact:
        return []
    if order.value is None:
        said = f"the relative error is still {order.left:.3g} in {steps[-1]} steps and does not fall"
        if not order.stuck:
            said = f"no order can be read off the errors {', '.join(f'{e:.2g}' for e in errors)}"
        return [Finding("does not converge", said, evidence)]
    if claimed is None or order.high >= claimed - HALF and order.value >= claimed - HALF:
        return []
    return [
        Finding(
            "order",
            f"{order.value:.3g} (between {order.low:.3g} and {order.high:.3g}), {claimed:g} is claimed: "
            + _likely(order.value, claimed),
            {"order": order.value, "claimed": claimed, **evidence},
        )
    ]


def _likely(order: float, claimed: float) -> str:
    if order > 1.5 and claimed > 2.5:
        return "one step of first order, at the start or at the end, limits the whole to order 2"
    if order < 1.5 <= claimed:
        return "an intermediate evaluation at a wrong place or weight leaves it consistent, of order 1"
    return "the weights of the stages do not belong together"


def _question(claimed, stochastic) -> str:
    if stochastic:
        return "Does it sample the right mean and variance, as the steps grow finer?"
    if claimed is None:
        return "Does it converge to the probability flow?"
    return f"Does it converge to the probability flow with order {claimed:g}?"


def _check(sample, claimed_order, library, sigma_max, sigma_min, steps) -> None:
    if not callable(sample):
        raise ValueError(f"sample = {sample!r}: needs a function (denoise, x_T, sigmas) -> x_0")
    if claimed_order is not None and not 0 < claimed_order < 20:
        raise ValueError(f"claimed_order = {claimed_order!r}: needs a number above 0, or None")
    if library not in ("numpy", "torch"):
        raise ValueError(f"library = {library!r}: 'numpy' or 'torch'")
    if not 0 < sigma_min < sigma_max < np.inf:
        raise ValueError(
            f"sigma_min = {sigma_min!r}, sigma_max = {sigma_max!r}: needs 0 < sigma_min < sigma_max"
        )
    doubled = all(b == 2 * a for a, b in zip(steps, steps[1:], strict=False))
    if len(steps) < 4 or not doubled or steps[0] < 2:
        raise ValueError(
            f"steps = {tuple(steps)}: needs at least 4 numbers of steps, each twice the one before"
        )
