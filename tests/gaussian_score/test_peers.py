"""Other people's schedules, samplers and solvers, fed with the exact model."""

import numpy as np
import pytest

from derivations.gaussian_score import GaussianModel, ddpm, vp_linear

RNG = np.random.default_rng(0)
LAM = np.array([4.0, 1.0, 0.2, 0.01])
MODEL = GaussianModel.from_spectrum(np.zeros(4), np.eye(4), LAM)


@pytest.mark.peers("torch", "diffusers")
def test_the_discrete_schedule_is_that_of_diffusers():
    from diffusers import DDPMScheduler

    theirs = DDPMScheduler(num_train_timesteps=1000, beta_start=1e-4, beta_end=0.02, beta_schedule="linear")
    alpha, sigma = ddpm().levels(np.arange(1000))
    kept = theirs.alphas_cumprod.double().numpy()
    # they multiply up 1000 factors in single precision
    bound = 1000 * np.finfo(np.float32).eps
    np.testing.assert_allclose(alpha**2, kept, rtol=bound)
    np.testing.assert_allclose(sigma**2, 1 - kept, rtol=bound, atol=bound)


@pytest.mark.peers("torch", "diffusers")
@pytest.mark.parametrize(("name", "order"), [("DDIMScheduler", 1), ("DPMSolverMultistepScheduler", 2)])
def test_a_sampler_of_diffusers_converges_to_the_exact_flow_at_its_order(name, order):
    """From the noisiest step to step 99 of 1000, in 30, 60 and 120 steps, on the model's exact noise."""
    import diffusers
    import torch

    x_T = torch.tensor(RNG.normal(size=(8, 4)))
    exact = MODEL.probability_flow(x_T, 99, schedule=ddpm(), t_start=999)
    errors = []
    for count in (30, 60, 120):
        options = {"clip_sample": False, "set_alpha_to_one": False} if name.startswith("DDIM") else {}
        sampler = getattr(diffusers, name)(
            num_train_timesteps=1000, beta_start=1e-4, beta_end=0.02, beta_schedule="linear", **options
        )
        errors.append(float((_sampled(sampler, x_T, count) - exact).abs().max()))
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    assert np.all(np.abs(orders - order) < 0.3), (errors, orders)


def _sampled(sampler, x, count):
    import torch

    times = [round(999 - 900 * k / count) for k in range(count + 1)]
    if "DDIM" in type(sampler).__name__:
        kept = sampler.alphas_cumprod.double()
        for here, there in zip(times[:-1], times[1:], strict=True):
            sampler.num_inference_steps = 1
            sampler.config.num_train_timesteps = here - there  # the distance of the step, as it reads it
            noise = MODEL.epsilon(x, here, schedule=ddpm())
            x = sampler.step(noise, here, x, eta=0.0).prev_sample
        assert kept.dtype == torch.float64
        return x
    sampler.set_timesteps(timesteps=times)
    for here in sampler.timesteps[:-1]:
        x = sampler.step(MODEL.epsilon(x, int(here), schedule=ddpm()), here, x).prev_sample
    return x


@pytest.mark.peers("torch", "torchdiffeq")
def test_torchdiffeq_integrates_the_velocity_to_the_exact_flow():
    import torch
    from torchdiffeq import odeint

    schedule, x = vp_linear(), torch.tensor(RNG.normal(size=(8, 4)))
    exact, errors = MODEL.probability_flow(x, 0.5, schedule=schedule), []
    for rtol in (1e-4, 1e-7, 1e-10):
        found = odeint(
            lambda t, x: MODEL.velocity(x, float(t), schedule=schedule),
            x,
            torch.tensor([1.0, 0.5], dtype=torch.float64),
            rtol=rtol,
            atol=rtol / 100,
            options={"first_step": 1e-3},  # its own first guess is beyond the schedule
        )
        errors.append(float((found[-1] - exact).abs().max()))
    assert errors[0] > 100 * errors[1] > 10_000 * errors[2], errors
