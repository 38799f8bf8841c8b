"""A comparison runs its simulation, judges its prediction, and can fail."""

from __future__ import annotations

import json

import numpy as np
import pytest

from theory.comparison import Comparison
from theory.simulation import Diverged, Measurement, Simulation, descend, replicate
from theory.tolerance import Discretisation, FiniteSize, MonteCarlo, RoundOff

STRENGTHS = np.array([1.0, 2.0])


def train(*, xp, rng, progress, step, tau):
    """Gradient descent of two decoupled, balanced modes of a two-layer linear network."""
    s, a = xp.asarray(STRENGTHS), xp.asarray(np.sqrt(rng.uniform(0.05, 0.1, size=2)))

    def gradient(weights):
        a, b = weights
        return -b * (s - a * b) / tau, -a * (s - a * b) / tau

    def observe(weights):
        return weights[0] * weights[1]

    path = descend(
        (a, a), gradient, step=step, record_at=(0.5, 1, 1.5, 2), observe=observe, progress=progress
    )
    return Measurement(path.observations, {"t": path.times[:, None], "s": s, "u0": a * a}, steps=path.steps)


def sigmoid(t, s, u0, tau):
    return s / (1 + (s / u0 - 1) * np.exp(-2 * s * t / tau))


LADDER = (1 / 16, 1 / 32, 1 / 64, 1 / 128)
training = Simulation(
    train, {"laptop": {}, "fine": {"step": (1 / 64, 1 / 128, 1 / 256)}, "bad": {"step": 0.1}}
)
sigmoidal = Comparison(sigmoid, training, {"tau": 1.5}, Discretisation(1, LADDER))


def sample(*, xp, rng, progress, width, replicates=64):
    """The variance estimated by the biased mean of squares, and the mean absolute deviation."""

    def draw(rng):
        x = xp.asarray(rng.normal(size=width))
        return xp.stack([xp.mean((x - xp.mean(x)) ** 2), xp.mean(xp.abs(x))])

    return Measurement(replicate(draw, replicates, rng=rng, progress=progress))


sampling = Simulation(sample, {"laptop": {"replicates": 200}})
moments = Comparison(lambda: np.array([1, np.sqrt(2 / np.pi)]), sampling, {}, FiniteSize(1, (10, 20, 40, 80)))
at_fixed_width = Comparison(lambda width: np.sqrt(2 / np.pi), Simulation(
    lambda *, xp, rng, progress, width: Measurement(np.abs(rng.normal(size=(100, width))).mean(axis=1))
), {"width": 50}, MonteCarlo())  # fmt: skip


def test_training_lands_on_the_sigmoid():
    verdict = sigmoidal.run(seed=1)
    assert verdict.holds and verdict.components == 2 and verdict.seed == 1
    assert verdict.observed_rate == pytest.approx(verdict.expected_rate, abs=0.05)
    assert "sigmoidal holds: left over" in verdict.description and "seed 1" in str(verdict)
    assert training.description.startswith("Gradient descent of two decoupled")


@pytest.mark.parametrize(
    "mutant",
    [
        lambda t, s, u0, tau: s / (1 + (s / u0 - 1) * np.exp(-s * t / tau)),
        lambda t, s, u0, tau: s / (1 + (s / u0 + 1) * np.exp(-2 * s * t / tau)),
        lambda t, s, u0, tau: s / (1 + (s / u0) * np.exp(-2 * s * t / tau)),
        lambda t, s, u0, tau: s / (1 + (s / u0 - 1) * np.exp(2 * s * t / tau)),
        lambda t, s, u0, tau: u0 / (1 + (s / u0 - 1) * np.exp(-2 * s * t / tau)),
        lambda t, s, u0, tau: s / (1 + (s / u0 - 1) * np.exp(-2 * s * t)),
        lambda t, s, u0, tau: 1.0001 * sigmoid(t, s, u0, tau),
    ],
)
def test_mutants_fall_without_another_simulation(mutant):
    sigmoidal.run(seed=1)
    measured = sigmoidal._last["measured"]
    assert not sigmoidal.verdict_of(mutant).holds
    assert sigmoidal._last["measured"] is measured


def test_a_finite_size_comparison_and_its_mutants():
    verdict = moments.run(seed=7)
    assert verdict.holds, verdict
    assert verdict.details["false_alarm"] == pytest.approx(4e-10, rel=1e-12)
    for wrong in ([1.1, np.sqrt(2 / np.pi)], [1, np.sqrt(1 / np.pi)]):
        assert not moments.verdict_of(lambda wrong=wrong: np.array(wrong)).holds


def test_the_simulation_gets_what_it_names_of_at():
    assert at_fixed_width.run(seed=2).holds


def test_a_seed_is_drawn_when_none_is_given_and_repeats_the_run():
    first, second = at_fixed_width.run(), at_fixed_width.run()
    assert first.seed != second.seed
    assert at_fixed_width.run(seed=first.seed) == first


def test_rungs_of_sizes_draw_independently_and_rungs_of_steps_alike():
    sigmoidal.run(seed=1)
    starts = [m.inputs["u0"] for m in sigmoidal._last["measured"]]
    assert all(np.array_equal(u0, starts[0]) for u0 in starts)
    firsts = []

    def peek(*, xp, rng, progress, width):
        firsts.append(rng.normal())
        return Measurement(np.zeros((8, 1)))

    Comparison(lambda: 0.0, Simulation(peek), {}, FiniteSize(1, (1, 2, 3))).run(seed=1)
    assert len(set(firsts)) == 3


def test_another_scale_is_the_same_comparison_on_its_own_ladder():
    verdict = sigmoidal.run(seed=1, scale="fine")
    assert (
        verdict.holds and verdict.scale == "fine" and verdict.details["steps"] == (1 / 64, 1 / 128, 1 / 256)
    )
    with pytest.raises(ValueError, match="no scale 'gpu', only laptop, fine, bad"):
        sigmoidal.run(seed=1, scale="gpu")
    with pytest.raises(ValueError, match="step = 0.1 must be a whole ladder"):
        sigmoidal.run(seed=1, scale="bad")
    with pytest.raises(ValueError, match="step: varied by the tolerance"):
        Comparison(sigmoid, training, {"step": 0.1}, Discretisation(1, LADDER))


def test_a_verdict_is_plain_json():
    for verdict in (sigmoidal.run(seed=1), sigmoidal.verdict_of(lambda **_: np.nan)):
        plain = json.loads(json.dumps(verdict.as_dict(), allow_nan=False))
        assert plain["holds"] is verdict.holds and plain["seed"] == 1 and plain["backend"] == "numpy"


@pytest.mark.parametrize(
    ("prediction", "reason"),
    [
        (lambda **_: 1 / 0, "raised ZeroDivisionError: division by zero"),
        (lambda **_: np.array([1.0, np.nan]), "not finite in 1 of 2"),
        (lambda **_: np.ones(5), "has shape (5,), the measurement (4, 2)"),
        (lambda **_: 1j, "complex128, not real"),
        (lambda t: t, "raised TypeError"),
    ],
)
def test_a_prediction_that_fails_does_not_hold_and_says_why(prediction, reason):
    sigmoidal.run(seed=1)
    verdict = sigmoidal.verdict_of(prediction)
    assert not verdict.holds and verdict.statistic == np.inf
    assert reason in verdict.details["reason"] and reason in verdict.description


def test_a_simulation_that_fails_is_an_error():
    with pytest.raises(Diverged, match="step = 100 is too large"):
        Comparison(
            lambda: 0.0,
            Simulation(lambda *, xp, rng, progress, step: descend(
                (xp.asarray([1.0, 1.0]),), lambda w: (w[0] ** 3,), step=step, steps=400, record_every=100,
                observe=lambda w: w[0],
            )),
            {},
            Discretisation(1, (100, 50, 25)),
        ).run(seed=1)  # fmt: skip
    lost = Simulation(lambda **_: Measurement(np.array([1.0, np.inf])))
    with pytest.raises(ArithmeticError, match="1 of 2 measured values are not finite"):
        Comparison(lambda: 1.0, lost, {}, RoundOff(1)).run()
    whole = Simulation(lambda **_: Measurement(np.array([1, 2])))
    with pytest.raises(TypeError, match="int64, not real floating-point"):
        Comparison(lambda: 1.0, whole, {}, RoundOff(1)).run()


def test_an_interrupt_passes_through():
    def interrupted(**_):
        raise KeyboardInterrupt

    sigmoidal.run(seed=1)
    with pytest.raises(KeyboardInterrupt):
        sigmoidal.verdict_of(interrupted)


def test_tuples_are_selected_from_or_stacked_last():
    pair = Simulation(
        lambda **_: Measurement(np.array([[1.0, 3.0], [2.0, 6.0]]), {"x": np.array([1.0, 2.0])})
    )

    def both(x):
        return x, 3 * x

    assert Comparison(both, pair, {}, RoundOff(1)).run().holds
    single = Simulation(lambda **_: Measurement(np.array([3.0, 6.0]), {"x": np.array([1.0, 2.0])}))
    assert Comparison(both, single, {}, RoundOff(1), select=1).run().holds
    assert not Comparison(both, single, {}, RoundOff(1), select=0).run().holds


def test_an_argument_given_twice_is_an_error():
    twice = Simulation(lambda **_: Measurement(np.array([1.0]), {"x": np.array([1.0])}))
    with pytest.raises(ValueError, match="x: given by at= and read off the model"):
        Comparison(lambda x: x, twice, {"x": 1.0}, RoundOff(1)).run()


def test_judging_before_measuring_is_an_error():
    with pytest.raises(RuntimeError, match="call run"):
        Comparison(sigmoid, training, {"tau": 1.0}, Discretisation(1, LADDER)).verdict_of(sigmoid)


def test_progress_runs_from_rung_to_rung_to_the_end():
    seen = []
    sigmoidal.run(seed=1, progress=lambda done, total: seen.append(done / total))
    assert seen == sorted(seen) and seen[-1] == 1 and len(seen) > 20


@pytest.mark.parametrize("backend", ["jax", pytest.param("torch", marks=pytest.mark.peers("torch"))])
def test_other_libraries_land_on_the_same_prediction(backend):
    pytest.importorskip(backend, reason=f"{backend} is not installed")
    verdict = sigmoidal.run(seed=1, backend=backend)
    assert verdict.holds and verdict.backend == backend and verdict.device == "cpu"


def test_a_verdict_says_when_the_simulation_knows_numpy_only():
    pytest.importorskip("jax", reason="jax is not installed")

    def run(through):
        made = Simulation(lambda *, xp, **_: Measurement(through(xp)))
        return Comparison(lambda: 1.0, made, {}, RoundOff(1)).run(seed=1, backend="jax")

    for moved in (lambda xp: xp.asarray(np.ones(3)), lambda xp: np.ones(3)):
        verdict = run(moved)
        assert verdict.details["simulated_by"] == "numpy"
        assert "simulated by numpy" in verdict.description
    for own in (
        lambda xp: xp.ones(3),
        lambda xp: xp.asarray(np.zeros(3)) + 1,
        lambda xp: xp.exp(xp.zeros(3)),
    ):
        verdict = run(own)
        assert verdict.details["simulated_by"] == "jax"
        assert "simulated by" not in verdict.description
