"""Powers, angles and ratios of gamma functions for compiled loops: digits, edges, packed instructions."""

import math
from functools import cache

import numba
import numpy as np
import pytest
from flint import arb, ctx

from theory.backends import vector_gamma, vector_math, vector_power
from theory.backends.own import FAR
from theory.ulps import ulps_between

FUNCTIONS = {
    "power": vector_power.power, "atan2": vector_math.atan2, "log_gamma_ratio": vector_gamma.log_gamma_ratio
}  # fmt: skip


@cache
def looped(function):
    @numba.njit(error_model="numpy")
    def run(x, y, found):
        for i in range(x.size):
            found[i] = function(x[i], y[i])

    return run


def values(name: str, x, y) -> np.ndarray:
    x, y = (np.ascontiguousarray(v, float).ravel() for v in np.broadcast_arrays(x, y))
    found = np.empty_like(x)
    looped(FUNCTIONS[name])(x, y, found)
    return found


def worst(found, balls) -> float:
    return max(ulps_between(float(f), b) for f, b in zip(found, balls, strict=True))


def bases(count: int = 2000) -> np.ndarray:
    """Over the whole range, and close to 1, where exponents are large."""
    random = np.random.default_rng(1)
    ends = [np.exp(random.uniform(-744, 709, count)), np.exp(random.normal(size=count)), random.random(count)]
    return np.concatenate([*ends, *(1 + random.normal(size=count) * s for s in (0.1, 1e-3, 1e-9))])


def test_powers_have_all_digits_over_the_whole_range():
    random, x = np.random.default_rng(0), bases()
    y = np.concatenate([random.uniform(-708, 709, x.size) / np.log(x), random.normal(size=x.size) * 3])
    x = np.tile(x, 2)
    y = np.where(random.random(x.size) < 0.3, np.rint(y), y)
    with ctx.workprec(200):
        balls = [arb(a) ** arb(b) for a, b in zip(x, y, strict=True)]
        kept = [k for k, b in enumerate(balls) if 1e-307 < b < 1e308]
        assert len(kept) > 0.7 * len(balls)
        assert worst(values("power", x, y)[kept], [balls[k] for k in kept]) <= 1.25


@pytest.mark.parametrize(("function", "ulps"), [("power_of_ratio", 1.25), ("_power_of_ratio_of_c", 8)])
def test_an_exponent_that_is_a_ratio_is_not_rounded(function, ulps):
    power_of_ratio = getattr(vector_power, function)

    @numba.njit(error_model="numpy")
    def run(x, p, q, found):
        for i in range(x.size):
            found[i] = power_of_ratio(x[i], p, q)

    x = np.exp(np.random.default_rng(2).uniform(-700, 709, 1500))
    found = np.empty_like(x)
    for p, q in ((1, 3), (-2, 7), (2, 5), (6, 7)):
        run(x, float(p), float(q), found)
        with ctx.workprec(200):
            assert worst(found, [(arb(a).log() * p / q).exp() for a in x]) <= ulps


SPECIAL = [0.0, 1, -1, 2, -2, 0.5, 3, -3, np.inf, 5e-324, -7.5, 1e308, 2.0**53 + 2]


@pytest.mark.parametrize("y", [0.0, 1, -1, 2, -2, 3, -3, 0.5, -0.5, np.inf, 1e300, -1e300, 2.0**53, 1e17])
def test_powers_at_the_edges_are_those_of_c(y):
    with np.errstate(all="ignore"):
        expected = np.power(np.array(SPECIAL), y)
    np.testing.assert_allclose(values("power", np.array(SPECIAL), y), expected, rtol=3e-16)


@pytest.mark.parametrize(("x", "y"), [(np.nan, 2.0), (2.0, np.nan), (-2.0, 0.5)])
def test_what_is_no_power_is_nan(x, y):
    assert np.isnan(values("power", [x], [y])).all()


def test_powers_of_minus_one_alternate_and_small_whole_ones_are_exact():
    np.testing.assert_array_equal(values("power", -1.0, np.arange(6.0)), [1, -1, 1, -1, 1, -1])
    np.testing.assert_array_equal(
        values("power", 2.0, np.arange(-1022.0, 1024)), 2.0 ** np.arange(-1022, 1024)
    )


def test_angles_in_all_quadrants():
    random = np.random.default_rng(3)
    y, x = random.normal(size=(2, 4000)) * np.exp(random.uniform(-30, 30, (2, 4000)))
    with ctx.workprec(200):
        balls = [arb.atan2(arb(a), arb(b)) for a, b in zip(y, x, strict=True)]
        assert worst(values("atan2", y, x), balls) <= 2.5
    on_axes = [0.0, 1.0, -1.0, 1e300, -1e-300]
    y, x = np.meshgrid(on_axes, [*on_axes, np.inf])
    np.testing.assert_allclose(values("atan2", y, x), np.arctan2(y, x).ravel(), rtol=5e-16)
    assert np.isnan(values("atan2", [np.inf], [np.inf])).all()


def test_ratios_of_gamma_functions_round_as_their_terms_do():
    """Within three roundings of the value, of the logarithm that leads to large x, and of each of that
    one's factors, which are near 1 where h is small."""
    random = np.random.default_rng(4)
    x, h = np.exp(random.uniform(-3, 30, 3000)), np.exp(random.uniform(-10, 20, 3000))
    h = np.where(random.random(3000) < 0.3, -0.5 * np.minimum(h, x), h)
    found = values("log_gamma_ratio", x, h)
    for value, a, b in zip(found, map(float, x), map(float, h), strict=True):
        with ctx.workprec(300):
            exact = (arb(a) + b).lgamma() - arb(a).lgamma() - b * (arb(a) + b).log()
            error = abs(arb(float(value)) - exact)
        low, high = min(a, a + b), max(a, a + b)
        led = sum(abs(math.log((low + k) / (high + k))) for k in range(FAR) if low + k < FAR)
        assert error <= 3 * 2.0**-52 * (abs(float(exact)) + led + FAR)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_loops_are_vectorised(name):
    """No call is left, and packed instructions are there."""
    values(name, [0.5], [0.25])
    (assembly,) = looped(FUNCTIONS[name]).inspect_asm().values()
    assert any(packed in assembly for packed in ("vmulpd", "mulpd", "fmul.2d", "v0.2d", "vfmadd"))
    assert not any(f"{function}@" in assembly for function in ("pow", "exp", "log", "lgamma", "atan2"))
