"""Bounds are honest: they reject what is wrong, and what is right no oftener than they say."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from scipy import stats

from theory.simulation import Measurement, generator
from theory.tolerance import (
    FAMILY_BUDGET,
    FAMILY_SIZE,
    PER_TEST,
    Discretisation,
    FiniteSize,
    MonteCarlo,
    RoundOff,
    extrapolate,
    hotelling_bound,
    student_bound,
)
from theory.ulps import ulps_between

TAIL = 1e-6
"""The chance that a calibration test below fails although the tolerance is calibrated."""


def as_expected(count: int, tests: int, level: float) -> bool:
    """Whether so many rejections are within the central 1 - TAIL of their binomial distribution."""
    low, high = stats.binom.interval(1 - TAIL, tests, level)
    return bool(low <= count <= high)


def monte_carlo(values, prediction):
    return MonteCarlo().judge([Measurement(np.asarray(values))], [np.asarray(prediction)])


# ---- bounds ---------------------------------------------------------------------------------


def test_bounds_are_the_quantiles_of_the_budget():
    assert PER_TEST * FAMILY_SIZE == pytest.approx(FAMILY_BUDGET, rel=1e-15)
    for freedom in (7, 31, 1000):
        assert 2 * stats.t.sf(student_bound(freedom), freedom) == pytest.approx(PER_TEST, rel=1e-9)
    assert hotelling_bound(1, 31) == pytest.approx(student_bound(31) ** 2, rel=1e-9)
    # Hotelling's T² with very many degrees of freedom is chi²; it differs by O(1/freedom).
    assert hotelling_bound(3, 10**7) == pytest.approx(stats.chi2.isf(PER_TEST, 3), rel=1e-5)
    with pytest.raises(ValueError, match="12 sizes need more than 10 replicates"):
        hotelling_bound(10, 8)


# ---- MonteCarlo -----------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [11, 12, 13])
@pytest.mark.parametrize("replicates", [8, 40])
def test_monte_carlo_z_is_calibrated_under_the_null(seed, replicates):
    values = 3 + generator(seed).normal(size=(replicates, 4000)) * np.geomspace(1e-3, 1e3, 4000)
    judged = monte_carlo(values, 3.0)
    loose = stats.t.isf(0.025, replicates - 1)
    assert as_expected(np.sum(np.abs(judged.details["z"]) > loose), 4000, 0.05)
    assert judged.holds and judged.components == judged.tests == 4000


@pytest.mark.parametrize("shift", [0.01, 0.05])
def test_monte_carlo_rejects_a_shift_of(shift):
    values = 1 + 0.02 * generator(5).normal(size=(400, 3))
    assert monte_carlo(values, 1.0).holds
    assert not monte_carlo(values, [1.0, 1.0, 1 + shift]).holds


def test_the_kernel_five_per_cent_wrong_that_atol_and_rtol_accept_is_rejected():
    angle = np.array([0.3, 1.0, 2.0])
    rng = generator(8)
    w = rng.normal(size=(64, 4000, 2))
    other = np.stack([np.cos(angle), np.sin(angle)])
    here, there = np.maximum(w[..., :1], 0), np.maximum(w @ other, 0)
    kernel = (np.sin(angle) + (np.pi - angle) * np.cos(angle)) / (2 * np.pi)
    measured = np.mean(here * there, axis=1)
    assert np.allclose(np.mean(measured, axis=0), 1.05 * kernel, atol=0.01, rtol=0.05)
    assert monte_carlo(measured, kernel).holds
    assert not monte_carlo(measured, 1.05 * kernel).holds


def test_monte_carlo_resolution_is_what_it_would_notice():
    values = 1 + 0.1 * generator(3).normal(size=(100, 1))
    judged = monte_carlo(values, 1.0)
    mean = values.mean()
    for factor, holds in ((0.98, True), (1.02, False)):
        assert monte_carlo(values, mean + factor * judged.resolution * np.max(values)).holds is holds


def test_a_component_that_never_fluctuates_is_held_to_round_off():
    values = np.full((10, 1), 0.1)
    assert monte_carlo(values, 0.1).holds
    assert not monte_carlo(values, 0.1 * (1 + 1e-10)).holds
    assert monte_carlo(np.zeros((10, 1)), 0.0).holds
    assert not monte_carlo(np.zeros((10, 1)), 1e-200).holds


def test_too_few_replicates_are_refused():
    with pytest.raises(ValueError, match="7 replicates.*at least 8"):
        monte_carlo(np.zeros((7, 2)), 0.0)


# ---- Discretisation -------------------------------------------------------------------------

STEPS = (0.04, 0.02, 0.01, 0.005)
TIMES = np.linspace(0.4, 2, 5)


def euler(rates, step, *, start=1.0, dtype=float):
    """Euler steps for du/dt = -rate * u, each component at TIMES."""
    counts = np.rint(TIMES / step)[:, None]
    values = (start * (1 - step * np.asarray(rates)) ** counts).astype(dtype)
    return Measurement(values, {"t": TIMES[:, None]}, steps=int(counts[-1, 0]))


def ladder(rates, prediction, *, order=1, start=1.0):
    tolerance = Discretisation(order, STEPS)
    return tolerance.judge(
        [euler(rates, h, start=start) for h in tolerance.ladder], [prediction] * len(STEPS)
    )


def decay(rates, start=1.0):
    return start * np.exp(-np.asarray(rates) * TIMES[:, None])


def test_euler_steps_extrapolate_to_the_flow_at_first_order():
    judged = ladder([0.5, 1.0, 3.0], decay([0.5, 1.0, 3.0]))
    assert judged.holds and judged.statistic < 0.5 and judged.tests == 0
    assert judged.observed_rate == pytest.approx(1, abs=0.01)
    assert judged.resolution < 1e-5


@pytest.mark.parametrize("change", [1e-4, 0.01, 0.05])
def test_a_wrong_rate_is_rejected(change):
    assert not ladder([1.0], decay([1 + change])).holds


def test_a_small_mode_spoiled_alone_is_not_hidden_by_a_large_one():
    start = np.array([1e3, 1e-4])
    assert ladder([1.0, 2.0], decay([1.0, 2.0], start), start=start).holds
    assert not ladder([1.0, 2.0], decay([1.0, 2.02], start), start=start).holds


def test_the_wrong_order_is_rejected():
    judged = ladder([1.0], decay([1.0]), order=2)
    assert not judged.holds and judged.observed_rate == pytest.approx(1, abs=0.01)
    second = [Measurement(decay([1.0]) * (1 + h**2 * (1 + TIMES[:, None]) + h**3), steps=100) for h in STEPS]
    assert Discretisation(2, STEPS).judge(second, [decay([1.0])] * 4).holds
    assert not Discretisation(1, STEPS).judge(second, [decay([1.0])] * 4).holds


def test_exact_agreement_counts_within_round_off_only():
    exact = [Measurement(decay([1.0]) * (1 + 2e-16 * (-1) ** i), steps=100) for i in range(4)]
    judged = Discretisation(1, STEPS).judge(exact, [decay([1.0])] * 4)
    assert judged.holds and judged.observed_rate is None
    assert not Discretisation(1, STEPS).judge(exact, [decay([1.0]) * (1 + 1e-9)] * 4).holds


def test_float32_is_allowed_its_own_rounding():
    measured = [Measurement(decay([1.0]).astype("float32"), steps=10) for _ in STEPS]
    assert Discretisation(1, STEPS).judge(measured, [decay([1.0])] * 4).holds


def test_a_ladder_must_halve_and_record_the_same_times():
    for steps in ((0.1, 0.05), (0.1, 0.05, 0.02), (0.1, 0.05, -0.025), (0.025, 0.05, 0.1)):
        with pytest.raises(ValueError, match="steps = "):
            Discretisation(1, steps)
    with pytest.raises(ValueError, match="order = 0"):
        Discretisation(0, STEPS)
    other = Measurement(np.ones((5, 1)), {"t": TIMES[:, None] * 1.001})
    rungs = [euler([1.0], h) for h in STEPS[:3]] + [other]
    with pytest.raises(ValueError, match="t differs"):
        Discretisation(1, STEPS).judge(rungs, [decay([1.0])] * 4)


# ---- FiniteSize -----------------------------------------------------------------------------

SIZES = (16, 32, 64, 128)


def sized(seed, *, components=1, replicates=64, bias=3.0, exponent=1.0, noise=1.0):
    """Values with mean 1 + bias/size**exponent and scatter noise/size."""
    rng = generator(seed)
    shape = (replicates, components)
    return [Measurement(1 + bias * n**-exponent + noise / n * rng.normal(size=shape)) for n in SIZES]


def judge_sizes(measured, prediction=1.0, exponent=1.0):
    return FiniteSize(exponent, SIZES).judge(measured, [np.asarray(prediction)] * len(SIZES))


def test_a_component_that_is_always_zero_refuses_any_other_prediction_in_a_ladder_of_sizes():
    """Its error is no more than the smallest number; dividing by it must not be an accident."""
    rng = generator(0)
    measured = [Measurement(np.column_stack([np.zeros(16), 1 + rng.normal(size=16) / n])) for n in SIZES]
    for predicted, holds in ((0.0, True), (0.01, False)):
        tolerance = FiniteSize(1, SIZES)
        assert tolerance.judge(measured, [np.array([predicted, 1.0])] * len(SIZES)).holds is holds


@pytest.mark.parametrize("seed", [21, 22, 23])
def test_extrapolation_to_infinite_size_is_calibrated_under_the_null(seed):
    measured = sized(seed, components=4000)
    mean = np.stack([m.values.mean(axis=0) - 1 for m in measured])
    error = np.stack([m.values.std(axis=0, ddof=1) / 8 for m in measured])
    delta, spread, misfit = extrapolate(SIZES, mean, error, 1.0)
    assert as_expected(np.sum(np.abs(delta / spread) > stats.t.isf(0.025, 63)), 4000, 0.05)
    loose = 2 * 63 / 62 * stats.f.isf(0.05, 2, 62)
    # Errors estimated one by one scatter less than a covariance would: Hotelling is a safe bound.
    assert np.sum(misfit > loose) <= stats.binom.isf(TAIL, 4000, 0.05)
    judged = judge_sizes(measured)
    assert judged.holds and judged.tests == 2 * judged.components == 8000
    # An error enlarged by the misfit can only make rejections rarer.
    wide = np.sum(np.abs(judged.details["z"]) > stats.t.isf(0.025, 63))
    assert wide <= stats.binom.isf(TAIL, 4000, 0.05)


@pytest.mark.parametrize("shift", [0.01, 0.05])
def test_a_limit_shifted_is_rejected(shift):
    measured = sized(31, noise=0.2)
    assert judge_sizes(measured).holds
    assert not judge_sizes(measured, 1 + shift).holds


def test_the_wrong_exponent_is_rejected_and_the_right_one_observed():
    measured = sized(32, noise=0.1, exponent=2.0, bias=100.0)
    judged = judge_sizes(measured, exponent=2.0)
    assert judged.holds
    assert judged.observed_rate == pytest.approx(2, abs=0.05) and judged.expected_rate == 2
    assert not judge_sizes(measured, exponent=0.5).holds


def test_a_rate_below_the_noise_is_not_made_up():
    judged = judge_sizes(sized(33, bias=0.0))
    assert judged.holds and judged.observed_rate is None and "not resolved" in judged.summary


def test_sizes_are_checked():
    for sizes in ((10, 20), (10, 20, 20), (0, 1, 2)):
        with pytest.raises(ValueError, match="sizes = "):
            FiniteSize(1, sizes)
    with pytest.raises(ValueError, match="exponent = -1"):
        FiniteSize(-1, SIZES)


# ---- RoundOff -------------------------------------------------------------------------------


def test_round_off_counts_ulps():
    x = np.array([1.0, np.pi, 1e-310])
    near = np.nextafter(np.nextafter(x, 2), 2)
    assert RoundOff(2).judge([Measurement(near)], [x]).holds
    judged = RoundOff(1).judge([Measurement(near)], [x])
    assert not judged.holds and judged.statistic == 2
    with pytest.raises(ValueError, match="ulps = 0"):
        RoundOff(0)


@pytest.mark.parametrize(
    ("actual", "reference", "expected"),
    [
        (0.0, 0.0, 0),
        (-0.0, 0.0, 0),
        (5e-324, 0.0, 1),
        (np.inf, np.inf, 0),
        (-np.inf, np.inf, np.inf),
        (np.finfo(float).max, np.inf, 1),
        (np.inf, 1.0, np.inf),
        (np.nan, np.nan, 0),
        (np.nan, 1.0, np.inf),
        (1.0, np.nan, np.inf),
        (1 + 2**-52, 1.0, 1),
        (np.float32(1 + 2**-23), 1.0, 1),
        (np.float32(np.inf), 1e300, 0),
        (1.0, Fraction(1), 0),
        (1 / 3, Fraction(1, 3), 1 / 3),
        (np.inf, Fraction(10) ** 400, 0),
        (-np.inf, -(Fraction(10) ** 400), 0),
        (0.0, Fraction(1, 10**400), 0),
    ],
)
def test_ulps(actual, reference, expected):
    assert ulps_between(actual, reference) == pytest.approx(expected, abs=1e-12)


def test_ulps_of_a_ball_include_its_radius():
    flint = pytest.importorskip("flint", reason="python-flint (rigorous balls) is not installed")
    with flint.ctx.workprec(200):
        third = flint.arb(1) / 3
        assert ulps_between(1 / 3, third) == pytest.approx(1 / 3, abs=1e-12)
        assert ulps_between(1 / 3, third + flint.arb(0, 2**-54)) == pytest.approx(4 / 3, abs=1e-6)
        assert ulps_between([1.0, 1.0], np.array([flint.arb(1), flint.arb("nan")])).tolist() == [0, np.inf]
