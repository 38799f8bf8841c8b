"""``theory show``: a derivation as text, with reasons and evidence."""

from __future__ import annotations

from typing import Annotated, Literal

from cyclopts import Parameter

from .options import Package

Format = Annotated[Literal["text", "markdown", "html", "latex"], Parameter(name="--format")]


def show(
    name: str, claim: str | None = None, /, *, format: Format = "text", package: Package = "derivations"
):
    """Print a theory's derivation, or that of one claim or closed form, with reasons and evidence.

    Parameters
    ----------
    name
        The theory.
    claim
        One claim or closed form of it; all claims when not given.
    format
        How to print it.
    """
    from .. import display
    from ..catalogue import find, select

    theory = find(name, package)
    found = select(theory.claims | theory.closed_forms, claim, "claim", theory)
    if claim is None:
        found = theory.claims
    claims = [line for thing in found.values() for line in _claims(thing)]
    rendered = getattr(display, f"derivation_{format}")(claims)
    if format == "text" and claim is None:
        print(f"{theory.title}\n\n{theory.summary}\n")
    print(rendered)
    if format == "text" and claim in theory.closed_forms:
        print(f"\n{theory.closed_forms[claim].description}")
    return all(line.holds for line in display.derivation_lines(claims))


def _claims(thing) -> tuple:
    from ..derivation import Claim

    if isinstance(thing, Claim):
        return (thing,)
    return tuple(getattr(thing, "claims", None) or (thing.claim,))
