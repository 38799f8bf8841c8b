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

from ..backends.rigorous import NotEnclosable, compile_condition
from .domain import bounds

_ABSENT = object()
_KINDS = frozenset((float, int, arb))
_EXACT = arb(1).rel_accuracy_bits()
"""Of a ball of radius 0, an infinite one too."""
_RELATION_BITS = 128


def ball_call(form, formula_at: Callable[[int], Callable], bits: int, digits: int, slowly: Callable):
    """A function of the form's arguments, by position or name, to a ball (a tuple of them) of so many digits.

    ``formula_at(bits)`` gives, while that precision is set, a function of balls to a tuple of balls. What
    straight code does not vouch for is left to ``slowly(values)``, with the values in order.
    """

    def long_way(given, more=(), unknown=()):
        named = {name: v for name, v in zip(form.names, given, strict=True) if v is not _ABSENT}
        return slowly(form._bind((*given, *more), unknown) if more else form._bind((), {**named, **unknown}))

    names = form.names
    plain = all(n.isidentifier() and not keyword.iskeyword(n) and n[0] != "_" for n in names)
    checks = _checks(form)
    formula = _made(formula_at, bits)
    if not plain or checks is None or formula is None:
        return lambda *args, **kwargs: slowly(form._bind(args, kwargs))
    known = checks[1] | {
        "_long_way": long_way, "_formula": formula, "_ctx": ctx, "_arb": arb, "_bits": bits, "_exact": _EXACT,
        "_wanted": 3.33 * digits, "_absent": _ABSENT, **{f"_given_{n}": v for n, v in form.defaults.items()},
    }  # fmt: skip
    signature = [f"{n}={f'_given_{n}' if n in form.defaults else '_absent'}" for n in names]
    outs = [f"_y{k}" for k in range(form.outputs)]
    tight = [f"(_bits_of := {y}.rel_accuracy_bits()) >= _wanted" for y in outs]
    tight = [f"{t} and (_bits_of < _exact or {y}.is_finite())" for t, y in zip(tight, outs, strict=True)]
    source = f"""
def form({", ".join(signature)}, *_more, **_unknown):
    if not _more and not _unknown and {" and ".join(checks[0])}:
        _before = _ctx.prec
        _ctx.prec = _bits
        try:
            {", ".join(outs)}, = _formula({", ".join(f"_arb({n})" for n in names)})
        finally:
            _ctx.prec = _before
        if {" and ".join(tight)}:
            return {", ".join(outs)}
    return _long_way(({", ".join(names)},), _more, _unknown)
"""
    exec(compile(source, f"<balls of {form.name}>", "exec"), known)
    return known["form"]


def _checks(form) -> tuple[list[str], dict] | None:
    """Conditions in the arguments' names where `check_exact` finds nothing wrong, and what they speak of."""
    checks, known = [], {"_kinds": _KINDS}
    for k, parameter in enumerate(form.arguments):
        x = parameter.name
        if isinstance(parameter.domain, sp.Range):
            checks.append(f"(type({x}) is int or type({x}) is float and {x}.is_integer())")
        else:
            checks.append(f"type({x}) in _kinds")
        known[f"_low{k}"], left_open, known[f"_high{k}"], right_open = bounds(parameter)
        checks.append(f"_low{k} {'<' if left_open else '<='} {x} {'<' if right_open else '<='} _high{k}")
    if form.relations:
        try:
            known["_holds"] = compile_condition(sp.And(*form.relations, evaluate=False), form.arguments)
        except NotEnclosable:
            return None
        checks.append(f"_holds([{', '.join(form.names)}], {_RELATION_BITS}) is True")
    return checks, known


def _made(formula_at: Callable[[int], Callable], bits: int) -> Callable | None:
    """The formula; None where there is none: the long way says so after a look at the arguments."""
    try:
        with ctx.workprec(bits):
            return formula_at(bits)
    except NotEnclosable:
        return None
