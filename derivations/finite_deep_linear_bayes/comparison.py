"""Closed forms of finite deep linear networks held against networks whose weights are drawn."""

from __future__ import annotations

import numpy as np

from theory.comparison import Comparison
from theory.tolerance import FiniteSize, MonteCarlo

from . import bottleneck, many_outputs
from .bottleneck import mean_correlation
from .convolution import variance_of_convolutional, variance_of_locally_connected
from .diagonal import mean_log_diagonal, variance_log_diagonal
from .evidence import log_evidence, log_evidence_of_one_layer
from .gram_moments import covariance_at_depth
from .many_outputs import geodesic_eigenvalue, growth_by_one_layer, growth_of_hidden_layers
from .models.bottleneck import mean_correlation_of_next_layer
from .outputs import kurtosis_of_output, log_density_of_output
from .posterior import posterior_kernel, posterior_mean_scale
from .simulation.bottlenecks import (
    correlation_after_bottleneck,
    correlation_after_relus,
    variance_by_own_filters,
    variance_by_shared_filters,
)
from .simulation.chains import (
    EIGENVALUES,
    first_kernel_of_equal_widths,
    first_kernel_of_many_outputs,
    first_kernel_of_two_layers,
    scale_of_one_input,
)
from .simulation.network import (
    covariances_of_entries,
    density_of_output,
    evidence_by_weights,
    fourth_moment_of_output,
    kernel_by_weights,
    mean_of_log_diagonal,
    variance_of_log_diagonal,
)


def covariance_over_networks(N, d, **entries):
    """Of pairs of kernel entries. (One by one the terms of a layer are below the noise of heavy tails.)"""
    return covariance_at_depth(N, d, **entries)


def density_from_logarithm(f, N, d, sigma):
    """The density of an output, from its logarithm."""
    return np.exp(log_density_of_output(f, N, d, sigma))


DEEP = {"N": 5, "d": 3}
covariances_by_weights = Comparison(
    covariance_over_networks, covariances_of_entries, {"N": 5, "d": 3}, MonteCarlo()
)
drift_of_the_diagonal = Comparison(mean_log_diagonal, mean_of_log_diagonal, DEEP, MonteCarlo())
spread_of_the_diagonal = Comparison(variance_log_diagonal, variance_of_log_diagonal, DEEP, MonteCarlo())
kurtosis_by_weights = Comparison(kurtosis_of_output, fourth_moment_of_output, {"N": 8, "d": 3}, MonteCarlo())
outputs_by_weights = Comparison(
    density_from_logarithm,
    density_of_output,
    {"f": np.array([0.15, 0.6, 1.5, 3.0]), "N": 3, "d": 2, "sigma": 1.3},
    MonteCarlo(),
)

# The prior weighed with the likelihood: evidence and learned kernel of one output.
one_layer_evidence = Comparison(log_evidence_of_one_layer, evidence_by_weights, {"N": 7}, MonteCarlo())
deep_evidence = Comparison(log_evidence, evidence_by_weights, {"N": 7, "d": 3}, MonteCarlo())
learned_kernel = Comparison(posterior_kernel, kernel_by_weights, {"N": 7}, MonteCarlo())

# Posteriors of many outputs, sampled over weights: what is left of the width falls as 1/width.
scale_by_chains = Comparison(posterior_mean_scale, scale_of_one_input, {"N": 4}, MonteCarlo())
WIDTHS = FiniteSize(1, (12, 24, 48))
geodesic_by_chains = Comparison(
    geodesic_eigenvalue,
    first_kernel_of_equal_widths,
    {"l": 1.0, "L": 2.0, "k_0": 1.6, "k_L": np.array(EIGENVALUES)},
    WIDTHS,
    covers=(many_outputs.objective,),
)
more_outputs_by_chains = Comparison(
    growth_by_one_layer,
    first_kernel_of_many_outputs,
    {"r": np.array(EIGENVALUES), "N_h": 2.0, "D": 3.0},
    WIDTHS,
)
two_layers_by_chains = Comparison(
    growth_of_hidden_layers,
    first_kernel_of_two_layers,
    {"r": np.array(EIGENVALUES), "d_h": 2, "N_h": 4.0, "D": 2.0},
    WIDTHS,
)

bottleneck_by_weights = Comparison(
    mean_correlation,
    correlation_after_bottleneck,
    {"B": 5, "rho": 0.85},
    MonteCarlo(),
    covers=(bottleneck.mean,),
)
relus_after_bottleneck = Comparison(
    mean_correlation_of_next_layer, correlation_after_relus, {"B": 4, "rho": 0.85}, MonteCarlo()
)
shared_filters = Comparison(variance_of_convolutional, variance_by_shared_filters, {"N": 3}, MonteCarlo())
own_filters = Comparison(variance_of_locally_connected, variance_by_own_filters, {"N": 3}, MonteCarlo())
