"""Putting definitions and solutions into expressions: what every rule needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

import sympy as sp
from sympy.core.function import AppliedUndef

from ..derivation import Claim, Residual
from ..parameter import POSITIVE, REAL, Domain, Parameter


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
        expression = expression.doit(integrals=False, sums=False)
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


def frozen(expression) -> sp.Expr:
    """Function values as parameters of their own: for identities at one instant, whatever the functions."""
    values = expression.atoms(AppliedUndef)
    names = {
        f: Parameter(f"{f.func}_value", f"a value of {f}", POSITIVE if f.is_positive else REAL)
        for f in values
    }
    return expression.xreplace(names)


def components(expression) -> tuple[sp.Expr, ...]:
    """The entries of a tuple, or the expression alone."""
    return tuple(expression) if isinstance(expression, sp.Tuple) else (expression,)


def residual(claim: Claim, expression, kind: str, *, at: Mapping | None = None, slack=0) -> Residual:
    """A residual on the claim's domain; ``at`` fixes symbols there (a limit point, a base case)."""
    relations = [r.subs(at) if at else r for r in claim.relations]
    free = expression.free_symbols
    for relation in relations:
        free = free | relation.free_symbols
    return Residual(
        expression, kind, Domain([x for x in free if isinstance(x, Parameter)], relations), sp.sympify(slack)
    )


def rate(flow: Claim) -> tuple[sp.Derivative, sp.Expr]:
    """The derivative a first-order flow determines, and its value."""
    derivatives = [d for d in flow.lhs.atoms(sp.Derivative)]
    if len(derivatives) != 1:
        raise ValueError(f"the flow {flow} must have exactly one derivative on its left side")
    return derivatives[0], flow.unfolded / flow.lhs.coeff(derivatives[0])
