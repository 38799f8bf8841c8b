"""A random layer, and kernels iterated layer after layer at 40 digits."""

from __future__ import annotations

from functools import partial

import mpmath
import numpy as np
from scipy.special import erf

from theory.simulation import Measurement, Simulation, replicate


def cubic(z, w):
    """The activation with Hermite weights w (4,)."""
    return w[0] ** 0.5 + w[1] ** 0.5 * z + (w[2] / 2) ** 0.5 * (z**2 - 1) + (w[3] / 6) ** 0.5 * (z**3 - 3 * z)


def random_layer(*, xp, rng, progress, xi, width, replicates, phi="cubic", w_0=0, w_1=0, w_2=0, w_3=0):
    """The mean product of the units of a random layer, for pairs of inputs on the circle."""
    x = np.asarray(xi)
    inputs = np.stack([x, np.sqrt(1 - x**2)])
    if phi == "cubic":
        f = lambda z: cubic(z, (w_0, w_1, w_2, w_3))  # noqa: E731
    elif phi == "sine":
        norm = np.sqrt((1 - np.exp(-2)) / 2)  # E sin(z)^2
        f = lambda z: np.sin(z) / norm  # noqa: E731
    else:
        z, g = np.polynomial.hermite_e.hermegauss(120)
        norm = np.sqrt(g @ erf(z) ** 2 / g.sum())
        f = lambda z: erf(z) / norm  # noqa: E731

    def draw(rng):
        weights = rng.normal(size=(width, 2))
        return xp.asarray(np.mean(f(weights[:, :1]) * f(weights @ inputs), axis=0))

    return Measurement(replicate(draw, replicates, rng=rng, progress=progress), steps=width)


def iterated(gap, w, depth):
    """(1 - K, K, Theta) after ``depth`` layers at 40 digits, from K = Theta = 1 - gap."""
    with mpmath.workdps(40):
        w = [mpmath.mpf(v) for v in w]
        K = theta = 1 - mpmath.mpf(gap)
        for _ in range(int(depth)):
            slope = sum(k * w[k] * K ** (k - 1) for k in range(1, len(w)))
            K = sum(w[k] * K**k for k in range(len(w)))
            theta = K + slope * theta
        return 1 - K, K, theta


def tangent_at_depth(*, xp, rng, progress, step, xi, w_1, w_2, w_3) -> Measurement:
    """Theta_L / (L w_1^L) at depth L = 1/step."""
    depth = round(1 / step)
    found = [iterated(1 - x, (0, w_1, w_2, w_3), depth)[2] / (depth * mpmath.mpf(w_1) ** depth) for x in xi]
    return Measurement(xp.asarray(np.array([[float(v) for v in found]])))


def diagonal(*, xp, rng, progress, L, w_2, w_3) -> Measurement:
    """Theta_L of identical inputs, layer after layer at 40 digits."""
    found, slopes = [], []
    for depth, w2, w3 in zip(L, w_2, w_3, strict=True):
        w = (0, 1 - mpmath.mpf(w2) - mpmath.mpf(w3), w2, w3)
        found.append(float(iterated(0, w, depth)[2]))
        slopes.append(float(1 + mpmath.mpf(w2) + 2 * mpmath.mpf(w3)))
    return Measurement(xp.asarray(np.array(found)), {"q": np.array(slopes)})


def deep(*, xp, rng, progress, L, gap, w_2, w_3) -> Measurement:
    """The tangent kernel of pairs of inputs, layer after layer at 40 digits."""
    found = []
    for depth, e, w2, w3 in zip(L, gap, w_2, w_3, strict=True):
        w1 = 1 - mpmath.mpf(w2) - mpmath.mpf(w3)
        found.append(float(iterated(e, (0, w1, w2, w3), depth)[2]))
    return Measurement(xp.asarray(np.array(found)))


def local_slope(*, xp, rng, progress, step, w_2, w_3) -> Measurement:
    """-d ln a / d ln r between two pairs of inputs, at 1 - xi = step and a layer's factor above."""
    slopes, found, firsts = [], [], []
    for w2, w3 in zip(w_2, w_3, strict=True):
        w1 = 1 - mpmath.mpf(w2) - mpmath.mpf(w3)
        q, depth = 1 + w2 + 2 * w3, 120
        near, far = (iterated(e, (0, w1, w2, w3), depth)[1] for e in (step, step * q))
        found.append(float(2 * mpmath.log(near / far) / mpmath.log(q)))
        slopes.append(q), firsts.append(float(w1))
    return Measurement(xp.asarray(np.array([found])), {"w_1": np.array(firsts), "q": np.array(slopes)})


_MANY = {"laptop": {"width": 250_000, "replicates": 48}, "gpu": {"width": 2_000_000, "replicates": 256}}
_FEWER = {"laptop": {"width": 20_000, "replicates": 48}, "gpu": {"width": 2_000_000, "replicates": 256}}
layer_products = Simulation(random_layer, _MANY)
tangent_kernels = Simulation(tangent_at_depth)
diagonals = Simulation(partial(diagonal, w_2=(0.125, 0.25, 0.5, 0.0625), w_3=(0.25, 0.25, 0.125, 0.5)))
deep_tangents = Simulation(deep)
local_slopes = Simulation(partial(local_slope, w_2=(0.0, 0.25, 0.5), w_3=(0.5, 0.375, 0.25)))
sine_products = Simulation(partial(random_layer, phi="sine"), _FEWER)
erf_products = Simulation(partial(random_layer, phi="erf"), _FEWER)
