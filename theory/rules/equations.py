"""Rules about solutions: of differential, algebraic and recursive equations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import sympy as sp
from sympy.core.function import AppliedUndef

from ..derivation import Claim, Evidence, Rule
from ..parameter import Parameter
from .inequality import within
from .power_series import NotASeries, degree_bound, power_series, truncated
from .substitution import check_name, components, pairs, put, rate, refusal, residual


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
        self._check_conditions(claim)
        for lhs, rhs in self.conditions:  # first, as they are cheaper to refuse
            yield residual(claim, put(lhs, solution) - rhs, f"condition {lhs} = {rhs}")
        for equation in self.equations:
            yield residual(claim, put(equation.lhs - equation.unfolded, solution), "equation")

    def _check_conditions(self, claim) -> None:
        """An equation of order k needs k conditions: without them a constant of the claim is free.

        Of a partial differential equation the order in those variables counts that conditions fix.
        """
        rates = {d for e in self.equations for side in (e.lhs, e.rhs) for d in side.atoms(sp.Derivative)}
        for unknown in components(claim.lhs):
            if isinstance(unknown, AppliedUndef):
                given = {lhs for lhs, _ in self.conditions if _mentions(lhs, unknown.func)}
                fixed = _fixed(unknown, given)
                orders = (_order(d, fixed) for d in rates if _mentions(d, unknown.func))
                order = max(orders, default=0)
                if len(given) < order:
                    raise refusal(claim, f"{unknown} needs {order} conditions, there are {len(given)}")


def _mentions(expression, function) -> bool:
    return any(f.func == function for f in expression.atoms(AppliedUndef))


def _fixed(unknown, conditions) -> set:
    """The variables at whose values conditions hold; all of them where none is told apart."""
    values = [f for lhs in conditions for f in lhs.atoms(AppliedUndef) if f.func == unknown.func]
    fixed = {x for f in values for x, value in zip(unknown.args, f.args, strict=True) if x != value}
    return fixed or set(unknown.args)


def _order(derivative, variables: set) -> int:
    return sum(n for x, n in derivative.variable_count if x in variables)


class Separates(Rule):
    """The time at which a one-dimensional flow reaches a value, as a function of that value.

    For ``k du/dt = f(u)``: the derivative of the claim's right side by ``value``, times f/k, is 1,
    and the right side vanishes where ``value`` equals ``start``.
    """

    def __init__(self, flow: Claim, value: sp.Symbol, start: sp.Expr, using: Iterable[Claim] = ()):
        self.flow, self.value, self.start = flow, value, sp.sympify(start)
        self.premises = (flow, *using)

    def residuals(self, claim):
        check_name(claim)
        derivative, speed = rate(self.flow)
        speed = speed.subs(derivative.expr, self.value)
        yield residual(claim, sp.diff(claim.unfolded, self.value) * speed - 1, "rate")
        start = {self.value: self.start}
        at_start = claim.unfolded.subs(start)
        free = Claim(claim.lhs, claim.rhs, claim.by, everywhere=True)
        yield residual(free, at_start, f"time at {self.value} = {self.start}")


class Inverts(Rule):
    """Put into the premise for ``variable``, the claim gives ``value`` back, and is in its domain."""

    def __init__(self, premise: Claim, variable: sp.Symbol, value: sp.Expr):
        self.premise, self.variable, self.value = premise, variable, sp.sympify(value)
        self.premises = (premise,)

    def residuals(self, claim):
        check_name(claim, self.variable)
        if not self.premise.unfolded.has(self.variable):
            raise refusal(claim, f"the premise does not depend on {self.variable}")
        back = self.premise.unfolded.subs(self.variable, claim.unfolded)
        yield residual(claim, back - self.value, "inverse")
        yield from within(claim, self.variable, claim.unfolded)


class Evolves(Rule):
    """The time derivative of a quantity along the flows of what it is made of."""

    def __init__(self, quantity: Claim, flows: Iterable[Claim]):
        self.quantity, self.flows = quantity, tuple(flows)
        self.premises = (quantity, *self.flows)

    def residuals(self, claim):
        if not claim.lhs.has(sp.Derivative):
            raise refusal(claim, "the left side holds no derivative")
        made_of = put(claim.lhs - claim.unfolded, [self.quantity])
        yield residual(claim, made_of.subs(dict(rate(flow) for flow in self.flows)), "time derivative")


class Expands(Rule):
    """The claim's polynomial in ``variable``, put for its left side into the equation, leaves
    nothing through ``order``: every coefficient vanishes."""

    def __init__(self, equation: Claim, variable: sp.Symbol, order: int, using: Iterable[Claim] = ()):
        self.equation, self.variable, self.order = equation, variable, order
        self.using = tuple(using)
        self.premises = (equation, *self.using)

    def residuals(self, claim):
        if self._degree(claim.unfolded) > self.order:
            raise refusal(claim, f"terms beyond order {self.order} are not checked")
        gap = put(self.equation.lhs - self.equation.unfolded, self.using)
        gap = put(gap, [(claim.lhs, claim.unfolded)])
        for k, coefficient in enumerate(self._coefficients(gap)):
            yield residual(claim, coefficient, f"coefficient {k}")

    def _degree(self, series) -> int:
        """A bound on it where that suffices, as expanding may take minutes."""
        try:
            bound = degree_bound(series, self.variable)
        except NotASeries:
            bound = sp.oo
        return bound if bound <= self.order else sp.degree(series, self.variable)

    def _coefficients(self, gap):
        """Of the polynomial, or (times k!) the derivatives at 0."""
        try:
            yield from truncated(gap, self.variable, self.order)
            return
        except NotASeries:
            pass
        for _ in range(self.order + 1):
            yield gap.subs(self.variable, 0)
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
        for case in self.at:
            terms = [claim.unfolded.subs({**case, self.index: k}) for k in range(1, self.order + 1)]
            gap = (self.equation.lhs - self.equation.unfolded).subs(case)
            for k, coefficient in enumerate(self._coefficients(gap, terms)):
                at = {**case, self.index: k}
                yield residual(claim, coefficient, f"coefficient {k} at {case}", at=at)

    def _coefficients(self, gap, terms) -> list:
        """Of ``gap`` as a series through ``order``, once the series is put for the function."""
        x = self.variable
        if all(term.is_Rational for term in terms):
            try:
                return power_series(gap, x, {self.function: [0, *terms]}, self.order)
            except NotASeries:
                pass
        series = sp.Add(*(term * x**k for k, term in enumerate(terms, 1)))
        whole = sp.together(put(gap, [(self.function, series)]))
        polynomial = sp.Poly(sp.fraction(whole)[0], x)  # a denominator does not vanish at x = 0
        return [polynomial.coeff_monomial(x**k) for k in range(self.order + 1)]


class FixedPoint(Rule):
    """The map on the premise's right side sends the claim's value to itself."""

    def __init__(self, map: Claim, variable: sp.Symbol):
        self.map, self.variable = map, variable
        self.premises = (map,)

    def residuals(self, claim):
        check_name(claim, self.variable)
        image = self.map.unfolded.subs(self.variable, claim.unfolded)
        yield residual(claim, image - claim.unfolded, "fixed point")
        yield from within(claim, self.variable, claim.unfolded)


class Recursion(Rule):
    """True at the base, and the step keeps it: for ``f(n)`` with ``step: f(n+1) = F(f(n), n)``."""

    def __init__(self, step: Claim, base: Mapping):
        self.step, self.base = step, tuple(pairs(base))
        self.premises = (step,)

    def residuals(self, claim):
        solution = [(claim.lhs, claim.unfolded)]
        gap = put(self.step.lhs - self.step.unfolded, solution)
        index, first = self._first_step(claim)
        for lhs, rhs in self.base:
            at = dict(zip(claim.lhs.args, lhs.args, strict=True))
            yield residual(claim, put(lhs, solution) - rhs, f"base {lhs} = {rhs}", at=at)
        yield residual(claim, gap, "step")
        for k in range(first, int(index.domain.inf)):  # a base below the index's domain has steps up to it
            yield residual(claim, gap.subs(index, k), f"step at {index} = {k}", at={index: k})

    def _first_step(self, claim) -> tuple[Parameter, int]:
        """The index, and the first step from the base; refuses a base that does not determine the rest."""
        function, arguments = claim.lhs.func, claim.lhs.args
        moved = [k for k, x in enumerate(arguments) if any(lhs.args[k] != x for lhs, _ in self.base)]
        if len(moved) != 1 or not isinstance(arguments[moved[0]], Parameter):
            raise refusal(claim, "a recursion runs over one parameter, and has a base")
        (place,), index = moved, arguments[moved[0]]
        gap = self.step.lhs - self.step.unfolded
        shifts = {f.args[place] - index for f in gap.atoms(AppliedUndef) if f.func == function}
        base = sorted(lhs.args[place] for lhs, _ in self.base)
        if not shifts or not all(k.is_Integer for k in (*shifts, *base)):
            raise refusal(claim, "the steps and the base of a recursion are integers")
        span = max(shifts) - min(shifts)
        if base[:span] != [base[0] + k for k in range(span)] or base[0] > index.domain.inf:
            raise refusal(claim, f"a step of {span} needs as many values from the start of {index} on")
        return index, int(base[0] - min(shifts))


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
