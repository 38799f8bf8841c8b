"""The critical initialisation of an activation: where the flow neither dies out nor explodes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import sympy as sp

from ..half_stable import gelu_critical, gelu_critical_kernel, gelu_drift, swish_initialisation
from ..scale_invariant import linear_kernel
from ..susceptibilities import critical_initialisation, kernel_curvature
from ..vanishing_kernel import vanishing_kernel_coefficients
from .activations import EXPRESSIONS, Act, NotConverged, activation, z
from .exact import evaluate

KINDS = ("scale-invariant", "vanishing kernel", "half-stable", "none")
_RANGE = (1e-3, 1e4)
"""Kernels among which a critical one is looked for."""


@dataclass(frozen=True)
class CriticalPoint:
    """A kernel at which both susceptibilities are 1, and the initialisation that has it.

    ``kind`` is one of `KINDS`; ``K`` is None for scale-invariant activations, where every kernel is
    critical. ``attracts``: "both sides", "from above", "from below", "nothing" (runs away), or
    "marginal". ``coefficients``: a_1, b_1, a_2 at a vanishing kernel (None where the activation has a
    kink there), A at another one. Exact where a closed form is known, floats otherwise.
    """

    kind: str
    K: object
    C_b: object
    C_W: object
    attracts: str
    coefficients: dict


@dataclass(frozen=True)
class Criticality:
    """The critical points of an activation; the first one is what to use. ``reason`` says why none."""

    name: str
    points: tuple[CriticalPoint, ...]
    reason: str = ""

    @property
    def kind(self) -> str:
        return self.points[0].kind if self.points else "none"

    @property
    def initialisation(self) -> tuple:
        """(C_b, C_W) of the first point. Raises ValueError where there is none."""
        if not self.points:
            raise ValueError(f"{self.name} has no critical initialisation: {self.reason}")
        return self.points[0].C_b, self.points[0].C_W


def criticality(one, slope: Callable | None = None) -> Criticality:
    """The critical points of an activation (name, SymPy expression, callable with its ``slope``).

    Exact for scale-invariant expressions, at vanishing kernel, and for GELU; to float64 for SWISH;
    otherwise roots of chi_parallel - chi_perp for kernels from 1e-3 to 1e4 by quadrature of 1e-12, and, of
    a callable, the vanishing kernel in floats, without coefficients.
    Source: D. A. Roberts, S. Yaida, B. Hanin, 2021.
    """
    act = activation(one, slope)
    if act.slope is None:
        if act.expression is None:
            raise ValueError(f"{act.name}: a callable needs slope=, its derivative, as a second callable")
        return Criticality(act.name, (), "it jumps, so that chi_perp is infinite")
    if act.slopes and any(act.slopes):
        C_W, C_b = (e.subs(_slopes(act.slopes)) for e in linear_kernel.unfolded)
        return Criticality(act.name, (CriticalPoint("scale-invariant", None, C_b, C_W, "marginal", {}),))
    zero, others = _at_zero(act), _elsewhere(act)
    stable = [zero] if zero and zero.attracts != "nothing" else []
    points = (*stable, *others, *([zero] if zero and not stable else []))
    reason = "" if points else "chi_parallel and chi_perp are never 1 together with C_b >= 0"
    return Criticality(act.name, points, reason)


def _slopes(pair) -> dict:
    from ..scale_invariant import a_minus, a_plus

    return {a_plus: pair[0], a_minus: pair[1]}


def _at_zero(act: Act) -> CriticalPoint | None:
    """The critical point at vanishing kernel, where the activation is 0 with a slope on some side."""
    if act.expression is None:
        return _at_zero_in_numbers(act)
    p = next(iter(act.side[0].free_symbols | act.side[1].free_symbols), None)
    if p is None or any(_limit(part, p) != 0 for part in act.side):
        return None
    sides = []
    for sign, part in zip((1, -1), act.side, strict=True):
        rows = [part]
        for _ in range(5):
            rows.append(sp.diff(rows[-1], p))
        sides.append([sp.simplify(_limit(row, p)) * sign**k for k, row in enumerate(rows)][1:])
    if not any(side[0] for side in sides):
        return None
    if sides[0] == sides[1]:
        values = dict(zip(vanishing_kernel_coefficients.names, sides[0], strict=True))
        C_W, a_1, b_1, a_2 = evaluate(vanishing_kernel_coefficients, **values)
        attracts = "nothing" if a_1 > 0 else "both sides" if a_1 < 0 else "marginal"
        return CriticalPoint(
            "vanishing kernel", sp.S.Zero, sp.S.Zero, C_W, attracts, {"a_1": a_1, "b_1": b_1, "a_2": a_2}
        )
    C_W, C_b = (e.subs(_slopes((sides[0][0], sides[1][0]))) for e in linear_kernel.unfolded)
    return CriticalPoint("vanishing kernel", sp.S.Zero, C_b, C_W, _drawn(act, float(C_W)), {})


def _at_zero_in_numbers(act: Act) -> CriticalPoint | None:
    """The same for a callable, from its values and slopes on either side of 0."""
    near = np.array([-1e-12, 1e-12])
    slopes = np.asarray(act.slope(near), float)
    if np.max(np.abs(act.value(near))) > 1e-9 or not np.any(slopes):
        return None
    C_W, C_b = (float(e.subs(_slopes(tuple(slopes)))) for e in linear_kernel.unfolded)
    return CriticalPoint("vanishing kernel", 0.0, C_b, C_W, _drawn(act, C_W), {})


def _drawn(act: Act, C_W: float) -> str:
    """Whether small kernels fall or grow: by one step of the flow from K = 1e-4."""
    small = 1e-4
    growth = C_W * act.means(small)["g"] / small - 1
    return "marginal" if abs(growth) < 1e-11 else "nothing" if growth > 0 else "both sides"


def _limit(expression, p):
    """The value at p = 0, by a limit (slow) only where it cannot be put in."""
    value = expression.subs(p, 0)
    return sp.limit(expression, p, 0) if value.has(sp.nan, sp.zoo, sp.oo) else value


def _elsewhere(act: Act) -> list[CriticalPoint]:
    from scipy.optimize import brentq

    if _is(act, "gelu"):
        (C_W, C_b), A = gelu_critical.rhs, gelu_drift.rhs
        return [_half_stable(gelu_critical_kernel.rhs, C_b, C_W, A)]
    if _is(act, "swish"):
        K, C_W, C_b = map(float, swish_initialisation(1.0))
        return [_half_stable(K, C_b, C_W, _drift(act, K, C_W))]

    def gap(log_K):
        K = np.exp(log_K)
        found = act.means(K)
        return (found["m_z"] / K - found["d"]) / (abs(found["m_z"]) / K + found["d"])

    grid, rows = np.linspace(*np.log(_RANGE), 97), []
    for x in grid:
        try:
            rows.append(gap(x))
        except NotConverged:
            rows.append(np.nan)
    points = []
    for (a, b), (low, high) in zip(
        zip(grid, grid[1:], strict=False), zip(rows, rows[1:], strict=False), strict=True
    ):
        if not low * high < 0 or min(abs(low), abs(high)) < 1e-11:
            continue
        K = float(np.exp(brentq(gap, a, b, xtol=1e-15, rtol=1e-14)))
        found = act.means(K)
        if K * found["d"] >= found["g"]:
            C_W, C_b = map(float, critical_initialisation(K, found["g"], found["d"]))
            points.append(_half_stable(K, C_b, C_W, _drift(act, K, C_W)))
    return points


def _is(act: Act, name: str) -> bool:
    """Whether this is the activation of that name, however it is written."""
    if act.name == name or act.expression is None:
        return act.name == name
    points = (sp.Rational(-7, 3), sp.Rational(1, 5), sp.Rational(9, 4))
    return all(abs(sp.N((act.expression - EXPRESSIONS[name]).subs(z, x), 30)) < 1e-25 for x in points)


def _drift(act: Act, K: float, C_W: float) -> float:
    """A of the flow delta' = delta + A delta^2 at a critical kernel."""
    return C_W * float(kernel_curvature(act.means(K)["m_4"], K)) / 2


def _half_stable(K, C_b, C_W, A) -> CriticalPoint:
    return CriticalPoint("half-stable", K, C_b, C_W, "from above" if A < 0 else "from below", {"A": A})
