"""Kernels on disk, products without a matrix, and regression with them."""

import numpy as np
import pytest

from derivations.nngp_ntk import Dense, KernelRegression, Network, operator, relu, solve, to_disk
from derivations.nngp_ntk.data import digits, split
from derivations.nngp_ntk.models import stream


@pytest.fixture
def network():
    return Network([Dense(2**0.5), relu, Dense(2**0.5), relu, Dense(2**0.5)])


@pytest.fixture
def x(monkeypatch):
    monkeypatch.setattr(stream, "SIDE", 100)
    return np.random.default_rng(0).normal(size=(350, 5))


def test_the_kernel_on_disk_is_the_kernel(tmp_path, network, x):
    seen = []
    found = to_disk(network, tmp_path, x, kernel="ntk", progress=seen.append)
    np.testing.assert_allclose(found, network.ntk(x), rtol=1e-14)
    assert seen[-1] == 1.0 and seen == sorted(seen)
    other = to_disk(network, tmp_path / "other", x[:120], x[120:], kernel="nngp", dtype=np.float32)
    np.testing.assert_allclose(other, network.nngp(x[:120], x[120:]), rtol=1e-6)


def test_an_interrupted_kernel_goes_on_where_it_stopped(tmp_path, network, x, monkeypatch):
    def interrupt(part):
        if part > 0.5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        to_disk(network, tmp_path, x, progress=interrupt)
    seen = []
    found = to_disk(network, tmp_path, x, progress=seen.append)
    assert seen[0] > 0.5  # bands that were finished are not computed again
    np.testing.assert_allclose(found, network.ntk(x), rtol=1e-14)
    with pytest.raises(ValueError, match="another kernel"):
        to_disk(network, tmp_path, x + 1)


def test_products_and_solutions_without_a_matrix(network, x):
    K, v = network.ntk(x), np.random.default_rng(1).normal(size=(350, 2))
    np.testing.assert_allclose(operator(network, x) @ v, K @ v, rtol=1e-12, atol=1e-12 * np.abs(K @ v).max())
    parts = operator(network, x[:50], x, kernel="nngp")
    np.testing.assert_allclose(parts @ v[:, 0], network.nngp(x[:50], x) @ v[:, 0], rtol=1e-11, atol=1e-11)
    found = solve(network, x, v, ridge=0.5, tolerance=1e-10)
    np.testing.assert_allclose(K @ found + 0.5 * found, v, atol=1e-9 * np.linalg.norm(v))
    with pytest.raises(ValueError, match="ridge = 0"):
        solve(network, x, v, ridge=0)


def test_digits_are_recognised():
    x, labels, new, wanted = split(*digits(), training=1200)
    network = Network([Dense(2**0.5), relu, Dense(2**0.5)])
    for kernel in ("nngp", "ntk"):
        found = KernelRegression(network, kernel, ridge=1e-4).classify(x, labels, new)
        assert np.mean(found != wanted) < 0.02


def test_both_ways_of_solving_predict_the_same(network, x):
    y = x[:, 0] * x[:, 1]
    dense = KernelRegression(network, ridge=1e-2).fit(x[:300], y[:300])
    free = KernelRegression(network, ridge=1e-2).fit(x[:300], y[:300], matrix_free=True, tolerance=1e-10)
    np.testing.assert_allclose(free.predict(x[300:]), dense.predict(x[300:]), rtol=1e-7, atol=1e-8)


def test_a_singular_kernel_names_its_eigenvalue(network):
    x = np.random.default_rng(2).normal(size=(5, 3))
    twice = np.concatenate([x, x])
    with pytest.raises(ValueError, match=r"least eigenvalue .* A ridge of"):
        KernelRegression(network).fit(twice, np.ones(10))
    with pytest.raises(ValueError, match="y has shape"):
        KernelRegression(network).fit(x, np.ones(4))
