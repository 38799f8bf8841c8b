"""How the benchmarks measure: in alternation, and in fresh interpreters."""

import statistics
import subprocess
import sys
import time
from collections.abc import Callable

POINTS = 10_000_000


def alternating(*actions, repeats: int = 9) -> list[list[float]]:
    """Seconds of every run of every action, taking turns, so that a busy machine slows all alike."""
    for action in actions:
        action()
    seconds: list[list[float]] = [[] for _ in actions]
    for _ in range(repeats):
        for action, found in zip(actions, seconds, strict=True):
            started = time.perf_counter()
            action()
            found.append(time.perf_counter() - started)
    return seconds


def least_cpu(action: Callable, repeats: int, *, warmed_up: bool = False) -> tuple[float, object]:
    """The least CPU time of several runs, after one that warms up if none has yet, and the last result."""
    found, spent = None if warmed_up else action(), []
    for _ in range(repeats):
        began = time.process_time()
        found = action()
        spent.append(time.process_time() - began)
    return min(spent), found


def median_ratio(ours: list[float], theirs: list[float]) -> float:
    """The median of the ratios of runs that followed each other."""
    return statistics.median(a / b for a, b in zip(ours, theirs, strict=True))


def fresh_process(code: str, runs: int = 3) -> float:
    """CPU seconds that statements take in a fresh interpreter, whose own start is left out."""
    timed = f"import time; start = time.process_time(); {code}\nprint(time.process_time() - start)"
    command = [sys.executable, "-c", timed]
    return min(
        float(subprocess.run(command, capture_output=True, text=True, check=True).stdout) for _ in range(runs)
    )


def hand_written():
    """`mode_strength` as one would write it by hand: a numba loop on one thread."""
    import math

    import numba
    import numpy as np

    numba.set_num_threads(1)

    @numba.njit
    def loop(t, s, u0, tau):
        found = np.empty_like(t)
        for i in range(t.size):
            found[i] = s / (1 + (s / u0 - 1) * math.exp(-2 * s * t[i] / tau))
        return found

    return loop
