"""The numbers of the theory's card come out, and on real data by three independent ways."""

import numpy as np
import pytest
from scipy.integrate import quad

from derivations.kinetic_optimal_paths import (
    DataSet,
    Gaussian,
    KineticOptimalPath,
    OnePoint,
    TwoPoints,
    kinetic_energy,
    kinetic_optimal_path,
    largest_excess_of_cond_ot,
    least_energy_given_M,
    two_level_energy,
    two_level_total_angle,
    two_point_mmse,
    vp_linear,
)
from derivations.kinetic_optimal_paths.data import digits, mnist
from derivations.kinetic_optimal_paths.simulation.descent import least_energy
from derivations.kinetic_optimal_paths.simulation.points import levels, square_speed
from derivations.kinetic_optimal_paths.standard import critical
from theory.simulation import namespace

FOUR = [3, 0.6, 0.3, 0.1]


@pytest.fixture(scope="module")
def data():
    return DataSet(digits(), samples=2000, seed=0)


@pytest.fixture(scope="module")
def path(data):
    return KineticOptimalPath(data)


def test_where_cosine_begins_to_beat_cond_ot():
    assert float(critical.rhs) == pytest.approx(0.818858, abs=5e-7)


@pytest.mark.parametrize(
    ("data", "row"),
    [
        (OnePoint(), (0, 1.57080, 2, 2.46740, 2.46740, 2)),
        (Gaussian(np.ones(3)), (1.57080, 0, 0.42920, 0, 0, 0)),
        (Gaussian(np.array(FOUR)), (1.32363, 0.57246, 0.67637, 0.38825, 0.32771, 0.31886)),
    ],
)
def test_the_table_of_exact_cases(data, row):
    path = KineticOptimalPath(data)
    standard = [kinetic_energy(name, data).value for name in ("cond_ot", "cosine")]
    found = (path.M, path.Phi, *standard, path.Phi**2, path.energy)
    assert found == pytest.approx(row, abs=5.1e-6)


def test_four_levels_stay_above_the_distance_of_wasserstein():
    least = 2 - 2 * np.mean(np.sqrt(FOUR))
    assert least == pytest.approx(0.31470, abs=5e-6)
    assert kinetic_optimal_path(spectrum=FOUR).energy > least + 0.004


def test_two_levels_attain_it():
    wide, narrow = 2.5, 0.4
    share = (1 - narrow) / (wide - narrow)
    least = 2 - 2 * (share * np.sqrt(wide) + (1 - share) * np.sqrt(narrow))
    assert two_level_energy(wide, narrow) == pytest.approx(least, rel=1e-14)
    path = kinetic_optimal_path(spectrum=[wide] * 2 + [narrow] * 5)
    assert path.energy == pytest.approx(least, rel=1e-13)
    assert path.Phi == pytest.approx(float(two_level_total_angle(wide, narrow)), rel=1e-14)


def test_descent_on_the_path_approaches_the_optimum():
    exact = kinetic_optimal_path(spectrum=FOUR)
    apart = [least_energy(Gaussian(FOUR).stretch, N)[0] - exact.energy for N in (20, 40, 80)]
    assert 0 < apart[2] < apart[1] / 3.5 < apart[0] / 3.5**2 < 1e-4


def test_digits(data, path):
    """The card's Monte Carlo is good to 0.01; ours to 0.002."""
    assert path.M == pytest.approx(0.418, abs=4e-3)
    assert path.Phi == pytest.approx(1.271, abs=3e-3)
    assert path.Phi**2 == pytest.approx(1.616, abs=8e-3)
    for schedule, energy in (("cond_ot", 1.582), ("cosine", 1.811), (path, 1.410)):
        found = kinetic_energy(schedule, data)
        assert found.value == pytest.approx(energy, abs=5e-3)
        assert 0 < found.error < 2.5e-3
    assert kinetic_energy("vp_linear", data, cut=1e-3).value == pytest.approx(3.13, abs=6e-3)


def test_the_sum_rule_and_the_bounds_on_digits(data, path):
    found, exact = data.sum_rule
    assert exact == pytest.approx(0.11709, abs=5e-6)
    assert abs(found.value - exact) < 4 * found.error < 4e-3
    assert data.M_bound == pytest.approx(0.4839, abs=5e-5)
    assert path.M < data.M_bound
    assert least_energy_given_M(path.M) < path.energy < 2 - path.M
    assert 2 - path.M - path.energy < largest_excess_of_cond_ot(path.M) < data.M_bound


@pytest.mark.parametrize("name", ["cond_ot", "cosine", "kinetic-optimal"])
def test_the_velocity_of_the_digits_themselves_spends_as_much(data, path, name):
    """|u|^2 at stratified times, with the softmax velocity: no data separation in it."""
    rng, count = np.random.default_rng(1), 10_000
    t = (np.arange(count) + rng.random(count)) / count
    optimal = name == "kinetic-optimal"
    at = (path.a(t), path.m(t), path.da(t), path.dm(t)) if optimal else levels(name, t)
    drawn = square_speed(digits(), *at, rng, namespace())
    predicted = kinetic_energy(path if optimal else name, data)
    error = np.hypot(drawn.std() / np.sqrt(count), predicted.error)
    assert abs(drawn.mean() - predicted.value) < 5 * error < 0.06


def test_descent_on_the_path_of_the_digits(data, path):
    energy, t, radius, angle = least_energy(data.stretch, 80)
    assert energy == pytest.approx(path.energy, abs=3e-4)
    assert radius * np.sin(angle) == pytest.approx(path.a(t), abs=3e-4)
    assert radius * np.cos(angle) == pytest.approx(path.m(t), abs=3e-4)


def test_mnist_lies_within_its_bounds():
    found = DataSet(mnist(), samples=30, seed=0)
    value, exact = found.sum_rule
    assert abs(value.value - exact) < 5 * value.error
    assert float(found.M) < found.M_bound


def test_two_points():
    assert float(TwoPoints(1).M) == pytest.approx(1.01760166, abs=5e-9)
    assert quad(lambda u: u * two_point_mmse(u), 0, 12)[0] == pytest.approx(np.log(2), rel=1e-10)


def test_vp_linear_spends_the_same_in_every_further_e_fold(data):
    per_fold = np.diff([kinetic_energy(vp_linear(), data, cut=np.exp(-k)).value for k in (12, 13, 14)])
    assert per_fold == pytest.approx(0.1 / 4, rel=2e-3)
    with pytest.raises(ValueError, match="0.025 for every e-fold"):
        kinetic_energy("vp_linear", data)
    assert np.isfinite(kinetic_energy("vp_linear", spectrum=FOUR).value)
