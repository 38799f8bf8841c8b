"""Closed forms on NumPy arrays and Python numbers."""

import sys
import tracemalloc
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from derivations.deep_linear import (
    depth_mode_strength,
    half_time,
    learning_time,
    mode_strength,
    unbalanced_mode,
)
from theory import DomainError
from theory.backends.fused import LARGE
from theory.ulps import ulps_between

POSITIVE = st.floats(1e-3, 1e3)


def shapes(count):
    return hnp.mutually_broadcastable_shapes(num_shapes=count, max_dims=3, max_side=4)


@settings(max_examples=40, deadline=None)
@given(shapes(4), st.data())
def test_broadcasting_is_an_elementwise_loop(found, data):
    values = [data.draw(hnp.arrays(float, shape, elements=POSITIVE)) for shape in found.input_shapes]
    together = mode_strength(*values)
    assert together.shape == found.result_shape and together.dtype == np.float64
    full = np.broadcast_arrays(*values)
    for at in np.ndindex(found.result_shape):
        point = (v[at] for v in full)
        assert ulps_between(together[at], mode_strength(*map(float, point))) <= 2


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_several_branches_and_outputs_are_an_elementwise_loop(data):
    weight = st.one_of(st.floats(-10, 10), st.sampled_from([1.0, -1.0, 0.0]))
    t = data.draw(hnp.arrays(float, (3, 1), elements=st.floats(0, 20)))
    a0, b0 = (data.draw(hnp.arrays(float, (4,), elements=weight)) for _ in range(2))
    together = unbalanced_mode(t, 1.0, a0, b0, 1.0)
    assert len(together) == 3
    for i, j in product(range(3), range(4)):
        alone = unbalanced_mode(float(t[i, 0]), 1.0, float(a0[j]), float(b0[j]), 1.0)
        assert all(ulps_between(x[i, j], y) <= 2 for x, y in zip(together, alone, strict=True))


@settings(max_examples=40, deadline=None)
@given(hnp.arrays(np.float32, (20,), elements=st.floats(2**-10, 1024, width=32)))
def test_single_precision_is_kept_and_right_to_one_ulp(s):
    found = mode_strength(np.float32(0.5), s, np.float32(0.25), np.float32(2))
    assert found.dtype == np.float32
    assert np.all(ulps_between(found, mode_strength(0.5, s.astype(float), 0.25, 2.0)) <= 0.5 + 1e-6)


def test_the_result_has_the_arguments_kind_and_dtype():
    assert type(mode_strength(1, 1, 0.1, 1)) is float
    assert all(type(x) is float for x in unbalanced_mode(1, 1, 0.1, 0.2, 1))
    assert type(mode_strength(np.float64(1), 1, 0.1, 1)) is np.float64
    assert type(mode_strength(np.float32(1), 1, 0.1, 1)) is np.float32
    assert type(mode_strength(np.array(1.0), 1, 0.1, 1)) is np.ndarray
    for given_dtype, expected in (
        (np.float16, np.float16),
        (np.float32, np.float32),
        (np.int32, float),
        (np.uint8, float),
    ):
        assert mode_strength(np.arange(3, dtype=given_dtype), 1.0, 0.1, 1.0).dtype == expected
    assert mode_strength(np.arange(3, dtype=np.float32), np.ones(3), 0.1, 1.0).dtype == np.float64


def test_lists_empty_read_only_reversed_and_transposed_arrays():
    t = np.linspace(0.0, 5.0, 12).reshape(3, 4)
    expected = mode_strength(t, 1.0, 0.1, 1.0)
    t.flags.writeable = False
    np.testing.assert_array_equal(mode_strength(t, 1.0, 0.1, 1.0), expected)
    np.testing.assert_array_equal(mode_strength(t.tolist(), 1.0, 0.1, 1.0), expected)
    np.testing.assert_array_equal(mode_strength(t.T, 1.0, 0.1, 1.0), expected.T)
    np.testing.assert_array_equal(mode_strength(t[::-1, ::2], 1.0, 0.1, 1.0), expected[::-1, ::2])
    np.testing.assert_array_equal(mode_strength(t.astype(">f8"), 1.0, 0.1, 1.0), expected)
    assert mode_strength(np.zeros((0, 3)), 1.0, 0.1, 1.0).shape == (0, 3)
    assert mode_strength([], np.ones((2, 1)), 0.1, 1.0).shape == (2, 0)


def test_arguments_that_the_formula_does_not_use_still_broadcast():
    from theory import Claim, ExplicitForm, Parameter
    from theory.rules import Given

    x, y = Parameter("x", "a number"), Parameter("y", "another")
    constant = ExplicitForm(Claim(x, 2, Given("a constant")), (x, y))
    assert constant(np.zeros((2, 1)), np.zeros(3)).tolist() == [[2.0] * 3] * 2
    assert constant(0.0, 0.0) == 2.0 and type(constant(0, 0)) is float


BAD_NUMBERS = [
    -1.0,
    0.0,
    float("nan"),
    float("inf"),
    1j,
    "1",
    None,
    True,
    np.True_,
    10**400,
    [1.0, "a"],
    [[1.0], [1.0, 2.0]],
]


@pytest.mark.parametrize("bad", BAD_NUMBERS, ids=repr)
def test_a_bad_argument_is_named_with_its_value_meaning_and_domain(bad):
    with pytest.raises(DomainError, match=r"^mode_strength: s = .*singular value") as refused:
        mode_strength(1.0, bad, 0.1, 1.0)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "bad", [np.datetime64(1, "s"), np.ma.masked_array([1.0, 2.0], [0, 1]), np.longdouble(1), np.array([1j])]
)
def test_arrays_of_the_wrong_kind_are_refused(bad):
    with pytest.raises(DomainError, match="mode_strength: s = "):
        mode_strength(1.0, bad, 0.1, 1.0)


@pytest.mark.parametrize(
    ("arguments", "named", "message"),
    [
        ((1.0, 1.0), {}, "needs u0, tau"),
        ((1.0, 1.0, 0.1, 1.0, 1.0, 1.0), {}, "takes 5 arguments"),
        ((1.0, 1.0, 0.1), {"tau": 1.0, "s": 2.0}, "got s twice"),
        ((1.0, 1.0, 0.1), {"sigma": 1.0}, "has no argument 'sigma'; it takes t, s, u0, tau, d"),
    ],
)
def test_wrong_argument_names(arguments, named, message):
    with pytest.raises(TypeError, match=f"mode_strength {message}"):
        mode_strength(*arguments, **named)


def test_shapes_that_do_not_broadcast():
    with pytest.raises(ValueError, match=r"mode_strength: the shapes do not broadcast: t \(3,\), s \(2,\)"):
        mode_strength(np.ones(3), np.ones(2), 0.1, 1.0)


@pytest.mark.parametrize("arguments", [(0.6, 1.0, 0.1, 1.0), ([0.5, 1.5], 1.0, 0.1, 1.0)])
def test_relations_between_arguments(arguments):
    assert half_time(1.0, 0.5, 1.0) == 0.0
    with pytest.raises(DomainError, match=r"s = 1.0, u0 = 0.6.* is outside the domain: needs 2\*d\*u0 <= s"):
        half_time(1.0, 0.6, 1.0)
    if np.ndim(arguments[0]):
        with pytest.raises(DomainError, match="uf = 1.5"):
            learning_time(*arguments)


def test_whole_numbers():
    with pytest.raises(DomainError, match=r"L = 2.5 is outside its domain: needs L an integer from 1"):
        depth_mode_strength(1.0, 1.0, 0.1, 1.0, [1, 2.5])


def test_parameters_of_one_name_keep_their_own_domains():
    from sympy import Interval

    from theory import Claim, ExplicitForm, Parameter
    from theory.rules import Given

    forms = []
    for top in (1, 2):
        x = Parameter("x", "a number", Interval.open(0, top))
        forms.append(ExplicitForm(Claim(x, 3 * x, Given("a multiple")), (x,)))
    assert forms[1](1.5) == 4.5
    with pytest.raises(DomainError, match="x = 1.5 .* needs 0 < x < 1"):
        forms[0](1.5)


LONG = 2 * LARGE


@pytest.mark.parametrize("bad", [float("nan"), -1.0, float("inf"), 0.0])
@pytest.mark.parametrize("dtype", [float, np.float32], ids=["one loop", "chunks"])
def test_one_bad_element_of_a_large_array_is_found(bad, dtype):
    s = np.ones(LONG, dtype)
    s[np.random.default_rng().integers(LONG)] = bad
    with pytest.raises(DomainError, match="mode_strength: s = "):
        mode_strength(1.0, s, 0.1, 1.0)


def test_one_loop_and_chunks_agree():
    random = np.random.default_rng(1)
    t, s = random.exponential(size=LONG), random.exponential(size=LONG) + 0.01
    for form, arguments in (
        (mode_strength, (t, 1.0, 0.1, 1.0)),
        (mode_strength, (t, 0.1, 1.0, 1.0)),
        (mode_strength, (1.0, 1.0, 1.0, s)),
        (mode_strength, (t, s, 0.1, 1.0)),
        (unbalanced_mode, (t, 1.0, 0.5, 0.1, 1.0)),
    ):
        whole = form(*arguments)
        parts = [form(*(v[k::7] if np.ndim(v) else v for v in arguments)) for k in range(7)]
        for k in range(7):
            for x, y in zip(np.atleast_2d(whole), np.atleast_2d(parts[k]), strict=True):
                # u is the product of two weights that may differ by 4 each
                assert np.all(ulps_between(x[k::7], y) <= (4 if form is mode_strength else 8))


def test_memory_is_inputs_and_output():
    t = np.linspace(0, 20, 10_000_000)
    mode_strength(t[:LONG], 1.0, 1e-3, 1.0)
    for more in ((1.0, 1e-3, 1.0), (t[:1] + 1, 1e-3, 1.0)):  # by one loop and in chunks
        tracemalloc.start()
        result = mode_strength(t, *more)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak <= 1.05 * result.nbytes
        del result


def test_a_value_beyond_the_range_of_the_dtype_is_an_error():
    from theory import Claim, ExplicitForm, Parameter
    from theory.rules import Given

    x = Parameter("x", "a number")
    exponential = ExplicitForm(Claim(x, sys.modules["sympy"].exp(x), Given("an exponential")), (x,))
    for x_value in (800.0, np.full(LONG, 800.0), np.float32(100.0)):
        with pytest.raises(FloatingPointError, match="is not representable as a float"):
            exponential(x_value)
    assert exponential(-800.0) == 0.0


def test_compile_converts_and_refuses_by_name():
    assert mode_strength.compile("numpy", dtype="float32")([0.0, 1.0], 1.0, 0.1, 1.0).dtype == np.float32
    assert type(mode_strength.compile()(1.0, 1.0, 0.1, tau=1.0)) is float
    with pytest.raises(
        ValueError, match="mode_strength: no backend 'cupy'; there are numpy, jax, torch, mpmath, rigorous"
    ):
        mode_strength.compile("cupy")


def test_a_function_missing_on_a_backend_is_named_when_compiling():
    import sympy as sp

    from theory import Claim, ExplicitForm, Parameter
    from theory.backends.functions import MissingFunction
    from theory.parameter import POSITIVE as positive
    from theory.rules import Given

    x = Parameter("x", "a number", positive)
    bessel = ExplicitForm(Claim(x, sp.besselk(1, x), Given("a Bessel function")), (x,))
    assert bessel.backends() == ("numpy", "mpmath", "rigorous")
    with pytest.raises(MissingFunction, match=r"jax has no besselk \(available: numpy, mpmath\)"):
        bessel.compile("jax")


def test_the_last_form_must_serve_all_that_is_left():
    from theory import ExplicitForm

    with pytest.raises(ValueError, match="the last form must serve all that is left"):
        claim, arguments = mode_strength.claim, mode_strength.arguments
        ExplicitForm(claim, arguments, forms=((claim, arguments[1] < 1),))
