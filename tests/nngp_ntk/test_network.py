"""Kernels of whole networks, against layer-by-layer references of 40 digits."""

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from derivations.nngp_ntk import Dense, LayerNorm, Network, Residual, erf, relu, step
from derivations.nngp_ntk.models import tiles

ANGLES = [10.0**e for e in range(-8, 0)] + [0.2, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.1]
ANGLES += [math.pi - 10.0**e for e in range(-8, 0)]
ACCURACY = 1e-14


def relu_network(depth: int, sigma_b: float = 0.0) -> Network:
    return Network(
        [layer for _ in range(depth) for layer in (Dense(2**0.5, sigma_b), relu)] + [Dense(2**0.5, 0)]
    )


def reference(x, y, depth: int, sigma_b: float = 0.0):
    """NNGP and NTK of `relu_network` at two inputs (lists of floats), with 40 digits."""
    with mpmath.workdps(60):
        x, y, b = [mpmath.mpf(v) for v in x], [mpmath.mpf(v) for v in y], mpmath.mpf(sigma_b) ** 2
        mean = lambda u, v: mpmath.fdot(u, v) / len(u)  # noqa: E731
        q1, q2, K = (b + 2 * mean(*pair) for pair in ((x, x), (y, y), (x, y)))
        theta_kernel = K
        for layer in range(depth):
            s, added = mpmath.sqrt(q1 * q2), b if layer < depth - 1 else 0
            angle = mpmath.acos(max(-1, min(1, K / s))) if s else mpmath.pi / 2
            slope = 1 - angle / mpmath.pi
            K = added + s * (mpmath.sin(angle) + (mpmath.pi - angle) * mpmath.cos(angle)) / mpmath.pi
            theta_kernel = K + slope * theta_kernel
            q1, q2 = q1 + added, q2 + added
        return K, theta_kernel


def worst(found, expected) -> float:
    return max(
        float(abs(mpmath.mpf(float(a)) - b) / abs(b)) if b else abs(float(a))
        for a, b in zip(found, expected, strict=True)
    )


@pytest.mark.parametrize("expanded", [True, False])
@pytest.mark.parametrize("depth", [1, 2, 3, 10, 64, 100])
def test_no_digits_are_lost_near_parallel_and_opposite_inputs(depth, expanded, monkeypatch):
    monkeypatch.setattr(tiles, "FEW", 0 if expanded else 10**9)
    x = np.array([[1.0, 0.0]])
    y = np.array([[math.cos(a), math.sin(a)] for a in ANGLES])
    K, ntk = relu_network(depth).kernels(x, y)
    expected = [reference(x[0], row, depth) for row in y]
    assert worst(K[0], [k for k, _ in expected]) < ACCURACY
    assert worst(ntk[0], [t for _, t in expected]) < ACCURACY


@pytest.mark.parametrize("sigma_b", [0.0, 0.3])
@pytest.mark.parametrize("depth", [1, 3, 20])
def test_identical_parallel_opposite_and_vanishing_inputs(depth, sigma_b):
    x = np.random.default_rng(0).normal(size=7)
    others = np.stack([x, 3 * x, -x, 0 * x, x * (1 + 1e-9), -3 * x])
    K, ntk = relu_network(depth, sigma_b).kernels(x[None], others)
    expected = [reference(x, row, depth, sigma_b) for row in others]
    scale = float(expected[0][0])
    for found, wanted in ((K[0], 0), (ntk[0], 1)):
        for a, b in zip(found, expected, strict=True):
            assert abs(float(a) - float(b[wanted])) <= ACCURACY * max(abs(float(b[wanted])), 1e-2 * scale)


@pytest.mark.parametrize("scale", [1e-80, 1e80])
def test_the_scale_of_inputs_does_no_harm(scale):
    x = np.random.default_rng(1).normal(size=(5, 4))
    for network in (relu_network(3), Network([Dense(1.3), relu, LayerNorm(), Dense(1.0, 0.5)])):
        power = 2 if network.layers[2] != LayerNorm() else 0
        np.testing.assert_allclose(network.ntk(x * scale) / scale**power, network.ntk(x), rtol=1e-13)


def test_on_the_diagonal_the_ntk_of_depth_l_is_l_plus_one_times_the_nngp():
    x = np.random.default_rng(2).normal(size=(300, 6))
    for depth in (1, 5, 100):
        K, ntk = relu_network(depth).kernels(x)
        np.testing.assert_allclose(np.diag(ntk), (depth + 1) * np.diag(K), rtol=1e-14)
        np.testing.assert_allclose(np.diag(K), 2 * np.mean(x**2, axis=1), rtol=1e-14)


def test_the_cost_of_a_deep_network_is_that_of_a_shallow_one():
    """The composed kernel is one series in the angle, whose length grows slowly."""
    x = np.random.default_rng(3).normal(size=(200, 5))
    lengths = [len(tiles.Tiles(relu_network(depth), x).expansion.ntk) for depth in (3, 10, 64, 100)]
    assert lengths == sorted(lengths) and lengths[-1] <= 161


def test_inputs_of_equal_norm_need_one_series_for_any_activation():
    x = np.random.default_rng(4).normal(size=(200, 5))
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    network = Network([Dense(1.5, 0.3), erf, Dense(1.2, 0.1), erf, Dense(1.0)])
    assert tiles.Tiles(network, x).expansion is not None
    np.testing.assert_allclose(network.ntk(x)[:20, :30], network.ntk(x[:20], x[:30]), rtol=1e-13)


@given(st.integers(1, 3), st.integers(0, 10**6), st.sampled_from([0.0, 0.2]))
@settings(max_examples=8, deadline=None)
def test_kernels_are_symmetric_positive_and_the_same_in_parts(depth, seed, sigma_b):
    x = np.random.default_rng(seed).normal(size=(12, 3))
    network = relu_network(depth, sigma_b)
    for kernel in (network.nngp, network.ntk):
        whole = kernel(x)
        assert np.array_equal(whole, whole.T)
        assert np.linalg.eigvalsh(whole)[0] > -1e-13 * whole.max()
        np.testing.assert_allclose(kernel(x[:5], x[5:]), whole[:5, 5:], rtol=1e-13, atol=1e-14 * whole.max())


def test_single_precision_in_single_precision_out():
    x = np.random.default_rng(5).normal(size=(40, 6)).astype(np.float32)
    network = relu_network(20)
    found = network.ntk(x)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, network.ntk(x.astype(np.float64)), rtol=2e-6)


def test_jax_and_pytorch_give_the_same_and_jax_differentiates():
    jax = pytest.importorskip("jax")
    x = np.random.default_rng(6).normal(size=(6, 4))
    x = np.concatenate([x, x[:1] * 3, -x[:1], x[:1] + 1e-7])
    network = relu_network(1, 0.1)
    with jax.enable_x64(True):
        z = jax.numpy.asarray(x)
        np.testing.assert_allclose(jax.jit(network.ntk)(z), network.ntk(x), rtol=1e-13)
        slope = jax.grad(lambda z: network.nngp(z).sum())(z)
        assert np.all(np.isfinite(slope))
    torch = pytest.importorskip("torch")
    found = network.ntk(torch.tensor(x))
    assert torch.is_tensor(found)
    np.testing.assert_allclose(found.numpy(), network.ntk(x), rtol=1e-13)


def test_layers_one_by_one_and_variances():
    x = np.random.default_rng(7).normal(size=(5, 4))
    network = Network([Dense(1.2, 0.1), relu, Residual([Dense(1.0, 0.1), relu, Dense(0.8)], 0.5), Dense(1.0)])
    found = network.by_layer(x)
    assert [layer for layer, _ in found] == list(network.layers)
    np.testing.assert_allclose(found[-1][1].ntk, network.ntk(x))
    np.testing.assert_allclose(network.variance(x), np.diag(network.nngp(x)))


def test_the_standard_parametrisation_weighs_layers_by_their_width():
    x = np.random.default_rng(8).normal(size=(4, 3))
    width = 100
    network = Network([Dense(1.0), relu, Dense(1.0)], parametrisation="standard", width=width)
    plain = Network([Dense(1.0), relu, Dense(1.0)])
    behind_relu = plain.by_layer(x)[1][1]
    first = x @ x.T
    slopes = relu.derivative_dual(*_at(plain, x))
    np.testing.assert_allclose(network.ntk(x), width * behind_relu.nngp + slopes * first, rtol=1e-13)


def _at(network, x):
    K = network.by_layer(x)[0][1].nngp
    return np.diag(K)[:, None], np.diag(K)[None], K


@pytest.mark.parametrize(
    ("layers", "said"),
    [
        ([Dense(1.0), "rellu", Dense(1.0)], "did you mean 'relu'"),
        ([], "none given"),
        ([Dense, relu], "write Dense"),
        ([Dense(1.0), Residual([relu])], "must end in Dense or Conv"),
    ],
)
def test_architectures_that_make_no_sense_are_refused(layers, said):
    with pytest.raises(ValueError, match=said):
        Network(layers)


def test_wrong_inputs_are_named():
    network = relu_network(2)
    x = np.ones((3, 4))
    with pytest.raises(ValueError, match=r"X1 has shape \(3, 4\) and X2 \(3, 5\)"):
        network.ntk(x, np.ones((3, 5)))
    with pytest.raises(ValueError, match=r"X1\[1, 2\] = nan"):
        network.ntk(np.where(np.arange(12).reshape(3, 4) == 6, np.nan, x))
    with pytest.raises(ValueError, match=r"this network wants \(n, d\)"):
        network.ntk(np.ones(4))
    with pytest.raises(ValueError, match="sigma_w = -1.0"):
        Dense(-1.0)
    with pytest.raises(ValueError, match="width"):
        Network([Dense(1.0)], parametrisation="standard")


def test_an_activation_without_tangent_kernel_says_so():
    x = np.random.default_rng(9).normal(size=(3, 4))
    network = Network([Dense(1.0), step, Dense(1.0)])
    assert np.all(np.isfinite(network.nngp(x)))
    with pytest.raises(ValueError, match="diverges"):
        network.ntk(x)
