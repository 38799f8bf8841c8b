"""Closed forms of wide and deep networks held against random layers and iterated kernels."""

from __future__ import annotations

from theory.comparison import Comparison
from theory.tolerance import Discretisation, MonteCarlo, RoundOff

from .common_activations import erf_dual, error_function, sine, sine_dual
from .setting import dual_kernel, dual_map
from .simulation.layers import (
    deep_tangents,
    diagonals,
    erf_products,
    layer_products,
    local_slopes,
    sine_products,
    tangent_kernels,
)  # fmt: skip
from .singular_kernel import scaled_kernel, singular_exponent, tangent_limit
from .tangent_kernel import deep_kernels, diagonal_tangent_kernel

XI = (0.1, 0.5, 0.9)
CUBIC = {"xi": (0.35, 0.75), "w_0": 0.1, "w_1": 1.0, "w_2": 0.5, "w_3": 0.3}
dual_of_random_layers = Comparison(dual_kernel, layer_products, CUBIC, MonteCarlo(), covers=(dual_map,))
dual_of_sine = Comparison(sine_dual, sine_products, {"xi": XI}, MonteCarlo(), covers=(sine,))
dual_of_erf = Comparison(erf_dual, erf_products, {"xi": XI}, MonteCarlo(), covers=(error_function,))

diagonal_by_layers = Comparison(
    diagonal_tangent_kernel,
    diagonals,
    {"L": (1, 3, 20, 60)},
    RoundOff(200),
)
tangent_kernel_by_layers = Comparison(
    deep_kernels,
    deep_tangents,
    {"L": (3, 10, 20, 60), "gap": (0.5, 1e-3, 1e-8, 1e-12), "w_2": (0.25, 0.3, 0.125, 0.4),
     "w_3": (0.25, 0.1, 0.375, 0.2)},
    RoundOff(200),
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
