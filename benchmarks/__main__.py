"""Speed and memory of the first closed form, beside a hand-written loop: ``python -m benchmarks``."""

import subprocess
import sys
import time
import tracemalloc

POINTS = 10_000_000
REPEATS = 5


def main() -> None:
    for label, code in IMPORTS.items():
        print(f"{label:46s} {fresh_process(code):8.3f} s")
    import numba
    import numpy as np

    from derivations.deep_linear import mode_strength

    numba.set_num_threads(1)
    t = np.linspace(0, 20, POINTS)
    loop = hand_written(numba)
    once = mode_strength(t=t[:10], s=1.0, u0=1e-3, tau=2.0)
    np.testing.assert_allclose(once, loop(t[:10], 1.0, 1e-3, 2.0), rtol=1e-14)
    ours = best(lambda: mode_strength(t=t, s=1.0, u0=1e-3, tau=2.0))
    theirs = best(lambda: loop(t, 1.0, 1e-3, 2.0))
    naive = best(lambda: 1.0 / (1.0 + (1.0 / 1e-3 - 1.0) * np.exp(-2.0 * t / 2.0)))
    print(f"{'mode_strength on 1e7 points':46s} {ours:8.3f} s")
    print(f"{'hand-written numba loop, one thread':46s} {theirs:8.3f} s")
    print(f"{'NumPy expression':46s} {naive:8.3f} s")
    tracemalloc.start()
    mode_strength(t=t, s=1.0, u0=1e-3, tau=2.0)
    peak = tracemalloc.get_traced_memory()[1]
    print(f"{'memory beyond the input, in outputs':46s} {peak / t.nbytes:8.2f}")


IMPORTS = {
    "import theory": "import theory",
    "from derivations.deep_linear import mode_strength": "from derivations.deep_linear import mode_strength",
    "... and its first value": (
        "from derivations.deep_linear import mode_strength; mode_strength(t=1.0, s=1.0, u0=0.1, tau=1.0)"
    ),
}


def fresh_process(code: str) -> float:
    """Seconds that a statement takes in a fresh interpreter, the interpreter's own start left out."""
    timed = f"import time; start = time.perf_counter(); {code}; print(time.perf_counter() - start)"
    runs = [subprocess.run([sys.executable, "-c", timed], capture_output=True, text=True, check=True)
            for _ in range(3)]  # fmt: skip
    return min(float(run.stdout) for run in runs)


def best(action) -> float:
    """The shortest of a few runs, after one that warms up."""
    action()
    times = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        action()
        times.append(time.perf_counter() - started)
    return min(times)


def hand_written(numba):
    """What one would write by hand for the same formula."""
    import math

    import numpy as np

    @numba.njit
    def loop(t, s, u0, tau):
        found = np.empty_like(t)
        for i in range(t.size):
            found[i] = s / (1 + (s / u0 - 1) * math.exp(-2 * s * t[i] / tau))
        return found

    return loop


if __name__ == "__main__":
    main()
