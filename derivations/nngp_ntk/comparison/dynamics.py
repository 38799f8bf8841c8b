"""Ensembles in training, by theory and by their equations of motion, and real networks of growing width."""

from __future__ import annotations

from functools import partial

import numpy as np

from theory.comparison import Comparison
from theory.simulation import Simulation
from theory.tolerance import Discretisation, FiniteSize, MonteCarlo

from ..activations.abrelu import relu
from ..activations.step import step
from ..architecture.layers import Dense
from ..descent import descent_share
from ..models.network import Network
from ..models.training import Ensemble
from ..principal_components import component_at, component_loss
from ..simulation.ensembles import (
    POINTS,
    euler_components,
    euler_losses,
    euler_moments,
    linear_descent,
    moments_of_networks,
    on_a_circle,
)


def mean_and_covariance(K_XX, K_SX, K_SS, Theta_XX, Theta_SX, y, t, ridge=0.0):
    """The mean at times t, after it the covariances with the first of them: (T, S, 1 + S)."""
    ensemble = Ensemble(K_XX, K_SX, K_SS, Theta_XX, Theta_SX, y, ridge=ridge)
    return np.concatenate([ensemble.mean(t)[..., None], ensemble.covariance(t, t[0])], axis=-1)


def moments_after_steps(rate, steps, layers=None):
    """Mean and mean square of the outputs of infinitely wide networks on the circle, after steps."""
    x, y = on_a_circle()
    network = Network([LAYERS[0], relu, LAYERS[1]])
    nngp, ntk = network.kernels(x)
    X, S = slice(POINTS), slice(None)
    ensemble = Ensemble(nngp[X, X], nngp[S, X], nngp, ntk[X, X], ntk[S, X], y)
    found = ensemble.gradient_descent(np.array(steps), rate)
    return np.stack([found.mean, found.variance + found.mean**2], axis=-1)


# Gradient descent is Euler's method for gradient flow.
FIRST = Discretisation(1, (1 / 32, 1 / 64, 1 / 128, 1 / 256))
moments_of_ensemble = Comparison(mean_and_covariance, euler_moments, {}, FIRST)
moments_with_a_pull = Comparison(mean_and_covariance, euler_moments, {"ridge": 0.5}, FIRST)
learning_of_components = Comparison(component_at, euler_components, {"eta": 1.0}, FIRST)
losses_of_components = Comparison(component_loss, euler_losses, {"eta": 1.0}, FIRST)
steps_of_descent = Comparison(descent_share, linear_descent, {"eta": 0.4, "n": 7}, MonteCarlo())

# Real networks of one hidden layer: what they differ by from the theory falls as 1/width.
LAYERS = (Dense(1.3, 0.2), Dense(1.1, 0.1))
trained = Simulation(
    partial(moments_of_networks, act=relu, slope=step, layers=LAYERS),
    {"laptop": {}, "gpu": {"width": (256, 512, 1024, 4096), "members": 256}},
    "Means and mean squares of the outputs of trained networks of one hidden layer, on a circle.",
)
networks_in_training = Comparison(
    moments_after_steps, trained, {"rate": 0.1, "steps": (0, 2, 8)}, FiniteSize(1, (32, 64, 128, 256))
)
