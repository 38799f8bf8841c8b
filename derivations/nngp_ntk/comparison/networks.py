"""Kernels of layers, put together to networks, against random networks of growing width.

Means over networks tend to the kernels with 1/width, single networks with its root.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from scipy.special import softmax

from theory.closed_form.form import ClosedForm
from theory.comparison import Comparison
from theory.simulation import Simulation
from theory.tolerance import FiniteSize, MonteCarlo

from ..activations.abrelu import relu
from ..activations.error_function import erf
from ..activations.rectified_monomial import rectified_square
from ..architecture.layers import (
    Attention,
    Conv,
    Dense,
    Flatten,
    GlobalAveragePool,
    LayerNorm,
    Residual,
)
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
    convolution_ntk_standard,
    window_average,
    window_average_of_tangents,
)
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
from ..layers.residual import residual_nngp, residual_ntk
from ..models.network import Network
from ..simulation.finite_networks import covariances, distances, tangents


@dataclass(frozen=True)
class Composed:
    """A closed form as part of a larger prediction, ``whole(form, **at)``; mutants change the form."""

    form: ClosedForm
    whole: Callable

    def __call__(self, **at):
        return self.whole(self.form, **at)

    @property
    def rhs(self):
        return self.form.rhs

    @property
    def claim(self):
        return self.form.claim

    def with_rhs(self, expression) -> Composed:
        return replace(self, form=self.form.with_rhs(expression))


def products(x):
    """x.x'/d between all inputs; between all positions of them, (B, P, B, P), where they have some."""
    x = np.asarray(x)
    return np.tensordot(x, x, axes=(-1, -1)) / x.shape[-1]


def duals(K):
    """T and Tdot of the ReLU between all pairs, for a kernel between inputs or positions of inputs."""
    count = int(np.sqrt(K.size))
    flat = K.reshape(count, count)
    at = np.diag(flat)[:, None], np.diag(flat), flat
    return (f(*at).reshape(K.shape) for f in (relu.dual, relu.derivative_dual))


def on_and_above_diagonal(K):
    return K[np.triu_indices(len(K))]


# Dense networks.
DEVIATIONS = (1.3, 0.7)
INPUTS = ((1.0, 0.5, -0.3), (0.4, -0.3, 0.1), (-0.8, 0.6, 2.4))
READ = Dense(*DEVIATIONS)
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


def standard_tangent(first, later, deviations, x, width):
    """Of one hidden layer."""
    p, d = products(x), np.shape(x)[-1]
    T, Tdot = duals(input_nngp(p, *deviations))
    return on_and_above_diagonal(later(T, Tdot, first(p, d), deviations[0], width))


@dataclass(frozen=True)
class Standard:
    """Layers in the standard parametrisation."""

    layers: tuple
    parametrisation: str = "standard"


def sampled(run, network, **settings) -> Simulation:
    """A simulation of one network; ``replicates`` at the laptop's scale, 8 times as many on a GPU."""
    replicates = settings.pop("replicates", 1000)
    scales = {"laptop": {"replicates": replicates}, "gpu": {"replicates": 8 * replicates}}
    description = (run.__doc__ or "").strip().partition("\n")[0]
    return Simulation(partial(run, network=network, **settings), scales, description)


WIDTHS = FiniteSize(1, (8, 16, 32, 64))
AT = {"x": INPUTS}
deep_covariances = sampled(covariances, DEEP)
deep_tangents = sampled(tangents, DEEP)
deep_covariance = Comparison(
    Composed(dense_nngp, covariance_at_depth), deep_covariances, AT, WIDTHS, covers=(self_averaging,)
)
deep_tangent = Comparison(
    Composed(dense_ntk, tangent_at_depth), deep_tangents, AT, WIDTHS,
    covers=(self_averaging, self_averaging_slopes),
)  # fmt: skip

# One layer, and on average two, need no limit.
one_layer_covariances = sampled(covariances, (READ,), width=4, replicates=4000)
one_layer_covariance = Comparison(
    Composed(input_nngp, lambda nngp, x: on_and_above_diagonal(nngp(products(x), *DEVIATIONS))),
    one_layer_covariances, AT, MonteCarlo(),
)  # fmt: skip

BARE = (READ.sigma_w, 0.0)
standard_tangents = sampled(tangents, Standard((READ, relu, READ)), replicates=4000)
bare_tangents = sampled(tangents, Standard((Dense(*BARE), relu, Dense(*BARE))), replicates=4000)
NARROW = AT | {"width": 4}
with_bias = Comparison(
    Composed(dense_ntk_standard, lambda ntk, **at: standard_tangent(input_ntk_standard, ntk, DEVIATIONS, **at)),
    standard_tangents, NARROW, MonteCarlo(), covers=(self_averaging,),
)  # fmt: skip
with_bias_at_the_inputs = Comparison(
    Composed(
        input_ntk_standard, lambda first, **at: standard_tangent(first, dense_ntk_standard, DEVIATIONS, **at)
    ),
    standard_tangents, NARROW, MonteCarlo(),
)  # fmt: skip
without_bias = Comparison(
    Composed(
        dense_ntk_standard_unbiased,
        lambda ntk, **at: standard_tangent(input_ntk_standard_unbiased, ntk, BARE, **at),
    ),
    bare_tangents, NARROW, MonteCarlo(),
)  # fmt: skip
without_bias_at_the_inputs = Comparison(
    Composed(
        input_ntk_standard_unbiased,
        lambda first, **at: standard_tangent(first, dense_ntk_standard_unbiased, BARE, **at),
    ),
    bare_tangents, NARROW, MonteCarlo(),
)  # fmt: skip

# A single network is off by the root of 1/width: so are two from each other.
deep_distances = sampled(distances, DEEP, replicates=200)
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


skipping_covariances = sampled(covariances, SKIPPING)
skipping_tangents = sampled(tangents, SKIPPING)
normed_covariances = sampled(covariances, NORMED)
normed_tangents = sampled(tangents, NORMED)
residual_covariance = Comparison(
    Composed(residual_nngp, lambda form, x: kernels_with_residuals(x, nngp=form)[0]),
    skipping_covariances, AT, WIDTHS,
)  # fmt: skip
residual_tangent = Comparison(
    Composed(residual_ntk, lambda form, x: kernels_with_residuals(x, ntk=form)[1]),
    skipping_tangents, AT, WIDTHS,
)  # fmt: skip
NORMALISERS = {"covers": (first_normaliser, second_normaliser)}
normed_covariance = Comparison(
    Composed(layer_norm_nngp, lambda form, x: kernels_with_norms(x, nngp=form)[0]),
    normed_covariances, AT, WIDTHS, **NORMALISERS,
)  # fmt: skip
normed_tangent = Comparison(
    Composed(layer_norm_ntk, lambda form, x: kernels_with_norms(x, ntk=form)[1]),
    normed_tangents, AT, WIDTHS, **NORMALISERS,
)  # fmt: skip

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
flat_covariances = sampled(covariances, FLAT, replicates=8000)
flat_tangents = sampled(tangents, FLAT, replicates=8000)
pooled_covariances = sampled(covariances, POOLED, replicates=8000)
pooled_tangents = sampled(tangents, POOLED, replicates=8000)
convolved_covariances = sampled(covariances, CONVOLVED, replicates=8000)
convolved_tangents = sampled(tangents, (*CONVOLVED, GlobalAveragePool()), replicates=8000)
standard_convolved_tangents = sampled(tangents, Standard((*CONVOLVED, GlobalAveragePool())), replicates=8000)
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
identity_covariances = sampled(covariances, IDENTITY, heads=2, replicates=800)
mean_covariances = sampled(covariances, MEAN, heads=2, replicates=800)
softmax_covariances = sampled(covariances, SOFTMAX, heads=2, replicates=800)
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

# Whole networks as `Network` has them: on average they tend to its kernels with 1/width.
STEEP = Dense(2.5, 0.3)
SATURATING = Network((STEEP, erf, STEEP, erf, STEEP))
WEAK = Dense(0.5, 0.5)
GROWING = Network((Dense(1.0, 0.5), rectified_square, WEAK, rectified_square, WEAK))
FLAT_LINE = Network((CIRCULAR, relu, SAME, relu, Flatten(), READ))
POOLED_PLANE = Network((SAME, relu, CIRCULAR, relu, GlobalAveragePool(), READ))
PICTURES = (
    (((1.0, 0.5), (0.8, -0.6), (-0.4, 0.3)), ((1.2, 0.9), (-0.7, 1.1), (0.3, -0.2))),
    (((0.4, -0.9), (1.5, 0.2), (0.6, 0.6)), ((-1.0, 0.3), (0.1, -0.5), (0.9, 0.7))),
)


def covariance_of(network, x):
    return on_and_above_diagonal(network.nngp(np.asarray(x)))


def tangent_of(network, x):
    return on_and_above_diagonal(network.ntk(np.asarray(x)))


erf_covariances = sampled(covariances, SATURATING, replicates=4000)
erf_tangents = sampled(tangents, SATURATING, replicates=4000)
growing_tangents = sampled(tangents, GROWING, replicates=4000)
line_covariances = sampled(covariances, FLAT_LINE)
line_tangents = sampled(tangents, FLAT_LINE)
plane_covariances = sampled(covariances, POOLED_PLANE)
plane_tangents = sampled(tangents, POOLED_PLANE, replicates=600)
SHORT, LONG = FiniteSize(1, (8, 16, 32)), FiniteSize(1, (16, 32, 64))
erf_covariance = Comparison(partial(covariance_of, SATURATING), erf_covariances, AT, LONG)
erf_tangent = Comparison(partial(tangent_of, SATURATING), erf_tangents, AT, LONG)
# Fluctuations of the layers before shift a mean by their square: with this activation so far that it is seen.
tangent_shifted_by_fluctuations = Comparison(
    partial(tangent_of, GROWING), growing_tangents, {"x": INPUTS[:2]}, FiniteSize(1, (16, 32, 64, 128))
)
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
