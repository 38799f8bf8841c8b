"""What a worker does: the cells of a chunk, each with its result or the error that it met."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import import_module
from typing import Any

import numpy as np

_ONE_AT_A_TIME = threading.Lock()
"""SymPy's caches and the libraries' global settings are not made for threads."""


@dataclass(frozen=True)
class Target:
    """What is swept, by its name, so that any process can find it; ``kind`` "closed form" or "comparison".

    ``module`` holds it: a worker imports no more of the theory than this needs.
    """

    kind: str
    theory: str
    name: str
    module: str
    package: str = "derivations"
    backend: str = "numpy"
    device: str | None = None
    scale: str = "laptop"
    search: tuple[str, ...] = ()

    def find(self):
        for folder in self.search:
            if folder not in sys.path:
                sys.path.append(folder)
        return _found(self.module, self.name.rpartition(".")[2])

    def parameters(self) -> tuple[set[str], set[str]]:
        """The names it takes, and of these the ones without which there is no value."""
        one = self.find()
        if self.kind == "closed form":
            names = {x.name for x in one.arguments}
            return names, names - set(getattr(one, "defaults", {}))
        known = set(one.at) | set(one.simulation.settings(self.scale)) - {one.tolerance.varies}
        return known | {"seed"}, set()


@lru_cache(maxsize=64)
def _found(module: str, variable: str):
    return getattr(import_module(module), variable)


def do(target: Target, cells: Mapping[str, np.ndarray]) -> dict[str, Any]:
    """The cells' columns with those of the results: "error" is "" where there is none."""
    with _ONE_AT_A_TIME:
        if target.kind == "closed form":
            return {**cells, **_values(target, dict(cells))}
        return {**cells, **_verdicts(target, dict(cells))}


def _values(target: Target, cells: dict) -> dict:
    """The closed form on all cells at once, and one by one where that is refused."""
    form, count = target.find(), len(cells.pop("cell"))
    cells.pop("seed", None)
    try:
        found, errors = _evaluate(target, form, cells), [""] * count
    except (ValueError, ArithmeticError, TypeError):
        found, errors = np.full((form.outputs, count), np.nan), []
        for k in range(count):
            try:
                found[:, k] = _evaluate(target, form, {x: v[k] for x, v in cells.items()})
                errors.append("")
            except (ValueError, ArithmeticError, TypeError) as error:
                errors.append(_line(error))
    return dict(zip(output_names(target), found, strict=True)) | {"error": errors}


def output_names(target: Target) -> list[str]:
    """The columns of a closed form's values: its name, with the number of the output where it has several."""
    count = target.find().outputs
    return [f"{target.name}[{k}]" for k in range(count)] if count > 1 else [target.name]


def _evaluate(target: Target, form, cells: Mapping) -> np.ndarray:
    if target.backend == "numpy":
        found = form(**cells)
    else:
        from ..simulation import namespace

        arrays = namespace(target.backend, target.device)
        with arrays:
            found = form.compile(target.backend)(**{x: arrays.asarray(v) for x, v in cells.items()})
            found = tuple(map(arrays.to_numpy, found)) if isinstance(found, tuple) else arrays.to_numpy(found)
    parts = found if isinstance(found, tuple) else (found,)
    shape = np.broadcast_shapes(*(np.shape(v) for v in cells.values()))
    return np.stack([np.broadcast_to(np.asarray(part, dtype=float), shape) for part in parts])


_NUMBERS = ("statistic", "bound", "observed_rate", "expected_rate", "components")
_NO_VERDICT = dict.fromkeys(_NUMBERS) | {"holds": None, "description": "", "error": ""}


def _verdicts(target: Target, cells: dict) -> dict:
    """The comparison at each cell: its verdict, or the error that stopped it."""
    count, seeds = len(cells.pop("cell")), cells.pop("seed")
    rows = []
    for k in range(count):
        started = time.perf_counter()
        row = dict(_NO_VERDICT)
        try:
            one = at_cell(target.find(), {x: v[k].item() for x, v in cells.items()}, target.scale)
            verdict = one.run(
                seed=int(seeds[k]), backend=target.backend, device=target.device, scale=target.scale
            )
            row |= {x: getattr(verdict, x) for x in (*_NUMBERS, "holds", "description")}
        except Exception as error:  # of the simulation at this cell: the others go on
            row["error"] = _line(error)
        rows.append(row | {"seconds": time.perf_counter() - started})
    return {x: [row[x] for row in rows] for x in rows[0]}


def given_up(target: Target, cells: Mapping[str, np.ndarray], reason: str) -> dict[str, Any]:
    """What `do` returns, without values, for cells that nobody could do: every "error" is the reason."""
    if target.kind == "closed form":
        blank = dict.fromkeys(output_names(target))
    else:
        blank = _NO_VERDICT | {"seconds": None}
    count = len(cells["cell"])
    return {**cells, **{x: [value] * count for x, value in (blank | {"error": reason}).items()}}


def at_cell(comparison, parameters: Mapping[str, Any], scale: str):
    """The comparison with other parameters: those it holds fixed, or settings of the simulation's scale."""
    at = {x: v for x, v in parameters.items() if x in comparison.at}
    settings = {x: v for x, v in parameters.items() if x not in comparison.at}
    simulation = comparison.simulation
    if settings:
        scales = {**simulation.scales, scale: {**simulation.settings(scale), **settings}}
        simulation = replace(simulation, scales=scales)
    return replace(comparison, at={**comparison.at, **at}, simulation=simulation)


def _line(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())
