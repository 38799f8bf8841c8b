"""Matrix expressions on arrays: NumPy, JAX, PyTorch, and mpmath through NumPy's object arrays.

`evaluate` computes a claim's right side from arrays of its symbols; leading axes are a batch. An
inverse is never formed where it multiplies something: a linear system is solved instead.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from types import SimpleNamespace

import numpy as np
import sympy as sp
from sympy.matrices.matrixbase import MatrixBase


def evaluate(expression, values: dict, xp):
    """The value of a matrix expression, given an array for every symbol (and an int for every size)."""
    go = lambda e: evaluate(e, values, xp)  # noqa: E731
    match expression:
        case sp.MatrixSymbol() | sp.Symbol():
            return values[expression]
        case sp.MatAdd():
            total = go(expression.args[0])
            for term in expression.args[1:]:
                total = total + go(term)
            return total
        case sp.MatMul():
            factor, matrices = expression.as_coeff_matrices()
            total = go(matrices[-1])
            for matrix in reversed(matrices[:-1]):
                if isinstance(matrix, sp.Inverse):
                    total = xp.linalg.solve(*_same_batch(go(matrix.arg), total, xp))
                else:
                    total = xp.matmul(go(matrix), total)
            return total if factor == 1 else total * go(factor)
        case sp.Transpose():
            return xp.matrix_transpose(go(expression.arg))
        case sp.Inverse():
            return xp.linalg.inv(go(expression.arg))
        case sp.MatPow():
            return evaluate(sp.MatMul(*[expression.base] * int(expression.exp)), values, xp)
        case sp.BlockMatrix():
            blocks = expression.blocks
            grid = [[go(blocks[i, j]) for j in range(blocks.cols)] for i in range(blocks.rows)]
            return xp.concat([xp.concat(row, axis=-1) for row in grid], axis=-2)
        case sp.KroneckerProduct():
            total = go(expression.args[0])
            for factor in expression.args[1:]:
                total = _kronecker(total, go(factor), xp)
            return total
        case sp.Identity() | sp.ZeroMatrix():
            return _constant(expression, values, xp)
        case MatrixBase():
            return xp.asarray(np.array(expression.tolist(), dtype=float))
        case sp.Number():
            return float(expression) if not expression.is_Integer else int(expression)
    raise NotImplementedError(f"{type(expression).__name__} has no array evaluation: {expression}")


def _constant(expression, values: dict, xp):
    from array_api_compat import device

    like = next(v for v in values.values() if hasattr(v, "dtype"))
    sizes = {k: v for k, v in values.items() if isinstance(v, int)}
    rows, cols = (int(n.xreplace(sizes)) for n in expression.shape)
    row, col = xp.arange(rows, device=device(like)), xp.arange(cols, device=device(like))
    ones = 0 * like[..., :1, :1].reshape(-1)[0] + 1
    diagonal = (row[:, None] == col[None, :]) & isinstance(expression, sp.Identity)
    return xp.where(diagonal, ones, 0 * ones)


def scalar_function(arguments: tuple, expression) -> Callable:
    """A claim's scalar right side as ``f(xp, *arrays)`` on any array namespace."""

    @cache
    def compiled(xp):
        functions = {name: getattr(xp, name) for name in ("exp", "expm1", "log", "sqrt")}
        return sp.lambdify(arguments, expression, modules=[functions])

    return lambda xp, *values: compiled(xp)(*values)


def _same_batch(matrix, right, xp):
    batch = np.broadcast_shapes(tuple(matrix.shape[:-2]), tuple(right.shape[:-2]))
    return (
        xp.broadcast_to(matrix, (*batch, *matrix.shape[-2:])),
        xp.broadcast_to(right, (*batch, *right.shape[-2:])),
    )


def _kronecker(left, right, xp):
    (m, n), (p, q) = left.shape[-2:], right.shape[-2:]
    product = left[..., :, None, :, None] * right[..., None, :, None, :]
    return xp.reshape(product, (*product.shape[:-4], m * p, n * q))


@cache
def precise_namespace() -> SimpleNamespace:
    """The few array functions the spectral evaluators need, on object arrays of mpmath numbers."""
    import mpmath

    def each(function):
        return np.frompyfunc(function, 1, 1)

    def batched(function):
        def apply(*arrays):
            batch = np.broadcast_shapes(*(a.shape[:-2] for a in arrays))
            arrays = [np.broadcast_to(a, (*batch, *a.shape[-2:])) for a in arrays]
            results = [to_object(function(*(to_mpmath(a[k]) for a in arrays))) for k in np.ndindex(*batch)]
            return np.array(results, dtype=object).reshape(*batch, *results[0].shape)

        return apply

    def svd(matrix, full_matrices=True):
        u, s, vt = mpmath.svd_r(to_mpmath(matrix), full_matrices=full_matrices)
        return to_object(u), np.array(list(s), dtype=object), to_object(vt)

    def qr(matrix, mode):
        return tuple(to_object(x) for x in mpmath.qr(to_mpmath(matrix), {"complete": "full"}[mode]))

    linalg = SimpleNamespace(
        solve=batched(lambda a, b: mpmath.inverse(a) * b), inv=batched(mpmath.inverse), svd=svd,
        qr=qr, cholesky=batched(mpmath.cholesky),
    )  # fmt: skip
    functions = {name: getattr(np, name) for name in _OBJECT_FUNCTIONS}
    functions |= {name: each(getattr(mpmath, name)) for name in ("exp", "expm1", "log", "sqrt")}
    return _Namespace(linalg=linalg, **functions)


class _Namespace(SimpleNamespace):
    __hash__ = object.__hash__


_OBJECT_FUNCTIONS = (
    *("abs", "arange", "argmax", "asarray", "broadcast_to", "concat", "matmul", "matrix_transpose"),
    *("reshape", "sign", "stack", "sum", "where"),
)


def to_object(matrix) -> np.ndarray:
    """An mpmath matrix as an object array."""
    return np.array(matrix.tolist(), dtype=object).reshape(matrix.rows, matrix.cols)


def to_mpmath(array):
    """An object array as an mpmath matrix."""
    import mpmath

    return mpmath.matrix(array.tolist())
