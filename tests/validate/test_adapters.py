"""Samplers of other packages, driven through their own interface."""

import numpy as np
import pytest

from theory import validate

DETERMINISTIC = (
    ("EulerDiscreteScheduler", 1),
    ("DDIMScheduler", 1),
    ("EDMEulerScheduler", 1),
    ("FlowMatchEulerDiscreteScheduler", 1),
    ("HeunDiscreteScheduler", 2),
    ("FlowMatchHeunDiscreteScheduler", 2),
    ("DPMSolverMultistepScheduler", 2),
    ("DPMSolverSinglestepScheduler", 2),
    ("EDMDPMSolverMultistepScheduler", 2),
)
STOCHASTIC = ("EulerAncestralDiscreteScheduler", "DDPMScheduler")


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


@pytest.mark.parametrize(("name", "order"), DETERMINISTIC)
@pytest.mark.peers("diffusers", "torch")
def test_schedulers_of_diffusers_converge(name, order):
    import diffusers

    trial = validate.sampler(getattr(diffusers, name), claimed_order=order)
    assert trial.holds, trial
    assert abs(trial.order - order) < 0.25 and "float32" in trial.setting
    assert trial.reproduce.splitlines()[1].startswith("from diffusers import")


@pytest.mark.parametrize("name", STOCHASTIC)
@pytest.mark.peers("diffusers", "torch")
def test_stochastic_schedulers_have_the_right_moments(name):
    import diffusers

    trial = validate.sampler(getattr(diffusers, name), stochastic=True)
    assert trial.holds, trial


@pytest.mark.peers("diffusers", "torch")
def test_a_scheduler_of_diffusers_spoilt_is_found():
    """Half of each step: the convention of the step is part of what is judged."""
    import diffusers

    class Half(diffusers.EulerDiscreteScheduler):
        def step(self, output, t, sample, **options):
            (there,) = super().step(output, t, sample, return_dict=False)[:1]
            return (sample + (there - sample) / 2,)

    assert not validate.sampler(Half, claimed_order=1).holds


@pytest.mark.peers("diffusers", "torch")
def test_schedulers_that_are_no_flows_are_refused():
    import diffusers

    for name in ("LCMScheduler", "DDIMInverseScheduler", "KarrasVeScheduler"):
        with pytest.raises(ValueError, match="does not follow the probability flow"):
            validate.sampler(getattr(diffusers, name))
    with pytest.raises(ValueError, match="prediction_type 'v_prediction'"):
        validate.sampler(diffusers.DDIMScheduler(prediction_type="v_prediction"))


@pytest.mark.peers("diffusers", "torch")
def test_an_instance_keeps_its_configuration():
    import diffusers

    made = diffusers.EulerDiscreteScheduler(use_karras_sigmas=True, beta_schedule="scaled_linear")
    assert "from 14.6146 to" in validate.sampler(made).setting


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
