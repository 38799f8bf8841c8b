"""Means over products of chi-squared scales, and Meijer's G, against mpmath and simpler functions."""

import mpmath as mp
import numpy as np
import pytest
import sympy as sp
from flint import arb, ctx
from scipy.special import gammaln
from sympy.core.function import ArgumentIndexError

from theory.backends.functions import MissingFunction, lookup
from theory.backends.mixture import (
    log_chi2_mixture_ball,
    log_chi2_mixture_mpmath,
    log_chi2_mixture_numpy,
    log_meijer_g_ball,
    log_meijer_g_mpmath,
    log_meijer_g_numpy,
    tilted_chi2_mean_ball,
    tilted_chi2_mean_numpy,
)
from theory.functions import log_besselke, log_chi2_mixture, log_meijer_g, tilted_chi2_mean

WIDTHS = [(3.0,), (2.0, 5.0), (1.0, 4.0, 4.0), (7.0, 2.0, 3.0, 1.0)]


def by_meijer(q, h, widths):
    """Through mpmath's G, as a sum of residues."""
    with mp.workdps(30):
        z, norm = mp.mpf(q) / 2, mp.mpf(0)
        for n in widths:
            z *= mp.mpf(n) / 2
            norm += h * mp.log(mp.mpf(n) / 2) - mp.loggamma(mp.mpf(n) / 2)
        G = mp.meijerg([[], []], [[0, *(mp.mpf(n) / 2 - h for n in widths)], []], z)
        return mp.log(G).real + norm


@pytest.mark.parametrize("widths", WIDTHS)
@pytest.mark.parametrize(("q", "h"), [(0.03, 0.5), (2.5, 2.0), (40.0, 3.5)])
def test_a_mean_over_scales_is_meijers_function(widths, q, h):
    pairs = [x for n in widths for x in (n, 1.0)]
    expected = by_meijer(q, h, widths)
    assert log_chi2_mixture_numpy(q, h, *pairs) == pytest.approx(float(expected), rel=4e-16, abs=1e-16)
    with mp.workdps(25):
        found = log_chi2_mixture_mpmath(mp.mpf(q), mp.mpf(h), *map(mp.mpf, pairs))
        assert abs(found - expected) < mp.mpf(10) ** -23 * (1 + abs(expected))
    with ctx.workprec(150):
        ball = log_chi2_mixture_ball(arb(q), arb(h), *map(arb, pairs))
        assert ball.rad() < arb(10) ** -35
        assert abs(ball - arb(mp.nstr(expected, 30))) < arb(10) ** -25


@pytest.mark.parametrize(
    ("z", "b", "pairs"), [(0.7, 0.0, (0.5, 2)), (3.0, 1.5, (0.0, 1, 2.5, 2)), (9.0, 0.0, (4.0, 1))]
)
def test_meijers_function_in_floats_and_balls(z, b, pairs):
    with mp.workdps(30):
        expected = log_meijer_g_mpmath(mp.mpf(z), mp.mpf(b), *map(mp.mpf, pairs))
    assert log_meijer_g_numpy(z, b, *pairs) == pytest.approx(float(expected), rel=1e-14)
    ball = log_meijer_g_ball(arb(z), arb(b), *map(arb, pairs))
    assert abs(ball - arb(mp.nstr(expected, 30))) < arb(10) ** -12


def test_repeated_scales_are_scales_side_by_side_and_arrays_broadcast():
    q = np.geomspace(1e-3, 1e4, 50)[:, None]
    h = np.array([0.5, 2.0, 7.5])
    twice = log_chi2_mixture_numpy(q, h, 5.0, 2.0)
    assert twice.shape == (50, 3)
    assert twice == pytest.approx(log_chi2_mixture_numpy(q, h, 5.0, 1.0, 5.0, 1.0), rel=1e-15)


def test_one_scale_is_a_bessel_function():
    q, n, h = np.geomspace(1e-3, 1e4, 60), 6.0, 2.5
    nu, x = n / 2 - h, np.sqrt(n * q)
    scaled = lookup("log_besselke", "numpy")(nu, x) - x
    expected = scaled + np.log(2) + n / 2 * np.log(n / 2) - gammaln(n / 2) + nu / 2 * np.log(q / n)
    assert log_chi2_mixture_numpy(q, h, n, 1.0) == pytest.approx(expected, rel=1e-13, abs=1e-14)


def test_the_derivative_is_a_mean_too():
    q, h, n = sp.symbols("q h n", positive=True)
    slope = sp.diff(log_chi2_mixture(q, h, n, 2), q)
    value = lambda x: float(log_chi2_mixture_numpy(x, 1.5, 4.0, 2.0))  # noqa: E731
    at = slope.subs({q: 2.0, h: sp.Rational(3, 2), n: 4}).replace(
        log_chi2_mixture, lambda *x: sp.Float(float(log_chi2_mixture_numpy(*map(float, x))))
    )
    assert float(at) == pytest.approx((value(2 + 1e-5) - value(2 - 1e-5)) / 2e-5, rel=1e-8)
    with pytest.raises(ArgumentIndexError):
        log_chi2_mixture(q, h, n, 2).fdiff(2)


@pytest.mark.parametrize("name", ["log_chi2_mixture", "log_meijer_g", "tilted_chi2_mean"])
@pytest.mark.parametrize("library", ["jax", "torch"])
def test_other_libraries_refuse_by_name(name, library):
    with pytest.raises(MissingFunction, match=f"{library} has no {name}"):
        lookup(name, library)


def test_a_tilted_mean_is_a_ratio_of_means():
    q, n = np.geomspace(1e-2, 1e3, 20), 5.0
    expected = np.exp(log_chi2_mixture_numpy(q, 1.0, n, 2.0) - log_chi2_mixture_numpy(q, 2.0, n, 2.0))
    assert tilted_chi2_mean_numpy(q, 2.0, n, 2.0) == pytest.approx(expected, rel=1e-13)
    ball = tilted_chi2_mean_ball(arb(2), arb(2), arb(5), arb(2))
    assert float(ball.mid()) == pytest.approx(float(tilted_chi2_mean_numpy(2.0, 2.0, 5.0, 2.0)), rel=1e-14)
    x, h = sp.symbols("x h", positive=True)
    assert tilted_chi2_mean(x, h, 5, 2).rewrite(log_chi2_mixture).has(log_chi2_mixture)


def test_they_are_printed():
    q, h, n = sp.symbols("q h n", positive=True)
    assert r"\mathbb E" in sp.latex(log_chi2_mixture(q, h, n, 2))
    assert "G^{m,0}_{0,m}" in sp.latex(log_meijer_g(q, 0, n, 2))
    assert log_besselke(1, q) != log_meijer_g(q, 0, n, 1)


def test_bessel_functions_where_mpmath_gives_up():
    """Of an order at which mpmath's sum of residues does not converge: the recurrence of K closes."""
    from theory.backends.precise import besselk

    with mp.workdps(30):
        for order, x in ((mp.mpf(470), mp.mpf(60)), (mp.mpf("485.5"), mp.mpf(200)), (mp.mpf(0), mp.mpf(900))):
            below, here, above = (besselk(order + k, x) for k in (-1, 0, 1))
            assert abs((below + 2 * order / x * here) / above - 1) < mp.mpf(10) ** -26


@pytest.mark.parametrize("h", [-1.5, -1.0, 0.5, 1.0])
def test_mpmath_takes_the_sign_of_its_arguments(h):
    """The value differs between h and -h, and NumPy and mpmath agree on which is which."""
    found = log_chi2_mixture_mpmath(2.0, h, 5.0, 2.0)
    assert float(found) == pytest.approx(float(log_chi2_mixture_numpy(2.0, h, 5.0, 2.0)), rel=1e-12)
    assert abs(found - log_chi2_mixture_mpmath(2.0, -h, 5.0, 2.0)) > 0.1
