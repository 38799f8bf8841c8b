"""Where a function is looked at, and the right values there, as rigorous balls."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import sympy as sp

from ...backends.rigorous import NotEnclosable
from ...closed_form.accuracy import condition_numbers
from ...closed_form.domain import inside
from ...parameter import Domain, NoPoints
from ...ulps import ulps_between

FEWEST = 4
SECONDS = 1.5
"""Of the processor: after so long, fewer points are enough."""
WHOLE = 12
"""How many combinations of integer arguments are looked at: each is a call of its own."""


@dataclass
class Points:
    """``at``: every argument's values (n,), exact floats of the type in question; ``balls`` (n) of tuples."""

    form: object
    at: dict[str, np.ndarray]
    balls: list[tuple]

    def __len__(self) -> int:
        return len(self.balls)

    @property
    def exact(self) -> np.ndarray:
        """(n,) or (outputs, n): the nearest floats."""
        found = np.array([[float(b.mid()) for b in balls] for balls in self.balls]).T
        return found if self.form.outputs > 1 else found[0]

    def errors(self, found: np.ndarray, dtype: str) -> np.ndarray:
        """(outputs, n): in units in the last place."""
        with np.errstate(over="ignore"):
            found = np.atleast_2d(found).astype(dtype)
        return np.array(
            [
                [float(ulps_between(v, b)) for v, b in zip(row, column, strict=True)]
                for row, column in zip(found, zip(*self.balls, strict=True), strict=True)
            ]
        )

    def conditions(self, i: int) -> list[float]:
        return condition_numbers(self.form, self.point(i), self.balls[i])

    def point(self, i: int) -> dict[str, float]:
        return {name: float(values[i]) for name, values in self.at.items()}

    def said(self, i: int) -> str:
        return ", ".join(f"{name} = {value:.6g}" for name, value in self.point(i).items())

    def where(self, rows) -> Points:
        rows = np.flatnonzero(rows)
        return Points(self.form, {k: v[rows] for k, v in self.at.items()}, [self.balls[i] for i in rows])


class NoneHere(ValueError):
    """A part of the domain that is too small for a type, or for what was asked."""


def drawn(form, count: int, *, seed: int, kind: str, held: Mapping, at=None, within=None, dtype="float64"):
    """``count`` points of the form's domain: "moderate", "extreme", or "mild" (within a factor 2 of scale 1).

    ``held`` and the numbers in ``at`` are given, arrays in ``at`` (all of one length) are the points to take;
    ``within`` maps arguments to (low, high). ValueError where no points are found.
    """
    at, within = dict(at or {}), dict(within or {})
    for name in (*at, *within):
        if name not in form.names:
            raise ValueError(f"{form.name} has no argument {name!r}; it takes {', '.join(form.names)}")
    if any(claim.unfolded.has(sp.Integral) for claim in (form.claim, *getattr(form, "also", ()))):
        count = max(2 * FEWEST, count // 10)  # a rigorous integral takes some 10 ms
    arrays = {name: np.ravel(value) for name, value in at.items() if np.ndim(value)}
    fixed = {**held, **{name: float(value) for name, value in at.items() if not np.ndim(value)}}
    length = max(map(len, arrays.values()), default=0)
    if any(len(value) != length for value in arrays.values()):
        raise ValueError(
            f"at: arrays of {', '.join(str(len(v)) for v in arrays.values())} values, needs one length"
        )
    rng = np.random.default_rng([seed, len(kind)])
    domain, relations = Domain(form.arguments, form.relations), Domain((), form.relations)
    integers = [x.name for x in form.arguments if isinstance(x.domain, sp.Range)]
    stop, late = time.process_time() + SECONDS, False
    for rounds in (3, 30):  # where few of the domain's points can be held, or are within
        found, balls, whole = [], [], set()
        for k, drawn_point in enumerate(_points(domain, length or rounds * count, seed, kind)):
            point = {x.name: float(drawn_point[x]) for x in form.arguments}
            if kind == "mild":
                point = {x.name: _mild(x, point[x.name]) for x in form.arguments}
            if kind == "extreme":
                point |= _at_a_limit(form, point, rng, k % 3)
            point |= {name: _between(rng, *ends, name in integers) for name, ends in within.items()}
            point |= {name: float(value[k]) for name, value in arrays.items()} | fixed
            point = {name: float(np.dtype(dtype).type(value)) for name, value in point.items()}
            allowed = _held(point.values(), dtype) and _contains(form, relations, point)
            combination = tuple(point[name] for name in integers)
            if not allowed and length:
                raise ValueError(f"at: {point} is outside the domain of {form.name}: {domain!r}")
            if not allowed or (len(whole) >= WHOLE and combination not in whole):
                continue
            ball = _ball(form, point, dtype)
            if ball is not None:
                whole.add(combination)
                found.append(point)
                balls.append(ball)
            late = time.process_time() > stop and len(found) >= 2
            if len(found) == (length or count) or (late and not length):
                break
        if length or late or len(found) >= count // 4:
            break
    if len(found) < (1 if length or late else FEWEST):
        raise NoneHere(
            f"{form.name}: {len(found)} points found where at={fixed}, within={within} ({kind}, {dtype}); "
            f"the domain is {domain!r}"
        )
    return Points(form, {name: np.array([p[name] for p in found]) for name in form.names}, balls)


def _points(domain: Domain, count: int, seed: int, kind: str):
    try:
        return domain.points(count, seed=seed, wide=kind == "extreme")
    except NoPoints:
        return ()


def _ball(form, point, dtype) -> tuple | None:
    """The value, where a number of the type can hold it with all its digits."""
    try:
        ball = form.enclose(digits=25, **point)
    except (NotEnclosable, ArithmeticError):
        return None
    balls = ball if isinstance(ball, tuple) else (ball,)
    limits = np.finfo(dtype)
    sizes = [abs(float(b.mid())) for b in balls]
    return balls if all(float(limits.tiny) <= s <= float(limits.max) / 4 for s in sizes) else None


def _contains(form, relations: Domain, point) -> bool:
    for x in form.arguments:
        if not inside(point[x.name], x) or (isinstance(x.domain, sp.Range) and point[x.name] % 1):
            return False
    return relations.contains({x: sp.Rational(point[x.name]) for x in form.arguments})


def _held(numbers, dtype: str) -> bool:
    """Whether float32 can hold them and the product of any two; float64 takes whatever the domain has."""
    limits = np.finfo(dtype)
    power = 0.5 if dtype == "float32" else 1.0
    low, high = float(limits.tiny) ** power, float(limits.max) ** power
    return all(x == 0 or low <= abs(x) <= high for x in numbers)


def _mild(x, value: float) -> float:
    if isinstance(x.domain, sp.Range) or (x.domain.inf > -sp.oo and x.domain.sup < sp.oo):
        return value
    start = float(x.domain.inf) if 0 < x.domain.inf < sp.oo else 0.0
    return math.copysign(abs(value - start) ** 0.25, value - start) + start


def _at_a_limit(form, point, rng, turn: int) -> dict[str, float]:
    """Of every three extreme points one near ends of intervals, one where two arguments nearly meet,
    within the extremes that the parameter states.
    """
    real = [x for x in form.arguments if not isinstance(x.domain, sp.Range)]
    if turn == 1:
        bounded = [x for x in real if x.domain.inf > -sp.oo and x.domain.sup < sp.oo and rng.random() < 0.5]
        near = {}
        for x in bounded:
            low, high, part = float(x.domain.inf), float(x.domain.sup), 10 ** rng.uniform(-8, 0)
            near[x.name] = low + part * (high - low) if rng.random() < 0.5 else high - part * (high - low)
        return near
    if turn == 2 and len(real) > 1:
        first, second = (real[i] for i in rng.permutation(len(real))[:2])
        value = point[second.name] * (1 + 10 ** rng.uniform(-8, -1))
        low, high = first.extremes
        if max(low, 0) <= abs(value) <= max(abs(low), abs(high)):
            return {first.name: value}
    return {}


def _between(rng, low, high, whole: bool) -> float:
    if not low <= high:
        raise ValueError(f"within: ({low}, {high}), needs low <= high")
    if whole:
        return float(rng.integers(int(low), int(high) + 1))
    value = math.exp(rng.uniform(math.log(low), math.log(high))) if low > 0 else rng.uniform(low, high)
    return float(min(max(value, low), high))
