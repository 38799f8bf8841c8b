"""How many digits an evaluator keeps: worst error in ulps against rigorous balls."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import sympy as sp
from flint import ctx

from ..backends.functions import ARRAY_LIBRARIES
from ..parameter import Domain
from ..ulps import ulps_between
from .enclosure import ball_function

_CONDITION_BITS = 128
_TINY = float(np.finfo(float).tiny)


@dataclass(frozen=True)
class Accuracy:
    """The certificate of a closed form on a backend.

    ``worst_ulps`` is the largest error among the points within ``bound_ulps``. On the other
    ``conditioned`` of the ``points`` the inputs' own rounding moves the value by more, and the bound
    was 4 condition numbers. ``worst_ratio`` is the largest error over its bound, at ``worst_at``.
    """

    worst_ulps: float
    bound_ulps: float
    worst_ratio: float
    worst_at: dict
    conditioned: int
    points: int

    @property
    def holds(self) -> bool:
        return self.worst_ratio <= 1 and self.points > 0


def certify(form, backend: str, *, points: int, seed: int) -> Accuracy:
    """Half the points moderate, half over the parameters' extremes; inputs are exact floats."""
    if any(claim.unfolded.has(sp.Integral) for claim in (form.claim, *getattr(form, "also", ()))):
        points = max(20, points // 10)  # a rigorous integral takes some 10 ms
    sample, balls = reference(form, points, seed)
    worst_ulps, worst_ratio, worst_at, conditioned = 0.0, 0.0, {}, 0
    for at, exact, values in zip(sample, balls, computed(form, backend, sample), strict=True):
        for k, (ball, value) in enumerate(zip(exact, values, strict=True)):
            # XLA flushes subnormal numbers to zero: below the smallest normal one there are no digits to keep
            flushed = abs(float(value)) < _TINY and ball.abs_upper() < _TINY
            error = 0.0 if flushed else float(ulps_between(float(value), ball))
            bound = form.ulps
            if error <= bound:
                worst_ulps = max(worst_ulps, error)
            else:  # only here is the condition number, which costs more than the value, needed
                bound = max(bound, 4 * condition_numbers(form, at, exact)[k])
                conditioned += 1
            if error / bound > worst_ratio:
                worst_ratio, worst_at = error / bound, dict(at)
    return Accuracy(worst_ulps, form.ulps, worst_ratio, worst_at, conditioned, len(sample))


@lru_cache(maxsize=64)
def reference(form, points: int, seed: int) -> tuple[list, list]:
    """Points of the domain and the balls there: the same for every backend."""
    sample = inputs(form, points, seed)
    balls = [form.enclose(digits=25, **at) for at in sample]
    return sample, [b if isinstance(b, tuple) else (b,) for b in balls]


def computed(form, backend: str, sample: list) -> list[tuple]:
    """The values at all points, in one call where the backend takes arrays."""
    if backend not in ARRAY_LIBRARIES:
        values = [form.compile(backend)(**at) for at in sample]
        return [v if isinstance(v, tuple) else (v,) for v in values]
    arrays = {name: np.array([at[name] for at in sample]) for name in form.names}
    with double_precision(backend):
        values = form.compile(backend)(**arrays)
        return list(
            zip(*(np.asarray(v) for v in (values if isinstance(values, tuple) else (values,))), strict=True)
        )


def double_precision(backend: str):
    """JAX computes in float64 only where it is told to; the certificate is about float64."""
    if backend != "jax":
        return nullcontext()
    import jax

    return jax.enable_x64(True)


def inputs(form, points: int, seed: int) -> list[dict]:
    """Points of the form's domain as exact floats, away from values no float64 can hold."""
    domain, found = Domain(form.arguments, form.relations), []
    for wide, count in ((False, points // 2), (True, points - points // 2)):
        for point in domain.points(count, seed=seed, wide=wide):
            at = {x.name: float(point[x]) for x in form.arguments}
            exact = {x: sp.Rational(at[x.name]) for x in form.arguments}
            if Domain((), form.relations).contains(exact):
                found.append(at)
    return found


def condition_numbers(form, at: dict, balls: tuple) -> list[float]:
    """``sum_i |x_i f_i / f|`` over the arguments that are not integers, for each output."""
    by_hand = hasattr(form, "derivatives") and len(getattr(form, "reference", ())) <= 1
    slopes = [form.derivatives(k) for k in range(len(balls))] if by_hand else None
    # the order of a Bessel function has no derivative in closed form
    if slopes is None or any(d.has(sp.Derivative, sp.Subs) for pairs in slopes for _, d in pairs):
        return _by_differences(form, at, balls)
    found = []
    symbols = (*getattr(form, "unknowns", ()), *form.arguments)
    for k, ball in enumerate(balls):
        total = 0.0
        for x, derivative in slopes[k]:
            if isinstance(x.domain, sp.Range) or at[x.name] == 0 or derivative == 0:
                continue
            values = [
                *([balls[0]] if len(symbols) > len(form.arguments) else []),
                *[at[y.name] for y in form.arguments],
            ]
            slope = ball_function(derivative, symbols)(values, _CONDITION_BITS)
            for bits in (1000, 8000):
                if slope.is_finite() and slope.rad() <= abs(slope.mid()):
                    break
                slope = ball_function(derivative, symbols)(values, bits)
            size = abs(float(ball.mid()))
            total += abs(at[x.name]) * abs(float(slope.mid())) / size if size else np.inf
        found.append(total if np.isfinite(total) else 0.0)
    return found


def _by_differences(form, at: dict, balls: tuple) -> list[float]:
    """The same where the derivative has no expression: from balls at relative steps of 2**-100."""
    totals = [0.0] * len(balls)
    for x in form.arguments:
        if isinstance(x.domain, sp.Range) or at[x.name] == 0:
            continue
        beside = sp.Rational(at[x.name]) * (1 + sp.Rational(1, 2**100))
        moved = form.enclose(digits=60, **at | {x.name: beside})
        start = form.enclose(digits=60, **at)
        pairs = zip(*(b if isinstance(b, tuple) else (b,) for b in (moved, start)), strict=True)
        with ctx.workprec(300):
            for k, (there, here) in enumerate(pairs):
                totals[k] += abs(float(((there - here) * 2**100 / here).mid())) if here != 0 else 0.0
    return totals
