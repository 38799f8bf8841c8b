"""Every explicit closed form on large arrays beside a numba loop of the same formula, on one thread.

The loop is what one would write: the form's branches by ``if`` and ``else``, or, where numba does not know a
function in them, the claim's right side; no domain is checked, and no result looked at. All arguments are
arrays, of points of the form's domain in no order; there are as many as are worth their time, up to four
million. Compiled code starts from an empty cache, so that the first call tells what compilation costs.
Where numba knows neither, or its loop stops at a point (a division by zero), there is nothing to compare, nor
where the formula is a constant, which takes no look at an argument, nor where a form is computed by balls, as
float64 has too few digits for it: such forms are named and counted, and only their first call is judged.
"""

from __future__ import annotations

import gc
import math
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from tempfile import TemporaryDirectory

import numpy as np
from sympy.printing.pycode import PythonCodePrinter

from theory.benchmark import Row
from theory.closed_form import Precise

FEWEST, MOST, SECONDS = 100, 4_000_000, 0.3
"""Points, the most so many that what Python does in a call is a small part; and the CPU time it may take."""
FEWEST_RUNS, MOST_RUNS, RUNNING = 5, 40, 0.2
"""Of the loop, ours and the loop again, the least disturbed of which count; and seconds for them."""
PEER = "numba loop of its formula"
NOT_SLOWER, COMPILED = 1.1, 0.5
"""Ratio to the loop, a tenth for two runs that are never equally disturbed, and seconds of CPU."""


@dataclass(frozen=True)
class Measured:
    """CPU seconds of a call on so many points, what the first calls took above that, and, where there is a
    loop, the ratio to it and the ratio of its own runs to each other."""

    points: int
    seconds: float
    compiled: float
    ratio: float | None = None
    itself: float | None = None
    by_balls: bool = False


def measure() -> Iterator[Row]:
    """The median form, the slowest one beside its loop, how many are not slower, the slowest first call."""
    part, found = "every form", {}
    os.environ["OMP_NUM_THREADS"] = "1"
    with TemporaryDirectory() as empty:
        os.environ["XDG_CACHE_HOME"] = empty
        _start_numba()
        for name, form in forms():
            one = found[name] = measured(form, name)
            beside = "" if one.ratio is None else f", {one.ratio:.2f} of the loop"
            cost = f"{one.seconds / one.points * 1e9:.3g} ns at each of {one.points} points"
            print(f"{name}: {cost}{beside}, first call {one.compiled:.2f} s", file=sys.stderr, flush=True)
    compared = sorted((name for name in found if found[name].ratio is not None), key=lambda n: found[n].ratio)
    count = len(compared)
    for label, name in (("median", compared[count // 2]), ("slowest beside its loop", compared[-1])):
        one = found[name]
        yield Row(part, f"{name}, {label} of {count}", one.seconds / one.points * 1e9, "ns a point",
                  PEER, one.ratio, 1.0)  # fmt: skip
    share = statistics.mean(found[name].ratio <= NOT_SLOWER for name in compared)
    within = f"forms not slower, within {NOT_SLOWER - 1:.0%}"
    yield Row(part, within, share, f"of {count}", goal=1.0, at_least=True)
    noise = np.quantile([abs(math.log(found[name].itself)) for name in compared], 0.95)
    yield Row(part, "19 of 20 loops beside themselves, at most", math.exp(noise), "times as slow")
    by_balls = sum(one.by_balls for one in found.values())
    yield Row(part, "forms computed by balls", by_balls, f"of {len(found)}")
    yield Row(part, "other forms without a loop", len(found) - count - by_balls, f"of {len(found)}")
    last = max(found, key=lambda name: found[name].compiled)
    yield Row(part, f"first call of {last}, slowest of {len(found)}", found[last].compiled, "s of CPU",
              goal=COMPILED)  # fmt: skip


def forms() -> Iterator[tuple[str, object]]:
    """The explicit closed forms of one value, with their theories' names."""
    from theory import ExplicitForm
    from theory.catalogue import theories

    for theory in theories():
        for name, form in theory.closed_forms.items():
            if type(form) is ExplicitForm and form.outputs == 1 and "numpy" in form.backends():
                yield f"{theory.name} {name}", form


def measured(form, name: str) -> Measured:
    """Ours and the loop's runs in alternation, after as many points as there is time for are found."""
    sample, points, compiled = _sample(form), FEWEST, 0.0
    while True:
        given = sample(points)
        ours = partial(form, *given)
        gc.disable()  # as `timeit` does: what it collects are other forms' objects
        first, seconds = _cpu(ours), _cpu(ours)
        gc.enable()
        compiled += max(first - seconds, 0.0)
        if points == MOST or 10 * seconds > SECONDS:
            break
        points = min(10 * points, MOST)
    loop = loop_of(form, given)
    if loop is None:
        print(f"{name}: no loop", file=sys.stderr)
        return Measured(points, seconds, compiled, by_balls=_is_by_balls(form))
    theirs, runs, spent = partial(loop, *given), [], 0.0
    while len(runs) < FEWEST_RUNS or (spent < RUNNING and len(runs) < MOST_RUNS):
        runs.append((_cpu(theirs), _cpu(ours), _cpu(theirs)))
        spent += sum(runs[-1])
    before, mine, after = map(min, zip(*runs, strict=True))
    return Measured(points, mine, compiled, mine / math.sqrt(before * after), before / after)


def _sample(form) -> Callable[[int], list[np.ndarray]]:
    """Arrays of so many moderate points, each drawn anew from a few of the form's domain."""
    from theory.closed_form.accuracy import inputs

    few = inputs(form, 64, 0)[:32]
    columns = [np.array([at[name] for at in few]) for name in form.names]

    def arrays(points: int) -> list[np.ndarray]:
        chosen = np.random.default_rng(0).integers(len(few), size=points)
        return [column[chosen] for column in columns]

    return arrays


def _cpu(action: Callable) -> float:
    began = time.process_time()
    action()
    return max(time.process_time() - began, 1e-9)


def _start_numba() -> None:
    """What numba's first compilation costs, whatever it compiles, is no formula's."""
    from theory.backends.loop_cache import load

    load("def loop(x):\n    return exp(x)\n", "float64(float64)")


def loop_of(form, given: list[np.ndarray]) -> Callable | None:
    """The formula, or else the claim's right side, compiled by numba, at every point of ``given``."""
    if _is_by_balls(form) or not form.claim.unfolded.free_symbols:
        return None
    for branches in (_formulas, _claim):
        try:
            loop = _compiled(form.arguments, branches(form))
            loop(*given)
        except Exception:  # numba's own, of many kinds, and those of the loop itself
            continue
        return loop
    return None


def _is_by_balls(form) -> bool:
    return any(isinstance(branch, Precise) for branch, _ in form.branches)


def _formulas(form) -> list[tuple]:
    """Pairs of an expression and the region where it serves, of branches that are formulas up to the last."""
    return [(branch.expressions[0], region) for branch, region in form.branches]


def _claim(form) -> list[tuple]:
    return [(form.claim.unfolded, True)]


def _compiled(arguments, branches: list[tuple]) -> Callable:
    import numba

    names = [f"_{k}" for k in range(len(arguments))]
    written = PythonCodePrinter({"fully_qualified_modules": False}).doprint
    source = [f"def loop({', '.join(names)}):", "    found = empty(_0.size)", "    for _i in range(_0.size):"]
    source += [f"        {x.name} = {name}[_i]" for x, name in zip(arguments, names, strict=True)]
    for expression, region in branches:
        source += [f"        if {written(region)}:", f"            found[_i] = {written(expression)}"]
        source += ["            continue"]
    known = {**vars(math), "empty": np.empty}
    exec("\n".join([*source, "    return found"]), known)
    return numba.njit(known["loop"])
