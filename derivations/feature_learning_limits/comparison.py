"""Where closed forms are held against networks with explicit powers of the width, trained step by step."""

from __future__ import annotations

import numpy as np

from theory.comparison import Comparison
from theory.tolerance import Discretisation, FiniteSize, MonteCarlo, RoundOff

from .data import PARAMETRISATIONS, columns
from .discrete_steps import constant_kernel, output_after_steps, tangent_output_after_steps
from .every_width import kernel_at_width, output_at_width
from .exponents import (
    by_features,
    by_output_layer,
    feature_exponent,
    features,
    first_order,
    gradient,
    kernel_exponent,
    largest,
    output_change,
    output_exponent,
)  # fmt: skip
from .fluctuations import answer_to_h, answer_to_kappa, sum_of_squares, variance
from .gradient_flow import feature_output
from .models.ensemble import output_moments
from .models.linear_network import LinearNetwork
from .models.particles import Particles
from .simulation import deep, linear, nonlinear, training

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
constant_kernel_steps = Comparison(
    tangent_output_after_steps,
    linear.lazy_outputs,
    {"k": np.array([1, 2, 4, 8]), "s": 1.5, "eta": 0.06},
    FiniteSize(1, (16, 32, 64)),
    covers=(constant_kernel,),
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
    {"y_kappa": answer_to_kappa(TIMES, 2.0), "y_h": answer_to_h(TIMES, 2.0)},
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


# Deep networks: slopes in the width, extrapolated to infinite width.
WIDTHS = FiniteSize(1, (16, 32, 64))
coordinate_check = Comparison(
    feature_exponent, deep.feature_slopes, columns(), WIDTHS, covers=(features, gradient, largest)
)
output_check = Comparison(
    output_exponent,
    deep.output_slopes,
    {name: columns()[name] for name in ("a_out", "b_out", "c")} | {"r": feature_exponent(**columns())},
    WIDTHS,
    covers=(output_change, by_features, by_output_layer),
)
kernel_check = Comparison(
    kernel_exponent, deep.kernel_slopes, columns(*PARAMETRISATIONS), WIDTHS, covers=(first_order,)
)


def drift(**exponents):
    """`kernel_exponent`, whose mutants `kernel_check` refuses: how the largest stable rate moves."""
    return kernel_exponent(**exponents)


# Training on the digits: stable rates stay in µP, and fall as 1/n where the rate knows no width.
learning_rate_transfer = Comparison(drift, training.largest_rates, columns(*training.TRANSFER), WIDTHS)


# One hidden layer of tanh: particles at every width, and their density at infinite width.
def by_particles(start, rate, steps):
    """Mean squares of the two layers' weights after training, of particles with the network's start."""
    end = Particles(start[:, :-1], start[:, -1]).train(
        nonlinear.INPUTS, nonlinear.LABELS, rate, steps, batch=True
    )
    return np.append(np.mean(end.Z**2, axis=0), np.mean(end.q**2))


def mean_field(rate, steps):
    """Outputs after training at infinite width, by particles on a Gaussian quadrature."""
    limit = Particles.limit(nonlinear.INPUTS.shape[1])
    return limit.train(nonlinear.INPUTS, nonlinear.LABELS, rate, steps, batch=True).predict(nonlinear.INPUTS)


TANH = {"rate": 0.4, "steps": 8}
network_is_particles = Comparison(by_particles, nonlinear.one_tanh_network, TANH, RoundOff(64))
mean_field_limit = Comparison(mean_field, nonlinear.tanh_networks, TANH, FiniteSize(1, (16, 32, 64)))
