"""A recursion returns what its map gives, applied so many times, on every library."""

import numpy as np
import pytest
import sympy as sp

from theory import Claim, DomainError, Parameter, RecursiveForm
from theory.parameter import COUNTING, POSITIVE
from theory.rules import Given

depth = Parameter("depth", "number of layers", COUNTING, extremes=(1, 60))
q0 = Parameter("q0", "variance of the input", POSITIVE, extremes=(1e-6, 1e3))
gain = Parameter("gain", "gain of a layer", POSITIVE, extremes=(0.5, 2))
l = sp.Symbol("l")
q, c = sp.Function("q"), sp.Function("c")

# q -> q/(1 + gain q) is solved by 1/q + gain depth, which no code here knows
saturating = RecursiveForm(
    Claim(q(l + 1), q(l) / (1 + gain * q(l)), Given("a saturating layer")),
    (depth, q0, gain),
    state=q(l),
    start=q0,
    steps=depth,
)
fibonacci = RecursiveForm(
    Claim((q(l + 1), c(l + 1)), (q(l) + c(l), q(l)), Given("two components")),
    (depth, q0),
    state=(q(l), c(l)),
    start=(q0, 0),
    steps=depth,
    value=q(l),
)


def solved(n, q, g):
    return 1 / (1 / q + g * n)


def test_the_solution_of_the_recursion_is_met():
    n = np.array([[1], [2], [50]])
    found = saturating(n, np.array([0.1, 3.0]), 1.5)
    assert np.abs(found / solved(n, np.array([0.1, 3.0]), 1.5) - 1).max() < 50 * np.finfo(float).eps
    assert isinstance(saturating(3, 1.0, 1.0), float)
    assert [fibonacci(k, 1.0) for k in (1, 2, 3, 10)] == [1, 2, 3, 89]


def test_balls_and_mpmath_agree_with_the_solution():
    from flint import arb, ctx
    from mpmath import mp, mpf

    ball = saturating.enclose(digits=50, depth=5, q0=1, gain=1)
    with ctx.workprec(300):
        assert ball.overlaps(arb(1) / 6) and ball.rel_accuracy_bits() > 50 * 3.3
    with mp.workdps(60):
        assert abs(saturating(5, mpf(1), 1) - mpf(1) / 6) < mpf(10) ** -59


def test_accuracy_on_numpy():
    assert saturating.accuracy(points=60).holds


def test_the_number_of_steps_must_be_whole():
    with pytest.raises(DomainError, match="depth = 2.5 is outside its domain: needs depth an integer from 1"):
        saturating(2.5, 1.0, 1.0)
    with pytest.raises(DomainError, match="depth = 0"):
        saturating(np.array([0, 1]), 1.0, 1.0)


def test_wrong_descriptions_are_refused():
    step = Claim(q(l + 1), q(l), Given("identity"))
    with pytest.raises(ValueError, match="as many components"):
        RecursiveForm(step, (depth, q0), state=(q(l), c(l)), start=(q0, 0), steps=depth)
    with pytest.raises(ValueError, match="must be one of the arguments"):
        RecursiveForm(step, (q0,), state=q(l), start=q0, steps=depth)


def test_a_mutant_computes_something_else():
    assert saturating.with_rhs(q(l) / (1 + 2 * gain * q(l)))(2, 1.0, 1.0) == pytest.approx(1 / 5, rel=1e-14)


def test_jax_jits_and_differentiates():
    jax = pytest.importorskip("jax")
    slope = lambda q: 1 / (q * (1 / q + 3)) ** 2  # noqa: E731
    with jax.enable_x64(True):
        assert float(jax.grad(lambda q: saturating(3, q, 1.0))(0.7)) == pytest.approx(slope(0.7), rel=1e-13)
        assert float(jax.jit(jax.grad(lambda q: saturating(3, q, 1.0)))(0.7)) == pytest.approx(
            slope(0.7), rel=1e-13
        )
        # a traced number of steps leaves forward mode
        found = jax.jit(lambda n: jax.jacfwd(lambda q: saturating(n, q, 1.0))(0.7))(3)
        assert float(found) == pytest.approx(slope(0.7), rel=1e-13)
        many = saturating(jax.numpy.asarray([1, 2, 3]), 1.0, 1.0)
        assert np.allclose(many, [1 / 2, 1 / 3, 1 / 4], rtol=1e-15, atol=0)


def test_torch_keeps_dtype_and_differentiates():
    torch = pytest.importorskip("torch")
    start = torch.tensor([0.7], requires_grad=True)
    found = saturating(3, start, 1.0)
    found.sum().backward()
    assert found.dtype == torch.float32
    assert float(start.grad) == pytest.approx(1 / (0.7 * (1 / 0.7 + 3)) ** 2, rel=1e-6)
