"""Sums inside formulas, and constants, on every array library."""

import numpy as np
import pytest
import sympy as sp

from theory import DomainError, ExplicitForm, Parameter
from theory.backends.functions import MissingFunction
from theory.backends.source import build
from theory.derivation import Claim
from theory.parameter import COUNTING, POSITIVE
from theory.rules import Given
from theory.ulps import ulps_between

v, n = Parameter("v", "a variance", POSITIVE), Parameter("n", "a number of terms", COUNTING)
k, j = sp.Symbol("k", integer=True), sp.Symbol("j", integer=True)
gaussian = sp.exp(-(k**2) / 32) / sp.sqrt(2 * sp.pi) / 4
trapezoid = sp.Sum(gaussian * sp.tanh(sp.sqrt(v) * k / 4) ** 2, (k, -40, 40))
mean_square = ExplicitForm(Claim(v, trapezoid, Given("a mean by the trapezoidal rule")), (v,))


def test_a_sum_is_accurate_to_a_few_ulps():
    assert mean_square.accuracy("numpy", points=60).worst_ulps < 4


@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (0,), (300, 300)])
def test_shapes(shape):
    values = np.linspace(0.1, 2.0, int(np.prod(shape))).reshape(shape)
    found = mean_square(values)
    assert found.shape == shape
    for at in list(np.ndindex(shape))[:3]:
        assert ulps_between(found[at], mean_square(float(values[at]))) <= 2


def test_jax():
    jax = pytest.importorskip("jax")
    with jax.enable_x64(True):
        values = jax.numpy.linspace(0.1, 2.0, 6).reshape(2, 3)
        np.testing.assert_allclose(jax.jit(mean_square)(values), mean_square(np.asarray(values)), rtol=1e-15)
        slope = jax.grad(mean_square)(0.5)
        assert float(slope) == pytest.approx((mean_square(0.5 + 1e-5) - mean_square(0.5 - 1e-5)) / 2e-5)


def test_torch():
    import torch

    values = torch.linspace(0.1, 2.0, 6, dtype=torch.float64).reshape(2, 3)
    np.testing.assert_allclose(mean_square(values), mean_square(values.numpy()), rtol=1e-15)


@pytest.mark.parametrize("library", ["numpy", "jax", "mpmath"])
def test_terms_without_the_index_double_sums_and_empty_sums(library):
    several = (
        sp.Sum(v, (k, 1, 5)),
        sp.Sum(v * k * j, (j, 1, 3), (k, 1, 2)),
        sp.Sum(v * k * j, (j, 1, 3), (k, 1, 2)).diff(v),
        sp.Sum(v * k, (k, 1, 0)),
        sp.Sum(v**k, (k, 0, 3)) * sp.sqrt(2),
    )
    two = {"numpy": np.array([2.0])}.get(library)
    if library == "jax":
        two = pytest.importorskip("jax").numpy.array([2.0])
    elif library == "mpmath":
        from mpmath import mpf

        two = mpf(2)
    found = [float(np.ravel(x)[0]) for x in build(several, (v,), library)(two)]
    assert found == pytest.approx([10, 36, 18, 0, 15 * 2**0.5], rel=1e-6)


def test_a_sum_to_an_argument_is_left_to_mpmath():
    form = ExplicitForm(Claim(v, sp.Sum(v**k, (k, 1, n)), Given("a sum")), (v, n))
    assert form.backends() == ("mpmath", "rigorous")
    with pytest.raises(MissingFunction, match=r"numpy has no symbolic_sum \(available: mpmath\)"):
        form.compile()
    from mpmath import mpf

    assert form(mpf(2), 3) == 14


def test_constants_are_rounded_once():
    (found,) = build((sp.pi**20 * sp.zeta(3) * v,), (v,), "numpy")(np.ones(1))
    assert found[0] == float((sp.pi**20 * sp.zeta(3)).evalf(40))


@pytest.mark.parametrize("library", ["numpy", "jax", "torch", "mpmath", "rigorous"])
def test_a_form_may_state_its_limit_at_infinity(library):
    depth = Parameter("depth", "a number of layers", COUNTING, infinite=True)
    exact = Claim(v, v ** (1 / depth), Given("a root"))
    limit = Claim(v, sp.Integer(1) + 0 * v, Given("its limit"))
    form = ExplicitForm(
        exact, (v, depth), forms=((limit, sp.Eq(depth, sp.oo, evaluate=False)), (exact, True))
    )
    wrap = {"numpy": float, "rigorous": sp.Integer}.get(library)
    if library == "jax":
        wrap = pytest.importorskip("jax").numpy.asarray
    elif library == "torch":
        wrap = pytest.importorskip("torch").tensor
    elif library == "mpmath":
        from mpmath import mpf as wrap
    infinity = sp.oo if library == "rigorous" else float("inf")
    assert float(form(wrap(4), infinity)) == 1.0
    assert float(form(wrap(4), 2)) == 2.0
    if library in ("numpy", "jax", "torch"):
        together = form(wrap(4.0), np.array([1, 2, np.inf]))
        assert np.asarray(together).tolist() == [4.0, 2.0, 1.0]
    with pytest.raises(DomainError, match="an integer from 1, or infinity"):
        form(wrap(4), 2.5)
