"""Somebody's function, called so that whatever it does wrong becomes a finding and no crash."""

from __future__ import annotations

import signal
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import contextmanager
from typing import Any

import numpy as np

from .trial import Finding


class Misbehaved(Exception):
    """The function did something that ends the trial; ``finding`` says what."""

    def __init__(self, finding: Finding):
        super().__init__(finding.message)
        self.finding = finding


PATIENCE = 10
"""How many seconds on the clock go with each of the processor: on a busy machine nothing is endless yet."""


class _Late(BaseException):
    """Raised inside a call that takes too long; a BaseException, so that nobody's ``except`` keeps it."""


class Guarded:
    """Calls a function within a time limit (for all calls together) and keeps what it notices.

    The limit is in seconds of the processor, in all threads; and `PATIENCE` times as many on the clock.

    `notes` collects findings that do not end the trial: an input that was changed, results of less
    precision than the input. `Misbehaved` is raised for those that do: an exception, NaN, a wrong shape,
    no result in time.
    """

    def __init__(self, function: Callable, what: str, limit: float):
        self.function, self.what, self.limit = function, what, limit
        self.left, self.left_on_clock = limit, PATIENCE * limit
        self.notes: dict[str, Finding] = {}

    def __call__(self, *arguments, shape: tuple[int, ...], where: str = "") -> np.ndarray:
        """The result as float64, for copies of the arguments; ``where`` says at which place of the trial."""
        given = [copied(one) for one in arguments]
        started, began = time.process_time(), time.monotonic()
        try:
            with (
                _time_limit(self.left, self.left_on_clock),
                np.errstate(all="ignore"),
            ):  # what overflows is not finite below
                found = self.function(*given)
        except _Late:
            self._stop(
                "time limit",
                f"{self.what} did not return within {self.limit:g} s of the processor{_at(where)}: an "
                "endless loop?",
                seconds=self.limit,
            )
        except (Exception, SystemExit) as error:
            self._stop(
                "exception",
                f"{self.what} raised {type(error).__name__}: {_first_line(error)}{_at(where)} "
                f"({_place(error)})",
                error=type(error).__name__,
            )
        self.left -= time.process_time() - started
        self.left_on_clock -= time.monotonic() - began
        if min(self.left, self.left_on_clock) <= 0:
            self._stop("time limit", f"{self.what} took more than {self.limit:g} s in all calls together")
        for position, (before, after) in enumerate(zip(arguments, given, strict=True)):
            if changed(before, after):
                self.note(
                    "changes its input",
                    f"{self.what} wrote into argument {position + 1}: the caller's array is changed",
                    argument=position + 1,
                )
        return self._judged(found, arguments, shape, where)

    def _judged(self, found, arguments, shape, where) -> np.ndarray:
        array = as_numpy(found)
        if array is None or array.dtype.kind not in "iuf":
            kind = type(found).__name__ if array is None else f"an array of {array.dtype}"
            self._stop("result", f"{self.what} returned {kind}{_at(where)}, a real array is wanted")
        if array.shape != shape:
            self._stop(
                "shape",
                f"{self.what} returned shape {array.shape}{_at(where)}, {shape} is wanted",
                shape=array.shape,
                wanted=shape,
            )
        bad = ~np.isfinite(array)
        if bad.any():
            place = tuple(int(i) for i in np.argwhere(bad)[0])
            self._stop(
                "not finite",
                f"{self.what} returned {array[place]} at {list(place)}{_at(where)}, in {bad.sum()} of "
                f"{bad.size} places",
                share=bad.mean(),
            )
        widest = max((as_numpy(a).dtype.itemsize for a in arguments if is_floating(a)), default=8)
        if array.dtype.kind == "f" and array.dtype.itemsize < widest:
            self.note(
                "precision",
                f"{self.what} returned {array.dtype} for arguments of float{8 * widest}",
                dtype=str(array.dtype),
            )
        return array.astype(float)

    def note(self, kind: str, message: str, **evidence) -> None:
        self.notes.setdefault(kind, Finding(kind, message, evidence))

    def _stop(self, kind: str, message: str, **evidence):
        raise Misbehaved(Finding(kind, message, evidence)) from None


def _at(where: str) -> str:
    return f" {where}" if where else ""


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [""])[0]


def _place(error: BaseException) -> str:
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{last.filename.rsplit('/', 1)[-1]}, line {last.lineno}"


@contextmanager
def _time_limit(seconds: float, on_clock: float):
    """Interrupts the code inside after so long; only the main thread of a Unix process can do that.

    And again every second after, should the code have caught the first. Timers that somebody else had set
    go on afterwards.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return

    def late(*_):
        raise _Late

    timers = (
        (signal.SIGPROF, signal.ITIMER_PROF, seconds, time.process_time),
        (signal.SIGALRM, signal.ITIMER_REAL, on_clock, time.monotonic),
    )
    handlers = [signal.signal(number, late) for number, *_ in timers]
    others = [(*signal.setitimer(which, max(long, 1e-3), 1.0), now()) for _, which, long, now in timers]
    try:
        yield
    finally:
        for _, which, *_ in timers:
            signal.setitimer(which, 0)
        for (number, which, _, now), handler, (left, again, then) in zip(
            timers, handlers, others, strict=True
        ):
            signal.signal(number, handler)
            if left:
                signal.setitimer(which, max(left - (now() - then), 1e-3), again)


def as_numpy(value: Any) -> np.ndarray | None:
    """A NumPy array of a number, or of an array of NumPy, PyTorch or JAX; None of anything else.

    What NumPy has no type for (bfloat16) becomes float16, which is as short.
    """
    if hasattr(value, "detach"):
        value = value.detach().cpu()
        value = value.half() if str(value.dtype) == "torch.bfloat16" else value
        value = value.numpy()
    try:
        array = np.asarray(value)
    except (TypeError, ValueError):
        return None
    return None if array.dtype == object else array


def is_floating(value) -> bool:
    array = as_numpy(value) if hasattr(value, "dtype") else None  # a Python float has no precision to keep
    return array is not None and array.dtype.kind == "f"


def copied(value):
    """A copy of an array; anything else as it is."""
    if hasattr(value, "clone"):
        return value.clone()
    return value.copy() if isinstance(value, np.ndarray) else value


def changed(before, after) -> bool:
    if not (isinstance(before, np.ndarray) or hasattr(before, "clone")):
        return False
    return not np.array_equal(as_numpy(before), as_numpy(after), equal_nan=True)
