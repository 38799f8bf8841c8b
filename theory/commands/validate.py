"""``theory validate``: somebody's code on trial."""

from __future__ import annotations

import inspect
import sys
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from .named_objects import Named, imported, near, valued
from .options import Json, Package


def validate(
    trial: str,
    /,
    *subjects: str,
    claimed_order: float | None = None,
    reference: str | None = None,
    kind: str | None = None,
    activation: str | None = None,
    derivative: str | None = None,
    data: str | None = None,
    library: str | None = None,
    stochastic: Annotated[bool, Parameter(negative="")] = False,
    html: Annotated[
        Path | None, Parameter(help="Also write the verdict with its plot to this HTML file.")
    ] = None,
    package: Package = "derivations",
    as_json: Json = False,
    **others: str,
) -> bool:
    """Put code on trial: theory validate sampler mymodule:sampler --claimed-order 2; exit code 1 if it fails.

    theory validate kernel mymodule:f --reference mymodule:network --kind ntk

    Parameters
    ----------
    trial
        Which trial: sampler, score_model, density, schedule, training, kernel or dual.
    subjects
        MODULE:NAME, what is tested, importable from here. For schedule two, of alpha and sigma, or a module,
        a class or an object that has both.
    claimed_order
        The order of convergence that it should have (sampler, training).
    reference
        MODULE:NAME of the Network that a kernel should be that of.
    kind
        nngp or ntk (kernel); vp, sub-vp, straight or ve (schedule).
    activation
        Which activation a dual is of: its name, or MODULE:NAME.
    derivative
        MODULE:NAME of the derivative dual that belongs to a dual.
    data
        MODULE:NAME of the data's mean and covariance, or mixture (score_model, density).
    library
        What its arrays are: numpy, torch or jax.
    stochastic
        Whether it draws noise of its own: then mean and variance are judged.
    others
        Any other option of the trial's function, such as --sigma-max 10 or --loss mse; without a function,
        theory validate kernel lists them. A value is a number, a word, a,b,c, or MODULE:NAME.
    """
    from ..cli import UsageError
    from ..validate.registry import find
    from .terminal import print_json

    judge = find(trial, package)
    takes = inspect.signature(judge.function).parameters
    given = dict(
        claimed_order=claimed_order, reference=reference, kind=kind, activation=activation,
        derivative=derivative, data=data, library=library, stochastic=stochastic or None,
    )  # fmt: skip
    options = {key: value for key, value in given.items() if value is not None}
    options |= {key.replace("-", "_"): value for key, value in others.items()}
    tested, label = _tested(trial, subjects, takes, judge)
    _refuse(trial, options, takes)
    values = {key: _value(key, value, str(takes[key].annotation)) for key, value in options.items()}
    keywords = {key: one.value for key, one in values.items()}
    if "name" in takes:
        keywords.setdefault("name", label)
    try:
        found = judge(*(one.value for one in tested), **keywords)
    except ValueError as error:
        raise UsageError(str(error)) from error
    if all(one.module for one in tested):
        found = replace(found, reproduce=_reproduce(trial, package, tested, values))
    if html is not None:
        html.write_text(f"<!doctype html><meta charset=utf-8><title>{escape(label)}</title>{found.to_html()}")
    if as_json:
        print_json(found.as_dict())
    else:
        from rich.console import Console

        Console().print(found)
    return found.holds


def _positional(takes) -> list[str]:
    return [key for key, one in takes.items() if one.kind is not one.KEYWORD_ONLY]


def _spelled(key: str) -> str:
    return f"--{key.replace('_', '-')}"


def _choices(takes) -> str:
    """The options of a trial's function, as they are written; those that it needs first."""
    wanted = [key for key in takes if key not in _positional(takes)]
    needed = [key for key in wanted if takes[key].default is inspect.Parameter.empty]
    return ", ".join(
        [*(f"{_spelled(key)} (needed)" for key in needed), *(_spelled(k) for k in wanted if k not in needed)]
    )


def _refuse(trial: str, options: dict, takes) -> None:
    """Options that the trial does not take, and those that it needs."""
    from ..cli import UsageError

    known = [key for key in takes if key not in _positional(takes)]
    for key in options:
        if key not in known:
            raise UsageError(
                f"{trial} takes no {_spelled(key)}{near(key, known, _spelled)}; it takes {_choices(takes)}"
            )
    for key in known:
        if takes[key].default is inspect.Parameter.empty and key not in options:
            raise UsageError(f"{trial} needs {_spelled(key)}; it takes {_choices(takes)}")


def _tested(trial: str, subjects, takes, judge) -> tuple[list[Named], str]:
    """What is tested, for each positional parameter of the trial, and what to call it."""
    from ..cli import UsageError

    wanted = _positional(takes)
    if len(subjects) not in (1, len(wanted)):
        many = "MODULE:NAME" if len(wanted) == 1 else f"{len(wanted)} MODULE:NAME, {' and '.join(wanted)},"
        raise UsageError(
            f"{trial} needs {many} of what is tested, and got {len(subjects)}; it takes {_choices(takes)}"
        )
    label = " ".join(subjects)
    home = sys.modules[judge.module]
    made = home.named(subjects[0]) if "named" in getattr(home, "__all__", ()) else None
    if made is not None:
        return [Named(made, label)], label
    if len(subjects) < len(wanted):
        return _parts(imported(subjects[0]), wanted), label
    for one in subjects:
        if ":" not in one:
            raise UsageError(f"{one!r}: write MODULE:NAME, such as mymodule:my_{wanted[0]}")
    return [imported(one) for one in subjects], label


def _parts(whole: Named, wanted: list[str]) -> list[Named]:
    """The attributes of a module or an object that a trial of several functions wants; a class is made."""
    from ..cli import UsageError

    value, expression = whole.value, whole.expression
    if isinstance(value, type):
        try:
            value, expression = value(), f"{expression}()"
        except Exception as error:
            raise UsageError(f"{expression}() raised {type(error).__name__}: {error}") from None
    missing = [key for key in wanted if not hasattr(value, key)]
    if missing:
        raise UsageError(
            f"{expression} has no {' and no '.join(missing)}: give {len(wanted)} functions MODULE:NAME, or a "
            f"module, a class or an object with {' and '.join(wanted)}"
        )
    return [Named(getattr(value, key), f"{expression}.{key}", whole.module) for key in wanted]


def _value(key: str, value, annotation: str) -> Named:
    """What an option says, of the type that the trial's function has for it."""
    from ..cli import UsageError

    if not isinstance(value, str):
        return Named(value, repr(value))
    if annotation.startswith("str") and value.lower() != "none":
        return Named(value, repr(value))
    found = valued(value, several=annotation.startswith(("Sequence", "tuple")))
    kinds = {"float": (int, float), "int": (int,), "bool": (bool,)}.get(annotation.partition(" ")[0])
    if kinds and not isinstance(found.value, kinds) and found.value is not None:
        raise UsageError(f"{_spelled(key)} {value}: needs {'True or False' if bool in kinds else 'a number'}")
    return found


def _reproduce(trial: str, package: str, tested: list[Named], values: dict[str, Named]) -> str:
    """Three lines of Python that repeat the trial."""
    from .. import validate as known

    modules = dict.fromkeys(one.module for one in (*tested, *values.values()) if one.module)
    keywords = [f"{key}={one.expression}" for key, one in values.items()]
    call = ", ".join([*(one.expression for one in tested), *keywords])
    judge = f"validate.{trial}" if trial in known.__all__ else f"validate.trials({package!r})[{trial!r}]"
    return f"import {', '.join(modules)}\nfrom theory import validate\nprint({judge}({call}))"
