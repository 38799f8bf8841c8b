"""Wrong-on-purpose variants of matrix expressions: what every check must refuse."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp
from sympy.matrices.expressions import Determinant, Trace
from sympy.matrices.matrixbase import MatrixBase

from .rules import equal
from .symbols import Initial, Rate, ScalarRate, Vec


def matrix_mutants(expression) -> Iterator:
    """Every one-token mutant with fitting shapes, as `theory.mutants.Mutant`, without repetition.

    A coefficient or power changed, a sign flipped, a term dropped, a symbol swapped for another of
    its shape, a transpose or an inverse dropped; of an explicit matrix, one entry of each value.
    """
    from ..mutants import Mutant

    seen = {expression}
    matrices = sorted(expression.atoms(sp.MatrixSymbol), key=str)
    scalars = sorted((x for x in _scalars(expression) if not x.is_integer), key=str)
    for mutant, change in _variants(expression, matrices, scalars, top=True):
        if mutant not in seen and fits(mutant):
            seen.add(mutant)
            yield Mutant(mutant, change)


def matrix_equivalent(original, mutant, claim) -> bool:
    """Whether a mutant is the same function of the matrices, given the claim's premises."""
    try:
        return equal(original, mutant, claim.premises, claim.relations)
    except (ValueError, NotImplementedError):
        return False


def fits(expression) -> bool:
    """Whether all shapes in the expression fit together, for every value of the size symbols."""
    if not all(fits(part) for part in getattr(expression, "args", ()) if isinstance(part, sp.Basic)):
        return False
    if isinstance(expression, sp.BlockMatrix):
        blocks = expression.blocks
        rows = [{_shape(blocks[i, j])[0] for j in range(blocks.cols)} for i in range(blocks.rows)]
        cols = [{_shape(blocks[i, j])[1] for i in range(blocks.rows)} for j in range(blocks.cols)]
        return all(len(sizes) == 1 for sizes in rows + cols)
    if isinstance(expression, sp.MatAdd):
        return len({_shape(term) for term in expression.args}) == 1
    if isinstance(expression, sp.MatMul):
        factors = [_shape(f) for f in expression.args if getattr(f, "is_Matrix", False)]
        return all(a[1] == b[0] for a, b in zip(factors, factors[1:], strict=False))
    if isinstance(expression, sp.MatPow | Trace | Determinant):
        rows, cols = _shape(expression.args[0])
        return rows == cols
    return True


def _shape(matrix):
    return tuple(sp.expand(n) for n in matrix.shape)


def _scalars(expression) -> set:
    sizes = {x for m in expression.atoms(sp.MatrixExpr) for n in m.shape for x in sp.sympify(n).free_symbols}
    return {x for x in expression.free_symbols if isinstance(x, sp.Symbol)} - sizes


def _variants(e, matrices, scalars, top=False) -> Iterator:
    if top and not isinstance(e, sp.MatAdd | sp.Add | sp.ZeroMatrix | MatrixBase):
        yield -1 * e, "sign of the whole flipped"
        yield 2 * e, "the whole doubled"
    if isinstance(e, sp.MatrixSymbol | sp.Symbol):
        alike = [x for x in (scalars if isinstance(e, sp.Symbol) else matrices) if x != e]
        if isinstance(e, sp.MatrixSymbol):
            alike = [x for x in alike if _shape(x) == _shape(e)]
        for other in alike[:2]:
            yield other, f"{e} -> {other}"
        return
    if e.is_Rational:
        other = e + 1 if e != -1 else e - 1
        yield other, f"{e} -> {other}"
        return
    if isinstance(e, sp.Identity | sp.ZeroMatrix | sp.OneMatrix):
        return
    if isinstance(e, MatrixBase):
        yield from _entry_variants(e)
        return
    if isinstance(e, sp.MatAdd | sp.Add):
        for k, term in enumerate(e.args):
            rest = [a for i, a in enumerate(e.args) if i != k]
            yield e.func(*rest, -1 * term), f"sign of {term} flipped"
            yield e.func(*rest, 2 * term), f"{term} doubled"
            yield (e.func(*rest) if len(rest) > 1 else rest[0]), f"{term} dropped"
    if isinstance(e, sp.Transpose | sp.Inverse):
        yield e.arg, f"{type(e).__name__.lower()} of {e.arg} dropped"
    elif isinstance(e, sp.MatPow | sp.Pow):
        yield e.func(e.base, e.exp + 1), f"power {e.exp} -> {e.exp + 1} of {e.base}"
    for k, part in enumerate(_parts(e)):
        for mutant, change in _variants(part, matrices, scalars):
            changed = [mutant if i == k else a for i, a in enumerate(_parts(e))]
            rebuilt = _rebuilt(e, changed)
            if rebuilt is not None:
                yield rebuilt, change


def _parts(e) -> list:
    if isinstance(e, sp.BlockMatrix):
        return e.blocks.flat()
    if isinstance(e, sp.Transpose | sp.Inverse | Trace | Determinant | Rate | ScalarRate | Initial | Vec):
        return [e.args[0]]
    if isinstance(e, sp.MatPow | sp.Pow):
        return [e.base]
    return list(e.args)


def _rebuilt(e, parts):
    """The node with other parts; None where their shapes do not fit."""
    if not all(fits(part) for part in parts):
        return None
    try:
        if isinstance(e, sp.BlockMatrix):
            rows, cols = e.blocks.shape
            return sp.BlockMatrix([[parts[i * cols + j] for j in range(cols)] for i in range(rows)])
        if isinstance(e, sp.MatPow | sp.Pow) and not isinstance(e, sp.Inverse):
            return e.func(parts[0], e.exp)
        if isinstance(e, sp.MatMul):
            return sp.MatMul(*parts)
        return e.func(*parts)
    except (ValueError, TypeError):  # ShapeError is a ValueError
        return None


def _entry_variants(matrix) -> Iterator:
    seen = set()
    for k, value in enumerate(matrix.flat()):
        if value not in seen:
            seen.add(value)
            i, j = divmod(k, matrix.cols)
            changed = sp.Matrix(matrix)
            changed[i, j] = value + 1
            yield sp.ImmutableMatrix(changed), f"entry ({i}, {j}): {value} -> {value + 1}"
