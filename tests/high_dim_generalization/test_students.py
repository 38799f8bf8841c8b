"""Students of given inputs, deep students and aligned ones."""

import mpmath as mp
import numpy as np
import pytest

from derivations.high_dim_generalization import (
    LinearStudent,
    aligned_error,
    aligned_mode_error,
    aligned_weight,
    deep_student,
    generalisation_error,
    stopping_time,
    training_error,
)


@pytest.fixture(scope="module")
def inputs():
    return np.random.default_rng(0).normal(size=(12, 20)) / np.sqrt(20)


def test_a_student_of_large_random_data_follows_the_curves():
    X = np.random.default_rng(1).normal(size=(600, 300)) / np.sqrt(300)
    student, t = LinearStudent(X, 5.0, 0.3), np.geomspace(0.05, 50, 9)
    assert student.test_error(t) == pytest.approx(generalisation_error(t, 2.0, 5.0, 0.3), rel=0.03)
    assert student.training_error(t) == pytest.approx(training_error(t, 2.0, 5.0, 0.3), rel=0.03)
    assert student.stopping_time() == pytest.approx(stopping_time(2.0, 5.0, 0.3), rel=0.05)


def test_errors_from_the_matrices_themselves(inputs):
    """w - w_bar is linear in teacher, start and noise: its mean square by matrix functions."""
    X, Z, SNR, INR, t = inputs, np.random.default_rng(2).normal(size=(7, 20)), 3.0, 0.4, 1.7
    lam, V = np.linalg.eigh(X.T @ X)
    lam = np.maximum(lam, 0)
    memory = V * np.exp(-lam * t) @ V.T
    response = (V * np.where(lam > 1e-12, -np.expm1(-lam * t) / np.maximum(lam, 1e-12), t)) @ V.T @ X.T
    spread = (1 + INR) * memory @ memory.T + response @ response.T / SNR
    student = LinearStudent(X, SNR, INR, Z)
    assert student.test_error(t) == pytest.approx(np.mean((Z @ spread) * Z) * 20 + 1 / SNR, rel=1e-12)
    left = np.eye(12) - X @ response
    data = (1 + INR) * X @ memory @ memory.T @ X.T + left @ left.T / SNR
    assert student.training_error(t) == pytest.approx(np.trace(data) / 12, rel=1e-12)


def test_late_and_ridge_errors_of_given_inputs(inputs):
    student = LinearStudent(inputs, 3.0, 0.4)
    assert student.test_error(1e9) == pytest.approx(student.late_error, rel=1e-9)
    gamma = 0.7
    A = inputs.T @ inputs
    by_ridge = np.linalg.inv(A + gamma * np.eye(20))
    spread = gamma**2 * by_ridge @ by_ridge + by_ridge @ A @ by_ridge / 3.0
    assert student.ridge_error(gamma) == pytest.approx(np.trace(spread) / 20 + 1 / 3, rel=1e-12)
    assert student.ridge_error(np.array([0.2, 1 / 3, 0.5])).argmin() == 1


@pytest.mark.parametrize("seed", range(4))
def test_the_best_time_is_the_deepest_minimum(seed):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(9, 9)) * np.geomspace(1e-3, 3, 9)  # eigenvalues far apart: several minima
    student = LinearStudent(X, 4.0, 0.2)
    times = np.geomspace(1e-4, 1e6, 4001)
    best = student.stopping_time()
    assert student.test_error(best) <= np.min(student.test_error(times)) * (1 + 1e-12)


def test_one_eigenvalue_has_one_best_time():
    assert LinearStudent(2 * np.eye(3), 5.0).stopping_time() == pytest.approx(np.log(1 + 5 * 4) / 4)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((np.ones(3), 1.0), "inputs: needs a finite matrix"),
        ((np.full((2, 2), np.nan), 1.0), "inputs: needs a finite matrix"),
        ((np.zeros((2, 2)), 1.0), "inputs: all are 0"),
        ((np.eye(2), -1.0), "SNR"),
        ((np.eye(2), 1.0, -0.1), "INR"),
        ((np.eye(2), 1.0, 0.0, np.eye(3)), "test_inputs: 3 columns"),
    ],
)
def test_inputs_that_make_no_sense_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        LinearStudent(*arguments)


def test_a_deep_student_of_one_layer_is_linear(inputs):
    rng = np.random.default_rng(3)
    y, start, t = rng.normal(size=12), rng.normal(size=20), np.array([0.0, 0.3, 2.0, 9.0])[1:]
    lam, V = np.linalg.eigh(inputs.T @ inputs)
    lam = np.maximum(lam, 0)
    shrink = np.exp(-lam * t[:, None])
    gain = np.where(lam > 1e-12, (1 - shrink) / np.maximum(lam, 1e-12), t[:, None])
    exact = (shrink * (V.T @ start) + gain * (V.T @ inputs.T @ y)) @ V.T
    assert deep_student(inputs, y, start, 1, t) == pytest.approx(exact, abs=1e-9)


def test_a_deep_student_that_cannot_start_is_refused(inputs):
    with pytest.raises(ValueError, match="start: 0 is a fixed point"):
        deep_student(inputs, np.ones(12), np.zeros(20), 2, [1.0])
    with pytest.raises(ValueError, match="times: need to rise"):
        deep_student(inputs, np.ones(12), np.ones(20), 2, [1.0, 0.5])
    with pytest.raises(ValueError, match="L"):
        deep_student(inputs, np.ones(12), np.ones(20), 0, [1.0])


@pytest.mark.parametrize(("t", "lam", "epsilon"), [(0.4, 1.3, 0.5), (6.0, 2.0, 0.01), (60.0, 0.2, 1e-4)])
def test_aligned_modes_against_mpmath(t, lam, epsilon):
    SNR = 3.0
    with mp.workdps(30):
        spread, inverse = mp.mpf(lam) ** 2 + mp.mpf(lam) / SNR, 1 / mp.mpf(SNR)

        def at(x):
            c = mp.sqrt(spread) * x
            u = (
                c
                * mp.mpf(epsilon) ** 2
                / (lam * mp.mpf(epsilon) ** 2 + (c - lam * mp.mpf(epsilon) ** 2) * mp.exp(-2 * c * t))
            )
            return mp.npdf(x) * (c / (lam + inverse) - u) ** 2

        turn = max(1e-3, float(mp.log(1 / (lam * mp.mpf(epsilon) ** 2)) / (2 * t * mp.sqrt(spread))))
        cuts = sorted({-12, -1, mp.mpf(0), *(turn * k for k in (0.3, 0.6, 0.8, 1.0, 1.2, 1.5, 2, 4)), 12})
        exact = 1 / (1 + lam * mp.mpf(SNR)) + mp.quad(at, [x for x in cuts if x <= 12])
    assert aligned_mode_error(t, lam, SNR, epsilon) == pytest.approx(float(exact), rel=1e-10)


def test_an_aligned_student_starts_and_ends_where_it_must():
    start = 1 + 0.3**4 + 1 / 2
    assert aligned_error(0.0, 0.5, 2.0, 0.3) == pytest.approx(start, rel=1e-8)
    assert aligned_weight(1e3, 2.0, 0.5, 0.1) == pytest.approx(4.0)
    assert aligned_weight(1e3, -2.0, 0.5, 0.1) == pytest.approx(0, abs=1e-300)
