"""Samplers of other packages as ``sample(denoise, x_T, sigmas) -> x_0``, by their own interface."""

from __future__ import annotations

import inspect
import sys

import numpy as np

from theory.validate.trial import Finding

from .problem import PURE

NOT_FLOWS = (
    "CMStochasticIterative",
    "CogVideoX",
    "DDIMInverse",
    "DDPMWuerstchen",
    "DPMSolverMultistepInverse",
    "FlowMap",
    "FlowMatchLCM",
    "LCM",
    "LTXEulerAncestral",
    "MiniMax",
    "Piflow",
    "RePaint",
    "SCM",
    "TCD",
    "UnCLIP",
)
"""How names of schedulers begin that do not follow the probability flow of a denoiser from noise to data."""


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


class Scheduled:
    """A scheduler of diffusers, on its own grid and parametrisation, by ``set_timesteps`` and ``step``.

    ``scheduler``: a class or an instance; ``config``: changes of its configuration. Samples are not clipped
    (``clip_sample`` and ``thresholding`` off: they suppose images), and the network is exact at the level at
    which the scheduler believes to be, whatever the timestep that it passes. ValueError of one that does not
    follow the flow, or whose parametrisation is not known here.

    Orders are measured at the level nearest to ``stop``: below it steps even in time are not small in the
    logarithm of the level. The numbers of steps divide the usual 1,000 timesteps.
    """

    library, dtype, steps, stop = "torch", "float32", (25, 50, 100, 200), 0.3

    def __init__(self, scheduler, **config):
        made = scheduler if not isinstance(scheduler, type) else None
        self.cls = type(made) if made is not None else scheduler
        self.config = dict(config)
        name = self.cls.__name__
        if name.startswith(NOT_FLOWS) or not all(hasattr(self.cls, one) for one in ("step", "set_timesteps")):
            raise ValueError(f"{name}: does not follow the probability flow of a denoiser from noise to data")
        known = inspect.signature(self.cls.__init__).parameters
        off = {key: False for key in ("clip_sample", "thresholding") if key in known}
        base = dict(made.config) if made is not None else {}
        base = {key: value for key, value in base.items() if key in known}
        self.settings = {**base, **off, **config}
        self.__name__ = name
        changed = {key: value for key, value in base.items() if value != known[key].default} | config
        given = "".join(f", {key}={value!r}" for key, value in changed.items())
        self.expression = (
            f"from {self.cls.__module__.partition('.schedulers')[0]} import {name}\n"
            "from derivations.gaussian_score.trial.adapters import Scheduled",
            f"Scheduled({name}{given})",
        )
        self.steps_by_start: dict[float, int] = {}
        self.kind = self._kind()
        whole = "Singlestep" in name
        self.block = self._new(8).config.solver_order if whole else 1  # levels between are not whole steps

    def _new(self, steps: int):
        scheduler = self.cls(**self.settings)
        scheduler.set_timesteps(steps)
        return scheduler

    def _kind(self) -> str:
        import torch

        scheduler = self._new(8)
        if self.cls.__name__.startswith("FlowMatch"):
            return "flow"
        if self.cls.__name__ == "IPNDMScheduler":
            return "v"
        if hasattr(scheduler, "precondition_outputs"):
            return "edm"
        if scheduler.config.get("prediction_type", "epsilon") != "epsilon":
            asked = scheduler.config.prediction_type
            raise ValueError(f"{self.__name__}: prediction_type {asked!r}, only 'epsilon' is driven")
        if not hasattr(scheduler, "alphas_cumprod"):
            raise ValueError(f"{self.__name__}: a parametrisation that is not known here")
        if not hasattr(scheduler, "sigmas"):
            return "table"
        one = torch.ones(1, 1)
        scaled = scheduler.scale_model_input(one, scheduler.timesteps[0])
        return "vp" if torch.equal(scaled, one) else "ve"

    def levels(self, steps: int) -> np.ndarray:
        """Its levels in EDM's variables, decreasing; the first `PURE` where it starts without signal."""
        scheduler = self._new(steps)
        if self.kind == "table":
            times = getattr(scheduler, "_timesteps", None)  # of PNDM, whose others are stages of a step
            times = scheduler.timesteps.numpy() if times is None else np.asarray(times)[::-1]
            kept = np.append(scheduler.alphas_cumprod.double().numpy()[times], self._final(scheduler))
            found = np.sqrt((1 - kept) / kept)
        elif self.kind == "v":
            signal, noise = scheduler.alphas.double().numpy(), scheduler.betas.double().numpy()
            found = np.divide(noise, signal, where=signal > 1 / PURE, out=np.full(len(signal), PURE))
        else:
            found = np.array([float(one) for one in scheduler.sigmas])
            if self.kind == "flow":
                found = np.divide(found, 1 - found, where=found < 1, out=np.full(len(found), PURE))
        found = found[np.append(True, np.diff(found) != 0)]
        self.steps_by_start[_key(found[1])] = steps
        return found

    @staticmethod
    def _final(scheduler) -> float:
        return float(scheduler.final_alpha_cumprod) if hasattr(scheduler, "final_alpha_cumprod") else 1.0

    def _calls(self, intervals: int, scheduler) -> int:
        """How many calls of ``step`` make so many steps from level to level."""
        if self.cls.__name__ == "PNDMScheduler":  # three steps of Runge and Kutta's method first
            return intervals + (1 if scheduler.config.skip_prk_steps else 9)
        return intervals * getattr(self.cls, "order", 1)

    def _alpha(self, level: float) -> float:
        """The signal in the scheduler's own sample."""
        if self.kind == "flow":
            return 1 / (1 + level)
        return 1.0 if self.kind in ("ve", "edm") else 1 / np.sqrt(1 + level**2)

    def _level(self, scheduler, position: int, t) -> float:
        """The level in EDM's variables at which the scheduler evaluates in this call."""
        if self.kind == "table":
            kept = float(scheduler.alphas_cumprod.double()[int(t)])
            return np.sqrt((1 - kept) / kept)
        if self.kind == "v":
            signal, noise = float(scheduler.alphas[position]), float(scheduler.betas[position])
            return noise / signal if signal > 1 / PURE else PURE
        level = float(scheduler.sigmas[position])
        if hasattr(scheduler, "sigmas_interpol") and not scheduler.state_in_first_order:
            level = float(scheduler.sigmas_interpol[position])
        if self.kind == "flow":
            return level / (1 - level) if level < 1 else PURE
        return level

    def _output(self, scheduler, denoise, sample, level: float):
        """What the network would give out, for this sample of the scheduler's own."""
        x = sample / self._alpha(level)
        clean = denoise(x, level)
        if self.kind == "edm":
            data = scheduler.config.sigma_data
            skip = data**2 / (level**2 + data**2)
            return (clean - skip * x) / (level * data / np.sqrt(level**2 + data**2))
        noise = (x - clean) / level
        if self.kind == "v":
            return self._alpha(level) * (noise - level * clean)
        return noise - clean if self.kind == "flow" else noise

    def notes(self, steps: int) -> list[Finding]:
        """How far the timesteps that it passes are from its levels, by the table of the training."""
        scheduler = self._new(steps)
        if self.kind not in ("vp", "ve") or hasattr(scheduler, "sigmas_interpol"):
            return []
        kept = scheduler.alphas_cumprod.double().numpy()
        if not np.all(kept > 0):
            return []
        times = scheduler.timesteps.double().numpy()
        table = np.interp(times, np.arange(len(kept)), np.sqrt((1 - kept) / kept))
        off = float(np.max(np.abs(table / scheduler.sigmas.double().numpy()[: len(times)] - 1)))
        if off < 1e-5:
            return []
        said = (
            f"in {steps} steps the network would be asked at timesteps whose level, by the table of the "
            f"training, is up to {off:.2g} from the level of the step, relative: timesteps are rounded. Here "
            "it is exact at the level of the step"
        )
        return [Finding("timesteps rounded", said, {"worst": off}, defect=False)]

    def __call__(self, denoise, x, sigmas):
        levels = [float(one) for one in sigmas]
        steps = self.steps_by_start[_key(levels[1])]
        scheduler = self._new(steps)
        sample = x * self._alpha(levels[0])
        calls = min(self._calls(len(levels) - 1, scheduler), len(scheduler.timesteps))
        for position, t in enumerate(scheduler.timesteps[:calls]):
            if hasattr(scheduler, "scale_model_input"):
                scheduler.scale_model_input(sample, t)  # it also finds its place on the grid
            level = self._level(scheduler, position, t)
            output = self._output(scheduler, denoise, sample, level)
            sample = scheduler.step(output, t, sample, return_dict=False)[0]
        return sample / self._alpha(levels[-1])


def _key(level) -> float:
    return float(np.float32(level))
