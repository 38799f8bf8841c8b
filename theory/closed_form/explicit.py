"""The claim's right side is the value."""

from __future__ import annotations

from functools import cached_property, lru_cache

import sympy as sp

from ..derivation import Claim
from .branch import Formula
from .enclosure import enclose_expressions
from .form import ClosedForm


class ExplicitForm(ClosedForm):
    """The value is the right side of ``claim``; ``forms`` are rewritings and where each is accurate.

    ``ExplicitForm(claim, (t, s), forms=((rewritten, s < 1), (other, True)))``: the first region
    that holds at a point is used. A claim with a tuple on either side gives a tuple of arrays.
    """

    @property
    def rhs(self):
        return self.claim.unfolded

    @cached_property
    def branches(self):
        if not self.forms:
            return ((Formula(self.claim), True),)
        return tuple((Formula(claim), region) for claim, region in self.forms)

    def with_rhs(self, expression) -> ExplicitForm:
        claim = Claim(self.claim.lhs, expression, self.claim.by, self.claim.relations, everywhere=True)
        return type(self)(claim, self.arguments, defaults={x: self.defaults[x.name] for x in self._defaulted})

    @property
    def _defaulted(self):
        return [x for x in self.arguments if x.name in self.defaults]

    def enclose(self, *, digits: int = 30, **at):
        values = self._bind((), at)
        return enclose_expressions(self._reference(values), self.arguments, values, digits)

    def _reference(self, values) -> tuple[sp.Expr, ...]:
        """The claim itself, or at an infinite argument the form that states the limit."""
        infinite = [x for x, v in zip(self.arguments, values, strict=True) if v in (float("inf"), sp.oo)]
        for branch, region in self.branches:
            if infinite and isinstance(region, sp.Equality) and region.args == (infinite[0], sp.oo):
                return branch.expressions
        return Formula(self.claim).expressions

    @lru_cache(maxsize=8)  # noqa: B019
    def derivatives(self, output: int = 0) -> list[tuple]:
        """Pairs (argument, derivative of the value by it)."""
        expression = Formula(self.claim).expressions[output]
        return [(x, sp.diff(expression, x)) for x in self.arguments]
