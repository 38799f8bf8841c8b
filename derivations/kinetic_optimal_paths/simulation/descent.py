"""The least energy of a path whose stretch G(theta) is given, by descent on the path in steps.

The path is a polygon of radii and angles at times that crowd at both ends, where the levels may be square
roots of the time. Neither the chord nor a conserved quantity is assumed.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.optimize import minimize


def least_energy(stretch: Callable, steps: int) -> tuple[float, np.ndarray, np.ndarray, np.ndarray]:
    """(energy, times, radii, angles) of the best polygon of so many steps, by L-BFGS.

    ``stretch(theta)`` is G, vectorised. Of rho^2 G dtheta^2 the integral over a step is taken in its middle.
    """
    x = np.arange(steps + 1) / steps
    t = x * x * (3 - 2 * x)
    dt = np.diff(t)
    small = 1e-6

    def energy(levels):
        rho, theta = np.split(levels, 2)
        rho = np.concatenate([[1.0], rho, [1.0]])
        theta = np.concatenate([[0.0], theta, [np.pi / 2]])
        middle, angle = (rho[1:] + rho[:-1]) / 2, (theta[1:] + theta[:-1]) / 2
        G = stretch(np.clip(np.concatenate([angle, angle + small, angle - small]), 0.0, np.pi / 2))
        G, above, below = np.split(G, 3)
        drho, dtheta = np.diff(rho), np.diff(theta)
        each = (drho**2 + middle**2 * G * dtheta**2) / dt
        by_drho, by_middle = 2 * drho / dt, 2 * middle * G * dtheta**2 / dt
        by_dtheta = 2 * middle**2 * G * dtheta / dt
        by_angle = middle**2 * dtheta**2 * (above - below) / (2 * small) / dt
        left = by_middle / 2 - by_drho, by_angle / 2 - by_dtheta
        right = by_middle / 2 + by_drho, by_angle / 2 + by_dtheta
        slopes = [a[1:] + b[:-1] for a, b in zip(left, right, strict=True)]
        return float(np.sum(each)), np.concatenate(slopes)

    inner = t[1:-1]
    start = np.concatenate([np.hypot(inner, 1 - inner), np.arctan2(inner, 1 - inner)])
    bounds = [(1e-3, 2.0)] * len(inner) + [(small, np.pi / 2 - small)] * len(inner)
    run = minimize(
        energy, start, jac=True, method="L-BFGS-B", bounds=bounds,
        options={"maxiter": 10_000, "maxfun": 20_000, "ftol": 1e-13, "gtol": 1e-8, "maxcor": 50},
    )  # fmt: skip
    rho, theta = np.split(run.x, 2)
    return float(run.fun), inner, rho, theta
