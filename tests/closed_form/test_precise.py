"""Formulas whose NumPy values are the middles of balls."""

import numpy as np
import pytest
import sympy as sp
from mpmath import mp, mpf

from derivations.deep_linear.initialisation import fuss_catalan_moment
from derivations.finite_deep_linear_bayes.diagonal import moment_of_diagonal
from theory import Claim, ExplicitForm, Parameter
from theory.backends.functions import MissingFunction
from theory.catalogue import theories
from theory.closed_form import Precise, precise
from theory.closed_form.accuracy import inputs
from theory.rules import Given
from theory.ulps import ulps_between

x = Parameter("x", "a number", sp.Interval(0, sp.oo))
PRECISE = {
    f"{theory.name}-{name}": form
    for theory in theories()
    for name, form in theory.closed_forms.items()
    if any(isinstance(branch, Precise) for branch, _ in getattr(form, "branches", ()))
}
n = Parameter("n", "a count", sp.Range(1, sp.oo))
m = Parameter("m", "another count", sp.Range(1, sp.oo))


def form_of(expression, *arguments) -> ExplicitForm:
    claim = Claim(sp.Symbol("value"), expression, Given("an example"))
    return ExplicitForm(claim, arguments, forms=((Precise(claim), True),))


def test_what_cancels_is_right_to_the_last_digit():
    form = form_of((sp.sqrt(1 + x**2) - 1) / x**2 - sp.Rational(1, 2), x)
    at = 10.0 ** np.arange(-6.0, 3)
    for value, point in zip(form(at), at, strict=True):
        assert ulps_between(float(value), form.enclose(x=float(point), digits=25)) <= 0.51
    assert form(1e-3) == form(np.array([1e-3]))[0]


@pytest.mark.parametrize("form", PRECISE.values(), ids=PRECISE)
def test_mpmath_agrees_whose_functions_are_not_those_of_balls(form):
    """To 24 digits: certificates compare NumPy's values, which balls compute, with balls."""
    for at in inputs(form, 64, 0)[:4]:
        with mp.workdps(50):
            found = np.atleast_1d(form(**{name: mpf(float(value)) for name, value in at.items()}))
            for value, ball in zip(found, np.atleast_1d(form.enclose(digits=25, **at)), strict=True):
                middle = mp.ldexp(*(int(part) for part in ball.mid().man_exp()))
                assert abs(value - middle) <= mpf(10) ** -24 * abs(middle)


def test_each_combination_of_whole_numbers_is_computed_once(monkeypatch):
    computed = []
    by_balls = precise._by_balls

    def watched(*given):
        value = by_balls(*given)
        return lambda *numbers: computed.append(numbers) or value(*numbers)

    monkeypatch.setattr(precise, "_by_balls", watched)
    form, random = form_of(sp.binomial(n + m, m) / 7, n, m), np.random.default_rng(0)
    ns, ms = random.integers(3, 9, (2, 500))
    found = form(ns, ms)
    assert len(computed) == len(set(computed)) == 36
    np.testing.assert_allclose(
        found, [float(sp.binomial(int(a + b), int(b))) / 7 for a, b in zip(ns, ms, strict=True)]
    )
    computed.clear()
    form(np.array([1, 10**9]), np.array([1, 2]))  # a table of all there may be would be too large
    assert len(computed) == 2
    form(ns, 4)
    assert len(computed) == 2 + 6


def test_shapes_are_kept_and_a_table_gives_what_single_points_do():
    layers, k = np.arange(1, 6), np.arange(1, 4)
    together = fuss_catalan_moment(k[:, None], layers)
    alone = [[fuss_catalan_moment(int(a), int(b)) for b in layers] for a in k]
    np.testing.assert_array_equal(together, alone)


def test_where_there_is_no_ball_mpmath_computes(monkeypatch):
    from theory.backends import rigorous

    def none(*_):
        raise rigorous.NotEnclosable("no ball")

    at = {"t": np.array([0.5, 1.5]), "N": 4, "d": 3}
    before = moment_of_diagonal(**at)
    monkeypatch.setattr(rigorous, "functions_of_balls", lambda *_: lambda bits: none)
    claim = moment_of_diagonal.claim
    fresh = ExplicitForm(claim, moment_of_diagonal.arguments, forms=((Precise(claim), True),))
    np.testing.assert_allclose(fresh(**at), before, rtol=3e-16)


@pytest.mark.parametrize("library", ["jax", "torch"])
def test_other_libraries_are_refused(library):
    with pytest.raises(MissingFunction, match="arbitrary precision"):
        form_of(x + 1, x).compile(library)
