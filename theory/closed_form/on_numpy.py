"""A closed form on NumPy arrays and Python numbers.

Everything is computed in float64 and rounded once to the result's dtype, in chunks that stay in
cache; where an elementary formula meets large arrays, by one compiled loop.
"""

from __future__ import annotations

import math

import numpy as np
import sympy as sp

from ..backends.fused import LARGE, Program, fused, is_elementary
from ..backends.numpy import in_chunks
from .branch import Formula, compiled, select
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


class _LeaveIt(Exception):
    """A loop met what it does not compute: an error to be described, or a function's far range."""


def _by_one_loop(form, values: list, dtype) -> tuple | None:
    """A compiled loop where it can be had: elementary branches and large arrays."""
    arrays = [k for k, v in enumerate(values) if np.ndim(v)]
    shape = np.broadcast_shapes(*(np.shape(v) for v in values))
    if not arrays or math.prod(shape) < LARGE:
        return None
    program, steps = _program(form, values, arrays)
    if program is None:
        return None
    run, limit = fused(program), float(np.finfo(dtype).max)
    numbers = [float(v) for v, x in zip(values, form.arguments, strict=True) if x in program.scalars]
    mine = [values[k] for k in arrays]
    if dtype == np.float64 and all(_is_plain(v, shape) for v in mine):
        results = tuple(np.empty(shape) for _ in range(form.outputs))
        fine = run(numbers, [v.ravel() for v in mine], [r.ravel() for r in results], limit, steps)
        return results if fine else None

    def chunk(here):
        parts = [here[k] for k in arrays]
        results = tuple(np.empty(parts[0].shape) for _ in range(form.outputs))
        if not run(numbers, parts, results, limit, steps):
            raise _LeaveIt
        return results

    try:
        return in_chunks(chunk, values, form.outputs, dtype, contiguous=True)
    except _LeaveIt:
        return None


def _is_plain(v, shape) -> bool:
    return v.shape == shape and v.dtype == np.float64 and v.dtype.isnative and v.flags.c_contiguous


def _program(form, values, arrays: list[int]) -> tuple[Program | None, int]:
    """What the loop does, and how often its step is repeated; None if its functions do not cover that."""
    mine = tuple(form.arguments[k] for k in arrays)
    scalars, steps, more = tuple(x for x in form.arguments if x not in mine), 0, {}
    bounded = tuple((*bounds(x), isinstance(x.domain, sp.Range)) for x in mine)
    repeated = form.branches[0][0] if getattr(form.branches[0][0], "step", None) else None
    if repeated is not None:
        if repeated.steps in mine:
            return None, 0
        more = {"state": repeated.state, "start": repeated.start, "step": repeated.step}
        scalars = tuple(x for x in scalars if x != repeated.steps)
        steps = int(values[form.arguments.index(repeated.steps)])
        branches = ((repeated.value, None),)
        if any(e.has(repeated.steps) for e in (*repeated.value, *repeated.start, *repeated.step)):
            return None, 0
    else:
        branches = _formulas(form, values, set(mine))
    relations = tuple(r for r in form.relations if r.free_symbols & set(mine))
    if branches is None or len(relations) < len(form.relations) and not _scalars_related(form, values, mine):
        return None, 0
    used = [*relations, *(e for group in more.values() for e in group)]
    used += [
        e for expressions, region in branches for e in (*expressions, *([] if region is None else [region]))
    ]
    if not is_elementary(used):
        return None, 0
    return Program(branches, scalars, mine, bounded, relations, **more), steps


def _scalars_related(form, values, arrays) -> bool:
    """Whether the relations between scalar arguments hold."""
    fixed = [r for r in form.relations if not r.free_symbols & set(arrays)]
    return all(np.all(compiled((r,), form.arguments, "numpy")(*values)[0]) for r in fixed)


def _formulas(form, values, arrays: set) -> tuple | None:
    """Pairs (expressions, region or None) of the branches that the scalar arguments leave."""
    found = []
    for branch, region in form.branches:
        by_arrays = region is not True and bool(region.free_symbols & arrays)
        if region is not True and not by_arrays:
            if not compiled((region,), form.arguments, "numpy")(*values)[0]:
                continue
        if type(branch) is not Formula:  # another kind is computed in its own way
            return None
        found.append((branch.expressions, region if by_arrays else None))
        if not by_arrays:
            return tuple(found)
    return None
