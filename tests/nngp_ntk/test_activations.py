"""Activations and their duals, as a user calls them."""

import mpmath as mp
import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from derivations.nngp_ntk.activations.abrelu import abrelu, absolute, leaky_relu, relu
from derivations.nngp_ntk.activations.error_function import erf, normal_cdf
from derivations.nngp_ntk.activations.linear import linear
from derivations.nngp_ntk.activations.monomial import monomial
from derivations.nngp_ntk.activations.polynomial import hermite, polynomial
from derivations.nngp_ntk.activations.rectified_monomial import rectified_monomial
from derivations.nngp_ntk.activations.step import sign, step
from derivations.nngp_ntk.models.activation import u
from derivations.nngp_ntk.models.duals import activation, activations, derivative_dual, dual
from derivations.nngp_ntk.models.quadrature import quadrature
from derivations.nngp_ntk.models.transformed import transformed

CATALOGUE = [pytest.param(act, id=name) for name, act in sorted(activations().items())]
SMOOTH = {"tanh", "sigmoid", "softplus", "silu", "mish"}
HOMOGENEOUS = [relu, absolute, leaky_relu(0.1), abrelu(2.0, -0.5), linear, step, sign] + [
    make(n) for make in (monomial, rectified_monomial) for n in (1, 2, 3, 5)
]


def test_headline_numbers():
    assert dual("relu", 1.0, 1.0, 0.0) == pytest.approx(1 / (2 * np.pi), rel=1e-15)
    assert derivative_dual("relu", 1.0, 1.0, 0.0) == 0.25
    assert dual("relu", 1.0, 1.0, 0.5) == pytest.approx((3**0.5 / 2 + np.pi / 3) / (2 * np.pi), rel=1e-15)
    assert dual("sign", 1.0, 1.0, 0.5) == pytest.approx(1 / 3, rel=1e-15)
    assert dual("erf", 1.0, 1.0, 1.0) == pytest.approx(2 / np.pi * np.arcsin(2 / 3), rel=1e-15)
    double_factorials = [rectified_monomial(n).diagonal(1.0) * 2 for n in (1, 2, 3, 4)]
    assert double_factorials == pytest.approx([1, 3, 15, 105], rel=1e-15)


@pytest.mark.parametrize("act", CATALOGUE)
@pytest.mark.parametrize(("q_1", "q_2", "theta"), [(0.7, 1.6, 0.4), (1.2, 0.5, 2.3)])
def test_formulas_agree_with_the_quadrature(act, q_1, q_2, theta):
    if act.name in SMOOTH:
        pytest.skip("it is the quadrature")
    slope = np.zeros_like if act.diverges else None
    numeric = quadrature(act.bound_expression, slope, name=act.name)
    c = np.sqrt(q_1 * q_2) * np.cos(theta)
    if act.name == "exponential_normalised":
        q_1 = q_2 = 1.0
        c = np.cos(theta)
    size = np.sqrt(numeric.diagonal(q_1) * numeric.diagonal(q_2))
    assert act.dual(q_1, q_2, c) == pytest.approx(numeric.dual(q_1, q_2, c), abs=1e-13 * size)
    if act.name != "exponential_normalised":
        assert act.diagonal(q_1) == pytest.approx(numeric.diagonal(q_1), rel=1e-13)
    if not act.diverges:
        found = act.derivative_dual(q_1, q_2, c)
        size = np.sqrt(numeric.diagonal_derivative(q_1) * numeric.diagonal_derivative(q_2))
        assert found == pytest.approx(numeric.derivative_dual(q_1, q_2, c), abs=1e-13 * size)
    if act.odd or act.mean_form:
        assert act.mean(q_1) == pytest.approx(numeric.mean(q_1), rel=1e-13, abs=1e-14)


@pytest.mark.parametrize("act", CATALOGUE)
def test_identical_inputs_have_the_diagonal(act):
    q = np.array([0.3, 1.0, 2.5])
    np.testing.assert_allclose(act.dual(q, q, q), act.diagonal(q), rtol=3e-14)
    if not act.diverges:
        np.testing.assert_allclose(act.derivative_dual(q, q, q), act.diagonal_derivative(q), rtol=3e-14)


@pytest.mark.parametrize("act", HOMOGENEOUS, ids=repr)
@pytest.mark.parametrize("theta", [1e-8, 1e-3, 0.5, 1.5, 2.5, 3.0, 3.1415])
def test_functions_of_the_angle_keep_their_digits(act, theta):
    """Against the same formulas of the claims, unstable ones too, with 60 digits."""
    with mp.workdps(60):
        q = mp.mpf(1)
        exact = act.dual(q, q, mp.cos(mp.mpf(theta)), angle=mp.mpf(theta)) / mp.mpf(act.diagonal(q))
        kappa, _, gap = act.angular(theta)
        lost = 1e-14 * max(abs(exact), abs(theta * mp.diff(lambda x: act.angular(mp.mpf(x))[0], theta)))
        assert abs(kappa - exact) <= lost
        assert abs(gap - (1 - exact)) <= 1e-14 * (1 - exact if theta < 2.6 else 1)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from([relu, absolute, linear, erf, normal_cdf, sign, step]),
    st.floats(-150, 150),
    st.floats(-150, 150),
    st.floats(-1, 1),
)
def test_inputs_of_any_scale_neither_overflow_nor_lose_their_sign(act, log_q_1, log_q_2, rho):
    q_1, q_2 = 10**log_q_1, 10**log_q_2
    c = rho * (np.sqrt(q_1) * np.sqrt(q_2))
    value = act.dual(q_1, q_2, c)
    assert np.isfinite(value)
    assert abs(value) <= np.sqrt(act.diagonal(q_1)) * np.sqrt(act.diagonal(q_2)) * (1 + 1e-12)


def test_zero_variance_and_parallel_inputs():
    assert relu.dual(0.0, 2.0, 0.0) == 0 and relu.dual(0.0, 0.0, 0.0) == 0
    assert erf.dual(0.0, 2.0, 0.0) == 0
    assert normal_cdf.dual(0.0, 2.0, 0.0) == pytest.approx(0.25, rel=1e-15)
    assert relu.dual(2.0, 18.0, 6.0) == pytest.approx(3.0, rel=1e-14)
    assert relu.dual(2.0, 2.0, -2.0) == pytest.approx(0.0, abs=1e-40)
    assert relu.derivative_dual(1e160, 1e160, 1e160) == 0.5


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((1.0, 1.0, 1.5), "c = 1.5 is no covariance"),
        ((-1.0, 1.0, 0.0), "q1 = -1.0 is no variance"),
        ((1.0, np.nan, 0.0), "q2 = nan"),
        ((1.0, 1.0, np.array([0.2, np.nan])), "c = nan"),
        ((np.inf, 1.0, 0.0), "q1 = inf"),
        ((np.ones(2), np.ones(3), 0.0), "do not broadcast"),
    ],
)
@pytest.mark.parametrize("name", ["relu", "erf", "tanh"])
def test_what_is_no_covariance_is_refused(name, arguments, words):
    with pytest.raises(ValueError, match=words):
        dual(name, *arguments)


def test_divergence_on_the_diagonal_is_said():
    for act in (step, sign):
        assert act.derivative_dual(1.0, 1.0, 0.3) > 0
        with pytest.raises(ValueError, match="diverges .*no neural tangent kernel"):
            act.derivative_dual(1.0, 1.0, 1.0)
        with pytest.raises(ValueError, match="diverges .*no neural tangent kernel"):
            act.diagonal_derivative(1.0)


def test_the_nearest_name_is_suggested():
    with pytest.raises(ValueError, match="did you mean 'relu'"):
        activation("rellu")
    assert activation("leaky_relu", alpha=0.3)(-2.0) == pytest.approx(-0.6)
    with pytest.raises(TypeError, match="has no parameter 'k'"):
        erf.with_(k=2)


def test_hermite_polynomials_have_powers_of_the_correlation():
    for m in range(6):
        assert hermite(m).dual(1.0, 1.0, 0.6) == pytest.approx(0.6**m, rel=1e-14)
    assert hermite(3).derivative_dual(1.0, 1.0, 0.6) == pytest.approx(3 * 0.36, rel=1e-14)


@pytest.mark.parametrize("p", [2, 3, 5, 6])
def test_monomials_are_polynomials(p):
    same = polynomial([0] * p + [1])
    for act, other in ((monomial(p), same), (same, monomial(p))):
        assert act.dual(1.2, 0.7, -0.4) == pytest.approx(other.dual(1.2, 0.7, -0.4), rel=1e-13)
    found, expected = (act.derivative_dual(1.2, 0.7, -0.4) for act in (monomial(p), same))
    assert found == pytest.approx(expected, rel=1e-13)


@pytest.mark.parametrize("name", ["relu", "erf", "gelu", "snake", "gaussian", "cos"])
def test_scales_and_shifts_by_rule(name):
    act = transformed(activation(name), 1.3, -0.4, 0.7)
    numeric = quadrature(act.expression, name=name)
    assert act.dual(1.0, 2.0, 0.7) == pytest.approx(numeric.dual(1.0, 2.0, 0.7), rel=1e-13)
    assert act.derivative_dual(1.0, 2.0, 0.7) == pytest.approx(
        numeric.derivative_dual(1.0, 2.0, 0.7), rel=1e-13
    )
    assert act.diagonal(1.5) == pytest.approx(numeric.diagonal(1.5), rel=1e-13)


def test_quadrature_says_what_it_reached():
    act = quadrature(sp.Piecewise((0, u < 0.3), (1, True)), name="late step")
    with pytest.raises(ArithmeticError, match="among the kinks"):
        act.dual(1.0, 1.0, 0.5)
    act = quadrature(sp.Max(u - 0.3, 0), kinks=(0.3,), name="late relu")
    act.dual(1.0, 2.0, 0.5)
    assert 0 <= act.pair_form.error < 1e-11
    with pytest.raises(TypeError, match="derivative"):
        quadrature(np.tanh)
    own = quadrature(np.tanh, lambda x: 1 - np.tanh(x) ** 2)
    assert own.dual(1.0, 2.0, 0.5) == pytest.approx(dual("tanh", 1.0, 2.0, 0.5), rel=1e-13)


@pytest.mark.parametrize(
    "name", ["relu", "erf", "gelu", "sin", "snake", "gabor", "exponential_normalised", "tanh"]
)
def test_other_array_libraries_give_the_same(name):
    jax = pytest.importorskip("jax")
    torch = pytest.importorskip("torch")
    act, c = activation(name), np.array([-0.9, 0.1, 1.0])
    expected = act.dual(1.0, 1.0, c)
    assert isinstance(found := act.dual(1.0, 1.0, torch.tensor(c)), torch.Tensor)
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-13, atol=1e-16)
    with jax.enable_x64(True):
        np.testing.assert_allclose(act.dual(1.0, 1.0, jax.numpy.asarray(c)), expected, rtol=1e-13, atol=1e-16)
        np.testing.assert_allclose(act(jax.numpy.asarray(c)), act(c), rtol=1e-14)
    np.testing.assert_allclose(act(torch.tensor(c)).numpy(), act(c), rtol=1e-14)
    single = act.dual(np.float32(1), np.float32(1), c.astype(np.float32))
    assert single.dtype == np.float32
    np.testing.assert_allclose(single, expected, rtol=2e-6)


@pytest.mark.slow
def test_price_by_automatic_differentiation():
    jax = pytest.importorskip("jax")
    with jax.enable_x64(True):
        for name in ("relu", "erf", "gelu", "snake"):
            act = activation(name)
            assert jax.grad(lambda c, act=act: act.dual(1.0, 2.0, c))(0.4) == pytest.approx(
                act.derivative_dual(1.0, 2.0, 0.4), rel=1e-12
            )
        slopes = jax.grad(lambda *q: activation("relu").dual(*q), (0, 1, 2))(2.0, 2.0, 2.0)
        np.testing.assert_allclose(slopes, [0, 0, 0.5], atol=1e-15)


@pytest.mark.parametrize("c", [1.5, -1.5])
@pytest.mark.parametrize("name", ["erf", "gelu", "sin", "gaussian", "snake", "exponential"])
def test_slopes_where_the_angle_hides_them(name, c):
    """At parallel and opposite inputs the angle has no slope, the duals of smooth activations have."""
    jax, act = pytest.importorskip("jax"), activation(name)
    for kernel in (act.dual, act.derivative_dual):
        with jax.enable_x64(True):
            by_q, by_c = map(float, jax.grad(lambda *at, f=kernel: f(*at), (0, 2))(1.5, 1.5, c))
        with mp.workdps(40):
            h, inside = mp.mpf(10) ** -15, c * (1 - mp.mpf(10) ** -38)  # no covariance lies beyond c
            towards = -int(np.sign(c))
            along_c = mp.diff(lambda at, f=kernel: f(1.5, 1.5, at), inside, h=h, direction=towards)
            along = mp.diff(lambda q, f=kernel, at=inside: f(q, 1.5, at * mp.sqrt(q / 1.5)), 1.5, h=h)
        assert by_c == pytest.approx(float(along_c), rel=1e-11)
        assert by_q + by_c * c / 3 == pytest.approx(float(along), rel=1e-11, abs=1e-12)
    with jax.enable_x64(True):
        slope = jax.grad(lambda at: act.dual(1.5, 1.5, at))(c)
    assert float(slope) == pytest.approx(act.derivative_dual(1.5, 1.5, c), rel=1e-12)
