"""Closed forms of generalisation held against finite students, on random data and on digits."""

from __future__ import annotations

from theory.comparison import Comparison
from theory.tolerance import FiniteSize, MonteCarlo

from ..curves import generalisation_error, training_error
from ..finite_size import late_error_with_fewer_data, late_error_with_more_data
from ..frozen_subspace import frozen_error
from ..interpolation_point import generalisation_error_at_one, training_error_at_one
from ..model_size import error_of_a_large_student, error_of_a_small_student
from ..ridge import ridge_error
from ..simulation.student import (
    errors_of_sizes,
    frozen_errors,
    late_errors,
    resolvent_traces,
    ridge_errors,
    squared_eigenvalues,
    stopping_times,
    test_errors,
    test_errors_at_one,
    training_errors,
    training_errors_at_one,
)
from ..spectrum import mean_inverse_with_ridge, resolvent_equation, second_moment_of_spectrum
from ..stopping import stopping_time

# Random data of growing size: the discrepancy falls as 1/N.
SIZES = FiniteSize(1, (16, 32, 64), varies="inputs_of")
RATIOS = (0.5, 1.0, 2.0)
STRENGTH = {"SNR": 3.0, "INR": 0.5}
NOISY = {"SNR": 0.5, "INR": 0.8}


def best_time(alpha, SNR, INR):
    """When to stop; its formula's mutants meet the equation it is the root of, not the solver."""
    return stopping_time(alpha, SNR, INR)


errors_over_time = Comparison(
    generalisation_error, test_errors, {"alpha": (0.25, *RATIOS), **STRENGTH}, SIZES
)
training_over_time = Comparison(
    training_error, training_errors, {"alpha": (0.25, *RATIOS), **STRENGTH}, SIZES
)
errors_at_one = Comparison(generalisation_error_at_one, test_errors_at_one, NOISY, SIZES)
training_at_one = Comparison(training_error_at_one, training_errors_at_one, NOISY, SIZES)
ridge_on_data = Comparison(
    ridge_error, ridge_errors, {"gamma": ((0.05,), (0.5,), (3.0,)), "alpha": RATIOS, "SNR": 2.0}, SIZES
)
traces_of_data = Comparison(
    mean_inverse_with_ridge,
    resolvent_traces,
    {"gamma": ((0.1,), (2.0,)), "alpha": RATIOS},
    SIZES,
    covers=(resolvent_equation,),
)
squares_of_data = Comparison(second_moment_of_spectrum, squared_eigenvalues, {"alpha": RATIOS}, SIZES)
best_times = Comparison(best_time, stopping_times, {"alpha": RATIOS, **STRENGTH}, SIZES)

# Exact at any size.
SMALL = {"P": (9, 12, 16), "N": (3, 5, 8), "SNR": 2.0}
least_squares = Comparison(late_error_with_more_data, late_errors, SMALL, MonteCarlo())
interpolation = Comparison(
    late_error_with_fewer_data,
    late_errors,
    {"P": (3, 5, 8), "N": (9, 12, 16), "SNR": 2.0, "INR": 0.5},
    MonteCarlo(),
)
small_students = Comparison(
    error_of_a_small_student, errors_of_sizes, {"n": (2, 4, 6), "P": 12, "N": 20, "SNR": 2.0}, MonteCarlo()
)
large_students = Comparison(
    error_of_a_large_student, errors_of_sizes, {"n": (10, 14, 20), "P": 4, "N": 20, "SNR": 2.0}, MonteCarlo()
)
frozen_directions = Comparison(
    frozen_error, frozen_errors, {"alpha": (0.25, 0.5, 0.75), "INR": 0.5}, MonteCarlo()
)
