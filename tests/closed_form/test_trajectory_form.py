"""Trajectories agree with the flows that can be solved, to the accuracy they promise."""

import numpy as np
import pytest
import sympy as sp

from theory import Claim, Parameter, TrajectoryForm
from theory.backends.functions import MissingFunction
from theory.backends.rigorous import NotEnclosable
from theory.parameter import NONNEGATIVE, POSITIVE
from theory.rules import Given
from theory.ulps import ulps_between

t = Parameter("t", "time", NONNEGATIVE)
s, u0, a0, b0 = (Parameter(name, "a positive number", POSITIVE) for name in ("s", "u0", "a0", "b0"))
u, a, b = (sp.Function(name) for name in "uab")
logistic = TrajectoryForm(
    Claim(u(t).diff(t), 2 * u(t) * (s - u(t)), Given("logistic growth")), (t, s, u0), time=t, start={u(t): u0}
)
two_layers = TrajectoryForm(
    (
        Claim(2 * a(t).diff(t), b(t) * (s - a(t) * b(t)), Given("first layer")),
        Claim(2 * b(t).diff(t), a(t) * (s - a(t) * b(t)), Given("second layer")),
    ),
    (t, s, a0, b0),
    time=t,
    start={a(t): a0, b(t): b0},
    value=(a(t), b(t), a(t) * b(t)),
)


def solved(t, s, u0):
    return s / (1 + (s / u0 - 1) * np.exp(-2 * s * t))


def test_the_logistic_function():
    times, starts = np.linspace(0, 5, 21), np.array([[0.01], [2.0]])
    error = ulps_between(logistic(times, 1.0, starts), solved(times, 1.0, starts))
    assert error.max() < logistic.ulps


def test_a_system_conserves_what_it_must():
    first, second, product = two_layers(np.linspace(0, 3, 7), 1.0, 0.5, 0.1)
    assert np.abs(first**2 - second**2 - 0.24).max() < 0.24 * two_layers.ulps * np.finfo(float).eps
    assert np.array_equal(product, first * second)


def test_unordered_repeated_and_no_times():
    times = np.array([2.0, 0.0, 1.0, 2.0])
    found = logistic(times, 1.0, 0.1)
    assert found[1] == 0.1 and found[0] == found[3]
    assert isinstance(logistic(0.0, 1.0, 0.1), float)
    assert logistic(np.empty(0), 1.0, 0.1).shape == (0,)


def test_mpmath_at_its_precision():
    from mpmath import mp, mpf

    with mp.workdps(25):
        exact = 1 / (1 + 9 * mp.exp(-mpf(1)))
        assert abs(logistic(mpf(1) / 2, 1, mpf(1) / 10) - exact) < mpf(10) ** -23


def test_what_there_is_not_is_refused_by_name():
    assert logistic.backends() == ("numpy", "jax", "mpmath")
    with pytest.raises(MissingFunction, match="torch has no solver of differential equations"):
        logistic.compile("torch")
    with pytest.raises(NotEnclosable, match="no rigorous enclosure of a trajectory"):
        logistic.enclose(t=1, s=1, u0=1)
    with pytest.raises(ValueError, match="no start given"):
        TrajectoryForm(logistic.claim, (t, s, u0), time=t, start={a(t): u0})


def test_a_mutant_moves_elsewhere():
    faster = logistic.with_rhs(3 * u(t) * (s - u(t)))
    assert faster(1.0, 1.0, 0.1) == pytest.approx(1 / (1 + 9 * np.exp(-3)), rel=1e-11)


def test_jax_jits_and_differentiates():
    jax = pytest.importorskip("jax")
    with jax.enable_x64(True):
        rate = jax.jit(jax.grad(lambda t: logistic(t, 1.0, 0.1)))(0.5)
        value = solved(0.5, 1.0, 0.1)
        assert float(rate) == pytest.approx(2 * value * (1 - value), rel=1e-10)
        found = logistic(jax.numpy.linspace(0, 5, 6), 1.0, 0.01)
        assert np.abs(found / solved(np.linspace(0, 5, 6), 1.0, 0.01) - 1).max() < 1e-11
