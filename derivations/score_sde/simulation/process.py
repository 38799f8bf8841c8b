"""The VE, VP and sub-VP processes as code would state them, integrated numerically.

Integration is by SciPy's Runge-Kutta methods of order 5 or 3, in equal steps where a comparison follows
the error of the step, and by DOP853 at its finest tolerance where only the values matter. The state is a
few numbers: NumPy.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.integrate import solve_ivp

PROCESSES = ("VE", "VP", "sub-VP")
BETA = (0.1, 20.0)
SIGMA = (0.01, 50.0)


def coefficients(process: str, t) -> tuple:
    """Drift f and squared diffusion g2 at times t, with the parameters ``BETA`` and ``SIGMA``."""
    if process == "VE":
        return 0.0, 2 * np.log(SIGMA[1] / SIGMA[0]) * (SIGMA[0] * (SIGMA[1] / SIGMA[0]) ** t) ** 2
    beta = BETA[0] + t * (BETA[1] - BETA[0])
    held_back = 1.0
    if process == "sub-VP":
        held_back = 1 - np.exp(-2 * (BETA[0] * t + (BETA[1] - BETA[0]) * t**2 / 2))
    return -beta / 2, beta * held_back


def in_equal_steps(slope: Callable, start, times, step: float, method="RK45") -> np.ndarray:
    """The solution at ``times`` (multiples of the step) from ``start`` at 0: an array (times, components)."""
    state, now, found = np.asarray(start, dtype=float), 0.0, []
    for time in times:
        # no error is too large, and no step may exceed this one: every step is this one
        run = solve_ivp(
            slope, (now, time), state, method=method, first_step=step, max_step=step, rtol=1e-3, atol=1e30
        )
        state, now = run.y[:, -1], time
        found.append(state)
    return np.stack(found)


def moments(process: str, times) -> tuple[np.ndarray, np.ndarray]:
    """Signal level and noise variance at rising ``times``, from their equations of motion."""

    def slope(t, y):
        f, g2 = coefficients(process, t)
        return [f * y[0], 2 * f * y[1] + g2]

    run = solve_ivp(slope, (0, max(times)), [1.0, 0.0], method="DOP853", t_eval=times, rtol=3e-14, atol=1e-16)
    return run.y[0], run.y[1]
