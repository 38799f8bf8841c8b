"""``theory notebooks``: build and execute the notebooks."""

from __future__ import annotations

import sys
from pathlib import Path

from .options import Package


def notebooks(
    name: str | None = None, /, *, to: Path = Path("notebooks"), package: Package = "derivations"
) -> bool:
    """Build a theory's notebook from its result files, execute it and write TO/NAME.ipynb.

    Exit code 1 when a cell fails: the message names it, and the old notebook stays.

    Parameters
    ----------
    name
        The theory; all of them when not given.
    to
        The folder of the notebooks.
    """
    from ..catalogue import find, theories
    from ..notebook import CellFailed, write
    from .terminal import progress

    written = True
    for theory in [find(name, package)] if name else theories(package):
        try:
            with progress(f"notebook {theory.name}") as tell:
                path = write(theory, to, progress=tell)
        except CellFailed as failed:
            print(f"theory: notebook {theory.name}: {failed}", file=sys.stderr)
            written = False
        else:
            print(path)
    return written
