"""Closed forms of wide and deep networks held against random networks, iterated kernels and classifiers."""

from __future__ import annotations

from theory.comparison import Comparison
from theory.tolerance import Discretisation, FiniteSize, MonteCarlo, RoundOff

from .common_activations import erf_dual, error_function, relu, relu_dual, sine, sine_dual
from .kriging import distance_from_one, kriging_of_two
from .majority import majority_kernel, majority_tangent_kernel
from .nearest_neighbour import nearest_logarithm
from .optimal import optimal_weights
from .setting import dual_kernel, dual_map
from .simulation.classifiers import concentrations, kriged_predictions, nearest_risks, ridgeless_votes
from .simulation.layers import (
    deep_tangents,
    diagonals,
    distances_from_one,
    erf_products,
    layer_products,
    local_slopes,
    nearest_logarithms,
    relu_products,
    settled_kernels,
    settled_tangents,
    sine_products,
    tangent_kernels,
)  # fmt: skip
from .simulation.network import finite_tangents, optimal_tangents
from .singular_kernel import scaled_kernel, singular_exponent, tangent_limit
from .tangent_kernel import deep_kernels, diagonal_tangent_kernel
from .voting import concentration, labels_differ, nearest_risk, vote_share

XI = (0.1, 0.5, 0.9)
CUBIC = {"xi": (0.35, 0.75), "w_0": 0.1, "w_1": 1.0, "w_2": 0.5, "w_3": 0.3}
dual_of_random_layers = Comparison(dual_kernel, layer_products, CUBIC, MonteCarlo(), covers=(dual_map,))
dual_of_relu = Comparison(relu_dual, relu_products, {"xi": XI}, MonteCarlo(), covers=(relu,))
dual_of_sine = Comparison(sine_dual, sine_products, {"xi": XI, "b": 1.25}, MonteCarlo(), covers=(sine,))
dual_of_erf = Comparison(
    erf_dual, erf_products, {"xi": XI, "b": 1.25}, MonteCarlo(), covers=(error_function,)
)

DEPTHS = (1, 3, 20, 60)
# One digit of the slope is L of the kernel: its condition number, of which a closed form is granted 4.
diagonal_by_layers = Comparison(diagonal_tangent_kernel, diagonals, {"L": DEPTHS}, RoundOff(4 * max(DEPTHS)))
# A layer is fewer than 16 operations, each half an ulp off; the errors of all layers add.
tangent_kernel_by_layers = Comparison(
    deep_kernels,
    deep_tangents,
    {"L": (3, 10, 20, 60), "gap": (0.5, 1e-3, 1e-8, 1e-12), "w_2": (0.2, 0.3, 0.125, 0.4),
     "w_3": (0.25, 0.1, 0.375, 0.2)},
    RoundOff(8 * max(DEPTHS)),
    select=2,
)  # fmt: skip
exponent_by_layers = Comparison(
    singular_exponent,
    local_slopes,
    {},
    Discretisation(1, (2**-6, 2**-7, 2**-8, 2**-9)),
)
depth_of_the_tangent_kernel = Comparison(
    scaled_kernel,
    tangent_kernels,
    {"xi": (0.2, 0.5, 0.7), "L": 61, "w_1": 0.5, "w_2": 0.2, "w_3": 0.3},
    Discretisation(1, (1 / 100, 1 / 200, 1 / 400, 1 / 800)),
    covers=(tangent_limit,),
)
# What each label counts in ridgeless regression: the smoother's weight, which is the Koenigs function.
ridgeless_is_the_smoother = Comparison(
    scaled_kernel,
    ridgeless_votes,
    {"L": 61, "w_1": 0.5, "w_2": 0.2, "w_3": 0.3},
    Discretisation(1, (1 / 100, 1 / 200, 1 / 400, 1 / 800)),
)

# The bound of the next five is the certificate of a closed form (8 ulps), or three roundings a layer.
CONSTANT = {"w_0": (0.125, 0.0625, 0.25), "w_2": (0.25, 0.125, 0.5), "w_3": (0.25, 0.5, 0.0625)}
majority_by_layers = Comparison(majority_kernel, settled_kernels, CONSTANT, RoundOff(8))
majority_tangent_by_layers = Comparison(majority_tangent_kernel, settled_tangents, CONSTANT, RoundOff(8))
nearest_by_layers = Comparison(
    nearest_logarithm,
    nearest_logarithms,
    {"L": (1, 3, 6, 9), "xi": (0.25, 0.5, 0.75, 0.9375), "w_2": (0.5, 0.75, 0.25, 0.625),
     "w_3": (0.5, 0.25, 0.75, 0.375)},
    RoundOff(8),
)  # fmt: skip
kernel_near_one_by_layers = Comparison(
    distance_from_one,
    distances_from_one,
    {"L": 21, "gap": (0.5, 0.25, 1e-6), "p": (0.75, 0.5, 0.875), "w_2": (0.25, 0.125, 0.375)},
    RoundOff(21 * 1.5),
)
ridgeless_is_kriging = Comparison(
    kriging_of_two,
    kriged_predictions,
    {"y_1": (1, 1, -1), "y_2": (-1, 0.25, 0.5)},
    Discretisation(1, (1 / 40, 1 / 80, 1 / 160, 1 / 320)),
)


def tangent_kernel(**at):
    """The last of `deep_kernels`, whose mutants `tangent_kernel_by_layers` refuses."""
    return deep_kernels(**at)[2]


# One hidden layer has the mean of infinite width at any width: the optimal activation for d = 3, whose tails
# hide the rate of deeper networks. With h_1 and h_2 alone two hidden layers are off by 1/n.
one_hidden_layer = Comparison(
    tangent_kernel,
    optimal_tangents,
    dict(zip(("w_2", "w_3"), optimal_weights(3)[1:3], strict=True)) | {"L": 1, "gap": 0.5},
    MonteCarlo(),
)
finite_width = Comparison(
    tangent_kernel,
    finite_tangents,
    {"L": 2, "gap": 0.5, "w_2": 0.25, "w_3": 0.0},
    FiniteSize(1, (6, 12, 24)),
)
risk_of_the_nearest = Comparison(
    nearest_risk,
    nearest_risks,
    {"p": 0.15},
    FiniteSize(1, (100, 200, 400, 800), varies="samples"),
    covers=(labels_differ,),
)
shares_of_a_vote = Comparison(
    vote_share,
    concentrations,
    {"d": 2, "alpha": 4.0},
    FiniteSize(1, (100, 200, 400, 800), varies="samples"),
    covers=(concentration,),
)
