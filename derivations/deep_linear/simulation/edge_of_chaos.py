"""Deep tanh networks with random weights: how large their preactivations are, and their gradients."""

from __future__ import annotations

import numpy as np

from theory.simulation import Measurement, Simulation, replicate


def layers(rng: np.random.Generator, g: float, width: int, depth: int, start: float, xp):
    """Variance of the preactivations and mean squared singular value of the Jacobian, layer by layer.

    x_{l+1} = W tanh(x_l) with entries of W of variance g^2/width; ``start`` is the variance of x_1.
    Two arrays (depth,). Width times the Jacobian's mean squared singular value is its squared norm.
    """
    x = xp.asarray(np.sqrt(start) * rng.normal(size=width))
    variance, factor = [], []
    for _ in range(depth):
        w = xp.asarray(g / np.sqrt(width) * rng.normal(size=(width, width)))
        slope = 1 - xp.tanh(x) ** 2
        factor.append(xp.sum(xp.sum(w**2, axis=0) * slope**2) / width)
        x = w @ xp.tanh(x)
        variance.append(xp.mean(x**2))
    return xp.stack(variance), xp.stack(factor)


def settled(rng: np.random.Generator, g: float, width: int, depth: int, settling: int, xp):
    """Preactivation variance and gradient factor (2,), averaged over ``depth`` layers after ``settling``."""
    variance, factor = layers(rng, g, width, settling + depth, abs(g - 1), xp)
    return xp.stack([xp.mean(variance[settling:]), xp.mean(factor[settling:])])


def fixed_point(*, xp, rng, progress, width, g, depth, settling, replicates) -> Measurement:
    """Preactivation variance and gradient factor of deep tanh networks with each gain ``g``.

    Averages over ``depth`` layers after ``settling`` ones; after as many as it takes until the squared
    signal underflows where it falls by ``g`` a layer.
    """
    gains = [float(gain) for gain in np.ravel(g)]
    smallest = np.log(np.finfo(float).smallest_subnormal) / 2  # squared it is 0
    waits = [settling if gain > 1 else settling + int(smallest / np.log(gain)) for gain in gains]

    def draw(rng):
        pairs = zip(gains, waits, strict=True)
        return xp.stack([settled(rng, gain, width, depth, wait, xp) for gain, wait in pairs])

    return Measurement(replicate(draw, replicates, rng=rng, progress=progress))


def gradient_growth(rng: np.random.Generator, g: float, width: int, depth: int, settling: int) -> np.ndarray:
    """Squared norm of a gradient carried back through ``depth`` layers, over the first; (depth + 1,).

    The signal passes ``settling`` layers before these.
    """
    x, path = 0.3 * rng.normal(size=width), []
    for layer in range(settling + depth):
        w = g / np.sqrt(width) * rng.normal(size=(width, width))
        if layer >= settling:
            path.append(w * (1 - np.tanh(x) ** 2))
        x = w @ np.tanh(x)
    back = rng.normal(size=width)
    sizes = [back @ back]
    for jacobian in reversed(path):
        back = jacobian.T @ back
        sizes.append(back @ back)
    return np.array(sizes) / sizes[0]


tanh_fixed_point = Simulation(
    fixed_point,
    {
        "laptop": {"depth": 60, "settling": 20, "replicates": 64},
        "gpu": {"depth": 40, "settling": 30, "replicates": 64, "width": (125, 250, 500, 1000)},
    },
)
