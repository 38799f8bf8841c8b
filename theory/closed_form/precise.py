"""A formula whose NumPy value is the middle of a rigorous ball: for few values that cancel."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import sympy as sp

from ..backends.functions import MissingFunction
from .branch import Formula

_DIGITS, _MPMATH_DIGITS = 20, 50
"""Of balls, which prove them, and where there is no ball."""

_TABLE = 4
"""Times as many entries as points may have a table of the values at whole arguments."""


@dataclass(frozen=True, eq=False)
class Precise(Formula):
    """As `Formula`, but on NumPy every element is the middle of a ball of 20 digits, rounded to float64.

    Slow (some 10 us an element) and right to the last digit; JAX and PyTorch are refused. Where all
    arguments are whole numbers, each combination in an array is computed once.
    """

    def function(self, arguments: tuple, library: str) -> Callable:
        if library not in ("numpy", "mpmath"):
            raise MissingFunction(f"{library} has no arbitrary precision (available: numpy, mpmath)")
        in_mpmath = super().function(arguments, "mpmath")
        if library == "mpmath":
            return in_mpmath
        elementwise = np.frompyfunc(_by_balls(self.expressions, arguments, in_mpmath), len(arguments), 1)
        whole = all(isinstance(x.domain, sp.Range) for x in arguments)

        def on_arrays(*values):
            if whole and (found := _at_distinct(on_arrays_of_any, values)) is not None:
                return found
            return on_arrays_of_any(*values)

        def on_arrays_of_any(*values):
            found = elementwise(*values)
            if isinstance(found, tuple):
                return found
            return tuple(
                np.array([row[k] for row in found.ravel()], dtype=float).reshape(found.shape)
                for k in range(len(self.expressions))
            )

        return on_arrays


def _by_balls(expressions: Sequence, arguments: tuple, in_mpmath: Callable) -> Callable:
    """A function of numbers to a tuple of float64; where no ball is found, by mpmath."""
    from flint import arb, ctx

    from ..backends.rigorous import NotEnclosable, functions_of_balls
    from .enclosure import enclose_expressions, first_bits

    formula, bits = functions_of_balls(expressions, arguments), first_bits(_DIGITS)

    def value(*numbers):
        numbers = [float(x) for x in numbers]
        try:
            with ctx.workprec(bits):
                balls = formula(bits)(*map(arb, numbers))
            if not all(b.is_finite() and b.rel_accuracy_bits() >= 3.33 * _DIGITS for b in balls):
                found = enclose_expressions(expressions, arguments, numbers, _DIGITS)
                balls = found if isinstance(found, tuple) else (found,)
            return tuple(float(b.mid()) for b in balls)
        except NotEnclosable:
            return _by_mpmath(in_mpmath, numbers)

    return value


def _by_mpmath(formula: Callable, numbers: Sequence[float]) -> tuple[float, ...]:
    from mpmath import mp, mpf

    with mp.workdps(_MPMATH_DIGITS):
        return tuple(float(v) for v in formula(*map(mpf, numbers)))


def _at_distinct(function: Callable, values: Sequence) -> tuple | None:
    """The values at whole numbers, by a table of all combinations; None where that would be too large."""
    arrays = [np.asarray(v) for v in values]
    shape = np.broadcast_shapes(*(a.shape for a in arrays))
    lows, highs = [a.min(initial=np.inf) for a in arrays], [a.max(initial=-np.inf) for a in arrays]
    points, entries, place = int(np.prod(shape)), 1.0, 0
    for low, high in zip(lows, highs, strict=True):
        entries *= high - low + 1
    if not shape or not 0 < entries <= _TABLE * points:  # infinite numbers make it infinite or NaN
        return None
    sizes = [int(high - low) + 1 for low, high in zip(lows, highs, strict=True)]
    for a, low, size in zip(arrays, lows, sizes, strict=True):
        place = place * size + (a - low).astype(np.intp)
    there = np.zeros(int(entries), bool)
    there[place] = True
    distinct = np.flatnonzero(there)
    columns = np.unravel_index(distinct, sizes)
    found = function(*(column + low for column, low in zip(columns, lows, strict=True)))
    results = []
    for column in found:
        table = np.empty(int(entries))
        table[distinct] = column
        results.append(table[place])
    return tuple(results)
