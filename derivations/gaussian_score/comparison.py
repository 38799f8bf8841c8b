"""Closed forms of the Gaussian score model held against integrated flows, regressions, chains
and training."""

from __future__ import annotations

import numpy as np

from theory.comparison import Comparison
from theory.tolerance import Discretisation, FiniteSize, MonteCarlo, RoundOff

from .data import digits
from .emergence import emergence_share
from .far_field import edgeworth, unexplained_fraction
from .generated_variance import generated_mode_variance, half_variance_time
from .linear_denoiser import linear_denoiser_bias, linear_denoiser_weight, two_layer_denoiser_weight
from .mixture import denoiser_of_points
from .models.mixture import MixtureModel
from .posterior import mode_denoiser, mode_epsilon, mode_score, mode_velocity
from .reverse_process import sde_gain, sde_variance
from .rotation import rotation_residual
from .simulation.denoiser_training import (
    bias_training,
    one_layer_training,
    training_on_digits,
    training_on_samples,
    two_layer_training,
)
from .simulation.flow import (
    circle_emergence,
    circle_estimate,
    circle_flow,
    circle_perturbation,
    circle_rotation,
    straight_flow,
)
from .simulation.mixture import (
    differences_of_log_density,
    digits_under_noise,
    points_in_a_window,
    signal_in_noise,
)
from .simulation.regression import (
    data_regression,
    noise_regression,
    rate_regression,
    score_regression,
)
from .simulation.reverse import reverse_mean, reverse_variance, thin_reverse_variance
from .simulation.sampler import heun_calls
from .simulation.trained_sampling import half_time_by_sampling, trained_sampling
from .teleportation import heun_evaluations
from .trajectory import endpoint_gain, mode_flow, perturbation_gain


def score_and_jacobian(weights, means, covariances, alpha, sigma, x):
    """The mixture's score, after each component the lower part of the Jacobian's row: (B, 2 + 3)."""
    model = MixtureModel(weights, means, covariances)
    score, jacobian = (f(x, alpha=alpha, sigma=sigma) for f in (model.score, model.score_jacobian))
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


# Conditional means, by regression on draws.
NOISY = {"alpha": 0.8, "sigma": 0.6}
denoiser_by_regression = Comparison(mode_denoiser, data_regression, NOISY, MonteCarlo())
epsilon_by_regression = Comparison(mode_epsilon, noise_regression, NOISY, MonteCarlo())
score_by_regression = Comparison(mode_score, score_regression, NOISY, MonteCarlo())
velocity_by_regression = Comparison(mode_velocity, rate_regression, NOISY, MonteCarlo())

# The probability flow, by a method of order 3 in equal steps.
THIRD = Discretisation(3, (1 / 64, 1 / 128, 1 / 256, 1 / 512))
flow_of_straight_path = Comparison(mode_flow, straight_flow, {}, THIRD)
flow_on_circle = Comparison(mode_flow, circle_flow, {}, THIRD)
estimate_on_circle = Comparison(endpoint_gain, circle_estimate, {}, THIRD)
emergence_on_circle = Comparison(emergence_share, circle_emergence, {}, THIRD)
perturbation_on_circle = Comparison(perturbation_gain, circle_perturbation, {}, THIRD)
rotation_of_samples = Comparison(rotation_residual, circle_rotation, {}, THIRD)

# The reverse process, by Euler and Maruyama.
FIRST = Discretisation(1, (1 / 80, 1 / 160, 1 / 320, 1 / 640))
mean_with_half_the_noise = Comparison(sde_gain, reverse_mean, {"kappa": 0.5}, FIRST)
variance_with_half_the_noise = Comparison(sde_variance, reverse_variance, {"kappa": 0.5}, FIRST)
variance_of_reverse_sde = Comparison(sde_variance, thin_reverse_variance, {"kappa": 1.0}, FIRST)

# Counting.
evaluations_of_heun = Comparison(
    heun_evaluations, heun_calls, {"N": (40, 40, 40, 18, 2), "n": (0, 6, 12, 5, 1)}, RoundOff(1)
)

# Learning: gradient descent is the Euler scheme of gradient flow; sampling is by Heun's method.
DESCENT = Discretisation(1, (1 / 16, 1 / 32, 1 / 64, 1 / 128))
one_layer_learning = Comparison(linear_denoiser_weight, one_layer_training, {"eta": 0.2}, DESCENT)
bias_learning = Comparison(linear_denoiser_bias, bias_training, {"eta": 0.2}, DESCENT)
learning_of_digits = Comparison(linear_denoiser_weight, training_on_digits, {"eta": 0.2}, DESCENT)
two_layer_learning = Comparison(two_layer_denoiser_weight, two_layer_training, {"eta": 0.1}, DESCENT)
learning_from_samples = Comparison(
    linear_denoiser_weight, training_on_samples, {"eta": 0.1, "sigma": 0.8},
    FiniteSize(1, (16, 32, 64, 128), varies="updates"),
)  # fmt: skip
SAMPLING = {"eta": 0.25, "sigma_0": 0.1, "sigma_T": 2.0}
variance_by_sampling = Comparison(
    generated_mode_variance, trained_sampling, SAMPLING, Discretisation(2, (1 / 16, 1 / 32, 1 / 64, 1 / 128))
)
half_time = Comparison(
    half_variance_time, half_time_by_sampling, SAMPLING | {"lam": (2.0, 1.0, 0.5)},
    Discretisation(2, (1 / 128, 1 / 256, 1 / 512, 1 / 1024)),
)  # fmt: skip

# Mixtures: by the definition of a conditional mean, by differences of the log-density, by joint draws.
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
