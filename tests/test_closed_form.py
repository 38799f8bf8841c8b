"""What every closed form promises: kinds, shapes and dtypes kept, one-line errors, accuracy.

The formula is the strength of a mode of a linear network, in two stable forms: one where it grows
and one where it decays.
"""

import subprocess
import sys
from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import mutually_broadcastable_shapes

from theory import Claim, DomainError, Evidence, ExplicitForm, ImplicitForm, Parameter
from theory.backends.functions import MissingFunction
from theory.functions import expm1
from theory.parameter import COUNTING, NONNEGATIVE, POSITIVE, REAL
from theory.rules import Given, Rewrites
from theory.ulps import ulps_between

t = Parameter("t", "training time", NONNEGATIVE, unit="steps", extremes=(1e-9, 1e9))
s = Parameter("s", "singular value", POSITIVE, extremes=(1e-3, 1e3))
u0 = Parameter("u0", "initial strength", POSITIVE, extremes=(1e-300, 1e3))
tau = Parameter("tau", "time constant", POSITIVE, extremes=(1e-3, 1e3))
uf = Parameter("uf", "final strength", POSITIVE)
x = Parameter("x", "any number", REAL)
n = Parameter("n", "how many", COUNTING)
u = sp.Function("u")

growth = sp.exp(-2 * s * t / tau)
trajectory = Claim(u(t), s / (1 + (s / u0 - 1) * growth), Given("the logistic curve"))
below = Claim(u(t), u0 / (u0 / s + (1 - u0 / s) * growth), Rewrites(trajectory))
above = Claim(u(t), u0 / (1 + (u0 / s - 1) * -expm1(-2 * s * t / tau)), Rewrites(trajectory))
strength = ExplicitForm(
    trajectory, (t, s, u0, tau), forms=((below, u0 <= s), (above, True)), defaults={tau: 1}
)
time_to = Claim(
    sp.Symbol("T"),
    tau / (2 * s) * sp.log(uf * (s - u0) / (u0 * (s - uf))),
    Given("its inverse"),
    where=(u0 <= uf, uf < s),
)
learning_time = ExplicitForm(time_to, (uf, s, u0, tau))
both = ExplicitForm(Claim((u(t), u(2 * t)), (x**2, 3), Given("a number and a constant")), (x, t))
power = ExplicitForm(Claim(u(x), x**n, Given("a power")), (x, n))

good = st.fixed_dictionaries(
    {
        "t": st.floats(0, 1e3),
        "s": st.floats(1e-3, 1e3),
        "u0": st.floats(1e-300, 1e3),
        "tau": st.floats(1e-3, 1e3),
    }
)


# ---- values -----------------------------------------------------------------------------------


@given(good)
@settings(max_examples=50, deadline=None)
def test_a_number_is_the_claims_value(at):
    ball = strength.enclose(**at)
    # 4 condition numbers: t, s and tau each move the value by their relative change times |log| of it
    condition = 1 + 3 * 2 * at["s"] * at["t"] / at["tau"]
    assert ulps_between(strength(**at), ball) <= max(8, 4 * condition)
    assert isinstance(strength(**at), float)


@given(mutually_broadcastable_shapes(num_shapes=4, max_dims=3, max_side=3), st.integers(0, 2**32))
@settings(max_examples=50, deadline=None)
def test_broadcasting_is_an_elementwise_loop(shapes, seed):
    rng = np.random.default_rng(seed)
    arrays = [rng.uniform(0.1, 3, shape) for shape in shapes.input_shapes]
    found = strength(*arrays)
    assert found.shape == shapes.result_shape
    for k in np.ndindex(found.shape):
        one = strength(*(np.broadcast_to(a, found.shape)[k].item() for a in arrays))
        # NumPy computes exp in other instructions for an array and for a number
        assert ulps_between(found[k], one) <= 8


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, ">f8", "<f4"])
def test_dtype_is_kept(dtype):
    found = strength(np.linspace(0, 2, 5, dtype=dtype), 1.0, 0.1)
    assert found.dtype == np.dtype(dtype).newbyteorder("=")
    exact = strength(np.linspace(0, 2, 5, dtype=dtype).astype(float), 1.0, 0.1)
    assert np.array_equal(found, exact.astype(dtype))  # computed in float64, rounded once


def test_integers_and_lists_become_float64():
    assert strength(np.arange(3), 1, 0.1).dtype == np.float64
    assert strength([[0, 1], [2, 3]], 1, 0.1).shape == (2, 2)
    assert isinstance(strength(1, 1, 1, 1), float)


@pytest.mark.parametrize("shape", [(), (0,), (2, 0, 3), (1,), (5, 1)])
def test_a_constant_broadcasts_too(shape):
    square, three = both(np.ones(shape), 1.0)
    assert square.shape == three.shape == shape
    assert np.all(three == 3)


def test_strided_and_transposed_arrays():
    times = np.linspace(0, 3, 24).reshape(4, 6)
    assert np.array_equal(strength(times.T, 1.0, 0.1), strength(times, 1.0, 0.1).T)
    assert np.array_equal(strength(times[::2, ::3], 1.0, 0.1), strength(times, 1.0, 0.1)[::2, ::3])


@pytest.mark.parametrize("varied", [{"t"}, {"t", "u0"}, {"s", "tau"}])
def test_one_compiled_loop_agrees_with_chunks(varied):
    size = 120_000
    at = {"t": 0.7, "s": 1.3, "u0": 0.2, "tau": 0.9}
    rng = np.random.default_rng(0)
    at |= {name: rng.uniform(0.1, 3, size) for name in varied}
    some = slice(None, None, 1009)
    few = strength(**{k: v[some] if k in varied else v for k, v in at.items()})
    assert ulps_between(strength(**at)[some], few).max() <= 16


@pytest.mark.parametrize(
    "extreme", [dict(t=1e9, s=1.0, u0=1e-300), dict(t=0.0, s=1e-3, u0=1e3), dict(t=1e9, s=1e3, u0=1e3)]
)
def test_no_overflow_inside_the_domain(extreme):
    with np.errstate(all="raise"):
        assert np.isfinite(strength(tau=1e-3, **extreme))
        assert np.isfinite(strength(tau=1e-3, **{k: np.full(3, v) for k, v in extreme.items()})).all()


def test_accuracy_holds_over_the_extremes():
    found = strength.accuracy(points=300)
    assert found.holds and found.points == 300 and found.bound_ulps == 8


def test_accuracy_sees_an_inaccurate_formula():
    naive = ExplicitForm(Claim(u(x), (1 - sp.cos(x)) / x**2, Given("cancels")), (x,))
    assert not naive.accuracy(points=100).holds


# ---- errors: one line, naming what to change ----------------------------------------------------


BAD = [
    (dict(s=-1.0), "s = -1.0 is outside its domain: needs s > 0 (singular value)"),
    (dict(u0=0.0), "u0 = 0.0"),
    (dict(t=float("nan")), "t = nan is outside its domain: needs t >= 0 (training time, steps)"),
    (dict(t=float("inf")), "t = inf"),
    (dict(tau=np.array([1.0, -2.0])), "tau = -2.0"),
    (dict(t=np.array([0.0, np.nan])), "t = nan"),
    (dict(t=1j), "it must be real"),
    (dict(t=np.ones(2, complex)), "it must be real"),
    (dict(s="one"), "it must be a real number"),
    (dict(s=None), "it must be a real number"),
    (dict(s=np.array([1, None])), "it must be a real number"),
    (dict(s=True), "it must be a real number"),
    (dict(s=[[1, 2], [3]]), "a rectangular array"),
]


@pytest.mark.parametrize(("change", "message"), BAD, ids=[m[:24] for _, m in BAD])
def test_bad_arguments_are_named(change, message):
    with pytest.raises(DomainError) as caught:
        strength(**(dict(t=1.0, s=1.0, u0=0.1, tau=1.0) | change))
    text = str(caught.value)
    assert text.startswith("strength: ") and message in text and "\n" not in text


@pytest.mark.parametrize("bad", [-1.0, np.nan, np.inf])
def test_one_bad_element_among_many(bad):
    times = np.linspace(0, 5, 200_000)
    times[77_777] = bad
    with pytest.raises(DomainError, match=f"strength: t = {bad} "):
        strength(times, 1.0, 0.1)


def test_relations_name_all_their_values():
    with pytest.raises(DomainError, match=r"learning_time: .*u0 = 0.1, uf = 0.05 .*needs u0 <= uf"):
        learning_time(0.05, 1.0, 0.1, 1.0)
    with pytest.raises(DomainError, match="needs uf < s"):
        learning_time(np.array([0.5, 2.0]), 1.0, 0.1, 1.0)


def test_whole_numbers():
    assert power(2.0, 3) == power(2.0, 3.0) == 8
    with pytest.raises(DomainError, match="n = 2.5 is outside its domain: needs n an integer from 1"):
        power(2.0, np.array([1, 2.5]))


def test_what_no_float64_holds_is_said_and_not_infinite():
    with pytest.raises(
        FloatingPointError, match=r"power: the value at x = 1e\+200, n = 2.0 is not representable"
    ):
        power(np.array([1.0, 1e200]), 2)
    with pytest.raises(FloatingPointError, match="not representable as a float32"):
        power(np.array([1.0, 1e30], np.float32), 2)


def test_calls_that_do_not_bind():
    for arguments, message in [
        (dict(t=1.0), "needs s, u0"),
        (dict(t=1.0, s=1.0, u0=1.0, eta=1.0), "no argument 'eta'; it takes t, s, u0, tau"),
    ]:
        with pytest.raises(TypeError, match=message):
            strength(**arguments)
    with pytest.raises(TypeError, match="4 arguments"):
        strength(1, 1, 1, 1, 1)
    with pytest.raises(TypeError, match="t twice"):
        strength(1.0, 1.0, 1.0, t=2.0)


def test_shapes_that_do_not_broadcast():
    with pytest.raises(ValueError, match=r"strength: the shapes do not broadcast: t \(3,\), s \(2,\)"):
        strength(np.ones(3), np.ones(2), 0.1)


def test_unknown_backends_and_missing_functions():
    with pytest.raises(ValueError, match="no backend 'cupy'; there are numpy, jax, torch, mpmath, rigorous"):
        strength.compile("cupy")
    bessel = ExplicitForm(Claim(u(x), sp.besselj(0, x), Given("Bessel")), (x,))
    with pytest.raises(MissingFunction, match="torch has no besselj"):
        bessel.compile("torch")


# ---- mpmath and balls ---------------------------------------------------------------------------


def test_mpmath_at_any_precision():
    from mpmath import exp, mp, mpf

    with mp.workdps(80):
        exact = 1 / (1 + 9 * exp(-2 * mpf(1) / 3))
        assert abs(strength(mpf(1) / 3, 1, mpf(1) / 10) - exact) < mpf(10) ** -78
    with pytest.raises(DomainError, match="t = -1.0"):
        strength(mpf(-1), 1, 1)


def test_balls_contain_the_value_at_exact_numbers():
    from mpmath import exp, mp, mpf

    ball = strength.enclose(digits=60, t=Fraction(1, 3), s=1, u0=sp.Rational(1, 10))
    assert ball.rel_accuracy_bits() >= 60 * 3.3
    with mp.workdps(90):
        exact = 1 / (1 + 9 * exp(-2 * mpf(1) / 3))
        assert abs(mpf(ball.mid().str(80, radius=False)) - exact) < mpf(10) ** -59
    assert strength(Fraction(1, 3), 1, Fraction(1, 10)).overlaps(ball)


def test_balls_outside_the_domain_are_refused():
    with pytest.raises(DomainError, match="t = -1"):
        strength.enclose(t=-1, s=1, u0=1)
    with pytest.raises(DomainError, match="t = -1/3"):
        strength(Fraction(-1, 3), 1, 1)


# ---- JAX and PyTorch ----------------------------------------------------------------------------


def test_jax_jits_maps_and_differentiates():
    jax = pytest.importorskip("jax")
    with jax.enable_x64(True):
        one = lambda t: strength(t, 1.0, 0.1)  # noqa: E731
        value = strength(0.7, 1.0, 0.1)
        assert float(jax.jit(one)(0.7)) == pytest.approx(value, rel=1e-15)
        assert float(jax.grad(one)(0.7)) == pytest.approx(2 * value * (1 - value), rel=1e-14)
        many = jax.vmap(one)(jax.numpy.linspace(0, 2, 5))
        assert ulps_between(np.asarray(many), strength(np.linspace(0, 2, 5), 1.0, 0.1)).max() <= 8
        assert strength(jax.numpy.ones(3, "float32"), 1.0, 0.1).dtype == "float32"
        # the branch that is not taken must not spoil the gradient
        assert all(np.isfinite(jax.grad(lambda u: strength(1e9, 1.0, u))(start)) for start in (0.5, 2.0))


def test_jax_outside_the_domain():
    jax = pytest.importorskip("jax")
    with pytest.raises(DomainError, match="t = -1.0"):
        strength(jax.numpy.asarray([-1.0]), 1.0, 0.1)
    found = jax.jit(lambda t: strength(t, 1.0, 0.1))(jax.numpy.asarray([-1.0, 1.0]))
    assert np.isnan(found[0]) and np.isfinite(found[1])
    with pytest.raises(DomainError, match="s = -1.0"):
        jax.jit(lambda t: strength(t, -1.0, 0.1))(1.0)
    with pytest.raises(ValueError, match="do not broadcast: t"):
        jax.jit(lambda a, b: strength(a, b, 0.1))(jax.numpy.ones(3), jax.numpy.ones(2))


def test_jax_accuracy():
    jax = pytest.importorskip("jax")
    with jax.enable_x64(True):
        assert strength.accuracy("jax", points=60).holds


def test_torch_keeps_dtype_and_differentiates():
    torch = pytest.importorskip("torch")
    at = torch.tensor([0.7], dtype=torch.float64, requires_grad=True)
    found = strength(at, 1.0, 0.1)
    found.sum().backward()
    value = strength(0.7, 1.0, 0.1)
    assert found.item() == pytest.approx(value, rel=1e-15)
    assert float(at.grad) == pytest.approx(2 * value * (1 - value), rel=1e-14)
    assert strength(torch.ones(2, 3), 1.0, 0.1).dtype == torch.float32
    assert strength(torch.arange(3), 1.0, 0.1).dtype == torch.float64
    with pytest.raises(DomainError, match="t = -1.0"):
        strength(torch.tensor([-1.0]), 1.0, 0.1)
    assert strength.accuracy("torch", points=60).holds


def test_jax_and_torch_do_not_mix():
    jax, torch = pytest.importorskip("jax"), pytest.importorskip("torch")
    with pytest.raises(TypeError, match="JAX and PyTorch arrays cannot be mixed"):
        strength(jax.numpy.ones(3), torch.ones(3), 0.1)


# ---- the object ---------------------------------------------------------------------------------


def test_what_a_form_says_of_itself():
    assert strength.name == "strength" and strength.module == __name__
    assert strength.standing == Evidence.EXACT
    assert strength.backends() == ("numpy", "jax", "torch", "mpmath", "rigorous")
    assert "t: training time [steps], t >= 0" in strength.description
    assert "tau: time constant, tau > 0 (default 1)" in strength.description


def test_a_mutant_replaces_every_form():
    wrong = strength.with_rhs(trajectory.rhs * 2)
    assert wrong(0.7, 1.0, 0.1) == pytest.approx(2 * strength(0.7, 1.0, 0.1), rel=1e-14)
    assert wrong(0.7, 1.0, 3.0) == pytest.approx(2 * strength(0.7, 1.0, 3.0), rel=1e-14)


def test_an_implicit_form_is_the_inverse():
    # t as a function of uf is monotone, so the strength is its root
    root = ImplicitForm(time_to, (t, s, u0, tau), unknown=uf, target=t, bracket=(u0, s), where=(u0 < s,))
    times = np.linspace(0.01, 4, 7)
    assert ulps_between(root(times, 1.0, 0.1, 1.0), strength(times, 1.0, 0.1, 1.0)).max() <= 64
    assert root.enclose(digits=30, t=1, s=1, u0=Fraction(1, 10), tau=1).overlaps(
        strength.enclose(t=1, s=1, u0=Fraction(1, 10))
    )


def test_evaluating_imports_no_more_than_it_needs():
    code = (
        "import sys; from derivations.deep_linear import mode_strength; mode_strength(1.0, 1.0, 0.1, 1.0);"
        "print([m for m in ('scipy', 'numba', 'jax', 'torch', 'matplotlib') if m in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
