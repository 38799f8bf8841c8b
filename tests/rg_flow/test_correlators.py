"""Exact correlators: against counting, Wishart algebra, and each other."""

from fractions import Fraction
from itertools import product
from math import comb, factorial

import numpy as np
import pytest
import sympy as sp

from derivations.rg_flow import (
    covariance_of_covariances,
    four_point_excess,
    four_point_function,
    layer_moment,
    leaky,
    linear_log_correlator,
    linear_log_mean,
    linear_log_variance,
    moment_of_S,
)


@pytest.mark.parametrize(("m", "n"), list(product([1, 2, 3, 5], [1, 2, 7])))
def test_relu_moments_by_counting_active_neurons(m, n):
    total = Fraction(0)
    for k in range(n + 1):
        one = Fraction(1)
        for j in range(m):
            one *= Fraction(2 * (k + 2 * j), n) if k else 0
        total += comb(n, k) * one
    assert layer_moment("relu", m, n) == sp.Rational(total.numerator, total.denominator * 2**n)


@pytest.mark.parametrize(("m", "n"), list(product([1, 2, 4], [1, 3, 10])))
def test_linear_moments_are_products(m, n):
    assert layer_moment("linear", m, n) == sp.prod(1 + sp.Rational(2 * k, n) for k in range(m))


def test_deep_linear_correlator():
    exact = factorial(6) / (2**3 * factorial(3)) * moment_of_S("linear", 3, 10, 8, Fraction(1, 2))
    assert moment_of_S("linear", 3, 10, 8) == (1 + sp.Rational(6, 10) + sp.Rational(8, 100)) ** 7
    assert float(np.exp(linear_log_correlator(3, 0.5, 10, 8))) == pytest.approx(float(exact), rel=1e-13)


def test_logarithm_of_deep_linear_networks():
    n, l = 10**6, 100
    assert float(linear_log_mean(n, l)) == pytest.approx(-99 / n, rel=1e-6)
    assert float(linear_log_variance(n, l)) == pytest.approx(2 * 99 / n, rel=1e-5)


def test_four_point_keeps_all_digits_when_wide():
    with np.errstate(all="raise"):
        found = float(four_point_excess(5.0, 10**6, 2))
    assert found == pytest.approx(5e-6, rel=1e-15)
    assert four_point_function("relu", 30, 7) == (1 + sp.Rational(5, 30)) ** 6
    assert float(four_point_function("relu", 30, 7, 2.0)) == pytest.approx(4 * (1 + 5 / 30) ** 6, rel=1e-14)
    slopes = leaky(1, sp.Rational(1, 2))
    assert moment_of_S(slopes, 2, 10, 3) == four_point_function(slopes, 10, 3)
    assert four_point_function(leaky(1, 0.5), 10, 3) == pytest.approx(float(moment_of_S(slopes, 2, 10, 3)))


def test_several_inputs_against_wishart_algebra():
    """One layer: E S_ab S_cd = K_ab K_cd + (K_ac K_bd + K_ad K_bc)/n."""
    K = np.array([[2, 1, 0], [1, 3, -1], [0, -1, 2]])
    found = covariance_of_covariances(K, 5, 2)
    for a, b, c, d in product(range(3), repeat=4):
        wick = K[a, b] * K[c, d] + sp.Rational(int(K[a, c] * K[b, d] + K[a, d] * K[b, c]), 5)
        assert found[a, b, c, d] == wick


def test_several_inputs_contain_one():
    K = np.array([[2.0]])
    assert covariance_of_covariances(K, 8, 6).item() == pytest.approx(4 * (1 + 2 / 8) ** 5, rel=1e-14)
    assert covariance_of_covariances(K, 8, 3, C_W=2).item() == pytest.approx(16 * 4 * (1 + 2 / 8) ** 2)


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="scale-invariant"):
        layer_moment("tanh", 2, 5)
    with pytest.raises(ValueError, match="m = -1"):
        layer_moment("relu", -1, 5)
    with pytest.raises(ValueError, match="symmetric"):
        covariance_of_covariances([[1, 2], [0, 1]], 5, 2)
    with pytest.raises(ValueError, match="n = 0"):
        covariance_of_covariances([[1, 0], [0, 1]], 0, 2)
