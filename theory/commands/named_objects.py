"""What a command line names: objects as MODULE:NAME, and values as Python writes them."""

from __future__ import annotations

import ast
import importlib
import re
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

SPELLED = re.compile(r"[A-Za-z_]\w*(\.\w+)*:[A-Za-z_]\w*(\.\w+)*")


@dataclass(frozen=True)
class Named:
    """A value, and the Python expression that gives it once ``module`` is imported (None: needs none)."""

    value: Any
    expression: str
    module: str | None = None


def imported(text: str) -> Named:
    """MODULE:NAME, or MODULE by itself. UsageError says what is missing and what is near."""
    from ..cli import UsageError

    module, colon, name = text.partition(":")
    if not re.fullmatch(SPELLED, text if colon else f"{text}:x"):
        raise UsageError(f"{text!r}: write MODULE:NAME, such as mymodule:my_function")
    found = _module(module, text)
    for part in name.split(".") if colon else ():
        if not hasattr(found, part):
            here = getattr(found, "__name__", type(found).__name__)
            raise UsageError(f"{text!r}: {here} has no {part}{near(part, dir(found))}")
        found = getattr(found, part)
    return Named(found, f"{module}.{name}" if colon else module, module)


def _module(name: str, text: str):
    from ..cli import UsageError

    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        missing = error.name or str(error)
        if name == missing or name.startswith(f"{missing}."):
            hint = f": write {name[:-3]}, without .py" if name.endswith(".py") else ""
            raise UsageError(
                f"{text!r}: no module named {missing!r}, neither installed nor in this folder{hint}"
            ) from None
        raise UsageError(f"{text!r}: {name} needs {missing}, which is not installed") from None
    except (Exception, SystemExit) as error:  # whatever a module of somebody's does when it is imported
        last = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{last.filename.rsplit('/', 1)[-1]}, line {last.lineno}"
        raise UsageError(
            f"{text!r}: importing {name} raised {type(error).__name__}: {error} ({place})"
        ) from None


def valued(text: str, *, several: bool = False) -> Named:
    """An object MODULE:NAME, a number, True, None, a tuple or the like; any other text is itself.

    ``several``: a list is wanted, and what stands between commas are its parts.
    """
    if several and not text.startswith(("(", "[")) and not SPELLED.fullmatch(text):
        parts = tuple(valued(part.strip()).value for part in text.split(",") if part.strip())
        return Named(parts, repr(parts))
    if SPELLED.fullmatch(text):
        return imported(text)
    try:
        value = ast.literal_eval({"true": "True", "false": "False", "none": "None"}.get(text, text))
    except (ValueError, SyntaxError):
        value = text
    return Named(value, repr(value))


def near(name: str, known, spelled: Callable[[str], str] = str) -> str:
    """ ", the nearest is ..." where one is near."""
    close = get_close_matches(name, [one for one in known if not one.startswith("__")], 1)
    return f", the nearest is {spelled(close[0])}" if close else ""
