"""The noise level a model is asked at: numbers, an axis of times, or times of a schedule."""

from __future__ import annotations

import numpy as np

from .schedule import Schedule


def level(sigma, alpha, t, schedule: Schedule | None) -> tuple:
    """(alpha, sigma), given as such (alpha = 1 in EDM's variables) or by ``t`` along a ``schedule``."""
    if schedule is None:
        if t is not None:
            raise ValueError(f"t = {t}: a time needs a schedule")
        if sigma is None:
            raise ValueError("sigma is missing: give the noise level, or t and a schedule")
        return alpha, sigma
    if (t is None) == (sigma is None):
        raise ValueError(f"{schedule.name}: give the time t once")
    return schedule.levels(sigma if t is None else t)  # the second positional argument is the time then


def journey(sigma, sigma_T, t, schedule: Schedule | None, t_start) -> tuple[tuple, tuple]:
    """(alpha, sigma) where a flow ends, and (alpha, sigma) where it starts."""
    end = level(sigma, 1.0, t, schedule)
    if schedule is None:
        if t_start is not None:
            raise ValueError(f"t_start = {t_start}: a time needs a schedule")
        return end, (1.0, 80.0 if sigma_T is None else sigma_T)
    if sigma_T is not None:
        raise ValueError(
            f"sigma_T = {sigma_T}: along a schedule give t_start, the time where the flow starts"
        )
    alpha, sigma = schedule.levels(schedule.t_max if t_start is None else t_start)
    return end, (float(alpha), float(sigma))


def column(value):
    """A level of shape (T,) as (T, 1), ready for the modes (r,)."""
    value = np.asarray(value, dtype=float)
    return value[:, None] if value.ndim == 1 else value
