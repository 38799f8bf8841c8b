"""A deterministic or stochastic sampler, driven with the exact denoiser of Gaussian data."""

from __future__ import annotations

import time

import numpy as np

from theory.validate.guard import Guarded, Misbehaved
from theory.validate.registry import trial_of
from theory.validate.trial import Trial

from .adapters import adapted, named
from .constants import METHODS
from .deterministic import HALF, deterministic
from .problem import Problem
from .stochastic import STEPS as STOCHASTIC_STEPS
from .stochastic import moments

__all__ = ["named", "sampler"]

STEPS = (16, 32, 64, 128, 256, 512)


@trial_of("sampler")
def sampler(
    sample,
    *,
    claimed_order: float | None = None,
    method: str | None = None,
    stochastic: bool = False,
    library: str = "numpy",
    dtype: str = "float64",
    sigma_max: float = 80.0,
    sigma_min: float = 0.002,
    steps: tuple[int, ...] | None = None,
    to_zero: bool | None = None,
    seed: int = 0,
    time_limit: float = 60.0,
    name: str | None = None,
) -> Trial:
    """Drives ``sample(denoise, x_T, sigmas) -> x_0`` and measures how its error falls with the steps.

    The data are Gaussian with standard deviations from 10 down to ``sigma_min``, in EDM's variables
    (dx/dsigma = (x - D)/sigma); what a step should do to each mode is known exactly. A deterministic sampler
    maps deviations linearly: the error of each mode's factor, relative to it, is measured on grids whose
    steps double, from ``sigma_max`` to ``sigma_min`` > 0; the root of the mean square over modes gives the
    order. So does the distance from the end of its trajectory for a mixture of two Gaussians, whose flow is
    not linear; the lower order counts. A last step to 0 is looked at by itself: what goes wrong there is a
    note, a defect if ``to_zero`` is True; False leaves it out. A ``stochastic`` sampler is judged by mean and
    variance, with z-scores.

    ``claimed_order``: of the error in the number of steps (of the moments, where stochastic). ``method``:
    "euler", "heun", "dpm++2m" or "adams2" if the error constants should be those of this one.
    ``library``: "numpy" or "torch", what ``x_T`` and ``sigmas`` are arrays of; ``dtype``: "float64" or
    "float32", of which type, judged with its rounding. ``steps``: at least 4 numbers, each twice the one
    before. ``seed``: of the data, 0 for the usual ones, and of the starts of a stochastic sampler, whose
    own draws are its own. ``time_limit``: seconds of the processor for all runs, in the main thread.

    ``sample`` may also be a scheduler of diffusers (class or instance), a solver of diffrax, or a function
    ``(model, x, sigmas, ...)`` as k-diffusion has them. A sampler with an attribute ``levels``, a function
    of the number of steps, has a grid of its own: ``levels(n)`` are its decreasing levels. The order is then
    measured at the level that is in ``steps[0]`` steps the nearest to its attribute ``stop`` (without: the
    last above 0). ``library``, ``dtype`` and ``steps`` are its attributes where it has them.

    ValueError for arguments that make no trial. Source: Karras et al. (2022); Wang and
    Vastola (2024).
    """
    sample = adapted(sample)
    steps = tuple(steps if steps is not None else getattr(sample, "steps", STEPS))
    _check(sample, claimed_order, method, library, dtype, sigma_max, sigma_min, steps)
    library, dtype = getattr(sample, "library", library), getattr(sample, "dtype", dtype)
    who = name or getattr(sample, "__name__", type(sample).__name__)
    own = sample if hasattr(sample, "levels") else None
    if own is not None:
        levels = _own_levels(own, steps[0])
        above = levels[levels > 0]
        stop = getattr(own, "stop", above[-1])
        sigma_max, sigma_min = float(levels[0]), float(above[np.argmin(np.abs(np.log(above / stop)))])
    problem = Problem(sigma_max, sigma_min, library, dtype, own, seed)
    guarded = Guarded(sample, who, time_limit)
    started = time.perf_counter()
    try:
        if stochastic:
            found = moments(guarded, problem, claimed_order, seed)
        else:
            found = deterministic(guarded, problem, steps, claimed_order, method, to_zero)
    except Misbehaved as ended:
        found = dict(findings=[ended.finding], order=None, order_interval=None, curves=())
    counts = STOCHASTIC_STEPS if stochastic else steps
    curves = tuple(found["curves"])
    if curves:
        counts = [int(one) for one in curves[0].sizes]
    options = dict(
        claimed_order=(claimed_order, None),
        method=(method, None),
        stochastic=(stochastic, False),
        library=(library, getattr(sample, "library", "numpy")),
        dtype=(dtype, getattr(sample, "dtype", "float64")),
        sigma_max=(sigma_max, 80.0 if own is None else sigma_max),
        sigma_min=(sigma_min, 0.002 if own is None else sigma_min),
        steps=(steps, getattr(sample, "steps", STEPS)),
        to_zero=(to_zero, None),
        seed=(seed, 0),
    )
    return Trial(
        subject=who,
        question=_question(claimed_order, stochastic),
        setting=_setting(problem, counts, stochastic, claimed_order, own),
        findings=(*found["findings"], *guarded.notes.values()),
        reproduce=_reproduce(sample, who, {k: v for k, (v, usual) in options.items() if v != usual}),
        order=found["order"],
        order_interval=found["order_interval"],
        claimed_order=claimed_order,
        curves=curves,
        seconds=time.perf_counter() - started,
    )


def _question(claimed, stochastic) -> str:
    if stochastic:
        return "Does it sample the right mean and variance, as the steps grow finer?"
    if claimed is None:
        return "Does it converge to the probability flow?"
    return f"Does it converge to the probability flow with order {claimed:g}?"


def _setting(problem, counts, stochastic, claimed, own) -> str:
    grid = "its own grid" if own is not None else "rho = 7"
    if stochastic:
        bound = (
            f"mean and variance of each mode, extrapolated to infinitely many steps with order "
            f"{claimed or 1:g}: z-scores against Student's bound of the family's budget"
        )
    else:
        bound = (
            "relative error of each mode's factor, and the distance from a mixture's trajectories, in its "
            "spread; orders extrapolated to infinitely many steps"
        )
        bound += "" if claimed is None else f", bound {claimed - HALF:g} and above"
    return (
        f"Gaussian data of variances {', '.join(f'{v:g}' for v in problem.lam)}; noise levels from "
        f"{problem.sigma_max:g} to {problem.sigma_min:g}, {grid}, {', '.join(map(str, counts))} steps; "
        f"{problem.library}, {problem.dtype}; {bound}"
    )


def _reproduce(sample, who, options) -> str:
    given = "".join(f", {key}={value!r}" for key, value in options.items())
    lines = ["from theory import validate"]
    expression = getattr(sample, "expression", None)  # of an adapter: an import line and a call
    qualified, module = getattr(sample, "__qualname__", ""), getattr(sample, "__module__", "")
    if expression is not None:
        lines.append(expression[0])
        subject = expression[1]
    elif qualified and "<" not in qualified:
        lines.append(f"from {module} import {qualified.partition('.')[0]}")
        subject = qualified
    else:
        subject = who
    return "\n".join([*lines, f"print(validate.sampler({subject}{given}))"])


def _own_levels(own, count) -> np.ndarray:
    levels = np.asarray(own.levels(count), dtype=float)
    if levels.ndim != 1 or len(levels) < 4 or levels[-1] < 0 or not np.all(np.diff(levels) < 0):
        raise ValueError(f"sample.levels({count}) = {levels}: needs at least 4 decreasing levels >= 0")
    return levels


def _check(sample, claimed_order, method, library, dtype, sigma_max, sigma_min, steps) -> None:
    if not callable(sample):
        raise ValueError(f"sample = {sample!r}: needs a function (denoise, x_T, sigmas) -> x_0")
    if claimed_order is not None and not 0 < claimed_order < 20:
        raise ValueError(f"claimed_order = {claimed_order!r}: needs a number above 0 and below 20, or None")
    if method is not None and method not in METHODS:
        raise ValueError(f"method = {method!r}: {', '.join(map(repr, METHODS))}, or None")
    if library not in ("numpy", "torch"):
        raise ValueError(f"library = {library!r}: 'numpy' or 'torch'")
    if dtype not in ("float64", "float32"):
        raise ValueError(f"dtype = {dtype!r}: 'float64' or 'float32'")
    if not 0 < sigma_min < sigma_max < np.inf:
        raise ValueError(
            f"sigma_min = {sigma_min!r}, sigma_max = {sigma_max!r}: needs 0 < sigma_min < sigma_max"
        )
    doubled = all(b == 2 * a for a, b in zip(steps, steps[1:], strict=False))
    if len(steps) < 4 or not doubled or steps[0] < 2:
        raise ValueError(
            f"steps = {tuple(steps)}: needs at least 4 numbers of steps, each twice the one before"
        )
