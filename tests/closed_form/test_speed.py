"""What the first closed form costs: to import, to evaluate first, and on many points."""

import numpy as np
import pytest

from benchmarks.evaluators import BY_HAND, OURS, REFERENCE, formulas, measured
from benchmarks.measure import alternating, fresh_process, hand_written, median_ratio
from benchmarks.start_up import STARTS


@pytest.mark.parametrize(
    ("start", "limit"),
    [
        pytest.param(start, limit, marks=[pytest.mark.slow] * ("million" in start))
        for start, limit in zip(STARTS, (0.3, 2.0, 3.0, 3.0, 1.0), strict=True)
    ],
)
def test_a_fresh_process_starts_quickly(start, limit):
    assert fresh_process(STARTS[start]) < limit


def test_not_slower_than_a_loop_written_by_hand():
    from derivations.deep_linear import mode_strength

    t, loop = np.linspace(0, 20, 2_000_000), hand_written()
    for at in ({"s": 1.0, "u0": 1e-3, "tau": 2.0}, {"s": 0.5, "u0": 0.75, "tau": 1.0}):
        np.testing.assert_allclose(mode_strength(t=t, **at), loop(t, **at), rtol=1e-13)
        seconds = alternating(lambda at=at: mode_strength(t=t, **at), lambda at=at: loop(t, **at))
        # a tenth for two runs that are never equally disturbed
        assert median_ratio(*seconds) < 1.1


LIMITS = {
    "sigmoid": {REFERENCE: 0.45, BY_HAND: 0.4},
    "arc-cosine, 3 layers": {REFERENCE: 0.3, BY_HAND: 0.3},
    "mixture score": {REFERENCE: 0.3, BY_HAND: 0.5},
}
"""Of a peer's CPU time. lambdify's temporaries are cheap where they are small, as here, and NumPy's own
exponentials take a third of a C library's where the processor has AVX-512."""


@pytest.mark.slow
@pytest.mark.parametrize("formula", formulas(1_000_000), ids=LIMITS)
def test_vectorised_loops_beat_what_others_make_of_a_formula(formula):
    seconds = {name: min(runs) for name, runs in measured(formula, repeats=10).items()}
    ours = seconds.pop(OURS)
    for peer, theirs in seconds.items():
        assert ours < LIMITS[formula.name].get(peer, 1.0) * theirs, peer


def test_a_first_formula_compiles_quickly(tmp_path, monkeypatch):
    import time

    from derivations.deep_linear import mode_strength
    from theory.backends.fused import LARGE, fused

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    t = np.linspace(0, 9, LARGE)
    mode_strength(t=t, s=1.0, u0=0.1, tau=1.0)  # numba itself has started
    fused.cache_clear()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "empty"))
    started = time.process_time()
    mode_strength(t=t, s=1.0, u0=0.1, tau=1.0)
    assert time.process_time() - started < 0.5
