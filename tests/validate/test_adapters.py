"""Samplers of other packages, driven through their own interface."""

import numpy as np
import pytest

from theory import validate


class OwnGrid:
    """Heun's method on levels of its own: it has to be given one of its grids."""

    steps = (20, 40, 80, 160)
    stop = 0.5

    def levels(self, steps):
        return np.append(np.geomspace(50, 0.01, steps), 0.0)

    def __call__(self, denoise, x, sigmas):
        for s, t in zip(sigmas[:-1], sigmas[1:], strict=True):
            k = (x - denoise(x, s)) / s
            y = x + (t - s) * k
            x = y if t == 0 else x + (t - s) * (k + (y - denoise(y, t)) / t) / 2
        return x


def test_a_sampler_on_its_own_grid():
    trial = validate.sampler(OwnGrid(), claimed_order=2)
    assert trial.holds, trial
    low, high = trial.order_interval
    assert low < 2 < high and "its own grid" in trial.setting and "20, 40, 80, 160 steps" in trial.setting
    (last,) = [f for f in trial.findings if f.kind == "step to 0"]
    assert "from 0.01 to sigma = 0" in last.message


@pytest.mark.parametrize("levels", [[3.0, 2.0, 1.0], [1.0, 2.0, 3.0, 4.0], [3.0, 2.0, 1.0, -1.0]], ids=str)
def test_levels_of_its_own_must_decrease(levels):
    own = OwnGrid()
    own.levels = lambda steps: levels
    with pytest.raises(ValueError, match="decreasing levels"):
        validate.sampler(own)


@pytest.mark.parametrize(("method", "order"), [("euler", 1), ("rk4", 4)])
@pytest.mark.peers("torchdiffeq", "torch")
def test_methods_of_torchdiffeq(method, order):
    from derivations.gaussian_score.trial.adapters import named

    trial = validate.sampler(named(f"torchdiffeq:{method}"), claimed_order=order)
    assert trial.holds and abs(trial.order - order) < 0.05, trial


@pytest.mark.peers("diffrax", "jax")
def test_a_solver_of_diffrax():
    import diffrax

    trial = validate.sampler(diffrax.Heun, claimed_order=2, to_zero=False)
    assert trial.holds and abs(trial.order - 2) < 0.1, trial


def sample_euler(model, x, sigmas, extra_args=None, callback=None, disable=None):
    """As k-diffusion writes it: one level for each row, a progress bar that can be turned off."""
    assert disable is True
    rows = x.new_ones([x.shape[0]])
    for here, there in zip(sigmas[:-1], sigmas[1:], strict=True):
        x = x + (there - here) * (x - model(x, here * rows, **(extra_args or {}))) / here
    return x


@pytest.mark.peers("torch")
def test_functions_in_the_style_of_k_diffusion():
    trial = validate.sampler(sample_euler, claimed_order=1)
    assert trial.holds and "torch" in trial.setting, trial
    assert "import sample_euler" in trial.reproduce


@pytest.mark.parametrize(("method", "order"), [("euler", 1), ("midpoint", 2), ("heun3", 3)])
@pytest.mark.peers("flow_matching", "torch")
def test_the_solver_of_flow_matching(method, order):
    from derivations.gaussian_score.trial.adapters import named

    trial = validate.sampler(named(f"flow_matching:{method}"), claimed_order=order, steps=(16, 32, 64, 128))
    assert trial.holds and abs(trial.order - order) < 0.06, trial
    assert f"FlowMatching('{method}')" in trial.reproduce


SCHEDULES = ("CondOTScheduler", "CosineScheduler", "LinearVPScheduler", "VPScheduler")


@pytest.mark.parametrize("name", SCHEDULES)
@pytest.mark.peers("flow_matching", "torch")
def test_the_schedulers_of_flow_matching(name):
    """The exact velocity of each is made of its own coefficients: wrong ones would lead elsewhere."""
    from flow_matching.path import scheduler

    from derivations.gaussian_score.trial.adapters import FlowMatching

    made = getattr(scheduler, name)()
    trial = validate.sampler(FlowMatching("midpoint", made), claimed_order=2, steps=(16, 32, 64, 128))
    assert trial.holds and abs(trial.order - 2) < 0.15, trial


@pytest.mark.parametrize(("name", "kind"), zip(SCHEDULES, ("straight", "vp", "vp", "vp"), strict=True))
@pytest.mark.peers("flow_matching", "torch")
def test_coefficients_of_flow_matching(name, kind):
    """Against the identities of their kind, and differences for derivatives; its time runs to the data."""
    import torch
    from flow_matching.path import scheduler

    made = getattr(scheduler, name)()

    def reader(key, sign=1):
        return lambda t: sign * getattr(made(torch.as_tensor(1 - t)), key).numpy()

    trial = validate.schedule(
        reader("alpha_t"),
        reader("sigma_t"),
        kind=kind,
        dalpha=reader("d_alpha_t", -1),
        dsigma=reader("d_sigma_t", -1),
        t_min=1e-2,
        t_max=0.99,
    )
    assert trial.holds, trial


@pytest.mark.peers("flow_matching", "torch")
def test_a_spoilt_scheduler_of_flow_matching_is_found():
    from flow_matching.path.scheduler import CosineScheduler

    from derivations.gaussian_score.trial.adapters import FlowMatching

    class Half(CosineScheduler):
        def __call__(self, t):
            found = super().__call__(t)
            found.d_alpha_t = found.d_alpha_t / 2
            return found

    assert not validate.sampler(FlowMatching("midpoint", Half()), claimed_order=2).holds
