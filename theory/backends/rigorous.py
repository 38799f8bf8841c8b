"""SymPy expressions as rigorous balls (Arb, through python-flint).

`compile_ball` turns an expression into a function from exact rationals to a ball that is proved
to contain the value. What cannot be enclosed gives a ball that is not finite, never a guess.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache

import numpy as np
import sympy as sp
from flint import acb, arb, ctx, fmpq, fmpz
from sympy.core.function import AppliedUndef

from .ball_functions import FUNCTIONS, below_one, real_part, square_root
from .ball_source import at_precision, real_functions
from .tail import NotEnclosable, gaussian_tail

Node = Callable[[list, bool], "arb | acb"]


def ball(expr, point: Mapping[sp.Symbol, object], digits: int = 30):
    """A ball around ``expr`` at a rational point, of relative radius about ``10**-digits``.

    Raises `NotEnclosable` when no precision up to 64 times the first gives it.
    """
    symbols = list(point)
    enclose = compile_ball(expr, symbols)
    bits = int(digits * 3.33) + 32
    for factor in (1, 2, 4, 16, 64):
        value = enclose([point[x] for x in symbols], bits * factor)
        if value.is_finite() and (value == 0 or relative_radius_bits(value) >= digits * 3.33):
            return value
    raise NotEnclosable(f"no ball of {digits} digits found for {sp.sstr(expr, order='none')[:120]}")


def relative_radius_bits(value) -> float:
    """Accurate bits of a ball (a ball around 0 has none)."""
    return value.rel_accuracy_bits()


def compile_ball(expr, symbols: Sequence[sp.Symbol]) -> Callable[[Sequence, int], arb | acb]:
    """A function ``f(values, bits)`` from exact numbers to a ball around ``expr``.

    ``values`` (int, Fraction, SymPy Rational, float, fmpq or a ball) come in the order of ``symbols``.
    """
    function = functions_of_balls((expr,), symbols)

    def enclose(values: Sequence, bits: int):
        before = ctx.prec
        ctx.prec = bits
        try:
            return function(bits)(*map(exact, values))[0]
        finally:
            ctx.prec = before

    return enclose


def functions_of_balls(expressions: Sequence, symbols: Sequence[sp.Symbol]) -> Callable[[int], Callable]:
    """A function of balls to a tuple of them, for a number of bits: that precision must be set."""
    expressions = [sp.sympify(e) for e in expressions]
    straight = real_functions(expressions, symbols)
    if straight is not None:
        return at_precision(straight)
    scope = _Scope((x, k) for k, x in enumerate(symbols))
    nodes = [_node(e, scope) for e in expressions]

    def function(*balls):
        values = list(balls)
        return tuple(node(values, False) for node in nodes)

    return lambda bits: function


_BALLS, _NUMBERS = (arb, acb), frozenset((float, int, fmpz))


def exact(value):
    """An exact number as a ball of radius 0 (up to the working precision)."""
    if type(value) in _NUMBERS:
        return arb(value)
    if isinstance(value, _BALLS):
        return value
    if isinstance(value, sp.Rational):
        return arb(fmpq(int(value.p), int(value.q)))
    if isinstance(value, Fraction):
        return arb(fmpq(value.numerator, value.denominator))
    if value is sp.oo:
        return arb("inf")
    return arb(value.item() if isinstance(value, np.number) else value)


def compile_condition(condition, symbols: Sequence[sp.Symbol]) -> Callable[[Sequence, int], bool | None]:
    """A function ``f(values, bits)``: True or False, or None where the balls cannot tell."""
    node = _condition(condition, _Scope((x, k) for k, x in enumerate(symbols)))

    def decide(values: Sequence, bits: int):
        with ctx.workprec(bits):
            return node([exact(v) for v in values])

    return decide


class _Scope(dict):
    """The positions of the symbols among the values, and the nodes compiled for them so far."""

    def __init__(self, positions=()):
        super().__init__(positions)
        self.nodes: dict[sp.Basic, Node] = {}


def _node(expr, index: _Scope) -> Node:
    """The node of an expression; equal subexpressions share one, and its value."""
    if expr not in index.nodes:
        node = _compiled(expr, index)
        index.nodes[expr] = _kept(node) if expr.args else node
    return index.nodes[expr]


def _kept(node: Node) -> Node:
    """The node, computed once for the same list of values."""
    last = [(None, None, None)]

    def value(v, analytic):
        values, mode, known = last[0]
        if values is not v or mode is not analytic:
            known = node(v, analytic)
            last[0] = (v, analytic, known)
        return known

    return value


def _compiled(expr, index: _Scope) -> Node:
    if expr in index:
        position = index[expr]
        return lambda v, analytic: v[position]
    if isinstance(expr, sp.Rational):
        p, q = int(expr.p), int(expr.q)
        return (lambda v, analytic: arb(p)) if q == 1 else lambda v, analytic: arb(fmpq(p, q))
    if isinstance(expr, sp.Float):
        return _node(sp.Rational(expr), index)
    if expr in _CONSTANTS:
        constant = _CONSTANTS[expr]
        return lambda v, analytic: constant()
    if isinstance(expr, sp.Add | sp.Mul):
        return _fold([_node(a, index) for a in expr.args], isinstance(expr, sp.Add))
    if isinstance(expr, sp.Pow):
        return _power(expr, index)
    if isinstance(expr, sp.Piecewise):
        return _piecewise(expr, index)
    if isinstance(expr, sp.Sum | sp.Product):
        return _sum(expr, index)
    if isinstance(expr, sp.Integral):
        return _integral(expr, index)
    if isinstance(expr, sp.hyper):
        return _hyper(expr, index)
    if isinstance(expr, AppliedUndef | sp.Symbol | sp.Derivative | sp.Subs):
        raise NotEnclosable(f"{expr.func} has no value: it is a symbol or function without one")
    function = FUNCTIONS.get(type(expr).__name__)
    if function is None:
        raise NotEnclosable(f"no rigorous evaluation of {type(expr).__name__}")
    arguments = [_node(a, index) for a in expr.args]
    return lambda v, analytic: function(analytic, *[a(v, analytic) for a in arguments])


def _fold(parts: list[Node], addition: bool) -> Node:
    first, rest = parts[0], parts[1:]

    def total(v, analytic):
        value = first(v, analytic)
        for part in rest:
            value = value + part(v, analytic) if addition else value * part(v, analytic)
        return value

    return total


def _power(expr, index) -> Node:
    base, exponent = _node(expr.base, index), expr.exp
    if expr.base is sp.E:
        inner = _node(exponent, index)
        return lambda v, analytic: inner(v, analytic).exp()
    if isinstance(exponent, sp.Integer):
        n = int(exponent)
        return lambda v, analytic: base(v, analytic) ** n
    if exponent == sp.Rational(1, 2):
        return lambda v, analytic: square_root(analytic, base(v, analytic))
    if exponent == sp.Rational(-1, 2):
        return lambda v, analytic: 1 / square_root(analytic, base(v, analytic))
    power = _node(exponent, index)

    def value(v, analytic):
        x, y = base(v, analytic), power(v, analytic)
        if isinstance(x, acb):
            return x.pow(y, analytic=analytic) if analytic else x**y
        if isinstance(y, arb) and y.is_exact() and y.is_integer():
            return x ** fmpz(int(y.unique_fmpz()))
        return x**y

    return value


def _piecewise(expr, index) -> Node:
    branches = [(_node(value, index), _condition(condition, index)) for value, condition in expr.args]

    def choose(v, analytic):
        for value, condition in branches:
            verdict = condition(v)
            if verdict is None:
                return arb("nan")
            if verdict:
                return value(v, analytic)
        return arb("nan")

    return choose


def _condition(condition, index):
    """True, False, or None where the balls cannot tell."""
    if condition in (True, sp.true):
        return lambda v: True
    if isinstance(condition, sp.And | sp.Or):
        parts = [_condition(part, index) for part in condition.args]
        decisive = isinstance(condition, sp.Or)

        def combined(v):
            verdicts = [part(v) for part in parts]
            if decisive in verdicts:
                return decisive
            return None if None in verdicts else not decisive

        return combined
    if isinstance(condition, sp.Eq | sp.Ne):
        gap = _node(condition.lhs - condition.rhs, index)
        wanted = isinstance(condition, sp.Eq)

        def equal(v):
            d = real_part(gap(v, False))
            return wanted if d == 0 else (not wanted if not d.contains(0) else None)

        return equal
    if isinstance(condition, sp.Gt | sp.Ge | sp.Lt | sp.Le):
        gap = _node(condition.gts - condition.lts, index)
        strict = isinstance(condition, sp.Gt | sp.Lt)

        def above(v):
            d = real_part(gap(v, False))
            if d > 0 or (d == 0 and not strict):
                return True
            return False if d < 0 or d == 0 else None

        return above
    raise NotEnclosable(f"no rigorous decision of {condition}")


def _sum(expr, index) -> Node:
    (variable, low, high), *others = expr.limits
    if others or high == sp.oo:
        raise NotEnclosable(f"infinite or multiple sum: {sp.sstr(expr, order='none')[:80]}")
    inner = _Scope(index)
    position = inner[variable] = len(index)
    term = _node(expr.function, inner)
    first, last = _node(low, index), _node(high, index)
    addition = isinstance(expr, sp.Sum)

    def total(v, analytic):
        ends = [x(v, analytic).unique_fmpz() for x in (first, last)]
        if None in ends:
            return arb("nan")
        value = arb(0 if addition else 1)
        for k in range(int(ends[0]), int(ends[1]) + 1):
            one = term([*v[:position], arb(k)], analytic)
            value = value + one if addition else value * one
        return value

    return total


_EVALUATIONS = 20_000
"""At most, of an integrand: one that is singular at an end would keep Arb busy for minutes."""


def _integral(expr, index) -> Node:
    (variable, low, high), *others = expr.limits
    integrand = sp.Integral(expr.function, *others) if others else expr.function
    if integrand == 0:
        return lambda v, analytic: arb(0)
    inner = _Scope(index)
    position = inner[variable] = len(index)
    f = _node(integrand, inner)
    infinite = low == -sp.oo or high == sp.oo
    tail = gaussian_tail(integrand, variable, lambda e: _node(e, index)) if infinite else None
    ends = [None if x in (sp.oo, -sp.oo) else _node(x, index) for x in (low, high)]

    def integral(v, analytic):
        cut, missing = tail(v, ctx.prec) if tail else (arb(0), arb(0))
        a = ends[0](v, analytic) if ends[0] else -cut
        b = ends[1](v, analytic) if ends[1] else cut
        if tail and not (a <= cut and b >= -cut and a >= -cut and b <= cut):
            return arb("nan")
        value = acb.integral(
            lambda z, holomorphic: acb(f([*v[:position], z], analytic or holomorphic)),
            acb(a),
            acb(b),
            abs_tol=arb(2) ** (-ctx.prec),
            rel_tol=arb(2) ** (-ctx.prec),
            eval_limit=_EVALUATIONS,
        )
        value = value + missing * (int(low == -sp.oo) + int(high == sp.oo))
        return value.real if value.imag.contains(0) else value

    return integral


@lru_cache(maxsize=1024)
def _is_integer(gap) -> bool:
    return sp.simplify(gap).is_integer is True


def _hyper(expr, index) -> Node:
    """pFq; for 2F1 the differences of parameters that are integers for certain are passed on, as
    the continuation near z = 1 needs to know them and a ball cannot tell."""
    parts = [_node(x, index) for x in (*expr.ap, *expr.bq, expr.argument)]
    upper, is_2f1 = len(expr.ap), (len(expr.ap), len(expr.bq)) == (2, 1)
    known = {}
    if is_2f1:
        (a, b), (c,) = expr.ap, expr.bq
        gaps = {"ab": a - b, "ac": a - c, "bc": b - c, "abc": a + b - c}
        known = {name: _is_integer(gap) for name, gap in gaps.items()}

    def value(v, analytic):
        *parameters, z = (part(v, analytic) for part in parts)
        if analytic and isinstance(z, acb) and upper > len(expr.bq) and not below_one(z):
            return acb("nan")
        if is_2f1:
            found = acb(z).hypgeom_2f1(*map(acb, parameters), **known)
        else:
            found = acb(z).hypgeom(list(map(acb, parameters[:upper])), list(map(acb, parameters[upper:])))
        return found.real if isinstance(z, arb) and found.imag.contains(0) else found

    return value


_CONSTANTS = {
    sp.pi: lambda: arb.pi(),
    sp.E: lambda: arb(1).exp(),
    sp.EulerGamma: lambda: arb.const_euler(),
    sp.Catalan: lambda: arb.const_catalan(),
    sp.I: lambda: acb(0, 1),
    sp.GoldenRatio: lambda: (1 + arb(5).sqrt()) / 2,
}
