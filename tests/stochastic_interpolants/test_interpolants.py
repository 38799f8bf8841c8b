"""Interpolants between Gaussians and mixtures: what they satisfy, headline numbers, what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from derivations.stochastic_interpolants import (
    GaussianInterpolant,
    Interpolant,
    MixtureInterpolant,
    SchroedingerBridge,
    bridge_covariance,
    bridge_drift,
    bridge_variance,
    drift_error_divergence,
    encoding_decoding,
    interpolant_score,
    interpolant_velocity,
    linear,
    one_sided,
    trigonometric,
)
from theory.closed_form import DomainError

SCHEDULES = [linear(), trigonometric(), encoding_decoding()]
EVERY = pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda s: s.name)
M0, M1 = np.array([1.0, 0.0]), np.array([0.0, 2.0])
C0, C1 = np.array([[1.0, 0.4], [0.4, 0.5]]), np.array([[0.6, -0.3], [-0.3, 2.0]])
MIXTURES = ([0.3, 0.7], [[-2.0], [2.0]], [0.1, 0.2]), ([0.6, 0.4], [[-3.0], [1.0]], [0.2, 0.1])


# What the methods are


@EVERY
def test_velocity_and_score_of_commuting_covariances_are_those_of_the_modes(schedule):
    c0, c1, x, t = np.array([0.5, 2.0]), np.array([1.5, 0.3]), np.array([[0.4, -0.7], [1.2, 0.1]]), 0.3
    model = GaussianInterpolant(M0, c0, M1, c1, schedule)
    law = (M0, c0, M1, c1, *schedule.levels(t))
    np.testing.assert_allclose(model.score(x, t), interpolant_score(x, *law), rtol=1e-13)
    expected = interpolant_velocity(x, *law, *schedule.rates(t))
    np.testing.assert_allclose(model.velocity(x, t), expected, rtol=1e-13, atol=1e-14)


@EVERY
def test_conditional_means_make_up_the_sample_and_its_velocity(schedule):
    model, x = MixtureInterpolant(*MIXTURES[0], *MIXTURES[1], schedule), np.linspace(-3, 3, 9)[:, None]
    for t in (0.1, 0.45, 0.8):
        first, second = model.endpoints(x, t)
        (alpha, beta, gamma), (dalpha, dbeta, gdg) = schedule.levels(t), schedule.rates(t)
        noise = model.denoiser(x, t)
        np.testing.assert_allclose(alpha * first + beta * second + gamma * noise, x, atol=1e-13)
        rate = dalpha * first + dbeta * second + gdg / gamma * noise
        np.testing.assert_allclose(model.velocity(x, t), rate, atol=1e-12)
        np.testing.assert_allclose(noise, -gamma * model.score(x, t), atol=1e-13)


@EVERY
def test_the_score_is_the_slope_of_the_log_density(schedule):
    model, x, h = (
        MixtureInterpolant(*MIXTURES[0], *MIXTURES[1], schedule),
        np.linspace(-3, 3, 9)[:, None],
        1e-5,
    )
    slope = (model.log_density(x + h, 0.4) - model.log_density(x - h, 0.4)) / (2 * h)
    np.testing.assert_allclose(model.score(x, 0.4)[:, 0], slope, atol=1e-7)


@EVERY
@pytest.mark.parametrize("eps", [0.0, 0.5, 2.0])
def test_the_drift_keeps_the_density_of_the_mixture(schedule, eps):
    """The Fokker-Planck equation by finite differences, forward and backward."""
    model, t, h = MixtureInterpolant(*MIXTURES[0], *MIXTURES[1], schedule), 0.35, 1e-3
    x = np.linspace(-3, 3, 25)[:, None]

    def density(x, t):
        return np.exp(model.log_density(x, t))

    rate = (density(x, t + h) - density(x, t - h)) / (2 * h)
    curvature = (density(x + h, t) - 2 * density(x, t) + density(x - h, t)) / h**2
    for sign, drift in ((1, model.forward_drift), (-1, model.backward_drift)):

        def flux(x, drift=drift):
            return drift(x, t, eps)[:, 0] * density(x, t)

        divergence = (flux(x + h) - flux(x - h)) / (2 * h)
        np.testing.assert_allclose(rate + divergence - sign * eps * curvature, 0, atol=2e-3)


@EVERY
def test_the_flow_carries_one_covariance_into_the_other_to_ten_digits(schedule):
    model = GaussianInterpolant(M0, C0, M1, C1, schedule)
    M = model.flow_matrix(1.0)
    assert np.max(np.abs(M @ C0 @ M.T - C1)) < 1e-10
    np.testing.assert_allclose(model.flow_map(M0, 1.0), M1, atol=1e-12)
    np.testing.assert_allclose(model.flow_matrix(0.0, 1.0) @ M, np.eye(2), atol=1e-10)


def test_the_flow_map_depends_on_the_levels_where_covariances_do_not_commute():
    maps = [GaussianInterpolant(M0, C0, M1, C1, s).flow_matrix(1.0) for s in SCHEDULES]
    assert np.max(np.abs(maps[0] - maps[1])) > 1e-3
    assert np.max(np.abs(maps[0] - maps[2])) > 1e-3


@pytest.mark.parametrize("eps", [0.0, 0.5, 2.0])
def test_particles_reach_the_second_mixture_with_any_noise(eps):
    """Kolmogorov-Smirnov distance of 4,000 particles; exceeded once in a million by chance alone."""
    model, rng = MixtureInterpolant(*MIXTURES[0], *MIXTURES[1]), np.random.default_rng(0)
    for times, end in ((np.linspace(0, 1, 161), 1.0), (np.linspace(1, 0, 161), 0.0)):
        start = model.sample(4000, times[0], rng)
        reached = np.sort(model.paths(start, times, eps, rng)[-1, :, 0])
        grid = np.linspace(-8, 8, 20001)
        cdf = np.cumsum(np.exp(model.log_density(grid[:, None], end))) * (grid[1] - grid[0])
        apart = np.max(np.abs(np.interp(reached, grid, cdf) - (np.arange(4000) + 0.5) / 4000))
        assert apart < np.sqrt(np.log(2e6) / (2 * 4000))


def test_encoding_and_decoding_pass_through_noise_alone():
    np.testing.assert_allclose(
        GaussianInterpolant(M0, C0, M1, C1, encoding_decoding()).covariance(0.5), np.eye(2), atol=1e-15
    )


def test_one_sided_scores_are_those_of_the_first_law_as_noise():
    model, x = GaussianInterpolant([0.0, 0.0], 1.0, M1, C1, one_sided()), np.array([[0.3, -1.0]])
    first, _ = model.endpoints(x, 0.4)
    np.testing.assert_allclose(model.score(x, 0.4), -first / 0.6, rtol=1e-13)


# Headline numbers


def test_the_bridge_of_the_card():
    assert bridge_covariance(1.0, 2.0, 0.7) == pytest.approx(1.190278, abs=1e-6)
    assert SchroedingerBridge(0.0, 1.0, 0.0, 2.0, 0.7).coupling[0, 0] == pytest.approx(1.190278, abs=1e-6)


@pytest.mark.parametrize(
    ("eps", "divergence", "bound"), [(0.2, 0.08806, 0.24145), (1, 0.04230, 0.04829), (3, 0.00895, 0.01610)]
)
def test_likelihood_of_the_card(eps, divergence, bound):
    found = drift_error_divergence(lambda t: 0.4 * np.sin(3 * t) + 0.1, eps, 1.0, 2.0)
    assert found == pytest.approx((divergence, bound), abs=1e-4)


def test_without_noise_nothing_bounds_the_divergence():
    divergence, bound = drift_error_divergence(lambda t: 0.1, 0.0, 1.0, 2.0)
    assert 0 < divergence < bound == np.inf


# The bridge in many dimensions


@pytest.mark.parametrize("sigma", [0.1, 0.7, 3.0, 30.0])
def test_the_ends_are_joined_by_brownian_motion(sigma):
    """The off-diagonal block of the joint precision is -1/sigma^2, up to what its inversion loses."""
    k = SchroedingerBridge(M0, C0, M1, C1, sigma).coupling
    joint = np.block([[C0, k], [k.T, C1]])
    block = -np.linalg.inv(joint)[:2, 2:] * sigma**2
    loss = np.linalg.cond(joint) * (1 + sigma**2 * np.linalg.norm(np.linalg.inv(joint)))
    np.testing.assert_allclose(block, np.eye(2), atol=16 * np.finfo(float).eps * loss)


def test_limits_of_the_bridge():
    lam, U = np.linalg.eigh(C0)
    root, inverse = (U * np.sqrt(lam)) @ U.T, (U / np.sqrt(lam)) @ U.T
    mu, W = np.linalg.eigh(root @ C1 @ root)
    transport = root @ (W * np.sqrt(mu)) @ W.T @ inverse
    np.testing.assert_allclose(SchroedingerBridge(M0, C0, M1, C1, 1e-4).coupling, transport, atol=1e-7)
    scaled = SchroedingerBridge(M0, C0, M1, C1, 1e6).coupling * 1e12
    np.testing.assert_allclose(scaled, C0 @ C1, rtol=1e-9)


def test_the_drift_keeps_the_marginals_of_the_bridge():
    """Covariance of the linear equation against C_t: rate by central differences."""
    bridge, t, h = SchroedingerBridge(M0, C0, M1, C1, 0.7), 0.4, 1e-4
    rate = (bridge.covariance(t + h) - bridge.covariance(t - h)) / (2 * h)
    slope = (bridge.drift(np.eye(2), t) - bridge.drift(np.zeros((2, 2)), t)).T
    C = bridge.covariance(t)
    np.testing.assert_allclose(slope @ C + C @ slope.T + 0.49 * np.eye(2), rate, atol=1e-7)


def test_commuting_bridges_are_those_of_the_modes():
    c0, c1, x = np.array([0.5, 2.0]), np.array([1.5, 0.3]), np.array([[0.4, -0.7]])
    bridge = SchroedingerBridge(M0, c0, M1, c1, 0.9)
    np.testing.assert_allclose(np.diag(bridge.covariance(0.3)), bridge_variance(0.3, c0, c1, 0.9), rtol=1e-13)
    for t in (0.0, 0.3, 1.0):
        expected = bridge_drift(x, t, M0, c0, M1, c1, 0.9)
        np.testing.assert_allclose(bridge.drift(x, t), expected, rtol=1e-12)


# At the ends


@EVERY
def test_the_ends_are_finite_and_the_two_laws(schedule):
    model, x = GaussianInterpolant(M0, C0, M1, C1, schedule), np.array([[0.3, 0.2]])
    for t, m, C in ((0.0, M0, C0), (1.0, M1, C1)):
        np.testing.assert_allclose(model.score(x, t), -np.linalg.solve(C, (x - m).T).T, rtol=1e-12)
        assert np.all(np.isfinite(model.velocity(x, t)))


# What is refused


def test_a_covariance_that_is_not_symmetric_is_refused_with_how_much():
    with pytest.raises(ValueError, match="not symmetric: .* by 0.5"):
        GaussianInterpolant(M0, [[1.0, 0.5], [0.0, 1.0]], M1, C1)


def test_a_covariance_with_a_negative_eigenvalue_is_refused_with_it():
    with pytest.raises(ValueError, match="smallest eigenvalue is -1"):
        GaussianInterpolant(M0, [[1.0, 2.0], [2.0, 1.0]], M1, C1)


def test_times_outside_of_the_interpolant_are_refused():
    with pytest.raises(DomainError, match="t = 1.2 is outside"):
        GaussianInterpolant(M0, C0, M1, C1).score([[0.0, 0.0]], 1.2)
    with pytest.raises(ValueError, match="t = -0.1 is outside"):
        SchroedingerBridge(M0, C0, M1, C1, 1.0).covariance(-0.1)


def test_weights_that_do_not_add_up_are_refused_with_the_factor():
    with pytest.raises(ValueError, match="add up to 1.2"):
        MixtureInterpolant([0.5, 0.7], *MIXTURES[0][1:], *MIXTURES[1])
    with pytest.raises(ValueError, match="-0.2 is not a weight"):
        MixtureInterpolant([1.2, -0.2], *MIXTURES[0][1:], *MIXTURES[1])


def test_levels_that_are_none_of_an_interpolant_are_refused():
    same = dict(dalpha=lambda t: -1 + 0 * t, dbeta=lambda t: 1 + 0 * t, gdg=lambda t: 0 * t)
    with pytest.raises(ValueError, match="gamma = -"):
        Interpolant(lambda t: 1 - t, lambda t: t, lambda t: -t * (1 - t), **same)
    with pytest.raises(ValueError, match="at t = 1, needs"):
        Interpolant(lambda t: 1 - t / 2, lambda t: t, lambda t: 0 * t, **same)
    with pytest.raises(ValueError, match="a = -1"):
        linear(-1)


@pytest.mark.parametrize("sigma", [0.0, -1.0, np.nan])
def test_a_bridge_needs_noise_and_laws_that_vary(sigma):
    with pytest.raises(ValueError, match="sigma"):
        SchroedingerBridge(M0, C0, M1, C1, sigma)
    with pytest.raises(ValueError, match="C1 is singular"):
        SchroedingerBridge(M0, C0, M1, np.diag([1.0, 0.0]), 1.0)


def test_noise_needs_a_generator_and_samples_the_dimension():
    model = GaussianInterpolant(M0, C0, M1, C1)
    with pytest.raises(ValueError, match="needs rng"):
        model.paths([[0.0, 0.0]], [0.0, 1.0], 0.5)
    with pytest.raises(ValueError, match="diffusion"):
        model.forward_drift([[0.0, 0.0]], 0.5, -1.0)
    with pytest.raises(ValueError, match="needs \\(B, 2\\)"):
        model.score([[0.0, 0.0, 0.0]], 0.5)
