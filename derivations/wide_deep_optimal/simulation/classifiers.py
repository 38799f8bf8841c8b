"""Regression without ridge at finite depth, nearest neighbours and Hilbert votes, from the equations.

Regression needs more digits than a double's: mpmath, whatever the array library.
"""

from __future__ import annotations

import mpmath
import numpy as np

from theory.simulation import Measurement, Simulation, replicate

from .arc import BAYES, sample
from .layers import iterated

TRAINING = (0.1, 0.7, 1.4)
TESTS = (0.4, 1.05)


def ridgeless(*, xp, rng, progress, step, w_1, w_2, w_3) -> Measurement:
    """What each label counts in ridgeless regression with the tangent kernel of depth 1/step, on the circle.

    Times the kernel of an input with itself, over depth and decay; the scalar products are handed on.
    """
    depth, w = round(1 / step), (0, w_1, w_2, w_3)
    with mpmath.workdps(60):
        pairs = {(s, t): mpmath.cos(s - t) for s in (*TESTS, *TRAINING) for t in TRAINING}
        theta = {key: iterated(1 - x, w, depth)[2] for key, x in pairs.items()}
        gram = mpmath.matrix([[theta[s, t] for t in TRAINING] for s in TRAINING])
        unit = gram[0, 0] / (depth * mpmath.mpf(w_1) ** depth)
        inverse = gram**-1
        found = [
            float(unit * sum(theta[s, t] * inverse[i, j] for i, t in enumerate(TRAINING)))
            for s in TESTS
            for j in range(len(TRAINING))
        ]
    xi = np.array([float(pairs[s, t]) for s in TESTS for t in TRAINING])
    return Measurement(xp.asarray(np.array([found])), {"xi": xi})


def kriged(*, xp, rng, progress, step, y_1, y_2, weights=(0.375, 0.5, 0.125), angles=(0.2, 1.3, 0.55)):
    """Ridgeless prediction with the tangent kernel of depth 1/step of two labels, slope at 1 below 1.

    Hands on 1 - K over its decay at great depth, for the new input with both and between the two.
    """
    depth, slope = round(1 / step), weights[1] + 2 * weights[2]
    first, second, new = angles
    with mpmath.workdps(90):
        gaps = [1 - mpmath.cos(s - t) for s, t in ((new, first), (new, second), (first, second))]
        one, two, both = (iterated(e, weights, depth, digits=90)[2] for e in gaps)
        same = iterated(0, weights, depth, digits=90)[2]
        inverse = mpmath.matrix([[same, both], [both, same]]) ** -1
        found = [
            float((mpmath.matrix([[one, two]]) * inverse * mpmath.matrix([a, b]))[0])
            for a, b in zip(y_1, y_2, strict=True)
        ]
        g = [float(iterated(e, weights, 300, digits=90)[0] / mpmath.mpf(slope) ** 300) for e in gaps]
    return Measurement(xp.asarray(np.array([found])), dict(zip(("g_1", "g_2", "g_12"), g, strict=True)))


def nearest_errors(*, xp, rng, progress, samples, p, replicates, tests=400):
    """Share of test labels on the arc that differ from the label of the nearest of ``samples`` points."""

    def draw(rng):
        (X, y), (X_test, y_test) = (map(xp.asarray, sample(count, rng)) for count in (samples, tests))
        wrong = y[xp.argmax(X_test @ X.T, axis=1)] != y_test
        return xp.mean(xp.astype(wrong, xp.float64))[None]

    if p != BAYES:
        raise ValueError(f"p = {p}: the labels of the arc are drawn with {BAYES}")
    return Measurement(replicate(draw, replicates, rng=rng, progress=progress), steps=samples)


def vote_concentration(*, xp, rng, progress, samples, d, alpha, replicates):
    """Sum of squares of the shares of a vote with weights r^-alpha, of ``samples`` points in a ball."""

    def draw(rng):
        r = xp.asarray(rng.random((50, samples))) ** (1 / d)
        weights = (r / xp.min(r, axis=1, keepdims=True)) ** -alpha
        return xp.mean(xp.sum(weights**2, axis=1) / xp.sum(weights, axis=1) ** 2)[None]

    return Measurement(replicate(draw, replicates, rng=rng, progress=progress), steps=samples)


ridgeless_votes = Simulation(ridgeless)
kriged_predictions = Simulation(kriged)
nearest_risks = Simulation(nearest_errors, {"laptop": {"replicates": 256}, "gpu": {"replicates": 4096}})
concentrations = Simulation(vote_concentration, {"laptop": {"replicates": 64}, "gpu": {"replicates": 1024}})
