"""Exact values of matrix expressions at random rational matrices, with time derivatives.

A `Point` gives every symbol a rational value: a premise ``X = expression`` says how X is built
from others, ``c * Rate(X) = expression`` how it moves, ``Initial(X) = expression`` where it starts,
and everything else is drawn at random by its kind. Derivatives are dual numbers
``value + epsilon * tangent`` over the rationals.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass

import sympy as sp
from flint import fmpq, fmpq_mat
from sympy.matrices.expressions import Determinant, Trace
from sympy.matrices.matrixbase import MatrixBase

from ..parameter import Parameter
from .symbols import Initial, Rate, ScalarRate, Vec, _identity


@dataclass(frozen=True)
class Dual:
    """``value + epsilon * tangent`` with epsilon² = 0; both rational, scalar or matrix."""

    value: fmpq | fmpq_mat
    tangent: fmpq | fmpq_mat

    def __add__(self, other):
        return Dual(self.value + other.value, self.tangent + other.tangent)

    def __mul__(self, other):
        rate = self.tangent * other.value + self.value * other.tangent
        return Dual(self.value * other.value, rate)

    def inverse(self):
        inverse = self.value.inv() if isinstance(self.value, fmpq_mat) else 1 / self.value
        return Dual(inverse, -1 * (inverse * self.tangent * inverse))

    def map(self, linear):
        """A linear function of the matrix, applied to value and tangent alike."""
        return Dual(linear(self.value), linear(self.tangent))


class Statements:
    """What premises say about symbols: definitions, motions, starts, and the rest."""

    def __init__(self, claims: Iterable):
        self.definitions, self.motions, self.starts, self.others = {}, {}, {}, []
        for claim in claims:
            factor, node = _split(claim.lhs)
            if isinstance(node, sp.MatrixSymbol | sp.Symbol) and factor == 1:
                self.definitions[node] = claim.rhs
            elif isinstance(node, Rate) and isinstance(node.args[0], sp.MatrixSymbol):
                self.motions[node.args[0]] = claim.rhs / factor
            elif isinstance(node, Initial) and isinstance(node.args[0], sp.MatrixSymbol) and factor == 1:
                self.starts[node.args[0]] = claim.rhs
            else:
                self.others.append(claim)


def _split(lhs):
    """``c * X`` as (c, X)."""
    if isinstance(lhs, sp.MatMul):
        factor, matrices = lhs.as_coeff_matrices()
        if len(matrices) == 1:
            return factor, matrices[0]
    return sp.Integer(1), lhs


class Point:
    """Rational values of scalars and matrices at one choice of sizes.

    ``largest`` bounds the numerators drawn; a value has probability at most 1/(2*largest + 1), which
    is what the Schwartz-Zippel bound rests on.
    """

    def __init__(
        self, sizes: dict, statements: Statements, rng: random.Random, largest: int, denominators: int
    ):
        self.sizes, self.statements, self.rng = sizes, statements, rng
        self.largest, self.denominators = largest, denominators
        self.values: dict = {}

    def number(self) -> fmpq:
        return fmpq(self.rng.randint(-self.largest, self.largest), self.rng.randint(1, self.denominators))

    def size(self, expression) -> int:
        return int(sp.sympify(expression).xreplace(self.sizes))

    def value(self, symbol):
        """The value of a symbol, drawn the first time it is asked for."""
        if symbol not in self.values:
            self.values[symbol] = self._draw(symbol)
        return self.values[symbol]

    def _draw(self, symbol):
        if symbol in self.statements.definitions:
            return self.evaluate(self.statements.definitions[symbol]).value
        if isinstance(symbol, sp.MatrixExpr):
            draw = (symbol.args[0] if isinstance(symbol, Initial) else symbol).kind
            rows, cols = (self.size(n) for n in symbol.shape)
            return draw(rows, cols, self.number, self.value)
        value = self.number()
        while value == 0:
            value = self.number()
        positive = isinstance(symbol, Parameter) and symbol.is_positive
        return abs(value) if positive else value

    def evaluate(self, expression, *, moving: bool = False, start: bool = False) -> Dual:
        """The exact value; with its time derivative if ``moving``, at t = 0 if ``start``."""
        expression = sp.sympify(expression)
        go = lambda e: self.evaluate(e, moving=moving, start=start)  # noqa: E731
        match expression:
            case Rate() | ScalarRate():
                if moving:
                    raise ValueError(f"the second time derivative in Rate({expression}) is not supported")
                return _constant(self.evaluate(expression.args[0], moving=True, start=start).tangent)
            case Initial():
                return _constant(self.evaluate(expression.args[0], start=True).value)
            case sp.MatrixSymbol() | sp.Symbol():
                return self._symbol(expression, moving, start)
            case sp.Rational():
                return _constant(fmpq(int(expression.p), int(expression.q)))
            case sp.MatAdd() | sp.Add():
                return _fold(Dual.__add__, map(go, expression.args))
            case sp.MatMul() | sp.Mul():
                return _fold(Dual.__mul__, map(go, expression.args))
            case sp.MatPow() | sp.Pow():
                return self._power(expression, go)
            case sp.Transpose():
                return go(expression.arg).map(fmpq_mat.transpose)
            case Trace():
                return go(expression.arg).map(_trace)
            case Determinant():
                return _determinant(go(expression.arg))
            case Vec():
                return go(expression.args[0]).map(lambda m: fmpq_mat(m.nrows() * m.ncols(), 1, m.entries()))
            case sp.BlockMatrix():
                return self._blocks(expression.blocks, go)
            case sp.KroneckerProduct():
                return _fold(_kronecker, map(go, expression.args))
            case sp.Identity():
                return _constant(_identity(self.size(expression.shape[0])))
            case sp.ZeroMatrix() | sp.OneMatrix():
                rows, cols = (self.size(n) for n in expression.shape)
                return _constant(
                    fmpq_mat(rows, cols, [int(isinstance(expression, sp.OneMatrix))] * (rows * cols))
                )
            case MatrixBase():
                entries = [go(x) for x in expression.flat()]
                rows, cols = expression.shape
                return Dual(
                    fmpq_mat(rows, cols, [x.value for x in entries]),
                    fmpq_mat(rows, cols, [x.tangent for x in entries]),
                )
        raise NotImplementedError(f"{type(expression).__name__} has no exact value: {expression}")

    def _symbol(self, symbol, moving: bool, start: bool) -> Dual:
        said, moves = self.statements, getattr(symbol, "moves", False)
        if symbol in self.sizes:
            return _constant(fmpq(int(self.sizes[symbol])))
        if start and symbol in said.starts:
            return self.evaluate(said.starts[symbol])
        if symbol in said.definitions and (start or (moving and symbol not in said.motions)):
            return self.evaluate(said.definitions[symbol], moving=moving, start=start)
        if start and moves:
            return _constant(self.value(Initial(symbol)))  # it may start anywhere
        value = self.value(symbol)
        if not moving or not moves:
            return _constant(value)
        if symbol not in said.motions:
            raise ValueError(f"no premise says how {symbol} moves: add one for Rate({symbol})")
        return Dual(value, self.evaluate(said.motions[symbol]).value)

    def _power(self, expression, go) -> Dual:
        base, exponent = go(expression.base), expression.exp
        if not exponent.is_Integer:
            raise NotImplementedError(f"the power {exponent} has no exact value: {expression}")
        if exponent < 0:
            base, exponent = base.inverse(), -exponent
        if exponent == 0:
            return _constant(_identity(base.value.nrows()) if isinstance(base.value, fmpq_mat) else fmpq(1))
        return _fold(Dual.__mul__, [base] * int(exponent))

    def _blocks(self, blocks, go) -> Dual:
        rows, cols = blocks.shape
        grid = [[go(blocks[i, j]) for j in range(cols)] for i in range(rows)]
        return Dual(
            _joined([[b.value for b in row] for row in grid]),
            _joined([[b.tangent for b in row] for row in grid]),
        )


def _constant(value) -> Dual:
    return Dual(value, value * 0)


def _fold(combine, terms) -> Dual:
    terms = iter(terms)
    total = next(terms)
    for term in terms:
        total = combine(total, term)
    return total


def _trace(matrix: fmpq_mat) -> fmpq:
    return sum((matrix[i, i] for i in range(matrix.nrows())), fmpq(0))


def _determinant(matrix: Dual) -> Dual:
    """With its derivative: linear in every row, so the sum over rows of which one moves."""
    rows, moved = matrix.value.tolist(), matrix.tangent.tolist()
    rates = (fmpq_mat([*rows[:k], moved[k], *rows[k + 1 :]]).det() for k in range(len(rows)))
    return Dual(matrix.value.det(), sum(rates, fmpq(0)))


def _joined(grid) -> fmpq_mat:
    rows = [[x for block in line for x in block.tolist()[i]] for line in grid for i in range(line[0].nrows())]
    return fmpq_mat(rows)


def _kronecker(left: Dual, right: Dual) -> Dual:
    def product(a: fmpq_mat, b: fmpq_mat) -> fmpq_mat:
        return fmpq_mat([[x * y for x in ra for y in rb] for ra in a.tolist() for rb in b.tolist()])

    value = product(left.value, right.value)
    return Dual(value, product(left.tangent, right.value) + product(left.value, right.tangent))
