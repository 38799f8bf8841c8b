"""Closed forms on mpmath numbers, and on exact numbers and balls."""

from fractions import Fraction

import numpy as np
import pytest
from flint import arb, ctx, fmpq
from mpmath import mp, mpc, mpf

from derivations.deep_linear import depth_mode_strength, mode_strength, unbalanced_mode
from theory import DomainError


@pytest.mark.parametrize("digits", [15, 50, 200])
def test_mpmath_at_any_precision(digits):
    with mp.workdps(digits + 30):
        t, s, u0 = mpf(3), mpf(2), mpf(1) / 10
        exact = s / (1 + (s / u0 - 1) * mp.exp(-2 * s * t))
    with mp.workdps(digits):
        found = mode_strength(mpf(3), 2, Fraction(1, 10), 1)
        assert isinstance(found, mpf) and abs(found - exact) <= 2 * mp.eps * exact


def test_mpmath_lies_in_the_ball():
    at = {"t": Fraction(3, 2), "s": Fraction(1), "u0": Fraction(1, 8), "tau": 1}
    with mp.workdps(50), ctx.workprec(250):
        for form, more in (
            (mode_strength, {}),
            (depth_mode_strength, {"L": 3}),
            (depth_mode_strength, {"L": 40}),
        ):
            ball = form.enclose(digits=60, **at, **more)
            value = form(mpf(at["t"].numerator) / 2, 1.0, 0.125, 1, **more)
            assert abs(arb(value) / ball - 1) < arb(10) ** -49


def test_exact_numbers_give_balls():
    for t in (Fraction(1, 3), fmpq(1, 3), arb(1) / 3):
        assert mode_strength(t, 1, 0.5, 2).overlaps(
            mode_strength.enclose(t=Fraction(1, 3), s=1, u0=0.5, tau=2)
        )
    assert all(isinstance(x, arb) for x in unbalanced_mode(Fraction(1), 1, 1, -1, 1))


@pytest.mark.parametrize("bad", [-1, 0, float("nan"), float("inf"), True, "1", None, 1j], ids=repr)
@pytest.mark.parametrize("t", [mpf(1), Fraction(1)], ids=["mpmath", "rigorous"])
def test_bad_arguments(t, bad):
    with pytest.raises(DomainError, match="mode_strength: s = "):
        mode_strength(t, bad, 0.1, 1)


def test_relations_and_whole_numbers():
    for one in (mpf(1), Fraction(1), arb(1)):
        with pytest.raises(DomainError, match="needs u0 < s"):
            depth_mode_strength(1, one, 1.5, 1, 3)
        with pytest.raises(DomainError, match="L an integer from 1"):
            depth_mode_strength(1, one, 0.5, 1, 2.5)
    with pytest.raises(DomainError, match="it must be real"):
        mode_strength(1, mpc(1, 1), 0.1, 1)
    with pytest.raises(DomainError, match=r"s = \[\+/- 1.01\] is outside"):
        mode_strength(Fraction(1), arb(0, 1), 0.1, 1)


def test_mpmath_numbers_do_not_mix_with_arrays():
    with pytest.raises(TypeError, match="mode_strength: t is an array"):
        mode_strength(np.ones(3), mpf(1), 0.1, 1)
