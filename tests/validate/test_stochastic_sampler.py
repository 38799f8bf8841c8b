"""Stochastic samplers on trial: judged by mean and variance, with planted bugs."""

from functools import partial, update_wrapper

import numpy as np
import pytest

from derivations.gaussian_score.trial.examples import STOCHASTIC, heun, slope, steps_of, with_draws
from theory import validate


def ancestral(denoise, x, sigmas, rng, noise=1.0, root=np.sqrt, fresh=True, shared=False):
    for s, t in steps_of(sigmas):
        if not fresh:
            rng = np.random.default_rng(0)
        added = t**2 * (s**2 - t**2) / s**2
        down = np.sqrt(t**2 - added)
        draws = rng.normal(size=x.shape[1:] if shared else x.shape)
        x = x + (down - s) * slope(denoise, x, s) + noise * root(added) * draws
    return x


def euler_maruyama(denoise, x, sigmas, rng, factor=1.0):
    """The reverse equation dx = -g^2 s dt + g dw in steps of sigma^2; ``factor`` in front of g^2."""
    for s, t in steps_of(sigmas):
        g2 = factor * (s**2 - t**2)
        x = x + (denoise(x, s) - x) / s**2 * g2 + np.sqrt(g2) * rng.normal(size=x.shape)
    return x


def bound_to(sample, **options):
    return with_draws(update_wrapper(partial(sample, **options), sample))


@pytest.mark.parametrize("sample", STOCHASTIC)
def test_stochastic_samplers_are_accepted(sample):
    trial = validate.sampler(with_draws(sample), stochastic=True)
    assert trial.holds, trial
    assert trial.order is None and "z-scores" in trial.setting


@pytest.mark.parametrize(
    ("sample", "options", "kind", "word"),
    [
        (ancestral, dict(root=lambda v: v), "stochastic variance", ""),
        (ancestral, dict(noise=2**0.5), "stochastic variance", "too much noise"),
        (ancestral, dict(noise=0.5), "stochastic variance", "too little noise"),
        (ancestral, dict(fresh=False), "same draws in every step", "same draws"),
        (ancestral, dict(shared=True), "noise shared by rows", "same draws"),
        (euler_maruyama, dict(factor=2.0), "stochastic variance", ""),
        (euler_maruyama, dict(factor=0.5), "stochastic variance", ""),
    ],
    ids=lambda one: getattr(one, "__name__", None) or str(one)[:30],
)
def test_planted_bugs_of_stochastic_samplers_are_found(sample, options, kind, word):
    trial = validate.sampler(bound_to(sample, **options), stochastic=True)
    assert kind in trial.kinds(), trial
    (message,) = [f.message for f in trial.findings if f.kind == kind]
    assert word in message


def test_a_sampler_that_seeds_itself_in_each_call_is_noted():
    def seeded(denoise, x, sigmas):
        return ancestral(denoise, x, sigmas, np.random.default_rng(3))

    trial = validate.sampler(seeded, stochastic=True)
    assert trial.holds and "seeded" in [finding.kind for finding in trial.findings]
    assert validate.sampler(seeded).kinds()  # as a deterministic one it goes elsewhere


def test_a_deterministic_sampler_has_the_right_moments_and_draws_no_noise():
    trial = validate.sampler(heun, stochastic=True)
    assert trial.holds and "no noise" in [finding.kind for finding in trial.findings]


def test_noise_in_a_sampler_said_to_be_deterministic_is_found():
    assert "two runs differ" in validate.sampler(bound_to(ancestral)).kinds()
