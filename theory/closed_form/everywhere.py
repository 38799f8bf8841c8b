"""What JAX and PyTorch share: every branch on all points, as neither may look at values.

Each branch computes a harmless point of its region where another branch is used, so that neither
values nor gradients meet what it cannot do. Branches that scalar arguments rule out are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import sympy as sp

from ..backends.functions import MissingFunction
from .branch import compiled
from .domain import inside


def possible_branches(form, scalars: dict) -> tuple[int, ...]:
    """Indices of the branches that some point may need, given the arguments that are plain numbers."""
    found = []
    values = [np.float64(scalars.get(x, np.nan)) for x in form.arguments]
    for k, (_, region) in enumerate(form.branches):
        known = region is True or region.free_symbols <= set(scalars)
        with np.errstate(all="ignore"):
            chosen = region is True or (
                known and bool(compiled((region,), form.arguments, "numpy")(*values)[0])
            )
        if chosen or not known:
            found.append(k)
        if chosen:
            break
    return tuple(found)


def everywhere(
    form, live: Sequence[int], arrays: list, library: str, where: Callable, stop: Callable
) -> tuple:
    """The outputs at all points, by the branches ``live``; those of a constant may lack a shape.

    ``stop`` takes an array out of differentiation.
    """
    if len(live) == 1:
        function, _ = form.compiled_branches(library)[live[0]]
        return function(*arrays)
    results, left = None, True
    for k in live:
        function, region = form.compiled_branches(library)[k]
        mask = left if region is None else left & region(*arrays)[0]
        left = left if region is None else left & ~region(*arrays)[0]
        moved = [where(mask, v, float(h)) for v, h in zip(arrays, harmless_point(form, k), strict=True)]
        found = function(*moved)
        if _is_a_line(form.branches[k][1]) and (plain := form.plain(library)):
            slopes = plain(*moved)
            found = tuple(stop(f) + _slope_alone(p, where, stop) for f, p in zip(found, slopes, strict=True))
        results = (
            found
            if results is None
            else tuple(where(mask, n, o) for n, o in zip(found, results, strict=True))
        )
    return results


def _is_a_line(region) -> bool:
    """Whether a region ties real arguments together: derivatives across it are not its branch's own."""
    return isinstance(region, sp.Equality) and all(x.is_integer is None for x in region.free_symbols)


def _slope_alone(values, where: Callable, stop: Callable):
    """Zero, with the derivative of ``values``."""
    difference = values - stop(values)
    return where(difference == 0, difference, 0.0)  # infinity less itself is not 0


def valid(form, arrays: list, library: str, round_off: Callable):
    """Elementwise: are all arguments inside the form's domain? For values that cannot be inspected."""
    fine = True
    for v, x in zip(arrays, form.arguments, strict=True):
        fine = fine & inside(v, x)
        if isinstance(x.domain, sp.Range):
            fine = fine & (v == round_off(v))
    for relation in form.relations:
        fine = fine & compiled((relation,), form.arguments, library)(*arrays)[0]
    return fine


def harmless_point(form, index: int) -> tuple[float, ...]:
    """A moderate point of the domain where the branch is the one used."""
    if index not in form.harmless:
        form.harmless[index] = _find(form, index)
    return form.harmless[index]


def _find(form, index: int) -> tuple[float, ...]:
    from ..parameter import Domain

    regions = [region for _, region in form.branches]
    domain = Domain((*form.domain.symbols, *form.arguments), form.relations)
    for point in (point for count in (200, 5000) for point in domain.points(count)):  # 200 mostly do
        point = _on_equality(regions[index], point, form.arguments)
        values = [np.float64(point[x]) for x in form.arguments]
        with np.errstate(all="ignore"):
            if not all(bool(compiled((r,), form.arguments, "numpy")(*values)[0]) for r in form.relations):
                continue
            if _first_that_holds(regions, values, form.arguments) == index:
                return tuple(float(v) for v in values)
    raise MissingFunction(f"no point found where {regions[index]}: the branch cannot be traced")


def _on_equality(region, point: dict, arguments) -> dict:
    """The point moved onto an equality of the region, which no random point meets."""
    if not isinstance(region, sp.Equality):
        return point
    symbol = next(x for x in arguments if x in region.free_symbols)
    other = next((side for side in region.args if symbol not in side.free_symbols), None)
    if symbol in region.args and other is not None:
        return {**point, symbol: other.subs(point)}
    return {**point, symbol: sp.solve(region, symbol)[0].subs(point)}


def _first_that_holds(regions, values, arguments) -> int:
    return next(
        k for k, r in enumerate(regions) if r is True or bool(compiled((r,), arguments, "numpy")(*values)[0])
    )
