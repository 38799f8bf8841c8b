"""Who does the work: processes on this machine, or the workers of a Dask cluster."""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from typing import Any

from ..processes import FreshContext, leave_the_end_to_the_parent
from .work import Target, do

MOST_DEATHS = 3
"""A chunk in whose company that many workers died is given up."""


class WorkerDied(RuntimeError):
    """The process that worked on a chunk ended, again and again."""


class ClusterLost(ConnectionError):
    """The scheduler does not answer any more."""


def _begin(search: tuple[str, ...]) -> None:
    """A worker finds what its parent finds."""
    leave_the_end_to_the_parent()
    sys.path.extend(folder for folder in search if folder not in sys.path)


class Processes:
    """Processes of this machine, started anew when one of them is killed.

    A killed process takes the whole pool along. What was under way is then done one by one, so that a
    chunk which kills its worker is found, and no other is blamed.
    """

    def __init__(self, target: Target, workers: int):
        self.target, self.workers = target, workers
        self.running: dict[Any, tuple[int, dict]] = {}
        self.suspects: list[tuple[int, dict]] = []
        self.deaths: dict[int, int] = {}
        os.environ.setdefault("OMP_NUM_THREADS", "1")
        self._start()

    @property
    def at_once(self) -> int:
        return 0 if self.suspects else 2 * self.workers

    def _start(self) -> None:
        self.pool = ProcessPoolExecutor(
            self.workers, mp_context=FreshContext(), initializer=_begin, initargs=(self.target.search,)
        )

    def submit(self, chunk: int, cells: dict) -> None:
        try:
            future = self.pool.submit(do, self.target, cells)
        except BrokenProcessPool as error:  # noticed as soon as its chunks are asked for
            future = Future()
            future.set_exception(error)
        self.running[future] = chunk, cells

    def results(self) -> Iterator[tuple[int, dict | None, Exception | None]]:
        """The chunks that have become ready, after waiting a little for the first."""
        if self.suspects and not self.running:
            self.submit(*self.suspects.pop(0))
        ready, _ = wait(self.running, timeout=0.2, return_when=FIRST_COMPLETED)
        if any(isinstance(f.exception(), BrokenProcessPool) for f in ready):
            ready = wait(self.running).done  # all of them end with their pool
            self.pool.shutdown(wait=False, cancel_futures=True)
            self._start()
        alone = len(self.running) == 1
        for future in ready:
            chunk, cells = self.running.pop(future)
            error = future.exception()
            if not isinstance(error, BrokenProcessPool):
                yield chunk, None if error else future.result(), error
                continue
            self.deaths[chunk] = self.deaths.get(chunk, 0) + alone
            if self.deaths[chunk] == MOST_DEATHS:
                yield chunk, None, WorkerDied(f"{MOST_DEATHS} processes that worked on it were killed")
            else:
                self.suspects.append((chunk, cells))

    def close(self) -> None:
        """End at once: what is not finished will be begun anew."""
        self.pool.shutdown(wait=False, cancel_futures=True)
        for process in multiprocessing.active_children():
            process.terminate()


FETCHING = 10.0
"""Seconds in which a worker that is alive hands over a result of some numbers."""


class Cluster:
    """The workers of a Dask scheduler: ``tcp://host:port``. Lost workers are Dask's own business."""

    def __init__(self, target: Target, address: str, patience: float = 30.0):
        from distributed import Client

        self.target, self.address, self.patience = target, address, patience
        self.suspects = ()  # Dask counts deaths itself
        try:
            self.client = Client(address, timeout=patience, set_as_default=False)
        except OSError as error:
            raise ClusterLost(f"no Dask scheduler answers at {address}: {error}") from None
        self.running: dict[Any, tuple[int, dict]] = {}

    @property
    def at_once(self) -> int:
        with self._connected():
            return 2 * max(1, sum(self.client.nthreads().values()))

    def submit(self, chunk: int, cells: dict) -> None:
        with self._connected():
            future = self.client.submit(do, self.target, cells, pure=False, retries=MOST_DEATHS - 1)
        self.running[future] = chunk, cells

    def results(self) -> Iterator[tuple[int, dict | None, Exception | None]]:
        until = time.monotonic() + 0.2
        while not any(f.status != "pending" for f in self.running) and time.monotonic() < until:
            time.sleep(0.005)
        for future in [f for f in self.running if f.status != "pending"]:
            chunk, cells = self.running.pop(future)
            outcome = self._outcome(future) if future.status in ("finished", "error") else None
            if outcome is None:  # cancelled, or lost with the worker that held it
                self.submit(chunk, cells)
            else:
                yield chunk, *outcome

    def _outcome(self, future) -> tuple[dict | None, Exception | None] | None:
        """What became of a finished chunk; None where its worker died before the result was fetched."""
        from distributed import KilledWorker

        with self._connected():
            error = future.exception(timeout=self.patience)
            if error is None:
                try:
                    return future.result(timeout=FETCHING), None
                except (CancelledError, TimeoutError):
                    if self.client.status != "running":
                        raise ConnectionError(self.client.status) from None
                    return None
        if isinstance(error, KilledWorker):
            error = WorkerDied("several workers that worked on it were killed")
        return None, error

    @contextmanager
    def _connected(self) -> Iterator[None]:
        """What the network does meanwhile becomes one error that says what to do."""
        try:
            if self.client.status != "running":
                raise ConnectionError(self.client.status)
            yield
        except OSError as error:
            raise ClusterLost(
                f"the Dask scheduler at {self.address} is gone; what was finished is kept: "
                "start it again, and repeat the sweep"
            ) from error

    def close(self) -> None:
        if self.client.status == "running":
            with suppress(OSError):  # the scheduler is gone: nothing is left to cancel
                self.client.cancel(list(self.running))
        self.client.close(timeout=2)
