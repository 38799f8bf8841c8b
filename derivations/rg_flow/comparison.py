"""Where the results of this theory are held against networks, chains and sums that do not know them."""

import numpy as np

from theory.comparison import Comparison
from theory.tolerance import Discretisation, FiniteSize, MonteCarlo

from .aspect_ratio import cubic_coefficient, orthogonal
from .linear_correlators import linear_covariance, linear_log_mean, linear_log_variance
from .models.flow import Flow
from .scale_invariant import four_point, four_point_same, log_of_moment, scale_invariant_growth
from .simulation.chain import (
    leaky_at_ratio,
    linear_log_means,
    linear_log_variances,
    sine_corrections,
    tanh_corrections,
    wishart_products,
)
from .simulation.information import gamma_cubic_term, log_normal_cubic_term
from .simulation.networks import (
    leaky_tangent_kernels,
    linear_two_neurons,
    relu_one_neuron,
    relu_two_neurons,
)
from .sine import sine_flow
from .tangent_kernel import scale_invariant_ntk
from .vertex import mean_of_next, variance_of_next

# Exact at any width: real networks, and the chain at several inputs.
RELU = {"nu": 5.0, "n": 12, "l": 3}
two_relu_neurons = Comparison(four_point, relu_two_neurons, RELU, MonteCarlo())
one_relu_neuron = Comparison(four_point_same, relu_one_neuron, RELU, MonteCarlo())
two_linear_neurons = Comparison(four_point, linear_two_neurons, {"nu": 2.0, "n": 8, "l": 4}, MonteCarlo())
three_inputs = Comparison(linear_covariance, wishart_products, {"n": 4, "l": 3}, MonteCarlo())
mean_of_logarithm = Comparison(linear_log_mean, linear_log_means, {"n": 6, "l": 9}, MonteCarlo())
variance_of_logarithm = Comparison(linear_log_variance, linear_log_variances, {"n": 6, "l": 9}, MonteCarlo())
leaky_ntk = Comparison(
    scale_invariant_ntk,
    leaky_tangent_kernels,
    {"l": 5, "lambda_b": 0.4, "lambda_W": 2.2, "a_plus": 1.6, "a_minus": 0.6},
    MonteCarlo(),
)

# To first order in 1/n: what is left falls as 1/n.
sine_at_width = Comparison(
    sine_flow,
    sine_corrections,
    {"depth": 5, "K_1": 0.4, "C_b": 0.05, "C_W": 1.4},
    FiniteSize(1, (8, 16, 32)),
    covers=(mean_of_next, variance_of_next),
)


def tanh_flow(depth, K_1, C_b, C_W):
    """Kernel, vertex and mean correction of tanh, by quadrature."""
    layers = Flow("tanh", C_b, C_W).run(K_1, depth + 1)
    return np.array([layers.K[-1], layers.V[-1], layers.G_1[-1]])


tanh_at_width = Comparison(
    tanh_flow, tanh_corrections, {"depth": 5, "K_1": 0.8, "C_b": 0.0, "C_W": 1.0}, FiniteSize(1, (10, 20, 40))
)

# Deep and wide at once: the log-normal limit.
log_normal_limit = Comparison(
    log_of_moment,
    leaky_at_ratio,
    {"r": 0.5, "nu": float(scale_invariant_growth(1.0, 0.5)), "m": 2},
    FiniteSize(1, (8, 16, 32)),
)

# The cubic of the mutual information, for two laws of S.
STEPS = Discretisation(1, (1 / 64, 1 / 128, 1 / 256, 1 / 512))
gamma_information = Comparison(cubic_coefficient, gamma_cubic_term, {}, STEPS, covers=(orthogonal,))
log_normal_information = Comparison(cubic_coefficient, log_normal_cubic_term, {}, STEPS, covers=(orthogonal,))
