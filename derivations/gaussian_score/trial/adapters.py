"""Samplers of other packages as ``sample(denoise, x_T, sigmas) -> x_0``, by their own interface."""

from __future__ import annotations

import inspect
import sys

import numpy as np

from .scheduled import Scheduled


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
    """A solver that its package knows by name only: "torchdiffeq:rk4"; None of anything else."""
    module, _, name = subject.partition(":")
    if module == "torchdiffeq" and name not in ("odeint", "odeint_adjoint"):
        return Odeint(name)
    return None


def _of(package: str, base: str, sample) -> bool:
    """Whether it is a class of this base, or an instance; without importing the package."""
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
