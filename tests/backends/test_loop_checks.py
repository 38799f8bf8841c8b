"""What a compiled loop refuses is what the domain refuses, at every kind of bound."""

import itertools
import math
from functools import lru_cache

import numpy as np
import pytest
import sympy as sp

from theory import Claim, DomainError, ExplicitForm, Parameter
from theory.backends.fused import Program, write_loop
from theory.backends.loop_cache import load
from theory.backends.loop_checks import NOTHING_WRONG, looked_at
from theory.closed_form import on_numpy
from theory.closed_form.domain import inside
from theory.rules import Given

DOMAINS = {
    "real": sp.Reals,
    "positive": sp.Interval.open(0, sp.oo),
    "not negative": sp.Interval(0, sp.oo),
    "negative": sp.Interval.open(-sp.oo, 0),
    "share": sp.Interval(0, 1),
    "inner share": sp.Interval.open(0, 1),
    "half open": sp.Interval.Lopen(-1, 2),
    "up to 3": sp.Interval(-sp.oo, 3),
    "from a quarter": sp.Interval.Ropen(sp.Rational(1, 4), sp.oo),
    "whole": sp.Range(1, sp.oo),
    "whole, not negative": sp.Range(0, sp.oo),
}
ORDINARY = [
    *(sign * v for v in (0.0, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 1e-300, 1e300) for sign in (1, -1)),
    *(np.nextafter(v, towards) for v in (-1.0, 0.25, 1.0, 2.0, 3.0) for towards in (-9, 9)),
]
EXTREME = [np.inf, -np.inf, np.nan, 5e-324, -5e-324, 1e-310, 1.7976931348623157e308, -1.7976931348623157e308]


def forms(domain, infinite: bool):
    value = sp.Symbol("value")
    x = Parameter("x", "what is looked at", domain, infinite=infinite)
    y = Parameter("y", "another number", sp.Interval(0, sp.oo))
    claim = Claim(value, sp.atan(x) * y, Given("an example"))
    return x, ExplicitForm(claim, (x, y))


@pytest.mark.parametrize("infinite", [False, True])
@pytest.mark.parametrize("name", DOMAINS)
def test_a_loop_refuses_what_is_outside_and_takes_what_is_ordinary(name, infinite, monkeypatch):
    monkeypatch.setattr(on_numpy, "LARGE", 1)
    x, form = forms(DOMAINS[name], infinite)
    for point in (*ORDINARY, *EXTREME):
        whole = not isinstance(x.domain, sp.Range) or point == np.rint(point)
        fine, at = bool(inside(point, x)) and whole, np.full(3, point)
        by_loop = on_numpy._by_one_loop(form, [at, np.ones(3)], np.dtype(float))
        assert fine or by_loop is None, point
        if point in ORDINARY:
            assert (by_loop is not None) == fine, point
        if fine:
            np.testing.assert_allclose(form(at, 2.0), 2 * np.arctan(at), rtol=1e-15)
        else:
            with pytest.raises(DomainError, match="x = "):
                form(at, 2.0)
            with pytest.raises(DomainError, match="x = "):
                form(at, np.ones(3))


@pytest.mark.parametrize("bad", [np.nan, np.inf, -1.0])
def test_no_argument_hides_another(bad, monkeypatch):
    monkeypatch.setattr(on_numpy, "LARGE", 1)
    x = [Parameter(f"x_{k}", "a number", sp.Interval(0, sp.oo)) for k in range(4)]
    form = ExplicitForm(Claim(sp.Symbol("value"), x[0] + x[2], Given("an example")), x)
    for order in itertools.permutations([1.0, 2.0, bad, 3.0]):
        given = [np.full(40, v) for v in order]
        assert on_numpy._by_one_loop(form, given, np.dtype(float)) is None
        with pytest.raises(DomainError):
            form(*given)


def is_fine(line: str, **known) -> bool:
    source = (
        f"def loop(_limit, {', '.join(known)}):\n    _wrong = 0\n    {line}\n    return {NOTHING_WRONG}\n"
    )
    return compiled(source, 1 + len(known))(10.0, *known.values())


@lru_cache
def compiled(source: str, arguments: int):
    return load(source, f"boolean({', '.join(['float64'] * arguments)})")


REAL = (-math.inf, True, math.inf, True, False)
POSITIVE = (0.0, True, math.inf, True, False)


def test_a_result_that_is_no_number_or_beyond_a_limit_is_refused():
    (unlimited,), (limited,) = (looked_at([("x", REAL)], ["v"], limited=k) for k in (False, True))
    for v, fine, within in (
        (1.0, True, True),
        (10.0, True, True),
        (-11.0, True, False),
        (math.nan, False, False),
        (-math.inf, False, False),
    ):
        assert is_fine(unlimited, x=1.0, v=v) is fine
        assert is_fine(limited, x=1.0, v=v) is within
    assert not is_fine(unlimited, x=math.nan, v=1.0)


def test_one_look_whatever_the_number_of_arguments():
    (line,) = looked_at([(f"x{k}", POSITIVE) for k in range(9)], ["v"])
    assert line.count("beyond") == 1 and "mask" not in line
    names = {f"x{k}": 1.0 for k in range(9)}
    assert is_fine(line, v=1.0, **names)
    for name, bad in itertools.product(names, (0.0, -1.0, math.nan, math.inf)):
        assert not is_fine(line, v=1.0, **(names | {name: bad}))


def test_negative_zero_is_zero():
    (line,) = looked_at([("x", (0.0, False, math.inf, True, True))], ["v"])
    for x, v in itertools.product((0.0, -0.0), (2.0, 0.0, -0.0, -2.0)):
        assert is_fine(line, x=x, v=v)
    assert not is_fine(line, x=-5e-324, v=-2.0)


@pytest.mark.parametrize("high_open", [True, False])
def test_whole_numbers_and_no_others(high_open):
    (line,) = looked_at([("x", (-math.inf, True, math.inf, high_open, True))], ["v"])
    for x in (-7.0, -0.0, 0.0, 3.0, 2.0**52 + 1, 1e300):
        assert is_fine(line, x=x, v=1.0)
    for x in (0.5, -0.25, 5e-324, 2.0**51 + 0.5, math.nan):
        assert not is_fine(line, x=x, v=1.0)
    assert is_fine(line, x=math.inf, v=1.0) is not high_open


def test_a_relation_is_looked_at_too():
    (line,) = looked_at([("x", REAL), ("y", REAL)], ["v"], ["(x < y)"])
    assert is_fine(line, x=1.0, y=2.0, v=1.0)
    for x, y in ((2.0, 2.0), (3.0, 2.0), (math.nan, 2.0)):
        assert not is_fine(line, x=x, y=y, v=1.0)


def test_a_polynomial_sees_for_itself_what_is_infinite():
    x, y = (Parameter(name, "a number") for name in "xy")
    bounded = (REAL, REAL)

    def checks(expression) -> str:
        loop = write_loop(Program((((expression,), None),), (), (x, y), bounded))
        return next(line for line in loop.splitlines() if "_wrong |=" in line)

    assert "v_x" not in checks(x * y**2 + 3 * x) and "v_y" not in checks(x * y**2 + 3 * x)
    assert "v_x" in checks(y / (1 + x**2))  # 0 at infinity
    assert "v_y" in checks(x**2)
    for bad in (math.inf, -math.inf, math.nan):
        (line,) = looked_at([("x", REAL), ("y", REAL)], ["v"], seen={"x", "y"})
        assert not is_fine(line, v=bad * 2.0**2 + 3 * bad, x=bad, y=2.0)
        assert not is_fine(line, v=0.0 * bad**2 + 0.0, x=0.0, y=bad)
