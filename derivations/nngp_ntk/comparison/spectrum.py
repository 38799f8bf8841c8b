"""The spectrum on the sphere, against random points and projections."""

from __future__ import annotations

import numpy as np

from theory.comparison import Comparison
from theory.tolerance import Discretisation, FiniteSize, MonteCarlo, RoundOff

from ..activations.abrelu import relu
from ..architecture.layers import Dense
from ..cusp import cusp_spectrum, tail_amplitude
from ..models.network import Network
from ..models.sphere import ZonalKernel, relu_cusp
from ..relu_spectrum import many_points
from ..simulation.sphere import (
    DEPTHS,
    independent_harmonics,
    mean_of_cusps,
    mean_of_powers,
    projections_in_the_angle,
    random_kernel_matrices,
)
from ..sphere import harmonics_of_degree, power_spectrum


def relu_network(depth: int) -> Network:
    """Hidden layers of ReLUs without biases, sigma_w^2 = 2; its last layer keeps their kernel's size."""
    layers = [Dense(1.0, 0.0)]
    for _ in range(depth):
        layers += [relu, Dense(2**0.5, 0.0)]
    return Network(layers)


def first_eigenvalues(depth, d):
    """Those of degree 0, 1 and 2."""
    return ZonalKernel.of_network(relu_network(depth), d).eigenvalues(np.arange(3)).values


def amplitudes(d, kind):
    """What the cusps make of the spectrum at large degrees, even and odd, by depth."""
    found = []
    for depth in DEPTHS:
        cusp = relu_cusp(depth, kind)
        unit = tail_amplitude(d, cusp.nu)
        found.append((cusp.plus + cusp.minus) * unit)
        if depth > 1:  # one layer has no odd degrees
            found.append((cusp.plus - cusp.minus) * unit)
    return np.array(found)


spectrum_of_powers = Comparison(
    power_spectrum, mean_of_powers, {"k": (0, 1, 2, 3), "s": (2, 1, 1, 0), "d": 3}, MonteCarlo()
)
spectrum_of_cusps = Comparison(
    cusp_spectrum,
    mean_of_cusps,
    {"k": (0, 1, 2, 3), "d": 4, "nu": (0.5, 1.5, 0.3, 1.5)},
    MonteCarlo(),
)
number_of_harmonics = Comparison(
    harmonics_of_degree, independent_harmonics, {"k": (0, 1, 2, 4, 3), "d": (3, 5, 4, 3, 6)}, RoundOff(1)
)
kernels_of_many_points = Comparison(
    first_eigenvalues,
    random_kernel_matrices,
    {"depth": 2, "d": 4},
    FiniteSize(1, (50, 100, 200, 400), varies="points"),
    covers=(many_points,),
)
tails_of_ntk = Comparison(
    amplitudes,
    projections_in_the_angle,
    {"d": 3, "kind": "ntk"},
    Discretisation(1, (1 / 32, 1 / 64, 1 / 128, 1 / 256)),
)
# Its eigenvalues fall faster: rounding is felt from degree 256 on.
tails_of_nngp = Comparison(
    amplitudes,
    projections_in_the_angle,
    {"d": 3, "kind": "nngp"},
    Discretisation(1, (1 / 16, 1 / 32, 1 / 64, 1 / 128)),
)
