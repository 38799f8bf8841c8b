"""How one expression, or one root, is computed on each array library; and which region it serves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import sympy as sp

from ..backends.source import build
from ..derivation import Claim
from ..rules.substitution import components


@lru_cache(maxsize=4096)
def compiled(expressions: tuple, arguments: tuple, library: str) -> Callable:
    """``formula(*values) -> tuple`` for a library, built once."""
    return build(expressions, arguments, library)


@dataclass(frozen=True, eq=False)
class Formula:
    """The value is given by expressions of the arguments."""

    claim: Claim

    @cached_property
    def expressions(self) -> tuple[sp.Expr, ...]:
        return components(self.claim.unfolded)

    def function(self, arguments: tuple, library: str) -> Callable:
        return compiled(self.expressions, arguments, library)


@dataclass(frozen=True, eq=False)
class Root:
    """The value is ``value`` (or a tuple) at the root in ``unknown`` of ``claim.rhs = target``.

    ``bracket`` are two expressions of the arguments with the root between them; the claim's right
    side must be monotone there. The author chooses an unknown in which it is almost linear.
    """

    claim: Claim
    unknown: sp.Symbol
    target: sp.Expr
    bracket: tuple[sp.Expr, sp.Expr]
    value: sp.Expr

    expressions = None

    def function(self, arguments: tuple, library: str) -> Callable:
        from .newton import safeguarded_newton

        gap = self.claim.unfolded - self.target
        slope = _derivative(gap, self.unknown)
        ends = compiled(tuple(map(sp.sympify, self.bracket)), arguments, library)
        both = compiled((gap, slope), (self.unknown, *arguments), library)
        value = compiled(components(sp.sympify(self.value)), (self.unknown, *arguments), library)

        def solve(*values):
            root = safeguarded_newton(both, *ends(*values), values, library)
            return value(root, *values)

        return solve


@lru_cache(maxsize=256)
def _derivative(expression, symbol):
    return sp.diff(expression, symbol)


def select(branches: Sequence, values: Sequence, outputs: int) -> tuple:
    """NumPy: every point by the first branch whose region holds there, and by no other.

    ``branches`` are pairs (function, region function or None); values are scalars or 1-d arrays.
    """
    left: object = np.True_
    results: tuple | None = None
    for function, region in branches:
        here = left if region is None else np.logical_and(left, region(*values)[0])
        if np.all(here) and results is None:
            return function(*values)
        if np.any(here):
            length = max(np.size(v) for v in values)
            here = np.broadcast_to(here, (length,))
            results = results or tuple(np.full(length, np.nan) for _ in range(outputs))
            part = function(*[v[here] if np.ndim(v) else v for v in values])
            for target, found in zip(results, part, strict=True):
                target[here] = found
        if region is None:
            break
        left = np.logical_and(left, ~np.asarray(region(*values)[0], dtype=bool))
    return results
