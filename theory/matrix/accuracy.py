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
ULPS = 16


def matrix_accuracy(form, backend: str = "numpy", *, points: int = 50, seed: int = 0) -> Accuracy:
    """The certificate of a matrix form, norm-wise: errors in ulps of the result's largest entry.

    The bound is 16 ulps, as for roots (a matrix form decomposes its arguments), and where that is missed
    4 condition numbers: the sum over all inputs of the derivative times the input, relative to the
    result, from differences of balls.
    """
    compute, worst_ulps, worst, conditioned = form.compile(backend), 0.0, (-1.0, {}), 0
    sample = reference(form, points, seed)
    for at, balls in sample:
        with double_precision(backend):
            value = compute(**at)
        # mpmath's matrices are no sequences of rows
        value = np.asarray(value.tolist() if backend == "mpmath" else value, dtype=float)
        exact, bound = _floats(balls), ULPS
        error = float(np.abs(value - exact).max() / np.spacing(np.abs(exact).max()))
        if error <= bound:
            worst_ulps = max(worst_ulps, error)
        else:
            bound = max(bound, 4 * _condition(form, at, balls))
            conditioned += 1
        worst = max(worst, (error / bound, at), key=lambda pair: pair[0])
    return Accuracy(worst_ulps, ULPS, *worst, conditioned, len(sample))


@lru_cache(maxsize=16)
def reference(form, points: int, seed: int) -> list[tuple]:
    """Random arguments and the rigorous result: the same for every backend."""
    rng, found = np.random.default_rng(seed), []
    for _ in range(points):
        at = form.sample(rng)
        found.append((at, form.enclose(digits=_DIGITS, **at)))
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
