"""Work on large arrays, divided among the threads that are allowed."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

_PART = 200_000
"""Points from which a thread of its own pays."""


def threads() -> int:
    """As many as there are processors for this process, and OMP_NUM_THREADS and NUMBA_NUM_THREADS allow."""
    allowed = []
    for name in ("OMP_NUM_THREADS", "NUMBA_NUM_THREADS"):
        first = os.environ.get(name, "").split(",")[0].strip()
        if first.isdigit() and int(first) > 0:
            allowed.append(int(first))
    if 1 in allowed:
        return 1
    there = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min([there, *allowed])


def in_parts(work: Callable[[slice], bool], length: int) -> bool:
    """Whether ``work`` succeeds on every part of ``length`` points; it must let go of the interpreter."""
    parts = max(1, min(threads(), length // _PART))
    if parts == 1:
        return work(slice(None))
    ends = [length * k // parts for k in range(parts + 1)]
    with ThreadPoolExecutor(parts) as pool:
        return all(list(pool.map(work, map(slice, ends[:-1], ends[1:]))))
