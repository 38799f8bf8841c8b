"""Gradient descent, the Euler scheme of gradient flow: first order in the step.

Knows no model: the caller supplies the weights, their gradient and what to observe. Weights are
arrays of any array-API library; under JAX the steps between two records are one compiled loop.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import array_api_compat
import numpy as np

_CHECKPOINTS = 100
"""How often progress is reported (and divergence noticed) when nothing is recorded meanwhile."""


class Diverged(ArithmeticError):
    """A weight became infinite or not a number: the step is too large."""


class Trajectory(NamedTuple):
    """What gradient descent passed through.

    ``times``: (records,), NumPy, in units where one step lasts ``step``; ``observations``:
    (records, ...), of the weights' library; ``weights``: the last ones; ``steps``: how many were made.
    """

    times: np.ndarray
    observations: Any
    weights: tuple
    steps: int


def descend(
    weights: Sequence,
    gradient: Callable[[tuple], Sequence],
    *,
    step: float,
    steps: int | None = None,
    record_every: int | None = None,
    record_at: Sequence[float] | None = None,
    observe: Callable[[tuple], Any],
    progress: Callable[[float, float], None] | None = None,
) -> Trajectory:
    """Repeat ``weights -= step * gradient(weights)`` and record ``observe(weights)``.

    Records either every ``record_every`` of ``steps`` steps, from step 0, or at the times
    ``record_at``; for a ladder of steps use the latter, since every rung then records at the same
    times. ``gradient`` and ``observe`` take the tuple of weights; with JAX they must be traceable.

    Raises `Diverged` when a weight stops being finite, ValueError when a time of ``record_at`` is
    not a whole number of steps or not later than the one before.
    """
    if not (step > 0 and np.isfinite(step)):
        raise ValueError(f"step = {step!r}: gradient descent needs a finite step > 0")
    records, times = _records(step, steps, record_every, record_at)
    last = steps if record_at is None else int(records[-1])
    stops = set(records.tolist()) | {last}
    if progress is not None:
        stops |= {round(last * i / _CHECKPOINTS) for i in range(1, _CHECKPOINTS)}
    weights = tuple(weights)
    xp = array_api_compat.array_namespace(*weights)
    advance = _advance(weights, gradient, step)
    observations, recorded, done = [], set(records.tolist()), 0
    # NumPy's warnings about overflow say less than Diverged does.
    with np.errstate(over="ignore", invalid="ignore"):
        for stop in sorted(stops):
            weights = advance(weights, stop - done)
            if not all(bool(xp.all(xp.isfinite(w))) for w in weights):
                raise Diverged(
                    f"gradient descent diverged between steps {done} and {stop}: step = {step:g} is too large"
                )
            done = stop
            if stop in recorded:
                observations.append(observe(weights))
            if progress is not None:
                progress(done, last)
    return Trajectory(times, xp.stack(observations), weights, last)


def _records(step, steps, record_every, record_at) -> tuple[np.ndarray, np.ndarray]:
    """The step numbers to record at, and their times."""
    if (record_at is None) == (steps is None or record_every is None):
        raise ValueError("say when to record: either steps= and record_every=, or record_at=")
    if record_at is None:
        if steps < 0 or record_every < 1:
            raise ValueError(f"steps = {steps}, record_every = {record_every}: need steps >= 0, every >= 1")
        records = np.arange(0, steps + 1, record_every)
        return records, step * records
    times = np.asarray(record_at, dtype=float)
    records = np.rint(times / step)
    # t/step is off a whole number by the rounding of t, of step and of the quotient: 3 half ulps.
    off = np.abs(times / step - records) > 2 * np.finfo(float).eps * np.maximum(records, 1)
    if times.ndim != 1 or times.size == 0 or times[0] < 0 or np.any(np.diff(records) <= 0) or np.any(off):
        bad = f" ({times[off][0]:g} is not)" if times.ndim == 1 and np.any(off) else ""
        raise ValueError(f"record_at: needs increasing times >= 0, whole multiples of step = {step:g}{bad}")
    return records.astype(int), times


def _advance(weights: tuple, gradient: Callable, step: float) -> Callable[[tuple, int], tuple]:
    """A function that makes that many steps."""

    def once(weights: tuple) -> tuple:
        return tuple(w - step * g for w, g in zip(weights, gradient(weights), strict=True))

    if array_api_compat.is_jax_array(weights[0]):
        import jax

        return jax.jit(lambda weights, count: jax.lax.fori_loop(0, count, lambda _, w: once(w), weights))

    def many(weights: tuple, count: int) -> tuple:
        for _ in range(count):
            weights = once(weights)
        return weights

    return many
