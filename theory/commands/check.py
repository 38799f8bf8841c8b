"""``theory check``: does every claim stand, and is every mutant refused?"""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from .options import Json, Package


def check(
    name: str,
    /,
    *,
    mutants: Annotated[bool, Parameter(help="Also hold every one-token mutant against the checks.")] = True,
    package: Package = "derivations",
    as_json: Json = False,
) -> bool:
    """Check every claim of a theory and that its one-token mutants are refused; exit code 1 if not.

    Parameters
    ----------
    name
        The theory.
    """
    from .. import stages
    from ..catalogue import find
    from .terminal import print_json, print_table, progress

    theory = find(name, package)
    with progress(f"check {theory.name}") as tell:
        record = stages.check(theory, mutants=mutants, progress=tell)
    if as_json:
        for claim in record["claims"]:
            del claim["html"]
        print_json(record)
        return record["holds"]
    print_table(
        ["claim", "evidence", "standing", "mutants killed", "reason"],
        [(c["name"], c["evidence"], c["standing"], _killed(c), c["reason"]) for c in record["claims"]],
    )
    for claim in record["claims"]:
        if not claim["holds"]:
            print(claim["message"])
    for uncovered in record["uncovered"]:
        print(f"{uncovered} is ASSUMED and no comparison covers it")
    for survivor in record["mutants"]["survivors"]:
        print(f"survives: {survivor}")
    print(_summary(record))
    return record["holds"]


def _killed(claim: dict) -> str:
    tally = claim.get("mutants")
    return f"{tally['killed']}/{tally['made'] - tally['equivalent']}" if tally else ""


def _summary(record: dict) -> str:
    tally = record["mutants"]
    inequivalent = tally["made"] - tally["equivalent"]
    stand = sum(c["holds"] for c in record["claims"])
    mutants = f", {tally['killed']} of {inequivalent} mutants killed" if tally["made"] else ""
    return f"{stand} of {record['checked']} claims stand{mutants}, {record['seconds']} s"
