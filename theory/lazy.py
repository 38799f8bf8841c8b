"""Names of a package that are imported when first asked for, so that one does not pay for all."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module


def on_first_use(package: str, homes: Mapping[str, str]) -> tuple[Callable, Callable]:
    """A package's ``__getattr__`` and ``__dir__``; ``homes`` maps each public name to its module there.

    A module that holds nothing of its own name is meant itself.
    """

    def get(name: str):
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        module = import_module(f"{package}.{homes[name]}")
        value = module if homes[name] == name and name not in vars(module) else getattr(module, name)
        setattr(sys.modules[package], name, value)  # a module of the same name must not shadow it
        return value

    return get, lambda: sorted(homes)
