"""The project's own numeric functions against rigorous balls."""

import mpmath as mp
import numpy as np
import pytest
import sympy as sp

from theory.backends import own
from theory.backends.rigorous import compile_ball
from theory.functions import erfcx, expm1, log1p, wright_omega
from theory.ulps import ulps_between

x = sp.Symbol("x", real=True)


PFQ = [
    ((1, 2), (3,)),
    ((1, sp.Rational(5, 3)), (sp.Rational(8, 3),)),
    ((1, 1, sp.Rational(7, 3)), (2, 2)),
    ((1, 1, 3), (2, 2)),
]


@pytest.mark.parametrize(("upper", "lower"), PFQ)
def test_hypergeometric_series_on_its_disc(upper, lower):
    z = np.concatenate([np.linspace(-0.5, 0.5, 41), [1e-300, -1e-12, 0.0]])
    found = own.hyper_numpy(tuple(map(float, upper)), tuple(map(float, lower)), z)
    # the parameters are rounded to floats on one side alone
    exact = [tuple(sp.Rational(float(a)) for a in side) for side in (upper, lower)]
    enclose = compile_ball(sp.hyper(*exact, x), (x,))
    assert ulps_between(found, np.array([enclose([float(p)], 300) for p in z], dtype=object)).max() <= 4


def test_hypergeometric_beyond_the_disc():
    # a 2F1 has SciPy there, others have nothing
    assert own.hyper_numpy((1.0, 1.0), (2.0,), np.array(0.9)) == pytest.approx(-np.log(0.1) / 0.9, rel=1e-13)
    assert np.isnan(own.hyper_numpy((1.0, 1.0, 1.0), (2.0, 2.0), np.array(0.9)))


@pytest.mark.parametrize("lower", [0.5, 1.5, 2.5])
def test_series_that_converge_everywhere_are_summed_up_to_4(lower):
    """To 8 units of rounding of the largest partial sum, which is that of positive terms."""
    z = np.linspace(-4, 4, 81)
    found, sizes = (own.hyper_numpy((), (lower,), x) for x in (z, np.abs(z)))
    exact = np.array([float(mp.hyp0f1(lower, x)) for x in z])
    assert np.all(np.abs(found - exact) <= 8 * np.finfo(float).eps * sizes) and np.max(sizes) < 28
    assert np.isnan(own.hyper_numpy((), (lower,), np.array(4.1)))


def test_hypergeometric_parameters_may_be_arrays():
    c = np.array([2.0, 3.0])
    found = own.hyper_numpy((1.0, 1.0), (c,), np.array([0.5, 0.25]))
    assert found.tolist() == [
        own.hyper_numpy((1.0, 1.0), (k,), z).item() for k, z in ((2.0, 0.5), (3.0, 0.25))
    ]


OMEGA = np.concatenate([np.linspace(-60, 60, 241), [-700.0, -745.0, 1e3, 1e10, 1e300, 0.0, 1.0, 1e-300]])


def omega_ok(found):
    exact = np.array([compile_ball(wright_omega(x), (x,))([float(p)], 300) for p in OMEGA], dtype=object)
    # the condition number x omega'/omega is x/(1 + omega), at most 1 above 0 and |x| below
    return np.all(ulps_between(found, exact) <= 4 * np.maximum(1, np.where(OMEGA < 0, -OMEGA, 1)))


def test_wright_omega_on_numpy():
    assert omega_ok(own.wright_omega_numpy(OMEGA))


def test_wright_omega_on_jax():
    jax = pytest.importorskip("jax")
    with jax.enable_x64(True):
        values = jax.numpy.asarray(OMEGA[OMEGA > -700])
        found = np.asarray(own.wright_omega_jax(values))
        assert np.all(np.abs(found / own.wright_omega_numpy(OMEGA[OMEGA > -700]) - 1) < 1e-13)
        slope = jax.vmap(jax.grad(own.wright_omega_jax))(values)
        assert np.all(np.abs(slope - found / (1 + found)) <= 1e-12 * found)


def test_wright_omega_on_torch():
    torch = pytest.importorskip("torch")
    at = torch.tensor(OMEGA[OMEGA > -700], requires_grad=True)
    found = own.wright_omega_torch(at)
    found.sum().backward()
    assert torch.all(torch.abs(at.grad - found / (1 + found)) <= 1e-12 * found)


def test_sympy_functions_differentiate_and_print():
    assert wright_omega(x).diff(x) == wright_omega(x) / (1 + wright_omega(x))
    assert wright_omega(x).rewrite(sp.LambertW) == sp.LambertW(sp.exp(x))
    assert sp.latex(wright_omega(x)) == r"\omega\left(x\right)"
    assert sp.simplify(expm1(x).diff(x) - sp.exp(x)) == 0
    assert sp.simplify(log1p(x).diff(x) - 1 / (1 + x)) == 0


@pytest.mark.parametrize("size", [1e-300, 1e-5, 1.0, 1e5, 1e300])
@pytest.mark.parametrize("n", [2.0, 3.0, 10.0, 1e4])
def test_roots_of_extreme_numbers(size, n):
    exact = compile_ball(x ** (1 / sp.Rational(n)), (x,))([size], 300)
    assert ulps_between(np.asarray(own.nth_root(np.float64(size), n)), exact) <= 4


ERFCX = np.concatenate([np.linspace(-2, 2, 81), np.linspace(2, 60, 59), [1e-300, 1e3]])


def erfcx_ok(found):
    exact = np.array([compile_ball(erfcx(x), (x,))([float(p)], 300) for p in ERFCX], dtype=object)
    # to the left of 0 it is nearly 2 exp(x**2), of condition number 2 x**2
    return np.all(ulps_between(np.asarray(found), exact) <= 8 + 2 * np.minimum(ERFCX, 0) ** 2)


def test_erfcx_on_every_library():
    jax = pytest.importorskip("jax")
    torch = pytest.importorskip("torch")
    from scipy.special import erfcx as on_numpy

    assert erfcx_ok(on_numpy(ERFCX))
    assert erfcx_ok(torch.special.erfcx(torch.tensor(ERFCX)).numpy())
    with jax.enable_x64(True):
        assert erfcx_ok(own.erfcx_jax(jax.numpy.asarray(ERFCX)))
        slopes = jax.vmap(jax.grad(own.erfcx_jax))(jax.numpy.asarray(ERFCX[:-1]))
        exact = 2 * ERFCX[:-1] * on_numpy(ERFCX[:-1]) - 2 / np.sqrt(np.pi)
        np.testing.assert_allclose(slopes, exact, rtol=1e-11, atol=1e-13)


def test_erfcx_as_an_expression():
    assert erfcx(0) == 1
    assert erfcx(x).diff(x) == 2 * x * erfcx(x) - 2 / sp.sqrt(sp.pi)
    assert erfcx(x).rewrite(sp.erfc) == sp.exp(x**2) * sp.erfc(x)
    assert sp.latex(erfcx(x)) == r"\operatorname{erfcx}\left(x\right)"
