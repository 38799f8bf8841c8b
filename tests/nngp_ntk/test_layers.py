"""Kernels of layers: what they must agree with in special cases."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from derivations.nngp_ntk.layers.attention import attention_identity_nngp, attention_logit, attention_nngp
from derivations.nngp_ntk.layers.convolution import (
    convolution_nngp,
    convolution_ntk,
    convolution_ntk_standard,
)
from derivations.nngp_ntk.layers.dense import (
    dense_nngp,
    dense_ntk,
    dense_ntk_standard,
    dense_ntk_standard_unbiased,
    input_nngp,
    input_ntk,
    input_ntk_standard,
)
from derivations.nngp_ntk.layers.layer_norm import layer_norm_nngp, layer_norm_ntk
from derivations.nngp_ntk.layers.read_out import flatten_nngp, flatten_ntk, pool_nngp, pool_ntk
from derivations.nngp_ntk.layers.residual import (
    residual_dense_nngp,
    residual_dense_ntk,
    residual_nngp,
    residual_ntk,
)
from theory.closed_form import DomainError

some = st.floats(-50, 50).filter(lambda x: abs(x) > 1e-3)
positive = st.floats(0.01, 50)


def test_a_relu_network_on_the_diagonal_gains_one_for_every_layer():
    """With sigma_w^2 = 2 and no bias T = K/2 and Tdot = 1/2 there: the NTK at depth L is L + 1."""
    sigma_w = 2**0.5
    K = Theta = 1.0
    for depth in range(1, 6):
        K, Theta = dense_nngp(K / 2, sigma_w, 0.0), dense_ntk(K / 2, 0.5, Theta, sigma_w, 0.0)
        assert K == pytest.approx(1, rel=1e-14)
        assert Theta == pytest.approx(depth + 1, rel=1e-14)


def test_the_first_layer_has_both_kernels_equal():
    at = np.array([-1.0, 0.3, 2.0]), 1.5, 0.2
    np.testing.assert_array_equal(input_nngp(*at), input_ntk(*at))


@given(some, some, some, positive)
def test_without_biases_the_parametrisations_differ_by_width_over_variance(T, Tdot, Theta, sigma_w):
    n = 64
    factor = n / sigma_w**2
    standard = dense_ntk_standard_unbiased(T, Tdot, factor * Theta, sigma_w, n)
    scale = factor * sigma_w**2 * (abs(T) + abs(Tdot * Theta))
    assert standard == pytest.approx(factor * dense_ntk(T, Tdot, Theta, sigma_w, 0.0), abs=1e-13 * scale)


def test_a_trained_bias_adds_one_in_the_standard_parametrisation():
    assert (
        dense_ntk_standard(0.5, 0.25, 3.0, 1.2, 8) == dense_ntk_standard_unbiased(0.5, 0.25, 3.0, 1.2, 8) + 1
    )
    assert input_ntk_standard(0.5, 4) == 3


@given(some, some, some, some, positive, positive)
def test_a_residual_layer_is_its_branch_and_what_passes_by(K, T, Tdot, alpha, sigma_w, sigma_b):
    branch = dense_nngp(T, sigma_w, sigma_b), dense_ntk(T, Tdot, K, sigma_w, sigma_b)
    at = T, alpha, sigma_w, sigma_b
    np.testing.assert_allclose(residual_dense_nngp(K, *at), residual_nngp(K, branch[0], alpha), rtol=1e-12)
    whole = residual_dense_ntk(K, T, Tdot, *at[1:])
    scale = abs(K) + alpha**2 * (sigma_b**2 + sigma_w**2 * (abs(T) + abs(Tdot * K)))
    assert whole == pytest.approx(residual_ntk(K, branch[1], alpha), abs=1e-13 * scale)
    assert residual_nngp(K, branch[0], 0.0) == K


@given(st.floats(-1, 1), positive, positive, st.floats(1e-40, 1e40))
def test_layer_norm_leaves_correlations_whatever_the_scale(rho, s_1, s_2, scale):
    c, q_1, q_2 = (scale**2 * x for x in (rho * s_1 * s_2, s_1**2, s_2**2))
    assert layer_norm_nngp(c, q_1, q_2) == pytest.approx(rho, rel=1e-13, abs=1e-200)  # c may underflow
    assert layer_norm_ntk(q_1, q_1, q_1) == pytest.approx(1, rel=1e-14)


def test_layer_norm_of_nothing_is_an_error_that_says_so():
    with pytest.raises(DomainError, match="q_1"):
        layer_norm_nngp(0.0, 0.0, 1.0)


@given(some, some, some, positive, positive)
def test_one_position_is_a_dense_layer(T, Tdot, Theta, sigma_w, sigma_b):
    """A filter of one position, or an image of one: the mean is the value itself."""
    nngp = dense_nngp(T, sigma_w, sigma_b)
    for form in (convolution_nngp, flatten_nngp, pool_nngp):
        assert form(T, sigma_w, sigma_b) == nngp
    scale = sigma_b**2 + sigma_w**2 * (abs(T) + abs(Tdot * Theta))
    for form in (convolution_ntk, flatten_ntk, pool_ntk):
        found = form(T, Tdot * Theta, sigma_w, sigma_b)
        assert found == pytest.approx(dense_ntk(T, Tdot, Theta, sigma_w, sigma_b), abs=1e-14 * scale)
    standard = convolution_ntk_standard(T, Tdot * Theta, sigma_w, 32)
    scale = 32 * abs(T) + 1 + sigma_w**2 * abs(Tdot * Theta)
    assert standard == pytest.approx(dense_ntk_standard(T, Tdot, Theta, sigma_w, 32), abs=1e-14 * scale)


def test_attention_without_softmax_is_cubic_in_its_input():
    K, squares, sigmas = 0.7, 2.5, (0.5, 1.2, 0.9)
    once = attention_identity_nngp(K, squares, *sigmas)
    assert attention_identity_nngp(2 * K, 4 * squares, *sigmas) == pytest.approx(8 * once, rel=1e-15)


def test_attention_to_one_position_passes_its_value_on():
    """A position's logits so far apart that the softmax picks one: the kernel is that of the values."""
    assert attention_nngp(0.3, 2.0) == pytest.approx(1.2, rel=1e-15)
    assert attention_logit(0.5, 2.0, 3.0) == pytest.approx(3.0, rel=1e-15)
