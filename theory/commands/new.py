"""``theory new``: a folder to start from."""

from __future__ import annotations

from .options import Package


def new(name: str, /, *, package: Package = "derivations") -> None:
    """Write a new theory with a small result that already passes its checks, to be replaced by yours.

    Parameters
    ----------
    name
        The theory's name: a Python identifier in lower case, such as spin_glass.
    """
    from ..cli import UsageError
    from ..scaffold import BadName, scaffold

    try:
        folder = scaffold(name, package)
    except BadName as error:
        raise UsageError(str(error)) from None
    print(f"{folder}\nnext: theory check {name}; theory compare {name}")
