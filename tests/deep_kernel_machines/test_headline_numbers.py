"""The numbers of the theory's card, and references by other routes."""

import mpmath as mp
import numpy as np
import pytest
from scipy.linalg import expm, logm
from scipy.stats import wishart

from derivations.deep_kernel_machines import (
    chain_means,
    feature_kurtosis,
    geodesic_cost,
    geodesic_gram,
    geodesic_mode,
    hidden_factor,
    hidden_factor_of_one_layer,
    layer_cost,
    log_density_of_two_points,
    mean_determinant_of_three_points,
    noisy_gram,
    optimise,
    posterior_gram_moment,
)

G_0 = np.array([[1.0, 0.3], [0.3, 0.8]])
S = np.array([[1.4, -0.8], [-0.8, 1.3]])


def drawn(points, seed=0):
    """Two positive definite matrices."""
    halves = np.random.default_rng(seed).normal(size=(2, points, points + 3))
    return halves @ halves.transpose(0, 2, 1) / points


def test_one_layer_is_the_geometric_mean():
    A, B = drawn(6)
    mean = geodesic_gram(0.5, A, B)
    assert np.abs(mean @ np.linalg.solve(A, mean) - B).max() < 1e-12  # G A^-1 G = B
    assert np.abs(mean - geodesic_gram(0.5, B, A)).max() < 1e-12
    assert geodesic_mode(1, 1, 0.7, 2.3) == pytest.approx(1.26886, abs=5e-6)


@pytest.mark.parametrize("x", [0.0, 0.25, 0.8, 1.0])
def test_the_geodesic_is_the_first_form_of_the_solution(x):
    A, B = drawn(5, seed=1)
    assert geodesic_gram(x, A, B) == pytest.approx(A @ expm(x * np.real(logm(np.linalg.solve(A, B)))))


def test_bessel_moments_against_quadrature():
    g_0, s, N = 0.7, 2.3, 9
    with mp.workdps(30):
        weight = lambda m: mp.quad(  # noqa: E731
            lambda x: mp.exp(m * x - N / mp.mpf(2) * (mp.exp(x) / mp.mpf(g_0) + mp.mpf(s) * mp.exp(-x))),
            mp.linspace(-6, 6, 25),
        )
        exact = [float(weight(m) / weight(0)) for m in (1, 2, 5)]
    assert posterior_gram_moment(np.array([1, 2, 5]), g_0, s, N) == pytest.approx(exact, rel=1e-14)


@pytest.mark.parametrize("N", [200, 5000])
def test_the_mean_of_a_wide_network_by_the_expansion(N):
    z = N * np.sqrt(2.3 / 0.7)
    ratio = posterior_gram_moment(1, 0.7, 2.3, N) / np.sqrt(0.7 * 2.3)
    assert ratio == pytest.approx(1 + 1 / (2 * z) - 1 / (8 * z**2), abs=z**-3)
    assert feature_kurtosis(0.7, 2.3, N) == pytest.approx(3 * (1 - 2 / N + 1 / z), abs=30 / N**2)


def test_the_chain_of_three_layers_halves_its_error_with_twice_the_width():
    layers = geodesic_mode(np.arange(1, 4), 3, 0.7, 2.3)
    errors = [np.max(chain_means(0.7, 2.3, [N] * 4) - layers) for N in (20, 40, 80)]
    assert errors == pytest.approx([0.0484, 0.0240, 0.0119], abs=6e-5)
    assert chain_means(0.7, 2.3, [5, 5]) == pytest.approx([posterior_gram_moment(1, 0.7, 2.3, 5)], rel=1e-12)


def test_the_squared_exponential_example():
    found = optimise(G_0, S=S, kernel="squared exponential", first="linear", sigma2=0.1)
    assert np.abs(found.grams[0] - [[1.388, 0.023], [0.023, 0.998]]).max() < 5e-4
    assert found.gradient < 1e-7


def exact_mean(N, centre, count=41):
    """The posterior mean of the example's Gram matrix at width N, by sums over its Cholesky factor."""
    L, reach = np.linalg.cholesky(centre), np.linspace(-8, 8, count) / np.sqrt(N)
    u, v, w = np.meshgrid(reach, reach, reach, indexing="ij")
    a, b, c = L[0, 0] * np.exp(u), L[1, 0] + w, L[1, 1] * np.exp(v)
    G = np.stack([a * a, a * b, b * b + c * c])
    inverse = np.linalg.inv(G_0)
    t = inverse[0, 0] * G[0] + 2 * inverse[0, 1] * G[1] + inverse[1, 1] * G[2]
    log_weight = log_density_of_two_points(N, 2 * np.log(a * c), np.linalg.slogdet(G_0)[1], t)
    log_weight += 3 * np.log(a) + 2 * np.log(c)  # the volume dG over du dv dw
    k = np.exp(-(G[0] + G[2] - 2 * G[1]) / 2)
    det = 1.1**2 - k**2
    log_weight -= N / 2 * (np.log(det) + (1.1 * np.trace(S) - 2 * k * S[0, 1]) / det)
    weight = np.exp(log_weight - log_weight.max())
    mean = np.sum(G * weight, axis=(1, 2, 3)) / np.sum(weight)
    return np.array([[mean[0], mean[1]], [mean[1], mean[2]]])


def test_the_examples_error_is_a_quarter_at_four_times_the_width():
    limit = optimise(G_0, S=S, kernel="squared exponential", first="linear", sigma2=0.1).grams[0]
    errors = [np.abs(exact_mean(N, limit) - limit).max() for N in (16, 64, 256)]
    assert errors == pytest.approx([0.00997, 0.00251, 0.00063], abs=6e-6)


def test_a_gram_matrix_has_wisharts_density():
    K, G = drawn(2, seed=2)
    for N in (2, 5, 300):
        t = np.trace(np.linalg.solve(K, G))
        ours = log_density_of_two_points(N, np.linalg.slogdet(G)[1], np.linalg.slogdet(K)[1], t)
        assert ours == pytest.approx(wishart(N, K / N).logpdf(G), rel=1e-12)
    assert mean_determinant_of_three_points(4, 2.0) == pytest.approx(2 * 3 / 4 * 2 / 4)


@pytest.mark.parametrize("ratio", [1e-4, 0.6, 1.0, 30.0])
def test_factors_multiply_to_the_whole_way(ratio):
    for rho, L in ((0.01, 3), (0.7, 2), (1.0, 4), (50.0, 3)):
        tau = hidden_factor(ratio, rho, L)
        assert tau**L * (1 + (tau - 1) / rho) == pytest.approx(ratio, rel=1e-11)
    assert hidden_factor(ratio, 1.0, 4) == pytest.approx(ratio**0.2, rel=1e-13)
    assert hidden_factor_of_one_layer(ratio, 1e-3) == pytest.approx(1, abs=2e-3 * ratio + 2e-3)


def test_the_cost_falls_as_one_over_depth():
    t = np.array([0.02, 0.5, 3.0, 40.0])
    for L in (100, 1000):
        limit = np.log(t) ** 2 / (4 * (L + 1))
        assert geodesic_cost(t, L) == pytest.approx(limit, rel=2 / L)
    for L in (1, 3, 9):
        each = layer_cost(t ** (1 / (L + 1)), 1.0)
        assert geodesic_cost(t, L) == pytest.approx((L + 1) * each, rel=1e-12)


def test_noise_turns_the_geometric_mean_into_the_inputs_kernel():
    assert noisy_gram(0.7, 2.3, 1e-8, 1.0) == pytest.approx(np.sqrt(0.7 * 2.3), rel=1e-7)
    assert noisy_gram(0.7, 2.3, 1e6, 1.0) == pytest.approx(0.7, rel=1e-5)
    rng = np.random.default_rng(0)
    for _ in range(50):
        g_0, s, n, rho = 10 ** rng.uniform(-2, 2, size=4)
        cubic = [1, 2 * n + (rho - 1) * g_0, n**2 - 2 * n * g_0 + rho * g_0 * (n - s), -g_0 * n**2]
        roots = np.roots(cubic)
        positive = roots[(np.abs(roots.imag) < 1e-9 * np.abs(roots)) & (roots.real > 0)].real
        assert noisy_gram(g_0, s, n, rho) == pytest.approx(positive[0], rel=1e-6)
        assert len(positive) == 1  # never several


def test_bessel_functions_are_refused_by_name_where_a_library_lacks_them():
    assert posterior_gram_moment.compile("mpmath")(1, 0.7, 2.3, 3) == pytest.approx(
        posterior_gram_moment(1, 0.7, 2.3, 3), rel=1e-14
    )
    for library in ("jax", "torch"):
        with pytest.raises(NotImplementedError, match=f"{library} has no"):
            posterior_gram_moment.compile(library)
