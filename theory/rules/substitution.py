"""Putting definitions and solutions into expressions: what every rule needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

import sympy as sp
from sympy.core.function import AppliedUndef

from ..derivation import Claim, Residual
from ..parameter import POSITIVE, REAL, Domain, Parameter
from ..residual import Undecided

_RATE = sp.Dummy("rate")


def put(expression, equations: Iterable) -> sp.Expr:
    """``expression`` with the left side of every equation replaced by its right side.

    A left side ``u(t)`` replaces the function ``u`` at every argument, so that ``u(0)`` becomes the
    right side at t = 0; derivatives are then carried out, integrals and sums are left alone.
    """
    return _put(sp.sympify(expression), tuple(pairs(equations)))


@lru_cache(maxsize=4096)
def _put(expression, equations: tuple) -> sp.Expr:
    for lhs, rhs in equations:
        if isinstance(lhs, AppliedUndef):
            if lhs.func in {f.func for f in expression.atoms(AppliedUndef)}:
                expression = expression.replace(lhs.func, sp.Lambda(lhs.args, rhs))
        elif lhs.is_Symbol and not expression.has(sp.Integral, sp.Sum, sp.Derivative):
            expression = expression.xreplace({lhs: rhs})
        else:
            expression = expression.subs(lhs, rhs)
    if expression.has(sp.Derivative, sp.Subs):
        expression = expression.doit(integrals=False, sums=False, simplify=False)
    return expression


def pairs(equations) -> list[tuple[sp.Expr, sp.Expr]]:
    """(lhs, rhs) of claims, ``Eq``s, pairs or mappings; tuple-valued claims one by one."""
    found = []
    items = equations.items() if isinstance(equations, Mapping) else equations
    for equation in items:
        if isinstance(equation, Claim):
            lhs, rhs = equation.lhs, equation.unfolded
        elif isinstance(equation, sp.Equality):
            lhs, rhs = equation.lhs, equation.rhs
        else:
            lhs, rhs = map(sp.sympify, equation)
        if isinstance(lhs, sp.Tuple):
            found += zip(lhs, rhs, strict=True)
        else:
            found.append((lhs, rhs))
    return found


def frozen(expression, *variables: sp.Symbol) -> sp.Expr:
    """Function values and rates as parameters of their own: for identities at one instant, whatever
    the functions. Left as it is where a function stands under an integral or a sum, or depends on
    one of the ``variables``: there it is not one value."""
    values = expression.atoms(AppliedUndef)
    if not values or expression.has(sp.Integral, sp.Sum, sp.Product, sp.Subs):
        return expression
    rates = expression.atoms(sp.Derivative)
    if any(not isinstance(d.expr, AppliedUndef) for d in rates) or any(f.has(*variables) for f in values):
        return expression
    expression = expression.xreplace({d: Parameter(str(d), f"a value of {d}") for d in rates})
    return expression.xreplace({f: _value(f) for f in values})


def _value(f: AppliedUndef) -> Parameter:
    return Parameter(str(f), f"a value of {f}", POSITIVE if f.is_positive else REAL)


def components(expression) -> tuple[sp.Expr, ...]:
    """The entries of a tuple, or the expression alone."""
    return tuple(expression) if isinstance(expression, sp.Tuple) else (expression,)


def residual(claim: Claim, expression, kind: str, *, at: Mapping | None = None, slack=0) -> Residual:
    """A residual on the claim's domain; ``at`` fixes symbols there (a limit point, a base case)."""
    relations = [r.subs(at) if at else r for r in claim.relations]
    expression = frozen(sp.sympify(expression))
    free = expression.free_symbols
    for relation in relations:
        free = free | relation.free_symbols
    domain = Domain([x for x in free if isinstance(x, Parameter)], relations)
    return Residual(expression, kind, domain, sp.sympify(slack))


def rate(flow: Claim) -> tuple[sp.Derivative, sp.Expr]:
    """The derivative a first-order flow determines, and its value."""
    derivatives = [d for d in flow.lhs.atoms(sp.Derivative)]
    if len(derivatives) != 1:
        raise refusal(flow, "a flow has exactly one derivative on its left side")
    (derivative,) = derivatives
    slope = sp.diff(flow.lhs.xreplace({derivative: _RATE}), _RATE)
    if slope == 0 or slope.has(_RATE):
        raise refusal(flow, "the left side of a flow is linear in its derivative")
    return derivative, (flow.unfolded - flow.lhs.xreplace({derivative: 0})) / slope


def refusal(claim: Claim, why: str) -> Undecided:
    """The error of a rule that does not apply to a claim."""
    return Undecided(claim.name or str(claim.lhs), claim.lhs, why)


def check_name(claim: Claim, *known) -> None:
    """Raises `Undecided` unless the left side is one of those ``known``, or names something new.

    For rules that look at the right side only: what they justify must not be attached to a
    formula, or to a name that a premise has given to something else.
    """
    if claim.lhs in known:
        return
    taken = set().union(*(_vocabulary(p) for p in claim.premises))
    for name in components(claim.lhs):
        if not (name.is_Symbol or isinstance(name, AppliedUndef)) or _head(name) in taken:
            raise refusal(claim, f"{type(claim.by).__name__} says nothing about the left side {claim.lhs}")


def _head(name):
    return name.func if isinstance(name, AppliedUndef) else name


def _vocabulary(claim: Claim) -> frozenset:
    """The symbols and functions that a claim and those it rests on mention."""
    if "vocabulary" not in vars(claim):
        words = claim.lhs.free_symbols | claim.rhs.free_symbols
        words |= {f.func for side in (claim.lhs, claim.rhs) for f in side.atoms(AppliedUndef)}
        claim.__dict__["vocabulary"] = frozenset(words).union(*(_vocabulary(p) for p in claim.premises))
    return claim.__dict__["vocabulary"]
