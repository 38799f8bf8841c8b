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


def fixed_point(*, xp, rng, progress, width, g, depth, settling, replicates) -> Measurement:
    """Preactivation variance and gradient factor, averaged over the layers after ``settling`` ones."""

    def draw(rng):
        variance, factor = layers(rng, float(g), width, depth, float(g) - 1, xp)
        return xp.stack([xp.mean(variance[settling:]), xp.mean(factor[settling:])])

    return Measurement(replicate(draw, replicates, rng=rng, progress=progress))


def quiet_gradient(*, xp, rng, progress, width, g, depth, settling, replicates) -> Measurement:
    """The gradient factor of a network whose signal dies out, averaged over the layers where it has."""

    def draw(rng):
        _, factor = layers(rng, float(g), width, depth, 1.0, xp)
        return xp.mean(factor[settling:])

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


_LAPTOP = {"depth": 60, "settling": 20, "replicates": 64}
_GPU = {"depth": 60, "settling": 30, "replicates": 64, "width": (125, 250, 500, 1000)}

tanh_fixed_point = Simulation(fixed_point, {"laptop": _LAPTOP, "gpu": _GPU})
# A signal that falls by g a layer takes longer to be gone.
_LONGER = {"depth": 80, "settling": 60}
tanh_quiet_gradient = Simulation(
    quiet_gradient, {"laptop": _LAPTOP | _LONGER, "gpu": _GPU | {"depth": 120, "settling": 60}}
)
