"""The lines of a derivation as every format shows them: number, claim, domain, reason, evidence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..derivation import Claim, Evidence
from ..parameter import Parameter


@dataclass(frozen=True)
class Line:
    """One claim ready for display. ``evidence`` is None where the claim does not stand."""

    number: int
    claim: Claim
    reason: str
    evidence: Evidence | None
    verdict: str
    """The evidence's name, else REFUTED or UNDECIDED."""
    message: str
    """What the evidence means, else why the claim does not stand."""

    @property
    def holds(self) -> bool:
        return self.evidence is not None


def derivation_lines(claims: Claim | Iterable[Claim], numbers: dict[int, int] | None = None) -> list[Line]:
    """Every claim that the given ones rest on, premises first, checked and numbered from 1.

    ``numbers`` (claim id to number) carries the numbering on from one derivation to the next:
    claims it holds already are not listed again, only referred to; new ones are added to it.
    """
    numbers = {} if numbers is None else numbers
    found = []
    for last in [claims] if isinstance(claims, Claim) else claims:
        for claim in last.lines():
            if id(claim) not in numbers:
                numbers[id(claim)] = len(numbers) + 1
                found.append(checked_line(claim, numbers))
    return found


def checked_line(claim: Claim, numbers: dict[int, int] | None = None) -> Line:
    """One claim with its evidence; premises are called by number where they have one, else by name."""
    from ..residual import Refuted, Undecided  # heavy: only checking needs the kernel

    numbers = numbers or {}
    try:
        evidence = claim.evidence
        verdict, message = evidence.name, evidence.meaning
    except Refuted as error:
        evidence, verdict, message = None, "REFUTED", str(error)
    except Undecided as error:
        evidence, verdict, message = None, "UNDECIDED", str(error)
    return Line(numbers.get(id(claim), 0), claim, reason(claim, numbers), evidence, verdict, message)


def reason(claim: Claim, numbers: dict[int, int]) -> str:
    """The rule's own words, every premise by its number: ``solves (1)``."""
    words = claim.by.reason.strip()
    missing = []
    for premise in claim.premises:
        name, number = premise.name, numbers.get(id(premise))
        if number and name and f"({name})" in words:
            words = words.replace(f"({name})", f"({number})")
        elif number:
            missing.append(f"({number})")
        elif not (name and f"({name})" in words):
            missing.append(name or str(premise))
    return words + (" from " + ", ".join(dict.fromkeys(missing)) if missing else "")


def standing(claims: Claim | Iterable[Claim], numbers: dict[int, int] | None = None) -> tuple[str, str]:
    """How the claims stand, by the weakest line they rest on: ``Stands: EXACT``, and what it means."""
    listed = [claims] if isinstance(claims, Claim) else list(claims)
    numbers = numbers or {}
    lines = [checked_line(line, numbers) for claim in listed for line in claim.lines()]
    failed = [f"({line.number})" if line.number else str(line.claim) for line in lines if not line.holds]
    if failed:
        return "Does not stand", f"because of {', '.join(dict.fromkeys(failed))}"
    if not lines:
        return "Nothing is claimed", "no lines"
    weakest = min(lines, key=lambda line: line.evidence)
    return f"Stands: {weakest.verdict}", weakest.message


def derivation(
    claims: Claim | Iterable[Claim], numbers: dict[int, int] | None = None
) -> tuple[list[Line], str, str]:
    """A whole derivation: its lines, how it stands, and what that means (see `derivation_lines`)."""
    numbers = {} if numbers is None else numbers
    lines = derivation_lines(claims, numbers)
    return lines, *standing(claims, numbers)


def parameters_of(things) -> tuple[Parameter, ...]:
    """The parameters of claims (premises included) or of a mixture of claims and parameters."""
    found = set()
    for thing in [things] if isinstance(things, Claim | Parameter) else things:
        if isinstance(thing, Parameter):
            found.add(thing)
        else:
            found.update(x for line in thing.lines() for x in line.domain.symbols)
    return tuple(sorted(found, key=lambda x: (x.name.lower(), x.name)))
