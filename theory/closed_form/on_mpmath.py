"""A closed form at the precision that mpmath is set to, on numbers."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import sympy as sp
from mpmath import floor, isinf, mp, mpc, mpf

from .branch import compiled
from .domain import check_relation, inside, refusal


def evaluate(form, values: list):
    exact = [_number(v, x, form) for v, x in zip(values, form.arguments, strict=True)]
    _check(form, exact)
    with mp.workdps(mp.dps + 15):
        for branch, region in form.branches:
            if region is True or compiled((region,), form.arguments, "mpmath")(*exact)[0]:
                results = branch.function(form.arguments, "mpmath")(*exact)
                break
    results = tuple(+mpf(r) for r in results)
    return results[0] if form.outputs == 1 else results


def _number(value, parameter, form):
    if isinstance(value, Fraction):
        return mpf(value.numerator) / value.denominator
    if isinstance(value, complex | mpc | np.complexfloating):
        raise refusal(form, parameter, value, "it must be real")
    if isinstance(value, bool | np.bool_) or not isinstance(
        value, int | float | mpf | np.number | np.ndarray
    ):
        raise refusal(form, parameter, value, "it must be a real number")
    if np.ndim(value):
        raise TypeError(
            f"{form.name}: {parameter.name} is an array, which mpmath numbers cannot be mixed with"
        )
    return mpf(value.item() if isinstance(value, np.generic | np.ndarray) else value)


def _check(form, values: list) -> None:
    for v, x in zip(values, form.arguments, strict=True):
        whole = not isinstance(x.domain, sp.Range) or isinf(v) or v == floor(v)
        if not (inside(v, x) and whole):
            raise refusal(form, x, v)
    point = dict(zip(form.arguments, values, strict=True))
    for relation in form.relations:
        if not bool(compiled((relation,), form.arguments, "mpmath")(*values)[0]):
            check_relation(relation, {x: _rational(v) for x, v in point.items()}, form)


def _rational(value):
    """An exact rational for SymPy, of a number of any precision."""
    if isinstance(value, mpf) and not isinf(value):
        sign, mantissa, exponent, _ = value._mpf_
        return sp.Rational((-1) ** sign * int(mantissa)) * sp.Integer(2) ** exponent
    return value
