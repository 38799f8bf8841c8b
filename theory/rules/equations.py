"""Rules about solutions: of differential, algebraic and recursive equations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import sympy as sp

from ..derivation import Claim, Evidence, Rule
from .substitution import pairs, put, rate, residual


class Solves(Rule):
    """Put into the equations, and into the initial or boundary conditions, nothing is left.

    ``equations`` is one claim or several (a claim with a tuple on either side solves a system);
    ``conditions`` are ``(u(0), u0)`` pairs or ``Eq``s; ``using`` are definitions the claim needs.
    """

    def __init__(self, equations: Claim | Iterable[Claim], conditions=(), using: Iterable[Claim] = ()):
        self.equations = (equations,) if isinstance(equations, Claim) else tuple(equations)
        self.conditions = tuple(pairs(conditions))
        self.premises = (*self.equations, *using)

    def residuals(self, claim):
        solution = [(claim.lhs, claim.unfolded)]
        for equation in self.equations:
            yield residual(claim, put(equation.lhs - equation.unfolded, solution), "equation")
        for lhs, rhs in self.conditions:
            yield residual(claim, put(lhs, solution) - rhs, f"condition {lhs} = {rhs}")


class Separates(Rule):
    """The time at which a one-dimensional flow reaches a value, as a function of that value.

    For ``k du/dt = f(u)``: the derivative of the claim's right side by ``value``, times f/k, is 1,
    and the right side vanishes where ``value`` equals ``start``.
    """

    def __init__(self, flow: Claim, value: sp.Symbol, start: sp.Expr, using: Iterable[Claim] = ()):
        self.flow, self.value, self.start = flow, value, sp.sympify(start)
        self.premises = (flow, *using)

    def residuals(self, claim):
        derivative, speed = rate(self.flow)
        speed = speed.subs(derivative.expr, self.value)
        yield residual(claim, sp.diff(claim.unfolded, self.value) * speed - 1, "rate")
        start = {self.value: self.start}
        at_start = claim.unfolded.subs(start)
        free = Claim(claim.lhs, claim.rhs, claim.by, everywhere=True)
        yield residual(free, at_start, f"time at {self.value} = {self.start}")


class Inverts(Rule):
    """Put into the premise for ``variable``, the claim gives ``value`` back."""

    def __init__(self, premise: Claim, variable: sp.Symbol, value: sp.Expr):
        self.premise, self.variable, self.value = premise, variable, sp.sympify(value)
        self.premises = (premise,)

    def residuals(self, claim):
        back = self.premise.unfolded.subs(self.variable, claim.unfolded)
        yield residual(claim, back - self.value, "inverse")


class Evolves(Rule):
    """The time derivative of a quantity along the flows of what it is made of."""

    def __init__(self, quantity: Claim, flows: Iterable[Claim]):
        self.quantity, self.flows = quantity, tuple(flows)
        self.premises = (quantity, *self.flows)

    def residuals(self, claim):
        (derivative,) = claim.lhs.atoms(sp.Derivative)
        made_of = sp.diff(self.quantity.unfolded, derivative.variables[0])
        along = made_of.subs(dict(rate(flow) for flow in self.flows))
        mine = put(claim.unfolded, [(self.quantity.lhs, self.quantity.unfolded)])
        yield residual(claim, claim.lhs.coeff(derivative) * along - mine, "time derivative")


class Expands(Rule):
    """The claim's polynomial in ``variable``, put for its left side into the equation, leaves
    nothing through ``order``: every coefficient vanishes."""

    def __init__(self, equation: Claim, variable: sp.Symbol, order: int, using: Iterable[Claim] = ()):
        self.equation, self.variable, self.order = equation, variable, order
        self.using = tuple(using)
        self.premises = (equation, *self.using)

    def residuals(self, claim):
        gap = put(self.equation.lhs - self.equation.unfolded, self.using)
        gap = put(gap, [(claim.lhs, claim.unfolded)])
        for k in range(self.order + 1):
            yield residual(claim, gap.subs(self.variable, 0), f"coefficient {k}")
            gap = sp.diff(gap, self.variable)


class Coefficients(Rule):
    """The claim is the coefficient of ``variable**index`` (index 1, 2, ...) in the series of
    ``function`` that satisfies the equation; put together through ``order``, nothing is left.

    Proves the coefficients up to that order at the given values of the parameters, so SAMPLED.
    """

    floor = Evidence.SAMPLED

    def __init__(
        self, equation: Claim, function, variable: sp.Symbol, index: sp.Symbol, order: int, at: Iterable[dict]
    ):
        self.equation, self.function, self.variable = equation, function, variable
        self.index, self.order, self.at = index, order, tuple(at)
        self.premises = (equation,)

    def residuals(self, claim):
        x = self.variable
        for case in self.at:
            terms = [claim.unfolded.subs({**case, self.index: k}) * x**k for k in range(1, self.order + 1)]
            gap = (self.equation.lhs - self.equation.unfolded).subs(case)
            whole = sp.together(put(gap, [(self.function, sp.Add(*terms))]))
            series = sp.Poly(sp.fraction(whole)[0], x)  # a denominator does not vanish at x = 0
            for k in range(self.order + 1):
                yield residual(
                    claim,
                    series.coeff_monomial(x**k),
                    f"coefficient {k} at {case}",
                    at={**case, self.index: k},
                )


class FixedPoint(Rule):
    """The map on the premise's right side sends the claim's value to itself."""

    def __init__(self, map: Claim, variable: sp.Symbol):
        self.map, self.variable = map, variable
        self.premises = (map,)

    def residuals(self, claim):
        yield residual(
            claim, self.map.unfolded.subs(self.variable, claim.unfolded) - claim.unfolded, "fixed point"
        )


class Recursion(Rule):
    """True at the base, and the step keeps it: for ``f(n)`` with ``step: f(n+1) = F(f(n), n)``."""

    def __init__(self, step: Claim, base: Mapping):
        self.step, self.base = step, tuple(pairs(base))
        self.premises = (step,)

    def residuals(self, claim):
        solution = [(claim.lhs, claim.unfolded)]
        for lhs, rhs in self.base:
            index = dict(zip(claim.lhs.args, lhs.args, strict=True))
            yield residual(claim, put(lhs, solution) - rhs, f"base {lhs} = {rhs}", at=index)
        yield residual(claim, put(self.step.lhs - self.step.unfolded, solution), "step")


class Conserved(Rule):
    """The left side does not change along the flows, and starts at the right side."""

    def __init__(
        self, flows: Iterable[Claim], variable: sp.Symbol, conditions=(), using: Iterable[Claim] = ()
    ):
        self.flows, self.variable = tuple(flows), variable
        self.conditions = tuple(pairs(conditions))
        self.premises = (*self.flows, *using)

    def residuals(self, claim):
        drift = sp.diff(claim.lhs - claim.unfolded, self.variable)
        rates = dict(rate(flow) for flow in self.flows)
        yield residual(claim, drift.subs(rates), "time derivative")
        start = claim.lhs.subs(self.variable, 0).subs(dict(self.conditions))
        yield residual(claim, start - claim.unfolded.subs(self.variable, 0), "initial value")
