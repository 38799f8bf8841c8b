"""Is every argument inside its domain? One-line errors that say what to change."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

import numpy as np
import sympy as sp

from ..parameter import Parameter, holds


class DomainError(ValueError):
    """An argument outside its domain: names the argument, its value, its meaning and what is allowed."""


def bounds(parameter: Parameter) -> tuple[float, bool, float, bool]:
    """``(low, open, high, open)``; an infinite end is open unless the parameter may be infinite."""
    return _bounds(parameter.domain, parameter.infinite)


@lru_cache(maxsize=256)
def _bounds(domain, infinite: bool) -> tuple[float, bool, float, bool]:
    left = getattr(domain, "left_open", False) or domain.inf == -sp.oo
    right = (getattr(domain, "right_open", False) or domain.sup == sp.oo) and not infinite
    return float(domain.inf), bool(left), float(domain.sup), bool(right)


def as_numbers(value, parameter: Parameter, form):
    """A Python float or a NumPy number or array of real numbers. Raises `DomainError`."""
    if type(value) is float:
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        try:
            return float(value)
        except OverflowError:
            raise refusal(form, parameter, value, "it is too large for a float64") from None
    if isinstance(value, np.ma.MaskedArray):
        raise refusal(form, parameter, value, "fill or compress a masked array first")
    try:
        array = value if isinstance(value, np.ndarray | np.generic) else np.asarray(value)
    except ValueError:  # rows of different lengths
        raise refusal(form, parameter, str(value), "it must be a number or a rectangular array") from None
    if array.dtype.kind == "c":
        raise refusal(form, parameter, value, "it must be real")
    if array.dtype.kind not in "iuf":
        raise refusal(form, parameter, value, "it must be a real number or an array of real numbers")
    if array.dtype.itemsize > 8:
        raise refusal(form, parameter, value, "use float64, or mpmath numbers for more digits")
    return array


def least_and_most(value):
    """The smallest and the largest element, NaN if there is one."""
    return (np.min(value), np.max(value)) if np.ndim(value) else (value, value)


def is_whole(value) -> bool:
    """Whether every element is an integer or infinite."""
    return bool(np.all(value == np.rint(value)))


def check_arguments(
    values: Sequence,
    parameters: Sequence[Parameter],
    form,
    extremes: Callable = least_and_most,
    whole=is_whole,
) -> None:
    """Every element of every argument inside its parameter's domain. Raises `DomainError`.

    ``extremes`` and ``whole`` are how an array library finds the ends of its arrays, and integers.
    """
    for value, parameter in zip(values, parameters, strict=True):
        if 0 in getattr(value, "shape", ()):
            continue
        least, most = extremes(value)
        integers = not isinstance(parameter.domain, sp.Range) or whole(value)
        if not (inside(least, parameter) and inside(most, parameter) and integers):
            raise refusal(form, parameter, _offender(value, parameter))


def inside(value, parameter: Parameter):
    """Whether values are within the parameter's bounds, NaN never; elementwise on any array."""
    low, left_open, high, right_open = bounds(parameter)
    above = value > low if left_open else value >= low
    return above & (value < high if right_open else value <= high)


def _offender(value, parameter):
    flat = np.ravel(value.tolist() if hasattr(value, "detach") else value)
    bad = ~inside(flat, parameter)
    if isinstance(parameter.domain, sp.Range):
        bad |= flat != np.rint(flat)
    return flat[np.argmax(bad)].item()


def refusal(form, parameter: Parameter, value, why: str = "") -> DomainError:
    unit = f", {parameter.unit}" if parameter.unit else ""
    shown = value if np.ndim(value) == 0 else f"an array of {np.asarray(value).dtype}"
    shown = str(shown) if len(str(shown)) < 60 else f"{str(shown)[:50]}..."
    allowed = why or f"needs {parameter.allowed}"
    return DomainError(
        f"{form.name}: {parameter.name} = {shown} is outside its domain: {allowed} "
        f"({parameter.meaning}{unit})"
    )


def check_relation(relation, values: Mapping[Parameter, object], form) -> None:
    """A relation between arguments, at scalar values. Raises `DomainError` naming all of them."""
    known = {
        x: sp.Rational(v) if abs(v) < float("inf") else sp.oo
        for x, v in values.items()
        if x in relation.free_symbols
    }
    if not holds(relation, known):
        given = ", ".join(
            f"{x.name} = {float(v)!r}" for x, v in sorted(known.items(), key=lambda i: i[0].name)
        )
        raise DomainError(f"{form.name}: {given} is outside the domain: needs {sp.sstr(relation)}")


def check_shapes(values: Sequence, form) -> tuple[int, ...]:
    """The common shape. Raises ValueError if the arguments do not broadcast."""
    shapes = [tuple(getattr(v, "shape", ())) for v in values]
    try:
        return np.broadcast_shapes(*shapes)
    except ValueError:
        named = ", ".join(f"{n} {shape}" for n, shape in zip(form.names, shapes, strict=True) if shape)
        raise ValueError(f"{form.name}: the shapes do not broadcast: {named}") from None
