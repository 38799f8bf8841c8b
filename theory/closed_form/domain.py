"""Is every argument inside its domain? One-line errors that say what to change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import sympy as sp

from ..parameter import Parameter, holds


class DomainError(ValueError):
    """An argument outside its domain: names the argument, its value, its meaning and what is allowed."""


def bounds(parameter: Parameter) -> tuple[float, bool, float, bool]:
    """``(low, open, high, open)``; an infinite end is open unless the parameter may be infinite."""
    domain = parameter.domain
    left = getattr(domain, "left_open", False) or domain.inf == -sp.oo
    right = (getattr(domain, "right_open", False) or domain.sup == sp.oo) and not parameter.infinite
    return float(domain.inf), bool(left), float(domain.sup), bool(right)


def as_numbers(value, parameter: Parameter, form: str):
    """A NumPy number or array of real floating-point values. Raises `DomainError`."""
    if isinstance(value, float | int) and not isinstance(value, bool):
        return float(value)
    array = np.asarray(value)
    if array.dtype.kind == "c":
        raise refusal(form, parameter, value, "it must be real")
    if array.dtype.kind not in "iuf":
        raise refusal(form, parameter, value, "it must be a real number or an array of real numbers")
    return array.astype(np.float64) if array.dtype.kind in "iu" else array


def check_arguments(values: Sequence, parameters: Sequence[Parameter], form: str) -> None:
    """Every element of every argument inside its parameter's domain. Raises `DomainError`."""
    for value, parameter in zip(values, parameters, strict=True):
        low, left_open, high, right_open = bounds(parameter)
        if np.size(value) == 0:
            continue
        least, most = np.min(value), np.max(value)
        fine = (least > low if left_open else least >= low) and (most < high if right_open else most <= high)
        whole = not isinstance(parameter.domain, sp.Range) or _whole(value)
        if not (fine and whole):
            raise refusal(form, parameter, _offender(value, parameter))


def _whole(value) -> bool:
    with np.errstate(invalid="ignore"):
        return bool(np.all((value == np.rint(value)) | np.isinf(value)))


def _offender(value, parameter):
    low, left_open, high, right_open = bounds(parameter)
    flat = np.ravel(value)
    bad = ~((flat > low if left_open else flat >= low) & (flat < high if right_open else flat <= high))
    if isinstance(parameter.domain, sp.Range):
        bad |= ~((flat == np.rint(flat)) | np.isinf(flat))
    return flat[np.argmax(bad)].item()


def refusal(form: str, parameter: Parameter, value, why: str = "") -> DomainError:
    unit = f", {parameter.unit}" if parameter.unit else ""
    shown = value if np.ndim(value) == 0 else f"an array of {np.asarray(value).dtype}"
    allowed = why or f"needs {parameter.allowed}"
    return DomainError(f"{form}: {parameter.name} = {shown} is outside its domain: {allowed} ({parameter.meaning}{unit})")


def check_relations(relations, values: Mapping[Parameter, object], form: str) -> None:
    """Relations between arguments, at scalar values. Raises `DomainError` naming all of them."""
    point = {x: sp.Rational(v) if np.isfinite(v) else sp.oo for x, v in values.items()}
    for relation in relations:
        known = {x: v for x, v in point.items() if x in relation.free_symbols}
        if relation.free_symbols <= set(known) and not holds(relation, known):
            given = ", ".join(f"{x.name} = {float(v)!r}" for x, v in sorted(known.items(), key=lambda i: i[0].name))
            raise DomainError(f"{form}: {given} is outside the domain: needs {sp.sstr(relation)}")
