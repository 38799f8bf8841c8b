"""The order of convergence of a sequence of errors, with an interval that says how well it is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Order:
    """``value`` with ``low`` and ``high`` around it, and the error constant: error ~ constant * size**-value.

    None of it where the errors are rounding from the start (``exact``), or do not fall (``stuck``, at the
    size ``left``).
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    constant: float | None = None
    exact: bool = False
    stuck: bool = False
    left: float | None = None


def measured_order(sizes, errors, noise: float) -> Order:
    """From errors at sizes that double, the largest last; below ``noise`` they are rounding.

    The slopes of neighbouring errors are extrapolated to infinite size, linearly in 1/size: the error has an
    expansion in powers of it. The interval holds the last slopes and their extrapolations, so that it is wide
    where these have not settled. Errors that are not finite count where the last one is not: then nothing
    converges; before it, that is a method unstable at few steps. ValueError unless the sizes double and each
    has its error.
    """
    sizes, errors = np.asarray(sizes, dtype=float), np.asarray(errors, dtype=float)
    if sizes.ndim != 1 or sizes.shape != errors.shape or not np.allclose(sizes[1:], 2 * sizes[:-1]):
        raise ValueError(f"sizes = {sizes}, errors = {errors}: needs an error for each of sizes that double")
    if not noise >= 0:
        raise ValueError(f"noise = {noise}: needs a number >= 0")
    if not np.isfinite(errors[-1]):
        return Order(None, stuck=True, left=float(errors[-1]))
    stable = len(errors) - int(np.argmin(np.isfinite(errors)[::-1])) if not np.isfinite(errors).all() else 0
    sizes, errors = sizes[stable:], errors[stable:]
    if np.all(errors <= noise):
        return Order(None, exact=True, left=float(errors[-1]))
    clear = errors > 30 * noise  # rounding moves a slope by less than 0.1
    last = len(errors) if clear.all() else int(np.argmin(clear))
    seen = errors[-1]
    sizes, errors = sizes[:last], errors[:last]
    if last < 3:
        return Order(None, left=float(seen))
    slopes = np.log2(errors[:-1] / errors[1:])
    steady = 2 * slopes[1:] - slopes[:-1]
    spread = float(np.max(np.abs(np.diff([*slopes[-2:], steady[-1]]))))
    value = float(steady[-1])
    if slopes[-1] < 0.25 and value < 0.25:
        return Order(None, stuck=True, left=float(errors[-1]))
    margin = max(spread, 0.02)
    return Order(
        value,
        value - margin,
        value + margin,
        constant=float(errors[-1] * sizes[-1] ** value),
        left=float(errors[-1]),
    )
