"""Every explicit closed form on a million points beside a numba loop of its claim's right side.

The loop is what one would write: no domain is checked, nothing is rewritten for accuracy. Compiled code
starts from an empty cache, so that the first call tells what compilation costs.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from tempfile import TemporaryDirectory

import numpy as np
import sympy as sp

from theory.benchmark import Row

from .measure import least_cpu

POINTS, REPEATS = 1_000_000, 4
PEER = "numba loop of its claim"
NOT_SLOWER, COMPILED = 1.0, 0.5
"""The ratio to the loop, and seconds of CPU."""


def measure(points: int = POINTS) -> Iterator[Row]:
    """The median form, the slowest one beside its loop, how many are not slower, the slowest compilation."""
    part, found = "every form", {}
    with TemporaryDirectory() as empty:
        os.environ["XDG_CACHE_HOME"] = empty
        for name, form in forms():
            try:
                found[name] = measured(form, points)
            except Exception as error:  # numba knows no such function, or no array goes in
                print(f"{name}: {type(error).__name__}", file=sys.stderr)
                continue
            cost, ratio, first = found[name]
            print(f"{name}: {cost:.3g} ns a point, {ratio:.2f} of the loop, first call {first:.2f} s")
    count, by_ratio = len(found), sorted(found, key=lambda name: found[name][1])
    for label, name in (("median", by_ratio[count // 2]), ("slowest beside its loop", by_ratio[-1])):
        value, ratio, _ = found[name]
        yield Row(part, f"{name}, {label} of {count}", value, "ns a point", PEER, ratio, NOT_SLOWER)
    share = statistics.mean(ratio <= NOT_SLOWER for _, ratio, _ in found.values())
    yield Row(part, "forms not slower than their loop", share, f"of {count}", goal=1.0, at_least=True)
    last = max(found, key=lambda name: found[name][2])
    yield Row(part, f"first call of {last}, slowest of {count}", found[last][2], "s of CPU", goal=COMPILED)


def forms() -> Iterator[tuple[str, object]]:
    """The explicit closed forms of one value, with their theories' names."""
    from theory import ExplicitForm
    from theory.catalogue import theories

    for theory in theories():
        for name, form in theory.closed_forms.items():
            if type(form) is ExplicitForm and form.outputs == 1 and "numpy" in form.backends():
                yield f"{theory.name} {name}", form


def measured(form, points: int) -> tuple[float, float, float]:
    """Our nanoseconds a point, the ratio of our CPU time to the loop's, the seconds of the first call."""
    from theory.growth import points_of

    given = {name: values(points) for name, values in points_of(form).items()}
    began = time.process_time()
    form(**given)
    first = time.process_time() - began
    loop, columns = loop_of(form), [given[x.name] for x in form.arguments]
    with np.errstate(all="ignore"):
        theirs, _ = least_cpu(lambda: loop(*columns), REPEATS)
        ours, _ = least_cpu(lambda: form(**given), REPEATS)
    return ours / points * 1e9, ours / theirs, first


def loop_of(form) -> Callable:
    """The claim's right side, compiled by numba, at every point of its arguments' arrays."""
    import numba

    value = numba.njit(sp.lambdify(form.arguments, form.claim.unfolded, modules="math"))
    names = [f"a{k}" for k in range(len(form.arguments))]
    at = ", ".join(f"{name}[i]" for name in names)
    source = f"""
def loop({", ".join(names)}):
    found = empty(a0.size)
    for i in range(a0.size):
        found[i] = value({at})
    return found
"""
    known = {"empty": np.empty, "value": value}
    exec(source, known)
    return numba.njit(known["loop"])
