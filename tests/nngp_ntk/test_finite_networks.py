"""Networks of finite width: their parameters, outputs and empirical kernels."""

from dataclasses import dataclass

import numpy as np
import pytest
from scipy.ndimage import correlate

from derivations.nngp_ntk.activations.abrelu import relu
from derivations.nngp_ntk.activations.error_function import erf
from derivations.nngp_ntk.architecture.finite import (
    dense_ntk_by_backpropagation,
    empirical_nngp,
    empirical_ntk,
    forward,
    initialise,
)
from derivations.nngp_ntk.architecture.layers import (
    Attention,
    Conv,
    Dense,
    Flatten,
    GlobalAveragePool,
    LayerNorm,
    Residual,
)
from derivations.nngp_ntk.models.network import Network
from derivations.nngp_ntk.simulation.circle import kernels_on_circle
from theory.simulation import namespace

DENSE = (
    Dense(1.4, 0.3),
    relu,
    Residual((Dense(1.1, 0.2), erf, Dense(0.9)), 0.5),
    LayerNorm(),
    Dense(1.2, 0.1),
)
IMAGES = (Conv(1.2, 0.1), relu, Conv(1.0, 0.2, 3, "circular"), LayerNorm(), relu, Flatten(), Dense(1.0))
HEADS = (
    Dense(1.0, 0.1),
    Attention(),
    Attention(1.0, 2.0, 0.7, "softmax"),
    GlobalAveragePool(),
    Dense(1.1, 0.1),
)
CASES = ((DENSE, (5,)), (IMAGES, (4, 5, 2)), (HEADS, (4, 3)))


@dataclass
class Standard:
    layers: tuple
    parametrisation: str = "standard"


def drawn(network, shape, seed=0, width=8, **options):
    return initialise(network, width, shape, np.random.default_rng(seed), **options)


def some_inputs(shape, count=3):
    return np.random.default_rng(1).normal(size=(count, *shape))


@pytest.mark.parametrize(("layers", "shape"), CASES)
def test_both_parametrisations_are_the_same_network_at_its_start(layers, shape):
    x = some_inputs(shape)
    here, there = (forward(n, drawn(n, shape), x) for n in (layers, Standard(layers)))
    np.testing.assert_allclose(here, there, rtol=1e-12)
    assert here.shape == (3, 1)


@pytest.mark.parametrize("backend", ["jax", "torch"])
@pytest.mark.parametrize(("layers", "shape"), CASES[:2])
def test_every_library_has_the_same_network_from_the_same_draws(layers, shape, backend):
    pytest.importorskip(backend)
    x = some_inputs(shape)
    expected = empirical_nngp(layers, drawn(layers, shape), x)
    with namespace(backend) as xp:
        parameters = drawn(layers, shape, backend=xp)
        found = xp.to_numpy(empirical_nngp(layers, parameters, xp.asarray(x)))
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_a_layer_without_bias_has_no_bias_parameters():
    layers = (Dense(1.0), relu, Dense(1.0, 0.5))
    parameters = drawn(layers, (3,))
    assert [len(entry) for entry in parameters] == [1, 0, 2]
    assert parameters[0][0].shape == (3, 8) and parameters[2][1].shape == (1,)


def test_many_networks_at_once_are_networks_one_by_one():
    x = some_inputs((5,))
    many = drawn(DENSE, (5,), draws=4)
    outputs = forward(DENSE, many, x)
    assert outputs.shape == (4, 3, 1)

    def one(entry, k):
        if isinstance(entry, list | tuple):
            return type(entry)(one(part, k) for part in entry)
        return entry[k]

    for k in range(4):
        np.testing.assert_allclose(forward(DENSE, one(many, k), x), outputs[k], rtol=1e-12)


def test_the_tangent_kernel_is_what_moving_every_parameter_shows():
    """By central differences in each parameter."""
    layers = (Dense(1.3, 0.4), erf, Dense(1.1, 0.2))
    parameters, x = drawn(layers, (2,), width=3), some_inputs((2,), 2)
    kernel, step = np.zeros((2, 2)), 1e-5
    for entry in parameters:
        for array in entry:
            for place in np.ndindex(array.shape):
                moved = []
                for change in (step, -2 * step):
                    array[place] += change
                    moved.append(forward(layers, parameters, x)[:, 0])
                array[place] += step
                slope = (moved[0] - moved[1]) / (2 * step)
                kernel += np.outer(slope, slope)
    np.testing.assert_allclose(empirical_ntk(layers, parameters, x), kernel, rtol=1e-8)
    np.testing.assert_allclose(dense_ntk_by_backpropagation(layers, parameters, x), kernel, rtol=1e-8)


@pytest.mark.parametrize(
    "network", [(Dense(1.3, 0.4), relu) * 2 + (Dense(1.1),), Standard((Dense(2), erf, Dense(1, 1)))]
)
def test_backpropagation_by_hand_is_differentiation(network):
    parameters, x = drawn(network, (4,)), some_inputs((4,), 5)
    by_hand = dense_ntk_by_backpropagation(network, parameters, x[:2], x)
    np.testing.assert_allclose(by_hand, empirical_ntk(network, parameters, x[:2], x), rtol=1e-10)


@pytest.mark.parametrize(("padding", "mode"), [("circular", "wrap"), ("same", "constant")])
def test_a_convolution_is_a_correlation(padding, mode):
    layer, x = Conv(1.5, 0.0, 3, padding), some_inputs((4, 5, 1), 1)
    parameters = drawn((layer,), (4, 5, 1))
    expected = correlate(x[0, :, :, 0], parameters[0][0][:, :, 0, 0], mode=mode)
    found = forward((layer,), parameters, x)[0, :, :, 0]
    np.testing.assert_allclose(found, 1.5 / 3 * expected, rtol=1e-12)


def test_a_filter_wider_than_a_circle_goes_round_it_again():
    layer, x = Conv(1.0, 0.0, 7, "circular"), some_inputs((2, 1), 1)
    parameters = drawn((layer,), (2, 1))
    expected = correlate(x[0, :, 0], parameters[0][0][:, 0, 0], mode="wrap")
    np.testing.assert_allclose(forward((layer,), parameters, x)[0, :, 0], expected / 7**0.5, rtol=1e-12)


@pytest.mark.parametrize("layers", [(relu,), (LayerNorm(), Flatten())])
def test_a_network_without_weights_is_an_error(layers):
    with pytest.raises(ValueError, match="layer with weights"):
        drawn(layers, (3,))


def test_a_branch_that_changes_the_shape_is_an_error():
    with pytest.raises(ValueError, match="cannot be added"):
        drawn((Conv(), Residual((Flatten(), Dense())), Flatten(), Dense()), (4, 2))


def test_backpropagation_by_hand_refuses_what_it_does_not_know():
    with pytest.raises(ValueError, match="dense layers"):
        dense_ntk_by_backpropagation(IMAGES, drawn(IMAGES, (4, 5, 2)), some_inputs((4, 5, 2)))
    with pytest.raises(ValueError, match="one output"):
        layers = (Dense(),)
        dense_ntk_by_backpropagation(layers, drawn(layers, (3,), outputs=2), some_inputs((3,)))


@pytest.mark.parametrize("options", [{}, {"parametrisation": "standard", "width": 300}])
def test_the_mean_over_wide_networks_is_the_kernel_of_infinite_width(options):
    """Within five standard errors, and these are below 3 % of the kernel: the bias, 1/n, hides in them."""
    layers = [Dense(1.3, 0.2), relu, Dense(1.3, 0.2), relu, Dense(1.3, 0.2)]
    network, x, draws = Network(layers, **options), some_inputs((6,)), 30
    found = [
        dense_ntk_by_backpropagation(network, drawn(network, (6,), seed, width=300), x)
        for seed in range(draws)
    ]
    expected, error = network.ntk(x), np.std(found, axis=0, ddof=1) / draws**0.5
    assert np.all(np.abs(np.mean(found, axis=0) - expected) < 5 * error)
    assert np.all(error < 0.03 * expected.max())


def test_networks_on_the_circle_stay_closer_to_their_kernel_the_wider_they_are():
    layer = Dense(2**0.5, 0.1)
    network = (layer, relu, layer, relu, layer)
    angles = np.linspace(-3, 3, 7)
    moved = []
    for width in (16, 256):
        before, after = kernels_on_circle(network, width, angles, seeds=4, steps=40)
        moved.append(np.mean(np.abs(after - before)) / np.mean(before))
    assert moved[1] < moved[0] / 2
