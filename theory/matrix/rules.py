"""Rules for claims between matrices, decided over the rationals.

A claim between matrices (or traces) is a family of rational identities in the entries. It is
checked at random rational matrices that satisfy the premises: the residual must be exactly 0 in
every entry. A false identity whose numerator has degree d in the drawn numbers survives one point
with probability at most d/(2 10^6 + 1) (Schwartz-Zippel), so d < 10^4 survives the points of even a
single size with probability below 1e-11, and those of six sizes below 1e-66. Every size symbol is
once the smallest and once the largest; sizes are at most 4, which tells apart products of up to
seven factors (Amitsur-Levitzki: no polynomial identity of n x n matrices has degree below 2n).
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass

import sympy as sp
from flint import fmpq_mat

from ..derivation import Claim, Evidence, Rule
from ..parameter import holds
from .exact import Point, Statements
from .symbols import Initial, Rate

SIZES = range(1, 5)
SMALL, LARGE = (3, 1), (10**6, 9)
"""(numerators up to, denominators up to): small numbers first, for a readable counterexample."""
_POINTS = (SMALL, LARGE, LARGE, LARGE, LARGE, LARGE)


@dataclass(frozen=True)
class MatrixResidual:
    """``lhs - rhs``, which must vanish at every point that satisfies the premises."""

    lhs: sp.Basic
    rhs: sp.Basic
    kind: str
    premises: tuple[Claim, ...]
    relations: tuple = ()

    def __post_init__(self):
        if _shape(self.lhs) != _shape(self.rhs):
            shapes = f"{_shape(self.lhs)} and {_shape(self.rhs)}"
            raise ValueError(f"{self.lhs} and {self.rhs} have different shapes, {shapes}")

    @property
    def expression(self):
        return self.lhs - self.rhs

    def settle(self, claim: str = "") -> Evidence:
        """`Evidence.EXACT`, or raises `Refuted` naming the entry and the rational matrices."""
        from ..residual import Refuted

        for point in self.points():
            difference = point.evaluate(self.lhs).value - point.evaluate(self.rhs).value
            where, value = _first_nonzero(difference)
            if value:
                raise Refuted(claim, self.expression, _readable(point), value, f"{self.kind}{where}")
        return Evidence.EXACT

    def points(self) -> Iterator[Point]:
        """Random rational points at every choice of sizes; the same ones on every run."""
        statements = Statements(self.premises)
        expressions = [self.lhs, self.rhs] + [side for c in self.premises for side in (c.lhs, c.rhs)]
        for sizes in _sizes(expressions, self.relations):
            rng = random.Random(f"matrix {sorted((str(k), v) for k, v in sizes.items())}")
            for largest, denominators in _POINTS:
                yield self._point(sizes, statements, rng, largest, denominators)

    def _point(self, sizes, statements, rng, largest, denominators) -> Point:
        for _ in range(50):
            point = Point(sizes, statements, rng, largest, denominators)
            try:
                point.evaluate(self.lhs), point.evaluate(self.rhs)
                for premise in statements.others:
                    difference = point.evaluate(premise.lhs).value - point.evaluate(premise.rhs).value
                    if _first_nonzero(difference)[1]:
                        raise ValueError(
                            f"the premise {premise} does not follow from how its matrices are drawn: "
                            "add a premise or a kind that builds matrices which satisfy it"
                        )
                return point
            except ZeroDivisionError:  # a singular matrix: draw again
                continue
        raise ValueError(f"no point found where {self.lhs} and {self.rhs} are defined")


def equal(left, right, premises=(), relations=()) -> bool:
    """Whether two matrix expressions are the same function of the matrices they are made of."""
    from ..residual import Refuted

    if _shape(left) != _shape(right):
        return False
    try:
        MatrixResidual(left, right, "difference", tuple(premises), tuple(relations)).settle()
    except Refuted:
        return False
    return True


def _shape(expression) -> tuple:
    return tuple(sp.expand(n) for n in getattr(expression, "shape", ()))


def _first_nonzero(difference):
    if not isinstance(difference, fmpq_mat):
        return "", difference
    for i, row in enumerate(difference.tolist()):
        for j, value in enumerate(row):
            if value != 0:
                return f", entry ({i}, {j}) of", value
    return "", 0


def _readable(point: Point) -> dict:
    def matrix(value):
        if not isinstance(value, fmpq_mat):
            return sp.Rational(int(value.p), int(value.q))
        return sp.ImmutableMatrix([[sp.Rational(int(x.p), int(x.q)) for x in row] for row in value.tolist()])

    return {symbol: matrix(value) for symbol, value in point.values.items()}


def _sizes(expressions, relations) -> Iterator[dict]:
    """Choices of the size symbols in which each is once the smallest and once the largest."""
    kinds = (sp.MatrixSymbol, sp.Identity, sp.ZeroMatrix, sp.OneMatrix)
    matrices = {m for e in expressions for m in e.atoms(*kinds)}
    symbols = sorted({x for m in matrices for n in m.shape for x in sp.sympify(n).free_symbols}, key=str)
    relations = [r for r in relations if r.free_symbols <= set(symbols)]
    values = itertools.product(map(sp.Integer, SIZES), repeat=len(symbols))
    choices = [dict(zip(symbols, c, strict=True)) for c in values]
    allowed = [c for c in choices if all(holds(r, c) for r in relations)]
    if not allowed:
        raise ValueError(f"no sizes up to {max(SIZES)} satisfy {relations}")
    random.Random("sizes").shuffle(allowed)
    allowed.sort(key=lambda c: -len(set(c.values())))
    chosen: list[dict] = [] if symbols else [{}]
    for symbol in symbols:
        for extreme in (min, max):
            alone = (c for c in allowed if extreme(c, key=c.get) == symbol and _unique(c, symbol))
            chosen.append(next(alone, extreme(allowed, key=lambda c, s=symbol: c[s])))
    return iter([c for k, c in enumerate(chosen) if c not in chosen[:k]])


def _unique(sizes: dict, symbol) -> bool:
    return list(sizes.values()).count(sizes[symbol]) == 1


class _MatrixRule(Rule):
    def __init__(self, *premises: Claim):
        self.premises = premises

    def residuals(self, claim: Claim) -> Iterator[MatrixResidual]:
        yield MatrixResidual(claim.lhs, claim.rhs, "equation", self.premises, claim.relations)


class Substitutes(_MatrixRule):
    """The line follows by inserting the premises: definitions, motions and values at t = 0."""


class Rewrites(_MatrixRule):
    """The same matrix in another form, given how the premises build its parts."""


class Differentiates(_MatrixRule):
    """The time derivative of a product, by the motions that the premises give."""


class Conserved(_MatrixRule):
    """The left side does not change along the motions of the premises, and starts at the right side."""

    def residuals(self, claim: Claim) -> Iterator[MatrixResidual]:
        given, relations = self.premises, claim.relations
        yield MatrixResidual(Rate(claim.lhs), Rate(claim.rhs), "rate of change", given, relations)
        yield MatrixResidual(Initial(claim.lhs), Initial(claim.rhs), "initial value", given, relations)


class Solves(_MatrixRule):
    """The expression satisfies an equation of motion and its conditions at t = 0.

    ``equation`` is the motion to satisfy; the other premises say how the parts of the expression
    are built, move and start. Those for ``Initial`` of the unknown are its conditions.
    """

    def __init__(self, equation: Claim, *premises: Claim):
        super().__init__(equation, *premises)

    def residuals(self, claim: Claim) -> Iterator[MatrixResidual]:
        equation, *given = self.premises
        unknown = claim.lhs
        conditions = [c for c in given if c.lhs == Initial(unknown)]
        given = (*(c for c in given if c not in conditions), claim)
        yield MatrixResidual(equation.lhs, equation.rhs, "equation", given, claim.relations)
        for condition in conditions:
            yield MatrixResidual(
                Initial(claim.rhs), condition.rhs, "condition at t = 0", given, claim.relations
            )
