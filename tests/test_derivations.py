"""Every theory: its claims stand, their mutants fall, what is assumed is covered, names are its own.

There is a class of tests for every module of a theory, so that one process takes a whole module
(``--dist loadscope``): evidence and exact values are found once and kept.
"""

from collections import Counter

import pytest

from theory.catalogue import theories
from theory.derivation import Evidence
from theory.matrix import MatrixForm
from theory.mutants import claim_mutants, comparison_mutants
from theory.rules import Given
from theory.tolerance import FAMILY_BUDGET

THEORIES = {theory.name: theory for theory in theories()}


class Claims:
    theory, claim = None, {}

    def test_the_claim_stands_and_what_is_assumed_is_covered_by_a_comparison(self, claim):
        evidence = claim.evidence  # Refuted or Undecided otherwise
        assert claim.standing <= evidence
        covered = [one for comparison in self.theory.comparisons.values() for one in comparison.covers]
        assert evidence is not Evidence.ASSUMED or any(claim is one for one in covered)

    def test_every_inequivalent_mutant_of_the_claim_falls(self, claim):
        """On three mutants of each side here; `theory reproduce` tries all of them."""
        tally = claim_mutants(claim, self.theory.claims.values(), most=3)
        assert not tally.survivors
        assert tally.killed == tally.made - tally.equivalent


class OnNumpy:
    numpy_form = {}

    def test_the_closed_form_is_accurate(self, numpy_form):
        certify(numpy_form, "numpy")


class OnJax:
    jax_form = {}

    def test_the_closed_form_is_accurate_on_jax(self, jax_form):
        certify(jax_form, "jax")


class MatricesOnJax:
    jax_matrix_form = {}

    @pytest.mark.slow  # JAX compiles these for long
    def test_the_matrix_form_is_accurate_on_jax(self, jax_matrix_form):
        certify(jax_matrix_form, "jax")


class Comparisons:
    theory, comparison = None, {}

    def test_the_comparison_holds_and_refuses_mutants(self, comparison):
        """One comparison of each module, and twelve mutants, here: the notebooks run every comparison, and
        `theory reproduce` tries every mutant."""
        verdict = comparison.run(seed=0)
        assert verdict.holds, verdict.description
        assert 0 <= verdict.details["false_alarm"] <= FAMILY_BUDGET  # the sum over all: `theory reproduce`
        if hasattr(comparison.prediction, "with_rhs"):
            tally = comparison_mutants(comparison, most=12)
            assert not tally.survivors
            assert tally.killed == tally.made - tally.equivalent > 0


def certify(form, backend):
    """On 100 points here; `theory reproduce` takes 1000, and PyTorch where it is installed."""
    found = form.accuracy(backend, points=100, seed=0)
    assert found.holds, f"{found.worst_ulps} ulps, {found.worst_ratio} of the bound at {found.worst_at}"


SLOW = {
    "comparison": {
        *("attention_of_mean_logits", "attention_with_softmax", "attention_without_softmax", "line_tangent"),
        *("plane_covariance", "plane_tangent", "random_tanh_network", "training_of_one_to_four_layers"),
        *("training_on_images_of_mnist", "unbalanced_training"),
    },
    "jax_form": {
        *("depth_mode_strength", "edge_of_chaos", "generalisation_error", "half_variance_time"),
        *("rectified_kappa", "stopping_time", "swish_initialisation", "two_level_share", "unbalanced_mode"),
    },
}
"""What takes longest: `make test-slow` and `theory reproduce` run it."""

TESTS = {
    "claim": Claims,
    "numpy_form": OnNumpy,
    "jax_form": OnJax,
    "jax_matrix_form": MatricesOnJax,
    "comparison": Comparisons,
}


def parts_of(theory):
    """(test class, name, object) of everything in a theory."""
    for name, claim in theory.claims.items():
        yield "claim", name, claim
    for name, form in theory.closed_forms.items():
        if "numpy" in form.backends():
            yield "numpy_form", name, form
        if "jax" in form.backends():
            yield "jax_matrix_form" if isinstance(form, MatrixForm) else "jax_form", name, form
    for name, comparison in theory.comparisons.items():
        yield "comparison", name, comparison


def pytest_generate_tests(metafunc):
    for argument in TESTS.keys() & set(metafunc.fixturenames):
        there = getattr(metafunc.cls, argument)
        slow = set(SLOW.get(argument, ()))
        if argument == "comparison":
            slow |= set([name for name in there if name not in slow][1:])
        parts = [
            pytest.param(one, id=name, marks=[pytest.mark.slow] * (name in slow))
            for name, one in there.items()
        ]
        metafunc.parametrize(argument, parts)


for _theory in THEORIES.values():
    _modules = {}
    for _argument, _name, _one in parts_of(_theory):
        _modules.setdefault(_one.module, {}).setdefault(_argument, {})[_name] = _one
    for _module, _there in _modules.items():
        _class = "Test_" + _module.removeprefix("derivations.").replace(".", "_")
        _bases = tuple(TESTS[argument] for argument in _there)
        globals()[_class] = type(_class, _bases, {"theory": _theory} | _there)


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


def test_what_is_told_to_be_slow_is_there():
    known = {(argument, name) for theory in THEORIES.values() for argument, name, _ in parts_of(theory)}
    assert {(argument, name) for argument, several in SLOW.items() for name in several} <= known
