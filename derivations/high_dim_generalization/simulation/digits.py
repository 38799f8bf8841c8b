"""Teachers on real digits: students trained by gradient descent on some, tested on the others."""

from __future__ import annotations

from functools import partial

import numpy as np

from theory.simulation import Measurement, Simulation, descend, replicate

from ..data import split
from .student import FIRST, teachers, train

TIMES = (0.25, 0.5, 1.0, 2.0)


def modes(*, xp, rng, progress, points, step) -> Measurement:
    """The student's weights along the digits' singular vectors, by gradient descent: (times, modes).

    Read off the data: eigenvalues, teacher, start and noise along each vector.
    """
    data, _ = split(rng, points)
    # By NumPy everywhere: the values have the signs of the vectors.
    left, singular, right = map(xp.asarray, np.linalg.svd(data, full_matrices=False))
    X = xp.asarray(data)
    teacher, y, start = (v[:, 0] for v in teachers(rng, X, 2.0, 0.5, 1, xp))
    A, pull = X.T @ X, X.T @ y
    run = descend(
        (start,),
        lambda w: (A @ w[0] - pull,),
        step=step,
        record_at=TIMES,
        observe=lambda w: right @ w[0],
        progress=progress,
    )
    read = {
        "t": run.times[:, None], "lam": singular**2, "z_bar": right @ teacher, "z_0": right @ start,
        "noise": left.T @ (y - X @ teacher),
    }  # fmt: skip
    return Measurement(run.observations, read, steps=run.steps)


def errors(*, xp, rng, progress, SNR, INR, points, students, times, replicates, measured) -> Measurement:
    """Errors of many students on the same digits: on those held out or on the data (times,), or the mean
    square errors of the modes (times, modes). Read off: the digits, or their eigenvalues."""
    X, held_out = map(xp.asarray, split(np.random.default_rng(0), points))
    _, singular, right = xp.linalg.svd(X, full_matrices=False)

    def draw(rng):
        teacher, y, start = teachers(rng, X, SNR, INR, students, xp)
        w = train(X, y, start, times, xp, halvings=18)
        if measured == "modes":
            return xp.mean((right @ (w - teacher)) ** 2, axis=-1)
        if measured == "training":
            return xp.mean((y - X @ w) ** 2, axis=(1, 2))
        noise = xp.asarray(rng.normal(size=(len(held_out), students))) / SNR**0.5
        return xp.mean((held_out @ (teacher - w) + noise) ** 2, axis=(1, 2))

    t = FIRST * 2.0 ** np.arange(times)
    read = {
        "modes": {"t": t[:, None], "lam": singular**2},
        "training": {"t": t, "data": X},
        "test": {"t": t, "data": X, "held_out": held_out},
    }[measured]
    return Measurement(replicate(draw, replicates, rng=rng, progress=progress), read)


digit_modes = Simulation(
    modes,
    {"laptop": {"points": 40}, "gpu": {"points": 1000, "step": tuple(0.5**k for k in (10, 11, 12, 13))}},
)
_MANY = {
    "laptop": {"points": 40, "students": 100, "times": 6, "replicates": 32},
    "gpu": {"points": 1000, "students": 2000, "times": 9, "replicates": 200},
}
mode_errors_on_digits, training_on_digits, test_on_digits = (
    Simulation(partial(errors, measured=name), _MANY) for name in ("modes", "training", "test")
)
