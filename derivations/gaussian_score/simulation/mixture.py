"""Mixtures under noise from their definition: by quadrature, by differences and by draws."""

from __future__ import annotations

from functools import partial

import numpy as np
from scipy.special import ndtr

from theory.simulation import Measurement, Simulation, replicate

from ..data import digits

_NODES = np.linspace(-13.0, 13.0, 4001)
"""In units of the sample's spread: the trapezoidal rule is exact to rounding for sums of Gaussians."""


_PLACES = np.array([[0.3, 0.2], [-1.1, 0.4], [0.8, -0.3], [0.2, 1.3], [2.0, -1.0]])


def missed_by_gaussian(points, masses, *, alpha: float, sigma: float, xp=np) -> tuple:
    """Fraction of the score's variance that the Gaussian of the same mean and variance misses, and share
    of signal in the sample's variance, for points with masses on a line under noise.

    The score is the slope of the noisy density over the density; both are sums over the points. Both
    numbers are arrays of the library ``xp`` with no axes.
    """
    points, masses = (xp.asarray(np.asarray(v, dtype=float)) for v in (points, masses))
    apart = points - masses @ points
    signal = alpha**2 * (masses @ apart**2)
    variance = signal + sigma**2
    x = xp.asarray(_NODES) * xp.sqrt(variance)
    terms = masses * xp.exp(-((x[:, None] - alpha * apart) ** 2) / (2 * sigma**2))
    density = xp.sum(terms, axis=1)
    score = -xp.sum(terms * (x[:, None] - alpha * apart), axis=1) / sigma**2 / density
    missed = density @ (score + x / variance) ** 2 / (density @ score**2)
    return missed, signal / variance


def moments(points, masses) -> tuple[float, float, float]:
    """Variance, skewness and excess kurtosis of points with masses."""
    points, masses = np.asarray(points, dtype=float), np.asarray(masses, dtype=float)
    apart = points - masses @ points
    variance = masses @ apart**2
    return (
        float(variance),
        float(masses @ apart**3 / variance**1.5),
        float(masses @ apart**4 / variance**2 - 3),
    )


_SIXTH = (1 - 3**-0.5) / 2
_LAWS = (((0.0, 1.0), (1 - _SIXTH, _SIXTH), 3), ((-1.5, 1.5), (0.5, 0.5), 4))
"""Points, masses, and the power of the share with which the Gaussian score fails: skewed, without excess
kurtosis (masses with the product 1/6); and symmetric."""


def far_field(*, xp, rng, progress, step, alpha, reference) -> Measurement:
    """What the Gaussian score misses of two laws where signal has the share ``step`` of the variance.

    Measured is the missed fraction times (share there / share at the noise level ``reference``)^-power:
    to leading order what would be missed at the reference level.
    """
    found, read = [], []
    for points, masses, power in _LAWS:
        lam, skewness, kurtosis = moments(points, masses)
        sigma = alpha * np.sqrt(lam * (1 / step - 1))
        missed, share = missed_by_gaussian(points, masses, alpha=alpha, sigma=sigma, xp=xp)
        at_reference = alpha**2 * lam / (alpha**2 * lam + reference**2)
        found.append(missed * (at_reference / share) ** power)
        read.append((lam, reference, skewness, kurtosis))
    names = ("lam", "sigma", "skewness", "kurtosis")
    inputs = dict(zip(names, np.array(read).T, strict=True))
    # what is missed is the square of a difference of scores that nearly agree
    return Measurement(xp.stack(found)[None, :], inputs, steps=round(len(_NODES) / step**2))


def mean_in_window(*, xp, rng, progress, step, x, x_1, x_2, pi_1, pi_2, alpha, sigma) -> Measurement:
    """The mean of two clean points, given that the noisy sample lies within step/2 of x.

    The points' masses times the noise's probability of the window; only its density at a point is the limit.
    A few numbers: NumPy.
    """
    x, x_1, x_2, pi_1, pi_2, alpha, sigma = np.broadcast_arrays(x, x_1, x_2, pi_1, pi_2, alpha, sigma)

    def mass(point):
        left = -np.abs(x - alpha * point)  # of the two tails the one that does not cancel
        return ndtr((left + step / 2) / sigma) - ndtr((left - step / 2) / sigma)

    first, second = pi_1 * mass(x_1), pi_2 * mass(x_2)
    found = (first * x_1 + second * x_2) / (first + second)
    return Measurement(xp.asarray(found[None]), steps=round(16 / step))


def slope_of_log_density(
    *, xp, rng, progress, step, weights, means, covariances, alpha, sigma
) -> Measurement:
    """The gradient of a mixture's noisy log-density and its second derivatives, by central differences.

    The density is a sum of Gaussian densities, with inverses and determinants of their covariances.
    """
    weights, means, covariances, x = (
        xp.asarray(np.asarray(v, dtype=float)) for v in (weights, means, covariances, _PLACES)
    )
    eye = xp.eye(means.shape[1])
    noisy = alpha**2 * covariances + sigma**2 * eye
    precisions, logs = xp.linalg.inv(noisy), xp.linalg.slogdet(2 * np.pi * noisy)[1]

    def log_density(x):
        apart = (x[:, None, :] - alpha * means)[..., None]
        squares = xp.sum(apart * (precisions @ apart), axis=(2, 3))
        return xp.log(xp.sum(weights * xp.exp(-(squares + logs) / 2), axis=1))

    axes, rows = step * eye, []
    for i, e in enumerate(axes):
        rows.append((log_density(x + e) - log_density(x - e)) / (2 * step))
        for f in axes[: i + 1, :]:
            mixed = log_density(x + e + f) - log_density(x + e - f)
            mixed = mixed - log_density(x - e + f) + log_density(x - e - f)
            rows.append(mixed / (4 * step**2))
    return Measurement(xp.stack(rows, axis=1), {"x": x}, steps=round(16 / step**2))


def noisy_digits(*, xp, rng, progress, alpha, sigma, samples, replicates) -> Measurement:
    """Moments of clean digits with functions of their noisy versions, over joint draws of both.

    The denoiser is the function D with E[(x_0 - D(x)).f(x)] = 0 for every f: measured is x_0.f(x) for
    f = x, tanh(4 x), and |x_0|^2 of the first 8 draws; read off are the noisy digits.
    """
    images = xp.asarray(digits())
    count, size = images.shape

    def draw(rng):
        clean = xp.take(images, xp.asarray(rng.integers(count, size=samples)), axis=0)
        noisy = alpha * clean + sigma * xp.asarray(rng.normal(size=(samples, size)))
        found = [xp.mean(xp.sum(clean * f, axis=1)) for f in (noisy, xp.tanh(4 * noisy))]
        found.append(xp.mean(xp.sum(clean[:8, :] ** 2, axis=1)))
        return xp.concat([xp.stack(found), xp.reshape(noisy, (-1,))])

    drawn = replicate(draw, replicates, rng=rng, progress=progress)
    noisy = xp.reshape(drawn[:, 3:], (replicates, samples, size))
    return Measurement(drawn[:, :3], {"x": noisy})


signal_in_noise = Simulation(partial(far_field, reference=0.7))
points_in_a_window = Simulation(mean_in_window)
differences_of_log_density = Simulation(slope_of_log_density)
digits_under_noise = Simulation(
    noisy_digits, {"laptop": {"samples": 100, "replicates": 32}, "gpu": {"samples": 1000, "replicates": 64}}
)
