"""Logarithms of Bessel, Matern and gamma functions keep their digits where the functions leave the floats."""

import numpy as np
import pytest
import sympy as sp
from flint import arb, ctx

from theory.backends import precise
from theory.backends.functions import lookup
from theory.backends.rigorous import compile_ball
from theory.functions import log_besselke, log_gamma_ratio, log_matern

ORDERS = (1e-3, 0.153, 0.5, 0.9, 1.0, 2.5, 7.3, 29.9, 31.0, 155.5, 2500.0)
PLACES = (1e-8, 1e-3, 0.3, 1.18, 1.99, 2.02, 9.0, 31.0, 700.0, 1e5)
nu, x, h = sp.symbols("nu x h", positive=True)


@pytest.mark.parametrize("function", [log_besselke, log_matern])
@pytest.mark.parametrize("order", ORDERS)
def test_bessel_logarithms_against_balls(function, order):
    enclose = compile_ball(function(nu, x), (nu, x))
    found = lookup(function.__name__, "numpy")(order, np.array(PLACES))
    for place, value in zip(PLACES, found, strict=True):
        exact = enclose([order, place], 2000)
        assert exact.is_finite() and exact.rad() < 1e-20
        with ctx.workprec(200):
            error = abs(float(arb(float(value)) - exact))
        # their sensitivity to the order and the argument, which are rounded themselves
        size = max(1.0, abs(float(exact)), order * np.arcsinh(order / place))
        if function is log_matern:
            size = max(1.0, abs(float(exact)))
        assert error <= 20 * np.finfo(float).eps * size, place


def test_no_order_overflows():
    found = lookup("log_besselke", "numpy")(np.array([300.0, -300.0, 5000.0]), np.array([1e-3, 1e-3, 2.0]))
    assert np.all(np.isfinite(found)) and found[0] == found[1]


@pytest.mark.parametrize("library", ["numpy", "jax", "torch"])
def test_ratios_of_gamma_functions(library):
    points = [(a, k / 2) for a in (0.01, 0.3, 11.9, 12.1, 1e3, 1e8) for k in (1, 2, 7, 5000)]
    points += [(1.5, -1.2), (16.0, -14.4), (1e3, -2.5)]
    enclose = compile_ball(log_gamma_ratio(x, h), (x, h))
    exact = np.array([float(enclose([a, k], 300).mid()) for a, k in points])
    first, second = (np.array(column) for column in zip(*points, strict=True))
    if library == "jax":
        jax = pytest.importorskip("jax")
        with jax.enable_x64(True):
            found = np.asarray(lookup("log_gamma_ratio", library)(first, second))
    elif library == "torch":
        torch = pytest.importorskip("torch")
        found = lookup("log_gamma_ratio", library)(torch.tensor(first), torch.tensor(second)).numpy()
    else:
        found = lookup("log_gamma_ratio", library)(first, second)
    assert found == pytest.approx(exact, rel=4e-15, abs=4e-15)


@pytest.mark.parametrize("function", [log_besselke, log_matern, log_gamma_ratio])
def test_they_are_what_they_are_called(function):
    at = {nu: sp.Rational(7, 3), x: sp.Rational(5, 4)}
    value = function(nu, x)
    plain = value.rewrite(sp.loggamma) if function is log_gamma_ratio else value.rewrite(sp.besselk)
    assert abs(float(plain.subs(at)) - float(getattr(precise, function.__name__)(7 / 3, 5 / 4))) < 1e-14
    numeric = float(getattr(precise, function.__name__)(7 / 3, 5 / 4 + 1e-6)) - float(
        getattr(precise, function.__name__)(7 / 3, 5 / 4 - 1e-6)
    )
    slope = compile_ball(sp.diff(value, x), (nu, x))([sp.Rational(7, 3), sp.Rational(5, 4)], 100)
    assert numeric / 2e-6 == pytest.approx(float(slope), rel=1e-8)
    assert sp.latex(value).startswith(r"\ln")


def test_an_integral_of_a_hyperbolic_cosine_is_enclosed():
    z = sp.Symbol("z", real=True)
    found = compile_ball(sp.Integral(sp.exp(nu * z - x * sp.cosh(z)), (z, -sp.oo, sp.oo)), (nu, x))
    value = found([sp.Rational(3, 2), sp.Integer(2)], 200)
    with ctx.workprec(200):
        assert (value - 2 * arb(2).bessel_k(arb(3) / 2)).contains(0) and value.rad() < 1e-40


@pytest.mark.parametrize("function", ["log_besselke", "log_matern"])
def test_many_points_are_as_good_as_one(function):
    compute, x = lookup(function, "numpy"), np.geomspace(1e-5, 1e3, 9001)
    alone = [float(compute(1.3, one)) for one in x[::1000]]
    assert compute(1.3, x)[::1000] == pytest.approx(alone, rel=1e-15, abs=1e-16)
