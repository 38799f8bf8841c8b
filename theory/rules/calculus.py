"""Rules about limits, expansions, derivatives, integrals and maxima."""

from __future__ import annotations

import sympy as sp
from flint import arb

from ..derivation import Claim, Evidence, Rule
from ..parameter import Domain
from .substitution import frozen, residual

_STEP = sp.Integer(10) ** -150
_SERIES_STEP = sp.Integer(10) ** -45
"""Divided by a power of itself, a longer step keeps the digits that balls must carry few."""
_SLACK = sp.Integer(10) ** -40
_FAR_BELOW_ROUND_OFF = sp.Integer(10) ** -17


class Limit(Rule):
    """What the premise's right side tends to as ``variable`` goes to ``point`` (from ``side``).

    Checked by balls a step of 1e-150 away from the point (or at 1e150): within 1e-40 of the claim,
    so this is SAMPLED evidence. Where the premise is continuous, `Substitutes` proves it instead.
    """

    floor = Evidence.SAMPLED

    def __init__(self, premise: Claim, variable: sp.Symbol, point, side: str = "+"):
        self.premise, self.variable, self.point = premise, variable, sp.sympify(point)
        self.side = 1 if side == "+" else -1
        self.premises = (premise,)

    def residuals(self, claim):
        if self.point in (sp.oo, -sp.oo):
            near = (1 if self.point == sp.oo else -1) / _STEP
        else:
            near = self.point + self.side * _STEP
        at = {self.variable: near}
        gap = frozen(self.premise.unfolded - claim.unfolded).subs(at)
        yield residual(claim, gap, "limit", at=at, slack=_SLACK)


class Series(Rule):
    """The expansion of the premise's right side about ``variable = point``, through ``order``.

    Proved coefficient by coefficient where the derivatives at the point exist; otherwise (an
    asymptotic series) balls a step of 1e-45 away show the remainder to be o(variable**order).
    """

    def __init__(self, premise: Claim, variable: sp.Symbol, order: int, point=0):
        self.premise, self.variable, self.order, self.point = premise, variable, order, sp.sympify(point)
        self.premises = (premise,)

    def residuals(self, claim):
        function = self.premise.unfolded
        gaps = [] if function.has(sp.Integral) else self._taylor_gaps(function - claim.unfolded)
        if gaps and not any(gap.has(sp.nan, sp.zoo, sp.oo, self.variable) for gap in gaps):
            for k, gap in enumerate(gaps):
                yield residual(claim, gap, f"coefficient {k}", at={self.variable: self.point})
            return
        at = {self.variable: self.point + _SERIES_STEP}
        remainder = (function - claim.unfolded).subs(at) / _SERIES_STEP**self.order
        yield residual(claim, remainder, f"remainder of order {self.order}", at=at, slack=_SLACK)

    def _taylor_gaps(self, gap):
        found = []
        for _ in range(self.order + 1):
            found.append(gap.subs(self.variable, self.point))
            gap = sp.diff(gap, self.variable)
        return found


class Differentiates(Rule):
    """The derivative of the premise's right side by ``variable``."""

    def __init__(self, premise: Claim, variable: sp.Symbol):
        self.premise, self.variable = premise, variable
        self.premises = (premise,)

    def residuals(self, claim):
        yield residual(claim, claim.unfolded - sp.diff(self.premise.unfolded, self.variable), "derivative")


class Integrates(Rule):
    """The claim's left side is an integral, its right side the value.

    With ``variable`` (the free upper limit): both sides have the same derivative by it and agree
    where the range is empty. Without: a definite integral, by rigorous quadrature in balls.
    """

    def __init__(self, variable: sp.Symbol | None = None, using: tuple[Claim, ...] = ()):
        self.variable = variable
        self.premises = tuple(using)

    def residuals(self, claim):
        if self.variable is None:
            yield residual(claim, claim.lhs - claim.unfolded, "quadrature")
            return
        lower = claim.lhs.limits[0][1]
        yield residual(claim, sp.diff(claim.lhs - claim.unfolded, self.variable), "derivative")
        free = Claim(claim.lhs, claim.rhs, claim.by, everywhere=True)
        yield residual(free, claim.unfolded.subs(self.variable, lower), "empty range")


class Maximises(Rule):
    """The claim's value is taken by the premise at ``variable = at`` and exceeded nowhere.

    Attained: by the kernel. Exceeded nowhere: balls at random rational points (SAMPLED), with
    ``variable`` ranging over the claim's domain.
    """

    floor = Evidence.SAMPLED

    def __init__(self, premise: Claim, variable: sp.Symbol, at: sp.Expr):
        self.premise, self.variable, self.at = premise, variable, sp.sympify(at)
        self.premises = (premise,)

    def residuals(self, claim):
        value = self.premise.unfolded
        free = Claim(claim.lhs, claim.rhs, claim.by, everywhere=True)
        yield residual(free, value.subs(self.variable, self.at) - claim.unfolded, "value at the maximum")
        gap = residual(claim, claim.unfolded - value, "never exceeded")
        yield NeverNegative(gap.expression, gap.kind, gap.domain)


class Approximates(Rule):
    """Equal to the premise to a stated relative accuracy, far below the round-off it serves.

    A truncated sum in place of an integral or a series: balls at random points bound the
    relative difference (SAMPLED).
    """

    floor = Evidence.SAMPLED

    def __init__(self, premise: Claim, relative=_FAR_BELOW_ROUND_OFF):
        self.premise, self.relative = premise, sp.sympify(relative)
        self.premises = (premise,)

    @property
    def reason(self) -> str:
        return f"{super().reason} to {float(self.relative):.0e}"

    def residuals(self, claim):
        gap = claim.unfolded / self.premise.unfolded - 1
        yield residual(claim, gap, "relative difference", slack=self.relative)


class NeverNegative:
    """An expression that is >= 0 at random points of its domain, by balls."""

    def __init__(self, expression: sp.Expr, kind: str, domain: Domain):
        self.expression, self.kind, self.domain = expression, kind, domain

    def settle(self, claim: str) -> Evidence:
        from ..backends.rigorous import compile_ball
        from ..residual import Refuted, Undecided

        enclose = compile_ball(self.expression, self.domain.symbols)
        for point in self.domain.points(64):
            value = enclose([point[x] for x in self.domain.symbols], 400)
            if isinstance(value, arb) and value < 0:
                raise Refuted(claim, self.expression, point, value, self.kind)
            if not value >= 0:
                raise Undecided(claim, self.expression, f"sign not settled at {point}")
        return Evidence.SAMPLED
