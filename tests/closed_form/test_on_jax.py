"""Closed forms on JAX arrays: dtypes, jit, vmap, derivatives."""

import numpy as np
import pytest

jax = pytest.importorskip("jax")

import jax.numpy as jnp  # noqa: E402
from mpmath import mp, mpf  # noqa: E402

from derivations.deep_linear import (  # noqa: E402
    depth_mode_strength,
    infinite_depth_mode_strength,
    learning_time,
    mode_strength,
    unbalanced_mode,
)
from theory import DomainError  # noqa: E402


@pytest.fixture(params=[False, True], ids=["32 bits", "64 bits"])
def x64(request):
    with jax.enable_x64(request.param):
        yield request.param


@pytest.fixture
def double():
    with jax.enable_x64(True):
        yield


def test_dtypes(x64):
    default = jnp.float64 if x64 else jnp.float32
    for t, expected in (
        (jnp.arange(3.0), default),
        (jnp.arange(3.0, dtype=jnp.float32), jnp.float32),
        (jnp.arange(3.0, dtype=jnp.bfloat16), jnp.bfloat16),
        (jnp.arange(3), default),
    ):
        found = mode_strength(t, 1.0, 0.1, 1)
        assert isinstance(found, jax.Array) and found.dtype == expected
    assert jax.jit(mode_strength)(1.0, 1.0, 0.1, 1.0).dtype == default
    assert mode_strength(jnp.arange(3.0), np.ones(3), 0.1, 1.0).dtype == default


@pytest.mark.slow
def test_values_are_those_of_numpy(x64):
    t = np.linspace(0, 20, 50, dtype=np.float64 if x64 else np.float32)
    tolerance = 8 * np.finfo(t.dtype).eps * 30  # the condition number of exp at 30
    cases = [
        (mode_strength, (t, 1.0, 0.1, 1.0)),
        (unbalanced_mode, (t, 1.0, 0.25, -0.25, 1.0)),
        (unbalanced_mode, (t, 1.0, -0.25, 1.5, 1.0)),
        (depth_mode_strength, (t, 1.0, 0.25, 1.0, np.array([[1], [2], [3], [7]]))),
    ]
    if x64:  # above the fixed point its root runs into 1, where 24 bits leave little of the difference
        cases.append((infinite_depth_mode_strength, (t, 1.0, np.array([[0.25], [2.0]]))))
    for form, arguments in cases:
        ours = form(*(jnp.asarray(v) if np.ndim(v) else v for v in arguments))
        np.testing.assert_allclose(ours, form(*arguments), rtol=tolerance)


def test_single_precision_is_rounded_once_where_there_are_64_bits(double):
    t = jnp.linspace(0, 20, 50, dtype=jnp.float32)
    np.testing.assert_array_equal(
        mode_strength(t, 1.0, 0.1, 1.0), mode_strength(np.asarray(t), 1.0, 0.1, 1.0)
    )


@pytest.mark.slow
def test_jit_and_vmap(double):
    t, u0 = jnp.linspace(0, 9, 5), jnp.linspace(0.01, 2.0, 5)
    plain = mode_strength(t, 1.0, u0, 1.0)
    np.testing.assert_allclose(jax.jit(mode_strength)(t, 1.0, u0, 1.0), plain, rtol=1e-15)
    np.testing.assert_allclose(
        jax.vmap(lambda t, u0: mode_strength(t, 1.0, u0, 1.0))(t, u0), plain, rtol=1e-15
    )
    mapped = jax.jit(jax.vmap(lambda t: depth_mode_strength(t, 1.0, 0.1, 1.0, 4)))(t)
    np.testing.assert_allclose(mapped, depth_mode_strength(t, 1.0, 0.1, 1.0, 4), rtol=1e-14)
    assert mode_strength(jnp.zeros((0, 2)), 1.0, 0.1, 1.0).shape == (0, 2)


POINTS = [
    (mode_strength, (1.5, 1.25, 0.1, 2.0)),
    (mode_strength, (1.5, 0.25, 1.0, 2.0)),
    (mode_strength, (0.0, 1.0, 1.0, 2.0)),
    (learning_time, (0.5, 1.25, 0.1, 2.0)),
    *[(unbalanced_mode, (1.5, 1.25, a, b, 2.0)) for a, b in ((0.25, -1.0), (0.5, 0.5), (0.5, -0.5))],
    *[(depth_mode_strength, (t, 1.25, 0.25, 2.0, 3)) for t in (0.5, 3.0)],
    (infinite_depth_mode_strength, (1.5, 1.25, 0.25)),
    (infinite_depth_mode_strength, (1.5, 1.25, 2.0)),
]


def slopes(form, at, index) -> list[float]:
    """Derivatives of the outputs by one argument, from mpmath's central difference at 60 digits."""
    with mp.workdps(60):
        step = mpf(10) ** -20
        sides = []
        for sign in (-1, 1):
            values = [mpf(v) for v in at]
            values[index] = values[index] + sign * step if values[index] else (sign + 1) * step / 2
            found = form(*values)
            sides.append((values[index], found if isinstance(found, tuple) else (found,)))
        (x, below), (y, above) = sides
        return [float((b - a) / (y - x)) for a, b in zip(below, above, strict=True)]


@pytest.mark.slow
@pytest.mark.parametrize(("form", "at"), POINTS, ids=lambda p: getattr(p, "name", str(p)))
def test_derivatives(form, at, double):
    smooth = [k for k, x in enumerate(form.arguments[: len(at)]) if x.name != "L"]
    several = lambda *a: jnp.stack(jnp.atleast_1d(form(*a)) if form.outputs == 1 else form(*a))  # noqa: E731
    reverse = jax.jacrev(jax.jit(several), argnums=smooth)(*at)
    forward = jax.jvp(several, tuple(map(float, at)), tuple(float(k in smooth) for k in range(len(at))))[1]
    expected = np.transpose([slopes(form, at, k) for k in smooth])
    np.testing.assert_allclose(np.transpose(reverse), expected, rtol=1e-11, atol=1e-14)
    np.testing.assert_allclose(forward, expected.sum(1), rtol=1e-11, atol=1e-13)


def test_derivatives_of_an_array_do_not_meet_other_branches(double):
    L = jnp.array([1, 2, 3, 5])
    slope = jax.jit(jax.grad(lambda u0: depth_mode_strength(0.75, 1.0, u0, 1.0, L).sum()))(0.25)
    assert float(slope) == pytest.approx(
        sum(slopes(depth_mode_strength, (0.75, 1.0, 0.25, 1.0, n), 2)[0] for n in (1, 2, 3, 5))
    )
    b0 = jnp.array([-0.5, 0.25, 0.75])
    slope = jax.grad(lambda a0: sum(x.sum() for x in unbalanced_mode(1.0, 1.0, a0, b0, 1.0)))(0.5)
    assert np.isfinite(slope)


def test_points_outside_the_domain_give_nan_under_jit_and_an_error_outside(double):
    t = jnp.array([-1.0, 1.0, jnp.nan])
    assert np.isnan(jax.jit(mode_strength)(t, 1.0, 0.1, 1.0)).tolist() == [True, False, True]
    assert np.isnan(jax.jit(depth_mode_strength)(1.0, 1.0, jnp.array([0.1, 1.5]), 1.0, 3)).tolist() == [
        False,
        True,
    ]
    assert np.isnan(jax.jit(lambda L: depth_mode_strength(1.0, 1.0, 0.1, 1.0, L))(2.5))
    with pytest.raises(DomainError, match="mode_strength: t = -1.0"):
        mode_strength(t, 1.0, 0.1, 1.0)
    with pytest.raises(DomainError, match="s = 1.0, u0 = 1.5 is outside the domain: needs u0 < s"):
        depth_mode_strength(1.0, 1.0, jnp.array([0.1, 1.5]), 1.0, 3)
    with pytest.raises(DomainError, match="mode_strength: s = -2.0"):  # not traced
        jax.jit(lambda t: mode_strength(t, -2.0, 0.1, 1.0))(1.0)


@pytest.mark.parametrize("bad", [True, 1j], ids=str)
def test_arrays_that_are_not_real_numbers(bad):
    with pytest.raises(DomainError, match="mode_strength: s = "):
        mode_strength(jnp.ones(2), jnp.array([bad, bad]), 0.1, 1.0)


def test_compile_has_a_dtype_and_a_device(x64):
    form = mode_strength.compile("jax", dtype="float32", device="cpu")
    assert form([0.0, 1.0], 1.0, 0.1, 1.0).dtype == jnp.float32
    if not x64:
        with pytest.raises(ValueError, match="jax_enable_x64"):
            mode_strength.compile("jax", dtype=float)


def test_jax_and_torch_do_not_mix():
    import torch

    with pytest.raises(TypeError, match="mode_strength: JAX and PyTorch arrays cannot be mixed"):
        mode_strength(jnp.ones(2), torch.ones(2), 0.1, 1.0)
