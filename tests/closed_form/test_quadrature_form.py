"""Integrals inside closed forms: to rounding error on every library, whatever the scale."""

import numpy as np
import pytest
import sympy as sp
from sympy import Integral, exp, pi, sech, sqrt, tanh

from theory import Claim, ExplicitForm, Parameter, QuadratureForm
from theory.backends.rigorous import NotEnclosable
from theory.parameter import POSITIVE
from theory.rules import Given
from theory.ulps import ulps_between

v = Parameter("v", "variance", POSITIVE, extremes=(1e-12, 1e4))
z, x = sp.Symbol("z", real=True), sp.Symbol("x", positive=True)


def form(expression):
    return QuadratureForm(Claim(sp.Symbol("m"), expression, Given("a definition")), (v,))


def gaussian_mean(f):
    return Integral(exp(-(z**2) / 2) / sqrt(2 * pi) * f, (z, -sp.oo, sp.oo))


saturation = form(gaussian_mean(tanh(sqrt(v) * z) ** 2))
slope = form(gaussian_mean(sech(sqrt(v) * z) ** 4))
bounded = form(Integral(x**2 / (1 + x**3), (x, 0, v)))
lorentzian = form(Integral(1 / (x**2 + v**2), (x, 0, sp.oo)))
singular = form(Integral(x ** sp.Rational(-1, 2), (x, 0, v)))
nested = form(Integral(Integral(exp(-x * z), (x, 0, v)), (z, 0, 1)))


@pytest.mark.parametrize("integral", [saturation, slope, bounded], ids=["saturation", "slope", "bounded"])
def test_accuracy_against_rigorous_integrals(integral):
    found = integral.accuracy(points=300)
    assert found.holds and found.points >= 20


@pytest.mark.parametrize(
    ("integral", "formula"),
    [
        (bounded, lambda v: np.log1p(v**3) / 3),
        (lorentzian, lambda v: np.pi / 2 / v),
        (singular, lambda v: 2 * np.sqrt(v)),
    ],
    ids=["bounded", "lorentzian", "singular"],
)
def test_every_scale_is_resolved(integral, formula):
    values = np.geomspace(1e-8, 1e8, 33)
    assert ulps_between(integral(values), formula(values)).max() <= 16


def test_an_integral_inside_an_integral():
    from scipy.special import exp1

    # integral of (1 - exp(-v z))/z over (0, 1)
    assert nested(2.0) == pytest.approx(exp1(2) + np.log(2) + np.euler_gamma, rel=1e-14)


def test_shapes_and_kinds():
    from mpmath import mp, mpf

    assert isinstance(saturation(1.0), float)
    assert saturation(np.ones((2, 3), np.float32)).shape == (2, 3)
    assert saturation(np.ones((2, 3), np.float32)).dtype == np.float32
    assert saturation(np.empty(0)).shape == (0,)
    with mp.workdps(40):
        assert ulps_between(float(saturation(mpf(1))), saturation.enclose(digits=35, v=1)) <= 1


def test_one_point_and_many_agree():
    values = np.geomspace(1e-3, 1e3, 20_000)
    some = slice(None, None, 4999)
    assert ulps_between(bounded(values)[some], np.array([bounded(a) for a in values[some]])).max() <= 4


def test_a_formula_without_an_integral_is_refused():
    with pytest.raises(ValueError, match="holds no integral: make it an ExplicitForm"):
        form(v**2)


def test_an_explicit_form_may_hold_integrals():
    plain = ExplicitForm(saturation.claim, (v,))
    assert plain(0.3) == saturation(0.3)


def test_no_ball_where_the_tail_has_no_bound():
    with pytest.raises(NotEnclosable):
        lorentzian.enclose(v=1)


def test_jax_jits_and_differentiates():
    jax = pytest.importorskip("jax")
    with jax.enable_x64(True):
        found = jax.jit(jax.grad(bounded))(0.8)
        assert float(found) == pytest.approx(0.8**2 / (1 + 0.8**3), rel=1e-13)
        assert np.allclose(
            jax.vmap(saturation)(jax.numpy.asarray([0.5, 1.0])), saturation(np.array([0.5, 1.0])), rtol=1e-14
        )


def test_torch_differentiates():
    torch = pytest.importorskip("torch")
    at = torch.tensor([0.8], dtype=torch.float64, requires_grad=True)
    bounded(at).sum().backward()
    assert float(at.grad) == pytest.approx(0.8**2 / (1 + 0.8**3), rel=1e-13)


def test_a_copy_may_compute_something_without_an_integral():
    """As the mutants of a prediction do that drop it."""
    assert bounded.with_rhs(v**2)(3.0) == 9
    assert isinstance(bounded.with_rhs(2 * bounded.rhs), QuadratureForm)
