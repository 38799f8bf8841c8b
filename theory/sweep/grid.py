"""The cells of a sweep: every combination of the axes' values, numbered, and never all in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np


class Grid:
    """The product of ``axes`` (name: number or values), the last varying fastest; ``len`` is its cells.

    ``seeds`` is one more axis, named "seed", that varies fastest of all: 0, 1, ..., or those given.
    ValueError for an axis that is empty, not one-dimensional, not of numbers, or not finite.
    """

    def __init__(self, axes: Mapping[str, Any], seeds: int | Sequence[int] | None = None):
        self.axes = {name: _axis(name, values) for name, values in axes.items()}
        if seeds is not None:
            if "seed" in self.axes:
                raise ValueError("seed: an axis already; give seeds= alone")
            if isinstance(seeds, int) and seeds < 1:
                raise ValueError(f"seeds = {seeds}: needs at least 1")
            self.axes["seed"] = _axis("seeds", np.arange(seeds) if isinstance(seeds, int) else seeds)
            if self.axes["seed"].dtype.kind != "i" or np.min(self.axes["seed"]) < 0:
                raise ValueError(f"seeds = {seeds}: needs whole numbers >= 0")
        self.shape = tuple(map(len, self.axes.values()))

    def __len__(self) -> int:
        return int(np.prod(self.shape, dtype=object))

    def cells(self, start: int, stop: int) -> dict[str, np.ndarray]:
        """The parameters of the cells ``start <= cell < stop``, by name, and their numbers as "cell"."""
        numbers = np.arange(start, min(stop, len(self)), dtype=np.int64)
        found, rest = {}, numbers
        for name, values in reversed(self.axes.items()):
            rest, here = np.divmod(rest, len(values))
            found[name] = values[here]
        return {"cell": numbers} | dict(reversed(found.items()))

    def as_dict(self) -> dict[str, list]:
        """The axes as plain lists."""
        return {name: values.tolist() for name, values in self.axes.items()}


def _axis(name: str, values) -> np.ndarray:
    found = np.atleast_1d(np.asarray(values))
    if found.ndim != 1 or not found.size or found.dtype.kind not in "iuf":
        raise ValueError(f"{name} = {values!r}: an axis is a number or a list of numbers, not empty")
    if not np.all(np.isfinite(found)):
        raise ValueError(f"{name} = {found[~np.isfinite(found)][0]}: an axis holds finite numbers")
    return found.astype(np.int64 if found.dtype.kind in "iu" else np.float64)
