"""`Flow`: against closed forms, asymptotics and callables; what it refuses."""

from fractions import Fraction

import numpy as np
import pytest
import sympy as sp

from derivations.rg_flow import Flow, activation, asymptotic_inverse_kernel, leaky, sine_flow
from derivations.rg_flow.models.activations import NotConverged


def test_rationals_stay_rational():
    run = Flow("relu").run(Fraction(1, 3), 6, lambda_b=Fraction(1, 2), lambda_W=1)
    assert list(run.K) == [Fraction(1, 3)] * 6
    assert list(run.V) == [sp.Rational(5 * k, 9) for k in range(6)]  # nu K^2 (l - 1)
    assert list(run.G_1) == [0] * 6
    assert list(run.Theta) == [sp.Rational(2, 3) * k for k in range(1, 7)]  # (lambda_b + lambda_W K/2) l
    assert all(isinstance(x, sp.Rational) for x in (*run.K, *run.V, *run.Theta))


def test_relu_of_gain_one_halves():
    run = Flow("relu", 0, 1).run(1, 5)
    assert list(run.K) == [sp.Rational(1, 2**k) for k in range(5)]


def test_sine_agrees_with_its_closed_form():
    run = Flow("sin", 0.1, 1.4).run(0.7, 9)
    expected = np.stack(sine_flow(np.arange(9), 0.7, 0.1, 1.4), axis=1)
    np.testing.assert_allclose(np.stack([run.K, run.V, run.G_1], axis=1), expected, rtol=1e-11)


def falls_like_the_logarithm_over_depth(errors):
    """At depths 400 and 800 the corrections of order log(l) / l have the ratio 0.5 to 0.7."""
    return 0.45 < errors[1] / errors[0] < 0.7


@pytest.mark.parametrize(("name", "a_1", "a_2"), [("tanh", -2, 17 / 3), ("sin", -1, 2 / 3)])
def test_kernel_vanishes_as_predicted(name, a_1, a_2):
    run = Flow(name).run(1.0, 1600)
    gap = 1 / run.K - asymptotic_inverse_kernel(run.l.astype(float), float(a_1), a_2)
    gap = gap[[399, 799, 1599]]  # a constant that the start decides; the leading term grows by 800 |a_1|
    assert falls_like_the_logarithm_over_depth(np.diff(gap))
    product = np.cumsum(np.log(run.chi_perp))[[399, 799, 1599]]
    assert falls_like_the_logarithm_over_depth(1 + np.diff(product) / np.log(2))  # chi_perp = 1 - 1 / l


def test_universal_vertex_and_mean():
    run, l = Flow("tanh").run(1.0, 800), np.array([400, 800])
    V, G_1, K = (np.array(x)[l - 1] for x in (run.V, run.G_1, run.K))
    assert falls_like_the_logarithm_over_depth(V / K**2 / l - 2 / 3)
    assert falls_like_the_logarithm_over_depth(G_1 / K / l + 1 / 3)


def test_tangent_kernel_of_tanh():
    l = np.array([400, 800])
    biases = np.array(Flow("tanh").run(1.0, 800, lambda_b=1.0, lambda_W=0.0).Theta)[l - 1]
    assert falls_like_the_logarithm_over_depth(biases / l - 1 / 2)
    weights = np.array(Flow("tanh").run(1.0, 800, lambda_b=0.0, lambda_W=1.0).Theta)[l - 1]
    assert falls_like_the_logarithm_over_depth(weights - 1 / 2)


def test_gelu_stays_near_its_critical_kernel():
    start = (3 + 17**0.5) / 2
    run = Flow("gelu").run(start, 100)
    np.testing.assert_allclose(run.K, start, rtol=1e-12)
    np.testing.assert_allclose([run.chi_parallel, run.chi_perp], 1, atol=1e-11)


def test_callable_with_its_slope():
    named = Flow("tanh", 0.1, 1.2).run(0.5, 5)
    own = Flow(np.tanh, 0.1, 1.2, slope=lambda z: 1 - np.tanh(z) ** 2).run(0.5, 5)
    np.testing.assert_allclose(own.V, named.V, rtol=1e-11)
    u = sp.Symbol("u")
    np.testing.assert_allclose(Flow(sp.tanh(u), 0.1, 1.2).run(0.5, 5).G_1, named.G_1, rtol=1e-12)


@pytest.mark.parametrize("K", [1e-4, 0.3, 5.0, 80.0])
@pytest.mark.parametrize("name", ["gelu", "swish", "tanh", "softplus", "elu"])
def test_means_obey_integration_by_parts(name, K):
    """m_2 = 2 K m_z for any activation without jumps (R2)."""
    found = activation(name).means(K)
    assert found["m_2"] == pytest.approx(2 * K * found["m_z"], rel=1e-10, abs=1e-12 * K * found["q"] ** 0.5)


@pytest.mark.parametrize("K", [0.2, 3.0, 40.0])
def test_gelu_means_agree_with_closed_forms(K):
    from derivations.rg_flow import gelu_mean_slope_at, gelu_mean_square_at

    found = activation("gelu").means(K)
    assert found["g"] == pytest.approx(float(gelu_mean_square_at(K)), rel=1e-12)
    assert found["d"] == pytest.approx(float(gelu_mean_slope_at(K)), rel=1e-12)


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="did you mean 'gelu'"):
        Flow("gleu")
    with pytest.raises(TypeError, match="no activation"):
        Flow(3.5)
    with pytest.raises(ValueError, match="needs slope="):
        Flow(np.tanh, 0, 1).run(1.0, 3)
    with pytest.raises(ValueError, match="both C_b and C_W"):
        Flow("tanh", C_W=1.0)
    with pytest.raises(ValueError, match="C_W = -1"):
        Flow("tanh", 0, -1)
    with pytest.raises(ValueError, match="K_1 = 0"):
        Flow("tanh").run(0, 3)
    with pytest.raises(ValueError, match="layers = 2.5"):
        Flow("tanh").run(1.0, 2.5)
    with pytest.raises(ValueError, match="no critical initialisation"):
        Flow("sigmoid")
    with pytest.raises(NotConverged, match="grows too fast"):
        activation("exponential").means(200.0)


def test_short_floats_in_expressions_are_rationals():
    u = sp.Symbol("u")
    assert Flow(sp.erf(1.0 * u)).C_W == sp.pi / 4
    assert Flow(leaky(1, 0.5)).run(1, 3).V[-1] == 2 * sp.Rational(77, 25)
