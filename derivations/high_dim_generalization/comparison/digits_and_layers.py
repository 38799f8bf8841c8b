"""On real digits, and of students of several layers: predictions held against gradient descent."""

from __future__ import annotations

from theory.comparison import Comparison
from theory.tolerance import Discretisation, FiniteSize, MonteCarlo

from ..aligned_student import aligned_weight
from ..models.aligned import aligned_error
from ..models.deep import deep_student
from ..models.student import LinearStudent
from ..modes import error_of_a_mode, weight_of_a_mode
from ..simulation.digits import digit_modes, mode_errors_on_digits, test_on_digits, training_on_digits
from ..simulation.layers import aligned_errors, aligned_modes, deep_students

STEPS = Discretisation(1, (1 / 64, 1 / 128, 1 / 256, 1 / 512))
STRENGTH = {"SNR": 2.0, "INR": 0.5}


def test_error(t, data, held_out, SNR, INR):
    """On held-out digits, from the eigenvalues and vectors of those that were learnt from."""
    return LinearStudent(data, SNR, INR, held_out).test_error(t)


def training_error(t, data, SNR, INR):
    """On the digits that were learnt from, by their eigenvalues."""
    return LinearStudent(data, SNR, INR).training_error(t)


weights_on_digits = Comparison(weight_of_a_mode, digit_modes, {}, STEPS)
modes_on_digits = Comparison(error_of_a_mode, mode_errors_on_digits, STRENGTH, MonteCarlo())
test_error_on_digits = Comparison(test_error, test_on_digits, STRENGTH, MonteCarlo())
training_error_on_digits = Comparison(training_error, training_on_digits, STRENGTH, MonteCarlo())

# Students of several layers.
three_layers = Comparison(deep_student, deep_students, {"layers": 3}, STEPS)
two_aligned_layers = Comparison(aligned_weight, aligned_modes, {"epsilon_0": 0.3}, STEPS)
aligned_on_random_data = Comparison(
    aligned_error,
    aligned_errors,
    {"t": (0.5, 1.0, 2.0, 4.0), "alpha": 0.5, "SNR": 2.0, "epsilon": 0.2},
    FiniteSize(1, (8, 16, 32), varies="inputs_of"),
)
