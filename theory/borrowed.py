"""Evidence that the checks of other theories have found, for the claims of theirs that a theory builds on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from .catalogue import Theory
from .derivation import Claim, Evidence


def borrow(theory: Theory, record_of: Callable[[str], Mapping | None]) -> list[str]:
    """Take over what the records of other theories say of the claims that this one's rest on.

    ``record_of(name)`` is the record of another theory's check, made from the sources as they are now, or
    None. A claim that is not in it, or reads otherwise there, or does not hold, is left to be checked.
    Returns the names of what was taken over, as ``theory.claim``.
    """
    records, taken = {}, []
    for owner, claim in foreign(theory):
        if owner not in records:
            records[owner] = _told(record_of(owner), f"{theory.package}.{owner}")
        found = records[owner].get((claim.module, claim.name))
        if claim.name and found and found[0] == _seen(claim):
            claim.__dict__["_found"] = found[1]
            taken.append(f"{owner}.{claim.name}")
    return taken


def foreign(theory: Theory) -> Iterator[tuple[str, Claim]]:
    """The claims of other theories of the package that this one's rest on, with the theories' names."""
    stated = [*theory.claims.values(), *(c for form in theory.closed_forms.values() for c in form.claims)]
    lines = {id(line): line for claim in stated for line in claim.lines()}
    for line in lines.values():
        package, _, rest = line.module.partition(f"{theory.package}.")
        owner = rest.partition(".")[0]
        if not package and owner and owner != theory.name:
            yield owner, line


def _told(record: Mapping | None, home: str) -> dict[tuple[str, str], tuple[tuple, Evidence]]:
    """What the record of a theory says of its claims that hold, by module and name."""
    found = {}
    for entry in (record or {}).get("claims", ()):
        try:
            if entry["holds"]:
                where = f"{home}.{entry['module']}", entry["name"].rpartition(".")[2]
                found[where] = (entry["statement"], entry["rule"]), Evidence[entry["evidence"]]
        except (KeyError, TypeError, AttributeError):  # no record of ours
            continue
    return found


def _seen(claim: Claim) -> tuple[str, str]:
    return str(claim), type(claim.by).__name__
