"""Everything for every theory: run the stages, keep their records, write the report.

A record is finished when its file exists under the key of what it was made from: the sources of the
theory and of the workbench, the versions of the libraries, the stage. A finished record is not made
again, so an interrupted run goes on where it stopped. Each stage runs in a process of its own: one
that fails, even by crashing, is reported and the rest goes on. No claim is checked twice: a theory's check
waits for those of the theories that it builds on, and believes their records.
"""

from __future__ import annotations

import hashlib
import math
import os
import queue
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from . import records
from .catalogue import Theory
from .processes import FreshContext, leave_the_end_to_the_parent, uninterrupted

STAGES = ("compare", "check", "accuracy", "growth", "figures")
"""Longest first, so that two processes finish at about the same time."""

TRIALS = "trials"
"""The stage of a theory that puts other people's code on trial, where that is installed."""

SEED = 0
"""The seed of the comparisons; `theory compare` draws a fresh one, for an independent verdict."""

LIBRARIES = (
    "numpy",
    "scipy",
    "sympy",
    "python-flint",
    "matplotlib",
    "jax",
    "torch",
    "numba",
    "scikit-learn",
    "diffusers",
)


@dataclass(frozen=True)
class Outcome:
    """Where the report is, whether all holds, and one line for everything that does not."""

    report: Path
    holds: bool
    failures: tuple[str, ...]


@dataclass(frozen=True)
class Task:
    """One stage of one theory, and the file of its record."""

    theory: str
    package: str
    stage: str
    folder: Path
    key: str
    search: tuple[str, ...] = field(repr=False)
    after: tuple[Task, ...] = field(default=(), repr=False, compare=False)
    """Checks of the theories that this one builds on."""

    @property
    def path(self) -> Path:
        return self.folder / "records" / f"{self.theory}.{self.stage}.json"

    @property
    def name(self) -> str:
        return f"{self.theory}: {self.stage}"

    def finished(self) -> dict | None:
        """The record of an earlier run, if nothing that it was made from has changed since."""
        record = records.read(self.path)
        if not record or record.get("key") != self.key or record.get("error"):
            return None
        files = [file for figure in record.get("figures", ()) for file in figure["files"]]
        if all((self.folder / "figures" / self.theory / file).exists() for file in files):
            return record
        return None


def reproduce(
    theories: Iterable[Theory],
    folder: Path,
    *,
    benchmarks: Path | None = None,
    processes: int | None = None,
    progress: Callable[[float, int, str], None] | None = None,
) -> Outcome:
    """Run what is not finished, then write ``folder/report.html``.

    ``benchmarks`` is a record of ``python -m benchmarks``, which the report then shows.
    ``processes`` stages run side by side (two, where there are two cores). OSError, before any work,
    when the folder cannot be written to.
    """
    from .report import render

    started, theories, folder = time.perf_counter(), list(theories), Path(folder)
    _sources.cache_clear(), _built_on.cache_clear()
    tasks = [_task(t, stage, folder) for t in theories for stage in (*STAGES, *_trials(t))]
    records.write(folder / "records" / "environment.json", records.dumps(environment()))
    todo = _checks_first([task for task in tasks if task.finished() is None])
    _run(todo, processes or min(2, os.cpu_count() or 1), len(tasks), progress)
    found = {(task.theory, task.stage): records.read(task.path) or _lost(task) for task in tasks}
    report = folder / "report.html"
    seconds = time.perf_counter() - started
    records.write(report, render(theories, found, environment(), folder / "figures", seconds, benchmarks))
    failures = tuple(f"{task.name}: {_why(found[task.theory, task.stage])}" for task in tasks
                     if not found[task.theory, task.stage]["holds"])  # fmt: skip
    return Outcome(report, not failures, failures)


def _task(theory: Theory, stage: str, folder: Path) -> Task:
    def alone(one: Theory, *after: Task) -> Task:
        return Task(one.name, one.package, stage, folder, key(one, stage), tuple(sys.path), after)

    return alone(theory, *map(alone, _built_on(theory, True) if stage == "check" else ()))


def _checks_first(tasks: list[Task]) -> list[Task]:
    """The checks that others wait for, before everything else and each before those that wait for it."""
    awaited = {one for task in tasks for one in task.after}
    return sorted(tasks, key=lambda task: len(task.after) if task in awaited else math.inf)


def _next(waiting: list[Task], running: Iterable[Task]) -> Task | None:
    """The first task that need not wait for another; any, where they wait for each other."""
    under_way = {*waiting, *running}
    free = [task for task in waiting if not under_way.intersection(task.after)]
    return free[0] if free else waiting[0] if waiting and not running else None


def _trials(theory: Theory) -> tuple[str, ...]:
    """The stage of the trials, for a theory that has some."""
    return (TRIALS,) if (theory.folder / "trial").is_dir() or (theory.folder / "trial.py").exists() else ()


def _run(todo: list[Task], processes: int, total: int, progress) -> None:
    """Run tasks in processes of their own, a few at a time; on an interruption end them all."""
    context = FreshContext()
    heard, waiting, running = context.Queue(), list(todo), {}
    parts = dict.fromkeys((task.name for task in todo), 0.0)
    finished = total - len(todo)
    try:
        while waiting or running:
            while len(running) < processes and (task := _next(waiting, running.values())):
                waiting.remove(task)
                process = context.Process(target=_work, args=(task, heard), daemon=True)
                with uninterrupted():
                    process.start()
                    running[process] = task
                _tell(progress, finished + sum(parts.values()), total, task.name)
            for name, done, of, what in _drain(heard):
                parts[name] = max(parts[name], min(done / of, 1) if of else 0.0)
                _tell(progress, finished + sum(parts.values()), total, f"{name}: {what}" if what else name)
            for process, task in [*running.items()]:
                if not process.is_alive():
                    process.join()
                    del running[process]
                    parts[task.name] = 1.0
                    if process.exitcode:
                        died = {"error": f"the process ended with code {process.exitcode}", "where": []}
                        _keep(task, died | {"holds": False, "seconds": None})
    finally:
        for process in running:
            process.terminate()
            process.join()
        for task in running.values():
            for part in (task.folder / "records").glob(".*.part"):
                part.unlink(missing_ok=True)


def _drain(heard) -> Iterator[tuple]:
    """The messages that have come, after waiting a moment for the first."""
    try:
        yield heard.get(timeout=0.1)
        while True:
            yield heard.get_nowait()
    except queue.Empty:
        return


def _work(task: Task, heard) -> None:
    """One stage, in its own process; its record is written here, whole."""
    leave_the_end_to_the_parent()
    sys.path[:] = task.search
    started = time.perf_counter()

    def tell(done: float, total: int, what: str) -> None:
        heard.put((task.name, done, total, what))

    try:
        record = _stage(task, tell)
    except Exception as error:
        words = " ".join(str(error).split())
        record = {
            "holds": False,
            "error": f"{type(error).__name__}: {words}",
            "where": _where(error),
            "seconds": round(time.perf_counter() - started, 2),
        }
    _keep(task, record)


def _stage(task: Task, tell) -> dict:
    from . import stages

    theory = Theory(task.theory, task.package)
    if task.stage == "compare":
        return stages.compare(theory, seed=SEED, mutants=True, progress=tell)
    if task.stage == "figures":
        return stages.figures(theory, task.folder / "figures" / task.theory, progress=tell)
    if task.stage == TRIALS:
        return stages.trials(theory, task.folder / "figures" / task.theory, progress=tell)
    if task.stage in ("accuracy", "growth"):
        return getattr(stages, task.stage)(theory, progress=tell)
    others = {other.theory: other for other in task.after}
    return stages.check(
        theory, record_of=lambda name: others[name].finished() if name in others else None, progress=tell
    )


def _keep(task: Task, record: dict) -> None:
    made = {"key": task.key, "theory": task.theory, "stage": task.stage}
    records.write(task.path, records.dumps(made | record))


def _where(error: BaseException) -> list[str]:
    """The last calls before the error, by file name and function: no paths of this machine."""
    frames = traceback.extract_tb(error.__cause__.__traceback__ if error.__cause__ else error.__traceback__)
    ours = [frame for frame in frames if "importlib" not in frame.filename]
    return [f"{Path(frame.filename).name}:{frame.lineno} in {frame.name}" for frame in ours[-4:]]


def _lost(task: Task) -> dict:
    return {
        "theory": task.theory,
        "stage": task.stage,
        "holds": False,
        "error": "left no record",
        "where": [],
    }


def _why(record: dict) -> str:
    if record.get("error"):
        return record["error"]
    kinds = ("claims", "comparisons", "figures", "surveys", "growth")
    if record["stage"] == "accuracy":  # the closed forms of a check follow its claims
        kinds = ("closed_forms",)
    names = [part["name"] for kind in kinds for part in record.get(kind, ()) if not part["holds"]]
    if names:
        return f"{', '.join(names)} {'does' if len(names) == 1 else 'do'} not hold"
    if record.get("uncovered"):
        return f"assumed, but covered by no comparison: {', '.join(record['uncovered'])}"
    return f"{len(record.get('mutants', {}).get('survivors', ()))} mutants survive"


def key(theory: Theory, stage: str) -> str:
    """What a record depends on, as one hash: sources (of what the theory builds on too), versions, stage."""
    folders = [*(one.folder for one in (theory, *_built_on(theory, False))), Path(__file__).parent]
    parts = [stage, *map(_sources, folders), sys.version]
    parts += [f"{name} {number}" for name, number in versions().items()]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


@cache
def _built_on(theory: Theory, results: bool) -> tuple[Theory, ...]:
    return tuple(Theory(name, theory.package) for name in theory.built_on(results=results))


@cache
def _sources(folder: Path) -> str:
    found = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and "__pycache__" not in p.parts):
        found.update(f"{path.relative_to(folder)}\n".encode())
        found.update(path.read_bytes())
    return found.hexdigest()


def versions() -> dict[str, str]:
    """The installed versions of the libraries that numbers depend on."""
    found = {}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def environment() -> dict:
    """Versions and kind of machine; no host name, user or path."""
    import platform

    return {
        "python": platform.python_version(),
        "system": platform.system(),
        "machine": platform.machine(),
        "cores": os.cpu_count(),
    } | versions()


def _tell(progress, done: float, total: int, what: str) -> None:
    if progress:
        progress(done, total, what)
