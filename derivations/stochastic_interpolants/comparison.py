"""Where the results of this theory are held against draws, steps and grids that do not know them."""

import numpy as np

from theory.comparison import Comparison
from theory.tolerance import Discretisation, MonteCarlo

from .bridge import bridge_covariance, bridge_drift, bridge_time, bridge_variance
from .conditioning import (
    first_endpoint,
    interpolant_denoiser,
    interpolant_score,
    interpolant_velocity,
    second_endpoint,
)
from .likelihood import divergence_rate_of_mode
from .models.interpolant import linear
from .models.mixture import MixtureInterpolant
from .simulation.bridge import bridge_draws, bridge_pull_draws, bridge_time_in_steps, ends_on_grid
from .simulation.mixtures import FIRST, SECOND, mixture_draws
from .simulation.modes import (
    dip_between_modes,
    divergence_in_steps,
    first_draws,
    flow_in_steps,
    mean_in_steps,
    noise_draws,
    rate_draws,
    score_draws,
    second_draws,
    variance_in_steps,
)
from .spurious_modes import merging_noise
from .transport import interpolant_flow, mean_error_gain, particle_variance


def moments_of_mixture(t, x):
    """Moments of denoiser and velocity with functions of the samples x (replicates, samples, 2)."""
    model, rows = MixtureInterpolant(*FIRST, *SECOND, linear()), []
    for batch in x:
        found = model.denoiser(batch, t), model.velocity(batch, t)
        rows.append([np.mean(np.sum(g * f, axis=1)) for g in found for f in (batch, np.tanh(2 * batch))])
    return np.array(rows)


# Conditional means, by regression on draws.
LEVELS = {"alpha": 0.6, "beta": 0.5, "gamma": 0.7}
first_by_regression = Comparison(first_endpoint, first_draws, LEVELS, MonteCarlo())
second_by_regression = Comparison(second_endpoint, second_draws, LEVELS, MonteCarlo())
denoiser_by_regression = Comparison(interpolant_denoiser, noise_draws, LEVELS, MonteCarlo())
score_by_regression = Comparison(interpolant_score, score_draws, LEVELS, MonteCarlo())
velocity_by_regression = Comparison(interpolant_velocity, rate_draws, LEVELS, MonteCarlo())
mixture_by_draws = Comparison(moments_of_mixture, mixture_draws, {"t": 0.35}, MonteCarlo())

# The flow by the midpoint method, the process with noise by Euler and Maruyama.
flow_by_steps = Comparison(
    interpolant_flow, flow_in_steps, {}, Discretisation(2, (1 / 32, 1 / 64, 1 / 128, 1 / 256))
)
FIRST_ORDER = Discretisation(1, (1 / 64, 1 / 128, 1 / 256, 1 / 512))
variance_by_steps = Comparison(particle_variance, variance_in_steps, {}, FIRST_ORDER)
mean_by_steps = Comparison(mean_error_gain, mean_in_steps, {}, FIRST_ORDER)

# Spurious modes and likelihood.
SECOND_ORDER = Discretisation(2, (1 / 8, 1 / 16, 1 / 32, 1 / 64))
modes_by_bisection = Comparison(
    merging_noise,
    dip_between_modes,
    {
        "delta": (1.0, 1.5, 2.0), "c_0": (0.2, 0.5, 1.1), "c_1": (0.4, 0.3, 0.7), "alpha": (0.5, 0.7, 0.4),
        "beta": (0.5, 0.6, 0.8),
    },
    SECOND_ORDER,
)  # fmt: skip
likelihood_by_steps = Comparison(
    divergence_rate_of_mode,
    divergence_in_steps,
    {"r": (1.5, 0.6, 2.2), "v": (1.3, 0.7, 2.0), "kappa": (0.4, -0.3, 0.6), "eps": (0.5, 1.2, 0.8)},
    Discretisation(2, (1 / 16, 1 / 32, 1 / 64, 1 / 128)),
)

# The Schroedinger bridge.
bridge_by_sinkhorn = Comparison(
    bridge_covariance,
    ends_on_grid,
    {"c_0": (1.0, 0.5, 1.5), "c_1": (2.0, 1.3, 0.6), "sigma": (0.7, 1.0, 1.4)},
    Discretisation(2, (1 / 2, 1 / 4, 1 / 8)),
)
ENDS = {"t": 0.4, "c_0": 0.8, "c_1": 1.9, "sigma": 1.4}
bridge_by_draws = Comparison(bridge_variance, bridge_draws, ENDS, MonteCarlo())
drift_by_draws = Comparison(
    bridge_drift,
    bridge_pull_draws,
    {"t": 0.3, "c_0": 2.5, "c_1": 0.6, "sigma": 1.4, "m_0": 0.9, "m_1": -0.7},
    MonteCarlo(),
)
time_by_steps = Comparison(
    bridge_time, bridge_time_in_steps, {"T": 0.7, "c_0": 0.8, "c_1": 1.9, "sigma": 0.9}, SECOND_ORDER
)
