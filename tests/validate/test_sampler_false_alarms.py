"""Correct samplers over fresh data, starts and draws: no alarm."""

import pytest

from benchmarks.false_alarms import repetition


@pytest.mark.parametrize("seed", [101, pytest.param(102, marks=pytest.mark.slow)])
def test_correct_samplers_raise_no_alarm(seed):
    alarms = {name: str(trial) for name, trial in repetition(seed, quick=True).items() if not trial.holds}
    assert not alarms


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(200, 220))
def test_nor_over_many_seeds(seed):
    alarms = {name: str(trial) for name, trial in repetition(seed).items() if not trial.holds}
    assert not alarms
