"""Closed forms at exact numbers: rationals and SymPy expressions go in, the same come out."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from numbers import Integral

import sympy as sp

EXACT = (Integral, Fraction, sp.Basic)


def exact(*values) -> bool:
    """Whether every value is an integer, a Fraction or a SymPy expression (SymPy's floats are not)."""
    return all(isinstance(v, EXACT) and not isinstance(v, sp.Float | bool) for v in values)


def evaluate(form, **values):
    """The closed form at these values: in SymPy where all are exact, by its evaluator otherwise.

    A SymPy expression, or a float (a tuple of them). Raises `DomainError` for floats outside the domain.
    """
    if not exact(*values.values()):
        numbers = {k: float(v) if isinstance(v, sp.Basic | Fraction) else v for k, v in values.items()}
        return form(**numbers)
    at = {x: sp.sympify(values[x.name]) for x in form.arguments}
    found = form.claim.unfolded.subs(at, simultaneous=True)
    return tuple(map(_tidy, found)) if isinstance(found, sp.Tuple) else _tidy(found)


def quickly(form, **values):
    """As `evaluate`, for a form of one formula and numbers already known to be in its domain: no checks."""
    if exact(*values.values()):
        return evaluate(form, **values)
    return _python(form)(*(values[name] for name in form.names))


@lru_cache(maxsize=64)
def _python(form):
    return sp.lambdify(form.arguments, form.claim.unfolded, "math")


def _tidy(value):
    return value if value.is_Rational else sp.simplify(value)
