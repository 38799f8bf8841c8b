"""SymPy expressions as rigorous balls (Arb, through python-flint).

`compile_ball` turns an expression into a function from exact rationals to a ball that is proved
to contain the value. What cannot be enclosed gives a ball that is not finite, never a guess.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

import sympy as sp
from flint import acb, arb, ctx, fmpq, fmpz
from sympy.core.function import AppliedUndef

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


def compile_ball(expr, symbols: Sequence[sp.Symbol]) -> Callable[[Sequence, int], "arb | acb"]:
    """A function ``f(values, bits)`` from exact numbers to a ball around ``expr``.

    ``values`` (int, Fraction, SymPy Rational, float, fmpq or a ball) come in the order of ``symbols``.
    """
    node = _node(sp.sympify(expr), {x: k for k, x in enumerate(symbols)})

    def enclose(values: Sequence, bits: int):
        with ctx.workprec(bits):
            return node([exact(v) for v in values], False)

    return enclose


def exact(value):
    """An exact number as a ball of radius 0 (up to the working precision)."""
    if isinstance(value, arb | acb):
        return value
    if isinstance(value, float):
        return arb(value)
    if isinstance(value, sp.Rational):
        return arb(fmpq(int(value.p), int(value.q)))
    if isinstance(value, Fraction):
        return arb(fmpq(value.numerator, value.denominator))
    return arb(value)


def _node(expr, index) -> Node:
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
    function = _FUNCTIONS.get(type(expr).__name__)
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
        return lambda v, analytic: _sqrt(analytic, base(v, analytic))
    if exponent == sp.Rational(-1, 2):
        return lambda v, analytic: 1 / _sqrt(analytic, base(v, analytic))
    power = _node(exponent, index)

    def value(v, analytic):
        x, y = base(v, analytic), power(v, analytic)
        if isinstance(x, acb):
            return x.pow(y, analytic=analytic) if analytic else x ** y
        if isinstance(y, arb) and y.is_exact() and y.is_integer():
            return x ** fmpz(int(y.unique_fmpz()))
        return x ** y

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
            d = gap(v, False)
            return wanted if d == 0 else (not wanted if not d.contains(0) else None)

        return equal
    if isinstance(condition, sp.Gt | sp.Ge | sp.Lt | sp.Le):
        gap = _node(condition.gts - condition.lts, index)
        strict = isinstance(condition, sp.Gt | sp.Lt)

        def above(v):
            d = gap(v, False)
            if d > 0 or (d == 0 and not strict):
                return True
            return False if d < 0 or d == 0 else None

        return above
    raise NotEnclosable(f"no rigorous decision of {condition}")


def _sum(expr, index) -> Node:
    (variable, low, high), *others = expr.limits
    if others or high == sp.oo:
        raise NotEnclosable(f"infinite or multiple sum: {sp.sstr(expr, order='none')[:80]}")
    inner = dict(index)
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


def _integral(expr, index) -> Node:
    (variable, low, high), *others = expr.limits
    integrand = sp.Integral(expr.function, *others) if others else expr.function
    if integrand == 0:
        return lambda v, analytic: arb(0)
    inner = dict(index)
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
            lambda z, holomorphic: acb(f([*v[:position], z], holomorphic)),
            acb(a), acb(b), abs_tol=arb(2) ** (-ctx.prec), rel_tol=arb(2) ** (-ctx.prec),
        )
        value = value + missing * (int(low == -sp.oo) + int(high == sp.oo))
        return value.real if value.imag.contains(0) else value

    return integral


def _sqrt(analytic, x):
    return x.sqrt(analytic=analytic) if isinstance(x, acb) and analytic else x.sqrt()


def _log(analytic, x):
    return x.log(analytic=analytic) if isinstance(x, acb) and analytic else x.log()


def _abs(analytic, x):
    return x.real_abs(analytic=analytic) if isinstance(x, acb) and analytic else abs(x)


def _hyper(expr, index) -> Node:
    """pFq; for 2F1 the differences of parameters that are integers for certain are passed on, as
    the continuation near z = 1 needs to know them and a ball cannot tell."""
    parts = [_node(x, index) for x in (*expr.ap, *expr.bq, expr.argument)]
    upper, is_2f1 = len(expr.ap), (len(expr.ap), len(expr.bq)) == (2, 1)
    known = {}
    if is_2f1:
        (a, b), (c,) = expr.ap, expr.bq
        gaps = {"ab": a - b, "ac": a - c, "bc": b - c, "abc": a + b - c}
        known = {name: sp.simplify(gap).is_integer is True for name, gap in gaps.items()}

    def value(v, analytic):
        *parameters, z = (part(v, analytic) for part in parts)
        if is_2f1:
            found = acb(z).hypgeom_2f1(*map(acb, parameters), **known)
        else:
            found = acb(z).hypgeom(list(map(acb, parameters[:upper])), list(map(acb, parameters[upper:])))
        return found.real if isinstance(z, arb) and found.imag.contains(0) else found

    return value


def _wright_omega(x):
    """The root of w + log(w) = x. Where exp(x) is out of reach, by Newton and a change of sign."""
    if isinstance(x, acb) or not x > 1000:
        return x.exp().lambertw()
    w = (x - x.log()).mid()
    for _ in range(ctx.prec.bit_length() + 2):
        w = (w * (1 + (x.mid() - w - w.log()) / (1 + w))).mid()
    for bits in range(ctx.prec - 8, 8, -8):
        low, high = (w * (1 + sign * arb(2) ** -bits) for sign in (-1, 1))
        if low + low.log() < x and high + high.log() > x:
            return low.union(high)
    return arb("nan")


def _method(name):
    return lambda analytic, x: getattr(x, name)()


def _binomial(analytic, n, k):
    return (n + 1).gamma() / ((k + 1).gamma() * (n - k + 1).gamma())


_CONSTANTS = {
    sp.pi: lambda: arb.pi(),
    sp.E: lambda: arb(1).exp(),
    sp.EulerGamma: lambda: arb.const_euler(),
    sp.Catalan: lambda: arb.const_catalan(),
    sp.I: lambda: acb(0, 1),
    sp.GoldenRatio: lambda: (1 + arb(5).sqrt()) / 2,
}

# SymPy function -> method of a ball; the branches are principal in both libraries
_FUNCTIONS = {
    **{n: _method(n) for n in "exp sin cos tan cot sinh cosh tanh coth sech csch sec csc".split()},
    **{n: _method(n) for n in "asin acos atan asinh acosh atanh gamma erf erfc expm1 log1p zeta".split()},
    "log": _log,
    "sqrt": _sqrt,
    "Abs": _abs,
    "erfi": _method("erfi"),
    "loggamma": _method("lgamma"),
    "digamma": _method("digamma"),
    "factorial": lambda analytic, x: (x + 1).gamma(),
    "polygamma": lambda analytic, n, x: x.digamma() if n == 0 else acb(x).polygamma(n).real,
    "LambertW": lambda analytic, x, k=None: x.lambertw() if k is None else acb(x).lambertw(int(k.unique_fmpz())).real,
    "wright_omega": lambda analytic, x: _wright_omega(x),
    "atan2": lambda analytic, y, x: arb.atan2(y, x),
    "binomial": _binomial,
    "RisingFactorial": lambda analytic, x, n: (x + n).gamma() / x.gamma(),
    "besselj": lambda analytic, n, x: x.bessel_j(n),
    "bessely": lambda analytic, n, x: x.bessel_y(n),
    "besseli": lambda analytic, n, x: x.bessel_i(n),
    "besselk": lambda analytic, n, x: x.bessel_k(n),
    "lerchphi": lambda analytic, z, s, a: acb(z).lerch_phi(s, a).real,
    "polylog": lambda analytic, s, z: acb(z).polylog(s).real,
    "expint": lambda analytic, n, x: x.expint(n),
    "lowergamma": lambda analytic, s, x: arb.gamma_lower(x, s),
    "uppergamma": lambda analytic, s, x: arb.gamma_upper(x, s),
    "Max": lambda analytic, *x: _extreme(analytic, x, max=True),
    "Min": lambda analytic, *x: _extreme(analytic, x, max=False),
    "Heaviside": lambda analytic, x, h=None: arb(1) if x > 0 else arb(0) if x < 0 else arb("nan"),
    "sign": lambda analytic, x: arb(1) if x > 0 else arb(-1) if x < 0 else arb("nan"),
    "re": lambda analytic, x: x.real,
    "im": lambda analytic, x: acb(x).imag,
    "conjugate": lambda analytic, x: acb(x).conjugate(),
}


def _extreme(analytic, values, *, max):
    best = values[0]
    for x in values[1:]:
        half_gap = (best - x).real_abs(analytic=analytic) if isinstance(best - x, acb) else abs(best - x)
        best = (best + x + half_gap) / 2 if max else (best + x - half_gap) / 2
    return best
