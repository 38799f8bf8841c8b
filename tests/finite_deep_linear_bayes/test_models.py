"""The prior as a class: what it computes from any inputs, and what it refuses."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from derivations.finite_deep_linear_bayes import (
    Prior,
    evidence,
    learned_path,
    log_evidence,
    posterior_mean_scale,
)

X = np.random.default_rng(0).normal(size=(3, 5))
Y = np.array([0.4, -0.9, 0.7])


def test_kernels_of_drawn_networks_have_the_covariance():
    net = Prior(X, (4, 9))
    K = net.sample_kernels(np.random.default_rng(1), 60_000)
    pairs = (K - net.kernel)[:, [0, 0, 1], [0, 1, 2]]
    pairs = pairs[:, :, None] * pairs[:, None]
    expected = net.kernel_covariance()[[0, 0, 1], [0, 1, 2]][:, [0, 0, 1], [0, 1, 2]]
    error = pairs.std(axis=0) / np.sqrt(len(pairs))
    assert np.all(np.abs(pairs.mean(axis=0) - expected) < 6 * error)


@pytest.mark.parametrize("widths", [(5,), (4, 7), (6, 6, 3)])
def test_exact_evidence_agrees_with_drawn_weights(widths):
    net, rng = Prior(X, widths, sigma=1.3), np.random.default_rng(2)
    exact = net.log_evidence(Y)
    found = [net.log_evidences(Y[None, :, None], 0.0, rng, 4000)[0] for _ in range(10)]
    assert abs(np.mean(found) - exact) < 6 * np.std(found, ddof=1) / np.sqrt(10)


@pytest.mark.parametrize("widths", [(1,), (5,), (4, 7), (9, 12)])
def test_evidence_with_noise_is_exact_for_one_output(widths):
    net, rng = Prior(X, widths, sigma=1.3), np.random.default_rng(3)
    exact = net.log_evidence(Y, noise=0.3)
    found = [net.log_evidences(Y[None, :, None], 0.3, rng, 4000)[0] for _ in range(10)]
    assert abs(np.mean(found) - exact) < 6 * np.std(found, ddof=1) / np.sqrt(10)
    if min(widths) > 3:
        assert net.log_evidence(Y, noise=1e-7) == pytest.approx(net.log_evidence(Y), abs=1e-9)


def test_many_outputs_of_one_input_have_the_law_of_one_output_of_many_inputs():
    net, rng, f = Prior(X[:1], (7,)), np.random.default_rng(4), np.array([[0.5, -0.8, 1.1]])
    K = net.kernel[0, 0]
    exact = log_evidence(np.sum(f**2) / K, 3 * np.log(K), 3, 7, 1)
    found = [net.log_evidences(f[None], 0.0, rng, 4000)[0] for _ in range(10)]
    assert abs(np.mean(found) - exact) < 6 * np.std(found, ddof=1) / np.sqrt(10)


def test_the_dual_integral_over_readouts_is_the_same_evidence():
    """Given the weights of the readout, outputs are Gaussian with K_0 x S, S = W W'/N (D x D)."""
    N, rng, F = 6, np.random.default_rng(5), np.array([[0.5, -0.8], [0.2, 0.9], [-0.4, 0.3]])
    net, dual = Prior(X, (N,)), []
    for _ in range(10):
        W = rng.normal(size=(4000, 2, N))
        S = W @ np.swapaxes(W, 1, 2) / N
        q = np.sum(np.linalg.inv(S) * (F.T @ np.linalg.solve(net.kernel, F)), axis=(1, 2))
        log_p = -(q + 3 * np.linalg.slogdet(S)[1] + 2 * np.linalg.slogdet(2 * np.pi * net.kernel)[1]) / 2
        dual.append(np.log(np.mean(np.exp(log_p))))
    direct = [net.log_evidences(F[None], 0.0, rng, 4000)[0] for _ in range(10)]
    error = np.hypot(np.std(dual, ddof=1), np.std(direct, ddof=1)) / np.sqrt(10)
    assert abs(np.mean(dual) - np.mean(direct)) < 6 * error


def test_wide_networks_are_gaussian_processes():
    net = Prior(X, (200,), sigma=0.8)
    K = 0.64 * net.kernel
    expected = -(Y @ np.linalg.solve(K, Y) + np.linalg.slogdet(2 * np.pi * K)[1]) / 2
    assert net.log_evidence(Y) == pytest.approx(expected, abs=0.05)
    assert net.mean_scale(Y) == pytest.approx(1, abs=0.05)
    assert net.learned_kernel(Y) == pytest.approx(net.kernel, abs=0.05)


def test_predictions_interpolate_and_have_the_learned_size():
    net = Prior(X, (6, 6))
    mean, covariance = net.predict(X, Y)
    assert mean == pytest.approx(Y)
    assert covariance == pytest.approx(np.zeros((3, 3)), abs=1e-12)
    new = np.ones((2, 5))
    one = Prior(X, (6,))
    ratio = one.predict(new, 3 * Y)[1] / one.predict(new, Y)[1]
    q = Y @ np.linalg.solve(net.kernel, Y)
    assert ratio == pytest.approx(posterior_mean_scale(9 * q, 3, 6) / posterior_mean_scale(q, 3, 6))


@settings(max_examples=10, deadline=None)
@given(st.integers(1, 4), st.floats(0.2, 5.0))
def test_the_learned_path_has_its_ends_and_balances_every_layer(depth, outputs):
    rng = np.random.default_rng(depth)
    K_0, K_L = (A @ A.T + np.eye(3) for A in rng.normal(size=(2, 3, 3)))
    path = learned_path(K_0, K_L, depth, outputs)
    widths = [1.0] * depth + [outputs]
    for k in range(1, depth + 1):
        below, here, above = (np.linalg.inv(path[k - 1]), np.linalg.inv(path[k]), path[k + 1])
        force = (widths[k - 1] - widths[k]) * here - widths[k - 1] * below + widths[k] * here @ above @ here
        assert force == pytest.approx(np.zeros((3, 3)), abs=1e-9)
    assert path[0] == pytest.approx(K_0) and path[-1] == pytest.approx(K_L)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Prior(X, (0,)), "widths = "),
        (lambda: Prior(X, ()), "hidden layer"),
        (lambda: Prior(X[0], (3,)), "X: shape"),
        (lambda: Prior(X, (3,), sigma=-1.0), "sigma = -1.0"),
        (lambda: Prior(X, (3,)).log_evidence(Y[:2]), "outputs: shape"),
        (lambda: Prior(X, (3,)).log_evidence(Y, noise=-0.1), "noise = -0.1"),
        (lambda: Prior(X, (3,)).log_evidence(np.ones((3, 2)), noise=0.1), "rng"),
        (lambda: Prior(X, (2,)).log_evidence(np.ones((3, 2)), rng=np.random.default_rng(0)), "noise = 0"),
        (lambda: Prior(np.ones((3, 5)), (3,)).log_evidence(Y), "singular"),
        (lambda: Prior(X, (3, 4)).learned_kernel(Y), "one hidden layer"),
        (lambda: Prior(X, (3, 4)).mean_scale(Y), "equal widths"),
        (lambda: Prior(X, (3,)).predict(np.ones((2, 4)), Y), "X_new"),
        (lambda: learned_path(np.eye(2), -np.eye(2), 1), "positive definite"),
        (lambda: learned_path(np.eye(2), np.eye(3), 1), "shapes"),
        (lambda: learned_path(np.eye(2), np.eye(2), 0), "depth = 0"),
        (lambda: learned_path(np.eye(2), np.eye(2), 1, 0.0), "outputs_per_unit"),
        (lambda: log_evidence(-1.0, 0.0, 3, 5, 2), "q = -1.0"),
        (lambda: log_evidence(1.0, 0.0, 3, 0, 2), "N = 0"),
    ],
)
def test_wrong_input_is_refused_by_name(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_a_backend_without_meijers_function_is_refused_at_compile_time():
    with pytest.raises(NotImplementedError, match="jax has no log_chi2_mixture"):
        evidence.log_evidence_of_two_layers.compile("jax")
