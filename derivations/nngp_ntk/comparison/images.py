"""Kernels of convolutions, read-outs and attention against random networks of images."""

from __future__ import annotations

from functools import partial

import numpy as np
from scipy.special import softmax

from theory.comparison import Comparison
from theory.simulation import Simulation
from theory.tolerance import FiniteSize, MonteCarlo

from ..activations.abrelu import relu
from ..architecture.layers import Attention, Conv, Dense, Flatten, GlobalAveragePool
from ..layers.attention import (
    attention_identity_nngp,
    attention_logit,
    attention_nngp,
    keys,
    queries,
    shared_moment,
    values,
)
from ..layers.convolution import (
    convolution_nngp,
    convolution_ntk,
    convolution_ntk_standard,
    window_average,
    window_average_of_tangents,
)
from ..layers.dense import input_nngp
from ..layers.read_out import (
    flatten_nngp,
    flatten_ntk,
    mean_over_pairs,
    mean_over_positions,
    pool_nngp,
    pool_ntk,
    tangent_over_pairs,
    tangent_over_positions,
)
from ..models.network import Network
from ..simulation.finite_networks import covariances, tangents
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

# Convolutions, over positions in a line: circular, then with zeros outside. With one activation the mean
# over networks is the kernel at any width.
IMAGES = (
    ((1.0, 0.5), (0.8, -0.6), (-0.4, 0.3), (1.2, 0.9), (-0.7, 1.1)),
    ((0.4, -0.9), (1.5, 0.2), (0.6, 0.6), (-1.0, 0.3), (0.1, -0.5)),
)
CIRCULAR, SAME = Conv(*DEVIATIONS, 3, "circular"), Conv(*DEVIATIONS, 3, "same")
FLAT = (CIRCULAR, relu, Flatten(), READ)
POOLED = (CIRCULAR, relu, GlobalAveragePool(), READ)
CONVOLVED = (CIRCULAR, relu, SAME)


def window_mean(M, padding):
    """The mean over the filter of M (B, P, B, P), at positions that are shifted alike."""
    wide = np.pad(M, [(0, 0), (1, 1)] * 2, mode="wrap" if padding == "circular" else "constant")
    P = M.shape[1]
    return sum(wide[:, r : r + P, :, r : r + P] for r in range(3)) / 3


def behind_activation(x):
    """T and Tdot Theta behind a convolution and an activation, (B, P, B, P)."""
    K = Theta = convolution_nngp(window_mean(products(x), "circular"), *DEVIATIONS)
    T, Tdot = duals(K)
    return T, Tdot * Theta


def trace(M):
    return on_and_above_diagonal(np.einsum("apbp->ab", M) / M.shape[1])


def mean_of_pairs(M):
    return on_and_above_diagonal(np.mean(M, axis=(1, 3)))


def covariance_behind(reduce, nngp, x, width):
    T, _ = behind_activation(x)
    return nngp(reduce(T), *DEVIATIONS)


def tangent_behind(reduce, ntk, x, width):
    return ntk(*map(reduce, behind_activation(x)), *DEVIATIONS)


def convolved(x, width, nngp=convolution_nngp):
    T, _ = behind_activation(x)
    return nngp(window_mean(T, "same"), *DEVIATIONS).ravel()


def tangent_of_convolved(ntk, x, width):
    """Averaged over positions."""
    T, slope = (window_mean(M, "same") for M in behind_activation(x))
    return mean_of_pairs(ntk(T, slope, *DEVIATIONS))


def standard_tangent_of_convolved(ntk, x, width):
    taps, channels = CIRCULAR.size, np.shape(x)[-1]
    p = window_mean(products(x), "circular")
    T, Tdot = duals(convolution_nngp(p, *DEVIATIONS))
    Theta = ntk(p, 0.0, DEVIATIONS[0], taps * channels)
    slope = window_mean(Tdot * Theta, "same")
    return mean_of_pairs(ntk(window_mean(T, "same"), slope, DEVIATIONS[0], taps * width))


AT_IMAGES = {"x": IMAGES}
NARROW_IMAGES = AT_IMAGES | {"width": 4}
flat_covariances = Simulation(*sampled(covariances, FLAT, replicates=8000))
flat_tangents = Simulation(*sampled(tangents, FLAT, replicates=8000))
pooled_covariances = Simulation(*sampled(covariances, POOLED, replicates=8000))
pooled_tangents = Simulation(*sampled(tangents, POOLED, replicates=8000))
convolved_covariances = Simulation(*sampled(covariances, CONVOLVED, replicates=8000))
convolved_tangents = Simulation(*sampled(tangents, (*CONVOLVED, GlobalAveragePool()), replicates=8000))
standard_convolved_tangents = Simulation(
    *sampled(tangents, Standard((*CONVOLVED, GlobalAveragePool())), replicates=8000)
)
flatten_covariance = Comparison(
    Composed(flatten_nngp, partial(covariance_behind, trace)), flat_covariances, NARROW_IMAGES, MonteCarlo()
)
flatten_tangent = Comparison(
    Composed(flatten_ntk, partial(tangent_behind, trace)), flat_tangents, NARROW_IMAGES, MonteCarlo()
)
pool_covariance = Comparison(
    Composed(pool_nngp, partial(covariance_behind, mean_of_pairs)),
    pooled_covariances, NARROW_IMAGES, MonteCarlo(),
)  # fmt: skip
pool_tangent = Comparison(
    Composed(pool_ntk, partial(tangent_behind, mean_of_pairs)), pooled_tangents, NARROW_IMAGES, MonteCarlo()
)
convolution_covariance = Comparison(
    Composed(convolution_nngp, lambda form, **at: convolved(**at, nngp=form)),
    convolved_covariances, NARROW_IMAGES, MonteCarlo(),
)  # fmt: skip
convolution_tangent = Comparison(
    Composed(convolution_ntk, tangent_of_convolved), convolved_tangents, NARROW_IMAGES, MonteCarlo()
)
standard_convolution_tangent = Comparison(
    Composed(convolution_ntk_standard, standard_tangent_of_convolved),
    standard_convolved_tangents, NARROW_IMAGES, MonteCarlo(),
)  # fmt: skip

# Attention: the mean over networks is the same whatever the number of heads.
EMBED = Dense(1.1, 0.4)
HEADS = (0.6, 1.7, 0.3)
IDENTITY = (EMBED, Attention(*HEADS, "identity"))
SOFTMAX = (EMBED, Attention(*HEADS, "softmax"))
MEAN = (EMBED, Attention(*HEADS, "mean"))


def identity_attention(form, x):
    K = input_nngp(products(x), EMBED.sigma_w, EMBED.sigma_b)
    squares = np.sum(K**2, axis=(1, 3), keepdims=True)
    return form(K, squares, *HEADS).ravel()


def mean_attention(x, weigh, logit=attention_logit, nngp=attention_nngp):
    """``weigh`` makes weights of a position's logits."""
    K = input_nngp(products(x), EMBED.sigma_w, EMBED.sigma_b)
    zeta = weigh(logit(np.stack([K[b, :, b] for b in range(len(K))]), *HEADS[:2]))
    return nngp(np.einsum("apc,acbd,bqd->apbq", zeta, K, zeta), HEADS[2]).ravel()


soft = partial(softmax, axis=-1)
WIDER = FiniteSize(1, (12, 24, 48, 96))
identity_covariances = Simulation(*sampled(covariances, IDENTITY, heads=2, replicates=800))
mean_covariances = Simulation(*sampled(covariances, MEAN, heads=2, replicates=800))
softmax_covariances = Simulation(*sampled(covariances, SOFTMAX, heads=2, replicates=800))
attention_without_softmax = Comparison(
    Composed(attention_identity_nngp, identity_attention), identity_covariances, AT_IMAGES, WIDER,
    covers=(queries, keys, values),
)  # fmt: skip
attention_of_mean_logits = Comparison(
    Composed(attention_nngp, lambda form, x: mean_attention(x, np.asarray, nngp=form)),
    mean_covariances, AT_IMAGES, WIDER, covers=(shared_moment, values),
)  # fmt: skip
attention_with_softmax = Comparison(
    Composed(attention_logit, lambda form, x: mean_attention(x, soft, logit=form)),
    softmax_covariances, AT_IMAGES, WIDER, covers=(shared_moment, values),
)  # fmt: skip

# Whole networks as `Network` has them.
FLAT_LINE = Network((CIRCULAR, relu, SAME, relu, Flatten(), READ))
POOLED_PLANE = Network((SAME, relu, CIRCULAR, relu, GlobalAveragePool(), READ))
SHORT = FiniteSize(1, (8, 16, 32))
PICTURES = (
    (((1.0, 0.5), (0.8, -0.6), (-0.4, 0.3)), ((1.2, 0.9), (-0.7, 1.1), (0.3, -0.2))),
    (((0.4, -0.9), (1.5, 0.2), (0.6, 0.6)), ((-1.0, 0.3), (0.1, -0.5), (0.9, 0.7))),
)


line_covariances = Simulation(*sampled(covariances, FLAT_LINE))
line_tangents = Simulation(*sampled(tangents, FLAT_LINE))
plane_covariances = Simulation(*sampled(covariances, POOLED_PLANE))
plane_tangents = Simulation(*sampled(tangents, POOLED_PLANE, replicates=600))
line_covariance = Comparison(
    partial(covariance_of, FLAT_LINE), line_covariances, AT_IMAGES, SHORT,
    covers=(window_average, mean_over_positions),
)  # fmt: skip
line_tangent = Comparison(
    partial(tangent_of, FLAT_LINE), line_tangents, AT_IMAGES, SHORT,
    covers=(window_average_of_tangents, tangent_over_positions),
)  # fmt: skip
plane_covariance = Comparison(
    partial(covariance_of, POOLED_PLANE), plane_covariances, {"x": PICTURES}, SHORT, covers=(mean_over_pairs,)
)
plane_tangent = Comparison(
    partial(tangent_of, POOLED_PLANE),
    plane_tangents,
    {"x": PICTURES},
    FiniteSize(1, (6, 12, 24)),
    covers=(tangent_over_pairs,),
)
