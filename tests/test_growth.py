"""How time and memory grow: exponents from runs at several sizes, beside the expected ones."""

import math

import numpy as np
import pytest

from theory import growth
from theory.comparison import Comparison
from theory.growth import Growth, exponent, of_form, of_simulation
from theory.simulation import Measurement, Simulation
from theory.tolerance import Discretisation, FiniteSize, MonteCarlo


@pytest.mark.parametrize("power", [0.0, 0.5, 1.0, 3.0])
def test_an_exact_power_has_its_exponent_and_no_error(power):
    sizes = (10, 20, 40, 80)
    slope, error = exponent({n: 7 * n**power for n in sizes})
    assert slope == pytest.approx(power, abs=1e-12)
    assert error == pytest.approx(0, abs=1e-7)


def test_the_error_is_that_of_least_squares():
    sizes, values = np.array([1.0, 2.0, 4.0, 8.0]), np.array([1.0, 2.5, 3.5, 9.0])
    (slope, _), covariance = np.polyfit(np.log(sizes), np.log(values), 1, cov=True)
    assert exponent(dict(zip(sizes, values, strict=True))) == pytest.approx(
        (slope, math.sqrt(covariance[0, 0]))
    )


def test_two_sizes_have_no_error():
    assert exponent({1: 1, 2: 4}) == (pytest.approx(2.0), None)


@pytest.mark.parametrize(("power", "beyond"), [(0.9, False), (1.0, False), (1.3, True), (2.0, True)])
def test_only_what_grows_faster_than_expected_is_marked(power, beyond):
    sizes = (10, 20, 40, 80)
    slow, constant = {n: n**power for n in sizes}, dict.fromkeys(sizes, 1)
    assert Growth("points", slow, constant, 1.0).faster_than_expected is beyond
    assert Growth("points", constant, slow, 1.0).faster_than_expected is beyond


def _busy(work: float) -> None:
    """CPU time and memory in proportion to the work."""
    kept = [math.sin(k) for k in range(int(work))]
    del kept


def _comparison(cost, tolerance, *, settings=None, expected=None):
    def run(*, xp, rng, progress, step=None, width=None, replicates=None):
        _busy(cost(step or width or replicates))
        return Measurement(np.zeros((4, 1)))

    simulation = Simulation(run, scales={"laptop": settings or {}}, growth=expected or {})
    return Comparison(lambda: 0.0, simulation, at={}, tolerance=tolerance)


def test_a_step_costs_its_inverse():
    found = of_simulation(
        _comparison(lambda step: 4e3 / step, Discretisation(order=1, steps=(1 / 4, 1 / 8, 1 / 16, 1 / 32)))
    )
    assert (found.size, [*found.seconds], found.expected) == ("1/step", [4, 8, 16, 32], 1.0)
    slope, error = found.time
    assert abs(slope - 1) < growth.MARGIN + 4 * error
    assert found.memory[0] == pytest.approx(1, abs=0.1)  # traced without noise


def test_a_cost_that_grows_too_fast_is_marked_unless_the_simulation_says_so():
    tolerance = FiniteSize(exponent=1, sizes=(16, 32, 64))

    def quartic(width):
        return width**4 / 16

    assert of_simulation(_comparison(quartic, tolerance)).expected == 2
    assert of_simulation(_comparison(quartic, tolerance)).faster_than_expected
    told = of_simulation(_comparison(quartic, tolerance, expected={"width": 4.0}))
    assert told.expected == 4 and not told.faster_than_expected


def test_a_random_simulation_is_measured_up_to_its_replicates():
    found = of_simulation(_comparison(lambda n: 500 * n, MonteCarlo(), settings={"replicates": 64}))
    assert (found.size, [*found.seconds]) == ("replicates", [8, 16, 32, 64])


def test_what_has_no_size_has_no_growth():
    assert of_simulation(_comparison(lambda n: 1, MonteCarlo())) is None


def test_no_larger_size_is_tried_once_it_takes_long(monkeypatch):
    monkeypatch.setattr(growth, "SIMULATION_SECONDS", 1e-9)
    steps = (1 / 4, 1 / 8, 1 / 16, 1 / 32)
    found = of_simulation(_comparison(lambda step: 1 / step, Discretisation(order=1, steps=steps)))
    assert [*found.seconds] == [4, 8]


def test_a_closed_form_costs_in_proportion_to_its_points(monkeypatch):
    from derivations.deep_linear import mode_strength

    arrays = len(mode_strength.arguments) + 1
    monkeypatch.setattr(growth, "MOST_BYTES", 8 * arrays * 2**17)
    found = of_form(mode_strength)
    assert found.size == "points" and max(found.seconds) == 2**17 and found.expected == 1
    assert not found.faster_than_expected
    assert found.peaks[2**16] < 8 * (2**16 + 10 * 8192)  # the output, and arrays of a chunk


def test_a_matrix_formula_is_measured_in_its_batch(monkeypatch):
    from derivations.deep_linear import balanced_product

    monkeypatch.setattr(growth, "MOST_BYTES", 2**17)
    assert not of_form(balanced_product).faster_than_expected
