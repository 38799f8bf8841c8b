"""The kernel: what refutes, what it takes to stand, and what is never a pass."""

import pytest
import sympy as sp
from sympy import Eq, Integral, Piecewise, Rational, Symbol, cos, exp, expand, gamma, log, sin, sqrt

from theory.derivation import Evidence, Residual
from theory.parameter import COUNTING, POSITIVE, Domain, Parameter
from theory.residual import RADIUS, Refuted, Undecided, sample, verify

x, y = Parameter("x", "any number"), Parameter("y", "any number")
r, s = Parameter("r", "a positive number", POSITIVE), Parameter("s", "another", POSITIVE)
far = Parameter("far", "far out", POSITIVE, extremes=(1e-300, 1e300))
L = Parameter("L", "layers", COUNTING)
z = Symbol("z")


def vanishing(expression, *relations, slack=0):
    expression = sp.sympify(expression)
    return Residual(expression, "residual", Domain(expression.free_symbols, relations), sp.sympify(slack))


@pytest.mark.parametrize(
    ("expression", "evidence"),
    [
        ((x + y) ** 3 - expand((x + y) ** 3), Evidence.EXACT),
        (exp(r + s) - exp(r) * exp(s), Evidence.EXACT),
        (1 / (sqrt(r) + 1) - (sqrt(r) - 1) / (r - 1), Evidence.EXACT),
        (sin(x) ** 2 + cos(x) ** 2 - 1, Evidence.SYMBOLIC),
        (gamma(r + 1) - r * gamma(r), Evidence.SYMBOLIC),
        (Integral(z**2, (z, 0, r)) - r**3 / 3, Evidence.SAMPLED),
    ],
)
def test_the_evidence_is_what_the_strongest_procedure_gives(expression, evidence):
    assert verify(vanishing(expression)) is evidence


@pytest.mark.parametrize(
    "expression",
    [
        exp(r) - exp(r) * (1 + Rational(1, 10**30)),
        sin(x) ** 2 + cos(x) ** 2 - 1 - Rational(1, 10**35),
        Integral(z**2, (z, 0, r)) - r**3 / 4,
        sqrt(x**2) - x,
        log(x**2) - 2 * log(sp.Abs(x)) + Rational(1, 10**20),
    ],
)
def test_a_ball_that_excludes_zero_refutes_and_names_where(expression):
    with pytest.raises(Refuted) as failure:
        verify(vanishing(expression), claim="the claim")
    error = failure.value
    assert error.claim == "the claim" and error.residual == expression
    assert all(value.is_Rational for value in error.at.values())
    assert not error.value.contains(0)
    assert "the claim is refuted" in str(error) and str(next(iter(error.at))) in str(error)


def test_what_sympy_simplifies_wrongly_to_zero_is_refuted_by_the_balls_first(monkeypatch):
    monkeypatch.setattr("theory.residual._simplifies_to_zero", lambda expression: True)
    monkeypatch.setattr("theory.residual.vanishes", lambda expression: True)
    with pytest.raises(Refuted):
        verify(vanishing(exp(r) - 1))


@pytest.mark.parametrize("integer", range(1, 13))
def test_a_branch_at_each_of_the_dozen_smallest_integers_is_met(integer):
    wrong_there = Piecewise((1, Eq(L, integer)), (0, True)) * r
    with pytest.raises(Refuted) as failure:
        verify(vanishing(wrong_there))
    assert failure.value.at[L] == integer


def test_a_branch_on_a_line_is_met_though_no_random_point_lies_on_it():
    with pytest.raises(Refuted) as failure:
        verify(vanishing(Piecewise((r, Eq(x, -y)), (0, True))))
    assert failure.value.at[x] == -failure.value.at[y]


@pytest.mark.parametrize("wrong_where", [far > 1000, far < Rational(1, 1000)])
def test_a_branch_far_out_is_met(wrong_where):
    with pytest.raises(Refuted):
        verify(vanishing(Piecewise((1, wrong_where), (0, True)) * r))


def test_a_branch_at_a_large_integer_is_met():
    with pytest.raises(Refuted):
        verify(vanishing(Piecewise((1, L > 40), (0, True)) * r))


def test_balls_that_are_not_finite_are_a_refusal():
    with pytest.raises(Undecided, match="not finite"):
        verify(vanishing(sp.zoo * x))
    with pytest.raises(Undecided, match="not finite"):
        verify(vanishing(log(-r) - log(-s)))
    with pytest.raises(Undecided):
        verify(vanishing(log(-r) - log(-r * (s + 1)) + log(s + 1)))


def test_an_identity_of_values_that_do_not_exist_is_a_refusal():
    nowhere = sp.acosh(-r) * (sp.Abs(x) + 1)  # no real value
    with pytest.raises(Undecided):
        verify(vanishing(nowhere - sp.expand(nowhere)))


def test_an_expression_without_a_rigorous_evaluation_is_a_refusal():
    with pytest.raises(Undecided, match="f has no value"):
        verify(vanishing(sp.Function("f")(x) - sp.Function("f")(2 * x)))
    with pytest.raises(Undecided, match="no rigorous evaluation"):
        verify(vanishing(sp.primepi(r) - 1))


def test_a_domain_without_points_is_a_refusal():
    with pytest.raises(Undecided, match="no points"):
        verify(vanishing((r + 1) ** 2 - expand((r + 1) ** 2), r > 2, r < 1))


def test_an_identity_is_asked_only_where_the_relations_hold():
    assert verify(vanishing(sqrt((r - s) ** 2) - (r - s), r > s)) >= Evidence.SAMPLED
    with pytest.raises(Refuted):
        verify(vanishing(sqrt((r - s) ** 2) - (r - s)))


def test_slack_widens_the_zero_and_no_more_and_never_gives_more_than_samples():
    assert verify(vanishing(r / 10**9, slack=1)) is Evidence.SAMPLED
    with pytest.raises(Refuted):
        verify(vanishing(1 + r, slack=1))


def test_samples_enclose_zero_within_the_stated_radius():
    assert float(RADIUS) == pytest.approx(1e-40)
    assert sample(vanishing(exp(r + s) - exp(r) * exp(s))) == ""
    hidden = (exp(exp(r)) + Rational(1, 10**39)) - exp(exp(r))
    with pytest.raises(Refuted):
        sample(vanishing(hidden))


def test_messages_are_short_whatever_the_residual():
    with pytest.raises(Refuted) as failure:
        verify(vanishing(sum(x**k * exp(k * r) for k in range(60)) + 1))
    assert len(str(failure.value)) < 600


def test_the_kernel_stays_small():
    import theory.residual

    with open(theory.residual.__file__, encoding="utf-8") as source:
        assert len(source.readlines()) <= 150
