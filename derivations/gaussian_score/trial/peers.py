"""The schedulers of the installed diffusers: the order that is claimed of each, and how it can be judged."""

from __future__ import annotations

from typing import Any, NamedTuple

from .scheduled import missing


class Peer(NamedTuple):
    """A scheduler of diffusers with a configuration.

    ``kind`` is "deterministic", "stochastic" or "not judged". ``claimed`` is the order that ``source`` says,
    None where none is claimed; of one that is not judged ``source`` says why. ``options`` are those of
    `Scheduled`: ``validate.sampler(Scheduled(getattr(diffusers, name), **options), claimed_order=claimed,
    stochastic=kind == "stochastic")``.
    """

    name: str
    claimed: float | None
    source: str
    kind: str
    options: dict[str, Any] = {}


EULER = "Euler's method; its attribute order = 1"
TWO_CALLS = "its attribute order = 2"
SOLVER_ORDER = 'its option solver_order: "can be 1 or 2 or 3"'
UNIPC = 'its option solver_order: "the effective order of accuracy is solver_order + 1 due to the UniC"'
SDE = dict(algorithm_type="sde-dpmsolver++")

DETERMINISTIC = {
    "CogVideoXDDIMScheduler": [(1, EULER, dict(prediction_type="v_prediction"))],
    "DDIMParallelScheduler": [(1, EULER, {})],
    "DDIMScheduler": [
        (1, EULER, {}),
        (1, EULER, dict(prediction_type="v_prediction")),
        (1, EULER, dict(prediction_type="sample")),
    ],
    "DEISMultistepScheduler": [(order, SOLVER_ORDER, dict(solver_order=order)) for order in (1, 2, 3)]
    + [(order, SOLVER_ORDER, dict(solver_order=order, double=True)) for order in (2, 3)],
    "DPMSolverMultistepScheduler": [
        *((order, SOLVER_ORDER, dict(solver_order=order)) for order in (1, 2, 3)),
        (2, SOLVER_ORDER, dict(solver_type="heun")),
        (2, SOLVER_ORDER, dict(algorithm_type="dpmsolver", final_sigmas_type="sigma_min")),
    ],
    "DPMSolverSinglestepScheduler": [
        (order, SOLVER_ORDER, dict(solver_order=order, lower_order_final=True)) for order in (1, 2, 3)
    ],
    "EDMDPMSolverMultistepScheduler": [
        (order, SOLVER_ORDER, dict(solver_order=order)) for order in (1, 2, 3)
    ],
    "EDMEulerScheduler": [(1, EULER, {}), (1, EULER, dict(prediction_type="v_prediction"))],
    "EulerDiscreteScheduler": [(1, EULER, {}), (1, EULER, dict(prediction_type="v_prediction"))],
    "FlowMatchEulerDiscreteScheduler": [(1, EULER, {})],
    "FlowMatchHeunDiscreteScheduler": [(2, TWO_CALLS, {})],
    "HeunDiscreteScheduler": [(2, TWO_CALLS, {}), (2, TWO_CALLS, dict(prediction_type="v_prediction"))],
    "IPNDMScheduler": [
        (4, 'its first line: "a fourth-order Improved Pseudo Linear Multistep scheduler"', {})
    ],
    "KDPM2DiscreteScheduler": [(2, TWO_CALLS, {})],
    "LMSDiscreteScheduler": [
        (4, "the default of step's option order", {}),
        (4, "the default of step's option order", dict(double=True)),
    ],
    "MiniMaxH3Scheduler": [(1, EULER, {})],
    "PNDMScheduler": [
        (2, "Liu et al. (2022), theorem on the order of its convergence", {}),
        (2, "Liu et al. (2022), theorem on the order of its convergence", dict(skip_prk_steps=True)),
    ],
    "UniPCMultistepScheduler": [
        *((order + 1, UNIPC, dict(solver_order=order)) for order in (1, 2, 3)),
        (4, UNIPC, dict(solver_order=3, double=True)),
        (3, UNIPC, dict(use_flow_sigmas=True, prediction_type="flow_prediction")),
    ],
}
"""Claims as they stand in diffusers 0.42.1, by scheduler and configuration."""

STOCHASTIC = {
    "DDPMParallelScheduler": [{}],
    "DDPMScheduler": [{}, dict(prediction_type="v_prediction"), dict(prediction_type="sample")],
    "DPMSolverMultistepScheduler": [dict(SDE, solver_order=order) for order in (1, 2, 3)]
    + [dict(algorithm_type="sde-dpmsolver", final_sigmas_type="sigma_min")],
    "DPMSolverSinglestepScheduler": [dict(SDE, lower_order_final=True)],
    "EDMDPMSolverMultistepScheduler": [SDE],
    "EulerAncestralDiscreteScheduler": [{}],
    "KDPM2AncestralDiscreteScheduler": [{}],
    "LTXEulerAncestralRFScheduler": [{}],
    "SASolverScheduler": [{}],
}
NO_CLAIM = "no order is claimed of its moments"

CONSISTENCY = "of consistency or flow-map models: it wants a network that maps to the end of the flow"
TOKENS = "of discrete data"
INVERSE = "it goes from data to noise"
NOT_JUDGED = {
    "AmusedScheduler": TOKENS,
    "BlockRefinementScheduler": TOKENS,
    "CMStochasticIterativeScheduler": CONSISTENCY,
    "CogVideoXDPMScheduler": "its step takes the last prediction and timestep, an interface of its own",
    "CosineDPMSolverMultistepScheduler": "its noise is torchsde's, by an interface of its own",
    "DDIMInverseScheduler": INVERSE,
    "DDPMWuerstchenScheduler": "timesteps between 0 and 1 that the caller passes on, an interface of its own",
    "DPMSolverMultistepInverseScheduler": INVERSE,
    "DPMSolverSDEScheduler": "its noise is torchsde's, by an interface of its own",
    "DiscreteDDIMScheduler": TOKENS,
    "EntropyBoundScheduler": TOKENS,
    "FlowMapEulerDiscreteScheduler": CONSISTENCY,
    "FlowMatchLCMScheduler": CONSISTENCY,
    "HeliosDMDScheduler": CONSISTENCY,
    "HeliosScheduler": "samples grow from stage to stage, with noise of its own between",
    "LCMScheduler": CONSISTENCY,
    "PiflowScheduler": "its network gives out a policy for several steps",
    "RFD4ProteinaScheduler": "it rescales the score on purpose, and wants a mask of tokens",
    "RePaintScheduler": "it paints a masked image, from data and noise",
    "SCMScheduler": CONSISTENCY,
    "ScoreSdeVeScheduler": "it has predictor and corrector for step, an interface of its own",
    "TCDScheduler": CONSISTENCY,
    "UnCLIPScheduler": "diffusers says not to use it; its variance is learned",
    "VQDiffusionScheduler": TOKENS,
}


def schedulers() -> list[Peer]:
    """Every scheduler of the installed diffusers, by name; several rows for one of several orders.

    ImportError without diffusers. One that is not known here is not judged, and says so.
    """
    import diffusers

    found = []
    for name in sorted(dir(diffusers)):
        if not name.endswith("Scheduler") or not isinstance(getattr(diffusers, name, None), type):
            continue
        if missing(getattr(diffusers, name)):
            absent = NOT_JUDGED.get(name, "the installed diffusers has only its name")
            found.append(Peer(name, None, absent, "not judged"))
            continue
        rows = [Peer(name, *row[:2], "deterministic", row[2]) for row in DETERMINISTIC.get(name, ())]
        rows += [Peer(name, None, NO_CLAIM, "stochastic", options) for options in STOCHASTIC.get(name, ())]
        found += rows or [Peer(name, None, NOT_JUDGED.get(name, "not known here"), "not judged")]
    return found
