"""The duals of any activation by quadrature, where no formula is known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import sympy as sp

from theory.backends.source import build

from .activation import Activation, u

_RADIUS = 13.0
"""Beyond this radius a Gaussian is below 1e-36."""
_PAIRS_AT_ONCE = 16
_LADDER = ((10, 14), (20, 28), (40, 56))
"""Nodes in a unit of the double-exponential variable: the difference of two estimates the first one's error."""


def quadrature(
    activation: sp.Expr | Callable,
    derivative: Callable | None = None,
    *,
    name: str = "",
    kinks: Sequence[float] = (0.0,),
    accuracy: float = 1e-11,
) -> Activation:
    """An `Activation` from any function, smooth or with kinks, whose duals are integrated numerically.

    ``activation``: a SymPy expression in `u`, or a function of NumPy arrays with its ``derivative``. ``kinks``:
    the points where it or a slope jumps; a point about which it bends sharply does no harm as a kink either.
    The polar integral is split at the kinks and done by a double-exponential rule at two resolutions.
    ``accuracy`` is what their difference may be, relative to the root of the two second moments: beyond, an
    ArithmeticError says what was reached. The largest difference met is kept, as `Polar.error` of the
    activation's forms. Some 1e5 evaluations a pair: for kernels of many inputs prefer a closed form.
    """
    if isinstance(activation, sp.Expr):
        expression, slope = activation, _slope(activation)
        function, derivative = _compiled(expression), derivative or _compiled(slope)
    else:
        if derivative is None:
            raise TypeError(f"{name or activation!r}: give its derivative too, or a SymPy expression in u")
        function, expression = activation, None
        name = name or getattr(activation, "__name__", "activation")
    kinks = tuple(sorted({0.0, *map(float, kinks)}))
    values, slopes = (Polar(f, kinks, accuracy, name) for f in (function, derivative))
    return Activation(
        name or str(expression),
        expression,
        {},
        kinks=kinks,
        pair_form=values,
        derivative_pair_form=slopes,
        diagonal_form=Diagonal(values),
        derivative_diagonal_form=Diagonal(slopes),
        mean_form=Mean(function, kinks, accuracy, name),
        function=None if expression is not None else function,
    )


def _slope(expression: sp.Expr) -> sp.Expr:
    """The derivative; a step where a kink is."""
    step = lambda x, *_: sp.Piecewise((1, x > 0), (0, True))  # noqa: E731
    return sp.diff(expression, u).replace(sp.Heaviside, step)


def _compiled(expression) -> Callable:
    formula = build((sp.sympify(expression),), (u,), "numpy")

    def function(x):
        with np.errstate(all="ignore"):
            return np.broadcast_to(formula(x)[0], np.shape(x))

    return function


@lru_cache(maxsize=8)
def _nodes(per_unit: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Nodes on (0, 1) as distances from either end, and weights; the step is 1/per_unit."""
    step = 1 / per_unit
    t = step * np.arange(-round(3.4 / step), round(3.4 / step) + 1)
    below = 1 / (1 + np.exp(np.pi * np.sinh(-t)))  # from 0; the distance from 1 is its mirror image
    weights = step * np.pi * np.cosh(t) * below * below[::-1]
    return below, below[::-1].copy(), weights


@dataclass
class Polar:
    """E f(u) f(v) at variances, and an angle, by a polar integral whose panels end at the kinks.

    ``error``: the largest estimate met so far, relative to the root of the second moments.
    """

    function: Callable
    kinks: tuple[float, ...]
    accuracy: float
    who: str
    error: float = field(default=0.0, compare=False)

    names = ("q_1", "q_2", "theta")

    def evaluate(self, library: str, values: Sequence):
        if library == "mpmath":
            raise NotImplementedError(f"{self.who}: its quadrature is in float64, not in mpmath numbers")
        q_1, q_2, theta = (_to_numpy(v, library, self.who) for v in values)
        q_1, q_2, theta = np.broadcast_arrays(q_1, q_2, theta)
        flat = [np.sqrt(q_1).ravel(), np.sqrt(q_2).ravel(), theta.ravel()]
        found = np.empty(flat[0].size)
        for k in range(0, found.size, _PAIRS_AT_ONCE):
            found[k : k + _PAIRS_AT_ONCE] = self._of(*(x[k : k + _PAIRS_AT_ONCE] for x in flat))
        return _from_numpy(found.reshape(q_1.shape), library, values)

    def _of(self, s_1, s_2, theta):
        for coarse, fine in _LADDER:
            rough, _ = self._integral(s_1, s_2, theta, coarse)
            found, size = self._integral(s_1, s_2, theta, fine)
            error = float(np.max(np.abs(found - rough) / np.where(size > 0, size, 1.0), initial=0.0))
            if error <= self.accuracy:
                self.error = max(self.error, error)
                return found
        raise ArithmeticError(
            f"{self.who}: its quadrature reaches {error:.1e}, not {self.accuracy:.0e}: "
            f"are all points where it or its slope jumps among the kinks {self.kinks}?"
        )

    def _integral(self, s_1, s_2, theta, level):
        """The integral, and that of its absolute value."""
        below, above, weights = _nodes(level)
        ends = self._panels(s_1, s_2, theta)  # (pairs, panels + 1)
        start, width = ends[:, :-1, None], np.diff(ends)[:, :, None]
        along = (start, start + width, width, below, above)
        cos_u, cos_v = _cosine(*along, 0.0), _cosine(*along, theta[:, None, None])
        x, y = s_1[:, None, None] * cos_u, s_2[:, None, None] * cos_v
        total, size = self._radial(x, y, below, above, weights)
        angular = width * weights / (2 * np.pi)
        return (total * angular).sum((1, 2)), (size * angular).sum((1, 2))

    def _panels(self, s_1, s_2, theta):
        """Where u or v changes its sign, and where lines of kinks meet."""
        half = np.pi / 2
        found = [0 * theta - half, theta - half, 0 * theta + half, theta + half]
        for k in self.kinks:
            for m in self.kinks:
                if k or m:
                    with np.errstate(all="ignore"):
                        slope = np.arctan2(m * s_1 - k * s_2 * np.cos(theta), k * s_2 * np.sin(theta))
                    found += [slope, slope + np.pi, slope - np.pi]
        ends = np.sort(np.stack(found, -1), -1)
        ends = np.clip(ends, -half, 3 * half)
        return np.concatenate([ends, np.full((*theta.shape, 1), 3 * half)], -1)

    def _radial(self, x, y, below, above, weights):
        """Over the radius, in panels between the kinks, the last one cut where the Gaussian ends."""
        with np.errstate(all="ignore"):
            breaks = [
                np.where((k / z > 0) & (k / z < _RADIUS), k / z, _RADIUS)
                for k in self.kinks
                if k
                for z in (x, y)
            ]
        marks = [np.zeros_like(x), *(np.full_like(x, r) for r in (3.0, _RADIUS)), *breaks]
        marks = np.sort(np.stack(np.broadcast_arrays(*marks), -1), -1)
        marks = np.minimum(marks, _RADIUS)
        total, size = np.zeros_like(x), np.zeros_like(x)
        for k in range(marks.shape[-1] - 1):
            start, width = marks[..., k, None], (marks[..., k + 1] - marks[..., k])[..., None]
            r = np.where(below < 0.5, start + width * below, start + width - width * above)
            density = r * np.exp(-(r**2) / 2) * weights * width
            value = self.function(r * x[..., None]) * self.function(r * y[..., None]) * density
            total += value.sum(-1)
            size += np.abs(value).sum(-1)
        return total, size


@dataclass
class Diagonal:
    """The same for identical inputs."""

    polar: Polar
    names = ("q",)

    def evaluate(self, library: str, values: Sequence):
        (q,) = values
        return self.polar.evaluate(library, [q, q, 0.0])


@dataclass
class Mean:
    """E f(u)."""

    function: Callable
    kinks: tuple[float, ...]
    accuracy: float
    who: str
    names = ("q",)

    def evaluate(self, library: str, values: Sequence):
        one = Polar(self.function, self.kinks, self.accuracy, self.who)
        s = np.sqrt(_to_numpy(values[0], library, self.who))
        coarse, fine = (self._integral(one, s, level) for level in _LADDER[1])
        error = float(np.max(np.abs(fine - coarse) / np.maximum(np.abs(fine), 1e-300), initial=0.0))
        if not (error <= self.accuracy or np.max(np.abs(fine - coarse)) < self.accuracy):
            raise ArithmeticError(f"{self.who}: its quadrature reaches {error:.1e}, not {self.accuracy:.0e}")
        return _from_numpy(fine, library, values)

    def _integral(self, one: Polar, s, level):
        below, above, weights = _nodes(level)
        total = np.zeros_like(s)
        for sign in (1.0, -1.0):
            breaks = [np.clip(sign * k / np.where(s > 0, s, 1.0), 0.0, _RADIUS) for k in self.kinks]
            marks = np.sort(np.stack([0 * s, 0 * s + 2.0, 0 * s + _RADIUS, *breaks], -1), -1)
            for k in range(marks.shape[-1] - 1):
                start, width = marks[..., k, None], (marks[..., k + 1] - marks[..., k])[..., None]
                x = np.where(below < 0.5, start + width * below, start + width - width * above)
                density = np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi) * weights * width
                total = total + (self.function(sign * s[..., None] * x) * density).sum(-1)
        return total


def _cosine(left, right, width, below, above, shift):
    """cos(psi - shift) along panels, to its last digits at the ends where it vanishes."""

    def of(x):
        value = np.cos(x - shift)
        return np.where(np.abs(value) < 1e-14, 0.0, value), np.sin(x - shift)

    (cos_left, sin_left), (cos_right, sin_right) = of(left), of(right)
    from_left = cos_left * np.cos(width * below) - sin_left * np.sin(width * below)
    from_right = cos_right * np.cos(width * above) + sin_right * np.sin(width * above)
    return np.where(below < 0.5, from_left, from_right)


def _to_numpy(value, library: str, who: str) -> np.ndarray:
    if library == "jax":
        import jax

        if isinstance(value, jax.core.Tracer):
            raise TypeError(f"{who}: its quadrature cannot be traced by JAX; call it outside of jit and grad")
    if library == "torch" and hasattr(value, "detach"):
        value = value.detach().cpu().numpy()
    return np.asarray(value, dtype=float)


def _from_numpy(found, library: str, values):
    if library == "numpy":
        return found
    like = next(v for v in values if hasattr(v, "dtype"))
    if library == "torch":
        import torch

        return torch.as_tensor(found, dtype=like.dtype, device=like.device)
    import jax

    return jax.numpy.asarray(found, dtype=like.dtype)
