"""Fresh processes that know nothing of the program that starts them."""

from __future__ import annotations

import sys
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
