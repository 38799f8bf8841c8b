"""Kernels of layers, put together to networks, against random networks of growing width.

Means over networks tend to the kernels with 1/width, single networks with its root.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from theory.comparison import Comparison
from theory.simulation import Simulation
from theory.tolerance import FiniteSize, MonteCarlo

from ..activations.abrelu import relu
from ..activations.error_function import erf
from ..activations.rectified_monomial import rectified_square
from ..architecture.layers import Dense, LayerNorm, Residual
from ..layers.dense import (
    dense_nngp,
    dense_ntk,
    dense_ntk_standard,
    dense_ntk_standard_unbiased,
    input_nngp,
    input_ntk,
    input_ntk_standard,
    input_ntk_standard_unbiased,
    self_averaging,
    self_averaging_slopes,
)
from ..layers.layer_norm import first_normaliser, layer_norm_nngp, layer_norm_ntk, second_normaliser
from ..layers.residual import residual_nngp, residual_ntk
from ..models.network import Network
from ..simulation.finite_networks import covariances, distances, tangents
from .composed import (
    DEVIATIONS,
    READ,
    Composed,
    Standard,
    covariance_of,
    duals,
    on_and_above_diagonal,
    products,
    sampled,
    tangent_of,
)

# Dense networks.
INPUTS = ((1.0, 0.5, -0.3), (0.4, -0.3, 0.1), (-0.8, 0.6, 2.4))
DEEP = (READ, relu, READ, relu, READ, relu, READ)


def covariance_at_depth(nngp, x, depth=3):
    K = input_nngp(products(x), *DEVIATIONS)
    for _ in range(depth):
        T, _ = duals(K)
        K = nngp(T, *DEVIATIONS)
    return on_and_above_diagonal(K)


def tangent_at_depth(ntk, x, depth=3):
    K = input_nngp(products(x), *DEVIATIONS)
    Theta = input_ntk(products(x), *DEVIATIONS)
    for _ in range(depth):
        T, Tdot = duals(K)
        K, Theta = dense_nngp(T, *DEVIATIONS), ntk(T, Tdot, Theta, *DEVIATIONS)
    return on_and_above_diagonal(Theta)


def standard_tangent(later, x, width, first, deviations=DEVIATIONS):
    """Of one hidden layer."""
    p, d = products(x), np.shape(x)[-1]
    T, Tdot = duals(input_nngp(p, *deviations))
    return on_and_above_diagonal(later(T, Tdot, first(p, d), deviations[0], width))


WIDTHS = FiniteSize(1, (8, 16, 32, 64))
AT = {"x": INPUTS}
deep_covariances = Simulation(*sampled(covariances, DEEP))
deep_tangents = Simulation(*sampled(tangents, DEEP))
deep_covariance = Comparison(
    Composed(dense_nngp, covariance_at_depth), deep_covariances, AT, WIDTHS, covers=(self_averaging,)
)
deep_tangent = Comparison(
    Composed(dense_ntk, tangent_at_depth), deep_tangents, AT, WIDTHS,
    covers=(self_averaging, self_averaging_slopes),
)  # fmt: skip

# One layer, and on average two, need no limit.
one_layer_covariances = Simulation(*sampled(covariances, (READ,), width=4, replicates=4000))
one_layer_covariance = Comparison(
    Composed(input_nngp, lambda nngp, x: on_and_above_diagonal(nngp(products(x), *DEVIATIONS))),
    one_layer_covariances, AT, MonteCarlo(),
)  # fmt: skip

BARE = (READ.sigma_w, 0.0)
standard_tangents = Simulation(*sampled(tangents, Standard((READ, relu, READ)), replicates=4000))
bare_tangents = Simulation(*sampled(tangents, Standard((Dense(*BARE), relu, Dense(*BARE))), replicates=4000))
NARROW = AT | {"width": 4}
with_bias = Comparison(
    Composed(dense_ntk_standard, partial(standard_tangent, first=input_ntk_standard)),
    standard_tangents, NARROW, MonteCarlo(), covers=(self_averaging,),
)  # fmt: skip
with_bias_at_the_inputs = Comparison(
    Composed(input_ntk_standard, lambda first, **at: standard_tangent(dense_ntk_standard, first=first, **at)),
    standard_tangents, NARROW, MonteCarlo(),
)  # fmt: skip
without_bias = Comparison(
    Composed(
        dense_ntk_standard_unbiased,
        partial(standard_tangent, first=input_ntk_standard_unbiased, deviations=BARE),
    ),
    bare_tangents, NARROW, MonteCarlo(),
)  # fmt: skip
without_bias_at_the_inputs = Comparison(
    Composed(
        input_ntk_standard_unbiased,
        lambda first, **at: standard_tangent(dense_ntk_standard_unbiased, first=first, deviations=BARE, **at),
    ),
    bare_tangents, NARROW, MonteCarlo(),
)  # fmt: skip

# A single network is off by the root of 1/width: so are two from each other.
deep_distances = Simulation(*sampled(distances, DEEP, replicates=200))
distance_of_two_networks = Comparison(
    lambda x: 0.0, deep_distances, AT, FiniteSize(0.5, (16, 64, 256)), covers=(self_averaging_slopes,)
)

# Residual layers and normalisation.
ALPHA = 0.7
SKIPPING = (READ, *(Residual((relu, READ), ALPHA),) * 2, relu, READ)
NORMED = (READ, LayerNorm(), relu, READ, LayerNorm(), relu, READ)


def kernels_with_residuals(x, nngp=residual_nngp, ntk=residual_ntk):
    K = Theta = input_nngp(products(x), *DEVIATIONS)
    for _ in range(2):
        T, Tdot = duals(K)
        branch, branch_tangent = dense_nngp(T, *DEVIATIONS), dense_ntk(T, Tdot, Theta, *DEVIATIONS)
        K, Theta = nngp(K, branch, ALPHA), ntk(Theta, branch_tangent, ALPHA)
    return read_out(K, Theta)


def read_out(K, Theta):
    """Both kernels behind a last activation and dense layer."""
    T, Tdot = duals(K)
    found = dense_nngp(T, *DEVIATIONS), dense_ntk(T, Tdot, Theta, *DEVIATIONS)
    return tuple(map(on_and_above_diagonal, found))


def kernels_with_norms(x, nngp=layer_norm_nngp, ntk=layer_norm_ntk):
    K = Theta = input_nngp(products(x), *DEVIATIONS)
    for k in range(2):
        q = np.diag(K)
        K, Theta = nngp(K, q[:, None], q), ntk(Theta, q[:, None], q)
        if k == 0:
            T, Tdot = duals(K)
            K, Theta = dense_nngp(T, *DEVIATIONS), dense_ntk(T, Tdot, Theta, *DEVIATIONS)
    return read_out(K, Theta)


skipping_covariances = Simulation(*sampled(covariances, SKIPPING))
skipping_tangents = Simulation(*sampled(tangents, SKIPPING))
normed_covariances = Simulation(*sampled(covariances, NORMED))
normed_tangents = Simulation(*sampled(tangents, NORMED))
residual_covariance = Comparison(
    Composed(residual_nngp, lambda form, x: kernels_with_residuals(x, nngp=form)[0]),
    skipping_covariances, AT, WIDTHS,
)  # fmt: skip
residual_tangent = Comparison(
    Composed(residual_ntk, lambda form, x: kernels_with_residuals(x, ntk=form)[1]),
    skipping_tangents, AT, WIDTHS,
)  # fmt: skip
# Inputs of lengths far apart, so that it matters whose normaliser is whose.
AT_LENGTHS = {"x": ((3.0, 1.5, -0.9), (0.4, -0.3, 0.1), (-2.4, 1.8, 7.2))}
NORMALISERS = {"covers": (first_normaliser, second_normaliser)}
normed_covariance = Comparison(
    Composed(layer_norm_nngp, lambda form, x: kernels_with_norms(x, nngp=form)[0]),
    normed_covariances, AT_LENGTHS, WIDTHS, **NORMALISERS,
)  # fmt: skip
normed_tangent = Comparison(
    Composed(layer_norm_ntk, lambda form, x: kernels_with_norms(x, ntk=form)[1]),
    normed_tangents, AT_LENGTHS, WIDTHS, **NORMALISERS,
)  # fmt: skip

# Whole networks as `Network` has them: on average they tend to its kernels with 1/width.
STEEP = Dense(2.5, 0.3)
SATURATING = Network((STEEP, erf, STEEP, erf, STEEP))
WEAK = Dense(0.5, 0.5)
GROWING = Network((Dense(1.0, 0.5), rectified_square, WEAK, rectified_square, WEAK))

erf_covariances = Simulation(*sampled(covariances, SATURATING, replicates=4000))
erf_tangents = Simulation(*sampled(tangents, SATURATING, replicates=4000))
growing_tangents = Simulation(*sampled(tangents, GROWING, replicates=4000))
LONG = FiniteSize(1, (16, 32, 64))
erf_covariance = Comparison(partial(covariance_of, SATURATING), erf_covariances, AT, LONG)
erf_tangent = Comparison(partial(tangent_of, SATURATING), erf_tangents, AT, LONG)
# Fluctuations of the layers before shift a mean by their square: with this activation so far that it is seen.
tangent_shifted_by_fluctuations = Comparison(
    partial(tangent_of, GROWING), growing_tangents, {"x": INPUTS[:2]}, FiniteSize(1, (16, 32, 64, 128))
)
