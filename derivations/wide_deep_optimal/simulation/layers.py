"""A random layer on any array library, and kernels iterated layer after layer at 40 digits (mpmath)."""

from __future__ import annotations

from functools import partial

import mpmath
import numpy as np

from theory.simulation import Measurement, Simulation, replicate


def cubic(z, w):
    """The activation with Hermite weights w (4,)."""
    return w[0] ** 0.5 + w[1] ** 0.5 * z + (w[2] / 2) ** 0.5 * (z**2 - 1) + (w[3] / 6) ** 0.5 * z * (z**2 - 3)


def random_layer(*, xp, rng, progress, xi, width, replicates, phi="cubic", b=1, w_0=0, w_1=0, w_2=0, w_3=0):
    """The mean product of the units of a random layer, for pairs of inputs on the circle."""
    x = np.asarray(xi)
    inputs = xp.asarray(np.stack([x, np.sqrt(1 - x**2)]))
    if phi == "cubic":
        f = lambda z: cubic(z, (w_0, w_1, w_2, w_3))  # noqa: E731
    else:
        raw = {"sine": xp.sin, "erf": xp.special.erf, "relu": lambda u: xp.maximum(u, 0.0)}[phi]
        u = xp.linspace(-12, 12, 24_001)  # the mean square, by the trapezoid rule
        norm = (xp.sum(xp.exp(-(u**2) / 2) * raw(b * u) ** 2) * 1e-3 / (2 * np.pi) ** 0.5) ** 0.5
        f = lambda z: raw(b * z) / norm  # noqa: E731

    def draw(rng):
        weights = xp.asarray(rng.normal(size=(width, 2)))
        return xp.mean(f(weights[:, :1]) * f(weights @ inputs), axis=0)

    return Measurement(replicate(draw, replicates, rng=rng, progress=progress), steps=width)


def iterated(gap, w, depth, digits=40):
    """(1 - K, K, Theta) after ``depth`` layers at ``digits`` digits, from K = Theta = 1 - gap."""
    with mpmath.workdps(digits):
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


def settled(*, xp, rng, progress, w_0, w_2, w_3, tangent=False, depth=1200):
    """Kernel (or tangent kernel) of different inputs at great depth, at 40 digits."""
    found = []
    for w0, w2, w3 in zip(w_0, w_2, w_3, strict=True):
        w = (w0, 1 - mpmath.mpf(w0) - mpmath.mpf(w2) - mpmath.mpf(w3), w2, w3)
        found.append([float(v) for v in iterated(0.5, w, depth)[1:]][tangent])
    return Measurement(xp.asarray(np.array(found)))


def logarithms(*, xp, rng, progress, L, xi, w_2, w_3) -> Measurement:
    """2^-L ln(w_2 K_L) at 40 digits."""
    found = []
    for depth, x, w2, w3 in zip(L, xi, w_2, w_3, strict=True):
        K = iterated(1 - mpmath.mpf(x), (0, 0, w2, w3), depth)[1]
        with mpmath.workdps(40):
            found.append(float(mpmath.log(w2 * K) / 2**depth))
    return Measurement(xp.asarray(np.array(found)))


def distances(*, xp, rng, progress, L, gap, p, w_2) -> Measurement:
    """(1 - K_L)/p^L of weights to the second degree, at 40 digits."""
    found = []
    for e, slope, w2 in zip(gap, p, w_2, strict=True):
        w1 = mpmath.mpf(slope) - 2 * mpmath.mpf(w2)
        found.append(float(iterated(e, (1 - w1 - w2, w1, w2), L)[0] / mpmath.mpf(slope) ** L))
    return Measurement(xp.asarray(np.array(found)))


_MANY = {"laptop": {"width": 160_000, "replicates": 48}, "gpu": {"width": 2_000_000, "replicates": 256}}
_FEWER = {"laptop": {"width": 20_000, "replicates": 48}, "gpu": {"width": 2_000_000, "replicates": 256}}
layer_products = Simulation(random_layer, _MANY)
tangent_kernels = Simulation(tangent_at_depth)
diagonals = Simulation(partial(diagonal, w_2=(0.125, 0.25, 0.5, 0.0625), w_3=(0.25, 0.25, 0.125, 0.5)))
deep_tangents = Simulation(deep)
local_slopes = Simulation(partial(local_slope, w_2=(0.0, 0.25, 0.5), w_3=(0.5, 0.375, 0.25)))
sine_products = Simulation(partial(random_layer, phi="sine"), _FEWER)
erf_products = Simulation(partial(random_layer, phi="erf"), _FEWER)
relu_products = Simulation(partial(random_layer, phi="relu"), _FEWER)
settled_kernels = Simulation(settled)
settled_tangents = Simulation(partial(settled, tangent=True))
nearest_logarithms = Simulation(logarithms)
distances_from_one = Simulation(distances)
