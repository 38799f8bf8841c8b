"""Matrix expressions in rigorous balls (Arb, through python-flint)."""

from __future__ import annotations

import sympy as sp
from flint import arb, arb_mat


def evaluate(expression, values: dict) -> arb_mat:
    """A ball matrix around the expression, given one for every symbol (and an int for every size)."""
    go = lambda e: evaluate(e, values)  # noqa: E731
    match expression:
        case sp.MatrixSymbol() | sp.Symbol():
            return values[expression]
        case sp.Rational():
            return arb(int(expression.p)) / int(expression.q)
        case sp.MatAdd():
            return sum((go(term) for term in expression.args[1:]), go(expression.args[0]))
        case sp.MatMul():
            product = go(expression.args[0])
            for factor in expression.args[1:]:
                product = product * go(factor)
            return product
        case sp.Inverse():
            return go(expression.arg).inv()
        case sp.Transpose():
            return go(expression.arg).transpose()
        case sp.Identity() | sp.ZeroMatrix():
            rows, cols = (int(n.xreplace(_sizes(values))) for n in expression.shape)
            one = int(isinstance(expression, sp.Identity))
            return arb_mat([[one * (i == j) for j in range(cols)] for i in range(rows)])
        case sp.BlockMatrix():
            return joined(
                [
                    [go(expression.blocks[i, j]) for j in range(expression.blocks.cols)]
                    for i in range(expression.blocks.rows)
                ]
            )
        case sp.KroneckerProduct():
            left, *others = map(go, expression.args)
            for right in others:
                left = arb_mat([[x * y for x in a for y in b] for a in left.tolist() for b in right.tolist()])
            return left
    raise NotImplementedError(f"{type(expression).__name__} has no rigorous evaluation: {expression}")


def joined(blocks) -> arb_mat:
    """One matrix from a grid of blocks."""
    return arb_mat(
        [[x for block in row for x in block.tolist()[i]] for row in blocks for i in range(row[0].nrows())]
    )


def exponential(matrix: arb_mat, x: arb) -> tuple[arb_mat, arb_mat]:
    """``exp(A x)`` and the integral of ``exp(2 A y)`` over y from 0 to x, for any square A.

    The integral is a block of the exponential of a matrix twice the size, so A may be singular.
    """
    n = matrix.nrows()
    one, zero = (arb_mat([[c * (i == j) for j in range(n)] for i in range(n)]) for c in (1, 0))
    both = (joined([[matrix * 2, one], [zero, zero]]) * x).exp()
    integral = arb_mat([[both[i, n + j] for j in range(n)] for i in range(n)])
    return (matrix * x).exp(), integral


def _sizes(values: dict) -> dict:
    return {k: v for k, v in values.items() if isinstance(v, int)}
