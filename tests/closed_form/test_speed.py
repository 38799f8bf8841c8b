"""What the first closed form costs: to import, to evaluate first, and on many points."""

import numpy as np
import pytest

from benchmarks.__main__ import STARTS
from benchmarks.measure import POINTS, alternating, fresh_process, hand_written, median_ratio


@pytest.mark.parametrize(("start", "limit"), list(zip(STARTS, (0.3, 2.0, 3.0, 3.0), strict=True)))
def test_a_fresh_process_starts_quickly(start, limit):
    assert min(fresh_process(STARTS[start]) for _ in range(3)) < limit  # the least disturbed of three


def test_not_slower_than_a_loop_written_by_hand():
    from derivations.deep_linear import mode_strength

    t, loop = np.linspace(0, 20, POINTS), hand_written()
    for at in ({"s": 1.0, "u0": 1e-3, "tau": 2.0}, {"s": 0.5, "u0": 0.75, "tau": 1.0}):
        np.testing.assert_allclose(mode_strength(t=t, **at), loop(t, **at), rtol=1e-13)
        seconds = alternating(lambda at=at: mode_strength(t=t, **at), lambda at=at: loop(t, **at))
        # a tenth for two runs that are never equally disturbed
        assert median_ratio(*seconds) < 1.1
