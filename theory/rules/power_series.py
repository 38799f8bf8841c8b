"""Truncated power series of rational expressions, over the rationals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce

import sympy as sp
from flint import ctx, fmpq, fmpq_series


class NotASeries(ValueError):
    """The expression is not built from the variable and series by +, * and integer powers."""


def power_series(
    expression: sp.Expr, variable: sp.Symbol, functions: Mapping[sp.Expr, Sequence], order: int
) -> list[sp.Rational]:
    """The coefficients 0 to ``order`` of an expression, given those of the functions in it.

    Raises `NotASeries` for anything else than sums, products and integer powers.
    """
    cap, ctx.cap = ctx.cap, order + 1
    try:
        known = {f: fmpq_series([_rational(c) for c in row]) for f, row in functions.items()}
        found = _evaluate(expression, {variable: fmpq_series([0, 1]), **known})
        return [sp.Rational(int(found[k].p), int(found[k].q)) for k in range(order + 1)]
    finally:
        ctx.cap = cap


def truncated(expression: sp.Expr, variable: sp.Symbol, order: int) -> list[sp.Expr]:
    """The coefficients 0 to ``order`` of a polynomial in the variable, with any other symbols in them.

    Nothing is expanded that lies beyond the order. Raises `NotASeries` where it is no polynomial.
    """
    if not expression.has(variable):
        return [expression] + [sp.Integer(0)] * order
    if expression == variable:
        return ([sp.Integer(0), sp.Integer(1)] + [sp.Integer(0)] * order)[: order + 1]
    if expression.is_Add:
        rows = [truncated(part, variable, order) for part in expression.args]
        return [sp.Add(*column) for column in zip(*rows, strict=True)]
    if expression.is_Mul:
        return reduce(_product, (truncated(part, variable, order) for part in expression.args))
    if expression.is_Pow and expression.exp.is_Integer and expression.exp > 0:
        return reduce(_product, [truncated(expression.base, variable, order)] * int(expression.exp))
    raise NotASeries(f"no polynomial in {variable}: {expression}")


def degree_bound(expression: sp.Expr, variable: sp.Symbol) -> int:
    """No less than the degree, without expanding. Raises `NotASeries` where it is no polynomial."""
    if not expression.has(variable):
        return 0
    if expression == variable:
        return 1
    if expression.is_Add:
        return max(degree_bound(part, variable) for part in expression.args)
    if expression.is_Mul:
        return sum(degree_bound(part, variable) for part in expression.args)
    if expression.is_Pow and expression.exp.is_Integer and expression.exp > 0:
        return int(expression.exp) * degree_bound(expression.base, variable)
    raise NotASeries(f"no polynomial in {variable}: {expression}")


def _product(one, other):
    return [sp.Add(*(one[i] * other[k - i] for i in range(k + 1))) for k in range(len(one))]


def _evaluate(e, known):
    if e in known:
        return known[e]
    if e.is_Rational:
        return fmpq_series([_rational(e)])
    if e.is_Add or e.is_Mul:
        total = _evaluate(e.args[0], known)
        for part in e.args[1:]:
            other = _evaluate(part, known)
            total = total + other if e.is_Add else total * other
        return total
    if e.is_Pow and e.exp.is_Integer and e.exp > 0:
        return _evaluate(e.base, known) ** int(e.exp)
    raise NotASeries(f"no power series of {e}")


def _rational(value) -> fmpq:
    value = sp.sympify(value)
    return fmpq(int(value.p), int(value.q))
