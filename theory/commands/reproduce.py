"""``theory reproduce``: everything for every theory, and the report."""

from __future__ import annotations

from pathlib import Path

from .options import Json, Package


def reproduce(
    *names: str,
    to: Path = Path("report"),
    benchmarks: Path = Path("benchmarks/record.json"),
    package: Package = "derivations",
    as_json: Json = False,
) -> bool:
    """Check, certify, compare and draw every theory, and write one report, TO/report.html.

    Interrupted and started again it goes on where it stopped. A theory that fails is reported and the
    rest goes on; the exit code is then 1.

    Parameters
    ----------
    names
        The theories; all of them when not given.
    to
        The folder of the report, its figures and the records of the stages.
    benchmarks
        What `python -m benchmarks` measured; the report shows it where the file exists.
    """
    from ..catalogue import find
    from ..catalogue import theories as all_theories
    from ..reproduce import reproduce as run
    from .terminal import print_json, progress

    chosen = [find(name, package) for name in names] or all_theories(package)
    with progress("reproduce") as tell:
        outcome = run(chosen, to, benchmarks=benchmarks, progress=tell)
    if as_json:
        print_json({"report": outcome.report, "holds": outcome.holds, "failures": outcome.failures})
    else:
        for failure in outcome.failures:
            print(failure)
        print(outcome.report)
    return outcome.holds
