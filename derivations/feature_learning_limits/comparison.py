"""Where closed forms are held against networks with explicit powers of the width, trained step by step."""

from __future__ import annotations

import numpy as np

from theory.comparison import Comparison
from theory.tolerance import Discretisation, FiniteSize, MonteCarlo, RoundOff

from .discrete_steps import output_after_steps
from .every_width import kernel_at_width, output_at_width
from .fluctuations import answer_to_h, answer_to_kappa, sum_of_squares, variance
from .gradient_flow import feature_output
from .models.ensemble import output_moments
from .models.linear_network import LinearNetwork
from .simulation import linear

# One input, every width: the kernel, a sum of squares, which every part of the step moves.
# Steps repeat some ten operations: half an ulp each, and the sum over the units.
STEPS = np.array([[0], [1], [2], [5], [9], [14]])
maximal_update_steps = Comparison(
    output_after_steps,
    linear.maximal_steps,
    {"k": STEPS, "s": 1.5, "eta": 0.05, "eps": 1.0},
    RoundOff(32),
    select=1,
)
tangent_steps = Comparison(
    output_after_steps,
    linear.tangent_steps,
    {"k": STEPS, "s": 1.5, "eta": 0.05, "eps": 1 / 6},
    RoundOff(32),
    select=1,
)
FINE = Discretisation(1, (1 / 64, 1 / 128, 1 / 256, 1 / 512))
output_in_time = Comparison(output_at_width, linear.outputs_in_time, {"s": 1.3}, FINE)
kernel_in_time = Comparison(kernel_at_width, linear.kernels_in_time, {"s": 1.3}, FINE)

# A start moved by a step to either side: what is left falls with its square.
MOVED = Discretisation(2, (1 / 8, 1 / 16, 1 / 32, 1 / 64))
AT = {"t": np.array([[0.2], [0.5], [1.1], [2.0]]), "s": 1.3}
moved_scale = Comparison(answer_to_kappa, linear.answers_to_scale, AT, MOVED)
moved_start = Comparison(answer_to_h, linear.answers_to_start, AT, MOVED)

# Over networks: exact at width 4, and towards the limit.
TIMES, TARGETS = np.array([[0.15], [0.5]]), np.array([1.0, 2.0])


def moments(t, s, n):
    """Mean and mean square of the output, over the networks of a width."""
    return output_moments(t, s, n)


networks_of_width_four = Comparison(
    moments, linear.small_networks, {"t": TIMES[:, 0], "s": 2.0, "n": 4}, MonteCarlo()
)
mean_output_of_wide_networks = Comparison(
    feature_output, linear.mean_outputs, {"t": TIMES, "s": TARGETS}, FiniteSize(1, (8, 16, 32))
)
variance_of_wide_networks = Comparison(
    sum_of_squares,
    linear.variances,
    {"y_kappa": answer_to_kappa(TIMES, TARGETS), "y_h": answer_to_h(TIMES, TARGETS)},
    FiniteSize(1, (16, 32, 64)),
    covers=(variance,),
)


def along_target(t, s):
    """`feature_output`, whose mutants `mean_output_of_wide_networks` refuses."""
    return feature_output(t, s)


several_inputs = Comparison(
    along_target, linear.outputs_along_target, {"t": TIMES[:, 0], "s": 2.0}, FiniteSize(1, (16, 32, 64))
)


def kernels_by_recursion(G, eta):
    """Tangent kernels after two passes through the data of the simulation, without the weights."""
    network = LinearNetwork(linear.INPUTS.shape[1], G=G).train(linear.INPUTS, linear.LABELS, eta, 2)
    return np.diagonal(network.tangent_kernel(linear.INPUTS), axis1=1, axis2=2)


# Ten steps of some ten operations each, and sums over seven units.
stochastic_descent = Comparison(kernels_by_recursion, linear.online_kernels, {"eta": 0.3}, RoundOff(64))
