"""The claim's right side is the value."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, lru_cache

import sympy as sp

from ..backends.ball_source import Code, code_on_balls
from ..backends.functions import MissingFunction
from ..backends.rigorous import functions_of_balls
from ..derivation import Claim
from ..parameter import holds
from .ball_calls import ball_call
from .branch import Formula
from .enclosure import check_exact, enclose_expressions, first_bits
from .form import ClosedForm


class ExplicitForm(ClosedForm):
    """The value is the right side of ``claim``; ``forms`` are rewritings and where each is accurate.

    ``ExplicitForm(claim, (t, s), forms=((rewritten, s < 1), (other, True)))``: the first region
    that holds at a point is used; a `Root` may stand in place of a claim. A claim with a tuple on
    either side gives a tuple of arrays. ``reference`` are pairs (claim, region) that balls are taken
    of instead of ``claim``, where it is costly to enclose.
    """

    @property
    def rhs(self):
        return self.claim.unfolded

    @cached_property
    def branches(self):
        if not self.forms:
            return ((Formula(self.claim), True),)
        return tuple((Formula(f) if isinstance(f, Claim) else f, region) for f, region in self.forms)

    def plain(self, library):
        try:
            return Formula(self.claim).function(self.arguments, library)
        except MissingFunction:
            return None

    def with_rhs(self, expression, kind: type | None = None) -> ExplicitForm:
        claim = Claim(self.claim.lhs, expression, self.claim.by, self.claim.relations, everywhere=True)
        defaults = {x: self.defaults[x.name] for x in self._defaulted}
        return (kind or type(self))(claim, self.arguments, defaults=defaults)

    @property
    def _defaulted(self):
        return [x for x in self.arguments if x.name in self.defaults]

    def enclose(self, *, digits: int = 30, **at):
        return self.compiled_balls(digits)(**at)

    @lru_cache(maxsize=8)  # noqa: B019
    def compiled_balls(self, digits):
        def slowly(values):
            check_exact(self, values)
            return enclose_expressions(self._reference(values), self.arguments, values, digits)

        if self.reference:
            return lambda *args, **kwargs: slowly(self._bind(args, kwargs))
        return ball_call(self, self._on_balls, first_bits(digits), digits, slowly)

    @cached_property
    def _on_balls(self) -> Code | Callable:
        code = code_on_balls(self._own_expressions, self.arguments)
        if code is not None:
            return code
        return lambda bits: functions_of_balls(self._own_expressions, self.arguments)(bits)

    def _reference(self, values) -> tuple[sp.Expr, ...]:
        if self.reference:
            numbers = self._numbers(values)
            point = {x: sp.oo if v in (float("inf"), sp.oo) else sp.Rational(v) for x, v in numbers}
            for claim, region in self.reference:
                if region is True or holds(region, point):
                    return Formula(claim).expressions
        return self._own_expressions

    @cached_property
    def _own_expressions(self) -> tuple[sp.Expr, ...]:
        return Formula(self.claim).expressions

    def _numbers(self, values) -> list[tuple]:
        return [
            (x, v)
            for x, v in zip(self.arguments, values, strict=True)
            if isinstance(v, int | float | sp.Rational)
        ]

    @lru_cache(maxsize=8)  # noqa: B019
    def derivatives(self, output: int = 0) -> list[tuple]:
        """Pairs (argument, derivative of the value by it)."""
        expression = Formula(self.claim).expressions[output]
        return [(x, sp.diff(expression, x)) for x in self.arguments]
