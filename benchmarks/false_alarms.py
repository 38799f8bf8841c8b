"""False alarms of the trial of samplers: correct ones over fresh data, starts and draws.

``python -m benchmarks.false_alarms 25``: so many minutes of one core; ``... 25 quick``: with fewer rows and
steps, for more repetitions of the same statistics and bounds.
"""

from __future__ import annotations

import sys
import time
from collections import Counter

from derivations.gaussian_score.trial import stochastic
from derivations.gaussian_score.trial.examples import DETERMINISTIC, STOCHASTIC, with_draws
from theory import validate

QUICK_STEPS, QUICK_BATCH = (16, 32, 64, 128), 16


def repetition(seed: int, quick: bool = False) -> dict[str, validate.Trial]:
    """Every correct sampler once, with the data, starts and draws of this seed."""
    few = dict(steps=QUICK_STEPS) if quick else {}
    found = {
        sample.__name__: validate.sampler(sample, claimed_order=order, seed=seed, **few)
        for sample, order in DETERMINISTIC.items()
    }
    rows = stochastic.BATCH
    stochastic.BATCH = QUICK_BATCH if quick else rows
    try:
        for sample in STOCHASTIC:
            found[sample.__name__] = validate.sampler(with_draws(sample, seed), stochastic=True, seed=seed)
    finally:
        stochastic.BATCH = rows
    return found


def main(minutes: float, quick: bool = False, first: int = 1) -> int:
    """Prints the alarms, and how many there were in how many trials; returns their number."""
    began, seed, trials, alarms = time.process_time(), first, Counter(), []
    while time.process_time() - began < 60 * minutes:
        for name, trial in repetition(seed, quick).items():
            trials[name] += 1
            if not trial.holds:
                alarms.append((name, seed))
                print(f"seed {seed}: {trial}", flush=True)
        seed += 1
        if seed % 10 == 0:
            spent = time.process_time() - began
            print(f"{trials.total()} trials, {len(alarms)} alarms, {spent:.0f} s of CPU", flush=True)
    spent = time.process_time() - began
    each = ", ".join(f"{name} {count}" for name, count in trials.items())
    print(f"{len(alarms)} alarms in {trials.total()} trials ({each}); {spent:.0f} s of CPU")
    return len(alarms)


if __name__ == "__main__":
    main(float(sys.argv[1]), "quick" in sys.argv)
