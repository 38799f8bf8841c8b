"""The sweep itself: chunks of cells out to the workers, results to disk as they come."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..simulation import namespace
from .grid import Grid
from .store import Store
from .work import Target, given_up
from .workers import Cluster, Processes, WorkerDied

CHUNK = {"closed form": 65_536, "comparison": 1}
"""Cells that travel together: points of a formula are cheap, a simulation is not."""


@dataclass(frozen=True)
class Swept:
    """A finished sweep: its folder, its cells, how many were there already, and how many met an error
    (or, of a comparison, do not hold); what the first of the errors says."""

    folder: Path
    cells: int
    found: int
    errors: int
    disagree: int
    seconds: float
    first_error: str = ""

    @property
    def holds(self) -> bool:
        return not self.errors and not self.disagree

    def table(self):
        """The cells as a `pyarrow.Table`: parameters, seed, results, error."""
        return Store(self.folder).table()


def sweep(
    theory: str,
    name: str,
    axes: Mapping[str, Any],
    *,
    to: str | os.PathLike,
    seeds: int | Sequence[int] | None = None,
    workers: int | None = None,
    scheduler: str | None = None,
    chunk: int | None = None,
    kind: str | None = None,
    package: str = "derivations",
    backend: str = "numpy",
    device: str | None = None,
    scale: str = "laptop",
    progress: Callable[[float, int, str], None] | None = None,
) -> Swept:
    """Evaluate the closed form, or run the comparison, ``name`` of ``theory`` at every cell of a grid.

    ``axes``: numbers or lists of numbers by name: a closed form's arguments; of a comparison what it holds
    fixed (its ``at``) or settings of its simulation. ``seeds``: of a comparison, how many (0, 1, ...) or
    which; one by default. ``to``: the folder of the results; the same call goes on where an earlier one
    was stopped. ``workers``: processes on this machine, by default one for each core; or ``scheduler``,
    the address of a Dask scheduler whose workers have the same packages. ``chunk``: cells that a worker
    takes at a time. ``kind``: "closed form" or "comparison", where both have this name.

    ``device``: "cpu" (default), "cuda" or "cuda:NUMBER", of the ``backend``'s arrays.

    ValueError for names that the target does not have, axes that are no numbers, or a folder with another
    sweep (one on another device, or of other sources, is another); BlockingIOError if another process works
    in it; ConnectionError if the scheduler is lost; `BackendUnavailable` for a device that NumPy has not.
    """
    started = time.perf_counter()
    _needs_pyarrow()
    target = _target(theory, name, kind, package, backend, device, scale)
    if backend == "numpy":  # of other libraries, the workers know which devices they have
        namespace(backend, device)
    if target.kind == "comparison":
        seeds = 1 if seeds is None else seeds
    elif seeds is not None:
        raise ValueError(f"seeds = {seeds}: {name} is a closed form and draws nothing")
    grid = Grid(axes, seeds)
    _check_names(target, set(grid.axes))
    if workers is not None and workers < 1:
        raise ValueError(f"workers = {workers}: needs at least 1")
    if chunk is not None and chunk < 1:
        raise ValueError(f"chunk = {chunk}: needs at least 1 cell")
    store = Store(Path(to))
    with store.alone():
        definition = store.open(_definition(target, grid, chunk or CHUNK[target.kind]))
        size = definition["chunk"]
        chunks = -(-len(grid) // size)
        found = _run(store, target, grid, size, chunks, workers, scheduler, progress)
        store.gather(chunks)
        errors, disagree, first = _count(store)
        seconds = time.perf_counter() - started
        return Swept(store.folder, len(grid), found, errors, disagree, seconds, first)


def _run(store, target, grid, size, chunks, workers, scheduler, progress) -> int:
    """Do the chunks that are not on disk; how many cells were there already."""
    done = set(range(chunks)) if store.whole.exists() else store.finished()
    todo = (c for c in range(chunks) if c not in done)
    before = done_cells = sum(min(size, len(grid) - c * size) for c in done)
    _tell(progress, done_cells, len(grid))
    if len(done) == chunks:
        return before
    team = Cluster(target, scheduler) if scheduler else Processes(target, workers or os.cpu_count() or 1)
    try:
        waiting = True
        while waiting or team.running or team.suspects:
            while waiting and len(team.running) < team.at_once:
                c = next(todo, None)
                if c is None:
                    waiting = False
                else:
                    team.submit(c, grid.cells(c * size, (c + 1) * size))
            for c, columns, error in team.results():
                cells = grid.cells(c * size, (c + 1) * size)
                if isinstance(error, WorkerDied):
                    columns = given_up(target, cells, str(error))
                elif error is not None:
                    raise error
                store.write(c, columns)
                done_cells += len(cells["cell"])
                _tell(progress, done_cells, len(grid))
    finally:
        team.close()
    return before


def _target(theory, name, kind, package, backend, device, scale) -> Target:
    from ..catalogue import find

    there = find(theory, package)
    kinds = {"closed form": there.closed_forms, "comparison": there.comparisons}
    if kind not in (None, *kinds):
        raise ValueError(f"kind = {kind!r}: choose from {', '.join(kinds)}")
    having = [k for k, those in kinds.items() if name in those and kind in (None, k)]
    if len(having) > 1:
        raise ValueError(f"{theory} has a closed form and a comparison {name!r}: say which with kind=")
    if not having:
        from ..catalogue import select

        both = {**there.comparisons, **there.closed_forms} if kind is None else kinds[kind]
        select(both, name, kind or "closed form or comparison", there)
    home, search = kinds[having[0]][name].module, tuple(p for p in sys.path if p)
    target = Target(having[0], theory, name, home, package, backend, device, scale, search)
    if target.kind == "comparison":
        target.find().simulation.settings(scale)
    return target


def _check_names(target: Target, names: set[str]) -> None:
    allowed, needed = target.parameters()
    surplus, missing = sorted(names - allowed), sorted(needed - names)
    if surplus:
        raise ValueError(f"{target.name} has no {', '.join(surplus)}: it takes {', '.join(sorted(allowed))}")
    if missing:
        raise ValueError(f"{target.name}: missing {', '.join(missing)}")


def _definition(target: Target, grid: Grid, chunk: int) -> dict:
    """What must be the same for a sweep to go on; ``sources`` change with the formulas and the libraries."""
    from ..catalogue import find
    from ..reproduce import key

    return {
        "target": {x: getattr(target, x) for x in ("kind", "theory", "name", "package", "backend", "scale")}
        | {"device": target.device or "cpu"},
        "axes": grid.as_dict(),
        "sources": key(find(target.theory, target.package), "sweep"),
        "chunk": chunk,
    }


def _count(store: Store) -> tuple[int, int, str]:
    """Cells with an error, cells whose comparison does not hold, and the first error."""
    import pyarrow.compute as pc
    import pyarrow.parquet

    errors, disagree, first = 0, 0, ""
    file = pyarrow.parquet.ParquetFile(store.whole)
    for k in range(file.num_row_groups):
        group = file.read_row_group(k)
        wrong = group["error"].filter(pc.not_equal(group["error"], ""))
        errors += len(wrong)
        if not first and len(wrong):
            first = wrong[0].as_py()
        if "holds" in group.column_names:
            disagree += pc.sum(pc.equal(group["holds"], False)).as_py() or 0
    return errors, disagree, first


def _needs_pyarrow() -> None:
    from importlib.util import find_spec

    if find_spec("pyarrow") is None:
        raise ImportError("a sweep needs pyarrow: pip install 'theory-workbench[sweep]'")


def _tell(progress, done: int, total: int) -> None:
    if progress is not None:
        progress(done, total, f"{done} of {total} cells")
