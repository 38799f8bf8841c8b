"""A deterministic sampler, judged by the factor with which it shrinks each mode, against the exact one."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from theory.validate.guard import Guarded, Misbehaved
from theory.validate.order import Order, measured_order
from theory.validate.trial import Curve, Finding

from .causes import causes, last_step
from .constants import error_constants
from .curved import ACCURACY, Mixed
from .limits import special_steps, states
from .problem import DEVIATIONS, Problem, Record

HALF = 0.25
"""Orders come in halves: a claim is met by a measured order within a quarter of it, or above."""

ROUNDING = 1000
"""In units of the type's eps: errors that stay below are rounding, which adds up over the steps."""

CURVED = "a term of its error that is not there where the flow is linear"

LONGEST = 2048
"""Steps to which the ladder is prolonged at most, where the order has not settled before."""


@dataclass(frozen=True)
class Run:
    """What a sampler made of the starts: on this grid, for each mode the factor of its deviations.

    ``centre`` (D,) is where the mean went; ``scatter`` how much the factors of different deviations along
    a mode differ, relative, and ``mixing`` what a deviation along one mode moves the others, in their
    standard deviations: both are rounding for an affine map.
    """

    grid: np.ndarray
    factors: np.ndarray
    centre: np.ndarray
    scatter: float
    mixing: float
    result: np.ndarray
    asked: Record

    def relative(self, problem: Problem) -> np.ndarray:
        """(D,): the error of each factor, relative to the exact one."""
        with np.errstate(over="ignore"):
            return self.factors / problem.gains(self.grid[-1], self.grid[0]) - 1

    def moved(self, problem: Problem) -> np.ndarray:
        """(D,): how far the mean was displaced, in standard deviations."""
        return (self.centre - problem.mean) / problem.spread(self.grid[-1])

    def error(self, problem: Problem) -> float:
        """Root of the mean square of both over the modes."""
        with np.errstate(over="ignore"):
            return float(np.sqrt(np.mean(self.relative(problem) ** 2) + np.mean(self.moved(problem) ** 2)))


def drive(guarded: Guarded, problem: Problem, grid: np.ndarray, where: str) -> Run:
    """One run of the sampler on this grid. Raises `Misbehaved`."""
    start = problem.start(grid[0])
    problem.asked = Record(places=[])
    given = problem.given(start), problem.given(grid)
    result = guarded(problem.denoise, *given, shape=start.shape, where=where)
    modes = len(problem.mean)
    centre, rows = result[0], result[1:].reshape(len(DEVIATIONS), modes, modes)
    put_in = (start[1:] - start[0]).reshape(rows.shape)
    weights = np.array(DEVIATIONS) ** 2 / np.sum(np.square(DEVIATIONS))
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        off = rows - centre
        each = np.diagonal(off, axis1=1, axis2=2) / np.diagonal(put_in, axis1=1, axis2=2)
        factors = weights @ each
        size = np.maximum(np.abs(factors), problem.gains(grid[-1], grid[0]))
        scatter = np.max(np.sqrt(weights @ (each - factors) ** 2) / size)
        scale = problem.spread(grid[0]) * size
        mixing = np.max(np.abs(off / scale)[:, ~np.eye(modes, dtype=bool)])
    return Run(grid, factors, centre, _number(scatter), _number(mixing), result, problem.asked)


def _number(value) -> float:
    return float(value) if np.isfinite(value) else np.inf


def deterministic(guarded: Guarded, problem: Problem, steps, claimed, method, to_zero) -> dict:
    """Everything of the trial of a deterministic sampler: findings, order, curves."""
    runs: list[Run] = []

    def go(count: int) -> Run:
        runs.append(drive(guarded, problem, problem.grid(count), f"with {count} steps"))
        return runs[-1]

    for count in steps:
        go(count)
    _repeats(guarded, problem, runs[0], steps[0])
    noise = rounding(problem, runs)
    counts = list(steps)
    order = measured_order(counts, [run.error(problem) for run in runs], noise)
    while _unsettled(order, claimed) and counts[-1] < LONGEST and problem.own is None:
        counts.append(2 * counts[-1])
        go(counts[-1])
        order = measured_order(counts, [run.error(problem) for run in runs], noise)
    errors, floor = [run.error(problem) for run in runs], ROUNDING * problem.eps
    order = _blurred(problem, [run.grid[-1] for run in runs], _sunk(order, errors, floor))
    failures = _against_claim(order, claimed, errors, counts, max(100 * noise, floor))
    failures = [_explained(one, guarded, problem, runs, counts, order, noise) for one in failures]
    findings = [*causes(problem, runs, counts, order, errors, noise, failures), *failures]
    if sum(one.defect for one in findings) > 1:  # the causes say more than the symptom
        findings = [one for one in findings if one not in failures]
    curves = [Curve("Gaussian", tuple(map(float, counts)), tuple(errors))]
    mixed, more, curve = on_mixture(guarded, problem, steps, claimed, noise)
    lower = _lower(order, mixed)
    if not any(one.defect for one in findings):
        findings += more
    elif lower is mixed:
        findings = [_beside(one, mixed) if one in failures else one for one in findings]
    curves += curve
    findings += _compared(order, mixed)
    findings += [_modes(problem, runs[-1], counts[-1]), *_remarks(problem, order, errors, counts, noise)]
    if not any(one.defect for one in findings) and order.value is not None and problem.own is None:
        findings += error_constants(guarded, problem, drive, order, method)
    elif method is not None:
        findings.append(Finding("error constant", "not measured: first the order has to be right"))
    if hasattr(problem.own, "notes"):
        findings += problem.own.notes(steps[-1])
    if to_zero is not False:
        findings += last_step(guarded, problem, drive, to_zero)
    return dict(
        findings=findings,
        order=lower.value,
        order_interval=None if lower.value is None else (lower.low, lower.high),
        curves=curves,
    )


def on_mixture(guarded, problem: Problem, steps, claimed, noise) -> tuple[Order, list[Finding], list[Curve]]:
    """The order, what is wrong with it, and the curve, for data whose flow is not linear."""
    mixed = Mixed.like(problem)
    noise = max(mixed.flow.growth * noise, ACCURACY)
    floor, counts, errors = max(100 * noise, ROUNDING * problem.eps), list(steps), []
    try:
        errors += [mixed.error(guarded, count) for count in counts]
        order = measured_order(counts, errors, noise)
        while _unsettled(order, claimed) and counts[-1] < LONGEST and problem.own is None:
            counts.append(2 * counts[-1])
            errors.append(mixed.error(guarded, counts[-1]))
            order = measured_order(counts, errors, noise)
    except Misbehaved as ended:
        return Order(None), [ended.finding], []
    ends = [mixed.grid(count)[-1] for count in counts]
    order = _blurred(problem, ends, _sunk(order, errors, floor))
    failures = [
        _with_cause(replace(one, message=f"on a mixture of two Gaussians {one.message}"), CURVED)
        for one in _against_claim(order, claimed, errors, counts, floor)
    ]
    return order, failures, [Curve("mixture", tuple(map(float, counts)), tuple(errors))]


def _lower(*orders: Order) -> Order:
    """The lowest of those that are known."""
    return min((one for one in orders if one.value is not None), key=lambda one: one.value, default=orders[0])


def _beside(failure: Finding, mixed: Order) -> Finding:
    """What the Gaussian shows, and the lower order that the mixture has."""
    rest = f"on a mixture of two Gaussians it is {mixed.value:.3g} ({mixed.low:.3g} to {mixed.high:.3g})"
    return replace(failure, message=f"{failure.message}; {rest}")


def _compared(order: Order, mixed: Order) -> list[Finding]:
    """What a linear flow hides: an error that vanishes for it, or is smaller by an order."""
    if mixed.value is None or not (order.exact or (order.value or 0) > mixed.value + HALF):
        return []
    there = "it is exact" if order.exact else f"the order is {order.value:.3g}"
    said = (
        f"on Gaussian data, whose flow is linear, {there}; on a mixture of two Gaussians it is "
        f"{mixed.value:.3g}, and that counts"
    )
    return [Finding("order by data", said, {"gaussian": order.value, "mixture": mixed.value}, defect=False)]


def _sunk(order: Order, errors, floor: float) -> Order:
    """Errors that do not fall, but are no larger than rounding makes them, are no failure."""
    if order.stuck and order.left <= floor:
        return replace(order, stuck=False, exact=max(errors) <= floor)
    return order


def _explained(failure: Finding, guarded, problem, runs, counts, order: Order, noise) -> Finding:
    """An order that is too low, with what makes it so where that can be told."""
    if failure.kind != "order":
        return failure
    known = problem.own.suspect() if hasattr(problem.own, "suspect") else None
    if known is not None:
        return _with_cause(failure, known)
    better = _in_float64(guarded, problem, counts)
    if better is not None and better.value is not None and better.value > order.value + HALF:
        said = f"rounding. With its tables and samples in float64 the order is {better.value:.3g}"
        failure = replace(failure, evidence={**failure.evidence, "in_float64": better.value})
        return _with_cause(failure, said)
    if states(runs[-1]) is None:
        return failure
    found = special_steps(problem, runs, counts, order.value, noise)
    if found is None:
        return _with_cause(failure, _likely(order.value, claimed=2))  # no step is special
    said, evidence = found
    return replace(_with_cause(failure, said), evidence={**failure.evidence, "special_steps": evidence})


def _in_float64(guarded, problem: Problem, counts) -> Order | None:
    """The order of the same sampler with longer numbers, if it can be had so."""
    wider = problem.own.wider() if hasattr(problem.own, "wider") else None
    if wider is None:
        return None
    other = replace(problem, own=wider, dtype=wider.dtype)
    inner, guarded.function = guarded.function, wider
    try:
        where = "in float64, with {} steps"
        runs = [drive(guarded, other, other.grid(count), where.format(count)) for count in counts]
    finally:
        guarded.function = inner
    errors = [run.error(other) for run in runs]
    return measured_order(counts, errors, rounding(other, runs))


def _with_cause(failure: Finding, said: str) -> Finding:
    """Says this of an order that is too low, in place of what is likely in general."""
    if failure.kind != "order":
        return failure
    return replace(failure, message=f"{failure.message.partition(' is claimed: ')[0]} is claimed: {said}")


def rounding(problem: Problem, runs: list[Run]) -> float:
    """The error that rounding makes: by the type, and by how far equal deviations came out different."""
    seen = max((run.scatter for run in runs if np.isfinite(run.scatter)), default=0.0)
    return max(16 * problem.eps, 3 * min(seen, 0.02))


def _blurred(problem: Problem, ends: list[float], order: Order) -> Order:
    """With the interval that an own grid allows: its levels are not all at the one that is compared."""
    if problem.own is None or order.value is None:
        return order
    off = max(abs(float(np.log2(end / problem.sigma_min))) for end in ends[-3:])
    return replace(order, low=order.low - off, high=order.high + off)


def _repeats(guarded: Guarded, problem: Problem, first: Run, count: int) -> None:
    again = drive(guarded, problem, first.grid, f"with {count} steps, again").result
    if not np.array_equal(first.result, again):
        apart = float(np.max(np.abs(first.result - again)))
        guarded.note(
            "two runs differ",
            f"the same call gave results {apart:.3g} apart: hidden state or randomness "
            "(for a stochastic sampler say stochastic=True)",
            apart=apart,
        )


def _unsettled(order: Order, claimed) -> bool:
    """Whether more steps could change the verdict: the interval is wide, or the claim just missed."""
    if order.value is None:
        return False
    missed = claimed is not None and order.value < claimed - HALF <= order.high
    return missed or order.high - order.low > 2 * HALF


def _against_claim(order: Order, claimed, errors, steps, floor) -> list[Finding]:
    """``floor``: errors up to it may be rounding."""
    evidence = {"errors": errors, "steps": list(steps), "rounding": floor}
    if order.exact:
        return []
    if order.stuck:
        said = f"the relative error is still {order.left:.3g} in {steps[-1]} steps and does not fall"
        return [Finding("does not converge", said, evidence)]
    if order.value is None:
        if order.left <= floor:  # it fell to rounding in too few steps to tell an order
            return []
        said = f"no order can be read off the errors {', '.join(f'{e:.2g}' for e in errors)}"
        return [Finding("does not converge", said, evidence)]
    if claimed is None or order.value >= claimed - HALF:
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
    return (
        "no step at either end makes it so: the weights of its stages or nodes, or steps too few to show more"
    )


def _modes(problem: Problem, run: Run, steps: int) -> Finding:
    relative = run.relative(problem)
    worst = int(np.argmax(np.abs(relative)))
    return Finding(
        "modes",
        f"in {steps} steps deviations of variance {problem.lam[worst]:g} come out {1 + relative[worst]:.8g} "
        "times as large as they should, the worst of the modes",
        {"variances": problem.lam, "ratios": 1 + relative, "steps": steps},
        defect=False,
    )


def _remarks(problem, order: Order, errors, steps, noise) -> list[Finding]:
    evidence = {"errors": list(errors), "rounding": noise}
    if order.exact:
        said = f"the relative error is rounding, at most {max(errors):.2g}, in {steps[0]} steps and in more"
        return [Finding("exact", said, evidence, defect=False)]
    if order.value is None and not order.stuck and order.left <= max(100 * noise, ROUNDING * problem.eps):
        said = (
            f"the relative error falls to {order.left:.2g}, rounding of {problem.dtype} (about {noise:.1g}), "
            "in too few steps to tell an order"
        )
        return [Finding("rounding", said, evidence, defect=False)]
    if _unsettled(order, None):
        said = (
            f"between {order.low:.3g} and {order.high:.3g}: the slopes have not settled in {steps[-1]} "
            f"steps, errors {', '.join(f'{e:.2g}' for e in errors)}"
        )
        return [Finding("order not settled", said, evidence, defect=False)]
    floor = [f"{count}" for count, error in zip(steps, errors, strict=True) if error <= 30 * noise]
    if floor and order.value is not None:
        said = (
            f"in {', '.join(floor)} steps the error is near rounding of {problem.dtype} (about {noise:.1g}): "
            "the order is that of fewer steps"
        )
        return [Finding("rounding", said, evidence, defect=False)]
    return []
