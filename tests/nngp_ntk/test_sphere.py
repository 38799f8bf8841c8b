"""Eigenvalues of kernels on the sphere, against closed forms, 40 digits and what ReLU networks have."""

import numpy as np
import pytest
from mpmath import mp

from derivations.nngp_ntk.activations.abrelu import relu
from derivations.nngp_ntk.architecture.layers import Dense
from derivations.nngp_ntk.cusp import cusp_spectrum, tail_amplitude
from derivations.nngp_ntk.models.network import Network
from derivations.nngp_ntk.models.sphere import ZonalKernel, relu_cusp
from derivations.nngp_ntk.relu_spectrum import (
    degree_learning_time,
    ntk_cusp_coefficient,
    opposite_cusp,
    relu_ntk_tail,
)
from derivations.nngp_ntk.sphere import power_spectrum


def chord(angle):
    """The root of 1 - t, for arrays of angles."""
    return np.sqrt(2) * np.sin(angle / 2)


def relu_network(depth):
    return Network([Dense(1.0, 0.0)] + [relu, Dense(2**0.5, 0.0)] * depth)


def direct(kernel, k, d):
    """The mean over the sphere of the kernel times Gegenbauer's polynomial, by 40 digits."""
    with mp.workdps(40):
        weight = mp.gamma(mp.mpf(d) / 2) / mp.sqrt(mp.pi) / mp.gamma(mp.mpf(d - 1) / 2)

        def term(angle):
            P = mp.hyp2f1(-k, k + d - 2, mp.mpf(d - 1) / 2, mp.sin(angle / 2) ** 2)
            return kernel(angle) * P * mp.sin(angle) ** (d - 2)

        return float(weight * mp.quad(term, mp.linspace(0, mp.pi, 5)))


@pytest.mark.parametrize(("k", "d", "nu"), [(0, 3, 0.5), (3, 3, 0.5), (4, 5, 1.5), (7, 8, 2.5), (2, 4, 0.5)])
def test_cusps_have_the_eigenvalues_of_the_projection(k, d, nu):
    expected = direct(lambda angle: (2 * mp.sin(angle / 2) ** 2) ** nu, k, d)
    assert cusp_spectrum(k, d, nu) == pytest.approx(expected, rel=4e-16)


@pytest.mark.parametrize(("k", "s", "d"), [(0, 2, 3), (3, 1, 4), (5, 0, 10)])
def test_powers_have_the_eigenvalues_of_the_projection(k, s, d):
    expected = direct(lambda angle: mp.cos(angle) ** (k + 2 * s), k, d)
    assert power_spectrum(k, s, d) == pytest.approx(expected, rel=4e-16)


@pytest.mark.parametrize("d", [3, 5, 10])
def test_float64_is_right_to_the_stated_error_up_to_degree_1000(d):
    degrees = np.arange(1001)
    mu, errors = ZonalKernel(chord, d).eigenvalues(degrees)
    apart = np.abs(mu - cusp_spectrum(degrees, d, 0.5))
    assert np.all(apart <= errors)
    assert apart.max() < 1e-15 and errors.max() < 1e-13


def test_on_the_circle_they_are_fourier_coefficients():
    kernel = ZonalKernel(lambda angle: 2 + 3 * np.cos(angle) + 0.5 * np.cos(4 * angle), 2)
    mu, _ = kernel.eigenvalues(np.arange(6))
    np.testing.assert_allclose(mu, [2, 1.5, 0, 0, 0.25, 0], atol=1e-15)
    np.testing.assert_array_equal(kernel.multiplicities(np.arange(3)), [1, 2, 2])


def test_with_digits_the_smallest_are_right_in_every_place():
    degrees = np.array([1, 20, 101])
    mu, errors = ZonalKernel(lambda angle: mp.sqrt(2) * mp.sin(angle / 2), 8).eigenvalues(degrees, digits=30)
    np.testing.assert_allclose(mu, cusp_spectrum(degrees, 8, 0.5), rtol=4e-16)
    assert np.all(errors < 1e-28)


@pytest.mark.parametrize("kind", ["nngp", "ntk"])
def test_all_eigenvalues_add_up_to_the_kernel_of_equal_inputs(kind):
    """With the tail for the degrees beyond; what that leaves out falls with the third power of the degree."""
    kernel, far = ZonalKernel.of_network(relu_network(2), 4, kind), 4000
    off = []
    for count in (50, 100, 200):
        degrees, beyond = np.arange(count), np.arange(count, far)
        mu, _ = kernel.eigenvalues(degrees)
        shares = relu_cusp(2, kind).tail(beyond, 4) * kernel.multiplicities(beyond)
        power = 1 if kind == "ntk" else 3  # the shares fall as (k + 1)^-(power + 1)
        rest = np.mean(shares[-2:] * (beyond[-2:] + 1.0) ** (power + 1)) / (power * (far + 0.5) ** power)
        total = mu @ kernel.multiplicities(degrees) + shares.sum() + rest
        off.append(abs(total - (3.0 if kind == "ntk" else 1.0)))
    assert off[1] < off[0] / 7 and off[2] < off[1] / 7
    assert off[2] < 1e-6


def test_one_hidden_layer_has_no_odd_degrees_beyond_the_first():
    mu, errors = ZonalKernel.of_network(relu_network(1), 3).eigenvalues(np.arange(40))
    assert np.all(np.abs(mu[3::2]) <= errors[3::2])
    assert mu[1] > 0.1 and np.all(mu[0::2] > 100 * errors[0::2])
    deeper, _ = ZonalKernel.of_network(relu_network(2), 3).eigenvalues(np.arange(40))
    assert np.all(deeper > 0)


@pytest.mark.parametrize("kind", ["nngp", "ntk"])
@pytest.mark.parametrize("depth", [1, 2, 5])
def test_the_tail_is_that_of_the_cusps_to_a_correction_of_second_order(depth, kind):
    degrees = np.array([50, 100, 101]) if depth > 1 else np.array([50, 100])
    mu, _ = ZonalKernel.of_network(relu_network(depth), 3, kind).eigenvalues(degrees)
    off = np.abs(mu / relu_cusp(depth, kind).tail(degrees, 3) - 1)
    assert np.all(off < 40 / degrees**2.0)
    assert 3.5 < off[0] / off[1] < 4.5


def test_headline_numbers():
    assert ntk_cusp_coefficient(3) == pytest.approx(6 * np.sqrt(2) / np.pi, rel=1e-15)
    assert relu_cusp(1) == pytest.approx((-np.sqrt(2) / np.pi, -np.sqrt(2) / np.pi, 0.5), rel=1e-15)
    assert opposite_cusp(1) == pytest.approx(-np.sqrt(2) / np.pi / 2, rel=1e-15)
    np.testing.assert_allclose(relu_ntk_tail([10, 11], 3), [*relu_cusp(1).tail([10], 3), 0.0], rtol=1e-15)
    big = np.array([1e5, 1e6])
    np.testing.assert_allclose(cusp_spectrum(big, 3, 0.5) * big**3, tail_amplitude(3, 0.5), rtol=2e-5)


def test_learning_times_are_infinite_where_nothing_is_learned():
    kernel = ZonalKernel.of_network(relu_network(1), 3)
    degrees = np.array([0, 1, 2, 3])
    times = kernel.learning_times(degrees, 0.5)
    assert times[3] == np.inf and np.all(np.diff(times[:3]) > 0)
    np.testing.assert_array_equal(
        times[:3], degree_learning_time(kernel.eigenvalues(degrees).values[:3], 0.5)
    )


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ZonalKernel(chord, 1), "d = 1"),
        (lambda: ZonalKernel(chord, 3, of="distance"), "of = 'distance'"),
        (lambda: ZonalKernel(chord, 3).eigenvalues(np.array([0.5])), "degrees"),
        (lambda: ZonalKernel(lambda angle: np.ones(3), 3).eigenvalues(np.arange(3)), "kappa gave shape"),
        (lambda: ZonalKernel(lambda angle: angle * np.nan, 3).eigenvalues(np.arange(3)), "not finite"),
        (lambda: ZonalKernel.of_network(relu_network(1), 3, "mean"), "kind = 'mean'"),
        (lambda: relu_cusp(0), "depth = 0"),
        (lambda: relu_cusp(2, "cnn"), "kind = 'cnn'"),
    ],
)
def test_what_makes_no_sense_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_a_kernel_with_a_jump_is_refused():
    with pytest.raises(ArithmeticError, match="smooth function of the angle"):
        ZonalKernel(lambda angle: np.where(angle < 1.0, 1.0, 0.0), 3).eigenvalues(np.arange(4))
