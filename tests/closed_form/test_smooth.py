"""Integrals of smooth integrands on few nodes."""

import numpy as np
import pytest
import sympy as sp

from theory import Claim, ExplicitForm, Parameter
from theory.backends.smooth import _rule
from theory.closed_form.smooth import Smooth
from theory.parameter import NONNEGATIVE
from theory.rules import Given

a = Parameter("a", "a rate", NONNEGATIVE, extremes=(1e-3, 20))
t = sp.Symbol("t", real=True)
value = Claim(sp.Symbol("I"), sp.Integral(sp.exp(-a * t) * sp.cos(t), (t, 0, 2)), Given("a definition"))
form = ExplicitForm(value, (a,), forms=((Smooth(value), True),))


@pytest.mark.parametrize("backend", ["numpy", "jax", "torch", "mpmath"])
def test_it_is_as_accurate_as_rigorous_quadrature_says(backend):
    pytest.importorskip(backend)
    assert form.accuracy(backend, points=200).holds


@pytest.mark.parametrize("n", [16, 64, 512])
def test_the_rule_integrates_polynomials(n):
    nodes, weights = _rule(n)
    for k in range(n + 1):
        assert nodes**k @ weights == pytest.approx((1 + (-1) ** k) / (k + 1), abs=1e-14)
    np.testing.assert_array_equal(_rule(n)[0][::2], _rule(n // 2)[0])


def test_shapes_and_constant_integrands():
    a_2 = np.array([[0.1, 0.2, 0.3], [1.0, 2.0, 3.0]])
    assert form(a_2).shape == (2, 3)
    constant = Claim(sp.Symbol("I"), sp.Integral(2, (t, 0, a)), Given("a definition"))
    assert ExplicitForm(constant, (a,), forms=((Smooth(constant), True),))(3.0) == pytest.approx(6.0)
