"""Integrals of smooth integrands over finite ranges, on few nodes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from ..backends.functions import lookup
from ..backends.source import build
from .branch import Formula


@dataclass(frozen=True, eq=False)
class Smooth(Formula):
    """A claim's right side, in ``forms``, whose integrands are analytic about finite ranges, ends included.

    Arrays are integrated by Clenshaw and Curtis's rule, on a tenth of the nodes that an `Integral`
    takes elsewhere; what happens within a thousandth of the range is lost.
    """

    def function(self, arguments: tuple, library: str) -> Callable:
        return _compiled(self.expressions, arguments, library)


@lru_cache(maxsize=256)
def _compiled(expressions: tuple, arguments: tuple, library: str) -> Callable:
    return build(expressions, arguments, library, quadrature=lookup("smooth_quadrature", library))
