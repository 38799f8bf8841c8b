"""Linear denoisers trained by gradient descent, on exact second moments and on samples.

The data are centred; their covariance is given, in a random basis, or that of real images. Modes and
initial weights are read off the covariance and the initial matrices.
"""

from __future__ import annotations

import numpy as np

from theory.simulation import Measurement, Simulation, descend

from ..data import digits

LAM = (2.0, 0.8, 0.3, 0.05)
SIGMAS = (0.3, 1.0, 2.0)
TIMES = (0.5, 1, 2, 4)


def rotated(rng, lam) -> tuple[np.ndarray, np.ndarray]:
    """A random orthonormal basis, and the covariance with variances ``lam`` in it."""
    basis = np.linalg.qr(rng.normal(size=(len(lam), len(lam))))[0]
    return basis, basis * lam @ basis.T


def entries(basis, weights):
    """What a stack of matrices does to each mode: the diagonal in the modes' basis."""
    return ((weights @ basis) * basis).sum(-2)


def weights_of_one_layer(*, xp, rng, progress, step, eta, size=1) -> Measurement:
    """The modes' weights of a matrix at each noise level, trained with a bias from a random start."""
    basis, covariance = rotated(rng, np.tile(LAM, size))
    path, start = _one_layer(
        xp, rng, progress, covariance, step, eta, lambda W, b: entries(xp.asarray(basis), W)
    )
    return Measurement(path.observations, _read(path, basis, covariance, start[0]), steps=path.steps)


def bias_of_one_layer(*, xp, rng, progress, step, eta, size=1) -> Measurement:
    """The modes' biases at each noise level, trained with the weights from a random start."""
    basis, covariance = rotated(rng, np.tile(LAM, size))
    path, start = _one_layer(xp, rng, progress, covariance, step, eta, lambda W, b: b @ xp.asarray(basis))
    read = {"tau": path.times[:, None, None], "b0": start[1] @ basis}
    return Measurement(path.observations, read, steps=path.steps)


def on_digits(*, xp, rng, progress, step, eta) -> Measurement:
    """The weights of all 64 modes of scikit-learn's digits, trained on their covariance."""
    covariance = np.cov(digits().T, bias=True)
    basis = np.linalg.eigh(covariance)[1]
    path, start = _one_layer(
        xp, rng, progress, covariance, step, eta, lambda W, b: entries(xp.asarray(basis), W)
    )
    return Measurement(path.observations, _read(path, basis, covariance, start[0]), steps=path.steps)


def _one_layer(xp, rng, progress, covariance, step, eta, observe):
    """Gradient descent on E|Wx + b - x_0|^2 at each noise level: the path, and where it started."""
    size = len(covariance)
    start = [0.3 * rng.normal(size=(len(SIGMAS), size, *rest)) for rest in ((size,), ())]
    S, noisy = xp.asarray(covariance), xp.asarray(_noisy(covariance))

    def gradient(weights):
        W, b = weights
        return 2 * eta * (W @ noisy - S), 2 * eta * b

    path = descend(
        [xp.asarray(w) for w in start], gradient, step=step, record_at=TIMES, progress=progress,
        observe=lambda weights: observe(*weights),
    )  # fmt: skip
    return path, start


def _read(path, basis, covariance, start) -> dict:
    """What the prediction needs of the modes and of the first matrices."""
    return {
        "tau": path.times[:, None, None],
        "lam": np.maximum(entries(basis, covariance), 0),  # 0, to rounding, for pixels that never vary
        "sigma": np.array(SIGMAS)[:, None],
        "w0": entries(basis, start),
    }


def _noisy(covariance) -> np.ndarray:
    """The covariance of the noisy data at each of the noise levels."""
    return covariance + np.square(SIGMAS)[:, None, None] * np.eye(len(covariance))


def two_layers(*, xp, rng, progress, step, eta, size=1) -> Measurement:
    """The modes' weights of W = QQ^T, trained through Q at each noise level from a small aligned start."""
    basis, covariance = rotated(rng, np.tile(LAM, size))
    w0 = rng.uniform(0.01, 0.1, size=(len(SIGMAS), len(basis)))
    inner = np.linalg.qr(rng.normal(size=basis.shape))[0]
    start = (basis * np.sqrt(w0)[:, None, :]) @ inner
    S, noisy = xp.asarray(covariance), xp.asarray(_noisy(covariance))

    def gradient(weights):
        (Q,) = weights
        by_product = 2 * (Q @ Q.mT @ noisy - S)
        return (eta * (by_product + by_product.mT) @ Q,)

    path = descend(
        [xp.asarray(start)], gradient, step=step, record_at=TIMES, progress=progress,
        observe=lambda weights: entries(xp.asarray(basis), weights[0] @ weights[0].mT),
    )  # fmt: skip
    read = _read(path, basis, covariance, start @ np.swapaxes(start, -1, -2))
    return Measurement(path.observations, read, steps=path.steps)


def on_samples(*, xp, rng, progress, updates, eta, sigma, chains, replicates) -> Measurement:
    """Weights trained on one fresh sample and one fresh noise a step, ``updates`` steps a unit of time.

    A replicate is the mean over ``chains`` that see different samples. As no sample is used twice, the
    mean follows the steps of gradient descent on the loss itself.
    """
    lam, times = np.array(LAM[:3]), TIMES[1:]
    basis, covariance = rotated(rng, lam)
    start, root = 0.5 * rng.normal(size=basis.shape), xp.asarray(basis * np.sqrt(lam))
    many = replicates * chains
    W, b = xp.asarray(np.tile(start, (many, 1, 1))), xp.asarray(np.zeros((many, 3, 1)))
    found = []
    for k in range(round(times[-1] * updates)):
        clean = root @ xp.asarray(rng.normal(size=(many, 3, 1)))
        noisy = clean + sigma * xp.asarray(rng.normal(size=(many, 3, 1)))
        error = W @ noisy + b - clean
        W, b = W - 2 * eta / updates * error @ noisy.mT, b - 2 * eta / updates * error
        if (k + 1) / updates in times:
            modes = entries(xp.asarray(basis), W)
            found.append(xp.mean(xp.reshape(modes, (replicates, chains, 3)), axis=1))
        if progress is not None:
            progress(k + 1, times[-1] * updates)
    read = {
        "tau": np.array(times)[:, None],
        "lam": entries(basis, covariance),
        "w0": entries(basis, start),
    }
    return Measurement(xp.stack(found, axis=1), read, steps=round(times[-1] * updates))


_FINER = {"step": (1 / 32, 1 / 64, 1 / 128, 1 / 256), "size": 64}
one_layer_training = Simulation(weights_of_one_layer, {"laptop": {}, "gpu": _FINER})
bias_training = Simulation(bias_of_one_layer, {"laptop": {}, "gpu": _FINER})
two_layer_training = Simulation(two_layers, {"laptop": {}, "gpu": _FINER})
training_on_digits = Simulation(on_digits, {"laptop": {}, "gpu": {"step": _FINER["step"]}})
training_on_samples = Simulation(
    on_samples,
    {"laptop": {"chains": 256, "replicates": 32}, "gpu": {"chains": 1024, "replicates": 64}},
)
