"""The numbers users know: likelihoods, variances of ancestral samplers, error constants, divergences."""

from __future__ import annotations

import numpy as np
import pytest

import derivations.score_sde as sde
from derivations.score_sde.simulation.samplers import final_error

BETA, SIGMA = (0.1, 20.0), (0.01, 50.0)
MEAN, COVARIANCE = [0.4, -0.3], [[1.2, 0.5], [0.5, 0.6]]


@pytest.mark.parametrize(("process", "known"), [("VE", -1.673132), ("VP", -1.673139), ("sub-VP", -1.673123)])
def test_log_likelihood_of_a_correlated_gaussian(process, known):
    t = 1e-4
    alpha = 1.0 if process == "VE" else sde.vp_alpha(t, *BETA)
    sigma2 = {"VE": sde.ve_sigma2(t, *SIGMA), "VP": sde.vp_sigma2(t, *BETA),
              "sub-VP": sde.sub_vp_sigma2(t, *BETA)}[process]  # fmt: skip
    assert sde.log_likelihood([0.9, 0.2], MEAN, COVARIANCE, alpha, sigma2) == pytest.approx(known, abs=1e-6)


@pytest.mark.parametrize(
    ("covariance", "complaint"),
    [([[1, 0.5], [0.4, 1]], "not symmetric.* 0.1"), ([[1, 2], [2, 1]], "not positive definite.* -1")],
)
def test_a_covariance_that_is_none_is_refused_with_numbers(covariance, complaint):
    with pytest.raises(ValueError, match=complaint):
        sde.log_likelihood([0, 0], [0, 0], covariance)


@pytest.mark.parametrize(
    ("noise", "known"),
    [
        ("beta", [0.00100, 0.30435, 1.00000, 3.95316]),
        ("beta_tilde", [0, 0.28064, 0.95791, 3.87704]),
        ("optimal", [0, 0.3, 1, 4]),
    ],
)
def test_variance_of_ddpm_in_200_steps(noise, known):
    betas = (BETA[0] + (BETA[1] - BETA[0]) * np.arange(1, 201) / 200) / 200
    assert sde.ddpm_variance([0, 0.3, 1, 4], betas, noise) == pytest.approx(known, abs=5e-6)


FULL_RANGE = {
    "ddim": (1, sde.ddim_error_constant, -1 / 4),
    "heun": (2, sde.heun_error_constant, 1 / 8),
    "multistep": (2, sde.multistep_error_constant, 1 / 16),
    "adams2": (2, sde.adams2_error_constant, 5 / 48),
    "pc2": (2, sde.pc2_error_constant, -7 / 48),
    "pc3": (3, sde.pc3_error_constant, 5 / 48),
}


@pytest.mark.parametrize("sampler", FULL_RANGE)
def test_error_constant_on_the_full_range(sampler):
    order, constant, known = FULL_RANGE[sampler]
    assert constant(0.0, 1.0) == pytest.approx(known, rel=1e-14)
    length, steps = np.log(200.0**2), 800
    error = final_error(sampler, [1.0], h=length / steps, length=length, highest=200.0)[0, 0]
    assert error / (length / steps) ** order == pytest.approx(known, rel=0.03)


def test_adams_with_three_nodes_is_superconvergent_on_the_full_range_only():
    assert sde.adams3_error_constant(0.0, 1.0) == pytest.approx(0, abs=1e-16)
    assert sde.adams3_error_constant(1 / 2, 400 / 401) == pytest.approx(0.0708, abs=1e-4)
    length = np.log(20.0)
    errors = [
        final_error("adams3", [1.0], h=length / n, length=length, highest=20.0)[0, 0] for n in (200, 400)
    ]
    assert np.log2(errors[0] / errors[1]) == pytest.approx(3, abs=0.05)
    assert errors[1] / (length / 400) ** 3 == pytest.approx(0.0708, rel=0.03)


def test_divergences():
    assert sde.gaussian_kl(0.7, 1.6) == pytest.approx(0.132089, abs=1e-6)
    assert sde.vp_prior_mismatch(0.3, 0.0, 1.0, *BETA) == pytest.approx(2.285e-10, rel=1e-3)


def test_sub_vp_never_has_more_noise_than_vp():
    t = np.linspace(0, 1, 101)
    assert np.all(sde.sub_vp_sigma2(t, *BETA) <= sde.vp_sigma2(t, *BETA))
