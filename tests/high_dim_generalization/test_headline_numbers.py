"""The numbers of the theory's card, and results that agree with each other."""

import numpy as np
import pytest

from derivations.high_dim_generalization import (
    best_ridge_error,
    generalisation_error,
    generalisation_error_at_one,
    late_generalisation_error,
    ridge_error,
    stopping_time,
    stopping_time_of_a_mode,
    training_error,
    training_error_at_one,
)
from derivations.high_dim_generalization.interpolation_point import fitted_noise, root_law, strength_in_full
from derivations.high_dim_generalization.setting import t
from derivations.high_dim_generalization.spectrum import in_the_bulk, mean_eigenvalue, mean_squared_eigenvalue
from theory.backends.rigorous import ball

RATIOS = (0.5, 1.0, 2.0)


def test_the_best_ridge():
    found = best_ridge_error(np.array(RATIOS), 5.0)
    assert found == pytest.approx([0.821699, 0.558258, 0.348331], abs=1e-6)
    assert ridge_error(0.2, np.array(RATIOS), 5.0) == pytest.approx(found, rel=1e-14)


def test_the_best_time_and_its_error():
    times = stopping_time(np.array(RATIOS), 5.0, 0.0)
    assert times == pytest.approx([2.70715, 3.06707, 2.39352], abs=1e-5)
    errors = generalisation_error(times, np.array(RATIOS), 5.0, 0.0)
    assert errors == pytest.approx([0.826066, 0.567516, 0.354071], abs=1e-6)


def test_late_errors():
    assert late_generalisation_error(0.5, 5.0, 0.0) == pytest.approx(0.9, rel=1e-15)
    assert late_generalisation_error(2.0, 5.0, 0.0) == pytest.approx(0.4, rel=1e-15)
    assert generalisation_error(1e4, 0.5, 5.0, 0.0) == pytest.approx(0.9, rel=1e-14)


def test_overtraining_at_the_interpolation_point():
    assert generalisation_error_at_one(10.0, 5.0, 0.0) == pytest.approx(0.649597, abs=1e-6)
    assert generalisation_error_at_one(100.0, 5.0, 0.0) == pytest.approx(1.463684, abs=1e-6)
    assert float(root_law.rhs) == pytest.approx(0.660989, abs=1e-6)
    growth = ball(fitted_noise.rhs, {t: 10**6}) / 1000
    assert float(growth) == pytest.approx(float(root_law.rhs), rel=2e-3)


def test_the_moments_of_the_law():
    assert str(in_the_bulk.rhs) == "Min(1, alpha)"
    assert str(mean_eigenvalue.rhs) == "alpha"
    assert str(mean_squared_eigenvalue.rhs) == "alpha*(alpha + 1)"


def test_the_bessel_functions_are_the_integrals_at_one():
    times = np.geomspace(1e-3, 1e5, 60)
    at_one = generalisation_error_at_one(times, 2.0, 0.7), training_error_at_one(times, 2.0, 0.7)
    any_ratio = generalisation_error(times, 1.0, 2.0, 0.7), training_error(times, 1.0, 2.0, 0.7)
    for found, expected in zip(at_one, any_ratio, strict=True):
        assert np.max(np.abs(found / expected - 1)) < 1e-14


def test_the_best_time_at_one_solves_the_bessel_equation():
    best = stopping_time(1.0, 5.0, 0.0)
    assert float(ball(strength_in_full.rhs, {t: best})) == pytest.approx(np.log(5.0), rel=1e-13)


@pytest.mark.parametrize("strength", [0.1, 1.0, 30.0])
def test_many_data_are_stopped_as_one_mode(strength):
    assert stopping_time(1e6, strength, 0.0) == pytest.approx(
        stopping_time_of_a_mode(1e6, strength, 0.0), rel=1e-3
    )


@pytest.mark.parametrize("alpha", [0.2, 1.0, 1.7, 20.0])
@pytest.mark.parametrize("strength", [0.1, 2.0, 100.0])
def test_early_stopping_is_no_better_than_the_best_ridge_and_close_to_it(alpha, strength):
    stopped = generalisation_error(stopping_time(alpha, strength, 0.0), alpha, strength, 0.0)
    assert 0 <= stopped / best_ridge_error(alpha, strength) - 1 < 0.027
