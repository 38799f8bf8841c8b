"""Every theory: its claims stand, their mutants fall, what is assumed is covered, names are its own."""

from collections import Counter

import pytest

from theory.catalogue import theories
from theory.derivation import Evidence
from theory.mutants import claim_mutants, comparison_mutants
from theory.rules import Given

THEORIES = {theory.name: theory for theory in theories()}


def each(kind):
    """Every object of a kind in every theory, with an id that names it."""
    return [
        pytest.param(theory, one, id=f"{theory.name}-{one.module.rsplit('.', 1)[-1]}-{name}")
        for theory in THEORIES.values()
        for name, one in getattr(theory, kind).items()
    ]


CLAIMS, FORMS, COMPARISONS = each("claims"), each("closed_forms"), each("comparisons")


@pytest.mark.parametrize(("theory", "claim"), CLAIMS)
def test_the_claim_stands(theory, claim):
    assert claim.evidence is not None  # Refuted or Undecided otherwise
    assert claim.standing <= claim.evidence


@pytest.mark.parametrize(("theory", "claim"), CLAIMS)
def test_every_inequivalent_mutant_of_the_claim_falls(theory, claim):
    tally = claim_mutants(claim, theory.claims.values())
    assert not tally.survivors
    assert tally.killed == tally.made - tally.equivalent


@pytest.mark.parametrize(("theory", "form"), FORMS)
@pytest.mark.parametrize("backend", ["numpy", "jax"])
def test_the_closed_form_is_accurate(theory, form, backend):
    """On 100 points here; `theory reproduce` takes 1000, and PyTorch where it is installed."""
    if backend not in form.backends():
        pytest.skip(f"{form.name} has no {backend} evaluator")
    found = form.accuracy(backend, points=100, seed=0)
    assert found.holds, f"{found.worst_ulps} ulps at {found.worst_at}"


@pytest.mark.parametrize(("theory", "comparison"), COMPARISONS)
def test_the_comparison_holds_and_refuses_every_mutant(theory, comparison):
    verdict = comparison.run(seed=0)
    assert verdict.holds, verdict.description
    if hasattr(comparison.prediction, "with_rhs"):
        tally = comparison_mutants(comparison)
        assert not tally.survivors
        assert tally.killed == tally.made - tally.equivalent > 0


@pytest.mark.parametrize("name", THEORIES)
def test_false_alarms_of_a_theory_are_rarer_than_one_in_a_million(name):
    verdicts = [comparison.run(seed=1) for comparison in THEORIES[name].comparisons.values()]
    assert all(verdict.holds for verdict in verdicts)
    assert 0 < sum(verdict.details["false_alarm"] for verdict in verdicts) < 1e-6


@pytest.mark.parametrize("name", THEORIES)
def test_what_is_assumed_is_covered_by_a_comparison(name):
    theory = THEORIES[name]
    covered = [claim for comparison in theory.comparisons.values() for claim in comparison.covers]
    assumed = {n: c for n, c in theory.claims.items() if c.evidence is Evidence.ASSUMED}
    assert [n for n, c in assumed.items() if not any(c is one for one in covered)] == []


@pytest.mark.parametrize("name", THEORIES)
def test_no_line_of_a_derivation_is_hidden_from_the_checks(name):
    """A closed form rests on claims of a theory, its own or another: nothing assumed stands outside."""
    theory = THEORIES[name]
    known = {id(claim) for one in THEORIES.values() for claim in one.claims.values()}
    lines = {id(line): line for claim in theory.claims.values() for line in claim.lines()}
    hidden = [line for key, line in lines.items() if key not in known and isinstance(line.by, Given)]
    assert [str(line) for line in hidden] == []


@pytest.mark.parametrize("name", THEORIES)
def test_a_theory_has_claims_closed_forms_and_names_of_their_own(name):
    theory = THEORIES[name]
    assert not theory.error
    assert theory.claims and theory.closed_forms
    for found in (theory.claims, theory.closed_forms, theory.comparisons, theory.figures):
        assert all(found) and len(set(map(id, found.values()))) == len(found)
    forms = Counter(form.name for form in theory.closed_forms.values())
    assert max(forms.values()) == 1
