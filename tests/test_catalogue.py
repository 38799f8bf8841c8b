"""The catalogue finds what modules hold, in reading order, and names what it cannot find."""

import re
from pathlib import Path

import pytest

from theory.catalogue import UnknownTheory, find, names, select, theories
from theory.citation import bibliography, entries

README = Path(__file__).parent.parent / "README.md"


def test_every_object_is_found_by_its_variable(examples):
    theory = find("relaxation", examples)
    assert list(theory.claims) == ["flow", "decay"]
    assert list(theory.closed_forms) == ["weight"]
    assert list(theory.simulations) == ["descent"]
    assert list(theory.comparisons) == ["descent_follows_decay"]
    assert list(theory.figures) == ["decaying_weight"]
    assert theory.claims["decay"] is theory.closed_forms["weight"].claim


def test_modules_come_in_reading_order(examples):
    theory = find("relaxation", examples)
    assert list(theory.modules) == ["setting", "decay", "simulation", "comparison", "figures"]
    assert theory.results == ("setting", "decay")


def test_title_and_references_come_from_the_folder(examples):
    theory = find("relaxation", examples)
    assert theory.title == "Relaxation"
    assert theory.summary.startswith("One paragraph")
    assert bibliography([theory, theory]).count("@article{relaxation,") == 1


def test_a_broken_theory_is_listed_with_its_error(examples):
    assert names(examples) == ["broken", "relaxation"]
    errors = {theory.name: theory.error for theory in theories(examples)}
    assert errors["relaxation"] == ""
    assert errors["broken"] == "example_theories.broken cannot be imported: RuntimeError: out of order"


@pytest.mark.parametrize("wrong", ["relaxaton", "Relaxation", "relax"])
def test_an_unknown_theory_suggests_the_nearest(examples, wrong):
    with pytest.raises(UnknownTheory, match="did you mean 'relaxation'"):
        find(wrong, examples)


def test_an_unknown_name_lists_what_there_is_when_nothing_is_near(examples):
    with pytest.raises(UnknownTheory, match="there is broken, relaxation"):
        find("xyzzy", examples)
    theory = find("relaxation", examples)
    with pytest.raises(UnknownTheory, match="no claim named 'qqq'.*there is flow, decay"):
        select(theory.claims, "qqq", "claim", theory)


def test_an_unknown_package_is_named():
    with pytest.raises(UnknownTheory, match="no package named 'no_such_package'"):
        names("no_such_package")


def test_bibliography_entries_are_split_at_their_keys():
    found = entries("@book{a,\n title={A, {B} and C}}\n\n@article{b2,\n year=2000\n}")
    assert list(found) == ["a", "b2"]
    assert found["a"].endswith("C}}")


def test_the_table_in_the_readme_is_generated():
    from theory.commands.listing import table_of_theories

    shown = re.search(r"<!-- theories -->\n(.*?)\n<!-- /theories -->", README.read_text("utf-8"), re.DOTALL)
    assert shown, "README.md lacks its table of theories between <!-- theories --> and <!-- /theories -->"
    assert shown[1].strip() == table_of_theories(theories()), (
        "put the output of `theory list --markdown` there"
    )
