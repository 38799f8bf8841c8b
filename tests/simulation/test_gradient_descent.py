"""Gradient descent makes the steps it says, records when it says, and notices divergence."""

from __future__ import annotations

import numpy as np
import pytest

from theory.simulation import Diverged, descend, namespace

LIBRARIES = ["numpy", "jax", pytest.param("torch", marks=pytest.mark.peers("torch"))]


def decay(xp, **options):
    """Two weights falling at rates 1 and 2."""
    start = (xp.asarray([1.0, 2.0]), xp.asarray([[3.0]]))
    return descend(
        start, lambda w: [w[0], 2 * w[1]], observe=lambda w: xp.concat([w[0], w[1][0]]), step=0.25, **options
    )


@pytest.mark.parametrize("backend", LIBRARIES)
def test_steps_are_euler_steps(backend):
    pytest.importorskip(backend, reason=f"{backend} is not installed")
    with namespace(backend) as xp:
        path = decay(xp, steps=8, record_every=4)
        values = xp.to_numpy(path.observations)
    counts = np.array([0, 4, 8])[:, None]
    # Powers of 3/4 and 1/2 times small integers: exact in float64 for so few steps.
    assert np.array_equal(values, [1, 2, 3] * np.array([0.75, 0.75, 0.5]) ** counts)
    assert path.times.tolist() == [0, 1, 2] and path.steps == 8 and len(path.weights) == 2


def test_times_may_be_listed():
    path = decay(namespace(), record_at=(0, 0.5, 3))
    assert path.times.tolist() == [0, 0.5, 3] and path.steps == 12
    assert path.observations[:, 0].tolist() == [1, 0.75**2, 0.75**12]
    fine = descend(
        (np.ones(1),), lambda w: w, step=0.1, record_at=np.arange(1, 100) * 0.3, observe=lambda w: w[0]
    )
    assert fine.steps == 297


def test_recording_changes_nothing():
    often, seldom = (
        decay(namespace(), steps=50, record_every=1),
        decay(namespace(), steps=50, record_every=50),
    )
    assert np.array_equal(often.observations[-1], seldom.observations[-1])
    watched = decay(namespace(), steps=50, record_every=50, progress=lambda done, total: None)
    assert np.array_equal(watched.observations, seldom.observations)


@pytest.mark.parametrize("backend", LIBRARIES)
def test_divergence_is_an_error_in_one_line(backend):
    pytest.importorskip(backend, reason=f"{backend} is not installed")
    with (
        namespace(backend) as xp,
        pytest.raises(Diverged, match="between steps 0 and 100: step = 3 is too") as e,
    ):
        start = (xp.asarray([2.0]),)
        descend(start, lambda w: [w[0] ** 3], step=3, steps=200, record_every=100, observe=lambda w: w[0])
    assert "\n" not in str(e.value)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "say when to record"),
        ({"steps": 5}, "say when to record"),
        ({"steps": 5, "record_every": 1, "record_at": (1,)}, "say when to record"),
        ({"steps": 5, "record_every": 0}, "need steps >= 0, every >= 1"),
        ({"record_at": (0.25, 0.3)}, r"whole multiples of step = 0.25 \(0.3 is not\)"),
        ({"record_at": (1, 0.5)}, "increasing times"),
        ({"record_at": ()}, "increasing times"),
        ({"record_at": (-0.25, 0.5)}, "increasing times >= 0"),
    ],
)
def test_a_schedule_that_makes_no_sense_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        decay(namespace(), **options)


@pytest.mark.parametrize("step", [0, -1, np.nan, np.inf])
def test_the_step_must_be_positive(step):
    with pytest.raises(ValueError, match="finite step > 0"):
        descend((np.ones(1),), lambda w: w, step=step, steps=1, record_every=1, observe=lambda w: w[0])


def test_progress_is_told_even_when_little_is_recorded():
    seen = []
    decay(namespace(), steps=1000, record_every=1000, progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (1000, 1000) and len(seen) == 101
