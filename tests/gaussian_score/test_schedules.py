"""Noise schedules: rates are the derivatives of levels, and follow from drift and diffusion."""

import numpy as np
import pytest
from scipy.differentiate import derivative

from derivations.gaussian_score import ddpm, edm, flow_matching, sub_vp, ve, vp_cosine, vp_linear

CONTINUOUS = [edm(), flow_matching(), ve(), vp_linear(), vp_cosine(), sub_vp()]
TIMES = np.linspace(0.05, 0.95, 19)


@pytest.mark.parametrize("schedule", CONTINUOUS, ids=lambda s: s.name)
def test_rates_are_the_derivatives_of_the_levels(schedule):
    """Within what the numerical derivative says of its own error."""
    t = TIMES * schedule.t_max
    for k in (0, 1):
        found = derivative(lambda t, k=k: schedule.levels(t)[k], t, initial_step=0.02 * schedule.t_max)
        rounding = 1e-9 * (np.abs(found.df) + 1)
        assert np.all(np.abs(schedule.rates(t)[k] - found.df) <= 10 * found.error + rounding)


@pytest.mark.parametrize("schedule", [vp_linear(), vp_cosine(), ddpm()], ids=lambda s: s.name)
def test_vp_schedules_preserve_the_variance(schedule):
    t = np.round(TIMES * schedule.t_max)
    alpha, sigma = schedule.levels(t)
    np.testing.assert_allclose(alpha**2 + sigma**2, 1, rtol=1e-14)


@pytest.mark.parametrize("schedule", CONTINUOUS, ids=lambda s: s.name)
def test_schedules_begin_without_noise(schedule):
    alpha, sigma = schedule.levels(schedule.t_min)
    assert (alpha, sigma) == (pytest.approx(1, rel=1e-15), 0)


def test_small_noise_keeps_its_digits():
    """Near t = 0 the variance 1 - alpha^2 would cancel: sigma^2 / t tends to beta_min instead."""
    t = 1e-12
    assert vp_linear(0.1, 20.0).levels(t)[1] ** 2 / t == pytest.approx(0.1, rel=1e-9)


def test_ddpm_has_a_level_after_every_step():
    betas = np.array([0.1, 0.2, 0.5])
    alpha, sigma = ddpm(betas).levels([0, 1, 2])
    np.testing.assert_allclose(alpha**2, [0.9, 0.72, 0.36], rtol=1e-15)
    np.testing.assert_allclose(sigma**2, [0.1, 0.28, 0.64], rtol=1e-14)
