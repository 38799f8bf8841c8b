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
    X, _ = split(rng, points)
    teacher, y, start = (v[:, 0] for v in teachers(rng, X, 2.0, 0.5, 1))
    left, singular, right = np.linalg.svd(X, full_matrices=False)
    A, pull = xp.asarray(X.T @ X), xp.asarray(X.T @ y)
    run = descend(
        (xp.asarray(start),),
        lambda w: (A @ w[0] - pull,),
        step=step,
        record_at=TIMES,
        observe=lambda w: xp.asarray(right) @ w[0],
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
    X, held_out = split(np.random.default_rng(0), points)
    _, singular, right = np.linalg.svd(X, full_matrices=False)

    def draw(rng):
        teacher, y, start = teachers(rng, X, SNR, INR, students)
        w = train(X, y, start, times, halvings=18)
        if measured == "modes":
            return np.mean((right @ (w - teacher)) ** 2, axis=-1)
        if measured == "training":
            return np.mean((y - X @ w) ** 2, axis=(1, 2))
        noise = rng.normal(size=(len(held_out), students)) / np.sqrt(SNR)
        return np.mean((held_out @ (teacher - w) + noise) ** 2, axis=(1, 2))

    t = FIRST * 2.0 ** np.arange(times)
    read = {
        "modes": {"t": t[:, None], "lam": singular**2},
        "training": {"t": t, "data": X},
        "test": {"t": t, "data": X, "held_out": held_out},
    }[measured]
    return Measurement(xp.asarray(replicate(draw, replicates, rng=rng, progress=progress)), read)


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
