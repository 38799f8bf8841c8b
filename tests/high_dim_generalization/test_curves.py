"""The curves of generalisation: right to ten digits and more, fast, and only where they are defined."""

import time

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from derivations.high_dim_generalization import (
    error_of_a_large_student,
    error_of_a_small_student,
    frozen_error,
    generalisation_error,
    generalisation_error_at_one,
    late_error_with_fewer_data,
    late_error_with_more_data,
    late_generalisation_error,
    late_training_error,
    ridge_error,
    stopping_time,
    training_error,
)


def reference(t, alpha, SNR, INR):
    """Both errors by mpmath over the eigenvalues themselves, in the law's own density."""
    with mp.workdps(30):
        t, alpha, SNR, INR = map(mp.mpf, (t, alpha, SNR, INR))
        low, high = (1 - mp.sqrt(alpha)) ** 2, (1 + mp.sqrt(alpha)) ** 2

        def over(f):
            def at(v):
                x = low + (high - low) * mp.sin(v / 2) ** 2
                return mp.sqrt((high - x) * (x - low)) / (2 * mp.pi * x) * f(x) * (high - low) * mp.sin(v) / 2

            scale = min(mp.pi, 1 / mp.sqrt(1 + t * (high - low)))
            gap = min(mp.pi, mp.sqrt(low + mp.mpf(10) ** -12))
            cuts = sorted({mp.mpf(0), mp.pi, *(min(mp.pi, c * k) for c in (scale, gap) for k in (1, 4, 16))})
            return mp.quad(at, cuts)

        test = over(lambda x: (1 + INR) * mp.exp(-2 * x * t) + mp.expm1(-x * t) ** 2 / (x * SNR))
        # in units of the slowest decay, as mpmath stops at absolute errors
        train = over(lambda x: (x * (1 + INR) + 1 / SNR) * mp.exp(-2 * (x - low) * t)) * mp.exp(-2 * low * t)
        return (
            test + max(0, 1 - alpha) * (1 + INR) + 1 / SNR,
            (train + max(0, alpha - 1) / SNR) / alpha,
        )


POINTS = [
    (0.3, 0.4), (2.5, 1.0), (40.0, 1.0), (1e4, 1.0), (7.0, 1.001), (3e3, 0.98), (1e5, 1.02), (1e-3, 5.0),
    (0.05, 80.0), (200.0, 0.05), (30.0, 3.0), (1.0, 1e-3),
]  # fmt: skip


@pytest.mark.parametrize(("t", "alpha"), POINTS)
def test_both_curves_against_thirty_digits(t, alpha):
    exact = reference(t, alpha, 3.0, 0.4)
    found = generalisation_error(t, alpha, 3.0, 0.4), training_error(t, alpha, 3.0, 0.4)
    for ours, theirs in zip(found, exact, strict=True):
        assert abs(ours - theirs) <= 1e-10 * abs(theirs) + 1e-300


@pytest.mark.parametrize("curve", [generalisation_error, training_error], ids=["test", "training"])
def test_a_thousand_points_take_less_than_a_second(curve):
    rng = np.random.default_rng(0)
    t, alpha = 10 ** rng.uniform(-3, 5, 1000), 10 ** rng.uniform(-2, 2, 1000)
    curve(t[:2], alpha[:2], 5.0, 0.3)  # compiled once
    start = time.process_time()
    found = curve(t, alpha, 5.0, 0.3)
    assert time.process_time() - start < 1
    assert found.shape == (1000,) and np.all(np.isfinite(found))


positive = st.floats(1e-2, 1e2)


@given(alpha=positive, SNR=positive, INR=st.floats(0, 10))
@settings(max_examples=15, deadline=None)
def test_the_curves_begin_at_the_start_and_end_at_the_late_errors(alpha, SNR, INR):
    assert generalisation_error(0.0, alpha, SNR, INR) == pytest.approx(1 + INR + 1 / SNR, rel=1e-13)
    assert training_error(0.0, alpha, SNR, INR) == pytest.approx(1 + INR + 1 / SNR, rel=1e-13)
    if abs(alpha - 1) > 0.1:
        late = late_generalisation_error(alpha, SNR, INR)
        assert generalisation_error(1e6, alpha, SNR, INR) == pytest.approx(late, rel=1e-12)
        assert training_error(1e6, alpha, SNR, INR) == pytest.approx(
            late_training_error(alpha, SNR), rel=1e-12
        )


@given(alpha=positive, SNR=positive, INR=st.floats(0, 10), t=st.floats(1e-3, 1e3))
@settings(max_examples=15, deadline=None)
def test_training_only_lowers_the_training_error_and_the_best_time_is_best(alpha, SNR, INR, t):
    assert training_error(1.1 * t, alpha, SNR, INR) <= training_error(t, alpha, SNR, INR)
    best = generalisation_error(stopping_time(alpha, SNR, INR), alpha, SNR, INR)
    assert best <= generalisation_error(t, alpha, SNR, INR) * (1 + 1e-14)
    assert best >= frozen_error(min(alpha, 0.999999), INR) * (alpha < 1) + 1 / SNR


@given(alpha=positive, SNR=positive, gamma=st.floats(1e-3, 1e3))
@settings(max_examples=15, deadline=None)
def test_no_ridge_is_better_than_the_inverse_of_the_signal_to_noise_ratio(alpha, SNR, gamma):
    assert ridge_error(1 / SNR, alpha, SNR) <= ridge_error(gamma, alpha, SNR) * (1 + 1e-14)


def test_finite_sizes_tend_to_the_curves():
    assert late_error_with_more_data(2_000_000, 1_000_000, 5.0) == pytest.approx(0.4, rel=2e-6)
    assert late_error_with_fewer_data(500_000, 1_000_000, 5.0, 0.3) == pytest.approx(
        late_generalisation_error(0.5, 5.0, 0.3), rel=2e-6
    )


def test_a_student_of_all_inputs_is_one_of_full_size():
    assert error_of_a_small_student(8, 30, 8, 2.0) == pytest.approx(late_error_with_more_data(30, 8, 2.0))
    assert error_of_a_large_student(30, 8, 30, 2.0) == pytest.approx(
        late_error_with_fewer_data(8, 30, 2.0, 0.0)
    )


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: generalisation_error(-1.0, 1.0, 1.0, 0.0), "t"),
        (lambda: generalisation_error(1.0, 0.0, 1.0, 0.0), "alpha"),
        (lambda: training_error(1.0, 1.0, -2.0, 0.0), "SNR"),
        (lambda: training_error(1.0, 1.0, 2.0, -0.5), "INR"),
        (lambda: generalisation_error_at_one(float("nan"), 1.0, 0.0), "t"),
        (lambda: ridge_error(0.0, 1.0, 1.0), "gamma"),
        (lambda: stopping_time(1.0, 0.0, 0.0), "SNR"),
        (lambda: late_generalisation_error(1.0, 2.0, 0.0), "alpha"),
        (lambda: frozen_error(1.5, 0.0), "alpha"),
        (lambda: error_of_a_small_student(9, 10, 20, 1.0), "P"),
        (lambda: error_of_a_large_student(9, 3, 8, 1.0), "N"),
    ],
)
def test_outside_its_domain_a_form_says_what_is_allowed(call, name):
    with pytest.raises(ValueError, match=name):
        call()
