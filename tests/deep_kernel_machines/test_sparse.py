"""Deep kernel machines with inducing points: against the dense objective, and on real data."""

import numpy as np
import pytest

from derivations.deep_kernel_machines import DeepKernelMachine, gram_of_others, gram_with_inducing, optimise
from derivations.deep_kernel_machines.data import classes, patients
from derivations.deep_kernel_machines.models.dense import Problem
from derivations.deep_kernel_machines.models.kernels import KERNELS, kernel_of
from derivations.deep_kernel_machines.models.sparse import JITTER, follow, layer
from derivations.nngp_ntk import Dense, KernelRegression, Network, relu

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(9, 12)), RNG.normal(size=(9, 2))


def grams(points, layers=2):
    halves = RNG.normal(size=(layers, points, points + 4))
    return halves @ halves.transpose(0, 2, 1) / points


@pytest.mark.parametrize("kernel", KERNELS)
def test_with_all_points_inducing_the_objective_is_the_dense_one(kernel):
    at, nu = grams(9), 1.7
    machine = DeepKernelMachine(2, kernel=kernel, nu=nu, inducing=X)
    found = machine.objective(X, Y, at, noise=0.4)
    widths = np.array([nu, nu, Y.shape[1]])
    of = kernel_of(kernel)
    dense = Problem(X @ X.T / 12, Y @ Y.T / 2, widths, of, of, 0.4).value(at)
    assert found == pytest.approx(dense - Y.size / 2 * np.log(2 * np.pi), rel=1e-5)  # up to the jitter


@pytest.mark.parametrize("kernel", KERNELS)
def test_the_gradient_is_that_of_the_objective(kernel):
    machine = DeepKernelMachine(2, kernel=kernel, nu=1.3, inducing=X[:5] + 0.1)
    at, path, h = grams(5), grams(5), 1e-4
    machine.objective(X, Y, at, 0.3)
    inputs = machine._inputs(X)

    def value(step, noise=0.3, scale=1.4):
        return machine._objective(inputs, at + step * path, Y, noise, scale)[0]

    def slope(f):
        return (8 * (f(h) - f(-h)) - f(2 * h) + f(-2 * h)) / (12 * h)

    _, slopes, by_noise, by_scale = machine._objective(inputs, at, Y, 0.3, 1.4)
    assert slope(value) == pytest.approx(np.sum(slopes * path), rel=1e-6)
    assert slope(lambda e: value(0, noise=0.3 + e)) == pytest.approx(by_noise, rel=1e-6)
    assert slope(lambda e: value(0, scale=1.4 + e)) == pytest.approx(by_scale, rel=1e-6)


def test_other_points_follow_by_the_closed_form():
    of = kernel_of("arc-cosine")
    whole = grams(7, 1)[0]
    below = layer(of, whole[:3, :3], whole[3:, :3], np.diagonal(whole)[3:])
    G = grams(3, 1)[0]
    K = of(whole)
    exact = gram_of_others(K[3:, 3:], K[3:, :3], K[:3, :3], G)
    assert follow(below, G)[1] == pytest.approx(np.diagonal(exact), rel=1e-6)


def test_training_with_all_points_reaches_the_dense_optimum():
    machine = DeepKernelMachine(1, kernel="squared exponential", nu=2.0, inducing=9, steps=600).fit(X, Y)
    scale, noise = machine.scale_, machine.noise_
    centred = Y - Y.mean(axis=0)
    dense = optimise(X @ X.T / 12, centred / np.sqrt(scale), nu=[2.0, 2.0], sigma2=noise / scale,
                     kernel="squared exponential")  # fmt: skip
    constant = Y.size / 2 * np.log(2 * np.pi * scale)
    jitter = Y.size * JITTER * scale / noise  # what the inducing points seem to leave open
    assert machine.objective_ == pytest.approx(dense.objective - constant, abs=jitter + 1e-5)


def test_a_prediction_is_gaussian_regression_with_the_kernel_that_follows():
    machine = DeepKernelMachine(1, nu=2.0, inducing=9, steps=60, noise=0.3).fit(X, Y)
    new = RNG.normal(size=(4, 12))
    of, whole = kernel_of("arc-cosine"), np.concatenate([X, new])
    K = of(whole @ whole.T / 12)
    parts = K[9:, :9], K[:9, :9], machine.grams_[0]
    top = np.block([[parts[2], gram_with_inducing(*parts).T],
                    [gram_with_inducing(*parts), gram_of_others(K[9:, 9:], *parts)]])  # fmt: skip
    K = machine.scale_ * of(top)
    weights = np.linalg.solve(K[:9, :9] + machine.noise_ * np.eye(9), K[:9, 9:]).T
    mean, variance = machine.predict(new, variance=True)
    centred = Y - Y.mean(axis=0)
    assert mean == pytest.approx(weights @ centred + Y.mean(axis=0), abs=1e-4)
    left = np.diagonal(K)[9:] - np.sum(weights * K[9:, :9], axis=1) + machine.noise_
    assert variance == pytest.approx(left, abs=1e-4)


def relu_kernel(kind, ridge):
    """Two hidden layers of ReLUs, by kernel regression."""
    return KernelRegression(Network([Dense(2**0.5), relu, Dense(2**0.5), relu, Dense(1.0)]), kind, ridge)


def test_on_digits_forty_learned_points_come_near_the_full_kernels():
    X, labels, X_new, truth = classes(400)
    accuracy = {}
    for nu in (10.0, 1e4):
        machine = DeepKernelMachine(1, nu=nu, inducing=40, steps=40)
        accuracy[nu] = np.mean(machine.classify(X, labels, X_new) == truth)
    full = [np.mean(relu_kernel(kind, 1e-3).classify(X, labels, X_new) == truth) for kind in ("nngp", "ntk")]
    assert accuracy[10.0] > 0.95 and accuracy[10.0] > accuracy[1e4]  # learned, against the sparse NNGP
    assert accuracy[10.0] > min(full) - 0.03


def test_on_diabetes_the_machine_does_as_well_as_the_full_kernels():
    X, y, X_new, truth = patients(0, train=200)
    machine = DeepKernelMachine(1, nu=10.0, inducing=30, steps=40, noise=0.5).fit(X, y)
    mean, variance = machine.predict(X_new, variance=True)
    error = np.sqrt(np.mean((mean - truth) ** 2))
    full = min(
        np.sqrt(np.mean((relu_kernel(kind, 0.5).fit(X, y).predict(X_new) - truth) ** 2))
        for kind in ("nngp", "ntk")
    )
    assert error < 1.05 * full
    assert 0.85 < np.mean((mean - truth) ** 2 / variance) < 1.25  # its noise is about right


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: DeepKernelMachine(0), "layers = 0: needs an integer >= 1"),
        (lambda: DeepKernelMachine(1, nu=0.0), "nu = 0.0: needs a finite number > 0"),
        (lambda: DeepKernelMachine(1, noise=float("inf")), "noise = inf"),
        (lambda: DeepKernelMachine(1, kernel="cubic"), "kernel = 'cubic'"),
        (
            lambda: DeepKernelMachine(1, inducing=10).fit(X, Y),
            "inducing = 10: a number of points from 1 to 9",
        ),
        (lambda: DeepKernelMachine(1, inducing=X[:3, :2]).fit(X, Y), "differ in features"),
        (lambda: DeepKernelMachine(1, inducing=3).fit(X, Y[:4]), "y has shape"),
        (lambda: DeepKernelMachine(1, inducing=3).fit(X * np.nan, Y), "NaN"),
        (lambda: DeepKernelMachine(1, inducing=3).fit(X, np.ones(9)), "y is constant"),
        (lambda: DeepKernelMachine(1).predict(X), "nothing fitted yet"),
    ],
)
def test_what_is_wrong_is_said_in_words(call, words):
    with pytest.raises(ValueError, match=words):
        call()
