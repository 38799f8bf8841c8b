"""A deep linear student end to end: its weights over time, from an equation of their own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.integrate import solve_ivp

from theory.closed_form.unchecked import unchecked

from ..deep_linear_student import end_to_end_velocity


def deep_student(X, y, start, layers: int, times: Sequence[float], *, accuracy: float = 1e-11) -> np.ndarray:
    """The product of the layers' weights (times, N) under gradient flow on the sum of squares.

    ``X`` (P, N), ``y`` (P,), ``start`` (N,), which is not 0; the layers start balanced, each with the
    strength |start|^(1/layers). ``times`` rise from 0 or later, in learning rate times steps.
    Raises ValueError for shapes that do not fit, a start at 0 or times that do not rise, ArithmeticError
    where the integration fails.
    """
    X, y, start, times = (np.asarray(v, dtype=float) for v in (X, y, start, times))
    if X.ndim != 2 or y.shape != X.shape[:1] or start.shape != X.shape[1:]:
        raise ValueError(
            f"X, y, start: need shapes (P, N), (P,) and (N,), got {X.shape}, {y.shape} and {start.shape}"
        )
    if not np.any(start):
        raise ValueError("start: 0 is a fixed point of a deep student; give a start of some length")
    if times.ndim != 1 or not len(times) or times[0] < 0 or np.any(np.diff(times) <= 0):
        raise ValueError(f"times: need to rise from 0 or later, got {times}")
    A, pull = X.T @ X, X.T @ y
    end_to_end_velocity(0.0, 0.0, 1.0, 1.0, layers)  # its domain

    def flow(_, beta):
        length = np.linalg.norm(beta)
        g = pull - A @ beta
        return unchecked(
            end_to_end_velocity, "numpy", (g, g @ beta / length, beta / length, length, float(layers))
        )

    found = solve_ivp(
        flow, (0.0, times[-1]), start, "DOP853", times, rtol=accuracy, atol=accuracy * np.max(np.abs(start))
    )
    if not found.success:
        raise ArithmeticError(f"the integration stopped: {found.message}")
    return found.y.T
