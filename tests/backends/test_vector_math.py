"""Elementary functions for compiled loops: digits over the whole range, edges, and packed instructions."""

import math
from functools import cache

import numba
import numpy as np
import pytest
from flint import arb, ctx
from llvmlite import binding

from theory.backends import vector_math

ULPS = {
    "exp": 1, "expm1": 1.5, "log": 1, "log1p": 1, "sin": 1, "cos": 1, "tan": 2, "asin": 2, "acos": 1.5,
    "atan": 2, "sinh": 2, "cosh": 2, "tanh": 2.5, "sech": 2.5, "asinh": 2, "acosh": 3, "atanh": 2,
}  # fmt: skip
LARGEST = np.finfo(float).max
EDGES = np.array(
    """
    0 -0 5e-324 -5e-324 2.2250738585072014e-308 1e-300 1e-17 0.25 0.5 -0.5 1 -1 178 -37.5 354.9
    0.7071067811865476 1.4142135623730951 2.414213562373095 0.41421356237309503 1e4 -1e4 1e15 1e308
    708.4 709.78 709.79 710.47 710.4758 710.48 711 745.1 -708.5 -745.1 -745.2 -746
    1.7976931348623157e308 -1.7976931348623157e308
    """.split(),
    dtype=float,
)


@cache
def looped(name: str):
    function = getattr(vector_math, name)

    @numba.njit(error_model="numpy")
    def run(x, found):
        for i in range(x.size):
            found[i] = function(x[i])

    return run


def values(name: str, x) -> np.ndarray:
    x = np.array(x, dtype=float)
    found = np.empty_like(x)
    looped(name)(x, found)
    return found


def inside(name: str, x: np.ndarray) -> np.ndarray:
    """Those in the function's domain, its edges left out."""
    low, high = {
        "log": (0, np.inf), "log1p": (-1, np.inf), "acosh": (1, np.inf), "asin": (-1, 1), "acos": (-1, 1),
        "atanh": (-1, 1), "sin": (-(2**20), 2**20), "cos": (-(2**20), 2**20), "tan": (-(2**20), 2**20),
    }.get(name, (-np.inf, np.inf))  # fmt: skip
    return x[(x > low) & (x < high)]


def sample(name: str) -> np.ndarray:
    random = np.random.default_rng(0)
    signs = random.choice([-1, 1], 1500)
    quarters = random.integers(-600_000, 600_000, 500) * (math.pi / 2)
    return inside(
        name,
        np.concatenate(
            [
                *(random.normal(size=500) * scale for scale in (0.01, 0.3, 1, 3, 30, 300)),
                np.exp(random.uniform(-744, 709, 1500)) * signs,
                np.exp(random.uniform(-40, 16, 1500)) * signs,
                1 - np.exp(random.uniform(-36, 0, 500)),
                np.exp(random.uniform(-36, 0, 500)) - 1,
                1 + np.exp(random.uniform(-36, 0, 500)),
                quarters,
                np.nextafter(quarters, 0),
                EDGES,
            ]
        ),
    )


def error(name: str, x: float, found: float) -> float:
    """In units in the last place; beyond the largest float only infinity of the right sign is none."""
    if name in ("exp", "expm1", "sinh", "cosh", "sech") and abs(x) > 800:
        exact = {"expm1": -1.0, "sech": 0.0, "exp": 0.0, "sinh": -math.inf, "cosh": math.inf}[name]
        if x > 0 and name != "sech":
            exact = math.inf
        return 0.0 if found == exact else math.inf
    ball = getattr(arb(x), name)()
    if abs(ball) > arb(LARGEST):
        over = math.isinf(found) and (found > 0) == (ball > 0)
        # half a unit beyond the largest float it still rounds to that
        return 0.0 if over or abs(ball) < arb(LARGEST) + arb(2) ** 971 else math.inf
    if not math.isfinite(found):
        return math.inf if abs(ball) < arb(LARGEST) - arb(2) ** 971 else 1.0
    unit = math.ulp(min(abs(float(ball.mid())), 1e308))
    return abs(float(((arb(found) - ball) / unit).mid()))


@pytest.mark.parametrize("name", ULPS)
def test_digits_over_the_whole_range(name):
    x = sample(name)
    found = values(name, x)
    with ctx.workprec(240):
        errors = np.array([error(name, float(a), float(b)) for a, b in zip(x, found, strict=True)])
    assert errors.max() <= ULPS[name], (x[errors.argmax()], found[errors.argmax()])


@pytest.mark.parametrize(
    ("name", "x", "expected"),
    [
        ("exp", [np.inf, -np.inf], [np.inf, 0]),
        ("expm1", [np.inf, -np.inf], [np.inf, -1]),
        ("log", [np.inf, 0.0, -0.0, -1.0, -np.inf], [np.inf, -np.inf, -np.inf, np.nan, np.nan]),
        ("log1p", [np.inf, -1.0, -2.0, -np.inf], [np.inf, -np.inf, np.nan, np.nan]),
        ("sin", [np.inf, -np.inf, 2**21], [np.nan] * 3),
        ("cos", [np.inf, -np.inf, 2**21], [np.nan] * 3),
        ("tan", [np.inf, -np.inf, 2**21], [np.nan] * 3),
        ("asin", [1.0, -1.0, 1.5, -np.inf], [math.pi / 2, -math.pi / 2, np.nan, np.nan]),
        ("acos", [1.0, -1.0, 1.5, -np.inf], [0, math.pi, np.nan, np.nan]),
        ("atan", [np.inf, -np.inf], [math.pi / 2, -math.pi / 2]),
        ("sinh", [np.inf, -np.inf], [np.inf, -np.inf]),
        ("cosh", [np.inf, -np.inf], [np.inf, np.inf]),
        ("tanh", [np.inf, -np.inf], [1, -1]),
        ("sech", [np.inf, -np.inf], [0, 0]),
        ("asinh", [np.inf, -np.inf], [np.inf, -np.inf]),
        ("acosh", [np.inf, 1.0, 0.5, -np.inf], [np.inf, 0, np.nan, np.nan]),
        ("atanh", [1.0, -1.0, 2.0], [np.inf, -np.inf, np.nan]),
        ("sign", [-3.0, 0.0, 2.0, np.inf], [-1, 0, 1, 1]),
    ],
)
def test_infinities_and_the_ends_of_domains(name, x, expected):
    np.testing.assert_array_equal(values(name, x), expected)


@pytest.mark.parametrize("name", [*ULPS, "sqrt", "Abs", "sign"])
def test_nan_stays_nan(name):
    assert np.isnan(values(name, [np.nan])).all()


@pytest.mark.parametrize(
    "name", ["expm1", "log1p", "sin", "tan", "asin", "atan", "sinh", "tanh", "asinh", "atanh"]
)
def test_odd_near_zero_with_its_sign(name):
    x = [0.0, -0.0, 5e-324, -5e-324, 1e-310, -1e-310]
    found = values(name, x)
    np.testing.assert_array_equal(found, x)
    np.testing.assert_array_equal(np.signbit(found), np.signbit(x))


def test_moderate_arguments_need_no_second_look():
    x = np.random.default_rng(0).uniform(-708, 709, 3000)
    found = values("exp_of_moderate", [*x, -708.0, 0.0, 709.0])
    with ctx.workprec(240):
        errors = [
            error("exp", float(a), float(b)) for a, b in zip([*x, -708.0, 0.0, 709.0], found, strict=True)
        ]
    assert max(errors) <= 1


def test_the_larger_and_the_smaller_keep_nan():
    @numba.njit(error_model="numpy")
    def both(x, y):
        return vector_math.Max(x, y), vector_math.Min(x, y)

    assert both(1.0, 2.0) == (2.0, 1.0) and both(2.0, 1.0) == (2.0, 1.0)
    assert np.isnan(both(np.nan, 1.0)).all() and np.isnan(both(1.0, np.nan)).all()


@pytest.mark.skipif(not binding.get_host_cpu_features().get("avx2"), reason="no AVX2 on this processor")
@pytest.mark.parametrize("name", ULPS)
def test_loops_are_vectorised(name):
    values(name, [0.5])
    (assembly,) = looped(name).inspect_asm().values()
    four_at_a_time = [line for line in assembly.splitlines() if "%ymm" in line or "%zmm" in line]
    assert sum("pd" in line for line in four_at_a_time) > 20
