"""Other people's code on trial: is this sampler second order, this kernel right near rho = 1?

    from theory import validate
    trial = validate.sampler(my_sampler, claimed_order=2)
    assert trial.holds, trial

Each function takes the code and returns a `Trial`: ``holds``, ``findings`` with evidence, the measured
order where there is one, ``to_json()``, ``to_html()``, ``figure()``. What the code does wrong (exceptions,
NaN, wrong shapes, endless loops) is a finding; a wrong argument of ours is an error.
"""

from __future__ import annotations

from .registry import TrialOf, trial_of, trials
from .trial import Curve, Finding, Trial

__all__ = ["Curve", "Finding", "Trial", "TrialOf", "sampler", "trial_of", "trials"]


def sampler(sample, *, claimed_order: float | None = None, **options) -> Trial:
    """Drives a sampler of diffusion models with the exact denoiser of Gaussian data, and judges it.

    ``sample(denoise, x_T, sigmas) -> x_0`` in EDM's variables: ``x_T`` (B, D) at noise level ``sigmas[0]``,
    ``denoise(x, sigma)`` the mean of the clean data with ``sigma`` a number or one for each row, ``sigmas``
    (n + 1,) decreasing, to the last of which the sampler goes; or a scheduler of diffusers, a solver of
    diffrax, a function ``(model, x, sigmas, ...)`` of k-diffusion's kind.

    Options: ``method`` ("euler", "heun", "dpm++2m", "adams2": whose error constants it should have),
    ``stochastic``, ``library`` ("numpy" or "torch"), ``dtype`` ("float64" or "float32"), ``sigma_max``,
    ``sigma_min``, ``steps``, ``to_zero`` (whether it must be able to go to 0), ``seed``, ``time_limit``
    (seconds of the processor), ``name``. ValueError for arguments that make no trial.
    """
    from .registry import find

    return find("sampler")(sample, claimed_order=claimed_order, **options)
