"""``theory figures``: build the figures and their data."""

from __future__ import annotations

from pathlib import Path

from .options import Json, Package


def figures(
    name: str | None = None,
    figure: str | None = None,
    /,
    *,
    to: Path = Path("figures"),
    package: Package = "derivations",
    as_json: Json = False,
) -> bool:
    """Build a theory's figures (PDF, PNG and the plotted data as CSV) into TO/NAME.

    Parameters
    ----------
    name
        The theory; all of them when not given.
    figure
        One figure of it; all when not given.
    to
        The folder that gets one folder per theory.
    """
    from .. import stages
    from ..catalogue import find, select, theories
    from .terminal import print_json, progress

    records = []
    for theory in [find(name, package)] if name else theories(package):
        chosen = select(theory.figures, figure, "figure", theory)
        with progress(f"figures {theory.name}") as tell:
            records.append(stages.figures(theory, to / theory.name, chosen, progress=tell))
    if as_json:
        print_json(records)
    else:
        for record in records:
            for figure in record["figures"]:
                for file in figure["files"]:
                    print(to / record["theory"] / file)
                if figure["error"]:
                    print(f"{figure['name']}: {figure['error']}")
    return all(record["holds"] for record in records)
