"""Rigorous balls around expressions and roots, at exact numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import lru_cache

import numpy as np
import sympy as sp
from flint import arb, ctx, fmpq, fmpz

from ..backends.rigorous import NotEnclosable, compile_ball, exact
from .domain import check_relation, inside, refusal


@lru_cache(maxsize=1024)
def ball_function(expression: sp.Expr, symbols: tuple) -> Callable:
    return compile_ball(expression, symbols)


def check_exact(form, values: Sequence) -> None:
    """Exact numbers and balls inside the form's domain. Raises `DomainError`.

    Of a ball all points must be inside the parameter's domain; relations are looked at in its middle.
    """
    for value, parameter in zip(values, form.arguments, strict=True):
        if type(value) is float and not isinstance(parameter.domain, sp.Range) and inside(value, parameter):
            continue
        allowed = isinstance(value, int | float | Fraction | sp.Rational | fmpq | fmpz | arb | np.number)
        if isinstance(value, bool) or not (allowed or value is sp.oo):
            raise refusal(form, parameter, value, "it must be an exact real number or a ball")
        compared = _rational(value) if isinstance(value, fmpq | fmpz) else value
        whole = not isinstance(parameter.domain, sp.Range) or _is_whole(compared)
        if not (inside(compared, parameter) and whole):
            raise refusal(form, parameter, value)
    if form.relations:
        point = dict(zip(form.arguments, map(_rational, values), strict=True))
        for relation in form.relations:
            check_relation(relation, point, form)


def _is_whole(value) -> bool:
    if isinstance(value, arb):
        return value.is_integer()
    return value in (float("inf"), sp.oo) or value == int(value)


def _rational(value):
    if isinstance(value, arb):
        mantissa, exponent = value.mid().man_exp()
        return sp.Integer(int(mantissa)) * sp.Integer(2) ** int(exponent)
    if isinstance(value, fmpq | fmpz):
        return sp.Rational(str(value))
    return value


def enclose_expressions(expressions: Sequence, symbols: tuple, values: Sequence, digits: int):
    """Balls of relative radius 10**-digits (absolute, around 0), or a tuple of them; of arguments that
    are balls themselves, whatever radius these leave.

    Raises `NotEnclosable` where no precision up to 64 times the first gives them.
    """
    balls = tuple(_tight(ball_function(e, symbols), values, digits, e) for e in expressions)
    return balls[0] if len(balls) == 1 else balls


def first_bits(digits: int) -> int:
    """The precision at which balls of so many digits are looked for first."""
    return int(digits * 3.33) + 32


def _tight(enclose: Callable, values, digits: int, expression):
    for factor in (1, 2, 4, 16, 64, 256):
        ball = enclose(values, first_bits(digits) * factor)
        if ball.is_finite() and (ball.rel_accuracy_bits() >= 3.33 * digits or ball == 0):
            return ball
        if ball.is_finite() and ball.contains(0) and ball.abs_upper() < arb(10) ** -1000:
            return ball  # zero to any reader, though no proof that it is
        if factor >= 4 and ball.is_finite() and any(isinstance(v, arb) and v.rad() > 0 for v in values):
            return ball
    text = sp.sstr(expression, order="none")[:100]
    raise NotEnclosable(f"no ball of {digits} digits found for {text} at {list(values)}")


def enclose_root(
    gap: sp.Expr, unknown: sp.Symbol, symbols: tuple, values, start: float, ends, digits: int
) -> arb:
    """A ball around the root of a monotone ``gap`` between ``ends``, proved by its change of sign.

    Newton from ``start`` finds it; balls then show opposite signs on either side.
    """
    both = ball_function(gap, (unknown, *symbols)), ball_function(sp.diff(gap, unknown), (unknown, *symbols))
    low, high = (exact(e) for e in ends)
    low, high = (low, high) if low < high else (high, low)
    for factor in (1, 2, 4, 16):
        bits = (int(digits * 3.33) + 64) * factor
        with ctx.workprec(bits):
            root = _newton(both, exact(start), low, high, values, bits)
            width = abs(root) * arb(10) ** -digits
            left, right = (root - width).mid(), (root + width).mid()
            signs = [_sign(both[0], x, low, high, values, bits) for x in (left, right)]
            if signs[0] * signs[1] < 0:
                return left.union(right)
    raise NotEnclosable(f"no sign change proved around {start} at {list(values)}")


def _newton(both, z, low, high, values, bits) -> arb:
    for _ in range(60):
        gap, slope = (f([z, *values], bits) for f in both)
        if not (gap.is_finite() and slope.is_finite() and slope != 0):
            break
        new = (z - gap / slope).mid()
        if not (new > low and new < high):
            break
        done = abs(new - z) <= abs(z) * arb(2) ** (-bits // 2)
        z = new
        if done:
            break
    return z


def _sign(gap, x, low, high, values, bits) -> int:
    """The sign of the gap at x; beyond an end of the bracket, the sign it has on that side."""
    if x <= low:
        return -_sign_inside(gap, (low + (high - low) * arb(2) ** -20).mid(), values, bits) or 0
    return _sign_inside(gap, x, values, bits) if x < high else 0


def _sign_inside(gap, x, values, bits) -> int:
    value = gap([x, *values], bits)
    return 1 if value > 0 else -1 if value < 0 else 0
