"""Students of several layers, trained by gradient descent on all their weights."""

from __future__ import annotations

import numpy as np

from theory.simulation import Measurement, Simulation, descend, replicate

from .student import inputs, teachers

TIMES = (0.25, 0.5, 1.0, 2.0)


def deep(*, xp, rng, progress, layers, width, points, components, step) -> Measurement:
    """The product of the layers of a linear network (times, components), started balanced at rank one.

    Read off: the data and the product at the start.
    """
    X = inputs(rng, points, components, xp)
    _, y, start = (v[:, 0] for v in teachers(rng, X, 2.0, 0.5, 1, xp))
    size = xp.linalg.vector_norm(start)
    ends = [xp.asarray(v / np.linalg.norm(v)) for v in rng.normal(size=(layers - 1, width))]
    left = [*ends, xp.ones(1)]
    right = [start / size, *ends]
    weights = [size ** (1 / layers) * (u[:, None] * v) for u, v in zip(left, right, strict=True)]

    def product(weights):
        whole = weights[0]
        for W in weights[1:]:
            whole = W @ whole
        return whole[0]

    def gradient(weights):
        off = X.T @ (X @ product(weights) - y)
        below = [None]
        for W in weights[:-1]:
            below.append(W if below[-1] is None else W @ below[-1])
        slopes, above = [], xp.ones((1, 1))
        for W, under in zip(weights[::-1], below[::-1], strict=True):
            incoming = off[None, :] if under is None else (under @ off)[None, :]
            slopes.append(above.T @ incoming)
            above = above @ W
        return tuple(slopes[::-1])

    run = descend(tuple(weights), gradient, step=step, record_at=TIMES, observe=product, progress=progress)
    return Measurement(
        run.observations, {"X": X, "y": y, "start": start, "times": run.times}, steps=run.steps
    )


def aligned(*, xp, rng, progress, epsilon_0, points, components, step) -> Measurement:
    """Two layers, one hidden unit for each singular vector of the data: the modes' weights, (times, modes).

    Read off: the modes' eigenvalues and correlations with the labels.
    """
    X = inputs(rng, points, components, xp)
    _, y, _ = (v[:, 0] for v in teachers(rng, X, 2.0, 0.0, 1, xp))
    # By NumPy everywhere: the values have the signs of the vectors.
    _, singular, right = map(xp.asarray, np.linalg.svd(xp.to_numpy(X), full_matrices=False))
    hidden, first = X @ right.T, xp.full((len(singular),), epsilon_0)

    def gradient(weights):
        a, b = weights
        off = hidden.T @ (hidden @ (a * b) - y)
        return b * off, a * off

    run = descend(
        (first, first),
        gradient,
        step=step,
        record_at=TIMES,
        observe=lambda w: w[0] * w[1],
        progress=progress,
    )
    read = {"t": run.times[:, None], "lam": singular**2, "c": right @ (X.T @ y)}
    return Measurement(run.observations, read, steps=run.steps)


def aligned_students(*, xp, rng, progress, t, SNR, epsilon, alpha, inputs_of, students, step, replicates):
    """Test errors of many such students on random data, after times t: (times,)."""
    N, every = inputs_of, np.rint(np.ravel(t) / step).astype(int)

    def draw(rng):
        X = inputs(rng, round(alpha * N), N, xp)
        teacher, y, _ = teachers(rng, X, SNR, 0.0, students, xp)
        right = xp.asarray(np.linalg.svd(xp.to_numpy(X))[2])  # their signs make the start
        hidden = X @ right.T
        squares, pull, found = hidden.T @ hidden, hidden.T @ y, []
        a = b = xp.full((N, students), epsilon)
        for k in range(every[-1]):
            off = pull - squares @ (a * b)
            # the midpoint: an error of the second order in the step
            half_a, half_b = a + step / 2 * b * off, b + step / 2 * a * off
            off = pull - squares @ (half_a * half_b)
            a, b = a + step * half_b * off, b + step * half_a * off
            if k + 1 in every:
                found.append(xp.mean((right.T @ (a * b) - teacher) ** 2) + 1 / SNR)
        return xp.stack(found)

    return Measurement(replicate(draw, replicates, rng=rng, progress=progress))


_NETWORK = {
    "laptop": {"width": 5, "points": 12, "components": 8},
    "gpu": {"width": 200, "points": 150, "components": 100, "step": tuple(0.5**k for k in (11, 12, 13, 14))},
}
deep_students = Simulation(deep, _NETWORK)
aligned_modes = Simulation(
    aligned,
    {
        "laptop": {"points": 12, "components": 8},
        "gpu": {"points": 600, "components": 400, "step": tuple(0.5**k for k in (10, 11, 12, 13))},
    },
)
aligned_errors = Simulation(
    aligned_students,
    {
        "laptop": {"students": 40, "step": 1 / 32, "replicates": 24},
        "gpu": {"students": 500, "step": 1 / 128, "replicates": 200, "inputs_of": (50, 100, 200)},
    },
)
