"""One table says which function exists where, and what it says is so."""

from importlib.util import find_spec

import flint
import jax
import numpy as np
import pytest
import sympy as sp

from theory import Claim, ExplicitForm, Parameter
from theory.backends.functions import TABLE, MissingFunction, lookup
from theory.functions import erfcx, expm1, i0e, i1e, log1p, wright_omega
from theory.parameter import POSITIVE
from theory.rules import Given
from theory.ulps import ulps_between

x = Parameter("x", "a positive number", sp.Interval.open(0, 1))
wide = Parameter("y", "a positive number", POSITIVE, extremes=(1e-3, 20))

EXPRESSIONS = [
    *(f(x) for f in (sp.exp, sp.log, sp.sqrt, sp.sin, sp.cos, sp.tan, sp.sinh, sp.cosh, sp.tanh, sp.sech)),
    *(f(x) for f in (sp.asin, sp.acos, sp.atan, sp.asinh, sp.atanh, sp.erf, sp.erfc, sp.gamma, sp.loggamma)),
    *(f(x) for f in (sp.digamma, erfcx, expm1, i0e, i1e, log1p, wright_omega, sp.LambertW)),
    sp.acosh(1 + x), sp.Abs(x - 2), sp.Max(x, sp.Rational(1, 2)), sp.Min(x, 1 - x), x ** sp.Rational(2, 3),
    sp.besselj(0, x), sp.besseli(1, x), sp.hyper([1, 2], [3], x / 2), sp.hyper([1, 1, x], [2, 2], x / 2),
    sp.Piecewise((x**2, x < sp.Rational(1, 2)), (x, True)), sp.pi * x + sp.sqrt(2) * sp.log(3), x**-3, x**x,
]  # fmt: skip


def of(expression, argument=x):
    return ExplicitForm(Claim(sp.Symbol("f"), expression, Given("a definition")), (argument,))


@pytest.mark.parametrize("library", ["numpy", "jax", "torch"])
@pytest.mark.parametrize("expression", EXPRESSIONS, ids=str)
def test_every_function_on_every_library_it_is_said_to_be_on(expression, library):
    form = of(expression)
    if library not in form.backends():
        with pytest.raises(MissingFunction, match=f"{library} has no .*available: "):
            form.compile(library)
        return
    if not find_spec(library):
        pytest.skip(f"needs {library}: make test-peers")
    points = np.linspace(1 / 64, 63 / 64, 9)
    # well-conditioned on this interval up to a factor that the value's zeros bring
    exact = np.array([form.enclose(x=float(p)) for p in points], dtype=object)
    if library == "jax":
        import jax

        with jax.enable_x64(True):
            found = np.asarray(form.compile("jax")(jax.numpy.asarray(points)))
    else:
        found = np.asarray(form.compile(library)(points))
    distance = np.array([float(abs(b.mid())) for b in exact])
    scale = np.maximum(1, np.max(distance) / np.maximum(distance, 1e-3))
    assert found.dtype == np.float64
    assert np.all(ulps_between(found, exact) <= 16 * scale)


@pytest.mark.parametrize("library", ["numpy", "jax"])
def test_log1p_is_as_accurate_as_a_logarithm(library):
    """XLA's own is up to 120 units off near -0.4."""
    points = np.concatenate([np.linspace(-0.999, 3, 4001), np.geomspace(1e-300, 0.3, 300)])
    exact = np.empty(points.shape, object)
    with flint.ctx.workprec(128):
        exact[:] = [flint.arb(float(p)).log1p() for p in points]
    with jax.enable_x64(True):
        found = np.asarray(lookup("log1p", library)(points))
    assert np.all(ulps_between(found, exact) <= 2)


def test_mpmath_has_whatever_numpy_has():
    assert [
        name
        for name, homes in TABLE.items()
        if "numpy" in homes and "mpmath" not in homes and name != "isfinite"
    ] == []


@pytest.mark.parametrize("expression", EXPRESSIONS, ids=str)
def test_mpmath_at_forty_digits(expression):
    from mpmath import mp, mpf

    form = of(expression)
    with mp.workdps(40):
        ball = form.enclose(digits=45, x=sp.Rational(1, 3))
        assert abs(form(mpf(1) / 3) - mpf(ball.mid().str(48, radius=False))) < mpf(10) ** -37


def test_every_entry_of_the_table_can_be_imported():
    for name, homes in TABLE.items():
        for library in homes:
            if library == "mpmath" or find_spec(library):
                assert callable(lookup(name, library))


def test_a_hole_names_the_function_and_who_has_it():
    with pytest.raises(MissingFunction, match=r"torch has no besselj \(available: numpy, mpmath\)"):
        of(sp.besselj(0, x)).compile("torch")
    assert of(sp.besselj(0, x)).backends() == ("numpy", "mpmath", "rigorous")
