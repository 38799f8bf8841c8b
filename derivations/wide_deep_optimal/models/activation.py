"""An activation by its Hermite weights: its dual, its class at infinite depth, its exponent."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ..optimal import optimal_on_a_line, optimal_weights
from ..singular_kernel import singular_exponent

_SUM_TO_ONE = 1e-9
CLASSES = ("nearest neighbour", "singular", "majority", "majority (smoother)", "identity")


class Activation:
    """An activation phi with E phi(z)^2 = 1, by the weights w_k = a_k^2 of its Hermite coefficients.

    ``weights`` (degree + 1,), non-negative, sum 1 (ValueError otherwise). ``from_callable`` normalises a
    function and finds its weights by quadrature; ``optimal(d)`` is the one whose exponent is d.
    Source: A. Radhakrishnan, M. Belkin, C. Uhler, PNAS 2023 (arXiv 2204.14126).
    """

    def __init__(self, weights: Sequence[float]):
        w = np.asarray(weights, dtype=float)
        if w.ndim != 1 or not w.size:
            raise ValueError(f"weights: shape {w.shape}, need one axis: the weight of every degree from 0 on")
        if not np.all(np.isfinite(w)) or np.any(w < 0):
            raise ValueError("weights: they are squares, so finite and not negative")
        if abs(w.sum() - 1) > _SUM_TO_ONE:
            raise ValueError(
                f"weights: their sum is {w.sum():.10g}, not 1: divide by it (E phi(z)^2 = 1), "
                "or use Activation.from_callable, which normalises"
            )
        self.weights = w
        self.missed = 0.0

    @classmethod
    def from_callable(
        cls, phi: Callable, degree: int = 60, kinks: Sequence[float] = (0.0,), tolerance: float = 1e-6
    ) -> Activation:
        """Weights of phi/sqrt(E phi^2) through ``degree``, by Gauss's rule between the ``kinks``.

        The rule keeps 12 digits of every weight where phi is smooth between its kinks (on a scale of 0.1).

        ``missed`` is the part of E phi^2 in higher degrees (or lost by the quadrature); ValueError if
        that is more than ``tolerance`` (a kink: weights fall like a power; allow for it). The weights
        found are divided by their sum, so that the dual is 1 at 1.
        """
        if not (degree == int(degree) and 1 <= degree <= 200):
            raise ValueError(f"degree = {degree}: an integer from 1 to 200")
        z, g = _gauss(kinks)
        values = np.asarray(phi(z), dtype=float)
        if values.shape != z.shape or not np.all(np.isfinite(values)):
            raise ValueError("phi must map an array to finite values of the same shape")
        square = g @ values**2
        if not square > 0:
            raise ValueError("phi vanishes: it cannot be normalised")
        before, now, coefficients = np.zeros_like(z), np.ones_like(z), []
        for k in range(degree + 1):
            coefficients.append(g @ (values * now))
            before, now = now, (z * now - np.sqrt(k) * before) / np.sqrt(k + 1)
        weights = np.array(coefficients) ** 2 / square
        weights[weights < 1e-28] = 0  # rounding: a class must not hang on it
        missed = 1 - weights.sum()
        if abs(missed) > tolerance:
            raise ValueError(
                f"degrees up to {degree} hold all but {missed:.2g} of E phi^2, more than "
                f"tolerance = {tolerance:g}: raise the degree, or the tolerance"
            )
        made = cls(weights / weights.sum())
        made.missed = float(missed)
        return made

    @classmethod
    def optimal(cls, d: int) -> Activation:
        """The Bayes-consistent activation for data of dimension d = 1, 2, ..."""
        if not (np.ndim(d) == 0 and float(d) == int(d) and d >= 1):
            raise ValueError(f"d = {d}: the dimension of the data is an integer from 1 on")
        if d > 1:
            w1, w2, w3, _ = map(float, optimal_weights(int(d)))
            return cls([0.0, w1, w2, w3])
        w1, w2, _, w7 = (float(w) for w in optimal_on_a_line.rhs)
        return cls([0, w1, w2, 0, 0, 0, 0, w7])

    @property
    def slope(self) -> float:
        """The slope of the dual at 1, E phi'(z)^2."""
        return float(np.arange(len(self.weights)) @ self.weights)

    @property
    def w0(self) -> float:
        return float(self.weights[0])

    @property
    def w1(self) -> float:
        return float(self.weights[1]) if len(self.weights) > 1 else 0.0

    @property
    def kind(self) -> str:
        """Which classifier the network is at infinite depth: one of `CLASSES`."""
        if self.w0 > 0:
            return CLASSES[2] if self.slope > 1 else CLASSES[3]
        if self.w1 == 0:
            return CLASSES[0]
        return CLASSES[1] if self.w1 < 1 else CLASSES[4]

    @property
    def alpha(self) -> float:
        """The exponent of the singular kernel; ValueError for the other classes."""
        if self.kind != "singular":
            raise ValueError(f"only the singular class (w_0 = 0, 0 < w_1 < 1) has an exponent: {self!r}")
        return float(singular_exponent(self.w1, self.slope))

    def phi(self, z):
        """The activation with non-negative Hermite coefficients, at z (any shape)."""
        z = np.asarray(z, dtype=float)
        before, now, total = np.zeros_like(z), np.ones_like(z), np.zeros_like(z)
        for k, w in enumerate(self.weights):
            total += np.sqrt(w) * now
            before, now = now, (z * now - np.sqrt(k) * before) / np.sqrt(k + 1)
        return total

    def __repr__(self) -> str:
        return f"Activation({self.kind}: w_0 = {self.w0:.6g}, w_1 = {self.w1:.6g}, slope {self.slope:.6g})"


def _gauss(kinks):
    """Nodes and weights of a Gaussian mean: 24 nodes of Gauss and Legendre in every half unit, up to 20."""
    ends = np.unique([*np.arange(-20, 20.25, 0.5), *np.asarray(kinks, dtype=float)])
    x, g = np.polynomial.legendre.leggauss(24)
    half = np.diff(ends)[:, None] / 2
    z = (ends[:-1, None] + half + half * x).ravel()
    g = (half * g).ravel() * np.exp(-(z**2) / 2)
    return z, g / g.sum()


def activation(w) -> Activation:
    """Weights or an `Activation`, as an `Activation`."""
    return w if isinstance(w, Activation) else Activation(w)
