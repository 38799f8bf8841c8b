"""An exact zero test: rational functions over independent generators.

Symbols, exponentials of monomials, fractional and symbolic powers, logarithms and every other
function value become generators of a field over the rationals. If the numerator reduces to 0
modulo the relations ``g**q = base`` of the radicals, the expression is 0 wherever it is defined.
The converse need not hold: generators may be related in ways that are not looked for.
"""

from __future__ import annotations

import math
from functools import reduce

import sympy as sp
from sympy.polys.fields import field
from sympy.polys.polyerrors import PolynomialError

LARGEST = 4000
"""Operations of an expression above which the exact test declines."""


def vanishes(expression: sp.Expr) -> bool:
    """True only if the expression is identically 0; False means "not shown here"."""
    expression = _prepare(expression)
    if expression == 0:
        return True
    if expression.count_ops() > LARGEST:
        return False
    generators: dict[tuple, int] = {}
    _collect(expression, generators)
    keys = sorted(generators, key=lambda k: (-_depth(k), str(k)))
    if not keys:
        return False
    try:
        ring_field, *symbols = field([f"g{i}" for i in range(len(keys))], sp.QQ)
        table = dict(zip(keys, symbols, strict=True))
        numerator = _evaluate(expression, table, generators, ring_field).numer
        relations = _relations(keys, generators, table, ring_field)
    except (ZeroDivisionError, PolynomialError, NotImplementedError):
        return False
    return numerator == 0 or (bool(relations) and numerator.rem(relations) == 0)


def _prepare(expression):
    sums = {x: sp.Dummy() for x in expression.atoms(sp.Sum) if x.has(sp.gamma)}  # Gosper's would take long
    expression = expression.xreplace(sums).doit(integrals=False, sums=False)
    expression = expression.xreplace({dummy: x for x, dummy in sums.items()}).rewrite(
        [sp.sinh, sp.cosh, sp.tanh, sp.coth, sp.sech, sp.csch], sp.exp
    )
    expression = expression.replace(
        lambda e: type(e).__name__ in ("expm1", "log1p"), lambda e: e.rewrite(sp.exp).rewrite(sp.log)
    )
    return sp.expand_log(sp.powdenest(expression))


def _split(base, exponent):
    """``base**exponent`` as generators: [((base, monomial), rational)], and an integer power."""
    whole, parts = 0, []
    for term in sp.Add.make_args(sp.expand(exponent)):
        coefficient, monomial = term.as_coeff_Mul(rational=True)
        if not coefficient.is_Rational:
            coefficient, monomial = sp.Integer(1), term
        if monomial == 1 and base is not sp.E:
            whole_part = coefficient.p // coefficient.q
            whole, coefficient = whole + whole_part, coefficient - whole_part
            if coefficient == 0:
                continue
        parts.append(((base, monomial), coefficient))
    return whole, parts


def _as_power(e):
    if isinstance(e, sp.exp):
        return sp.E, e.args[0]
    return (e.base, e.exp) if isinstance(e, sp.Pow) else None


def _collect(e, generators) -> None:
    """Find every generator and the denominators its exponents need."""
    if e.is_Rational:
        return
    if e.is_Add or e.is_Mul:
        for a in e.args:
            _collect(a, generators)
        return
    power = _as_power(e)
    if power:
        base, exponent = power
        whole, parts = _split(base, exponent)
        if base is not sp.E:
            _collect(base, generators)
        for key, coefficient in parts:
            generators[key] = math.lcm(generators.get(key, 1), int(coefficient.q))
        return
    generators[(_canonical(e), None)] = 1


def _canonical(e):
    """Function values are equal generators when their arguments are equal as rational functions."""
    if e.args and not isinstance(e, sp.Derivative | sp.Integral | sp.Sum | sp.Subs | sp.Piecewise):
        try:
            return e.func(*[sp.factor_terms(sp.cancel(a)) for a in e.args])
        except (PolynomialError, TypeError, ValueError, NotImplementedError):
            return e
    return e


def _depth(key) -> int:
    base, monomial = key
    nested = base.count_ops() if monomial is not None and base is not sp.E else 0
    return nested + 1 if monomial is not None else 0


def _evaluate(e, table, generators, F):
    if e.is_Rational:
        return F(sp.QQ(int(e.p), int(e.q)))
    if e.is_Add:
        return reduce(lambda a, b: a + b, (_evaluate(a, table, generators, F) for a in e.args))
    if e.is_Mul:
        return reduce(lambda a, b: a * b, (_evaluate(a, table, generators, F) for a in e.args))
    power = _as_power(e)
    if not power:
        return table[(_canonical(e), None)]
    base, exponent = power
    whole, parts = _split(base, exponent)
    value = _evaluate(base, table, generators, F) ** whole if base is not sp.E and whole else F(1)
    for key, coefficient in parts:
        value = value * table[key] ** int(coefficient * generators[key])
    return value


def _relations(keys, generators, table, F):
    """``den * g**q - num`` for every radical ``g = (num/den)**(1/q)``."""
    relations = []
    for key in keys:
        base, monomial = key
        if monomial == 1 and base is not sp.E and generators[key] > 1:
            value = _evaluate(base, table, generators, F)
            relations.append((table[key].numer ** generators[key]) * value.denom - value.numer)
    return relations
