"""A closed form at arguments that the caller has checked."""

import numpy as np
import pytest
import sympy as sp

from theory import Claim, ExplicitForm, Parameter
from theory.closed_form.unchecked import unchecked
from theory.parameter import POSITIVE
from theory.rules import Given, Rewrites

x, k = Parameter("x", "a number", POSITIVE), Parameter("k", "another", POSITIVE)
y = sp.Symbol("y")
root = Claim(y, sp.sqrt(x) / k, Given("a root"))
same = Claim(y, x / (sp.sqrt(x) * k), Rewrites(root))
form = ExplicitForm(root, (x, k), forms=((root, x < 1), (same, True)))


@pytest.mark.parametrize("library", ["numpy", "jax", "torch"])
def test_it_is_the_form_without_its_domain(library):
    xp = pytest.importorskip(library if library != "jax" else "jax.numpy")
    values = xp.asarray([0.0, 0.25, 4.0])
    found = unchecked(form, library, [values, 2.0])
    np.testing.assert_allclose(np.asarray(found), [0, 0.25, 1])


def test_mpmath_numbers_keep_their_digits():
    mp = pytest.importorskip("mpmath").mp
    with mp.workdps(40):
        assert abs(unchecked(form, "mpmath", [mp.mpf(2), mp.mpf(1)]) - mp.sqrt(2)) < mp.mpf(10) ** -38
