"""``theory evaluate``: numbers of a closed form."""

from __future__ import annotations

from typing import Annotated, Literal

from cyclopts import Parameter

from .options import Device, Json, Package

Backend = Annotated[Literal["numpy", "jax", "torch", "mpmath", "rigorous"], Parameter()]


def evaluate(
    name: str,
    form: str,
    /,
    *values: str,
    backend: Backend = "numpy",
    device: Device = None,
    package: Package = "derivations",
    as_json: Json = False,
) -> None:
    """Evaluate a closed form: theory evaluate deep_linear mode_strength t=0:10:5 s=1 u0=0.1 tau=1

    Parameters
    ----------
    name
        The theory.
    form
        The closed form.
    values
        ARGUMENT=VALUE, where a value is a number, a list 1,2,3, a range START:STOP:COUNT (both ends
        included) or a JSON array. Of several lists or ranges every combination is evaluated.
    backend
        What computes the numbers; rigorous prints balls that contain the exact value.
    """
    from ..catalogue import find, select
    from ..cli import UsageError
    from ..simulation import BackendUnavailable
    from .terminal import print_json, print_table

    theory = find(name, package)
    (chosen,) = select(theory.closed_forms, form, "closed form", theory).values()
    try:
        arguments = dict(argument(value) for value in values)
        columns = _columns(chosen, arguments, form, backend, device)
    except (TypeError, ValueError, ImportError, NotImplementedError, BackendUnavailable) as error:
        raise UsageError(str(error)) from error
    if as_json:
        print_json(columns)
        return
    flat = {key: value if isinstance(value, list) else [value] for key, value in columns.items()}
    rows = max(map(len, flat.values()))
    print_table(
        list(flat), zip(*[_shown(c * rows if len(c) == 1 else c) for c in flat.values()], strict=True)
    )


def argument(text: str):
    """NAME=VALUE as a name and a number, a 1-d array (list, range) or a tuple-wrapped JSON array."""
    import json

    import numpy as np

    name, equals, value = text.partition("=")
    if not equals:
        raise ValueError(f"{text!r}: write ARGUMENT=VALUE, such as t=0:10:5")
    try:
        if value.startswith("["):
            return name, (np.asarray(json.loads(value), dtype=float),)
        if ":" in value:
            start, stop, count = value.split(":")
            return name, np.linspace(float(start), float(stop), int(count))
        if "," in value:
            return name, np.array([float(v) for v in value.split(",")])
        return name, int(value) if value.lstrip("+-").isdigit() else float(value)
    except ValueError:
        raise ValueError(f"{text!r}: a value is 1.5, 1,2,3 or START:STOP:COUNT") from None


def _columns(form, arguments: dict, name: str, backend: str, device: str | None) -> dict:
    """Arguments and results by name, as lists over the grid of all combinations."""
    import numpy as np

    wanted = [str(x) for x in form.arguments]
    arguments = {**getattr(form, "defaults", {}), **arguments}
    missing = [x for x in wanted if x not in arguments]
    surplus = [x for x in arguments if x not in wanted]
    if missing or surplus:
        wrong = f"missing {', '.join(missing)}" if missing else f"it has no {', '.join(surplus)}"
        raise ValueError(f"{name}({', '.join(wanted)}): {wrong}")
    if any(isinstance(value, tuple) for value in arguments.values()):
        whole = {k: v[0] if isinstance(v, tuple) else v for k, v in arguments.items()}
        parts = _computed(form, {k: whole[k] for k in wanted}, backend, device)
        return {name: parts if len(parts) > 1 else parts[0]}
    axes = [np.asarray(arguments[str(x)], dtype=None if x.is_integer else float) for x in form.arguments]
    grid = np.meshgrid(*axes, indexing="ij")
    points = {x: axis.ravel() for x, axis in zip(wanted, grid, strict=True)}
    parts = _evaluated(form, points, backend, device)
    labels = [name] if len(parts) == 1 else [f"{name}[{i}]" for i in range(len(parts))]
    return {k: list(v.tolist()) for k, v in points.items()} | dict(zip(labels, parts, strict=True))


def _evaluated(form, points: dict, backend: str, device: str | None) -> list[list]:
    """Each output of the form, as a list over the points."""
    import numpy as np

    count = len(next(iter(points.values())))
    if backend in ("mpmath", "rigorous") and (device or "cpu") == "cpu":
        each = [_one(form, {k: v[i].item() for k, v in points.items()}, backend) for i in range(count)]
        return [[str(part) for part in column] for column in zip(*each, strict=True)]
    parts = _computed(form, points, backend, device)
    return [np.broadcast_to(part.astype(float), count).tolist() for part in parts]


def _computed(form, values: dict, backend: str, device: str | None) -> list:
    """Each output of the form as a NumPy array, from one call on an array library."""
    from ..simulation import namespace

    if backend in ("mpmath", "rigorous"):
        what = "on arrays" if (device or "cpu") == "cpu" else f"on a device: device = {device!r}"
        raise ValueError(f"backend {backend!r} does not compute {what}; numpy, jax and torch do")
    with namespace(backend, device) as arrays:
        if backend == "numpy":
            found = form(**values)
        else:
            found = form.compile(backend)(**{k: arrays.asarray(v) for k, v in values.items()})
        return [arrays.to_numpy(part) for part in (found if isinstance(found, tuple) else (found,))]


def _one(form, point: dict, backend: str) -> tuple:
    found = form.enclose(**point) if backend == "rigorous" else form.compile("mpmath")(**point)
    return found if isinstance(found, tuple) else (found,)


def _shown(column: list) -> list[str]:
    return [f"{value:.10g}" if isinstance(value, float) else str(value) for value in column]
