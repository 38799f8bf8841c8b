"""How time and memory grow with size: of closed forms with the points, of simulations with what they vary.

CPU time and the peak of traced memory (NumPy's arrays and Python's objects) at several sizes, and the
exponents between them. Small sizes are dominated by what a call costs anyway, which lowers an exponent:
the one expected is an upper end.
"""

from __future__ import annotations

import inspect
import math
import time
import tracemalloc
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from .comparison import Comparison
from .simulation import generator, namespace

FORM_SECONDS, SIMULATION_SECONDS = 0.02, 0.5
"""CPU time from which on no larger size is tried."""

FEWEST_POINTS, MOST_BYTES = 32, 2**24
"""Of all arrays together: what leaves the caches waits for the memory, whatever the formula costs."""

ENSEMBLES = ("replicates", "networks", "chains", "draws", "samples", "students", "batch")
"""Settings that count independent copies: the first that a simulation has is its size."""

FEWEST_COPIES = 16
"""Of fewer, an eighth is too small a size to tell anything."""

MARGIN = 0.15
"""An exponent may exceed the expected one by this and three of its errors: caches are left as sizes grow."""

MATRICES = {"width": 2.0}
"""Settings whose exponent is not 1, unless the simulation says otherwise: layers are square matrices."""


@dataclass(frozen=True)
class Growth:
    """CPU seconds by size, peak bytes by size (of fewer: tracing is slow), and how they grow."""

    size: str
    seconds: dict[float, float]
    peaks: dict[float, int]
    expected: float

    @property
    def time(self) -> tuple[float, float | None]:
        """The exponent of the time, and its standard error (None of two sizes)."""
        return exponent(self.seconds)

    @property
    def memory(self) -> tuple[float, float | None]:
        """The same of the memory."""
        return exponent(self.peaks)

    @property
    def faster_than_expected(self) -> bool:
        """Whether time or memory grows beyond what is expected by more than its error explains."""
        return any(p - self.expected > MARGIN + 3 * (error or 0.0) for p, error in (self.time, self.memory))

    def as_dict(self) -> dict:
        (p, error), (q, q_error) = self.time, self.memory
        return {
            "size": self.size,
            "sizes": list(self.seconds),
            "seconds": list(self.seconds.values()),
            "peaks": self.peaks,
            "expected": self.expected,
            "time": p,
            "time_error": error,
            "memory": q,
            "memory_error": q_error,
            "beyond": self.faster_than_expected,
        }


def exponent(values: Mapping[float, float]) -> tuple[float, float | None]:
    """The slope of log value against log size by least squares, and its standard error."""
    x, y = np.log(list(values)), np.log(list(values.values()))
    x, y = x - x.mean(), y - y.mean()
    slope = float(x @ y / (x @ x))
    if len(x) < 3:
        return slope, None
    return slope, math.sqrt(float(np.sum((y - slope * x) ** 2)) / ((len(x) - 2) * float(x @ x)))


def of_form(form) -> Growth | None:
    """A closed form on NumPy arrays of more and more points of its domain (of a batch, for matrices).

    None where all its arguments are matrices.
    """
    arguments = _points_of(form)

    def call(points: int) -> partial:
        return partial(form, **{name: values(points) for name, values in arguments.items()})

    if not any(np.ndim(values(2)) == 1 for values in arguments.values()):
        return None
    points, few = FEWEST_POINTS, call(FEWEST_POINTS)
    results = few() if form.outputs > 1 else (few(),)
    numbers = sum(np.size(x) for x in (*few.keywords.values(), *results))
    most = max(MOST_BYTES * points // (8 * numbers), points)
    while points < most and _seconds(call(points)) < FORM_SECONDS:
        points = min(4 * points, most)
    # not only the sizes tried so far: between those a compiled loop may take over
    sizes = [points // k for k in (8, 4, 2, 1)]
    seconds = {n: _seconds(call(n)) for n in sizes}
    return Growth("points", seconds, {n: _peak(call(n)) for n in sizes[1:3]}, 1.0)


def _points_of(form) -> dict[str, Callable[[int], Any]]:
    """For each argument a function of the number of points: what to pass."""
    if hasattr(form, "sample"):  # matrices: scalars are a batch, matrices stay as they are
        drawn = form.sample(np.random.default_rng(0))
        scalar = {x.name for x in form.domain.symbols}
        return {k: _repeated([v]) if k in scalar else (lambda n, v=v: v) for k, v in drawn.items()}
    from .closed_form.accuracy import inputs

    sample = inputs(form, 64, 0)[:32]
    return {name: _repeated([at[name] for at in sample]) for name in form.names}


def _repeated(values: list) -> Callable[[int], np.ndarray]:
    return lambda n: np.resize(np.array(values, dtype=float).ravel(), n)


def of_simulation(comparison: Comparison) -> Growth | None:
    """The simulation of a comparison at several sizes; None where it has no size to vary."""
    simulation = comparison.simulation
    settings = simulation.accepted(comparison.at) | simulation.settings("laptop")
    name, steps = rungs(comparison, settings)
    if not steps:
        return None
    xp = namespace("numpy", None)

    def call(value) -> Callable[[], Any]:
        return lambda: simulation.measure(xp=xp, rng=generator(0), progress=None, **settings | {name: value})

    call(steps[0])()  # imports, data and compiled code are there from now on
    sizes = {(1 / value if value < 1 else value): value for value in steps}
    seconds: dict[float, float] = {}
    for size, value in sizes.items():
        seconds[size] = _seconds(call(value), least=1)
        if sum(seconds.values()) > SIMULATION_SECONDS and len(seconds) > 1:
            break
    traced = [list(seconds)[k] for k in (0, len(seconds) // 2)]
    peaks = {size: _peak(call(sizes[size])) for size in traced}
    expected = simulation.growth.get(name, MATRICES.get(name, 1.0))
    return Growth(f"1/{name}" if steps[0] < 1 else name, seconds, peaks, expected)


def rungs(comparison: Comparison, settings: Mapping) -> tuple[str, list]:
    """What makes a simulation larger: the setting and its values, the cheapest first."""
    ladder = list(comparison.tolerance.ladder)
    if ladder:
        return comparison.tolerance.varies, sorted(ladder, reverse=max(ladder) < 1)
    parameters = inspect.signature(comparison.simulation.run).parameters
    names = [n for n in ENSEMBLES if n in settings and n in parameters and settings[n] >= FEWEST_COPIES]
    if not names:
        return "", []
    full = settings[names[0]]
    return names[0], [full // 8, full // 4, full // 2, full]


def _seconds(action: Callable[[], Any], least: int = 2) -> float:
    """The least CPU time of some runs: more of short ones; the first may compile."""
    found: list[float] = []
    while len(found) < least or (sum(found) < 0.02 and len(found) < 20):
        began = time.process_time()
        action()
        found.append(time.process_time() - began)
    return max(min(found), 1e-9)


def _peak(action: Callable[[], Any]) -> int:
    tracemalloc.start()
    try:
        action()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def measurements(theory) -> Iterator[tuple[str, str, Callable[[], Growth | None]]]:
    """Kind, name and measurement of everything of a theory that has a size."""
    for name, form in theory.closed_forms.items():
        yield "closed form", name, lambda form=form: of_form(form)
    seen: set[int] = set()
    for name, comparison in theory.comparisons.items():
        if id(comparison.simulation) not in seen:
            seen.add(id(comparison.simulation))
            yield "simulation", comparison.simulation.name or name, lambda c=comparison: of_simulation(c)
