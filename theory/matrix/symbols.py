"""Matrices that carry a meaning and a kind, and the nodes SymPy's matrix expressions lack.

`Rate(X)` is the time derivative of a matrix (or of a trace), `Initial(X)` its value at t = 0 and
`Vec(X)` its rows stacked into one column.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import sympy as sp
from flint import fmpq, fmpq_mat
from sympy import MatrixExpr, MatrixSymbol

Draw = Callable[[int, int, Callable, Callable], fmpq_mat]
"""How a kind of matrix is drawn: ``draw(rows, cols, number, value_of)`` with ``number()`` a random
rational and ``value_of(symbol)`` the value of a matrix drawn earlier."""


def general(rows, cols, number, value_of) -> fmpq_mat:
    """Any matrix."""
    return fmpq_mat(rows, cols, [number() for _ in range(rows * cols)])


def symmetric(rows, cols, number, value_of) -> fmpq_mat:
    """A symmetric matrix."""
    upper = {(i, j): number() for i in range(rows) for j in range(i, rows)}
    return fmpq_mat(rows, cols, [upper[min(i, j), max(i, j)] for i in range(rows) for j in range(cols)])


def diagonal(rows, cols, number, value_of) -> fmpq_mat:
    """A diagonal matrix, rectangular if need be."""
    return fmpq_mat(rows, cols, [number() if i == j else 0 for i in range(rows) for j in range(cols)])


def centred(rows, cols, number, value_of) -> fmpq_mat:
    """Columns that sum to zero."""
    free = [[number() for _ in range(cols)] for _ in range(rows - 1)]
    return fmpq_mat([*free, [-sum((row[j] for row in free), fmpq(0)) for j in range(cols)]])


def orthonormal(rows, cols, number, value_of) -> fmpq_mat:
    """Orthonormal columns: some columns of a Cayley transform (1 - A)/(1 + A), with random signs.

    Rational orthogonal matrices of this form are dense among all of them, so an identity between
    rational functions that holds on them holds everywhere.
    """
    if rows < cols:
        raise ValueError(f"a {rows} x {cols} matrix cannot have orthonormal columns")
    upper = {(i, j): number() for i in range(rows) for j in range(i + 1, rows)}
    lower = [-upper[j, i] if j < i else upper[i, j] if i < j else 0 for i in range(rows) for j in range(rows)]
    one, antisymmetric = _identity(rows), fmpq_mat(rows, rows, lower)
    rotation = (one - antisymmetric) * (one + antisymmetric).inv()
    signs = [1 if number() > 0 else -1 for _ in range(cols)]
    return fmpq_mat(rows, cols, [rotation[i, j] * signs[j] for i in range(rows) for j in range(cols)])


def function_of(symbol: MatrixSymbol) -> Draw:
    """A function of another (square) matrix, such as its exponential: a random polynomial in it.

    Of degree one less than the size, so that its eigenvalues take any rational values whatever
    those of the other matrix: what holds for these holds for every function of that matrix.
    """

    def draw(rows, cols, number, value_of) -> fmpq_mat:
        argument, result = value_of(symbol), _identity(rows) * number()
        for _ in range(rows - 1):
            result = result * argument + _identity(rows) * number()
        return result

    return draw


def _identity(size: int) -> fmpq_mat:
    return fmpq_mat(size, size, [int(i == j) for i in range(size) for j in range(size)])


class MatrixParameter(MatrixSymbol):
    """A matrix symbol with a meaning, a shape (integers or symbols) and a kind.

    ``kind`` says which matrices it stands for (`general`, `symmetric`, `diagonal`, `centred`,
    `orthonormal` or ``function_of(F)``), ``moves=True`` that it depends on time: its `Rate` is then
    taken from a premise, and is an error when no premise gives it.
    """

    unit = ""

    def __new__(cls, name, rows, cols, meaning="", *, kind: Draw = general, moves=False, latex=None):
        self = MatrixSymbol.__new__(cls, name, sp.sympify(rows), sp.sympify(cols))
        self.meaning, self.kind, self.moves, self.latex_name = meaning, kind, moves, latex
        return self

    @property
    def func(self):
        options = dict(kind=self.kind, moves=self.moves, latex=self.latex_name)
        return partial(_rebuild, meaning=self.meaning, **options)

    def doit(self, **hints):
        return self

    @property
    def allowed(self) -> str:
        """Shape and kind, in words: ``W1 a real N2 x N1 matrix``."""
        return f"{self.name} a real {self.rows} x {self.cols} matrix"

    def _latex(self, printer):
        return self.latex_name or printer._deal_with_super_sub(self.name)


def _rebuild(name, rows, cols, **options):
    return MatrixParameter(str(name), rows, cols, options.pop("meaning"), **options)


class _OfItsShape(MatrixExpr):
    """What has the shape of the matrix expression that it is taken of, and is not carried out."""

    @property
    def shape(self):
        return self.args[0].shape

    def doit(self, **hints):
        return self


class Rate(_OfItsShape):
    """The time derivative of a matrix expression; of a scalar one it is a `ScalarRate`."""

    def __new__(cls, of):
        if not getattr(of, "is_Matrix", False):
            return ScalarRate(of)
        return super().__new__(cls, of)

    def _entry(self, i, j, **kwargs):
        return sp.Function("Rate")(self.args[0][i, j])

    def _eval_transpose(self):
        return Rate(self.args[0].T)

    def _latex(self, printer):
        return _rate_latex(self.args[0], printer)


class ScalarRate(sp.Expr):
    """The time derivative of a scalar made of matrices (a trace)."""

    is_commutative = True

    def _latex(self, printer):
        return _rate_latex(self.args[0], printer)


def _rate_latex(of, printer) -> str:
    inner = printer._print(of)
    if isinstance(of, sp.MatrixSymbol | sp.Symbol):
        return rf"\dot{{{inner}}}"
    return rf"\frac{{d}}{{dt}}\left({inner}\right)"


class Initial(_OfItsShape):
    """The value of a matrix expression at t = 0."""

    def _entry(self, i, j, **kwargs):
        return sp.Function("Initial")(self.args[0][i, j])

    def _latex(self, printer):
        inner = printer._print(self.args[0])
        if isinstance(self.args[0], sp.MatrixSymbol):
            return rf"{inner}(0)"
        return rf"\left[{inner}\right]_{{t=0}}"


class Vec(MatrixExpr):
    """The rows of a matrix stacked into one column, so that vec(A B C) = (A ⊗ Cᵀ) vec(B)."""

    @property
    def shape(self):
        rows, cols = self.args[0].shape
        return rows * cols, sp.Integer(1)

    def doit(self, **hints):
        return self

    def _entry(self, i, j, **kwargs):
        cols = self.args[0].shape[1]
        return self.args[0][sp.floor(i / cols), sp.Mod(i, cols)]

    def _latex(self, printer):
        return rf"\operatorname{{vec}}\left({printer._print(self.args[0])}\right)"
