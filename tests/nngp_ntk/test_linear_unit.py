"""ELU and SELU: the duals against bivariate normal cdfs and the polar quadrature, and their derivatives."""

import mpmath as mp
import numpy as np
import pytest

from derivations.nngp_ntk.activations.linear_unit import elu, selu
from derivations.nngp_ntk.models.duals import activation, derivative_dual
from derivations.nngp_ntk.models.quadrature import quadrature


def cdf(h, k, rho):
    """The bivariate normal cdf as an integral over the correlation (Plackett, 1954)."""

    def density(x):
        return mp.exp(-(h**2 - 2 * h * k * mp.sin(x) + k**2) / (2 * mp.cos(x) ** 2)) / (2 * mp.pi)

    return mp.ncdf(h) * mp.ncdf(k) + mp.quad(density, [0, mp.asin(rho)])


def duals_by_cdfs(q_1, q_2, c, alpha):
    """T and Tdot of ELU (Tsuchida et al., 2020)."""
    s_1, s_2 = mp.sqrt(q_1), mp.sqrt(q_2)
    rho = c / (s_1 * s_2)
    theta = mp.acos(rho)
    both = mp.exp((q_1 + q_2 + 2 * c) / 2) * cdf(-(q_1 + c) / s_1, -(q_2 + c) / s_2, rho)
    first = mp.exp(q_1 / 2) * cdf(-s_1, -c / s_2, rho)
    second = mp.exp(q_2 / 2) * cdf(-c / s_1, -s_2, rho)
    neither = cdf(mp.mpf(0), mp.mpf(0), rho)

    def mixed(q_1, q_2):
        s_1, s_2, root = mp.sqrt(q_1), mp.sqrt(q_2), mp.sqrt(1 - rho**2)
        h, k = -c / s_1, -s_2
        ends = mp.npdf(h) * mp.ncdf((k - rho * h) / root) - rho * mp.npdf(k) * mp.ncdf(-(h - rho * k) / root)
        inside = mp.exp(q_2 / 2) * (s_1 * ends + c * (mp.ncdf(k) - cdf(h, k, rho)))
        return inside - s_1 * (1 - rho) / (2 * mp.sqrt(2 * mp.pi))

    relu = s_1 * s_2 / (2 * mp.pi) * (mp.sin(theta) + (mp.pi - theta) * rho)
    T = relu + alpha * (mixed(q_1, q_2) + mixed(q_2, q_1)) + alpha**2 * (both - first - second + neither)
    one = mp.exp(q_1 / 2) * mp.ncdf(-s_1) - first + mp.exp(q_2 / 2) * mp.ncdf(-s_2) - second
    return T, neither + alpha * one + alpha**2 * both


PAIRS = [(0.7, 1.6, 0.4), (1.2, 0.5, -0.6), (1.0, 1.0, 0.0), (3.0, 0.2, 0.7), (9.0, 6.0, -7.0)]


@pytest.mark.parametrize("alpha", [1.0, 0.3])
@pytest.mark.parametrize(("q_1", "q_2", "c"), PAIRS)
def test_duals_are_those_by_bivariate_normal_cdfs(q_1, q_2, c, alpha):
    with mp.workdps(40):
        T, Tdot = duals_by_cdfs(*map(mp.mpf, (q_1, q_2, c, alpha)))
        assert abs(elu(alpha).dual(mp.mpf(q_1), mp.mpf(q_2), mp.mpf(c)) - T) < mp.mpf(10) ** -30
    assert elu(alpha).dual(q_1, q_2, c) == pytest.approx(float(T), abs=3e-16 * (q_1 * q_2) ** 0.5)
    assert elu(alpha).derivative_dual(q_1, q_2, c) == pytest.approx(float(Tdot), rel=2e-15)


@pytest.mark.parametrize("act", [elu(0.7, 1.3), selu, elu(-0.5)], ids=repr)
def test_duals_are_those_of_the_polar_quadrature(act):
    numeric = quadrature(act.bound_expression, name=act.name)
    q_1, q_2 = np.array([1e-4, 0.02, 0.5, 30.0, 900.0]), np.array([3.0, 0.01, 0.8, 50.0, 700.0])
    for theta in (0.0, 1e-6, 0.4, 2.0, 3.0, np.pi):
        at = (q_1, q_2, np.sqrt(q_1 * q_2) * np.cos(theta))
        size = np.sqrt(numeric.diagonal(q_1) * numeric.diagonal(q_2))
        assert np.all(abs(act.dual(*at, angle=theta) - numeric.dual(*at, angle=theta)) < 1e-14 * size)
        found = act.derivative_dual(*at, angle=theta)
        np.testing.assert_allclose(found, numeric.derivative_dual(*at, angle=theta), rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize("q", [1e-6, 1e-3, 0.2, 0.3, 1.0, 2.5, 100.0])
def test_identical_inputs_and_the_mean(q):
    with mp.workdps(40):
        s = mp.sqrt(mp.mpf(q))
        phi = lambda z: z if z > 0 else mp.expm1(z)  # noqa: E731
        mean = lambda f: mp.quad(lambda z: f(s * z) * mp.npdf(z), [-20, -5, -1, 0, 1, 5, 20])  # noqa: E731
        square, one = mean(lambda z: phi(z) ** 2), mean(phi)
        slope = mean(lambda z: 1 if z > 0 else mp.exp(2 * z))
    act = elu()
    assert act.diagonal(q) == pytest.approx(float(square), rel=1e-14)
    assert act.dual(q, q, q) == pytest.approx(float(square), rel=1e-14 + 1e-15 / q**0.5)
    assert act.diagonal_derivative(q) == pytest.approx(float(slope), rel=1e-14)
    assert act.mean(q) == pytest.approx(float(one), abs=1e-15 * q**0.5)


def test_a_kernel_of_300_inputs_is_a_covariance():
    x = np.random.default_rng(0).normal(size=(300, 400)) / 20
    c = x @ x.T
    q = np.diag(c)
    found = selu.dual(q[:, None], q[None], np.clip(c, None, np.sqrt(np.outer(q, q))))
    np.testing.assert_allclose(found, found.T, rtol=1e-14, atol=1e-15)
    np.testing.assert_allclose(np.diag(found), selu.diagonal(q), rtol=1e-13)
    assert np.linalg.eigvalsh(found).min() > 0


def test_jax_and_torch_compute_and_differentiate_it():
    jax = pytest.importorskip("jax")
    torch = pytest.importorskip("torch")
    at = (0.8, 1.7, 0.6)
    expected = selu.dual(*at), selu.derivative_dual(*at)
    with jax.enable_x64(True):
        value, slope = jax.jit(jax.value_and_grad(selu.dual, 2))(*at)
        assert (float(value), float(slope)) == pytest.approx(expected, rel=1e-13)
        # identical inputs, where the angle hides the covariance
        assert jax.grad(selu.dual, 2)(1.3, 1.3, 1.3) == pytest.approx(
            selu.diagonal_derivative(1.3), rel=1e-12
        )
    c = torch.tensor(at[2], dtype=torch.float64, requires_grad=True)
    value = selu.dual(*at[:2], c)
    value.backward()
    assert (value.item(), c.grad.item()) == pytest.approx(expected, rel=1e-13)


def test_names_and_refusals():
    assert activation("elu", alpha=0.5).parameters == {"alpha": 0.5, "scale": 1.0}
    assert repr(selu) == "selu(alpha=1.6732632423543772, scale=1.0507009873554805)"
    assert derivative_dual("selu", 1.0, 1.0, 0.0) == pytest.approx(selu.derivative_dual(1.0, 1.0, 0.0))
    with pytest.raises(ValueError, match="two finite numbers"):
        elu(float("nan"))
    with pytest.raises(ValueError, match="no covariance"):
        selu.dual(1.0, 1.0, 1.5)
