"""Results of stages as strict JSON on disk: written whole or not at all."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def plain(value: Any, *, spelt: bool = True) -> Any:
    """A value as strict JSON can hold it: NumPy scalars and arrays as numbers and lists, and numbers that
    JSON does not know as the strings "inf", "-inf", "nan", or as None where these are not to be ``spelt``."""
    if isinstance(value, Mapping):
        return {str(key): plain(item, spelt=spelt) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item, spelt=spelt) for item in value]
    if hasattr(value, "tolist"):
        return plain(value.tolist(), spelt=spelt)
    if isinstance(value, float) and not math.isfinite(value):
        return str(value) if spelt else None
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, complex):
        return [plain(value.real, spelt=spelt), plain(value.imag, spelt=spelt)]
    return str(value)


def dumps(value: Any) -> str:
    return json.dumps(plain(value), indent=2, ensure_ascii=False, allow_nan=False)


def read(path: Path) -> dict | None:
    """The record at a path; None when there is none, or none that can be read."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def write(path: Path, text: str) -> None:
    """Write a text file whole or not at all. OSError says in one line which file cannot be written."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(text, encoding="utf-8")
        os.replace(part, path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise type(error)(f"cannot write {path}: {reason}; choose a folder you may write to") from None
    finally:
        try:
            part.unlink(missing_ok=True)
        except OSError:  # not a folder, or not ours: there is nothing of ours to remove
            pass
