"""Closed forms of the Gaussian score model held against integrated equations, chains and training."""

from __future__ import annotations

from theory.comparison import Comparison
from theory.tolerance import Discretisation, FiniteSize

from .generated_variance import generated_mode_variance, half_variance_time
from .linear_denoiser import linear_denoiser_bias, linear_denoiser_weight, two_layer_denoiser_weight
from .simulation.denoiser_training import (
    bias_training,
    one_layer_training,
    training_on_digits,
    training_on_samples,
    two_layer_training,
)
from .simulation.trained_sampling import half_time_by_sampling, trained_sampling

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
