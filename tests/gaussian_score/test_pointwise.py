"""Mixtures in few dimensions, point by point: what matrix products give, and none lost far out."""

import time
import tracemalloc

import numpy as np
import pytest

from derivations.gaussian_score.models import _pointwise
from derivations.gaussian_score.models.mixture import MixtureModel


def both_ways(monkeypatch, evaluate):
    found = []
    for least in (0, 10**18):
        monkeypatch.setattr(_pointwise, "LEAST_WORK", least)
        found.append(evaluate())
    return found


def mixture(components: int, dimension: int, unequal: bool) -> MixtureModel:
    random = np.random.default_rng(components)
    weights = random.dirichlet(np.ones(components))
    means = 3 * random.normal(size=(components, dimension))
    return MixtureModel(weights, means, random.uniform(0.1, 2, components) if unequal else 0.0)


@pytest.mark.parametrize("unequal", [False, True])
@pytest.mark.parametrize(("components", "dimension"), [(1, 1), (3, 1), (10, 2), (7, 3), (64, 6)])
def test_as_by_matrix_products(monkeypatch, components, dimension, unequal):
    model, random = mixture(components, dimension, unequal), np.random.default_rng(0)
    for alpha, sigma in ((1.0, 1e-3), (0.5, 0.1), (1.0, 1.0), (0.3, 30.0)):
        x = model.sample(1000, random, alpha=alpha, sigma=sigma)
        x[::10] *= 20
        for method, unit in ((model.score, sigma**-2), (model.denoiser, 1.0)):
            ours, theirs = both_ways(monkeypatch, lambda m=method, x=x, a=alpha, s=sigma: m(x, s, alpha=a))
            # both are differences of numbers as large as x and the means
            apart = np.abs(ours - theirs) / (unit * np.maximum(np.max(np.abs(x), axis=1, keepdims=True), 10))
            # where two components contend, their shares move with the last digit of x
            assert np.max(apart) < 1e-9 and np.median(apart) < 1e-15


def test_far_from_every_mean_nothing_is_lost(monkeypatch):
    monkeypatch.setattr(_pointwise, "LEAST_WORK", 0)
    model = mixture(10, 2, False)
    for far in (1e2, 1e6, 1e12, 1e100):
        x = far * np.array([[1.0, 0.3], [-0.7, 1.0], [0.0, -1.0]])
        for sigma in (1e-6, 1e-2, 1.0, 1e6):
            found = model.score(x, sigma) * sigma**2
            np.testing.assert_allclose(found, -x, rtol=1e-15, atol=20)  # no mean is farther from 0 than 20


def test_points_that_nearly_coincide_are_told_apart(monkeypatch):
    monkeypatch.setattr(_pointwise, "LEAST_WORK", 0)
    model = MixtureModel([0.5, 0.5], [[1.0, 0.0], [1.0 + 1e-9, 0.0]], 0.0)
    middle = model.denoiser(np.array([[1.0 + 5e-10, 0.0]]), 1e-10)
    left = model.denoiser(np.array([[1.0, 0.0]]), 1e-10)
    assert abs(middle[0, 0] - (1 + 5e-10)) < 1e-15 and left[0, 0] == 1.0


def test_one_temporary_at_most():
    model = mixture(10, 2, False)
    x = model.sample(500_000, np.random.default_rng(0), sigma=1.0)
    model.score(x, 1.0)
    tracemalloc.start()
    found = model.score(x, 1.0)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1.2 * found.nbytes


def test_batches_of_any_length_and_order(monkeypatch):
    monkeypatch.setattr(_pointwise, "LEAST_WORK", 0)
    model = mixture(5, 2, False)
    x = model.sample(1030, np.random.default_rng(0), sigma=1.0)
    whole = model.score(x, 1.0)
    for count in (1, 255, 256, 257, 1030):
        np.testing.assert_array_equal(model.score(x[:count], 1.0), whole[:count])
    np.testing.assert_array_equal(model.score(np.asfortranarray(x), 1.0), whole)
    np.testing.assert_array_equal(model.score(x[::-1], 1.0), whole[::-1])


@pytest.mark.slow
@pytest.mark.parametrize("dimension", [2, 6])
@pytest.mark.parametrize("kind", [(True, True, False), (True, False, True), (False, False, True)])
def test_its_loops_compile_quickly(dimension, kind, tmp_path, monkeypatch):
    seconds = []
    for turn in range(4):  # in the first, numba starts
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / str(turn)))
        _pointwise._loop.cache_clear()
        started = time.process_time()
        _pointwise._loop(dimension, *kind)
        seconds.append(time.process_time() - started)
    assert min(seconds[1:]) < 0.5
