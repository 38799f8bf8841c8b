"""Symbols that carry a meaning, a unit and a domain; and the domains of whole claims."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import lru_cache

import sympy as sp
from sympy.core.relational import Relational

REAL = sp.Interval(-sp.oo, sp.oo)
POSITIVE = sp.Interval.open(0, sp.oo)
NONNEGATIVE = sp.Interval(0, sp.oo)
COUNTING = sp.Range(1, sp.oo)
"""1, 2, 3, ... (a number of layers, of units, of samples)."""


class Parameter(sp.Symbol):
    """A symbol with a meaning, a unit or convention, and the set of its allowed values.

    ``domain`` is a SymPy ``Interval`` or ``Range``; SymPy's assumptions (positive, integer, ...)
    are read off it. ``extremes`` is the range over which accuracy certificates sample, for a
    parameter whose users go far out (``u0`` down to 1e-300, say). ``latex`` is how it is printed.
    ``infinite=True`` also allows the value infinity, for a form that states its limit there.
    """

    __slots__ = ("meaning", "unit", "domain", "extremes", "latex_name", "infinite")

    def __new__(cls, name, meaning, domain=REAL, *, unit="", latex=None, extremes=None, infinite=False):
        self = sp.Symbol.__xnew__(cls, name, **_assumptions(domain))
        self.meaning, self.unit, self.domain = meaning, unit, domain
        self.latex_name, self.infinite = latex, infinite
        self.extremes = extremes or _default_extremes(domain)
        return self

    def _hashable_content(self):
        """Symbols of one name with different values are different: SymPy's caches would exchange them."""
        return *super()._hashable_content(), self.domain

    def __getnewargs_ex__(self):
        options = dict(unit=self.unit, latex=self.latex_name, extremes=self.extremes, infinite=self.infinite)
        return (self.name, self.meaning, self.domain), options

    def __getstate__(self):
        return None

    def _latex(self, printer):
        return self.latex_name or printer._deal_with_super_sub(self.name)

    @property
    def allowed(self) -> str:
        """The allowed values, in words a caller can act on: ``u0 > 0``."""
        domain = self.domain
        if isinstance(domain, sp.Range):
            top = "" if domain.sup == sp.oo else f" up to {domain.sup}"
            limit = ", or infinity" if self.infinite else ""
            return f"{self.name} an integer from {domain.inf}{top}{limit}"
        low = "" if domain.inf == -sp.oo else f"{domain.inf} {'<' if domain.left_open else '<='} "
        high = "" if domain.sup == sp.oo else f" {'<' if domain.right_open else '<='} {domain.sup}"
        if low and not high:
            return f"{self.name} {'>' if domain.left_open else '>='} {domain.inf}"
        return f"{low}{self.name}{high}" if low or high else f"{self.name} a finite real number"


def _assumptions(domain) -> dict:
    if isinstance(domain, sp.Range):
        facts = {"integer": True}
    else:
        facts = {"real": True}
    if domain.inf > 0 or (domain.inf == 0 and getattr(domain, "left_open", False)):
        facts["positive"] = True
    elif domain.inf == 0:
        facts["nonnegative"] = True
    return facts


def _default_extremes(domain) -> tuple[float, float]:
    low = 1e-6 if domain.inf >= 0 else -1e3
    low = float(domain.inf) if 0 < domain.inf < sp.oo else low
    high = float(domain.sup) if domain.sup < sp.oo else 1e3
    return low, high


class NoPoints(ValueError):
    """No point of a domain was found: its relations exclude each other, or nearly so."""


class Domain:
    """The set a claim speaks about: its parameters' domains and relations between them."""

    def __init__(self, symbols: Iterable[sp.Symbol], relations: Iterable[Relational] = ()):
        self.symbols = tuple(sorted(set(symbols), key=lambda x: x.name))
        self.relations = tuple(dict.fromkeys(r for r in relations if r not in (True, sp.true)))

    def __repr__(self) -> str:
        known = [x.allowed for x in self.symbols if isinstance(x, Parameter)]
        return ", ".join(known + [sp.sstr(r) for r in self.relations]) or "everywhere"

    def contains(self, point: Mapping[sp.Symbol, sp.Rational]) -> bool:
        """Whether a rational point satisfies every parameter's domain and every relation."""
        for symbol in self.symbols:
            if symbol in point and isinstance(symbol, Parameter):
                if symbol.domain.contains(point[symbol]) != sp.true:
                    return False
        return all(holds(r, point) for r in self.relations)

    def points(
        self, count: int, *, seed: int = 0, wide: bool = False, patience: int = 2000
    ) -> tuple[dict[sp.Symbol, sp.Rational], ...]:
        """``count`` random rational points of the domain, the same for the same seed.

        Moderate values by default (within 1/16 .. 16 of the scale 1); ``wide=True`` spreads
        log-uniformly over every parameter's ``extremes``. Raises `NoPoints` if too few
        are found in ``patience`` draws each.
        """
        # equal symbols may differ in these
        extremes = tuple(getattr(x, "extremes", None) for x in self.symbols)
        return _points(self.symbols, self.relations, count, seed, wide, extremes, patience)

    def points_on(self, equality: sp.Equality, count: int) -> tuple[dict[sp.Symbol, sp.Rational], ...]:
        """Points where an equality holds that is linear in one of the symbols: random ones never meet it."""
        gap, found = equality.lhs - equality.rhs, []
        for symbol in sorted(gap.free_symbols & set(self.symbols), key=str):
            slope = sp.diff(gap, symbol)
            if slope == 0 or slope.has(symbol):
                continue
            solved = symbol - gap / slope
            for random_point in Domain(self.symbols, ()).points(8 * count):
                # in 64ths, which balls hold exactly: they can tell that the equality is met
                point = {x: sp.ceiling(64 * v) / 64 for x, v in random_point.items()}
                value = solved.subs(point)
                if value.is_Rational and self.contains(on := {**point, symbol: value}):
                    found.append(on)
        return tuple(found[:count])


@lru_cache(maxsize=1024)
def _points(
    symbols: tuple, relations: tuple, count: int, seed: int, wide: bool, extremes: tuple, patience: int
) -> tuple[dict, ...]:
    if any(r in (False, sp.false) for r in relations):
        raise NoPoints(f"no points: one of {relations} is false")
    rng, found, allowed = random.Random(f"domain {seed}"), [], _condition(symbols, relations)
    drawers = {x: _drawer(x, wide) for x in symbols}
    turn = failures = 0
    for _ in range(patience * (count + 1)):
        # an integer keeps its turn until a point with it is found, or 40 draws have failed (4 on later laps)
        point = {x: draw(rng, turn) for x, draw in drawers.items()}
        # drawn inside every parameter's own domain: the relations are left to check
        if allowed(point):
            found.append({x: _rational(value) for x, value in point.items()})
            if len(found) == count:
                return tuple(found)
        elif failures < (40 if turn < 12 else 4):
            failures += 1
            continue
        turn, failures = turn + 1, 0
    raise NoPoints(f"no points found where {relations}: are these relations compatible?")


def _condition(symbols: tuple, relations: tuple):
    """Whether a point satisfies the relations: by balls, by SymPy where these cannot tell."""
    from .backends.rigorous import NotEnclosable, compile_condition

    try:
        decide = compile_condition(sp.And(*relations, evaluate=False), symbols) if relations else None
    except NotEnclosable:
        decide = None

    def allowed(point) -> bool:
        verdict = decide([point[x] for x in symbols], 200) if decide else None if relations else True
        if verdict is not None:
            return verdict
        exact = {x: _rational(value) for x, value in point.items()}
        return all(holds(r, exact) for r in relations)

    return allowed


def holds(relation, point) -> bool:
    """Whether a relation (or a Boolean of relations) is true at a point."""
    if not isinstance(relation, Relational | sp.logic.boolalg.BooleanFunction):
        return bool(relation)
    verdict = relation.xreplace(dict(point))
    if verdict not in (sp.true, sp.false):
        verdict = verdict.simplify()
    return verdict == sp.true


def _drawer(symbol, wide: bool):
    """A function ``(rng, turn)`` that draws a value of the symbol.

    Integers take turns through the dozen smallest, in an order of each symbol's own that changes
    from lap to lap, so that none is missed and no two symbols are locked to each other.
    """
    domain = symbol.domain if isinstance(symbol, Parameter) else REAL
    if isinstance(domain, sp.Range):
        return _integer_drawer(symbol, wide)
    below, above = domain.inf == -sp.oo, domain.sup == sp.oo
    if not below and not above:
        start, width = _fraction(domain.inf), _fraction(domain.sup) - _fraction(domain.inf)
        return lambda rng, turn: start + width * Fraction(rng.randint(1, 9998), 9999)
    start = _fraction(domain.inf) if domain.inf > 0 else 0
    low, high = symbol.extremes if isinstance(symbol, Parameter) else (1 / 16, 16)
    decades = (math.log10(low), math.log10(high)) if low > 0 else (-6, math.log10(max(abs(low), abs(high))))

    def draw(rng, turn):
        if wide:
            value = Fraction(10 ** rng.uniform(*decades))
        else:
            value = Fraction(2 ** rng.uniform(-4, 4)).limit_denominator(999)
        return -value if below and rng.random() < 0.5 else value + start

    return draw


def _integer_drawer(symbol, wide: bool):
    first, count = int(symbol.domain.inf), int(min(12, symbol.domain.size))

    @lru_cache(maxsize=64)
    def lap(k):
        order = list(range(first, first + count))
        random.Random(f"{symbol.name} {k}").shuffle(order)
        return order

    def draw(rng, turn):
        if wide and rng.random() < 0.7:
            low, high = symbol.extremes
            return round(math.exp(rng.uniform(math.log(low), math.log(high))))
        return lap(turn // count)[turn % count]

    return draw


def _fraction(end) -> Fraction:
    """An end of an interval; of an irrational one a nearby rational, far inside of what is drawn."""
    return Fraction(int(end.p), int(end.q)) if end.is_Rational else Fraction(float(end))


def _rational(value) -> sp.Rational:
    return sp.Rational(value.numerator, value.denominator)
