"""``theory validate``: somebody's code on trial."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from .options import Json, Package


def validate(
    trial: str,
    subject: str,
    /,
    *,
    claimed_order: float | None = None,
    stochastic: bool = False,
    library: Literal["numpy", "torch"] = "numpy",
    html: Annotated[
        Path | None, Parameter(help="Also write the verdict with its plot to this HTML file.")
    ] = None,
    package: Package = "derivations",
    as_json: Json = False,
) -> bool:
    """Put code on trial: theory validate sampler mymodule:sampler --claimed-order 2; exit code 1 if it fails.

    Parameters
    ----------
    trial
        Which trial: sampler.
    subject
        MODULE:NAME, what is tested, importable from here.
    claimed_order
        The order of convergence that it should have.
    stochastic
        Whether it draws noise of its own: then mean and variance are judged.
    library
        What its arrays are.
    """
    from ..cli import UsageError
    from ..validate.registry import find
    from .terminal import print_json

    judge = find(trial, package)
    named = getattr(sys.modules[judge.module], "named", lambda subject: None)  # solvers that are no attribute
    options = dict(claimed_order=claimed_order, stochastic=stochastic, library=library, name=subject)
    try:
        tested = named(subject) or _imported(subject)
        found = judge(tested, **options)
    except ValueError as error:
        raise UsageError(str(error)) from error
    if html is not None:
        html.write_text(f"<!doctype html><meta charset=utf-8><title>{subject}</title>{found.to_html()}")
    if as_json:
        print_json(found.as_dict())
    else:
        from rich.console import Console

        Console().print(found)
    return found.holds


def _imported(subject: str):
    """MODULE:NAME as an object; the error names what is missing."""
    from ..cli import UsageError

    module, colon, name = subject.partition(":")
    if not (module and colon and name):
        raise UsageError(f"{subject!r}: write MODULE:NAME, such as mymodule:my_sampler")
    try:
        found = importlib.import_module(module)
    except ImportError as error:
        raise UsageError(f"{subject!r}: {error}") from None
    for part in name.split("."):
        if not hasattr(found, part):
            raise UsageError(f"{subject!r}: {module} has no {part}")
        found = getattr(found, part)
    return found
