"""Classes, exponents, kernels at any depth and classifiers, by the numbers of the theory's card."""

import numpy as np
import pytest

from derivations.wide_deep_optimal import Activation, alpha, classify, kernels, koenigs
from derivations.wide_deep_optimal.simulation.layers import iterated

DYADIC = [0, 0.375, 0.25, 0.375]


@pytest.mark.parametrize("d", [1, 2, 3, 7, 20])
def test_the_exponent_of_the_optimal_activation_is_the_dimension(d):
    act = Activation.optimal(d)
    assert act.kind == "singular" and act.slope == pytest.approx(2, abs=1e-14)
    assert act.alpha == pytest.approx(d, abs=1e-12)


@pytest.mark.parametrize(
    ("w", "exponent"),
    [([0, 0.5, 0, 0.5], 2.0), ([0, 0.3, 0.2, 0, 0, 0.5], 2.0702), ([0, 0.8, 0, 0, 0.2], 0.9495)],
)
def test_exponents_of_generic_weights(w, exponent):
    assert alpha(w) == pytest.approx(exponent, abs=5e-5)
    near, far = koenigs(None, w, gap=1e-9), koenigs(None, w, gap=1e-9 * Activation(w).slope)
    assert 2 * np.log(near / far) / np.log(Activation(w).slope) == pytest.approx(alpha(w), abs=1e-7)


@pytest.mark.parametrize(("d", "prefactor"), [(2, 1.210335), (3, 2.707350)])
def test_the_prefactor_of_the_singularity(d, prefactor):
    gap = 1e-8
    found = koenigs(None, Activation.optimal(d), gap=gap) * (2 * gap) ** (d / 2)
    assert found == pytest.approx(prefactor, abs=2e-6)


@pytest.mark.parametrize("gap", [0.9, 0.5, 2**-14, 2**-33])
@pytest.mark.parametrize("depth", [1, 5, 30, 100])
def test_kernels_keep_their_digits_near_identical_inputs(gap, depth):
    _, K, theta = iterated(gap, DYADIC, depth)
    found = kernels(None, DYADIC, depth, gap=gap)
    np.testing.assert_allclose(found, [float(K), float(theta)], rtol=1e-13)


def test_great_depth_costs_nothing_and_tends_to_the_koenigs_function():
    K, theta = kernels(0.5, DYADIC, 10**9, scaled=True)
    a = koenigs(0.5, DYADIC)
    assert K == pytest.approx(a, rel=1e-14) and theta / 1e9 == pytest.approx(a, rel=1e-7)


def test_identical_inputs_have_the_sum_of_powers_of_the_slope():
    assert kernels(1.0, [0, 0.5, 0, 0.5], 10)[1] == pytest.approx(2**11 - 1, rel=1e-14)


@pytest.mark.parametrize(
    ("w", "kind"),
    [([0, 0, 1], "nearest neighbour"), (DYADIC, "singular"), ([0.1, 0, 0.9], "majority"),
     ([0.5, 0.5], "majority (smoother)")],
)  # fmt: skip
def test_the_class_of_an_activation(w, kind):
    assert Activation(w).kind == kind


@pytest.mark.parametrize("phi", [np.sin, np.tanh])
def test_odd_functions_are_singular(phi):
    act = Activation.from_callable(phi, tolerance=1e-4)
    assert act.kind == "singular" and act.w1 < 1 < act.slope


def test_the_slopes_of_the_sine():
    act = Activation.from_callable(np.sin)
    assert act.w1 == pytest.approx(1 / np.sinh(1), rel=1e-12)
    assert act.slope == pytest.approx(1 / np.tanh(1), rel=1e-12)


def _arc(n, rng):
    t = rng.uniform(0, np.pi / 2, n)
    y = np.where(rng.random(n) < 0.5 + 0.35 * np.sign(np.sin(8 * t)), 1, -1)
    return np.column_stack([np.cos(t), np.sin(t)]), y


def test_training_labels_are_kept_and_the_classes_vote_as_named():
    X, y = _arc(60, np.random.default_rng(0))
    assert np.all(classify(X, y, X, Activation.optimal(1)) == y)
    assert np.all(classify(X, y, X, Activation.optimal(1), 40) == y)
    assert np.all(classify(X, y, X, [0.1, 0, 0.9]) == np.sign(y.sum()))
    np.testing.assert_array_equal(classify(X, y, X, [0, 0, 1]), y)


def test_errors_say_what_to_do():
    X, y = _arc(5, np.random.default_rng(0))
    with pytest.raises(ValueError, match="sum is 0.9"):
        Activation([0, 0.9])
    with pytest.raises(ValueError, match="not negative"):
        Activation([-1, 2])
    with pytest.raises(ValueError, match="singular class"):
        koenigs(0.5, [0.5, 0.5])
    with pytest.raises(ValueError, match="from 0 to 1"):
        koenigs(-0.5, DYADIC)
    with pytest.raises(ValueError, match="need 1"):
        classify(2 * X, y, X, DYADIC)
    with pytest.raises(ValueError, match="each -1 or 1"):
        classify(X, 0 * y, X, DYADIC)
    with pytest.raises(ValueError, match="not finite"):
        classify(X * np.nan, y, X, DYADIC)
    with pytest.raises(ValueError, match="finite depth"):
        classify(X, y, X, [0.5, 0.5])
    with pytest.raises(ValueError, match="dimension"):
        Activation.optimal(0)
