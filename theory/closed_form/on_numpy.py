"""A closed form on NumPy arrays and Python numbers.

Everything is computed in float64 and rounded once to the result's dtype, in chunks that stay in
cache; one compiled loop is used instead where an elementary formula meets large arrays.
"""

from __future__ import annotations

import numpy as np
import sympy as sp

from ..backends.fused import LARGE, fused, is_elementary
from ..backends.numpy import in_chunks
from .branch import compiled, select
from .domain import as_numbers, bounds, check_arguments, check_relation, check_shapes


def evaluate(form, values: list):
    """The value: a Python number for Python numbers, otherwise an array of the arguments' dtype."""
    numbers = [as_numbers(v, x, form) for v, x in zip(values, form.arguments, strict=True)]
    check_shapes(numbers, form)
    scalars = [(v, x) for v, x in zip(numbers, form.arguments, strict=True) if np.ndim(v) == 0]
    check_arguments([v for v, _ in scalars], [x for _, x in scalars], form)
    dtype = _dtype(numbers)
    numbers = [np.float64(v) if np.ndim(v) == 0 else v for v in numbers]
    with np.errstate(all="ignore"):
        results = _by_one_loop(form, numbers, dtype)
        if results is None:
            results = in_chunks(lambda chunk: _checked(form, chunk, dtype), numbers, form.outputs, dtype)
    if not any(isinstance(v, np.ndarray | list | tuple) or hasattr(v, "__array__") for v in values):
        results = tuple(r.item() for r in results)
    elif not any(isinstance(v, np.ndarray | list | tuple) for v in values):
        results = tuple(r[()] for r in results)
    return results[0] if form.outputs == 1 else tuple(results)


def _dtype(numbers) -> np.dtype:
    """NumPy's promotion: Python numbers take the arrays' type, integers become float64."""
    dtypes = [v.dtype for v in numbers if isinstance(v, np.ndarray | np.generic)]
    found = np.result_type(*dtypes) if dtypes else np.dtype(float)
    return found if found.kind == "f" else np.dtype(float)


def _checked(form, values: list, dtype) -> tuple:
    """The value on a chunk whose arguments are looked at first and whose result is looked at last."""
    arrays = [(v, x) for v, x in zip(values, form.arguments, strict=True) if np.ndim(v)]
    check_arguments([v for v, _ in arrays], [x for _, x in arrays], form)
    for relation in form.relations:
        check_relation_everywhere(form, relation, values)
    results = select(form.compiled_branches("numpy"), values, form.outputs)
    for result in results:
        fine = np.abs(result) <= np.finfo(dtype).max
        if not np.all(fine):
            at = int(np.argmin(np.ravel(fine)))
            point = ", ".join(f"{n} = {_element(v, at)!r}" for n, v in zip(form.names, values, strict=True))
            raise FloatingPointError(f"{form.name}: the value at {point} is not representable as a {dtype}")
    return results


def check_relation_everywhere(form, relation, values) -> None:
    fine = np.asarray(compiled((relation,), form.arguments, "numpy")(*values)[0])
    if not fine.all():
        at = int(np.argmin(np.ravel(fine)))
        point = {x: _element(v, at) for x, v in zip(form.arguments, values, strict=True)}
        check_relation(relation, point, form)


def _element(value, index: int) -> float:
    return float(np.ravel(value)[index if np.ndim(value) else 0])


def _by_one_loop(form, values: list, dtype) -> tuple | None:
    """A compiled loop where it can be had: one elementary branch, large contiguous float64 arrays."""
    arrays = [k for k, v in enumerate(values) if np.ndim(v)]
    if not arrays or form.relations or values[arrays[0]].size < LARGE:
        return None
    first = values[arrays[0]]
    for v in (values[k] for k in arrays):
        if not (
            v.shape == first.shape and v.dtype == np.float64 and v.dtype.isnative and v.flags.c_contiguous
        ):
            return None
    mine = tuple(form.arguments[k] for k in arrays)
    expressions = _one_formula(form, values, set(mine))
    if expressions is None or any(isinstance(x.domain, sp.Range) for x in mine):
        return None
    scalars = tuple(x for x in form.arguments if x not in mine)
    loop = fused(expressions, scalars, mine, tuple(bounds(x) for x in mine))
    results = tuple(np.empty(first.shape) for _ in range(form.outputs))
    inputs = [v for v in values if np.ndim(v) == 0] + [values[k].ravel() for k in arrays]
    if not loop(*inputs, *[r.ravel() for r in results]):
        check_arguments([values[k] for k in arrays], mine, form)
        return None  # a value that is not representable: the chunks say where
    return results


def _one_formula(form, values, arrays: set) -> tuple | None:
    """The elementary expressions that hold at every point, if the scalar arguments decide that."""
    for branch, region in form.branches:
        if region is True:
            chosen = branch
        elif region.free_symbols & arrays:
            return None
        elif compiled((region,), form.arguments, "numpy")(*values)[0]:
            chosen = branch
        else:
            continue
        return chosen.expressions if chosen.expressions and is_elementary(chosen.expressions) else None
    return None
