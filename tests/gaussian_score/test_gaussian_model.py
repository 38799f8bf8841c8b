"""GaussianModel: what each method returns, for which data, levels and libraries, and to what accuracy."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp
from scipy.stats import multivariate_normal, ortho_group

from derivations.gaussian_score import (
    GaussianModel,
    Schedule,
    ddpm,
    edm,
    flow_matching,
    sub_vp,
    ve,
    vp_cosine,
    vp_linear,
)
from theory import DomainError

SCHEDULES = [edm(), flow_matching(), ve(), vp_linear(), vp_cosine(), sub_vp()]
EPS = np.finfo(float).eps


def data(rank=5, dimension=5, seed=0):
    """A mean and a covariance of this rank."""
    rng = np.random.default_rng(seed)
    U = ortho_group.rvs(dimension, random_state=rng)[:, :rank]
    lam = np.geomspace(3, 0.02, rank)
    return rng.normal(size=dimension), U * lam @ U.T


def samples(count=4, dimension=5, seed=1):
    return np.random.default_rng(seed).normal(size=(count, dimension))


@pytest.mark.parametrize("rank", [1, 3, 5])
@pytest.mark.parametrize(("alpha", "sigma"), [(1.0, 0.3), (0.8, 0.6), (0.0, 1.0)])
def test_score_denoiser_and_density_are_those_of_the_noisy_gaussian(rank, alpha, sigma):
    """Against dense linear algebra, whose own error is its condition number."""
    mu, Sigma = data(rank)
    model, x = GaussianModel(mu, Sigma), samples()
    noisy = alpha**2 * Sigma + sigma**2 * np.eye(5)
    bound = 64 * EPS * np.linalg.cond(noisy) * np.abs(x).max() / sigma**2
    score = -np.linalg.solve(noisy, (x - alpha * mu).T).T
    assert np.abs(model.score(x, alpha=alpha, sigma=sigma) - score).max() < bound
    assert np.abs(model.epsilon(x, sigma, alpha=alpha) + sigma * score).max() < bound
    clean = mu + alpha * (x - alpha * mu) @ np.linalg.solve(noisy, Sigma)
    assert np.abs(model.denoiser(x, sigma, alpha=alpha) - clean).max() < bound
    expected = multivariate_normal(alpha * mu, noisy).logpdf(x)
    assert np.abs(model.log_density(x, sigma, alpha=alpha) - expected).max() < bound


def test_clean_data_of_full_rank_have_a_density():
    mu, Sigma = data()
    expected = multivariate_normal(mu, Sigma).logpdf(samples())
    np.testing.assert_allclose(GaussianModel(mu, Sigma).log_density(samples(), 0), expected, rtol=1e-12)


@pytest.mark.parametrize("rank", [3, 5])
def test_jacobians_are_the_derivatives_and_are_applied_without_being_formed(rank):
    model, x = GaussianModel(*data(rank)), samples()
    for function, jacobian, product in (
        (model.score, model.score_jacobian, model.score_jvp),
        (model.denoiser, model.denoiser_jacobian, model.denoiser_jvp),
    ):
        at = {"sigma": 0.6, "alpha": 0.8}
        # both are affine in x: a difference of any length is exact
        moved = function(x + 1.0, **at) - function(x, **at)
        ones = np.ones_like(x)
        np.testing.assert_allclose(moved, ones @ jacobian(**at).T, atol=1e-12)
        np.testing.assert_allclose(product(ones, **at), ones @ jacobian(**at).T, atol=1e-12)


@pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda s: s.name)
@pytest.mark.parametrize("rank", [3, 5])
def test_the_exact_trajectory_agrees_with_an_adaptive_ode_to_1e_9(schedule, rank):
    """DOP853 at rtol 1e-10 on the dense score, from the noisiest time to a tenth of it."""
    mu, Sigma = data(rank)
    model = GaussianModel(mu, Sigma)
    start, end = 0.98 * schedule.t_max, 0.1 * schedule.t_max
    alpha_T, sigma_T = schedule.levels(start)
    x_T = alpha_T * mu + sigma_T * samples(1)[0]

    def slope(t, x):
        alpha, sigma = schedule.levels(t)
        dalpha, dsigma = schedule.rates(t)
        ahead = np.linalg.solve(alpha**2 * Sigma + sigma**2 * np.eye(5), x - alpha * mu)
        return dalpha * (mu + alpha * Sigma @ ahead) + dsigma * sigma * ahead

    found = solve_ivp(slope, (start, end), x_T, "DOP853", rtol=1e-10, atol=1e-12).y[:, -1]
    exact = model.probability_flow(x_T, end, schedule=schedule, t_start=start)
    assert np.abs(exact - found).max() < 1e-9 * np.abs(found).max()
    midway = model.probability_flow(x_T, (start + end) / 2, schedule=schedule, t_start=start)
    rate = slope((start + end) / 2, midway)
    np.testing.assert_allclose(model.velocity(midway, (start + end) / 2, schedule=schedule), rate, rtol=1e-9)
    estimate = model.endpoint_estimate(x_T, end, schedule=schedule, t_start=start)
    np.testing.assert_allclose(estimate, model.denoiser(exact, end, schedule=schedule), rtol=1e-9, atol=1e-9)


def test_the_flow_there_and_back_is_the_sample():
    model, x = GaussianModel(*data(3)), samples()
    there = model.probability_flow(80 * x, 0.5)
    np.testing.assert_allclose(model.probability_flow(there, 80.0, 0.5), 80 * x, rtol=1e-11)


def test_a_mode_of_unit_variance_is_at_rest_where_the_variance_is_preserved():
    model = GaussianModel.from_spectrum(np.zeros(2), np.eye(2), [1.0, 1.0])
    x, times = samples(3, 2), np.linspace(0, 1, 9)
    for schedule in (vp_linear(), vp_cosine()):
        moved = model.probability_flow(x, times, schedule=schedule)
        np.testing.assert_allclose(moved, np.broadcast_to(x, moved.shape), rtol=1e-13)


def test_levels_make_an_axis_of_times_and_single_samples_stay_single():
    model, x = GaussianModel(*data(3)), samples()
    for function in (model.score, model.denoiser, model.epsilon, model.velocity, model.probability_flow):
        assert function(x, [0.1, 0.2, 0.3]).shape == (3, 4, 5)
        assert function(x[0], 0.2).shape == (5,)
        np.testing.assert_array_equal(function(x, [0.1, 0.2])[1], function(x, 0.2))
    assert model.log_density(x, [0.1, 0.2]).shape == (2, 4)
    assert model.flow_gains([0.1, 0.2]).shape == model.perturbation_gains([0.1, 0.2]).shape == (2, 3)
    along = model.score(model.probability_flow(x, [0.1, 0.2]), [0.1, 0.2])
    np.testing.assert_array_equal(along[1], model.score(model.probability_flow(x, 0.2), 0.2))


@given(st.floats(-6, 6), st.integers(1, 5))
@settings(max_examples=40, deadline=None)
def test_the_score_is_as_exact_as_x_at_every_noise_level(exponent, rank):
    """From sigma = 1e-6 to 1e6: the error is below what some roundings of x amount to."""
    sigma, (mu, Sigma) = 10.0**exponent, data(rank)
    model = GaussianModel(mu, Sigma)
    off = np.linalg.svd(np.eye(5) - model.U @ model.U.T)[0][:, 0] if rank < 5 else np.zeros(5)
    on = model.U @ np.ones(rank)
    steepest = 1 / (sigma**2 + (model.lam[-1] if rank == 5 else 0))
    exact = -model.U @ (1 / (model.lam + sigma**2)) - off / sigma**2
    found = model.score(mu + on + off, sigma)
    assert np.abs(found - exact).max() < 32 * EPS * steepest * (np.abs(mu) + np.abs(on) + 1).max()
    far = model.score(mu + 1e6 * sigma * (on + off), sigma)
    assert np.all(np.isfinite(far))


def test_emergence_is_where_half_of_the_square_has_come():
    model = GaussianModel(*data(3))
    np.testing.assert_allclose(model.emergence_levels() ** 2, model.lam, rtol=1e-14)
    for schedule in SCHEDULES:
        times = model.emergence_times(schedule)
        alpha, sigma = schedule.levels(times)
        np.testing.assert_allclose(sigma / alpha, np.sqrt(model.lam), rtol=1e-9)
        assert np.all(np.diff(times) < 0)  # the process runs back: large variance comes first
    assert model.emergence_times(edm(0.5))[0] == 0.5  # it has emerged where the schedule starts


def test_perturbations_early_on_last_where_the_variance_exceeds_1():
    model = GaussianModel.from_spectrum(np.zeros(3), np.eye(3), [9.0, 1.0, 0.04])
    gains = model.perturbation_gains(t=np.linspace(0.05, 1, 20), schedule=vp_cosine())
    assert np.all(np.diff(gains[:, 0]) > 0) and gains[-1, 0] == pytest.approx(3)
    assert np.all(np.diff(gains[:, 2]) < 0) and gains[-1, 2] == pytest.approx(0.2)
    np.testing.assert_allclose(gains[:, 1], 1, rtol=1e-14)


def test_the_trajectory_is_never_far_from_a_rotation():
    bound = (np.sqrt(2) - 1) ** 2
    angle = np.linspace(0.01, np.pi / 2 - 0.01, 50)
    for rank in (1, 3, 5):
        missed = GaussianModel(*data(rank)).rotation_residual(np.sin(angle), alpha=np.cos(angle))
        assert np.all(missed > 0) and np.all(missed < bound)
    equal = GaussianModel.from_spectrum(np.zeros(2), np.eye(2), [1.0, 1.0])
    level = np.sqrt(0.5)
    assert equal.rotation_residual(level, alpha=level) == pytest.approx(bound, rel=1e-14)


@pytest.mark.parametrize("kappa", [0.0, 0.5, 1.0, 2.0])
def test_the_reverse_process_forgets_a_wrong_start_the_more_noise_it_adds(kappa):
    model = GaussianModel(*data(3))
    wrong = model.reverse_sde_w2(0.002, 10.0, kappa=kappa)
    assert wrong > model.reverse_sde_w2(0.002, 10.0, kappa=kappa + 0.5)
    assert model.reverse_sde_w2(0.002, 1e6, kappa=kappa) < 1e-4 * wrong


def test_without_noise_the_reverse_process_is_the_flow_and_with_it_conditioning():
    mu, Sigma = data(3)
    model, x, sigma, sigma_T = GaussianModel(mu, Sigma), samples(), 0.5, 7.0
    still = model.reverse_sde(x, sigma, sigma_T, kappa=0.0)
    np.testing.assert_allclose(still.mean, model.probability_flow(x, sigma, sigma_T), rtol=1e-12)
    assert np.all(still.variance == 0) and still.off_manifold == 0
    noisy = model.reverse_sde(x, sigma, sigma_T, kappa=1.0)
    clean, dirty = Sigma + sigma**2 * np.eye(5), Sigma + sigma_T**2 * np.eye(5)
    np.testing.assert_allclose(noisy.mean, mu + (x - mu) @ np.linalg.solve(dirty, clean), rtol=1e-12)
    left = clean - clean @ np.linalg.solve(dirty, clean)
    np.testing.assert_allclose(noisy.variance, np.diagonal(model.U.T @ left @ model.U), rtol=1e-11)


def test_w2_of_gaussians():
    mu, Sigma = data(3)
    model = GaussianModel(mu, Sigma)
    shifted = GaussianModel(mu + 2.0, Sigma)
    assert model.w2(shifted) == pytest.approx(2 * np.sqrt(5), rel=1e-7)
    wider = GaussianModel.from_spectrum(mu, model.U, 4 * model.lam)
    assert model.w2(wider) == pytest.approx(np.sqrt(model.lam.sum()), rel=1e-7)


def test_from_data_is_the_gaussian_of_the_empirical_law():
    X = samples(50, 5)
    model = GaussianModel.from_data(X)
    np.testing.assert_allclose(model.mu, X.mean(axis=0))
    np.testing.assert_allclose(model.Sigma, np.cov(X.T, bias=True), atol=1e-13)
    assert GaussianModel.from_data(X, rank=2).rank == 2
    assert GaussianModel.from_data(X[:3]).rank == 2  # three points lie in a plane
    np.testing.assert_allclose(GaussianModel.from_data(X, rank=2).lam, model.lam[:2])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("library", ["numpy", "jax", "torch"])
def test_samples_of_a_library_give_results_of_it_in_the_same_precision(library, dtype):
    pytest.importorskip(library)
    model, x = GaussianModel(*data(3)), samples()
    functions = {
        "score": lambda x: model.score(x, 0.3), "flow": lambda x: model.probability_flow(x, [0.1, 0.5]),
        "denoiser": lambda x: model.denoiser(x, 0.6, alpha=0.8),
        "density": lambda x: model.log_density(x, 0.3),
        "velocity": lambda x: model.velocity(x, 0.5, schedule=vp_linear()),
        "reverse": lambda x: model.reverse_sde(x, 0.3).mean,
    }  # fmt: skip
    eps = np.finfo(dtype).eps
    with _x64(library, dtype):
        given_x = _array(library, x, dtype)
        for name, function in functions.items():
            found, expected = function(given_x), function(x)
            assert type(found) is type(given_x), name
            assert str(found.dtype).endswith(dtype), name
            assert np.abs(np.asarray(found) - expected).max() < 500 * eps * np.abs(expected).max(), name


def test_jax_traces_and_differentiates_the_model():
    jax = pytest.importorskip("jax")
    model, x = GaussianModel(*data(3)), samples()
    with jax.enable_x64(True):
        score = jax.jit(lambda x, sigma: model.score(x, sigma))(jax.numpy.asarray(x), 0.3)
        np.testing.assert_allclose(score, model.score(x, 0.3), rtol=1e-11)
        slope = jax.grad(lambda x: model.log_density(x, 0.3))(jax.numpy.asarray(x[0]))
        np.testing.assert_allclose(slope, model.score(x[0], 0.3), rtol=1e-9)


MODEL, X = GaussianModel(*data(3)), samples()
WRONG = {
    "not symmetric": (lambda: GaussianModel([0, 0], [[1, 0.5], [0, 1]]), "differs by 0.5"),
    "not positive": (lambda: GaussianModel([0, 0], [[1, 0], [0, -0.25]]), "smallest eigenvalue is -0.25"),
    "wrong shape": (lambda: GaussianModel([0, 0], np.eye(3)), "needs (2, 2)"),
    "NaN": (lambda: GaussianModel([0, np.nan], np.eye(2)), "mu: 1 of 2 numbers are not finite"),
    "rank": (lambda: GaussianModel.from_data(X, rank=5), "1 <= rank <= 4"),
    "not orthonormal": (lambda: GaussianModel.from_spectrum([0, 0], np.ones((2, 1)), [1]), "not orthonormal"),
    "negative variance": (lambda: GaussianModel.from_spectrum([0], [[1]], [-1]), "needs lam >= 0"),
    "sigma": (lambda: MODEL.score(X, -0.3), "sigma = -0.3"),
    "sigma is 0": (lambda: MODEL.score(X, 0.0), "needs sigma > 0"),
    "no level": (lambda: MODEL.score(X), "sigma is missing"),
    "x is NaN": (lambda: MODEL.score(np.nan * X, 0.3), "x = nan"),
    "x": (lambda: MODEL.score(X[:, :3], 0.3), "its last axis needs 5 entries"),
    "time without schedule": (lambda: MODEL.score(X, t=0.3), "needs a schedule"),
    "level twice": (lambda: MODEL.score(X, 0.3, t=0.3, schedule=edm()), "give the time t once"),
    "time out of range": (lambda: MODEL.score(X, 1.5, schedule=vp_linear()), "t = 1.5 is outside"),
    "rates": (lambda: MODEL.velocity(X, 500, schedule=ddpm()), "has no dalpha nor dsigma"),
    "half a step": (lambda: MODEL.score(X, 0.5, schedule=ddpm()), "outside its times 0, 1, 2"),
    "no density": (lambda: MODEL.log_density(X, 0), "have no density"),
    "skip": (lambda: MODEL.teleport(X, 100.0), "sigma = 100.0"),
    "noisier": (lambda: MODEL.reverse_sde(X, 90.0), "alpha*sigma_T >= alpha_T*sigma"),
    "turns": (lambda: Schedule(lambda t: 1 - t, lambda t: t * (1 - t)), "not monotone"),
    "negative level": (lambda: Schedule(lambda t: -t, lambda t: t), "alpha = -"),
    "betas": (lambda: ddpm([0.1, 1.2]), "between 0 and 1"),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_input_is_named(case):
    call, message = WRONG[case]
    with pytest.raises((ValueError, DomainError)) as found:
        call()
    assert message in str(found.value)


def _x64(library, dtype):
    from contextlib import nullcontext

    if library != "jax":
        return nullcontext()
    import jax

    return jax.enable_x64(dtype == "float64")


def _array(library, x, dtype):
    if library == "numpy":
        return x.astype(dtype)
    if library == "jax":
        import jax

        return jax.numpy.asarray(x, dtype=dtype)
    import torch

    return torch.tensor(x, dtype=getattr(torch, dtype))
