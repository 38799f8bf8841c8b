"""Speed and memory of closed forms and models, beside code by hand: ``python -m benchmarks``."""

import tracemalloc

from .evaluators import main as evaluators
from .infinite_width import infinite_width, peak_memory
from .measure import POINTS, alternating, fresh_process, hand_written, median_ratio
from .mixture_score import mixture_score
from .probability_flow import main as probability_flow

STARTS = {
    "import theory": "import theory",
    "from derivations.deep_linear import mode_strength": "from derivations.deep_linear import mode_strength",
    "... and its first value": (
        "from derivations.deep_linear import mode_strength; mode_strength(t=1.0, s=1.0, u0=0.1, tau=1.0)"
    ),
    "... and its first million values": (
        "import numpy as np; from derivations.deep_linear import mode_strength; "
        "mode_strength(t=np.linspace(0, 9, 10**6), s=1.0, u0=0.1, tau=1.0)"
    ),
}


def main() -> None:
    for label, code in STARTS.items():
        print(f"{label:52s} {fresh_process(code):8.3f} s of CPU")
    import numpy as np

    from derivations.deep_linear import mode_strength

    t = np.linspace(0, 20, POINTS)
    at = {"s": 1.0, "u0": 1e-3, "tau": 2.0}
    loop = hand_written()
    np.testing.assert_allclose(mode_strength(t=t[:10], **at), loop(t[:10], **at), rtol=1e-14)
    runs = {
        "mode_strength on 1e7 points": lambda: mode_strength(t=t, **at),
        "hand-written numba loop, one thread": lambda: loop(t, **at),
        "NumPy expression": lambda: 1.0 / (1.0 + (1.0 / 1e-3 - 1.0) * np.exp(-2.0 * t / 2.0)),
    }
    seconds = alternating(*runs.values())
    for label, mine in zip(runs, seconds, strict=True):
        print(f"{label:52s} {min(mine):8.3f} s")
    print(f"{'mode_strength over the loop, median of pairs':52s} {median_ratio(seconds[0], seconds[1]):8.2f}")
    tracemalloc.start()
    mode_strength(t=t, **at)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    print(f"{'memory beyond the input, in outputs':52s} {peak / t.nbytes:8.2f}")
    evaluators()
    for label, seconds_taken, ratio in mixture_score():
        print(f"{label:52s} {seconds_taken:8.4f} s, {ratio:.2f} of two products and one exponential")
    probability_flow()
    for label, seconds_taken, theirs, peer in infinite_width():
        ratio = seconds_taken / theirs
        print(f"{'NNGP and NTK, ' + label:52s} {seconds_taken:8.4f} s of CPU, {ratio:.3f} of {peer}")
    print(f"{'peak memory of NNGP and NTK, depth 3, in matrices':52s} {peak_memory():8.2f}")


if __name__ == "__main__":
    main()
