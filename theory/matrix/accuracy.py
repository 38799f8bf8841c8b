"""How accurate a matrix form is: its worst error on random arguments, against rigorous balls."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

import numpy as np
from flint import arb_mat, ctx

from ..closed_form import Accuracy
from ..closed_form.accuracy import double_precision

_STEP = Fraction(1, 2**100)
_DIGITS = 50


def matrix_accuracy(form, backend: str = "numpy", *, points: int = 50, seed: int = 0) -> Accuracy:
    """The certificate of a matrix form, norm-wise: errors in ulps of the result's largest entry.

    ``worst_ulps`` and ``bound_ulps`` belong to the point of the largest ratio. The bound is the
    form's ``roundings`` times the condition number (at least 1): the sum over all inputs of the
    derivative times the input, relative to the result, from differences of balls.
    """
    compute, worst, conditioned = form.compile(backend), (-1.0, 0.0, 1.0, {}), 0
    sample = reference(form, points, seed)
    for at, exact, condition in sample:
        conditioned += condition > 1
        with double_precision(backend):
            error = float(np.abs(np.asarray(compute(**at)) - exact).max() / np.spacing(np.abs(exact).max()))
        bound = condition * form.roundings(at)
        if error / bound > worst[0]:
            worst = (error / bound, error, bound, at)
    ratio, error, bound, at = worst
    return Accuracy(error, bound, ratio, at, conditioned, len(sample))


@lru_cache(maxsize=16)
def reference(form, points: int, seed: int) -> list[tuple]:
    """Random arguments, the exact result and its condition number: the same for every backend."""
    rng, found = np.random.default_rng(seed), []
    for _ in range(points):
        at = form.sample(rng)
        balls = form.enclose(digits=_DIGITS, **at)
        found.append((at, _floats(balls), max(1.0, _condition(form, at, balls))))
    return found


def _condition(form, at: dict, balls: arb_mat) -> float:
    """Largest change of an entry, relative to the largest entry, per relative change of all inputs."""
    total, exact = 0.0, {name: _fractions(value) for name, value in at.items()}
    for name, value in exact.items():
        for index in np.ndindex(value.shape):
            shifted = value.copy()
            shifted[index] *= 1 + _STEP
            with ctx.workprec(400):
                moved = (form.enclose(digits=_DIGITS, **{**exact, name: shifted}) - balls) * 2**100
            total = total + np.abs(_floats(moved))
    return float(np.max(total) / np.abs(_floats(balls)).max())


def _fractions(value) -> np.ndarray:
    return np.array(
        np.frompyfunc(Fraction, 1, 1)(np.asarray(value, dtype=float).astype(object)), dtype=object
    )


def _floats(balls: arb_mat) -> np.ndarray:
    return np.array([[float(x.mid()) for x in row] for row in balls.tolist()])
