"""Every scheduler of the installed diffusers on trial, a row each: what is claimed, what is measured, why."""

from __future__ import annotations

from functools import cache

from theory.validate.survey import survey_of

from .peers import Peer, schedulers
from .sampler import sampler
from .scheduled import Scheduled


@cache
def _by_label() -> dict[str, Peer]:
    return {label(peer): peer for peer in schedulers()}


def label(peer: Peer) -> str:
    """Its name without "Scheduler", and what is changed of its configuration."""
    changed = ", ".join(
        value if isinstance(value, str) else f"{name} {value}".replace("double True", "float64")
        for name, value in peer.options.items()
    )
    return peer.name.removesuffix("Scheduler") + (f" ({changed})" if changed else "").replace("_", " ")


@survey_of(
    "diffusers_schedulers",
    title="Schedulers of diffusers with the exact denoiser of Gaussian data and of a mixture",
    needs=("diffusers", "torch"),
    parts=lambda: list(_by_label()),
)
def diffusers_schedulers(part: str):
    """The trial of one scheduler, or why there is none."""
    import diffusers

    peer = _by_label()[part]
    if peer.kind == "not judged":
        return peer.source
    made = Scheduled(getattr(diffusers, peer.name), **peer.options)
    stochastic = peer.kind == "stochastic"
    return sampler(made, claimed_order=peer.claimed, stochastic=stochastic, name=part)
