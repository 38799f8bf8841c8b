"""Gradient descent, ridge and least squares on sampled data: errors of finite linear students."""

from __future__ import annotations

from functools import partial

import numpy as np

from theory.simulation import Measurement, Simulation, replicate

FIRST = 1 / 8
"""The first time at which errors are recorded; every other is twice the one before."""
HALVINGS = 12
"""A step of gradient descent is the first time over 2^12."""


def inputs(rng, count, components: int, xp):
    """Gaussian inputs of variance 1/components: (count, components), or (draws, count, components)."""
    return xp.asarray(rng.normal(size=(*np.atleast_1d(count), components))) / components**0.5


def teachers(rng, X, SNR, INR, students: int, xp):
    """Teachers (..., N, students), noisy labels (..., P, students), starts (..., N, students)."""
    *draws, P, N = X.shape
    teacher = xp.asarray(rng.normal(size=(*draws, N, students)))
    labels = X @ teacher + xp.asarray(rng.normal(size=(*draws, P, students))) / SNR**0.5
    return teacher, labels, xp.asarray(rng.normal(size=(*draws, N, students))) * INR**0.5


def train(X, y, start, times: int, xp, first=FIRST, halvings=HALVINGS):
    """Weights (times, N, students) after gradient descent on the sum of squares; each time is twice the last.

    The steps of size first/2^halvings are taken together, by squaring: two runs of m steps are one of 2 m.
    """
    step = first / 2**halvings
    A, pull = X.T @ X, X.T @ y
    many = xp.eye(len(A)) - step * A
    w, found = start + step * (pull - A @ start), []
    for k in range(halvings + times):
        if k >= halvings:
            found.append(w)
        w = w + many @ (w - start)
        many = many @ many
    return xp.stack(found)


def test_error(w, teacher, SNR, xp):
    """On fresh noisy inputs, one for each student: (..., students)."""
    return xp.mean((w - teacher) ** 2, axis=-2) + 1 / SNR


def training_error(w, X, y, xp):
    """The mean square of what is left of the labels: (..., students)."""
    return xp.mean((y - X @ w) ** 2, axis=-2)


def over_time(*, xp, rng, progress, alpha, SNR, INR, inputs_of, students, times, replicates, measured):
    """Errors of students trained by gradient descent, for some numbers of data: (times, alpha)."""
    N, alpha = inputs_of, np.atleast_1d(alpha)

    def draw(rng):
        found = []
        for ratio in alpha:
            X = inputs(rng, round(ratio * N), N, xp)
            teacher, y, start = teachers(rng, X, SNR, INR, students, xp)
            w = train(X, y, start, times, xp)
            errors = test_error(w, teacher, SNR, xp) if measured == "test" else training_error(w, X, y, xp)
            found.append(xp.mean(errors, axis=-1))
        return xp.stack(found, axis=-1)

    read = {"t": FIRST * 2.0 ** np.arange(times)[:, None]}
    return Measurement(replicate(draw, replicates, rng=rng, progress=progress), read)


def at_one(**settings) -> Measurement:
    """Errors at some times of students with as many data as weights: (times,)."""
    found = over_time(alpha=1.0, **settings)
    return Measurement(found.values[..., 0], {"t": found.inputs["t"][:, 0]})


def late(*, xp, rng, progress, P, N, SNR, INR=0.0, draws, students, replicates) -> Measurement:
    """Least squares from a random start: the solution that is nearest to it. Test errors, (sizes,)."""

    def draw(rng):
        found = []
        for rows, columns in zip(np.atleast_1d(P), np.atleast_1d(N), strict=True):
            X = inputs(rng, (draws, rows), int(columns), xp)
            teacher, y, start = teachers(rng, X, SNR, INR, students, xp)
            w = start + xp.linalg.pinv(X) @ (y - X @ start)
            found.append(xp.mean(test_error(w, teacher, SNR, xp)))
        return xp.stack(found)

    return Measurement(replicate(draw, replicates, rng=rng, progress=progress))


def ridge(*, xp, rng, progress, gamma, alpha, SNR, inputs_of, students, replicates) -> Measurement:
    """Test errors of ridge regression, for some penalties and numbers of data: (gamma, alpha)."""
    N = inputs_of

    def draw(rng):
        found = []
        for ratio in np.ravel(alpha):
            X = inputs(rng, round(ratio * N), N, xp)
            teacher, y, _ = teachers(rng, X, SNR, 0.0, students, xp)
            gram, pull = X.T @ X, X.T @ y
            of = [xp.linalg.solve(gram + g * xp.eye(N), pull) for g in np.ravel(gamma).tolist()]
            found.append(xp.stack([xp.mean(test_error(w, teacher, SNR, xp)) for w in of]))
        return xp.stack(found, axis=1)

    return Measurement(replicate(draw, replicates, rng=rng, progress=progress))


def traces(*, xp, rng, progress, gamma, alpha, inputs_of, replicates) -> Measurement:
    """The mean over modes of 1/(lambda + gamma): (gamma, alpha)."""
    N = inputs_of

    def draw(rng):
        data = [inputs(rng, round(ratio * N), N, xp) for ratio in np.ravel(alpha)]
        penalties = [g * xp.eye(N) for g in np.ravel(gamma).tolist()]
        of = [[xp.linalg.trace(xp.linalg.inv(X.T @ X + p)) / N for X in data] for p in penalties]
        return xp.stack([xp.stack(row) for row in of])

    return Measurement(replicate(draw, replicates, rng=rng, progress=progress))


def squares(*, xp, rng, progress, alpha, inputs_of, replicates) -> Measurement:
    """The mean over modes of the squared eigenvalue: (alpha,)."""
    N = inputs_of

    def draw(rng):
        data = [inputs(rng, round(ratio * N), N, xp) for ratio in np.ravel(alpha)]
        return xp.stack([xp.sum((X.T @ X) ** 2) / N for X in data])

    return Measurement(replicate(draw, replicates, rng=rng, progress=progress))


def sizes(*, xp, rng, progress, n, P, N, SNR, draws, students, replicates) -> Measurement:
    """Students that see the first n of N inputs, by least squares of the least norm: test errors, (n,)."""

    def draw(rng):
        X = inputs(rng, (draws, P), N, xp)
        teacher, y, _ = teachers(rng, X, SNR, 0.0, students, xp)
        found = []
        for seen in np.ravel(n).tolist():
            w = xp.concat([xp.linalg.pinv(X[..., :seen]) @ y, xp.zeros((draws, N - seen, students))], axis=1)
            found.append(xp.mean(test_error(w, teacher, SNR, xp)))
        return xp.stack(found)

    return Measurement(replicate(draw, replicates, rng=rng, progress=progress))


def frozen(*, xp, rng, progress, alpha, INR, inputs_of, students, replicates) -> Measurement:
    """The error in the directions that no datum has a part in, after gradient descent: (alpha,)."""
    N = inputs_of

    def draw(rng):
        found = []
        for ratio in np.ravel(alpha):
            X = inputs(rng, round(ratio * N), N, xp)
            teacher, y, start = teachers(rng, X, 1.0, INR, students, xp)
            w = train(X, y, start, 4, xp)[-1, ...]
            without = xp.eye(N) - xp.linalg.pinv(X) @ X
            found.append(xp.mean(xp.sum((without @ (w - teacher)) ** 2, axis=0)) / N)
        return xp.stack(found)

    return Measurement(replicate(draw, replicates, rng=rng, progress=progress))


def best_times(*, xp, rng, progress, alpha, SNR, INR, inputs_of, students, replicates) -> Measurement:
    """When the test error of many students, trained on the same inputs, is smallest on average: (alpha,)."""
    N, apart = inputs_of, 1 / 16

    def draw(rng):
        found = []
        for ratio in np.ravel(alpha):
            X = inputs(rng, round(ratio * N), N, xp)
            teacher, y, start = teachers(rng, X, SNR, INR, students, xp)
            before = None
            w = early = train(X, y, start, 1, xp, apart, 8)[0, ...]
            steps = xp.linalg.matrix_power(xp.eye(N) - apart / 256 * X.T @ X, 256)
            errors = [xp.mean(test_error(at, teacher, SNR, xp)) for at in (start, w)]
            while before is None or errors[-1] < errors[-2] or len(errors) < 3:
                before, w = w, early + steps @ (w - start)
                errors.append(xp.mean(test_error(w, teacher, SNR, xp)))
            a, b, c = errors[-3:]
            found.append(apart * (len(errors) - 2 + (a - c) / (2 * (a - 2 * b + c))))  # the parabola's bottom
        return xp.stack(found)

    return Measurement(replicate(draw, replicates, rng=rng, progress=progress))


_CURVES = {
    "laptop": {"students": 120, "times": 7, "replicates": 40},
    "gpu": {"students": 2000, "times": 9, "replicates": 200, "inputs_of": (100, 200, 400)},
}
test_errors, training_errors = (
    Simulation(partial(over_time, measured=name), _CURVES) for name in ("test", "training")
)
_AT_ONE = {**_CURVES, "laptop": {"students": 250, "times": 8, "replicates": 80}}
test_errors_at_one, training_errors_at_one = (
    Simulation(partial(at_one, measured=name), _AT_ONE) for name in ("test", "training")
)
_EXACT = {
    "laptop": {"draws": 100, "students": 8, "replicates": 96},
    "gpu": {"draws": 2000, "students": 20, "replicates": 1000},
}
late_errors, errors_of_sizes = (Simulation(run, _EXACT) for run in (late, sizes))
_MANY = {
    "laptop": {"students": 100, "replicates": 32},
    "gpu": {"students": 2000, "replicates": 500, "inputs_of": (100, 200, 400)},
}
ridge_errors, stopping_times = (Simulation(run, _MANY) for run in (ridge, best_times))
frozen_errors = Simulation(
    frozen, {scale: {**settings, "inputs_of": 20} for scale, settings in _MANY.items()}
)
_SPECTRA = {"laptop": {"replicates": 64}, "gpu": {"replicates": 1000, "inputs_of": (200, 400, 800)}}
resolvent_traces, squared_eigenvalues = (Simulation(run, _SPECTRA) for run in (traces, squares))
