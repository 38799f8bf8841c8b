"""Rules about limits, expansions, derivatives, integrals and maxima."""

from __future__ import annotations

import sympy as sp

from ..derivation import Claim, Evidence, Rule
from .inequality import NeverNegative, within
from .substitution import check_name, frozen, refusal, residual

_STEP = sp.Integer(10) ** -150
_SERIES_STEP = sp.Integer(10) ** -45
"""Divided by a power of itself, a longer step keeps the digits that balls must carry few."""
_SLACK = sp.Integer(10) ** -40
_FAR_BELOW_ROUND_OFF = sp.Integer(10) ** -17


class Limit(Rule):
    """What the premise's right side tends to as ``variable`` goes to ``point`` (from ``side``).

    Checked by balls a step of 1e-150 away from the point (or at 1e150), within 1e-40 of the claim,
    and at 1e-300, within 1e-80: so this is SAMPLED evidence. Where the premise is continuous,
    `Substitutes` proves it instead.
    """

    floor = Evidence.SAMPLED

    def __init__(self, premise: Claim, variable: sp.Symbol, point, side: str = "+"):
        self.premise, self.variable, self.point = premise, variable, sp.sympify(point)
        self.side = 1 if side == "+" else -1
        self.premises = (premise,)

    def residuals(self, claim):
        check_name(claim, self.premise.lhs)
        if claim.unfolded.has(self.variable):
            raise refusal(claim, f"a limit does not depend on {self.variable}")
        gap = frozen(self.premise.unfolded - claim.unfolded, self.variable)
        for step, scale in ((_STEP, 1), (_STEP**2, 1 / _SLACK)):
            if self.point in (sp.oo, -sp.oo):
                near = (1 if self.point == sp.oo else -1) / step
            else:
                near = self.point + self.side * step
            at = {self.variable: near}
            yield residual(claim, scale * gap.subs(at), "limit", at=at, slack=_SLACK)


class Series(Rule):
    """The expansion of the premise's right side about ``variable = point``, through ``order``.

    Proved coefficient by coefficient where the derivatives at the point exist; otherwise (an
    asymptotic series) balls a step of 1e-45 away show the remainder to be o(variable**order).
    """

    def __init__(self, premise: Claim, variable: sp.Symbol, order: int, point=0):
        self.premise, self.variable, self.order, self.point = premise, variable, order, sp.sympify(point)
        self.premises = (premise,)

    def residuals(self, claim):
        check_name(claim, self.premise.lhs)
        function, shifted = (
            self.premise.unfolded,
            claim.unfolded.subs(self.variable, self.variable + self.point),
        )
        if shifted.is_polynomial(self.variable) and sp.degree(shifted, self.variable) > self.order:
            raise refusal(claim, f"terms beyond order {self.order} are not checked")
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
        check_name(claim, sp.Derivative(self.premise.lhs, self.variable))
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
            if not claim.lhs.has(sp.Integral):
                raise refusal(claim, "the left side holds no integral")
            yield residual(claim, claim.lhs - claim.unfolded, "quadrature")
            return
        integrals = [i for i in claim.lhs.atoms(sp.Integral) if i.has(self.variable)]
        if len(integrals) != 1 or len(integrals[0].limits) != 1:
            raise refusal(claim, f"the left side needs one integral up to {self.variable}")
        (_, lower, upper), *_ = integrals[0].limits
        if upper != self.variable or lower.has(self.variable):
            raise refusal(claim, f"the integral must end at {self.variable}")
        yield residual(claim, sp.diff(claim.lhs - claim.unfolded, self.variable), "derivative")
        free = Claim(claim.lhs, claim.rhs, claim.by, everywhere=True)
        empty = (claim.lhs.xreplace({integrals[0]: 0}) - claim.unfolded).subs(self.variable, lower)
        yield residual(free, empty, "empty range")


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
        check_name(claim)
        value = self.premise.unfolded
        free = Claim(claim.lhs, claim.rhs, claim.by, everywhere=True)
        yield residual(free, value.subs(self.variable, self.at) - claim.unfolded, "value at the maximum")
        yield from within(claim, self.variable, self.at, free=True)
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
        check_name(claim, self.premise.lhs)
        gap = claim.unfolded / self.premise.unfolded - 1
        yield residual(claim, gap, "relative difference", slack=self.relative)
