"""Work on large arrays, divided among the threads that are allowed."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

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


def in_parts(work: Callable[..., bool], arrays: Sequence) -> bool:
    """Whether ``work(*arrays)`` succeeds on every part of arrays of one length; it must let go of the
    interpreter."""
    length = len(arrays[0])
    most = length // _PART
    parts = min(threads(), most) if most > 1 else 1
    if parts == 1:
        return work(*arrays)
    ends = [length * k // parts for k in range(parts + 1)]
    slices = [[a[i:j] for a in arrays] for i, j in pairwise(ends)]
    with ThreadPoolExecutor(parts) as pool:
        return all(list(pool.map(lambda mine: work(*mine), slices)))
