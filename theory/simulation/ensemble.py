"""Independent repetitions of a random simulation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import array_api_compat
import numpy as np


def replicate(
    draw: Callable[[np.random.Generator], Any],
    replicates: int,
    *,
    rng: np.random.Generator,
    progress: Callable[[float, float], None] | None = None,
):
    """``draw(rng)`` for ``replicates`` independent generators, stacked on a leading axis.

    The generators are children of ``rng``'s seed sequence, so replicate k is the same whatever the
    others do and however many there are. Returns an array (replicates, ...) of draw's own library;
    numbers come back as a NumPy array.
    """
    if replicates < 1:
        raise ValueError(f"replicates = {replicates}: need at least 1")
    drawn = []
    for child in rng.spawn(replicates):
        drawn.append(draw(child))
        if progress is not None:
            progress(len(drawn), replicates)
    if not array_api_compat.is_array_api_obj(drawn[0]):
        return np.stack([np.asarray(x) for x in drawn])
    return array_api_compat.array_namespace(drawn[0]).stack(drawn)
