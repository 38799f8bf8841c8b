"""The duals of smooth activations for many pairs, by Mehler's series: one integral an input, not a pair."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np
import sympy as sp

from .activation import Activation
from .quadrature import Diagonal, Polar, from_numpy, quadrature, to_numpy

_TERMS = (32, 64, 128, 256, 512, 1024)
"""Where the series may be cut."""
_WINDOW = 14.0
"""Beyond it the root of a unit Gaussian is below 1e-21."""
_PER_UNIT = (64, 256)
"""Nodes of the trapezoidal rule, whose error falls exponentially for functions without kinks."""
_REMEMBERED = 4096
"""Variances whose coefficients are kept."""
_VISIBLE = 1e-13
"""Relative differences of sums of squares below this are rounding."""
_SAME_ANGLE = 1e-7
"""What rounding of the covariance makes of a vanishing angle."""
_BY_POLAR = 16
"""Pairs that are integrated one by one rather than refused."""


def smooth(
    activation: sp.Expr | Callable,
    derivative: Callable | None = None,
    *,
    name: str = "",
    accuracy: float = 1e-11,
) -> Activation:
    """An `Activation` from any function without kinks, whose duals come in arrays of a million pairs.

    ``activation``: a SymPy expression in `u`, or a function of NumPy arrays with its ``derivative``, both
    infinitely differentiable and growing slower than exp(u**2/4). More than a few pairs are summed by
    Mehler's series, to ``accuracy`` relative to the root of the two second moments; what is left out is
    estimated by Parseval's identity. A few pairs that it does not serve (nearly parallel inputs at large
    variances) are left to `quadrature`; with more, an ArithmeticError says what was reached.
    """
    act = quadrature(activation, derivative, name=name, accuracy=accuracy)
    values, slopes = (Series(p) for p in (act.pair_form, act.derivative_pair_form))
    return replace(
        act,
        kinks=(),
        pair_form=values,
        derivative_pair_form=slopes,
        diagonal_form=Diagonal(values),
        derivative_diagonal_form=Diagonal(slopes),
    )


@dataclass
class Series:
    """E f(u) f(v) = sum_k a_k(q_1) a_k(q_2) rho**k (activations/mehler.py), f being that of ``polar``.

    ``error``: the largest estimate met so far, of the terms left out and of the coefficients, relative to the
    root of the second moments.
    """

    polar: Polar
    error: float = field(default=0.0, compare=False)
    _known: dict = field(default_factory=dict, repr=False, compare=False)
    _last: tuple = field(default=((), ()), repr=False, compare=False)

    names = ("q_1", "q_2", "theta")

    @property
    def accuracy(self) -> float:
        return self.polar.accuracy

    def evaluate(self, library: str, values: Sequence):
        if library == "mpmath":
            return self.polar.evaluate(library, values)
        q_1, q_2, theta = np.broadcast_arrays(*(to_numpy(v, library, self.polar.who) for v in values))
        found = self._of(q_1.ravel(), q_2.ravel(), theta.ravel())
        return from_numpy(found.reshape(q_1.shape), library, values)

    def _of(self, q_1, q_2, theta):
        found = np.empty(q_1.size)
        # a product that rounding keeps from the square is still the diagonal's
        same = (theta <= _SAME_ANGLE) & (np.abs(q_1 - q_2) <= _SAME_ANGLE**2 * q_1)
        few = np.count_nonzero(~same) <= _BY_POLAR
        if few and not same.any():
            return self._by_polar(q_1, q_2, theta)
        variances, which = np.unique(np.concatenate([q_1, q_2]), return_inverse=True)
        first, second = np.split(which.ravel(), 2)
        a, m, off, tails = self._tables(variances)
        same &= off[first] <= self.accuracy
        found[same] = m[first[same]]
        left, reached = np.flatnonzero(~same), float(np.max(off))
        for terms, tail in zip(_TERMS, () if few else tails, strict=False):
            i, j, rho = first[left], second[left], np.cos(theta[left])
            bound = np.abs(rho) ** terms * tail[i] * tail[j] + off[i] + off[j]
            good = bound <= self.accuracy
            reached = float(np.max(bound, initial=0.0))
            self.error = max(self.error, float(np.max(bound[good], initial=0.0)))
            found[left[good]] = _horner(a[:terms], i[good], j[good], rho[good])
            left = left[~good]
        if left.size > _BY_POLAR:
            raise ArithmeticError(
                f"{self.polar.who}: Mehler's series of {_TERMS[-1]} terms reaches {reached:.1e}, not "
                f"{self.accuracy:.0e}, for {left.size} pairs, of variances up to "
                f"{max(q_1[left].max(), q_2[left].max()):.3g}: give them one by one, or smaller inputs; "
                "a function with kinks needs `quadrature`"
            )
        if left.size:
            found[left] = self._by_polar(q_1[left], q_2[left], theta[left])
        return found

    def _by_polar(self, q_1, q_2, theta):
        found = self.polar.evaluate("numpy", [q_1, q_2, theta])
        self.error = max(self.error, self.polar.error)
        return found

    # coefficients

    def _tables(self, variances):
        """a_k, (terms, variances); second moments; relative errors of the coefficients; relative roots of
        the tails from every one of `_TERMS`. Arrays of pairs come in chunks of the same variances."""
        seen, tables = self._last
        if not np.array_equal(seen, variances):
            if len(self._known) + variances.size > _REMEMBERED:
                self._known.clear()
            new = np.array([q for q in variances.tolist() if q not in self._known])
            self._known.update(zip(new.tolist(), zip(*self._coefficients(new), strict=True), strict=True))
            a, m, off = zip(*(self._known[q] for q in variances.tolist()), strict=True)
            a, m, off = np.stack(a, 1), np.array(m), np.array(off)
            tables = a, m, off, _tails(a, m)
            self._last = variances, tables
        return tables

    def _coefficients(self, variances):
        a, m, off = self._projected(variances, _PER_UNIT[0])
        rough = np.logical_not(off <= self.accuracy / 10)
        if rough.any():
            a[rough], m[rough], off[rough] = self._projected(variances[rough], _PER_UNIT[1])
        return a, m, off

    def _projected(self, variances, per_unit):
        """By the trapezoidal rule on two grids, each between the other's nodes: their mean is the finer
        rule, their difference bounds its error."""
        found, s = [], np.sqrt(variances)[:, None]
        for shift in (0.25, 0.75):  # never at 0, where formulas may have removable singularities
            z, root, h = _functions(per_unit, shift)
            value = self.polar.function(s * z) * root
            found.append((value @ h.T * (2 / per_unit), (value**2).sum(1) * (2 / per_unit)))
        (a, m), (b, n) = found
        size = np.where((m > 0) | (n > 0), m + n, 2.0) / 2
        edge = [np.abs(self.polar.function(s[:, 0] * x)) * np.exp(-(x**2) / 4) for x in (-_WINDOW, _WINDOW)]
        off = (
            np.sqrt(((a - b) ** 2).sum(1) / size) / 2
            + np.abs(m - n) / size
            + (edge[0] + edge[1]) / np.sqrt(size)
        )
        return (a + b) / 2, (m + n) / 2, off


@lru_cache(maxsize=4)
def _functions(per_unit: int, shift: float):
    """Nodes z, 2/per_unit apart; there the root of the unit Gaussian, and its products with the h_k."""
    z = -_WINDOW + (np.arange(round(_WINDOW * per_unit)) + shift) * 2 / per_unit
    root = np.exp(-(z**2) / 4) / (2 * np.pi) ** 0.25
    h = np.empty((_TERMS[-1], z.size))
    h[0], h[1] = root, z * root
    for k in range(1, len(h) - 1):
        h[k + 1] = (z * h[k] - np.sqrt(k) * h[k - 1]) / np.sqrt(k + 1)
    return z, root, h


def _tails(a, m):
    """The roots of the sums of the squares left out, over that of all. What is beyond the known coefficients
    Parseval's identity tells, or where rounding hides it there, their last half, as they fall."""
    rest = m - (a**2).sum(0)
    rest = np.maximum(np.where(rest > _VISIBLE * m, rest, 0.0), (a[len(a) // 2 :] ** 2).sum(0))
    return [np.sqrt(((a[terms:] ** 2).sum(0) + rest) / np.where(m > 0, m, 1.0)) for terms in _TERMS]


def _horner(a, i, j, rho):
    total = np.zeros_like(rho)
    for row in a[::-1]:
        total *= rho
        total += row[i] * row[j]
    return total
