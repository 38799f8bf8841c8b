"""Samplers on a mixture, whose flow is not linear; and which steps of a run make its error."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from derivations.gaussian_score.models.mixture import MixtureModel
from derivations.gaussian_score.trial import curved
from derivations.gaussian_score.trial.examples import heun, midpoint, rk4, slope, steps_of
from theory import validate


@pytest.mark.parametrize("seed", [0, 1])
def test_trajectories_are_known_to_their_accuracy(seed):
    """Against another tolerance, other steps and another method, at every level."""
    flow = curved.flow(seed)
    few = flow.at(80.0)[:4]

    def speed(u, x):
        return x - flow.model.denoiser(x.reshape(few.shape), np.exp(u)).ravel()

    levels = np.array([80.0, 3.0, 0.3, 0.02, 2e-3])
    options = dict(method="LSODA", rtol=1e-12, atol=1e-13, t_eval=np.log(levels))
    solved = solve_ivp(speed, np.log(levels[[0, -1]]), few.ravel(), **options)
    finer = curved.trajectories(flow.model, flow.at(curved.PURE), rtol=1e-13, longest=0.1)
    for level, other in zip(levels, solved.y.T, strict=True):
        scale = flow.spread(level)
        assert np.max(np.abs(other.reshape(few.shape) - flow.at(level)[:4]) / scale) < 1e-9
        again = finer(np.log(level)).reshape(flow.at(level).shape)
        assert np.max(np.abs(again - flow.at(level)) / scale) < curved.ACCURACY


@pytest.mark.parametrize("seed", range(3))
def test_errors_grow_no_more_than_is_said(seed):
    flow, rng = curved.flow(seed), np.random.default_rng(seed)
    for level in (30.0, 1.0, 0.1):
        start = flow.at(level)
        off = 1e-6 * rng.normal(size=start.shape)
        moved = _end(flow.model, start + off * flow.spread(level), level) - _end(flow.model, start, level)
        grown = np.linalg.norm(moved / flow.spread(2e-3), axis=1) / np.linalg.norm(off, axis=1)
        assert 0.1 < np.max(grown) < 1.01 * flow.growth


def _end(model: MixtureModel, start, level):
    def speed(u, x):
        x = x.reshape(start.shape)
        return (x - model.denoiser(x, np.exp(u))).ravel()

    ends = np.log([level, 2e-3])
    return (
        solve_ivp(speed, ends, start.ravel(), "DOP853", rtol=1e-11, atol=1e-12).y[:, -1].reshape(start.shape)
    )


def test_an_order_that_only_gaussian_data_have_is_not_granted():
    """The midpoint rule: its error of second order cancels over the levels where the flow is linear."""
    trial = validate.sampler(midpoint, claimed_order=3)
    assert trial.kinds() == ("order",) and abs(trial.order - 2) < 0.05
    assert "mixture" in trial.findings[0].message and "linear" in trial.findings[0].message
    (compared,) = [f for f in trial.findings if f.kind == "order by data"]
    assert abs(compared.evidence["gaussian"] - 3) < 0.05 and not compared.defect


def knows_gaussians(denoise, x, sigmas):
    """Straight to the end, as if the denoiser were affine: what no sampler may suppose."""
    here, there = sigmas[0], sigmas[-1]
    one, zero = (denoise(part, here)[0] for part in (np.ones_like(x), np.zeros_like(x)))
    gain = one - zero
    mean, variance = zero / (1 - gain), here**2 * gain / (1 - gain)
    return mean + (x - mean) * np.sqrt((variance + there**2) / (variance + here**2))


def test_what_is_right_for_gaussian_data_only_is_found():
    trial = validate.sampler(knows_gaussians, claimed_order=2)
    assert trial.kinds() == ("does not converge",) and "mixture" in trial.findings[0].message
    assert "exact" in [finding.kind for finding in trial.findings]


def fails_on_other_data(denoise, x, sigmas):
    if denoise(x, sigmas[0])[0, 1] > -1:
        raise RuntimeError("one component only")
    return heun(denoise, x, sigmas)


def test_misbehaviour_on_the_mixture_is_a_finding():
    trial = validate.sampler(fails_on_other_data)
    assert trial.kinds() == ("exception",) and "mixture" in trial.findings[0].message


def adams_3(denoise, x, sigmas, start=None, end=None):
    """Nodes of the last three slopes; the first two steps by ``start``, the last by ``end``."""
    u, past = np.log(sigmas), []
    for i, (s, _) in enumerate(steps_of(sigmas)):
        past = [*past[-2:], (u[i], x - denoise(x, s))]
        if (start and i < 2) or (end and i == len(sigmas) - 2):
            x = (start if i < 2 else end)(denoise, x, sigmas[i : i + 2])
            continue
        at = np.array([one for one, _ in past])
        nodes = np.vander(at - u[i], increasing=True).T
        moments = np.array([(u[i + 1] - u[i]) ** (k + 1) / (k + 1) for k in range(len(past))])
        weights = np.linalg.solve(nodes, moments)
        x = x + sum(w * k for w, (_, k) in zip(weights, past, strict=True))
    return x


def euler_step(denoise, x, sigmas):
    s, t = sigmas
    return x + (t - s) * slope(denoise, x, s)


def test_steps_of_lower_order_are_named():
    """A first step without a past has order 1, and leaves the whole with order 2."""
    (found,) = [f for f in validate.sampler(adams_3, claimed_order=3).findings if f.kind == "order"]
    assert "its first step limits it" in found.message and found.evidence["special_steps"]["first"] == 1

    def well_begun(denoise, x, sigmas):
        return adams_3(denoise, x, sigmas, start=rk4)

    assert validate.sampler(well_begun, claimed_order=3).holds

    def badly_ended(denoise, x, sigmas):
        return adams_3(denoise, x, sigmas, start=rk4, end=euler_step)

    (found,) = [f for f in validate.sampler(badly_ended, claimed_order=3).findings if f.kind == "order"]
    assert "its last step limits it" in found.message and found.evidence["special_steps"]["last"] == 1

    def both(denoise, x, sigmas):
        return adams_3(denoise, x, sigmas, end=euler_step)

    (found,) = [f for f in validate.sampler(both, claimed_order=3).findings if f.kind == "order"]
    assert "first step and the last step limit it" in found.message
