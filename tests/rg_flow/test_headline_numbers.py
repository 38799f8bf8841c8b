"""The numbers that this theory is known for, to every digit shown."""

from fractions import Fraction

import numpy as np
import pytest
import sympy as sp

from derivations.rg_flow import (
    bias_learning_rate,
    criticality,
    layer_moment,
    leaky,
    mutual_information,
    optimal_ratio,
    optimal_vertex,
    rescaled_initialisation,
    scale_invariant_growth,
    swish_initialisation,
    weight_learning_rate,
)
from derivations.rg_flow.aspect_ratio import information_in_depth, n_A, n_B, s
from derivations.rg_flow.scale_invariant import linear_growth, relu_growth
from derivations.rg_flow.vertex import universal_mean, universal_vertex

n = sp.Symbol("n")


@pytest.mark.parametrize(
    ("name", "C_W", "a_1", "b_1", "a_2"),
    [
        ("tanh", 1, -2, -2, "17/3"),
        ("sin", 1, -1, -1, "2/3"),
        ("erf", "pi/4", -2, -2, "14/3"),
        ("arctan", 1, -2, -2, "23/3"),
        ("gelu", 4, "6/pi", "8/pi", "-10/pi"),
        ("swish", 4, "3/4", 1, "-5/8"),
    ],
)
def test_table_of_vanishing_kernels(name, C_W, a_1, b_1, a_2):
    point = criticality(name).points[-1]
    assert point.kind == "vanishing kernel" and point.K == 0 and point.C_b == 0
    assert point.C_W == sp.sympify(C_W)
    assert point.coefficients == {"a_1": sp.sympify(a_1), "b_1": sp.sympify(b_1), "a_2": sp.sympify(a_2)}
    assert point.attracts == ("nothing" if name in ("gelu", "swish") else "both sides")


def test_gelu_is_half_stable_at_an_exact_kernel():
    found = criticality("GELU")
    point = found.points[0]
    assert found.kind == "half-stable" and point.K == (3 + sp.sqrt(17)) / 2
    assert f"{float(point.K):.10f}" == "3.5615528128"
    assert f"{float(point.C_W):.10f}" == "1.9830582574"
    assert f"{float(point.C_b):.10f}" == "0.1729223908"
    assert f"{float(point.coefficients['A']):.5e}" == "-1.43626e-04"
    assert point.attracts == "from above"


def test_swish_is_half_stable_at_a_root():
    point = criticality("silu").points[0]
    assert f"{point.K:.9f} {point.C_W:.10f} {point.C_b:.10f}" == "14.320173618 1.9880046783 0.5551431707"
    assert f"{point.coefficients['A']:.4e}" == "2.8498e-06" and point.attracts == "from below"


def test_swish_root_in_balls():
    K, C_W, C_b = swish_initialisation.enclose(beta=1, digits=25)
    for ball, digits in ((K, "14.32017361802579"), (C_W, "1.988004678269492"), (C_b, "0.5551431707215304")):
        assert abs(ball - sp.Rational(digits).p / sp.Rational(digits).q) < 1e-14


@pytest.mark.parametrize(
    ("name", "C_W", "nu"),
    [("linear", 1, 2), ("relu", 2, 5), ("abs", 1, 2), (leaky(1, sp.Rational(1, 2)), sp.Rational(8, 5), None)],
)
def test_scale_invariant(name, C_W, nu):
    found = criticality(name)
    assert found.kind == "scale-invariant" and found.initialisation == (0, C_W)
    if nu:
        assert layer_moment(name, 2, n) == 1 + nu / n
    assert (relu_growth.rhs, linear_growth.rhs) == (5, 2)
    assert float(scale_invariant_growth(1.0, 0.0)) == 5


def test_moments_of_relu_layers():
    assert layer_moment("relu", 3, n) == 1 + 15 / n + 44 / n**2
    assert layer_moment("relu", 4, n) == 1 + 30 / n + 251 / n**2 + 558 / n**3
    assert layer_moment("linear", 3, n) == 1 + 6 / n + 8 / n**2


@pytest.mark.parametrize("name", ["sigmoid", "softplus", "cos", "square", "exponential", "step", "sign"])
def test_no_criticality(name):
    found = criticality(name)
    assert found.kind == "none" and found.reason
    with pytest.raises(ValueError, match="no critical initialisation"):
        found.initialisation  # noqa: B018


def test_universal_ratios_at_vanishing_kernel():
    t = universal_vertex.rhs.free_symbols.pop()
    assert universal_vertex.rhs == 2 * t / 3 and universal_mean.rhs == -t / 3


@pytest.mark.parametrize("n_L", [2, 10, 100])
def test_best_aspect_ratio_of_the_cubic(n_L):
    assert float(optimal_vertex(n_L)) == pytest.approx(4 / (20 + 3 * n_L), rel=1e-15)
    assert float(optimal_ratio(n_L, 5.0)) == pytest.approx(float(sp.log(1 + Fraction(4, 20 + 3 * n_L)) / 5))


def test_twenty_becomes_fourteen():
    cubic = sp.expand(information_in_depth.rhs.subs({n_A: 1, n_B: 1})).coeff(s, 3)
    assert cubic == -sp.Rational(20, 48)  # 3 + 3 + 14


def test_exact_information_keeps_increasing():
    found = [round(mutual_information(x), 5) for x in (0.05, 0.1, 0.2, 0.4, 0.8, 1.6)]
    assert found == [0.00027, 0.00096, 0.00315, 0.00943, 0.02528, 0.06034]


def test_learning_rates_make_layers_count_alike():
    """sum over layers of lambda_b (l/L)^p is what was asked for, at any depth (R10)."""
    L, p = 40, 1.3
    l = np.arange(1, L + 1)
    contributions = bias_learning_rate(l, L, p, 0.7) * (l / L) ** p
    np.testing.assert_allclose(contributions, 0.7 / L, rtol=1e-13)
    assert float(bias_learning_rate(4, L, 1.0, 1.0)) == pytest.approx(1 / 4)  # p = 1: biases like 1/l
    np.testing.assert_allclose(weight_learning_rate(l, L, 1.0, 0.3), 0.3)  # and weights constant


def test_rescaled_activations_have_rescaled_points():
    u = sp.Symbol("u")
    sharp = criticality(2 * u / (1 + sp.exp(-3 * u))).points[0]
    plain = criticality("swish").points[0]
    C_W, C_b = rescaled_initialisation(plain.C_W, plain.C_b, 2 / 3, 3.0)
    assert sharp.K == pytest.approx(plain.K / 9, rel=1e-9)
    assert (sharp.C_W, sharp.C_b) == (
        pytest.approx(float(C_W), rel=1e-9),
        pytest.approx(float(C_b), rel=1e-9),
    )


def test_criticality_of_callables():
    assert criticality(np.tanh, lambda z: 1 - np.tanh(z) ** 2).initialisation == (0, 1)
    with pytest.raises(ValueError, match="needs slope="):
        criticality(np.tanh)


@pytest.mark.parametrize("name", ["elu", "selu"])
def test_kinks_at_zero_fall_slowly(name):
    point = criticality(name).points[0]
    assert point.kind == "vanishing kernel" and point.coefficients == {} and point.attracts == "both sides"
