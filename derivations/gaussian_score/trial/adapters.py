"""Samplers of other packages as ``sample(denoise, x_T, sigmas) -> x_0``, by their own interface."""

from __future__ import annotations

import inspect
import sys

import numpy as np

from .scheduled import Scheduled, missing


def adapted(sample):
    """What `sampler` can drive: the same where it is a function, an adapter of a scheduler or solver else."""
    if _of("diffusers", "SchedulerMixin", sample):
        return Scheduled(sample)
    if _of("diffrax", "AbstractSolver", sample):
        return diffrax_solver(sample)
    if inspect.isfunction(sample) and [*inspect.signature(sample).parameters][:3] == ["model", "x", "sigmas"]:
        return KDiffusion(sample)
    return sample


def named(subject: str):
    """A solver known by its name: "torchdiffeq:rk4", "flow_matching:midpoint"; None of anything else."""
    module, _, name = subject.partition(":")
    if module == "torchdiffeq" and name not in ("odeint", "odeint_adjoint"):
        return Odeint(name)
    if module == "flow_matching":
        return FlowMatching(name)
    return None


def _of(package: str, base: str, sample) -> bool:
    """Whether it is a class of this base, or an instance; without importing the package."""
    if package == "diffusers" and isinstance(sample, type) and missing(sample):
        return True  # to be told so
    base = getattr(sys.modules.get(package), base, None)
    if base is None:
        return False
    return issubclass(sample, base) if isinstance(sample, type) else isinstance(sample, base)


class KDiffusion:
    """A function ``sample(model, x, sigmas, extra_args, callback, disable)`` on PyTorch, as k-diffusion's."""

    library = "torch"

    def __init__(self, function):
        self.function, self.__name__ = function, function.__name__
        self.expression = f"from {function.__module__} import {function.__name__}", function.__name__
        parameters = inspect.signature(function).parameters
        self.options = {"disable": True} if "disable" in parameters else {}

    def __call__(self, denoise, x, sigmas):
        return self.function(lambda x, sigma, **_: denoise(x, sigma), x, sigmas, **self.options)


class Odeint:
    """A fixed-step method of torchdiffeq on the slope (x - D)/sigma; a step to 0 is the denoiser itself."""

    library = "torch"

    def __init__(self, method: str):
        self.method, self.__name__ = method, f"torchdiffeq:{method}"
        self.expression = (
            "from derivations.gaussian_score.trial.adapters import Odeint",
            f"Odeint({method!r})",
        )

    def __call__(self, denoise, x, sigmas):
        from torchdiffeq import odeint

        last = sigmas[-1] == 0
        nodes = sigmas[:-1] if last else sigmas
        x = odeint(lambda sigma, x: (x - denoise(x, sigma)) / sigma, x, nodes, method=self.method)[-1]
        return denoise(x, nodes[-1]) if last else x


class FlowMatching:
    """The ODESolver of flow_matching, with the exact velocity along a schedule; a step to 0 is the denoiser.

    ``method``: a fixed-step one of torchdiffeq; ``scheduler``: one of `flow_matching.path.scheduler`, by
    default CondOTScheduler(), straight lines. Its alpha, sigma and their derivatives make the velocity
    d(alpha) D + d(sigma) noise, its `snr_inverse` the times of the levels.
    """

    library = "torch"

    def __init__(self, method: str = "euler", scheduler=None):
        self.method, self.scheduler = method, scheduler
        self.__name__ = f"flow_matching:{method}"
        given = ", ".join(f"{key}={value!r}" for key, value in getattr(scheduler, "__dict__", {}).items())
        on = "" if scheduler is None else f", {type(scheduler).__name__}({given})"
        lines = ["from derivations.gaussian_score.trial.adapters import FlowMatching"]
        if scheduler is not None:
            lines.append(f"from {type(scheduler).__module__} import {type(scheduler).__name__}")
        self.expression = "\n".join(lines), f"FlowMatching({method!r}{on})"

    def __call__(self, denoise, x, sigmas):
        import torch
        from flow_matching.path.scheduler import CondOTScheduler
        from flow_matching.solver import ODESolver

        scheduler = CondOTScheduler() if self.scheduler is None else self.scheduler
        last = sigmas[-1] == 0
        levels = sigmas[:-1] if last else sigmas
        times = scheduler.snr_inverse(1 / levels)

        def velocity(x, t):
            at = scheduler(t)
            level = at.sigma_t / at.alpha_t
            clean = denoise(x / at.alpha_t, level)
            return at.d_alpha_t * clean + at.d_sigma_t * (x / at.alpha_t - clean) / level

        first, end = scheduler(times[0]).alpha_t, scheduler(times[-1]).alpha_t
        with torch.no_grad():
            found = ODESolver(velocity).sample(first * x, None, self.method, time_grid=times) / end
        return denoise(found, levels[-1]) if last else found


def diffrax_solver(solver):
    """A solver of diffrax, one step of it from level to level; a step to 0 is the denoiser itself."""
    import diffrax
    import jax

    made = solver() if isinstance(solver, type) else solver

    def sample(denoise, x, sigmas):
        def outside(x, sigma):
            return np.asarray(denoise(np.asarray(x), np.asarray(sigma)))

        def field(sigma, x, _):
            shape = jax.ShapeDtypeStruct(x.shape, x.dtype)
            found = jax.pure_callback(outside, shape, x, sigma)
            return (x - found) / sigma

        with jax.enable_x64():
            term, state = diffrax.ODETerm(field), jax.numpy.asarray(x)
            last = sigmas[-1] == 0
            nodes = jax.numpy.asarray(sigmas[:-1] if last else sigmas)
            control = diffrax.StepTo(ts=nodes)
            solved = diffrax.diffeqsolve(
                term, made, nodes[0], nodes[-1], None, state, stepsize_controller=control, max_steps=8192
            )
            found = np.array(solved.ys[-1])
        return denoise(found, float(nodes[-1])) if last else found

    sample.steps = (16, 32, 64, 128)  # each grid is compiled anew
    sample.__name__ = f"diffrax:{type(made).__name__}"
    sample.__qualname__ = f"<{sample.__name__}>"
    return sample
