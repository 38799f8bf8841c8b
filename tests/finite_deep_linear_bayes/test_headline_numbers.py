"""The numbers of the theory's card, and references that know nothing of the closed forms."""

import mpmath as mp
import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import gammaln

from derivations.finite_deep_linear_bayes import (
    Prior,
    correlation_density,
    covariance_at_depth,
    deviation_of_off_diagonal,
    growth_by_one_layer,
    growth_of_hidden_layers,
    kurtosis_of_output,
    laplace_density_of_output,
    learned_path,
    log_density_of_output,
    log_evidence,
    log_evidence_of_layers,
    log_evidence_of_one_layer,
    log_evidence_of_two_layers,
    loss_of_a_width,
    mean_correlation,
    mean_correlation_of_next_layer,
    mean_log_diagonal,
    moment_of_diagonal,
    posterior_kernel,
    posterior_mean_inverse_scale,
    posterior_mean_scale,
    posterior_mean_scale_in_depth,
    relu_correlation,
    variance_log_diagonal,
    variance_of_constant_input,
    variance_of_diagonal,
    variance_on_line,
    variance_on_line_locally_connected,
)


def test_the_kurtosis_at_width_10():
    found = kurtosis_of_output(10, np.arange(1, 6))
    assert found == pytest.approx([3.6, 4.32, 5.184, 6.2208, 7.46496], rel=1e-15)


def test_the_posterior_scale_at_six_units_three_inputs():
    assert posterior_mean_scale(6.0, 3, 6) == pytest.approx(19 / 14, rel=1e-14)
    assert posterior_mean_scale_in_depth(6.0, 3, 6, 1) == pytest.approx(19 / 14, rel=1e-14)


def test_the_mean_correlation_after_five_units():
    assert mean_correlation(5, 0.6) == pytest.approx(0.5586831, abs=5e-8)


def test_the_geodesic_from_the_identity_passes_the_root():
    K_L = np.array([[3.0, 1.0, 0.2], [1.0, 2.0, -0.4], [0.2, -0.4, 1.5]])
    middle = learned_path(np.eye(3), K_L, 1)[1]
    assert middle @ middle == pytest.approx(K_L, rel=1e-13, abs=1e-13)


def test_one_layer_is_isserlis():
    entries = (0.3, -0.7, 1.1, 0.4, 0.9, -1.3)
    assert covariance_at_depth(7, 1, *entries) == pytest.approx((1.1 * 0.4 - 0.9 * 1.3) / 7, rel=1e-14)
    assert variance_of_diagonal(4, 3) == pytest.approx(1.5**3 - 1, rel=1e-15)
    assert deviation_of_off_diagonal(9, 1, 0.0) == pytest.approx(1 / 3)


def test_covariances_grow_with_depth_over_width():
    found = covariance_at_depth(10**6, 5, 1.0, 1.0, 0.3, 0.3, 0.3, 0.3)
    assert found == pytest.approx(5e-6 * 2 * 0.09, rel=1e-4)


def test_the_log_diagonal_drifts_by_one_over_width_and_spreads_by_two():
    assert mean_log_diagonal(10**5, 3) == pytest.approx(-3e-5, rel=1e-4)
    assert variance_log_diagonal(10**5, 3) == pytest.approx(6e-5, rel=1e-4)
    assert moment_of_diagonal(1.0, 7, 4) == pytest.approx(1)


def density_of_scale(kappa, N):
    return np.exp(N / 2 * np.log(N / 2) - gammaln(N / 2) + (N / 2 - 1) * np.log(kappa) - N * kappa / 2)


@pytest.mark.parametrize("N", [2, 5])
@pytest.mark.parametrize("q", [0.3, 4.0, 25.0])
def test_the_evidence_is_an_integral_over_scales(N, q):
    P, ln_det = 3, 0.7
    weight = lambda u: np.exp(u - P / 2 * u - q / 2 * np.exp(-u)) * density_of_scale(np.exp(u), N)  # noqa: E731
    expected = np.log(quad(weight, -12, 6, epsabs=1e-14, epsrel=1e-12)[0])
    expected -= P / 2 * np.log(2 * np.pi) + ln_det / 2
    assert log_evidence_of_one_layer(q, ln_det, P, N) == pytest.approx(expected, rel=1e-9)
    assert log_evidence(q, ln_det, P, N, 1) == pytest.approx(expected, rel=1e-9)


def test_one_more_layer_is_one_more_integral_over_a_scale():
    q, P, N_1, N_2 = 2.2, 2, 4, 7

    def weight(u):
        one = log_evidence_of_one_layer(q * np.exp(-u), 0.0, P, N_1)
        return np.exp(u - P / 2 * u + one) * density_of_scale(np.exp(u), N_2)

    expected = np.log(quad(weight, -8, 5, epsrel=1e-12)[0])
    assert log_evidence_of_two_layers(q, 0.0, P, N_1, N_2) == pytest.approx(expected, rel=1e-10)
    assert log_evidence_of_two_layers(q, 0.0, P, N_2, N_1) == pytest.approx(expected, rel=1e-10)
    assert log_evidence_of_layers(q, 0.0, P, [N_2, N_1]) == pytest.approx(expected, rel=1e-10)
    assert log_evidence_of_layers(q, 0.3, P, [5, 5, 5]) == pytest.approx(log_evidence(q, 0.3, P, 5, 3))


@pytest.mark.parametrize(("N", "d"), [(3, 1), (4, 2), (5, 3)])
def test_the_output_is_meijers_function_of_mpmath(N, d):
    f, sigma = 0.8, 1.4
    with mp.workdps(25):
        c = mp.mpf(2) ** (d + 1) * sigma**2 / mp.mpf(N) ** d
        G = mp.meijerg([[], []], [[0] + [mp.mpf(N - 1) / 2] * d, []], mp.mpf(f) ** 2 / c)
        expected = mp.log(G / (mp.sqrt(mp.pi * c) * mp.gamma(mp.mpf(N) / 2) ** d)).real
    assert log_density_of_output(f, N, d, sigma) == pytest.approx(float(expected), rel=1e-12)


def test_the_output_is_normalised_and_has_its_moments():
    density = lambda f: 2 * np.exp(float(log_density_of_output(f, 6, 2, 1.0)))  # noqa: E731
    for power, expected in ((0, 1.0), (2, 1.0), (4, 3 * (1 + 2 / 6) ** 2)):
        found = sum(quad(lambda f, k=power: f**k * density(f), a, b)[0] for a, b in ((1e-3, 6), (6, 40)))
        assert found == pytest.approx(expected, abs=2e-3 if power == 0 else 1e-5)


def test_two_units_are_laplace_and_infinitely_many_gaussian():
    f = np.linspace(0.1, 4, 20)
    assert np.exp(log_density_of_output(f, 2, 1, 0.7)) == pytest.approx(laplace_density_of_output(f, 0.7))
    gaussian = -(f**2) / 2 - np.log(2 * np.pi) / 2
    assert log_density_of_output(f, 10**6, 2, 1.0) == pytest.approx(gaussian, abs=1e-4)


def test_the_posterior_scale_is_generalised_inverse_gaussian():
    N, P, q = 5, 4, 3.3
    weight = lambda u, k: np.exp((k + (N - P) / 2) * u - N / 2 * np.exp(u) - q / 2 * np.exp(-u))  # noqa: E731
    norm, up, down = (quad(weight, -10, 6, args=(k,))[0] for k in (0, 1, -1))
    assert posterior_mean_scale(q, P, N) == pytest.approx(up / norm, rel=1e-10)
    assert posterior_mean_inverse_scale(q, P, N) == pytest.approx(down / norm, rel=1e-10)
    bump = posterior_kernel(0.0, 1.0, q, P, N)
    assert bump == pytest.approx(down / norm / N, rel=1e-10)


def test_the_exact_scale_converges_to_the_limit_of_many_outputs_as_one_over_width():
    r, ratio = 2.5, 2
    limit = float(growth_by_one_layer(r, 1.0, float(ratio)))
    gaps = [float(posterior_mean_scale(ratio * n * r, ratio * n, n)) - limit for n in (50, 100, 200)]
    assert gaps[0] / gaps[1] == pytest.approx(2, rel=0.05)
    assert gaps[1] / gaps[2] == pytest.approx(2, rel=0.03)


def test_few_outputs_leave_the_kernel_as_it_is():
    assert growth_of_hidden_layers(3.0, 2, 1.0, 1e-4) == pytest.approx(1, abs=3e-4)
    assert growth_of_hidden_layers(3.0, 3, 7.0, 7.0) == pytest.approx(3**0.25, rel=1e-14)


@pytest.mark.parametrize(("B", "rho"), [(3, 0.6), (5, -0.3), (12, 0.9)])
def test_the_correlation_is_normalised_and_has_its_mean(B, rho):
    norm, mean, next_mean = (
        quad(lambda r, g=g: g(r) * correlation_density(r, B, rho), -1, 1, epsabs=1e-12)[0]
        for g in (lambda r: 1.0, lambda r: r, relu_correlation)
    )
    assert norm == pytest.approx(1, rel=1e-9)
    assert mean == pytest.approx(mean_correlation(B, rho), rel=1e-9)
    assert next_mean == pytest.approx(mean_correlation_of_next_layer(B, rho), rel=1e-9)


def test_shared_weights_keep_what_local_ones_average_out():
    assert variance_of_constant_input(1.0, 8) == pytest.approx(2 / 8)
    assert variance_on_line_locally_connected(50, 1.0, 8) == pytest.approx(2 / (8 * 50))
    line = 0.8 ** np.abs(np.subtract.outer(np.arange(9), np.arange(9)))
    assert variance_on_line(9, 0.64, 1.0, 5) == pytest.approx(2 * np.sum(line**2) / (5 * 81), rel=1e-14)


def test_the_true_width_loses_nothing_and_others_lose_on_both_sides():
    assert loss_of_a_width(5.0, 5.0) == 0
    assert all(loss_of_a_width(np.array([1.0, 4.9, 5.1, 80.0]), 5.0) > 0)


def test_evidence_peaks_at_the_true_width():
    rng, X = np.random.default_rng(0), 2 * np.eye(4)
    data = Prior(X, (5,)).sample_outputs(rng, 60, 10)
    data = data + 0.1 * rng.normal(size=data.shape)
    found = {n: Prior(X, (n,)).log_evidences(data, 0.1, rng, 10_000) for n in (1, 2, 5, 15, 60)}
    for n in (1, 2, 15, 60):
        gap = found[5] - found[n]
        assert gap.mean() > 2 * gap.std() / np.sqrt(len(gap)), n
