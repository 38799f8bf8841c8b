"""A linear denoiser's learning: headline numbers, limits, inputs that have no answer, and the figure."""

import numpy as np
import pytest

from derivations.gaussian_score import figures
from derivations.gaussian_score.generated_variance import generated_mode_variance, half_variance_time
from derivations.gaussian_score.linear_denoiser import (
    linear_denoiser_bias,
    linear_denoiser_weight,
    two_layer_denoiser_weight,
)
from derivations.gaussian_score.simulation.denoiser_training import LAM, entries, rotated
from derivations.gaussian_score.simulation.trained_sampling import variance_by_time
from theory.closed_form.form import DomainError

EDM = {"sigma_0": 0.002, "sigma_T": 80.0, "eta": 1.0}
FORMS = (
    (linear_denoiser_weight, {"tau": 1.0, "lam": 1.0, "sigma": 0.5, "w0": 0.1, "eta": 1.0}),
    (linear_denoiser_bias, {"tau": 1.0, "b0": 0.3, "eta": 1.0}),
    (two_layer_denoiser_weight, {"tau": 1.0, "lam": 1.0, "sigma": 0.5, "w0": 0.1, "eta": 1.0}),
    (generated_mode_variance, {"tau": 1.0, "lam": 1.0, **EDM}),
    (half_variance_time, {"lam": 1.0, **EDM}),
)


def test_spectral_bias_of_the_time_to_half_the_variance():
    lam = np.geomspace(0.03, 10, 200)
    time = half_variance_time(lam, **EDM)
    assert round(np.polyfit(np.log(lam), np.log(time), 1)[0], 3) == -0.962
    assert (round((time * lam).min(), 2), round((time * lam).max(), 2)) == (1.17, 1.46)
    assert np.all(np.diff(time) < 0)


def test_after_its_time_a_mode_has_half_its_variance():
    lam = np.geomspace(0.03, 10, 7)
    time = half_variance_time(lam, **EDM)
    assert generated_mode_variance(time, lam, **EDM) == pytest.approx(lam / 2, rel=1e-14)


@pytest.mark.parametrize("form", [linear_denoiser_weight, two_layer_denoiser_weight])
def test_learning_runs_from_the_start_to_the_best_weight(form):
    lam, sigma = np.array([0.05, 1.0, 4.0]), 0.7
    assert form(0, lam, sigma, 0.1, 0.5) == pytest.approx(0.1, rel=1e-15)
    assert form(1e6, lam, sigma, 0.1, 0.5) == pytest.approx(lam / (lam + sigma**2), rel=1e-15)


def test_directions_without_data_are_forgotten():
    tau = np.array([0.0, 1.0, 10.0])
    assert linear_denoiser_weight(tau, 0, 0.5, 0.3, 1) == pytest.approx(0.3 * np.exp(-tau / 2), rel=1e-14)
    assert two_layer_denoiser_weight(tau, 0, 0.5, 0.3, 1) == pytest.approx(0.3 / (1 + 0.6 * tau), rel=1e-14)
    tiny = two_layer_denoiser_weight(tau, 1e-200, 0.5, 0.3, 1)
    assert tiny == pytest.approx(two_layer_denoiser_weight(tau, 0, 0.5, 0.3, 1), rel=1e-14)


def test_two_layers_do_not_leave_zero():
    assert np.all(two_layer_denoiser_weight(np.array([0, 1, 1e9]), 1.0, 0.5, 0.0, 1.0) == 0)


def test_two_layers_at_zero_and_beside_it_in_one_tensor():
    torch = pytest.importorskip("torch")
    w0 = torch.tensor([0.0, 0.1], dtype=torch.float64)
    found = two_layer_denoiser_weight(1.0, 1.0, 0.5, w0, 1.0)
    assert found.tolist() == pytest.approx([0, two_layer_denoiser_weight(1.0, 1.0, 0.5, 0.1, 1.0)], rel=1e-15)


def test_two_layers_wait_for_a_time_that_no_noise_level_enters():
    lam, w0 = np.array([0.5, 1.0, 2.0]), 1e-6
    for sigma in (0.1, 1.0):
        best = lam / (lam + sigma**2)
        delay = np.log(best / w0) / (8 * lam)
        assert two_layer_denoiser_weight(delay, lam, sigma, w0, 1.0) == pytest.approx(best / 2, rel=1e-5)


def test_what_is_generated_runs_from_the_noise_left_to_the_data():
    lam = np.array([0.0, 0.03, 1.0, 10.0])
    noise, start = EDM["sigma_0"] ** 2, EDM["sigma_T"] ** 2
    assert generated_mode_variance(0, lam, **EDM) == pytest.approx(noise, rel=1e-14)
    at_last = start * (noise + lam) / (start + lam)
    assert generated_mode_variance(1e9, lam, **EDM) == pytest.approx(at_last, rel=1e-14)
    grown = generated_mode_variance(np.geomspace(1e-6, 1e6, 200), 1.0, **EDM)
    assert np.all(np.diff(grown) >= -1e-15) and np.all(np.isfinite(grown))


def test_only_the_product_of_rate_and_time_counts():
    faster = EDM | {"eta": 8.0}
    assert generated_mode_variance(2.0, 0.7, **EDM) == generated_mode_variance(0.25, 0.7, **faster)
    assert half_variance_time(0.7, **faster) == pytest.approx(half_variance_time(0.7, **EDM) / 8, rel=1e-14)


@pytest.mark.parametrize(("form", "values"), FORMS, ids=lambda value: getattr(value, "name", ""))
def test_values_outside_the_domain_are_refused_by_name(form, values):
    assert np.all(np.isfinite(form(**values)))
    wrong = {"tau": -1.0, "lam": -1.0, "sigma": 0.0, "eta": 0.0, "sigma_0": 0.0, "sigma_T": 0.0}
    for name in values.keys() & wrong.keys():
        with pytest.raises(DomainError, match=name):
            form(**values | {name: wrong[name]})


def test_a_flow_does_not_end_above_its_start():
    with pytest.raises(DomainError, match="sigma_0"):
        generated_mode_variance(1.0, 1.0, 3.0, 2.0, 1.0)


@pytest.mark.parametrize("lam", [0.0, 2 * 0.002**2, 80.0**2 * 1.01])
def test_half_the_variance_is_not_generated_if_noise_alone_exceeds_it_or_the_start_is_too_low(lam):
    with pytest.raises(DomainError):
        half_variance_time(lam, **EDM)


def test_a_covariance_in_a_random_basis_keeps_its_modes():
    basis, covariance = rotated(np.random.default_rng(0), np.array(LAM))
    assert entries(basis, covariance) == pytest.approx(LAM, rel=1e-13)


def test_trained_denoisers_land_on_the_curves_of_the_figure():
    """The error that a sampler of second order has left is a third of what the last doubling changed."""
    data, lam = figures.spectral_bias.axes_data(), (10.0, 3.0, 1.0, 0.3, 0.1, 0.03)
    assert len(figures.spectral_bias.caption) > 100
    for one in lam:
        tau, shown = data["a", rf"$\lambda = {one:g}$, trained"]
        coarse = variance_by_time(tau, [one], **EDM, levels=200)[:, 0] / one
        theory = generated_mode_variance(tau, one, **EDM) / one
        assert len(tau) >= 5
        assert np.max(np.abs(theory - shown)) < np.max(np.abs(coarse - shown))
