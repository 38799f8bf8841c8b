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
    results = _at_once(form, values)
    if results is not None:
        return results[0] if form.outputs == 1 else results
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


_LARGEST = float(np.finfo(float).max)


class _LeaveIt(Exception):
    """A loop met what it does not compute: an error to be described, or a function's far range."""


def _at_once(form, values: list) -> tuple | None:
    """What `_by_one_loop` gives, where all arguments are plain large arrays: with nothing else looked at."""
    first = values[0]
    if type(first) is not np.ndarray or first.size < LARGE:
        return None
    for v in values:
        if type(v) is not np.ndarray or not _is_plain(v, first.shape):
            return None
    run = _running(form, _chosen(form, values, range(len(values))))
    if run is None:
        return None
    results = tuple(np.empty(first.shape) for _ in range(form.outputs))
    if first.ndim == 1:
        return results if run((), values, results, _LARGEST) else None
    fine = run((), [v.ravel() for v in values], [r.ravel() for r in results], _LARGEST)
    return results if fine else None


@lru_cache(maxsize=1024)
def _running(form, chosen: tuple[int, ...]) -> Callable | None:
    """The loop over all arguments, compiled; None if there is none, or it repeats a step."""
    program = _loop_of(form, tuple(range(len(form.arguments))), chosen)
    return None if program is None or program.state else fused(program)


def _by_one_loop(form, values: list, dtype) -> tuple | None:
    """A compiled loop where it can be had: elementary branches and large arrays."""
    arrays = [k for k, v in enumerate(values) if np.ndim(v)]
    shape = np.broadcast_shapes(*(np.shape(v) for v in values))
    if not arrays or math.prod(shape) < LARGE:
        return None
    program, steps = _program(form, values, arrays)
    if program is None:
        return None
    run, limit = fused(replace(program, limited=dtype != np.float64)), float(np.finfo(dtype).max)
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
    repeated = form.branches[0][0] if getattr(form.branches[0][0], "step", None) else None
    chosen = (0,) if repeated is not None else _chosen(form, values, arrays)
    if len(arrays) < len(values) and form.relations and not _scalars_related(form, values, arrays):
        return None, 0
    program = _loop_of(form, tuple(arrays), chosen)
    if program is None or repeated is None:
        return program, 0
    return program, int(values[form.arguments.index(repeated.steps)])


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


@lru_cache(maxsize=1024)
def _loop_of(form, arrays: tuple[int, ...], chosen: tuple[int, ...]) -> Program | None:
    """The loop over these arguments and branches; None if its functions do not cover them."""
    mine = tuple(form.arguments[k] for k in arrays)
    scalars, more = tuple(x for x in form.arguments if x not in mine), {}
    bounded = tuple((*bounds(x), isinstance(x.domain, sp.Range)) for x in mine)
    repeated = form.branches[0][0] if getattr(form.branches[0][0], "step", None) else None
    if repeated is not None:
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
