"""How one expression, or one root, is computed on each array library; and which region it serves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import sympy as sp

from ..backends.functions import MissingFunction
from ..backends.source import build
from ..derivation import Claim
from ..parameter import Domain, holds
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
    """The value is ``value`` at the root in ``unknown`` of ``claim.rhs = target``.

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
        value = compiled((sp.sympify(self.value),), (self.unknown, *arguments), library)

        def solve(*values):
            low, high = ends(*values)
            root = safeguarded_newton(lambda z: both(z, *values), low, high, library)
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
            results = results or tuple(np.empty(length) for _ in range(outputs))
            part = function(*[v[here] if np.ndim(v) else v for v in values])
            for target, found in zip(results, part, strict=True):
                target[here] = found
        if region is None:
            break
        left = np.logical_and(left, ~np.asarray(region(*values)[0], dtype=bool))
    return results


def select_everywhere(branches: Sequence, values: Sequence, where: Callable) -> tuple:
    """JAX and PyTorch: every branch on all points, with the points outside its region moved to a
    harmless one first, so that neither values nor gradients meet what the branch cannot do.

    ``branches`` are triples (function, region function or None, harmless point).
    """
    results, taken = None, None
    for function, region, harmless in reversed(branches):
        mask = region(*values)[0] if region is not None else None
        if mask is None:
            results = function(*values) if taken is None else results
            taken = True
            continue
        moved = [where(mask, v, h) for v, h in zip(values, harmless, strict=True)]
        found = function(*moved)
        results = found if results is None else tuple(where(mask, new, old) for new, old in zip(found, results, strict=True))
    return results


def harmless_point(region, domain: Domain, arguments: tuple) -> tuple[float, ...]:
    """A moderate point of the domain inside the region."""
    symbols = tuple(dict.fromkeys([*domain.symbols, *arguments]))
    for point in Domain(symbols, domain.relations).points(64):
        if isinstance(region, sp.Equality):
            symbol = next(x for x in region.free_symbols if x in arguments)
            point = {**point, symbol: sp.solve(region, symbol)[0].subs(point)}
        if holds(region, point):
            return tuple(float(point[x]) for x in arguments)
    raise MissingFunction(f"no point found where {region}: the branch cannot be compiled for tracing")
