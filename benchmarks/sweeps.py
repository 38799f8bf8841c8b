"""Sweeps: what two workers make of the work of one, and how the cost grows with the cells."""

from __future__ import annotations

import multiprocessing
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from math import log
from pathlib import Path
from tempfile import TemporaryDirectory

from theory.benchmark import Row
from theory.sweep import Swept, sweep

from .measure import alternating, median_ratio

COMPARISON, CELLS = "gaussian_training", 60
"""One that takes 0.3 s of CPU, and so often that the workers' start is a small part."""
CHUNKS = (250, 1000, 4000)
"""Each four times the one before: with a factor of two, a tenth more or less of CPU hides the exponent."""
CHUNK = 100
REPEATS = 3


def measure() -> Iterator[Row]:
    """Efficiencies T1 / (2 T2) in wall time, start of the workers included; the exponent of CPU in cells.

    They are of whole sweeps, in alternation. The machine needs two cores that nobody else is using: the load
    that it had before is a row too.
    """
    yield Row("sweeps", "load of the machine before", os.getloadavg()[0], "processes")
    with TemporaryDirectory() as folder, ExitStack() as open_until_the_end:
        fresh = _folders(Path(folder))
        yield from _efficiency("processes", lambda n: _comparisons(next(fresh), workers=n))
        if find_spec("distributed") is not None:
            addresses = {n: open_until_the_end.enter_context(_cluster(n, next(fresh))) for n in (1, 2)}
            yield from _efficiency(
                "Dask workers", lambda n: _comparisons(next(fresh), scheduler=addresses[n])
            )
        yield from _growth(fresh)


def _folders(home: Path) -> Iterator[Path]:
    """A new folder for every sweep: one that is there already would be taken for finished."""
    for number in range(sys.maxsize):
        (home / str(number)).mkdir()
        yield home / str(number)


def _comparisons(folder: Path, **team) -> Swept:
    return sweep("deep_linear", COMPARISON, {}, seeds=CELLS, to=folder, **team)


def _efficiency(who: str, run: Callable[[int], Swept]) -> Iterator[Row]:
    in_cells = []

    def two():
        done = run(2)
        in_cells.append(sum(done.table()["seconds"].to_pylist()) / (2 * done.seconds))

    seconds = alternating(lambda: run(1), two, repeats=REPEATS)
    found = [one / (2 * both) for one, both in zip(*seconds, strict=True)]
    name = f"parallel efficiency of two {who}"
    yield Row("sweeps", name, median_ratio(*seconds) / 2, "", goal=0.85, at_least=True)
    yield Row("sweeps", f"{name}: half of its range in {REPEATS} runs", (max(found) - min(found)) / 2, "")
    # what a busy machine takes from the cells and from the rest alike is not in this one
    yield Row("sweeps", f"share of the time of two {who} in cells", statistics.median(in_cells[1:]), "")


def _growth(fresh: Iterator[Path]) -> Iterator[Row]:
    """CPU of this process and its workers for n, 4n, 16n cells, without what they cost before the first."""
    axes = {"s": 1.0, "u0": 0.1, "tau": 1.0}

    def cost(chunks: int) -> float:
        started = _cpu()
        times = [k / chunks for k in range(chunks * CHUNK)]
        sweep("deep_linear", "mode_strength", {"t": times, **axes}, to=next(fresh), workers=1, chunk=CHUNK)
        return _cpu() - started

    runs = [[cost(chunks) for chunks in CHUNKS] for _ in range(REPEATS + 1)][1:]
    exponents = [log((c - b) / (b - a), CHUNKS[1] / CHUNKS[0]) for a, b, c in runs]
    few, more, most = map(min, zip(*runs, strict=True))
    exponent = log((most - more) / (more - few), CHUNKS[1] / CHUNKS[0])
    yield Row("sweeps", "exponent of the CPU in the cells", exponent, "", goal=1.05)
    spread = (max(exponents) - min(exponents)) / 2
    yield Row("sweeps", f"exponent: half of its range in {REPEATS} runs", spread, "")
    yield Row(
        "sweeps",
        f"CPU for a chunk of {CHUNK} cells of a formula",
        1e3 * (most - few) / (CHUNKS[2] - CHUNKS[0]),
        "ms",
    )


def _cpu() -> float:
    """Seconds of CPU so far, of this process and of those that it started, which have all ended."""
    while multiprocessing.active_children():
        time.sleep(0.01)
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


@contextmanager
def _cluster(workers: int, folder: Path) -> Iterator[str]:
    """A Dask scheduler and its workers, of one thread each, as processes on loopback; its address."""
    from distributed import Client

    known = ["--scheduler-file", str(folder / "scheduler.json")]
    scheduler = ["scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--idle-timeout", "5m"]
    worker = ["worker", "--nthreads", "1", "--no-nanny", "--no-dashboard", "--death-timeout", "60"]
    path = os.pathsep.join(filter(None, sys.path))
    environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": path}
    processes = []
    try:
        for kind, *options in [scheduler, *[worker] * workers]:
            command = [sys.executable, "-m", f"distributed.cli.dask_{kind}", *options, *known]
            processes.append(
                subprocess.Popen(
                    command,
                    cwd=folder,
                    env=environment,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
            )
        with Client(scheduler_file=known[1], timeout=60, set_as_default=False) as client:
            client.wait_for_workers(workers, timeout=60)
            address = client.scheduler.address
        yield address
    finally:
        for process in reversed(processes):
            process.kill()
            process.wait()
