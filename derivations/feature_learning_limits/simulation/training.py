"""Networks of two hidden layers trained on the digits at many learning rates: where the best rate lies."""

from __future__ import annotations

import numpy as np

from theory.simulation import Measurement, Simulation, replicate

from ..data import PARAMETRISATIONS, digits
from .deep import exponents, halves

CLASSES = 10
TRANSFER = ("maximal update", "standard")


def batch_of_digits(rng, images: int) -> tuple[np.ndarray, np.ndarray]:
    """Images (64, images) of mean norm 1, and targets (10, images) of mean 0 and mean square 1."""
    x, labels = digits()
    chosen = rng.choice(len(x), images, replace=False)
    targets = (np.eye(CLASSES)[labels[chosen]] - 1 / CLASSES) / np.sqrt((1 - 1 / CLASSES) / CLASSES)
    return x[chosen].T / np.sqrt(x.shape[1]), targets.T


def draws(rng, n: int, inputs: int, xp) -> list:
    """Standard normal numbers in the shapes of the weights of one network: (1, outputs, inputs)."""
    return [xp.asarray(rng.normal(size=(1, *shape))) for shape in ((n, inputs), (n, n), (CLASSES, n))]


def losses(z, name: str, rates, x, y, steps: int, xp, *, every: int = 0):
    """Mean squared errors (networks, rates) after steps of gradient descent from the draws ``z``.

    With ``every`` of all so many steps on the way: (networks, rates, records). Infinite where it diverged.
    """
    a_1, a_h, a_out, b_out, c = map(float, PARAMETRISATIONS[name])
    a, b = exponents(a_1, a_h, a_out, b_out)
    networks, n = z[0].shape[:2]
    first, second, last = (
        xp.astype(xp.repeat(n**-p * w, len(rates), axis=0), xp.float32) for p, w in zip(b, z, strict=True)
    )
    m = [n**-p for p in a]
    rate = xp.asarray(np.tile(rates, networks)[:, None, None], dtype=xp.float32) * (n**-c / x.shape[1])
    x, y = xp.asarray(x, dtype=xp.float32), xp.asarray(y, dtype=xp.float32)
    seen = []
    with np.errstate(over="ignore", invalid="ignore"):
        for k in range(steps + 1):
            z_1 = xp.tanh(m[0] * (first @ x))
            z_2 = xp.tanh(m[1] * (second @ z_1))
            error = y - m[2] * (last @ z_2)
            seen.append(xp.mean(error**2, axis=(1, 2)))
            if k == steps:
                break
            back_2 = m[2] * (xp.matrix_transpose(last) @ error) * (1 - z_2**2)
            back_1 = m[1] * (xp.matrix_transpose(second) @ back_2) * (1 - z_1**2)
            last = last + rate * m[2] * (error @ xp.matrix_transpose(z_2))
            second = second + rate * m[1] * (back_2 @ xp.matrix_transpose(z_1))
            first = first + rate * m[0] * (back_1 @ x.T)
    found = xp.stack(seen, axis=-1)
    found = xp.reshape(xp.where(xp.isfinite(found), found, xp.inf), (networks, -1, steps + 1))
    return found[:, :, ::every] if every else found[:, :, -1]


def largest_stable(rates, values, xp):
    """Logarithm to base 2 of the rate above which the loss ends above 1, by interpolation."""
    logs = xp.log2(xp.clip(values, 2.0**-10, 2.0**10))
    signs = xp.to_numpy(logs)
    k = len(signs) - 1
    while k > 0 and signs[k - 1] > 0:
        k -= 1
    if k == 0 or signs[k] <= 0:
        raise ArithmeticError("the largest stable rate is not inside the grid of rates")
    share = logs[k - 1] / (logs[k - 1] - logs[k])
    below, above = np.log2(rates[k - 1 : k + 1]).tolist()
    return below + xp.astype(share, xp.float64) * (above - below)


EDGE = {"maximal update": 4.5, "NTK": 8.0, "standard": 0.5}
"""About where training becomes unstable at width 32, for the middle of the grids of rates."""


def grid(name: str, n: int, points: int = 9, factor: float = 2.0**0.5) -> np.ndarray:
    """Rates around the largest stable one; in the standard parametrisation they fall as 1/n."""
    middle = EDGE[name] * (32 / n if name == "standard" else 1)
    return middle * factor ** (np.arange(points) - (points - 1) / 2)


def edge_slopes(*, xp, rng, progress, width, replicates, images, steps) -> Measurement:
    """Slope in the width, from half of it to all, of the logarithm of the largest stable rate on digits."""

    def edge(z, name, x, y):
        rates = grid(name, z[0].shape[1])
        found = losses(z, name, rates, x, y, steps, xp)
        return xp.mean(xp.stack([largest_stable(rates, found[i, :], xp) for i in range(len(found))]))

    def draw(rng):
        x, y = batch_of_digits(rng, images)
        z = draws(rng, width, len(x), xp)
        return xp.stack([edge(z, p, x, y) - edge(halves(z, xp), p, x, y) for p in TRANSFER])

    return Measurement(replicate(draw, replicates, rng=rng, progress=progress), steps=steps)


largest_rates = Simulation(
    edge_slopes,
    {
        "laptop": {"replicates": 32, "images": 16, "steps": 8},
        "gpu": {"replicates": 32, "images": 512, "steps": 100, "width": (128, 256, 512, 1024)},
    },
)
