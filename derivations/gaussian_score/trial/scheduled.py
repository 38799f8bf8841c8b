"""Schedulers of diffusers as ``sample(denoise, x_T, sigmas) -> x_0``, on their own grids."""

from __future__ import annotations

import copy
import inspect

import numpy as np

from theory.validate.trial import Finding

from .problem import PURE

NOT_FLOWS = (
    "CMStochasticIterative",
    "CogVideoXDPM",
    "DDIMInverse",
    "DDPMWuerstchen",
    "DPMSolverMultistepInverse",
    "FlowMap",
    "Helios",
    "FlowMatchLCM",
    "LCM",
    "Piflow",
    "RFD4",
    "RePaint",
    "SCM",
    "TCD",
    "UnCLIP",
)
"""How names of schedulers begin that do not follow the probability flow of a denoiser from noise to data."""


FLOWS = ("FlowMatch", "MiniMaxH3", "LTXEulerAncestralRF")
"""How names of schedulers begin that are given a velocity, and no word of it in their configuration."""

PREDICTIONS = {
    "epsilon": lambda clean, noise, level: noise,
    "sample": lambda clean, noise, level: clean,
    "original_sample": lambda clean, noise, level: clean,
    "v_prediction": lambda clean, noise, level: (noise - level * clean) / np.sqrt(1 + level**2),
    "flow_prediction": lambda clean, noise, level: noise - clean,
}
"""What a network gives out, of the clean sample and the noise at a level in EDM's variables."""


NO_SIGNAL = (
    "its first level has no signal, alpha = 0: there it multiplies the network's answer by alpha, and takes "
    "0 for the clean sample. From a level with signal its order is 2, that of pseudo linear multistep "
    "methods (Liu et al., 2022)"
)
"""Of IPNDMScheduler: `step` and `_get_prev_sample` of diffusers 0.42.1. Errors on the mixture fall by 4.0
when steps double where the times start at 0.9, by 2.0 where they start at 1, as by default."""

HALF_A_TERM = (
    "the term of the second difference has half its weight: D2 is half the second derivative of the denoised "
    "sample, and its weight is that of the whole. With twice D2 the order is 3"
)
"""Of `multistep_dpm_solver_third_order_update` of diffusers 0.42.1, as of the DPM-Solver++ it was taken
from. Measured in float64, as it stands and with twice D2: dpmsolver++ 2.25 (2.14 to 2.35) and 3.06 (2.97 to
3.15), the EDM scheduler 1.72 (1.24 to 2.21) and 2.79 (2.52 to 3.07); errors of dpmsolver fall by 4.7, 4.4,
4.2 and by 6.3, 6.5, 7.0 when steps double from 25 to 200."""


class Scheduled:
    """A scheduler of diffusers, on its own grid and parametrisation, by ``set_timesteps`` and ``step``.

    ``scheduler``: a class or an instance; ``config``: changes of its configuration. Samples are not clipped
    (``clip_sample`` and ``thresholding`` off: they suppose images), and the network is exact at the level at
    which the scheduler believes to be, whatever the timestep that it passes; it gives out what the
    configuration's ``prediction_type`` says. ``double``: with the numbers of its tables as float64, which
    shows whether an error is rounding. ValueError of one that does not follow the flow, or whose
    parametrisation is not known here.

    Orders are measured at the level nearest to ``stop``: below it steps even in time are not small in the
    logarithm of the level. The numbers of steps divide the usual 1,000 timesteps.
    """

    library, dtype, steps, stop = "torch", "float32", (25, 50, 100, 200), 0.3

    def __init__(self, scheduler, *, double: bool = False, **config):
        made = scheduler if not isinstance(scheduler, type) else None
        self.cls = type(made) if made is not None else scheduler
        name = self.cls.__name__
        if missing(self.cls):
            raise ValueError(f"{name}: the installed diffusers has only its name, or a package is missing")
        if name.startswith(NOT_FLOWS) or not all(
            inspect.isfunction(getattr(self.cls, one, None)) for one in ("step", "set_timesteps")
        ):
            raise ValueError(f"{name}: does not follow the probability flow of a denoiser from noise to data")
        known = inspect.signature(self.cls.__init__).parameters
        off = {key: False for key in ("clip_sample", "thresholding") if key in known}
        base = dict(made.config) if made is not None else {}
        base = {key: value for key, value in base.items() if key in known}
        self.settings = {**base, **off, **config}
        self.double, self.dtype = double, "float64" if double else "float32"
        self.__name__ = name
        changed = {key: value for key, value in base.items() if value != known[key].default} | config
        changed |= {"double": True} if double else {}
        given = "".join(f", {key}={value!r}" for key, value in changed.items())
        self.expression = (
            f"from {self.cls.__module__.partition('.schedulers')[0]} import {name}\n"
            "from derivations.gaussian_score.trial.scheduled import Scheduled",
            f"Scheduled({name}{given})",
        )
        self.steps_by_start: dict[float, int] = {}
        self.made: dict[int, object] = {}
        scheduler = self._new(8)
        self.predicts = self._prediction(scheduler)
        self.kind = self._kind(scheduler)
        whole = "Singlestep" in name
        if whole and scheduler.config.solver_order == 3:
            self.steps = (24, 48, 96, 192)
        self.block = scheduler.config.solver_order if whole else 1  # levels between are not whole steps

    def wider(self) -> Scheduled | None:
        """The same with its tables in float64; None if it is that already."""
        return None if self.double else Scheduled(self.cls, double=True, **self.settings)

    def _new(self, steps: int):
        """One that is ready for its first step: a copy, as to make the grid can take long."""
        if steps not in self.made:
            scheduler = self.cls(**self.settings)
            scheduler.set_timesteps(steps + (self.cls.__name__ == "MiniMaxH3Scheduler"))  # it counts levels
            if self.double:
                for key, value in vars(scheduler).items():
                    if str(getattr(value, "dtype", "")) == "torch.float32":
                        setattr(scheduler, key, value.double())
            self.made[steps] = scheduler
        return copy.deepcopy(self.made[steps])

    def _prediction(self, scheduler) -> str:
        """What the network gives out, in diffusers' words."""
        if self.cls.__name__ == "IPNDMScheduler":
            return "v_prediction"
        flow = self.cls.__name__.startswith(FLOWS)
        asked = "flow_prediction" if flow else scheduler.config.get("prediction_type", "epsilon")
        if asked not in PREDICTIONS:
            raise ValueError(f"{self.__name__}: prediction_type {asked!r}, one of {', '.join(PREDICTIONS)}")
        return asked

    def _kind(self, scheduler) -> str:
        """How it writes levels and scales samples."""
        import torch

        if self.predicts == "flow_prediction":
            return "flow"
        if self.cls.__name__ == "IPNDMScheduler":
            return "angles"
        if hasattr(scheduler, "precondition_outputs"):
            return "edm"
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
            found = _ratio(np.sqrt(1 - kept), np.sqrt(kept))
        elif self.kind == "angles":
            found = _ratio(scheduler.betas.double().numpy(), scheduler.alphas.double().numpy())
        else:
            found = scheduler.sigmas.double().numpy()
            found = _ratio(found, 1 - found) if self.kind == "flow" else found
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
            return float(_ratio(np.sqrt(1 - kept), np.sqrt(kept)))
        if self.kind == "angles":
            return float(_ratio(float(scheduler.betas[position]), float(scheduler.alphas[position])))
        level = float(scheduler.sigmas[position])
        if self.kind == "ve" and hasattr(scheduler, "sigmas_interpol"):
            between = [float(scheduler.sigmas_interpol[max(position - back, 0)]) for back in (0, 1)]
            seen = self._scaled_for(scheduler, t)
            level = min([level, *between], key=lambda one: abs(np.log(max(one, 1e-9) / seen)))
        return float(_ratio(level, 1 - level)) if self.kind == "flow" else level

    @staticmethod
    def _scaled_for(scheduler, t) -> float:
        """The level for which it scales the network's input: x / sqrt(1 + level^2)."""
        import torch

        scaled = float(scheduler.scale_model_input(torch.ones(1, 1, dtype=torch.float64), t))
        return np.sqrt(max(1 / scaled**2 - 1, 1e-12))

    def _output(self, scheduler, denoise, sample, level: float):
        """What the network would give out, for this sample of the scheduler's own."""
        x = sample / self._alpha(level)
        clean = denoise(x, level)
        if self.kind == "edm":
            data = scheduler.config.sigma_data
            skip = data**2 / (level**2 + data**2)
            found = (clean - skip * x) / (level * data / np.sqrt(level**2 + data**2))
            return -found if self.predicts == "v_prediction" else found
        found = PREDICTIONS[self.predicts](clean, (x - clean) / level, level)
        return -found if self.cls.__name__ == "MiniMaxH3Scheduler" else found  # its velocity is to the data

    def suspect(self) -> str | None:
        """Why its order is low, where that is known from its source and was tried with other levels."""
        if self.kind == "angles" and float(self._new(8).alphas[0]) == 0:
            return NO_SIGNAL
        third = hasattr(self.cls, "multistep_dpm_solver_third_order_update")
        return HALF_A_TERM if third and self._new(8).config.get("solver_order") == 3 else None

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


def missing(cls: type) -> bool:
    """Whether diffusers has but a placeholder of it, which knows what has to be installed."""
    return cls.__module__.startswith("diffusers.utils.dummy")


def _key(level) -> float:
    return float(np.float32(level))


def _ratio(noise, signal):
    """noise / signal, `PURE` where there is no signal."""
    noise, signal = np.asarray(noise, dtype=float), np.asarray(signal, dtype=float)
    return np.divide(noise, signal, where=signal > 1 / PURE, out=np.full(signal.shape, PURE))
