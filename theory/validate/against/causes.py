"""What a function computes instead of the closed form: one guess after the other, the simplest first."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from fractions import Fraction

import numpy as np
import sympy as sp

from ...mutants import mutants

PATIENCE = 2.0
"""Seconds of the processor for guesses: they make a message clearer, they decide nothing."""
CONSTANTS = {"pi": np.pi, "e": np.e, "sqrt(2)": 2**0.5, "sqrt(pi)": np.pi**0.5, "ln 2": np.log(2),
             "sqrt(2 pi)": (2 * np.pi) ** 0.5, "ln 10": np.log(10)}  # fmt: skip
DIGITS = 30


@np.errstate(all="ignore")
def named(form, at: dict, found: np.ndarray, exact: np.ndarray, room: np.ndarray) -> tuple[str, str] | None:
    """(kind, sentence) for values (n,) of one output; ``room`` (n,): how far from a guess they may be,
    relative to it (inf where nothing can be said).
    """
    if len(found) < 4 or form.outputs > 1:
        return None

    def fits(guess) -> bool:
        with np.errstate(all="ignore"):
            near = np.abs(guess - found) <= room * np.maximum(np.abs(guess), np.abs(found))
            same = np.abs(guess - exact) <= room * np.abs(exact)
        return bool(np.all(near)) and not np.all(same)

    for kind, said, guess in (*_transformed(found, exact), *_of_arguments(form, at, exact, found)):
        if fits(guess):
            return kind, said
    started = time.process_time()
    for tried in (_changed_arguments, _mutated):
        for kind, said, function in tried(form, at):
            if _fits_everywhere(function, at, fits, found, room):
                return kind, said
            if time.process_time() - started > PATIENCE:
                return None
    return None


def _transformed(found, exact) -> Iterator[tuple]:
    with np.errstate(all="ignore"):
        yield "sign", "the sign is wrong", -exact
        factor = float(np.median(found / exact))
        yield "factor", f"it is {_simple(factor)} times what it should be", factor * exact
        offset = float(np.median(found - exact))
        yield "offset", f"it is {_simple(offset)} more than it should be", exact + offset
        for said, guess in (
            ("the square of the value", exact**2),
            ("the square root of the value", np.sqrt(exact)),
            ("one over the value", 1 / exact),
            ("the logarithm of the value", np.log(exact)),
            ("the exponential of the value", np.exp(exact)),
            ("one minus the value", 1 - exact),
        ):
            yield "transformed", f"it is {said}", guess


def _of_arguments(form, at, exact, found) -> Iterator[tuple]:
    """The ratio as a constant times powers of the arguments, where it is one: a missing or extra factor."""
    with np.errstate(all="ignore"):
        ratio = np.abs(found / exact)
    names = [name for name in form.names if np.all(at[name] > 0) and np.ptp(np.log(at[name])) > 0]
    if not names or not np.all(np.isfinite(ratio) & (ratio > 0)) or len(ratio) < len(names) + 3:
        return
    columns = np.array([np.ones(len(ratio)), *(np.log(at[name]) for name in names)]).T
    weights = np.linalg.lstsq(columns, np.log(ratio), rcond=None)[0]
    powers = {
        name: Fraction(float(w)).limit_denominator(6) for name, w in zip(names, weights[1:], strict=True)
    }
    with np.errstate(all="ignore"):
        guess = np.prod([at[name] ** float(p) for name, p in powers.items()], axis=0)
        factor = float(np.median(found / exact / guess))
        guess = factor * guess * exact  # may overflow, and is no guess then
    shown = [f"{name}**({p})" if p != 1 else name for name, p in powers.items() if p]
    if shown:
        front = [] if abs(factor - 1) < 1e-6 else [_simple(factor)]
        yield (
            "factor",
            f"it is {' * '.join([*front, *shown])} times what it should be",
            guess,
        )


def _changed_arguments(form, at) -> Iterator[tuple[str, str, Callable]]:
    """The closed form at other arguments: one changed, or two exchanged."""
    names = [x.name for x in form.arguments if not isinstance(x.domain, sp.Range) and np.ptp(at[x.name]) > 0]
    for i, first in enumerate(names):
        for second in names[i + 1 :]:
            yield (
                "arguments", f"as if {first} and {second} were exchanged",
                lambda p, a=first, b=second: form(**{**p, a: p[b], b: p[a]}),
            )  # fmt: skip
    for name in names:
        for said, change in (
            ("twice as large", lambda v: 2 * v), ("half as large", lambda v: v / 2),
            ("of the other sign", lambda v: -v), ("squared", lambda v: v * v),
            ("its square root", lambda v: v**0.5 if v >= 0 else np.nan),
            ("one over itself", lambda v: 1 / v if v else np.nan),
        ):  # fmt: skip
            yield (
                "arguments", f"as if {name} were {said}",
                lambda p, n=name, c=change: form(**{**p, n: c(p[n])}),
            )  # fmt: skip


def _mutated(form, at) -> Iterator[tuple[str, str, Callable]]:
    """The closed form's own formula with one token changed."""
    if getattr(form.rhs, "is_Matrix", False) or isinstance(form.rhs, tuple | sp.Tuple):
        return
    import mpmath

    for mutant in mutants(form.rhs):
        free = mutant.expression.free_symbols
        if not free <= set(form.arguments):
            continue
        try:
            function = sp.lambdify(form.arguments, mutant.expression, "mpmath")
        except Exception:  # a guess that cannot be printed is no guess
            continue

        def value(point, function=function):
            with mpmath.workdps(DIGITS):
                return float(function(*(mpmath.mpf(point[name]) for name in form.names)))

        yield "formula", f"as by the closed form's formula with one change: {mutant.change}", value


def _fits_everywhere(function, at, fits, found, room) -> bool:
    """Whether a function of one point gives the values; at half of the points it has to be defined."""
    guess = np.full(len(found), np.nan)
    for i in range(len(found)):
        try:
            with np.errstate(all="ignore"):
                guess[i] = float(function({name: float(v[i]) for name, v in at.items()}))
        except (ValueError, ArithmeticError, TypeError, NameError, AttributeError, NotImplementedError):
            continue
        if not abs(guess[i] - found[i]) <= room[i] * max(abs(guess[i]), abs(found[i])):
            return False
    known = np.isfinite(guess)
    return bool(known.sum() >= max(4, len(found) // 2)) and fits(np.where(known, guess, found))


def _simple(value: float) -> str:
    """A number in words where it is a simple one."""
    if not np.isfinite(value) or not value:
        return f"{value:.6g}"
    for name, constant in {"": 1.0, **CONSTANTS}.items():
        for times, said in ((value / constant, "{} {}"), (value * constant, "{} / {}")):
            near = Fraction(times).limit_denominator(12)
            if near and abs(times / float(near) - 1) < 1e-6:
                return (
                    str(near)
                    if not name
                    else name
                    if (near == 1 and "/" not in said)
                    else said.format(near, name)
                )
    return f"{value:.6g}"


def region(points, bad: np.ndarray) -> str:
    """In which corner of the domain the bad points lie, if they keep to one: "where t < 0.01"."""
    if not bad.any() or bad.all():
        return ""
    at = {name: v for name, v in points.at.items() if np.ptp(v) > 0}
    features = dict(at)
    names = [name for name, v in at.items() if np.all(v > 0)]
    for i, a in enumerate(names):
        for b in names[i + 1 :]:
            features[f"{a}/{b}"], features[f"{a}*{b}"] = at[a] / at[b], at[a] * at[b]
    best, said = 0.5, ""
    for name, v in features.items():
        for sign, end in (("<=", v[bad].max()), (">=", v[bad].min())):
            inside = (v <= end) if sign == "<=" else (v >= end)
            share = np.sum(inside & ~bad) / max(1, np.sum(~bad))  # of the good points that lie there as well
            if share < best - 0.02:
                best, said = share, f"where {name} {sign} {end:.3g}"
    return said
