"""What a result file says in its first markdown cell: the heading and the prose below it."""

from __future__ import annotations

import inspect
import re
from types import ModuleType

_CELL = re.compile(r"^# %%(.*)$", re.MULTILINE)


def opening(module: ModuleType) -> tuple[str, str]:
    """Heading and prose of a module's first markdown cell; its name and '' when it has none."""
    parts = _CELL.split(inspect.getsource(module))
    for kind, body in zip(parts[1::2], parts[2::2], strict=True):
        if "[markdown]" in kind:
            lines = [re.sub(r"^# ?", "", line) for line in body.strip().splitlines()]
            if lines and lines[0].startswith("# "):
                return lines[0].removeprefix("# ").strip(), "\n".join(lines[1:]).strip()
            break
    return module.__name__.rpartition(".")[2].replace("_", " ").capitalize(), ""
