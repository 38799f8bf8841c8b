"""Formulas on NumPy arrays: in chunks that stay in cache, or by one compiled loop."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

_CHUNK = 8192


def in_chunks(
    function: Callable, values: Sequence, outputs: int, dtype=np.float64, contiguous: bool = False
) -> tuple[np.ndarray, ...]:
    """``function`` on broadcast float64 chunks of ``values``; scalars stay scalars.

    ``function(values) -> tuple`` of ``outputs`` arrays, which become arrays of ``dtype``. Temporaries
    have the size of a chunk. The function sees ``contiguous`` arrays where it must.
    """
    arrays = [k for k, v in enumerate(values) if np.ndim(v)]
    shape = np.broadcast_shapes(*(np.shape(v) for v in values))
    if not arrays:
        return tuple(np.asarray(x, dtype=dtype) for x in function(list(values)))
    if 0 in shape:
        return tuple(np.empty(shape, dtype) for _ in range(outputs))
    reading = ["readonly", "contig"] if contiguous else ["readonly"]
    with np.nditer(
        [values[k] for k in arrays] + [None] * outputs,
        flags=["external_loop", "buffered", "delay_bufalloc"],
        op_flags=[reading] * len(arrays) + [["writeonly", "allocate"]] * outputs,
        op_dtypes=[np.float64] * len(arrays) + [dtype] * outputs,
        casting="same_kind",
        buffersize=_CHUNK,
    ) as chunks:
        chunks.reset()
        for chunk in chunks:
            here = list(values)
            for k, part in zip(arrays, chunk, strict=False):
                here[k] = part
            for target, result in zip(chunk[len(arrays) :], function(here), strict=True):
                target[...] = result
        return tuple(chunks.operands[len(arrays) :])
