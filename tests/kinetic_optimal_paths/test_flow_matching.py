"""Flow matching on the digits, along straight lines and along the kinetic-optimal path."""

import numpy as np
import pytest

pytest.importorskip("jax")
pytest.importorskip("optax")

from derivations.gaussian_score import GaussianModel
from derivations.kinetic_optimal_paths.data import digits
from derivations.kinetic_optimal_paths.energy import irreducible_loss
from derivations.kinetic_optimal_paths.models.energy import cond_ot
from derivations.kinetic_optimal_paths.models.path import kinetic_optimal_path
from derivations.kinetic_optimal_paths.models.separation import DataSet
from derivations.kinetic_optimal_paths.simulation.flow_matching import (
    energy_and_chord,
    split_of_the_loss,
    trained_velocity,
)

X = digits()
PATHS = {"straight lines": cond_ot(), "kinetic-optimal": kinetic_optimal_path(X, seed=0)}


@pytest.fixture(scope="module")
def networks():
    return {name: trained_velocity(X, path, steps=1000) for name, path in PATHS.items()}


def least_loss(path, cut):
    """The integral of the closed form between the cuts, per unit of time."""
    t = np.linspace(cut, 1 - cut, 4001)
    levels = [np.asarray(f(t), dtype=float) for f in (path.a, path.m, path.da, path.dm)]
    least = irreducible_loss(DataSet(X, seed=0).mmse(levels[0] / levels[1]), *levels)
    return np.trapezoid(least, t) / (1 - 2 * cut)


@pytest.mark.parametrize("name", PATHS)
@pytest.mark.slow
def test_the_loss_is_the_irreducible_one_and_what_the_network_misses_of_the_exact_velocity(networks, name):
    """|u - target|^2 and |u - exact|^2 differ by it on average, however well the network is trained."""
    network = networks[name]
    missed = split_of_the_loss(X, PATHS[name], network, draws=6000)
    least = missed[:, 0] - missed[:, 1]
    expected, error = least_loss(PATHS[name], network.cut), least.std(ddof=1) / np.sqrt(len(least))
    # of the closed form the error is that of 1 - lambda, estimated; far smaller
    assert abs(least.mean() - expected) < 4 * error < 0.2 * expected
    assert network.loss > expected + 4 * network.error


@pytest.mark.slow
def test_along_the_optimal_path_few_steps_reach_what_straight_lines_need_many_for(networks):
    target, x_0 = GaussianModel.from_data(X), np.random.default_rng(0).normal(size=(1000, X.shape[1]))
    distances = {
        name: [target.w2(GaussianModel.from_data(network.sample(x_0, steps)[-1])) for steps in (4, 8)]
        for name, network in networks.items()
    }
    # 4 steps there are better than 8 of the same size along straight lines
    optimal, straight = distances["kinetic-optimal"], distances["straight lines"]
    assert optimal[0] < straight[1] < straight[0]


@pytest.mark.slow
def test_samples_move_the_straighter_along_the_optimal_path(networks):
    """What of their energy is not that of the chord: never negative, and smaller there."""
    x_0, bent = np.random.default_rng(0).normal(size=(500, X.shape[1])), {}
    for name, network in networks.items():
        energy, chord = energy_and_chord(network.sample(x_0, 32), network.cut)
        bent[name] = 1 - chord / energy
    assert 0 < bent["kinetic-optimal"] < bent["straight lines"] < 1


def test_straight_ways_have_the_energy_of_their_chord():
    ends = np.random.default_rng(0).normal(size=(2, 5, 3))
    ways = [ends[0] + part * (ends[1] - ends[0]) for part in (0, 0.25, 0.5, 0.75, 1)]
    energy, chord = energy_and_chord(ways, 0.0)
    assert energy == pytest.approx(chord, rel=1e-12)
