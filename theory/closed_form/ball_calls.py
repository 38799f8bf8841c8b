"""Balls of a closed form by one call: its arguments checked, converted and put in by straight code.

The code vouches only for what it has seen to be right: Python's numbers and balls inside the domain, and
balls as tight as asked for at the first precision. Everything else goes the long way, which says what is
wrong with an argument, or takes more bits.
"""

from __future__ import annotations

import keyword
from collections.abc import Callable

import sympy as sp
from flint import arb, ctx

from ..backends.ball_source import Code, made
from ..backends.rigorous import NotEnclosable, compile_condition
from .domain import bounds

_ABSENT = object()
_KINDS = frozenset((float, int, arb))
_EXACT = arb(1).rel_accuracy_bits()
"""Of a ball of radius 0, an infinite one too."""
_RELATION_BITS = 128


def ball_call(form, formula: Code | Callable, bits: int, digits: int, slowly: Callable) -> Callable:
    """A function of the form's arguments, by position or name, to a ball (a tuple of them) of so many digits.

    ``formula`` is code of the values by the form's arguments, or else ``formula(bits)`` gives, while that
    precision is set, a function of balls to a tuple of balls. What straight code does not vouch for is left
    to ``slowly(values)``, with the values in order.
    """

    def long_way(given, more=(), unknown=()):
        named = {name: v for name, v in zip(form.names, given, strict=True) if v is not _ABSENT}
        return slowly(form._bind((*given, *more), unknown) if more else form._bind((), {**named, **unknown}))

    names = form.names
    plain = all(n.isidentifier() and not keyword.iskeyword(n) and n[0] != "_" for n in names)
    checks = _checks(form)
    if not plain or checks is None:
        return lambda *args, **kwargs: slowly(form._bind(args, kwargs))
    known = checks[1] | {
        "_long_way": long_way, "_ctx": ctx, "_arb": arb, "_bits": bits, "_exact": _EXACT,
        "_wanted": 3.33 * digits, "_absent": _ABSENT, **{f"_given_{n}": v for n, v in form.defaults.items()},
    }  # fmt: skip
    balls = {n: f"_arb({n})" for n in names}
    for n in checks[2]:
        known[f"_ball_{n}"] = arb(form.defaults[n])
        balls[n] = f"_ball_{n} if {n} is _given_{n} else _arb({n})"
    if isinstance(formula, Code):
        constants, results = formula.constants, formula.results
        values = [f"{formula.names[x]} = {balls[x.name]}" for x in form.arguments] + formula.lines
    else:
        known["_formula"], constants = formula, ["_at_bits = _formula(_bits)"]
        results = [f"_y{k}" for k in range(form.outputs)]
        values = [f"{', '.join(results)}, = _at_bits({', '.join(balls.values())})"]
    signature = [f"{n}={f'_given_{n}' if n in form.defaults else '_absent'}" for n in names]
    tight = [
        f"(_found := {y}.rel_accuracy_bits()) >= _wanted and (_found < _exact or {y}.is_finite())"
        for y in results
    ]
    definition = [
        f"def form({', '.join(signature)}, *_more, **_unknown):",
        f"    if not _more and not _unknown and {' and '.join(checks[0])}:",
        "        _before = _ctx.prec",
        "        _ctx.prec = _bits",
        "        try:",
        *(f"            {line}" for line in values),
        "        finally:",
        "            _ctx.prec = _before",
        f"        if {' and '.join(tight)}:",
        f"            return {', '.join(results)}",
        f"    return _long_way(({', '.join(names)},), _more, _unknown)",
    ]
    try:
        with ctx.workprec(bits):
            return made(definition, constants, "form", known)()
    except NotEnclosable:  # the long way says so, after a look at the arguments
        return lambda *args, **kwargs: slowly(form._bind(args, kwargs))


def _checks(form) -> tuple[list[str], dict, list[str]] | None:
    """Conditions in the arguments' names where `check_exact` finds nothing wrong, what they speak of, and the
    names of defaults that meet them."""
    checks, known, met = [], {"_kinds": _KINDS, "_type": type, "_int": int, "_float": float}, []
    for k, parameter in enumerate(form.arguments):
        x = parameter.name
        if isinstance(parameter.domain, sp.Range):
            kind = f"(_type({x}) is _int or _type({x}) is _float and {x}.is_integer())"
        else:
            kind = f"(_type({x}) is _float or _type({x}) in _kinds)"
        known[f"_low{k}"], left_open, known[f"_high{k}"], right_open = bounds(parameter)
        less = ["<" if is_open else "<=" for is_open in (left_open, right_open)]
        check = f"{kind} and _low{k} {less[0]} {x} {less[1]} _high{k}"
        if x in form.defaults and eval(check, {**known, x: form.defaults[x]}):
            met.append(x)
            check = f"({x} is _given_{x} or {check})"
        checks.append(check)
    if form.relations:
        try:
            known["_holds"] = compile_condition(sp.And(*form.relations, evaluate=False), form.arguments)
        except NotEnclosable:
            return None
        checks.append(f"_holds([{', '.join(form.names)}], {_RELATION_BITS}) is True")
    return checks, known, met
