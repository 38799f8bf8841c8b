"""Closed forms of the Gaussian score model held against integrated flows, regressions, chains
and training."""

from __future__ import annotations

from theory.comparison import Comparison
from theory.tolerance import Discretisation, FiniteSize, MonteCarlo, RoundOff

from .emergence import emergence_share
from .generated_variance import generated_mode_variance, half_variance_time
from .linear_denoiser import linear_denoiser_bias, linear_denoiser_weight, two_layer_denoiser_weight
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
