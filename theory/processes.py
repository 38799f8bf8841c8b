"""Fresh processes that know nothing of the program that starts them, and end with it."""

from __future__ import annotations

import multiprocessing.connection
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.context import SpawnContext, SpawnProcess
from types import ModuleType


class FreshProcess(SpawnProcess):
    """A new interpreter which does not import the caller's main module.

    What it does it finds by names of the package. Otherwise a script without ``if __name__ == "__main__"``
    would run again in each of its workers, and each would fail where it starts workers of its own.
    """

    @staticmethod
    def _Popen(process):
        main = sys.modules["__main__"]
        sys.modules["__main__"] = ModuleType("__main__")
        try:
            return SpawnProcess._Popen(process)
        finally:
            sys.modules["__main__"] = main


class FreshContext(SpawnContext):
    """multiprocessing's "spawn", by `FreshProcess`."""

    Process = FreshProcess


def leave_the_end_to_the_parent() -> None:
    """In a worker: Ctrl-C is its parent's business, and it ends with its parent, however that ended."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()

    def end():
        multiprocessing.connection.wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=end, daemon=True).start()


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Ctrl-C waits for the end of the block (not on Windows): a process half started would be forgotten."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
