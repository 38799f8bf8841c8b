"""Hypergeometric series as polynomials of least degree."""

from fractions import Fraction

import numpy as np
import pytest
from mpmath import mp, mpf

from theory.backends.economised import economised
from theory.backends.own import reach

HALF = Fraction(1, 2)


@pytest.mark.parametrize(
    ("upper", "lower"),
    [((1, 2), (3,)), ((HALF, HALF), (Fraction(3, 2),)), ((-HALF, Fraction(3, 2)), (2,)), ((1, 1, 1), (2, 2))],
)
def test_half_the_terms_give_all_digits(upper, lower):
    upper, lower = tuple(map(Fraction, upper)), tuple(map(Fraction, lower))
    coefficients, far = economised(upper, lower)
    assert len(coefficients) <= 31 and reach(upper, lower) < far < 1.00001 * reach(upper, lower)
    assert coefficients[0] == 1.0  # exactly, where the argument is 0
    as_mpf = [[mpf(a.numerator) / a.denominator for a in side] for side in (upper, lower)]
    for z in np.linspace(-far, far, 101):
        exact = mp.hyper(*as_mpf, mpf(float(z)))
        found = np.polynomial.polynomial.polyval(float(z), coefficients)
        assert abs(float(found / exact - 1)) < 5e-16


def test_a_series_that_ends_is_itself_at_any_argument():
    coefficients, far = economised((Fraction(-3), Fraction(2)), (Fraction(5),))
    np.testing.assert_allclose(coefficients, [1, -6 / 5, 3 * 6 / 30, -24 / 210], rtol=1e-15)
    assert far > 1e308
