"""One closed form on ten million points: beside a loop by hand, on two threads, and its memory."""

from __future__ import annotations

import os
import statistics
import time
import tracemalloc
from collections.abc import Iterator

import numpy as np

from theory.benchmark import Row

from .measure import POINTS, alternating, hand_written, median_ratio

AT = {"s": 1.0, "u0": 1e-3, "tau": 2.0}


def measure() -> Iterator[Row]:
    from derivations.deep_linear import mode_strength

    t, loop = np.linspace(0, 20, POINTS), hand_written()
    # each within what the closed form promises
    few = t[:10]
    np.testing.assert_array_max_ulp(mode_strength(t=few, **AT), loop(few, **AT), 2 * mode_strength.ulps)
    ours, theirs = alternating(lambda: mode_strength(t=t, **AT), lambda: loop(t, **AT))
    ratio = median_ratio(ours, theirs)
    yield Row("large arrays", "mode_strength, 1e7 points", min(ours), "s", "numba loop by hand", ratio, 1.0)
    two, ratio = _threads(lambda: mode_strength(t=t, **AT))
    yield Row("large arrays", "mode_strength on two threads", two, "s", "one thread", ratio, 0.65)
    tracemalloc.start()
    mode_strength(t=t, **AT)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    # the output itself, and at most one temporary
    yield Row("large arrays", "memory beyond the input", peak / t.nbytes, "arrays", goal=2.0)


def _threads(action, repeats: int = 9) -> tuple[float, float]:
    """The least wall time on two threads, and the median ratio to the next run on one."""
    allowed = os.environ.get("OMP_NUM_THREADS")
    seconds: dict[int, list[float]] = {1: [], 2: []}
    try:
        for _ in range(repeats):
            for count, found in seconds.items():
                os.environ["OMP_NUM_THREADS"] = str(count)
                began = time.perf_counter()
                action()
                found.append(time.perf_counter() - began)
    finally:
        os.environ.pop("OMP_NUM_THREADS")
        if allowed is not None:
            os.environ["OMP_NUM_THREADS"] = allowed
    return min(seconds[2]), statistics.median(a / b for a, b in zip(seconds[2], seconds[1], strict=True))
