"""Why a sampler's error does not fall as it should: hypotheses that each predict another exact result."""

from __future__ import annotations

import numpy as np
from scipy.optimize import least_squares

from theory.validate.order import Order, measured_order
from theory.validate.trial import Finding


def calls_are_odd(problem, grid) -> list[Finding]:
    """The first evaluation belongs to x_T at the first level; all levels lie on the grid or between."""
    if not problem.calls:
        return [Finding("ignores the denoiser", "the denoiser was never called")]
    findings, first = [], problem.calls[0]
    start = problem.start()
    if first.x.shape == start.shape and not np.allclose(first.x, start, rtol=1e-6, atol=0):
        ratio = float(np.sum(first.x * start) / np.sum(start**2))
        findings.append(
            Finding(
                "start",
                f"the denoiser's first argument is not x_T but about {ratio:.4g} times it: x_T is at noise "
                f"level {problem.sigma_max:g} already, not unit noise",
                {"ratio": ratio},
            )
        )
    elif abs(first.sigma / problem.sigma_max - 1) > 1e-6:
        near = int(np.argmin(np.abs(grid - first.sigma)))
        where = f"level {near} of the grid" if abs(grid[near] / first.sigma - 1) < 1e-6 else "not on the grid"
        findings.append(
            Finding(
                "level off by one" if near == 1 else "level",
                f"x_T, at noise level {problem.sigma_max:g}, was denoised at {first.sigma:.6g}, {where}",
                {"sigma": first.sigma, "index": near},
            )
        )
    off = [abs(grid / c.sigma - 1).min() for c in problem.calls if c.sigma > 0]
    rounded = [d for d in off if 1e-6 < d < 0.2 * abs(grid[1:] / grid[:-1] - 1).min()]
    if len(rounded) > len(off) / 2:
        findings.append(
            Finding(
                "levels are rounded",
                f"{len(rounded)} of {len(off)} evaluations are at levels near those of the grid, off by "
                f"up to {max(rounded):.2g} of it: timesteps rounded to a table",
                {"worst": max(rounded)},
            )
        )
    return findings


def precision(results, order: Order) -> list[Finding]:
    """Whether the results are numbers of a shorter type, though everything given was float64."""
    for kind in ("float16", "float32"):
        with np.errstate(over="ignore"):
            short = [result.astype(kind).astype(float) for result in results]
        if all(np.array_equal(a, b) for a, b in zip(results, short, strict=True)):
            eps = float(np.finfo(kind).eps)
            message = f"every result is a {kind} number, for float64 input: it computes in {kind} inside"
            return [Finding("precision", message, {"type": kind, "eps": eps})]
    return []


def converges_elsewhere(problem, factors, grids, steps, errors, order: Order, claimed) -> list[Finding]:
    """Another exact result to which the sampler converges, and faster than to the right one."""
    if order.exact or (order.value is not None and (claimed is None or order.value > claimed - 0.25)):
        return []
    low, high, lam, gains = problem.sigma_min, problem.sigma_max, problem.lam, problem.gains

    def denoised(level):
        """After a last step of Euler's method from there to 0."""
        return gains(level, high) * lam / (lam + level**2)

    others = {
        ("last step missing", "it arrives at the last level but one, not at the last"): lambda g: gains(
            g[-2], high
        ),
        ("first step missing", "it moves as if x_T were at the second level"): lambda g: gains(low, g[1]),
        ("ends at 0", f"it goes on to noise level 0, past sigma_min = {low:g}"): lambda g: gains(0.0, high),
        ("ends at 0", f"it adds a step of Euler's method from sigma_min = {low:g} to 0"): lambda g: denoised(
            low
        ),
        ("ends at 0", f"its last step goes to 0 and not to sigma_min = {low:g}"): lambda g: denoised(g[-2]),
    }
    noise, found = 64 * max(steps) * np.finfo(float).eps, []
    for (kind, message), exact in others.items():
        off = [_rms(f / exact(grid) - 1) for (f, _), grid in zip(factors, grids, strict=True)]
        there = measured_order(steps, off, noise)
        if off[-1] < errors[-1] / 20 and (there.exact or (there.value or 0) > (order.value or 0) + 0.4):
            found.append((off[-1], Finding(kind, message, {"errors": off, "order": there.value})))
    if found:
        return [min(found, key=lambda one: one[0])[1]]
    if order.stuck:
        return _fitted(problem, factors[-1][0], errors[-1])
    return []


def _fitted(problem, found, error) -> list[Finding]:
    """The start, the end, or the speed that would explain the limit, if one of them does."""
    if np.any(found <= 0):
        flipped = int(np.sum(found < 0))
        return [
            Finding("converges elsewhere", f"{flipped} of {len(found)} modes come out with the wrong sign")
        ]
    low, high, lam = problem.sigma_min, problem.sigma_max, problem.lam

    def gains(start, end, speed):
        return ((lam + end**2) / (lam + start**2)) ** (speed / 2)

    cases = {
        "start": lambda p: gains(high * p, low, 1),
        "end": lambda p: gains(high, low * p, 1),
        "speed": lambda p: gains(high, low, p),
        "scale": lambda p: gains(high, low, 1) * p,
    }
    fits = {}
    for name, model in cases.items():
        fit = least_squares(lambda p, model=model: np.log(model(np.exp(p[0])) / found), [0.0], x_scale=0.1)
        fits[name] = float(np.exp(fit.x[0])), float(np.sqrt(np.mean(fit.fun**2)))
    best = min(fits, key=lambda name: fits[name][1])
    factor, left = fits[best]
    if left > 0.05 * error:
        return []
    said = {
        "start": f"it started from sigma = {high * factor:.4g}, not {high:g}",
        "end": f"it ended at sigma = {low * factor:.4g}, not {low:g}",
        "speed": f"every step were {factor:.4g} times as long: a factor in the drift (2, 1/2, g for g^2)",
        "scale": f"the result were multiplied by {factor:.4g}",
    }
    message = f"in the limit of many steps it does as if {said[best]}"
    return [Finding("converges elsewhere", message, {"cause": best, "factor": factor, "left": left})]


def last_step(run, problem) -> list[Finding]:
    """What the step from sigma_min to 0 does, which no refinement of the grid makes smaller: a note."""
    (to_zero, _) = run(np.append(problem.grid(256), 0.0))
    error = _rms(to_zero / problem.gains(0.0) - 1)
    level = problem.sigma_min
    lam = problem.lam
    euler = _rms(problem.gains(level) * lam / (lam + level**2) / problem.gains(0.0) - 1)
    message = (
        f"on 256 steps and one more to sigma = 0 the relative error is {error:.2g}; a last step of Euler's "
        f"method, the denoiser itself, leaves {euler:.2g} by itself"
    )
    return [Finding("step to 0", message, {"error": error, "euler": euler}, defect=False)]


def _rms(values) -> float:
    with np.errstate(over="ignore"):
        return float(np.sqrt(np.mean(np.asarray(values) ** 2)))
