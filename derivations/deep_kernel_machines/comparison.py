"""Closed forms of deep kernel machines held against Monte Carlo on the features of finite networks."""

from __future__ import annotations

import numpy as np

from theory.comparison import Comparison
from theory.tolerance import FiniteSize, MonteCarlo

from .finite_width import feature_kurtosis, posterior_gram_moment
from .geodesic import geodesic_gram, geodesic_mode
from .gram_density import mean_determinant_of_three_points
from .inducing import gram_of_others, gram_with_inducing
from .models.chain import chain_means
from .models.dense import optimise
from .noisy import noisy_gram
from .simulation.measured import (
    determinants,
    first_factors,
    followers_cross,
    followers_own,
    hidden_grams,
    kurtoses,
    modes_at_width,
    modes_of_layers,
    noisy_hidden_grams,
    noisy_values,
    powers,
)
from .unequal_widths import hidden_factor

G_0 = np.array([[1.0, 0.3], [0.3, 0.8]])
S = np.array([[1.4, -0.8], [-0.8, 1.3]])
ONE = {"g_0": 0.7, "s": 2.3}

# Posteriors of growing width: what is left of the limit's error falls as 1/width.
WIDTHS = FiniteSize(1, (16, 32, 64, 96))
hidden_grams_of_networks = Comparison(geodesic_gram, hidden_grams, {"x": 0.5, "G_0": G_0, "S": S}, WIDTHS)
layers_of_networks = Comparison(geodesic_mode, modes_of_layers, {"L": 3, **ONE}, WIDTHS)
unequal_networks = Comparison(hidden_factor, first_factors, {"t_i": 3.5, "rho": 3.0, "L": 2}, WIDTHS)
noisy_networks = Comparison(
    noisy_gram, noisy_values, {"g_0": 0.7, "s_y": 2.3, "sigma2": 0.4, "rho_o": 2.0}, WIDTHS
)


def optimised(G_0, S, sigma2):
    """The Gram matrix of one hidden layer, squared exponential kernel to the outputs, by `optimise`."""
    return optimise(G_0, S=S, sigma2=sigma2, kernel="squared exponential", first="linear").grams[0]


nonlinear_networks = Comparison(optimised, noisy_hidden_grams, {"G_0": G_0, "S": S, "sigma2": 0.1}, WIDTHS)


def by_sums(N, g_0, s):
    """The mean Gram values of three hidden layers as wide as the outputs, by `chain_means`."""
    return chain_means(g_0, s, [N] * 4)


# At a width, exactly.
layers_at_width = Comparison(by_sums, modes_at_width, {"N": 8, **ONE}, MonteCarlo())
moments_at_width = Comparison(posterior_gram_moment, powers, {"m": (1.0, 2.0), "N": 6, **ONE}, MonteCarlo())
kurtosis_at_width = Comparison(feature_kurtosis, kurtoses, {"N": 4, **ONE}, MonteCarlo())
determinant_at_width = Comparison(mean_determinant_of_three_points, determinants, {"N": 7}, MonteCarlo())
others_with_inducing = Comparison(gram_with_inducing, followers_cross, {}, MonteCarlo())
others_alone = Comparison(gram_of_others, followers_own, {}, MonteCarlo())
