"""Balls by one call: nothing passes that the long way would refuse, and no digit is missing."""

from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from flint import arb, ctx, fmpq
from mpmath import mp, mpf

from benchmarks import balls
from derivations.deep_linear import depth_mode_strength, mode_strength
from derivations.nngp_ntk.deep_relu import deep_relu_correlation
from theory import Claim, DomainError, ExplicitForm, Parameter
from theory.backends.rigorous import NotEnclosable
from theory.closed_form import explicit
from theory.rules import Given

x = Parameter("x", "a number")
AT = {"t": 1.5, "s": 1, "u0": 0.125, "tau": 2}


def form_of(expression, *arguments, where=()) -> ExplicitForm:
    return ExplicitForm(Claim(sp.Symbol("value"), expression, Given("an example"), where=where), arguments)


@pytest.fixture
def at_once(monkeypatch):
    """The long way is closed."""

    def closed(*_):
        raise AssertionError("the long way was taken")

    monkeypatch.setattr(explicit, "check_exact", closed)


@pytest.mark.parametrize("digits", [1, 15, 39, 300])
@pytest.mark.parametrize("kind", [float, int, arb])
def test_the_digits_that_are_asked_for_are_there(digits, kind, at_once):
    at = {name: kind(value) for name, value in {"t": 3, "s": 2, "u0": 1, "tau": 4}.items()}
    with mp.workdps(digits + 40), ctx.workprec(4 * digits + 200):
        exact = 2 / (1 + (mpf(2) - 1) * mp.exp(-3))
        for ball in (mode_strength.enclose(digits=digits, **at),
                     mode_strength.compile("rigorous", digits=digits)(*at.values())):  # fmt: skip
            assert ball.rel_accuracy_bits() >= 3.33 * digits
            assert ball.contains(arb(exact.man_exp)) or abs(ball - arb(exact.man_exp)) < arb(10) ** -(
                digits + 30
            )


def test_every_evaluator_of_the_benchmark_finds_the_same(monkeypatch):
    monkeypatch.setattr(ctx, "prec", 300)
    for expression in balls.expressions():
        found = {name: run() for name, run in balls.actions(expression).items()}
        assert set(found) == {balls.OURS, balls.ENCLOSE, balls.BY_HAND, *balls.PEERS}
        for k, ours in enumerate(found[balls.OURS]):
            for name, values in found.items():
                outputs = zip(
                    *(v if isinstance(v, tuple | list) else [v] for v in (ours, values[k])), strict=True
                )
                for ball, value in outputs:
                    assert isinstance(ball, arb) and ball.rel_accuracy_bits() >= 3.33 * balls.DIGITS
                    if isinstance(value, arb):
                        assert ball.overlaps(value), (expression.name, name)
                    else:  # ours has 96.6 bits, and mpmath's rounding is far below
                        assert abs(arb(value) / ball - 1) < arb(2) ** -96, (expression.name, name)


def test_where_digits_cancel_more_bits_are_taken(monkeypatch):
    monkeypatch.setattr(ctx, "prec", 300)
    form, tiny = form_of(sp.exp(x) - 1 - x, x), 2.0**-200
    ball = form.enclose(x=tiny, digits=30)
    assert ball.rel_accuracy_bits() >= 99 and abs(ball / arb((1, -401)) - 1) < arb(2) ** -99


def test_a_result_that_is_exact_or_infinite():
    assert form_of(x - x / 2 - x / 2 + 0 * x, x).enclose(x=3.0) == 0
    assert form_of(x**2 + 1, x).enclose(x=3) == 10
    with pytest.raises(NotEnclosable):
        form_of(1 / (x - 1), x).enclose(x=1.0)


CALLS = [
    mode_strength.enclose,
    mode_strength.compile("rigorous"),
    mode_strength.compile("rigorous", digits=50),
]


@pytest.mark.parametrize("call", CALLS, ids=["enclose", "compiled", "50 digits"])
@pytest.mark.parametrize(
    "bad",
    [-1, 0, -1.5, float("nan"), float("inf"), True, "1", None, 1j, arb("nan"), arb(0, 1), Fraction(-1, 3),
     fmpq(0), sp.oo, np.ones(2)],
    ids=repr,
)  # fmt: skip
def test_an_argument_outside_of_its_domain_is_refused_by_name(call, bad):
    before = ctx.prec
    with pytest.raises(DomainError, match="mode_strength: s = "):
        call(**{**AT, "s": bad})
    assert ctx.prec == before


@pytest.mark.parametrize("call", CALLS, ids=["enclose", "compiled", "50 digits"])
def test_wrong_names_are_told(call):
    with pytest.raises(TypeError, match="no argument 'speed'; it takes t, s, u0, tau"):
        call(**AT, speed=1)
    with pytest.raises(TypeError, match="mode_strength needs tau"):
        call(**{k: v for k, v in AT.items() if k != "tau"})
    if call is not CALLS[0]:
        with pytest.raises(TypeError, match="takes 5 arguments"):
            call(1, 1, 1, 1, 1, 1)
        with pytest.raises(TypeError, match="t"):
            call(1, **AT)


def test_arguments_of_other_kinds_go_the_long_way_to_the_same_ball():
    ball = mode_strength.enclose(**AT)
    for kind in (Fraction, sp.Rational, np.float64, lambda v: fmpq(int(8 * v), 8)):
        other = mode_strength.enclose(**{name: kind(value) for name, value in AT.items()})
        assert other.overlaps(ball) and other.rel_accuracy_bits() >= 99
    assert mode_strength.enclose(**{**AT, "s": np.int64(1)}).overlaps(ball)


def test_a_ball_of_an_argument_gives_all_its_values():
    wide = mode_strength.enclose(**{**AT, "t": arb(1.5, 0.01)})
    assert all(wide.contains(mode_strength.enclose(**{**AT, "t": t})) for t in (1.495, 1.5, 1.505))


def test_relations_are_proved_or_looked_at_exactly(at_once):
    depth_mode_strength.enclose(**AT, L=3)
    form = form_of(x * sp.exp(x), x, where=sp.sin(x) < x)
    assert form.enclose(x=1e-10).rel_accuracy_bits() >= 99
    with pytest.raises(AssertionError, match="long way"):  # not seen at this precision
        form.enclose(x=1e-60)


def test_whole_numbers_and_relations_are_refused_in_recursions_and_elsewhere():
    ball = deep_relu_correlation.enclose(rho=0.3, layers=3)
    assert deep_relu_correlation.enclose(rho=0.3, layers=3.0).overlaps(ball)
    assert deep_relu_correlation.compile("rigorous", digits=30)(rho=0.3, layers=3).overlaps(ball)
    for layers in (2.5, -1, float("inf")):
        with pytest.raises(DomainError, match="layers = "):
            deep_relu_correlation.enclose(rho=0.3, layers=layers)
    with pytest.raises(DomainError, match="rho = 1.5"):
        deep_relu_correlation.enclose(rho=1.5, layers=2)
    with pytest.raises(DomainError, match="needs u0 < s"):
        depth_mode_strength.enclose(**{**AT, "u0": 1.5}, L=3)
    with pytest.raises(DomainError, match="L = 2.5"):
        depth_mode_strength.enclose(**AT, L=2.5)


def test_a_formula_without_balls_says_so_after_the_arguments_were_looked_at():
    form = form_of(sp.primepi(x), x)
    with pytest.raises(DomainError):
        form.enclose(x=float("nan"))
    with pytest.raises(NotEnclosable, match="primepi"):
        form.enclose(x=1.0)


def test_an_argument_whose_name_is_no_name_in_python():
    strange = Parameter("lambda", "a rate", sp.Interval.open(0, sp.oo))
    assert form_of(strange**2, strange).enclose(**{"lambda": 3}) == 9
    with pytest.raises(DomainError, match="lambda = -1"):
        form_of(strange**2, strange).compile("rigorous")(-1)


@pytest.mark.slow
@pytest.mark.parametrize("expression", balls.expressions(), ids=lambda e: e.name)
def test_five_times_faster_than_mpmath(expression):
    found = balls.measured(expression)
    for peer in balls.PEERS:
        assert found[peer][1] <= balls.GOAL, (peer, found)
