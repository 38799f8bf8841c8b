"""Trials that need an exact model live with their theory, in its module ``trial``; here they are found."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import update_wrapper

from ..catalogue import UnknownTheory, names


@dataclass(eq=False)
class TrialOf:
    """A function that puts somebody's code on trial; made by the decorator `trial_of`."""

    name: str
    function: Callable
    module: str = field(init=False)

    def __post_init__(self):
        self.module = self.function.__module__
        update_wrapper(self, self.function)

    def __call__(self, *arguments, **options):
        return self.function(*arguments, **options)


def trial_of(name: str) -> Callable[[Callable], TrialOf]:
    """Makes a function the trial of this name: ``@trial_of("sampler")``. It returns a `Trial`.

    What it takes in positions is what is tested, all else are options. Its module may export ``named(text)``,
    which makes of MODULE:NAME what is no attribute of a module, and returns None for anything else.
    """
    return lambda function: TrialOf(name, function)


def trials(package: str = "derivations") -> dict[str, TrialOf]:
    """Every trial of a package of theories, by name; only their modules ``trial`` are imported."""
    found = {}
    for theory in names(package):
        module = f"{package}.{theory}.trial"
        if importlib.util.find_spec(module) is None:
            continue
        for one in vars(importlib.import_module(module)).values():
            if isinstance(one, TrialOf):
                if one.name in found and found[one.name] is not one:
                    raise ValueError(
                        f"two trials named {one.name!r}: in {found[one.name].module} and {module}"
                    )
                found[one.name] = one
    return found


def find(name: str, package: str = "derivations") -> TrialOf:
    """The trial of this name. Raises `UnknownTheory` with the nearest name and those there are."""
    known = trials(package)
    if name not in known:
        close = get_close_matches(name, known, 1)
        nearest = f", the nearest is {close[0]!r}" if close else ""
        raise UnknownTheory(
            f"no trial named {name!r} in package {package!r}{nearest}; there is {', '.join(known) or 'none'}"
        )
    return known[name]
