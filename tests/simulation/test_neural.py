"""Training small networks: descent is the optimiser's, and what is watched is seen in order."""

import numpy as np
import pytest

from theory.simulation.neural import dense, dense_start, descend

jax = pytest.importorskip("jax")
optax = pytest.importorskip("optax")


def test_a_network_without_hidden_layers_is_linear():
    params = dense_start(jax.random.key(0), (3, 2))
    x = np.arange(6.0).reshape(2, 3)
    np.testing.assert_allclose(dense(params, x), x @ params[0][0] + params[0][1], rtol=1e-6)


def test_weights_start_with_variance_one_over_inputs():
    (W, b), *_ = dense_start(jax.random.key(0), (400, 300, 5))
    assert abs(float(W.std()) * 20 - 1) < 4 / np.sqrt(2 * W.size)
    assert not np.any(b)


def test_descent_of_a_parabola_is_geometric_and_watched_after_each_row():
    """x -> x - rate * 2 x: after k steps x (1 - 2 rate)^k."""
    keys = jax.random.split(jax.random.key(0), 6).reshape(3, 2)
    last, seen = descend(lambda x, key: x**2, jax.numpy.float32(1.0), keys, optax.sgd(0.1), watch=lambda x: x)
    np.testing.assert_allclose(seen, [0.8**2, 0.8**4, 0.8**6], rtol=1e-6)
    assert last == seen[-1]
    assert descend(lambda x, key: x**2, jax.numpy.float32(1.0), keys.ravel(), optax.sgd(0.1))[1] is None
