"""Closed forms of the Gaussian score held against simulations that do not know them."""

from __future__ import annotations

import numpy as np

from theory.comparison import Comparison
from theory.tolerance import Discretisation, MonteCarlo

from .data import digits
from .far_field import edgeworth, unexplained_fraction
from .mixture import denoiser_of_points
from .models.mixture import MixtureModel
from .simulation.mixture import (
    differences_of_log_density,
    digits_under_noise,
    points_in_a_window,
    signal_in_noise,
)

# Mixtures: by the definition of a conditional mean, by differences of the log-density, by joint draws.


def score_and_jacobian(weights, means, covariances, alpha, sigma, x):
    """The mixture's score, after each component the lower part of the Jacobian's row: (B, 2 + 3)."""
    model = MixtureModel(weights, means, covariances)
    score, jacobian = (f(x, alpha=alpha, sigma=sigma) for f in (model.score, model.jacobian))
    rows = (np.column_stack([score[:, i], jacobian[:, i, : i + 1]]) for i in range(score.shape[1]))
    return np.column_stack(list(rows))


def moments_of_digits(alpha, sigma, x):
    """Moments of the denoised digits with functions of x, and their mean square from mean and covariance."""
    model = MixtureModel.from_points(digits())
    rows = []
    for noisy in x:
        clean = model.denoiser(noisy, alpha=alpha, sigma=sigma)
        slopes = model.denoiser_jacobian(noisy[:8], alpha=alpha, sigma=sigma)
        spread = sigma**2 / alpha * np.trace(slopes, axis1=1, axis2=2)
        products = [np.mean(np.sum(clean * f, axis=1)) for f in (noisy, np.tanh(4 * noisy))]
        rows.append([*products, np.mean(np.sum(clean[:8] ** 2, axis=1) + spread)])
    return np.array(rows)


two_points_on_a_line = Comparison(
    denoiser_of_points,
    points_in_a_window,
    {
        "x": (0.3, -0.4, 0.9, 0.1), "x_1": (1.0, 1.0, 0.5, -1.0), "x_2": (-1.0, 0.2, -0.7, 0.6),
        "pi_1": (0.3, 0.6, 0.2, 0.7), "pi_2": (0.7, 0.4, 0.8, 0.3), "alpha": (0.8, 1.0, 0.6, 0.9),
        "sigma": (0.5, 0.7, 0.6, 0.8),
    },
    Discretisation(2, (1 / 4, 1 / 8, 1 / 16, 1 / 32)),
)  # fmt: skip
gaussians_in_the_plane = Comparison(
    score_and_jacobian,
    differences_of_log_density,
    {
        "weights": (0.2, 0.5, 0.3), "means": ((0.0, 1.0), (-1.0, -0.5), (1.2, 0.0)),
        "covariances": (((0.5, 0.3), (0.3, 0.4)), ((1.0, -0.4), (-0.4, 0.3)), ((0.09, 0.0), (0.0, 0.0))),
        "alpha": 0.8, "sigma": 0.5,
    },
    Discretisation(2, (1 / 16, 1 / 32, 1 / 64, 1 / 128)),
)  # fmt: skip
digits_as_points = Comparison(
    moments_of_digits, digits_under_noise, {"alpha": 0.9, "sigma": 0.7}, MonteCarlo()
)

# Far from the data: a skewed law without excess kurtosis, and a symmetric one.
far_field_of_two_laws = Comparison(
    unexplained_fraction,
    signal_in_noise,
    {"alpha": 0.8},
    Discretisation(2, (1 / 32, 1 / 64, 1 / 128, 1 / 256)),
    covers=(edgeworth,),
)
