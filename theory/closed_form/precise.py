"""A formula whose NumPy value is computed in mpmath and rounded once: for few values that cancel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..backends.functions import MissingFunction
from .branch import Formula

_DIGITS = 50


@dataclass(frozen=True, eq=False)
class Precise(Formula):
    """As `Formula`, but on NumPy every element is computed to 50 digits and rounded to float64.

    Slow (some 50 us an element) and right to the last digit; JAX and PyTorch are refused.
    """

    def function(self, arguments: tuple, library: str) -> Callable:
        if library not in ("numpy", "mpmath"):
            raise MissingFunction(f"{library} has no arbitrary precision (available: numpy, mpmath)")
        formula = super().function(arguments, "mpmath")
        if library == "mpmath":
            return formula
        from mpmath import mp, mpf

        def value(*numbers):
            with mp.workdps(_DIGITS):
                return tuple(float(v) for v in formula(*(mpf(float(x)) for x in numbers)))

        elementwise = np.frompyfunc(value, len(arguments), 1)

        def on_arrays(*values):
            found = elementwise(*values)
            if isinstance(found, tuple):
                return found
            return tuple(
                np.array([row[k] for row in found.ravel()]).reshape(found.shape)
                for k in range(len(self.expressions))
            )

        return on_arrays
