"""Mutants: every one-token variant, no other; equal ones recognised; every wrong one refused."""

import pytest
import sympy as sp
from sympy import Function, Integral, Piecewise, Symbol, exp, log, sin, sqrt

from theory.derivation import Claim, Rule
from theory.mutants import claim_mutants, equivalent, mutants, theory_mutants
from theory.parameter import NONNEGATIVE, POSITIVE, Parameter
from theory.rules import Defines, Equates, Given, Integrates, Rewrites, Solves

t = Parameter("t", "time", NONNEGATIVE)
a, b = Parameter("a", "first", POSITIVE), Parameter("b", "second", POSITIVE)
n = Symbol("n", integer=True)
u = Function("u")

decay = Claim(u(t).diff(t), -a * u(t), Given("decay"))
decayed = Claim(u(t), b * exp(-a * t), Solves(decay, [(u(0), b)]))


def test_of_many_mutants_a_random_choice_is_tried_and_it_is_the_same_each_time():
    whole, some = (claim_mutants(decayed, (), most) for most in (None, 3))
    assert whole.made > some.made == 3 and some.killed == 3
    right = Claim(a + b, b + a, Equates())
    assert claim_mutants(right, most=2) == claim_mutants(right, most=2)


def all_of(expression, symbols=()):
    return {mutant.expression for mutant in mutants(expression, symbols)}


def test_the_mutants_of_a_sum():
    assert all_of(a + 2 * b) == {
        -a + 2 * b, 2 * b,  # the first term: sign, dropped
        a - 2 * b, a,  # the second term
        a + 3 * b,  # the coefficient
        b + 2 * b, a + 2 * a,  # a symbol swapped
    }  # fmt: skip


def test_the_mutants_of_a_product_with_powers():
    assert all_of(a**2 * exp(-b)) == {
        -(a**2) * exp(-b), 2 * a**2 * exp(-b),  # the whole
        a**3 * exp(-b),  # the exponent
        b**2 * exp(-b), a**2 * exp(-a),  # a symbol swapped
        a**2 * exp(-2 * b),  # a coefficient in the argument
    }  # fmt: skip


def test_a_sign_inside_an_argument_is_a_token():
    assert a * exp(-2 * b) in all_of(a * exp(-b))
    assert exp(a - 2 * b) in all_of(exp(a - b)) and exp(a + b) in all_of(exp(a - b))


def test_roots_and_reciprocals_shift_their_exponents():
    assert a ** sp.Rational(3, 2) in all_of(sqrt(a))
    assert sp.Integer(1) in all_of(1 / a)


def test_further_symbols_may_be_swapped_in_but_integers_are_not():
    assert all_of(sin(a), [b]) == {-sin(a), 2 * sin(a), sin(b)}
    assert all_of(a**n, [b]) == {-(a**n), 2 * a**n, b**n}


def test_the_entries_of_a_tuple_are_changed_one_at_a_time():
    found = all_of(sp.Tuple(a, b))
    assert found == {sp.Tuple(b, b), sp.Tuple(2 * a, b), sp.Tuple(a, a), sp.Tuple(a, 2 * b)}


def test_bounds_conditions_and_names_are_left_alone():
    integral = Integral(sin(a), (a, 0, b))
    assert all_of(integral) == {-integral, 2 * integral}
    assert all(m.has(sp.Gt(a, b)) for m in all_of(Piecewise((a, a > b), (b, True))) if m.has(Piecewise))
    assert all_of(u(t)) == set() or u(t) not in all_of(u(t))


def test_no_mutant_is_the_original_repeated_or_undefined():
    expression = (a + b) ** 2 / (a - b) + log(a / b) * exp(-a * t)
    found = [mutant.expression for mutant in mutants(expression)]
    assert expression not in found and len(found) == len(set(found))
    assert not any(m.has(sp.nan, sp.zoo) for m in found)
    assert all(mutant.change for mutant in mutants(expression))


def test_every_mutant_of_a_checked_claim_is_killed():
    tally = claim_mutants(decayed)
    assert tally.made == tally.killed > 5
    assert not tally.survivors


class Believes(Rule):
    """A check that cannot fail."""

    def residuals(self, claim):
        yield from Equates().residuals(Claim(a, a, Equates()))


def test_a_check_that_cannot_fail_lets_every_mutant_survive():
    tally = claim_mutants(Claim(u(t), b * exp(-a * t), Believes()))
    assert len(tally.survivors) == tally.made > 5


def test_equal_mutants_are_recognised_not_excused():
    # sin(2a) and sin(2b) are swapped for each other where a = b is what the claim says
    same = Claim(u(t), b - b * exp(-a * t), Given(""), where=())
    assert equivalent(same.rhs, b * (1 - exp(-a * t)), same)
    assert not equivalent(same.rhs, b * (1 - exp(-2 * a * t)), same)
    absolute = Claim(u(t), sp.Abs(a - b), Given(""))
    assert equivalent(absolute.rhs, sp.Abs(b - a), absolute)
    swapped = claim_mutants(Claim(sp.Max(a, b) - a, sp.Max(b, a) - a, Equates()))
    assert swapped.survivors == []


def test_equality_is_judged_where_the_claim_is_stated():
    anywhere = Claim(u(t), sp.Abs(a - b), Given(""))
    above = Claim(u(t), sp.Abs(a - b), Given(""), where=a > b)
    assert equivalent(above.rhs, a - b, above)
    assert not equivalent(anywhere.rhs, a - b, anywhere)


def test_what_cannot_be_enclosed_is_equal_only_if_exactly_so():
    claim = Claim(u(t), a * u(t), Given(""))
    assert not equivalent(claim.rhs, 2 * a * u(t), claim)
    assert equivalent((a + b) * u(t), a * u(t) + b * u(t), claim)


def test_what_has_no_value_anywhere_is_not_equal():
    claim = Claim(u(t), log(-a), Given(""))
    assert not equivalent(log(-a), log(-2 * a), claim)


def test_a_premise_is_judged_by_the_claims_built_on_it():
    tally = claim_mutants(decay, [decay, decayed])
    assert tally.made == tally.killed == 3  # the sign, the factor, a swapped for t


def test_a_premise_that_nothing_uses_survives_every_change():
    unused = Claim(u(t), a * b, Given("said, and never used"))
    abbreviation = Claim(Symbol("c"), a + b, Defines("and not put in anywhere"))
    for claim in (unused, abbreviation):
        tally = claim_mutants(claim, [claim, decay, decayed])
        assert len(tally.survivors) == tally.made > 0


def test_a_definition_is_judged_through_definitions():
    half = Claim(Symbol("h"), a / 2, Defines())
    cube = Claim(Symbol("q"), Symbol("h") ** 3, Defines(using=(half,)))
    used = Claim(a**3, 8 * Symbol("q"), Equates(half, cube))
    for claim in (half, cube, used):
        tally = claim_mutants(claim, [half, cube, used])
        assert tally.made == tally.killed > 0


def test_an_integral_whose_mutant_is_none_is_refused():
    x, y = Symbol("x"), Parameter("y", "end", POSITIVE)
    grown = Claim(Integral(exp(-x), (x, 0, y)), 1 - exp(-y), Integrates(y))
    tally = claim_mutants(grown)
    assert tally.made == tally.killed > 3


@pytest.mark.parametrize("wrong", [2 * b * exp(-a * t), b * exp(-a * t) + t])
def test_the_tallies_of_a_theory_are_by_claim_name(wrong):
    told = []
    found = theory_mutants([decay, decayed], progress=lambda done, of: told.append((done, of)))
    assert set(found) == {"decay", "decayed"} and told == [(1, 2), (2, 2)]
    assert not any(tally.survivors for tally in found.values())
    assert claim_mutants(Claim(u(t), wrong, Rewrites(decayed))).killed > 0
