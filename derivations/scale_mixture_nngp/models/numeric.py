"""Integrals over the scale in u = ln s, by the trapezoidal rule around the peak of the integrand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.special import logsumexp

_DROP = 46.0
"""The rule ends where the integrand is exp(-46) = 1e-20 of its largest value."""
_LARGEST = 600.0
"""|ln s| never goes beyond: s stays a float."""


def nodes(log_integrand: Callable, count: int = 800) -> tuple[np.ndarray, np.ndarray]:
    """``count`` equidistant u and the log of integrand times step there.

    ``log_integrand(u)``: array to array, of one peak. An analytic integrand that dies out at both ends
    is integrated to rounding error once the step resolves the peak; 800 nodes over the range do.
    """
    grid = np.concatenate([-np.geomspace(_LARGEST, 1e-2, 400), [0.0], np.geomspace(1e-2, _LARGEST, 400)])
    with np.errstate(all="ignore"):
        low, high = grid[0], grid[-1]
        for _ in range(60):
            u = np.linspace(low, high, 401) if _ else grid
            values = np.nan_to_num(log_integrand(u), nan=-np.inf, posinf=-np.inf)
            top = np.max(values)
            if not np.isfinite(top):
                raise ArithmeticError("the integrand over ln s has no finite value")
            inside = np.flatnonzero(values > top - _DROP)
            first, last = max(inside[0] - 1, 0), min(inside[-1] + 1, len(u) - 1)
            done = _ and len(inside) > 300
            low, high = u[first], u[last]
            if done:
                break
        u = np.linspace(low, high, count)
        values = np.nan_to_num(log_integrand(u), nan=-np.inf, posinf=-np.inf)
    return u, values + np.log(u[1] - u[0])


def log_integral(log_integrand: Callable, count: int = 800) -> float:
    """ln of the integral over u of exp(log_integrand(u))."""
    return float(logsumexp(nodes(log_integrand, count)[1]))
