"""A closed form on NumPy arrays and Python numbers.

Everything is computed in float64 and rounded once to the result's dtype, in chunks that stay in
cache; where an elementary formula meets large arrays, by one compiled loop.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np
import sympy as sp

from ..backends.fused import LARGE, Program, fused, is_elementary
from ..backends.numpy import in_chunks
from .branch import Formula, compiled, select
from .domain import as_numbers, bounds, check_arguments, check_relation, check_shapes


def evaluate(form, values: list):
    """The value: a Python number for Python numbers, otherwise an array of the arguments' dtype."""
    results = _plain(form, values)
    if results is not None:
        return results[0] if form.outputs == 1 else results
    numbers = [as_numbers(v, x, form) for v, x in zip(values, form.arguments, strict=True)]
    check_shapes(numbers, form)
    check_scalars(form, numbers, [k for k, v in enumerate(numbers) if np.ndim(v) == 0])
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


def check_scalars(form, values: list, scalars: Sequence[int]) -> None:
    """Those of the arguments inside their domains. Raises `DomainError`."""
    check_arguments([values[k] for k in scalars], [form.arguments[k] for k in scalars], form)


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


_FLOAT = np.dtype(float)


def _plain(form, values: list) -> tuple | None:
    """By one loop over large float64 arrays of one shape, as they lie in memory, beside Python's numbers;
    None where arguments are anything else, or the loop has something to say of them."""
    shape, arrays, scalars = None, [], []
    for k, v in enumerate(values):
        if type(v) is float or type(v) is np.float64 or (type(v) is int and abs(v) < 2**53):
            scalars.append(k)
        elif type(v) is not np.ndarray or v.size < LARGE or v.dtype != _FLOAT or not v.flags.c_contiguous:
            return None
        elif arrays and v.shape != shape:
            return None
        else:
            shape = v.shape
            arrays.append(k)
    if not shape:
        return None
    if scalars:
        check_scalars(form, values, scalars)
    run = _loop(form, values, tuple(arrays), _FLOAT)
    if run is None:
        return None
    mine = [values[k] for k in arrays]
    results = tuple(np.empty(shape) for _ in range(form.outputs))
    if len(shape) == 1:
        return results if run(mine, results) else None
    return results if run([v.ravel() for v in mine], [r.ravel() for r in results]) else None


def _by_one_loop(form, values: list, dtype) -> tuple | None:
    """By one loop over chunks that are broadcast and float64, where arrays are large."""
    arrays = tuple(k for k, v in enumerate(values) if np.ndim(v))
    if not arrays or math.prod(np.broadcast_shapes(*(np.shape(v) for v in values))) < LARGE:
        return None
    run = _loop(form, values, arrays, dtype)
    if run is None:
        return None

    def chunk(here):
        parts = [here[k] for k in arrays]
        results = tuple(np.empty(parts[0].shape) for _ in range(form.outputs))
        if not run(parts, results):
            raise _LeaveIt
        return results

    try:
        return in_chunks(chunk, values, form.outputs, dtype, contiguous=True)
    except _LeaveIt:
        return None


def _loop(form, values: list, arrays: tuple[int, ...], dtype) -> Callable | None:
    """``run(arrays, outputs) -> bool`` with the scalars' values; None if functions do not cover that."""
    if len(arrays) < len(values) and form.relations and not _scalars_related(form, values, arrays):
        return None
    found = _compiled_loop(form, arrays, _chosen(form, values, arrays), dtype)
    if found is None:
        return None
    run, scalars, steps, limit = found
    numbers, count = [float(values[k]) for k in scalars], 0 if steps is None else int(values[steps])
    return lambda mine, results: run(numbers, mine, results, limit, count)


@lru_cache(maxsize=1024)
def _compiled_loop(form, arrays: tuple[int, ...], chosen: tuple[int, ...], dtype) -> tuple | None:
    """The loop, which arguments are its scalars and its number of steps, and the largest result; None if its
    functions do not cover them."""
    program, repeated = _program(form, arrays, chosen), _repeated(form)
    if program is None:
        return None
    scalars = tuple(form.arguments.index(x) for x in program.scalars)
    steps = form.arguments.index(repeated.steps) if repeated else None
    run = fused(replace(program, limited=dtype != _FLOAT))
    return run, scalars, steps, float(np.finfo(dtype).max)


def _repeated(form):
    """The step that is repeated, where there is one."""
    first = form.branches[0][0]
    return first if getattr(first, "step", None) else None


def _scalars_related(form, values, arrays) -> bool:
    """Whether the relations between scalar arguments hold."""
    mine = {form.arguments[k] for k in arrays}
    fixed = [r for r in form.relations if not r.free_symbols & mine]
    return all(np.all(compiled((r,), form.arguments, "numpy")(*values)[0]) for r in fixed)


def _chosen(form, values, arrays: Sequence[int]) -> tuple[int, ...]:
    """The branches that the scalar arguments leave, up to one that serves all points."""
    if len(form.branches) == 1:
        return (0,)
    mine, found = {form.arguments[k] for k in arrays}, []
    for k, (_, region) in enumerate(form.branches):
        if region is not True and not region.free_symbols & mine:
            if not compiled((region,), form.arguments, "numpy")(*values)[0]:
                continue
            return (*found, k)
        found.append(k)
    return tuple(found)


def _program(form, arrays: tuple[int, ...], chosen: tuple[int, ...]) -> Program | None:
    """What the loop over these arguments and branches does; None if its functions do not cover them."""
    mine = tuple(form.arguments[k] for k in arrays)
    scalars, more = tuple(x for x in form.arguments if x not in mine), {}
    bounded = tuple((*bounds(x), isinstance(x.domain, sp.Range)) for x in mine)
    repeated = _repeated(form)
    if repeated:
        more = {"state": repeated.state, "start": repeated.start, "step": repeated.step}
        scalars = tuple(x for x in scalars if x != repeated.steps)
        branches = ((repeated.value, None),)
        if repeated.steps in mine:
            return None
        if any(e.has(repeated.steps) for e in (*repeated.value, *repeated.start, *repeated.step)):
            return None
    else:
        pairs = [form.branches[k] for k in chosen]
        if any(type(branch) is not Formula for branch, _ in pairs):  # computed in its own way
            return None
        by_arrays = [region is not True and bool(region.free_symbols & set(mine)) for _, region in pairs]
        branches = tuple(
            (branch.expressions, region if looked_at else None)
            for (branch, region), looked_at in zip(pairs, by_arrays, strict=True)
        )
    relations = tuple(r for r in form.relations if r.free_symbols & set(mine))
    used = [*relations, *(e for group in more.values() for e in group)]
    used += [e for expressions, region in branches for e in (*expressions, region) if e is not None]
    return Program(branches, scalars, mine, bounded, relations, **more) if is_elementary(used) else None
