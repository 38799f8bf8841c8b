"""Activations as SymPy expressions or callables, and their Gaussian means by quadrature."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import sympy as sp

z = sp.Symbol("z", real=True)
ACCURACY = 1e-12
"""Relative, of the means: two quadratures of different fineness must agree so far."""
_SHORT = 1024
"""Floats of at most this denominator, such as 0.5, are taken for the rationals that they are."""
_REACH, _ORDER, _HALVINGS = 12.0, 24, 14


class NotConverged(ArithmeticError):
    """A Gaussian mean that no affordable quadrature settles to `ACCURACY`."""


@dataclass(frozen=True)
class Act:
    """An activation: its expression in z (None for a callable), and functions for it and its slope."""

    name: str
    expression: sp.Expr | None
    value: Callable
    slope: Callable | None

    @cached_property
    def side(self) -> tuple[sp.Expr, sp.Expr] | None:
        """The expressions for z > 0 and z < 0, in positive p = |z|; None for a callable."""
        if self.expression is None:
            return None
        p = sp.Symbol("p", positive=True)
        return tuple(sp.simplify(sp.piecewise_fold(self.expression.subs(z, s * p))) for s in (1, -1))

    @cached_property
    def slopes(self) -> tuple | None:
        """The two slopes of an activation that is a multiple of z on either side of 0; else None."""
        if self.side is None:
            return None
        found = [sp.diff(part, next(iter(part.free_symbols), z)) for part in self.side]
        found = [sp.simplify(found[0]), -sp.simplify(found[1])]
        linear = all(
            sp.simplify(part - s * a * next(iter(part.free_symbols), 0)) == 0
            for s, a, part in zip((1, -1), found, self.side, strict=True)
        )
        return tuple(found) if linear and not any(a.free_symbols for a in found) else None

    def means(self, K: float) -> dict[str, float]:
        """g, q, m_2, m_4, m_z, d at the kernel K (as named in `susceptibilities`), to `ACCURACY`.

        ValueError without a slope; `NotConverged` where the activation varies too fast.
        """
        if self.slope is None:
            raise ValueError(f"{self.name}: a callable needs slope=, its derivative, as a second callable")
        if not 0 < K < np.inf:
            raise ValueError(f"{self.name}: K = {K!r}: the kernel is a finite number > 0")
        before = None
        for fineness in (1, 2, 4, 8, 16):
            found = self._by_quadrature(K, fineness)
            if before is not None and np.all(np.abs(found[0] - before[0]) <= ACCURACY * found[1]):
                return dict(zip(("g", "q", "m_2", "m_4", "m_z", "d"), map(float, found[0]), strict=True))
            before = found
        raise NotConverged(
            f"{self.name}: means at K = {K:g} do not settle to {ACCURACY:g}; is it integrable?"
        )

    def _by_quadrature(self, K, fineness):
        x, w = _nodes(fineness)
        u = np.sqrt(K) * x
        f, df = np.asarray(self.value(u), float), np.asarray(self.slope(u), float)
        with np.errstate(over="ignore"):
            rows = np.stack(
                [f**2, f**4, f**2 * K * (x**2 - 1), f**2 * K**2 * (x**4 - 6 * x**2 + 3), u * f * df, df**2]
            )
        if not np.all(np.isfinite(rows)):
            raise NotConverged(f"{self.name}: not finite at K = {K:g}")
        size, outer = np.abs(rows) @ w, np.abs(rows) @ (w * (np.abs(x) > _REACH - 1))
        if np.any(outer > ACCURACY * size):
            raise NotConverged(f"{self.name}: grows too fast for a mean at K = {K:g}")
        return rows @ w, size


@lru_cache(maxsize=8)
def _nodes(fineness: int):
    """Gauss-Legendre nodes over |x| <= 12 with panels halved towards 0, and Gaussian weights."""
    ends = np.concatenate([[0.0], _REACH * 0.5 ** np.arange(_HALVINGS, -1, -1)])
    fine = np.concatenate(
        [np.linspace(a, b, fineness + 1)[:-1] for a, b in zip(ends, ends[1:], strict=False)]
    )
    fine = np.append(fine, _REACH)
    nodes, weights = np.polynomial.legendre.leggauss(_ORDER)
    middle, half = (fine[1:] + fine[:-1]) / 2, (fine[1:] - fine[:-1]) / 2
    x = (middle[:, None] + half[:, None] * nodes).ravel()
    w = (half[:, None] * weights).ravel() * np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi)
    return np.concatenate([-x[::-1], x]), np.concatenate([w[::-1], w])


def _on_sides(above, below):
    return sp.Piecewise((above, z >= 0), (below, True))


_SELU = sp.Rational("1.0507009873554805"), sp.Rational("1.6732632423543772")

EXPRESSIONS = {
    "linear": z,
    "relu": _on_sides(z, sp.S.Zero),
    "abs": _on_sides(z, -z),
    "step": _on_sides(sp.S.One, sp.S.Zero),
    "sign": _on_sides(sp.S.One, -sp.S.One),
    "tanh": sp.tanh(z),
    "sin": sp.sin(z),
    "cos": sp.cos(z),
    "erf": sp.erf(z),
    "normal_cdf": (1 + sp.erf(z / sp.sqrt(2))) / 2,
    "arctan": sp.atan(z),
    "gelu": z * (1 + sp.erf(z / sp.sqrt(2))) / 2,
    "swish": z / (1 + sp.exp(-z)),
    "sigmoid": (1 + sp.tanh(z / 2)) / 2,
    "softplus": _on_sides(z + sp.log(1 + sp.exp(-z)), sp.log(1 + sp.exp(z))),
    "elu": _on_sides(z, sp.exp(z) - 1),
    "selu": _SELU[0] * _on_sides(z, _SELU[1] * (sp.exp(z) - 1)),
    "mish": z * sp.tanh(sp.log(1 + sp.exp(z))),
    "snake": z + sp.sin(z) ** 2,
    "exponential": sp.exp(z),
    "gaussian": sp.exp(-(z**2)),
    "square": z**2,
    "cube": z**3,
}
ALIASES = {"silu": "swish", "absolute": "abs", "identity": "linear", "atan": "arctan", "sine": "sin"}


def leaky(a_plus, a_minus) -> sp.Expr:
    """The expression a_plus z for z >= 0, a_minus z below: leaky ReLU, ABReLU."""
    return _on_sides(sp.sympify(a_plus) * z, sp.sympify(a_minus) * z)


def activation(one, slope: Callable | None = None) -> Act:
    """An activation by name, SymPy expression in one symbol, one of `nngp_ntk`, or callable.

    A callable works on NumPy arrays and needs ``slope``, its derivative. ValueError for an unknown name
    (the nearest is suggested), TypeError for anything else.
    """
    if isinstance(one, Act):
        return one
    if isinstance(one, str):
        known = one.lower().replace("-", "_")
        known = ALIASES.get(known, known)
        if known not in EXPRESSIONS:
            near = difflib.get_close_matches(known, [*EXPRESSIONS, *ALIASES], n=1, cutoff=0.3)
            hint = f"did you mean {near[0]!r}?" if near else f"there is {', '.join(EXPRESSIONS)}"
            raise ValueError(f"no activation named {one!r}; {hint}")
        return _of_expression(known, EXPRESSIONS[known])
    expression = one if isinstance(one, sp.Basic) else getattr(one, "bound_expression", None)
    if isinstance(expression, sp.Basic):
        free = expression.free_symbols
        if len(free) > 1:
            raise ValueError(f"{one}: an expression in one symbol, not {', '.join(sorted(map(str, free)))}")
        name = getattr(one, "name", None) or str(expression)
        short = {x: sp.Rational(x) for x in expression.atoms(sp.Float) if sp.Rational(x).q <= _SHORT}
        expression = expression.xreplace(short)
        return _of_expression(name, expression.subs(next(iter(free), z), z))
    if callable(one):
        return Act(getattr(one, "__name__", "callable"), None, one, slope)
    raise TypeError(f"{one!r} is no activation: give a name, a SymPy expression or a callable")


@lru_cache(maxsize=128)
def _of_expression(name: str, expression: sp.Expr) -> Act:
    modules = [{"erf": _erf, "sech": lambda x: 1 / np.cosh(x)}, "numpy"]
    sides = [sp.N(expression.subs(z, sign * sp.Rational(1, 10**12))) for sign in (1, -1)]
    jumps = abs(sides[0] - sides[1]) > 1e-9
    slope = None if jumps else sp.diff(expression, z)

    def compiled(e):
        function = sp.lambdify(z, e, modules)

        def on_arrays(x):
            with np.errstate(all="ignore"):
                return np.broadcast_to(function(x), np.shape(x))

        return on_arrays

    return Act(name, expression, compiled(expression), slope if slope is None else compiled(slope))


def _erf(x):
    from scipy.special import erf

    return erf(x)
