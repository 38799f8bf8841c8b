"""Smooth activations at many pairs: Mehler's series against the polar quadrature and closed forms."""

import time

import numpy as np
import pytest
import sympy as sp

from derivations.nngp_ntk.activations.mehler import kernel
from derivations.nngp_ntk.models.activation import u
from derivations.nngp_ntk.models.duals import activation
from derivations.nngp_ntk.models.mehler import Series, smooth
from derivations.nngp_ntk.models.quadrature import quadrature

RNG = np.random.default_rng(0)


def pairs(n, spread=1.0):
    q_1, q_2 = np.exp(spread * RNG.normal(size=(2, n)))
    theta = np.pi * RNG.random(n)
    theta[:4] = 0.0, 1e-7, 1e-3, np.pi
    return q_1, q_2, np.sqrt(q_1) * np.sqrt(q_2) * np.cos(theta), theta


def forms(act):
    yield act.dual, act.pair_form, act.diagonal
    yield act.derivative_dual, act.derivative_pair_form, act.diagonal_derivative


@pytest.mark.parametrize("name", ["tanh", "sigmoid", "softplus", "silu", "mish"])
def test_the_series_is_the_polar_integral_to_the_stated_accuracy(name):
    act = activation(name)
    q_1, q_2, c, theta = pairs(24)
    for dual, form, diagonal in forms(act):
        found = dual(q_1, q_2, c, angle=theta)
        exact = form.polar.evaluate("numpy", [q_1, q_2, theta])
        size = np.sqrt(diagonal(q_1) * diagonal(q_2))
        assert np.max(np.abs(found - exact) / size) <= form.accuracy
        assert 0 <= form.error <= form.accuracy


@pytest.mark.parametrize("name", ["erf", "gelu", "sin", "gaussian", "normal_cdf"])
def test_known_duals_are_found_as_if_unknown(name):
    act = activation(name)
    unknown = smooth(act.bound_expression, name=name)
    q_1, q_2, c, theta = pairs(2000, spread=0.7)
    for (dual, form, _), (exact, _, diagonal) in zip(forms(unknown), forms(act), strict=True):
        size = np.sqrt(diagonal(q_1) * diagonal(q_2))
        found = dual(q_1, q_2, c, angle=theta)
        assert np.max(np.abs(found - exact(q_1, q_2, c, angle=theta)) / size) <= form.accuracy
        q = np.geomspace(0.01, 10, 40)
        np.testing.assert_allclose(form.evaluate("numpy", [q, q, 0.0]), diagonal(q), rtol=1e-12)


def test_the_sum_is_that_of_the_claim():
    """Of polynomials the coefficients are few: u**2 has 1 and sqrt(2) at unit variance."""
    (k, *_), term = kernel.rhs.limits[0], kernel.rhs.function
    rho, values = sp.Rational(1, 3), {0: 1, 2: sp.sqrt(2)}
    total = 0
    for n, value in values.items():
        one = term.subs(k, n).replace(lambda e: e.func.__name__ == "a", lambda e, value=value: value)
        total += one.subs({x: rho for x in one.free_symbols})
    act = smooth(u**2, name="square")
    assert act.dual(*np.ones((2, 20)), np.full(20, 1 / 3)) == pytest.approx(float(total), rel=1e-13)


def test_a_thousand_inputs_take_seconds_and_have_their_diagonal():
    act = smooth(sp.tanh(u), name="tanh")
    X = RNG.normal(size=(1000, 20))
    K = X @ X.T / 20
    q = np.diag(K)
    start = time.process_time()
    T = act.dual(q[:, None], q[None, :], K)
    assert time.process_time() - start < 20
    np.testing.assert_array_equal(np.diag(T), act.diagonal(q))
    np.testing.assert_allclose(T, T.T, rtol=1e-12, atol=1e-11)
    assert np.linalg.eigvalsh(T)[0] > 0
    assert T[3, 5] == pytest.approx(act.dual(q[3], q[5], K[3, 5]), abs=1e-11)


def test_what_it_does_not_reach_is_refused_and_said():
    act = smooth(sp.tanh(u), name="tanh")
    q = np.full(40, 1e4)
    nearly = q * np.cos(np.linspace(1e-3, 2e-3, 40))
    with pytest.raises(ArithmeticError, match=r"tanh: Mehler's series of 1024 terms .*not 1e-11, for 40"):
        act.dual(q, q, nearly)
    kinked = smooth(sp.Max(u, 0), name="relu")
    with pytest.raises(ArithmeticError, match="kinks needs `quadrature`"):
        kinked.dual(np.ones(40), np.ones(40), np.linspace(0.99, 0.999, 40))
    with pytest.raises(ArithmeticError, match="for 40 pairs"):
        kinked.derivative_dual(np.ones(40), np.ones(40), np.ones(40))
    assert isinstance(act.pair_form, Series)
    few = act.dual(q[:3], q[:3], nearly[:3])  # the polar integral serves
    np.testing.assert_allclose(few, quadrature(sp.tanh(u), name="tanh").dual(q[:3], q[:3], nearly[:3]))


def test_rounding_does_not_take_the_diagonal_away():
    """Step-like at these variances: only the diagonal itself, and what is far from it, can be had."""
    act = smooth(sp.tanh(u), name="tanh", accuracy=1e-10)
    q = np.full(40, 150.0)
    np.testing.assert_allclose(act.dual(q, q, q * (1 - 2e-16)), act.diagonal(q), rtol=1e-13)


def test_functions_of_arrays_and_zero_variance():
    own = smooth(np.tanh, lambda x: 1 / np.cosh(x) ** 2)
    c = np.linspace(-0.9, 0.9, 30)
    np.testing.assert_allclose(own.dual(1.0, 1.0, c), activation("tanh").dual(1.0, 1.0, c), atol=1e-12)
    np.testing.assert_allclose(own.dual(1.0, np.zeros(30), 0.0), 0.0, atol=1e-15)
    soft = activation("softplus").dual(np.zeros(30), np.zeros(30), 0.0)
    np.testing.assert_allclose(soft, np.log(2) ** 2, rtol=1e-13)
