"""Every explicit closed form on large arrays beside a numba loop of its claim's right side, on one thread.

The loop is what one would write: no domain is checked, nothing is rewritten for accuracy. All arguments are
arrays, of points of the form's domain in no order; there are as many as are worth their time, up to a
million. Compiled code starts from an empty cache, so that the first call tells what compilation costs.
Where numba does not know a function of the claim, or its loop stops at a point (a division by zero), there
is nothing to compare: such forms are named and counted, and only their first call is judged.
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
from tempfile import TemporaryDirectory

import numpy as np
from sympy.printing.pycode import PythonCodePrinter

from theory.benchmark import Row

from .measure import median_ratio

FEWEST, MOST, SECONDS, REPEATS = 100, 1_000_000, 0.3, 5
"""Points, the CPU time that a call may take, and how many runs of ours follow one of the loop."""
PEER = "numba loop of its claim"
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
    yield Row(part, "forms without a loop", len(found) - count, f"of {len(found)}")
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
        ours = lambda given=given: form(*given)  # noqa: E731
        gc.disable()  # as `timeit` does: what it collects are other forms' objects
        first, seconds = _cpu(ours), _cpu(ours)
        gc.enable()
        compiled += max(first - seconds, 0.0)
        if points == MOST or 10 * seconds > SECONDS:
            break
        points *= 10
    try:
        loop = loop_of(form)
        loop(*given)
    except Exception as error:
        print(f"{name}: no loop, {type(error).__name__}", file=sys.stderr)
        return Measured(points, seconds, compiled)
    runs = [(_cpu(lambda: loop(*given)), _cpu(ours), _cpu(lambda: loop(*given))) for _ in range(REPEATS)]
    before, mine, after = (list(column) for column in zip(*runs, strict=True))
    ratio = math.sqrt(median_ratio(mine, before) * median_ratio(mine, after))
    return Measured(points, statistics.median(mine), compiled, ratio, median_ratio(before, after))


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


def loop_of(form) -> Callable:
    """The claim's right side, compiled by numba, at every point of its arguments' arrays."""
    import numba

    names = [f"_{k}" for k in range(len(form.arguments))]
    value = PythonCodePrinter({"fully_qualified_modules": False}).doprint(form.claim.unfolded)
    source = [f"def loop({', '.join(names)}):", "    found = empty(_0.size)", "    for _i in range(_0.size):"]
    source += [f"        {x.name} = {name}[_i]" for x, name in zip(form.arguments, names, strict=True)]
    known = {**vars(math), "empty": np.empty}
    exec("\n".join([*source, f"        found[_i] = {value}", "    return found"]), known)
    return numba.njit(known["loop"])
