"""``theory notebooks``: build and execute the notebooks."""

from __future__ import annotations

from pathlib import Path

from .options import Package


def notebooks(name: str | None = None, /, *, to: Path = Path("notebooks"), package: Package = "derivations"):
    """Build a theory's notebook from its result files, execute it and write TO/NAME.ipynb.

    Parameters
    ----------
    name
        The theory; all of them when not given.
    to
        The folder of the notebooks.
    """
    from ..catalogue import find, theories
    from ..notebook import write
    from .terminal import progress

    for theory in [find(name, package)] if name else theories(package):
        with progress(f"notebook {theory.name}") as tell:
            path = write(theory, to, progress=tell)
        print(path)
