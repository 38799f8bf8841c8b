"""Inequalities: what is nowhere exceeded, and what stays inside a parameter's domain."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp
from flint import arb

from ..backends.rigorous import compile_ball
from ..derivation import Claim, Evidence
from ..parameter import Domain, NoPoints, Parameter
from ..residual import Refuted, Undecided
from .substitution import residual


class NeverNegative:
    """An expression that is >= 0 on its domain: by SymPy's assumptions, or by balls at random points.

    At the extremes of the parameters balls may refute it, but they need not settle it.
    """

    def __init__(self, expression: sp.Expr, kind: str, domain: Domain):
        self.expression, self.kind, self.domain = expression, kind, domain

    def settle(self, claim: str) -> Evidence:
        enclose = compile_ball(self.expression, self.domain.symbols)
        for point in self._points(claim):
            value = enclose([point[x] for x in self.domain.symbols], 400)
            if not isinstance(value, arb) or value < 0:
                raise Refuted(claim, self.expression, point, value, self.kind)
            if not value >= 0:
                raise Undecided(claim, self.expression, f"sign not settled at {point}")
        for point in self._far_out():
            value = enclose([point[x] for x in self.domain.symbols], 200)
            if isinstance(value, arb) and value < 0:
                raise Refuted(claim, self.expression, point, value, self.kind)
        return Evidence.SYMBOLIC if self.expression.is_nonnegative else Evidence.SAMPLED

    def _points(self, claim: str) -> tuple:
        try:
            return self.domain.points(64 if self.domain.symbols else 1)
        except NoPoints as reason:
            raise Undecided(claim, self.expression, str(reason)) from None

    def _far_out(self) -> tuple:
        try:
            return self.domain.points(64, wide=True, patience=25) if self.domain.symbols else ()
        except NoPoints:
            return ()


def within(claim: Claim, variable: sp.Symbol, value: sp.Expr, free: bool = False) -> Iterator[NeverNegative]:
    """What says that a value of a parameter lies in the parameter's domain (``free``: without relations)."""
    domain = variable.domain if isinstance(variable, Parameter) else sp.Reals
    for gap, end in ((value - domain.inf, "below"), (domain.sup - value, "above")):
        if not gap.has(sp.oo, -sp.oo):
            checked = residual(claim, gap, f"{variable} {end} its domain by")
            yield NeverNegative(gap, checked.kind, Domain(checked.domain.symbols) if free else checked.domain)
