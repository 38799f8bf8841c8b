"""How large a learning rate the loss allows, and how many steps training then takes."""

from __future__ import annotations

import numpy as np

from theory.simulation import Measurement, Simulation, descend

from .network import gradient_given, product


def largest_curvature(s: float, L: int, xp, points: int = 9):
    """The largest eigenvalue of the loss's Hessian along the way from no weights to the minimum.

    The network is a chain of L weights, all equal at each of ``points`` places on the way. The Hessian
    is the central difference of the gradient, exact for any difference as the loss is quadratic in
    each weight: a large one is taken, for the sake of rounding.
    """
    slope = gradient_given(xp.eye(1), xp.full((1, 1), s), 1.0)
    difference = s ** (1 / L)
    curvatures = []
    for share in np.linspace(0, 1, points).tolist():
        w, rows = share ** (1 / L) * s ** (1 / L), []
        for i in range(L):
            ends = [
                slope([xp.full((1, 1), w + (side * difference if j == i else 0.0)) for j in range(L)])
                for side in (1, -1)
            ]
            rows.append(xp.stack([(up - down)[0, 0] for up, down in zip(*ends, strict=True)]))
        rows = xp.stack(rows) / (2 * difference)
        curvatures.append(xp.max(xp.linalg.eigvalsh((rows + rows.T) / 2)))
    return xp.max(xp.stack(curvatures))


def best_rate(*, xp, rng, progress, s, L) -> Measurement:
    """The inverse of the largest curvature on the way to the minimum; ``s`` and ``L`` broadcast."""
    pairs = np.broadcast(*map(np.asarray, (s, L)))
    rates = [1 / largest_curvature(float(one), int(layers), xp) for one, layers in pairs]
    return Measurement(xp.reshape(xp.stack(rates), pairs.shape))


def steps_to_learn(*, xp, rng, progress, step, uf, s, u0, L) -> Measurement:
    """Steps until chains of ``L`` weights have each of the strengths ``uf``, times the share ``step``.

    The learning rate is that share of the best one, which is measured from the curvature. One row
    a strength, one column a number of layers.
    """
    counts = []
    for layers in np.ravel(L):
        best = 1 / float(largest_curvature(s, int(layers), xp))
        start = [xp.full((1, 1), u0 ** (1 / layers)) for _ in range(layers)]
        slope = gradient_given(xp.eye(1), xp.full((1, 1), s), 1 / best)
        # Once the slope is at its largest the error falls by 1 - step at each step.
        count = round((20 + 3 * s / u0) / step)
        path = descend(
            start,
            slope,
            step=step,
            steps=count,
            record_every=1,
            observe=lambda w: product(w)[0, 0],
            progress=progress,
        )
        counts.append(step * _when(xp.to_numpy(path.observations), np.ravel(uf), s))
    return Measurement(xp.asarray(np.stack(counts, axis=-1)), steps=count)


def _when(reached: np.ndarray, wanted: np.ndarray, s: float) -> np.ndarray:
    """At how many steps the strengths ``wanted`` are reached, by interpolation between steps.

    In log(u/(s - u)), in which training goes at an almost even pace, and of fifth order, so that
    the interpolation errs by less than the steps do. By SciPy: a few numbers.
    """
    from scipy.interpolate import make_interp_spline

    rising = reached[: np.searchsorted(reached, 0.999 * s)]
    pace = np.log(rising / (s - rising))
    return make_interp_spline(pace, np.arange(len(rising)), k=5)(np.log(wanted / (s - wanted)))


curvature = Simulation(best_rate)
steps_of_training = Simulation(steps_to_learn, {"laptop": {}, "gpu": {"step": (1 / 64, 1 / 128, 1 / 256)}})
