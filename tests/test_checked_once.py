"""What one theory's check has found, another's believes: a run of `reproduce` checks no claim twice."""

import json
import os
import subprocess
import sys
from collections import Counter

import pytest
import sympy as sp

from derivations.score_sde import prior
from theory import Claim, Evidence
from theory.borrowed import borrow
from theory.catalogue import Theory, find
from theory.derivation import Residual, Rule
from theory.reproduce import _built_on, _sources, key
from theory.residual import Refuted

BASE = '''"""Squares."""

import os

from sympy import Symbol

from theory import Claim, Parameter
from theory.rules import Given, Rewrites

x = Parameter("x", "a number")
f = Symbol("f")


class Counted(Rewrites):
    """A rewriting that writes down what it is asked about."""

    def residuals(self, claim):
        with open(os.environ["COUNTED"], "a") as file:
            print(claim, "from", self.premises[0], file=file)
        yield from super().residuals(claim)


product = Claim(f, x * x + 2 * x + 1, Given("a product"))
square = Claim(f, (x + 1) ** 2, Counted(product))
'''
USER = '''"""Builds on squares."""

from squares_and_more.squares.result import Counted, square, x

from theory import Claim, ExplicitForm

expanded = Claim(square.lhs, x**2 + 2 * x + 1, Counted(square))
value = ExplicitForm(expanded, (x,))
'''

CHECK = "f = (1 + x)**2 from f = 1 + x**2 + 2*x"
"""The check of `square` itself: mutants of it, or of what it is from, read otherwise."""


@pytest.fixture
def package(tmp_path):
    """A theory, and two that build on it; the first of them comes before it in every listing."""
    home = tmp_path / "squares_and_more"
    for name, text in (("squares", BASE), ("another", USER), ("third", USER)):
        (home / name).mkdir(parents=True)
        (home / name / "__init__.py").write_text('"""Of squares."""\n')
        (home / name / "result.py").write_text(text)
    (home / "__init__.py").write_text('"""Examples."""\n')
    return home


@pytest.fixture
def importable(package, monkeypatch):
    monkeypatch.syspath_prepend(package.parent)
    monkeypatch.delitem(sys.modules, package.name, raising=False)
    yield package
    _sources.cache_clear(), _built_on.cache_clear()


def reproduced(package, *names):
    """How often each statement was checked, in all processes; and the records of the checks."""
    counted = package.parent / "counted"
    counted.write_text("")
    code = (
        "import sys; from pathlib import Path; from theory.catalogue import theories\n"
        "from theory import reproduce\n"
        "if __name__ == '__main__':\n"
        "    reproduce.STAGES = ('check',)\n"
        "    chosen = theories('squares_and_more')\n"
        "    chosen = [t for t in chosen if t.name in (sys.argv[1:] or [t.name])]\n"
        "    reproduce.reproduce(chosen, Path('out'), processes=2)\n"
    )
    (package.parent / "run.py").write_text(code)
    path = os.pathsep.join([str(package.parent), *filter(None, sys.path)])
    subprocess.run(
        [sys.executable, "run.py", *names], cwd=package.parent, check=True, timeout=250,
        env={**os.environ, "PYTHONPATH": path, "COUNTED": str(counted)},
    )  # fmt: skip
    found = {
        file.name.partition(".")[0]: json.loads(file.read_text())
        for file in (package.parent / "out" / "records").glob("*.check.json")
    }
    return Counter(counted.read_text().splitlines()), found


@pytest.mark.slow
def test_a_claim_that_two_theories_build_on_is_checked_once(package):
    counted, checks = reproduced(package)
    assert {name: record["holds"] for name, record in checks.items()} == dict.fromkeys(checks, True), checks
    assert len(checks) == 3
    assert counted[CHECK] == 1
    assert checks["another"]["elsewhere"] == ["squares.product", "squares.square"]
    for record in checks.values():
        assert record["mutants"]["survivors"] == [] and record["mutants"]["killed"] >= 4
    # another formula: nothing that was known of the old one counts, in no theory
    result = package / "squares" / "result.py"
    result.write_text(result.read_text().replace("(x + 1) ** 2", "(1 + x) * (x + 1) + x - x"))
    counted, checks = reproduced(package)
    assert counted[CHECK] == 1
    # a wrong one falls, for those too who build on it, and there is no record to believe
    result.write_text(result.read_text().replace("(1 + x) * (x + 1) + x - x", "(x + 2) ** 2"))
    counted, checks = reproduced(package)
    assert not any(record["holds"] for record in checks.values())
    standing = {c["name"]: c["standing"] for c in checks["third"]["claims"]}
    assert standing == {"expanded": "DOES NOT STAND"} and checks["third"]["elsewhere"] == ["squares.product"]
    assert checks["third"]["closed_forms"] == {"value": "DOES NOT STAND"}


@pytest.fixture
def told():
    """A claim that `stochastic_interpolants` builds on, and what the record of `score_sde` says of it."""
    claim = prior.divergence
    entry = {
        "module": "prior",
        "name": "prior.divergence",
        "statement": str(claim),
        "rule": type(claim.by).__name__,
    }
    kept = claim.__dict__.pop("_found", None)
    yield claim, entry | {"holds": True, "evidence": "SAMPLED"}
    claim.__dict__.pop("_found", None)
    if kept is not None:
        claim.__dict__["_found"] = kept


def borrowed(record):
    return borrow(find("stochastic_interpolants"), {"score_sde": record}.get)


def test_a_record_of_another_theory_is_believed(told):
    claim, entry = told
    assert borrowed({"claims": [entry]}) == ["score_sde.divergence"]
    assert claim.evidence is Evidence.SAMPLED


@pytest.mark.parametrize(
    "damage",
    [
        {"statement": "f = 1"},
        {"rule": "Given"},
        {"name": "convergence"},
        {"module": "kernels"},
        {"evidence": "PERFECT"},
        {"evidence": None},
        {"holds": False},
    ],
    ids=lambda damage: "-".join(map(str, *damage.items())),
)
def test_a_record_that_tells_something_else_is_no_evidence(told, damage):
    claim, entry = told
    assert borrowed({"claims": [entry | damage]}) == []
    assert "_found" not in claim.__dict__


@pytest.mark.parametrize("record", [None, {}, {"claims": [1, {}, {"holds": True}]}], ids=str)
def test_no_record_is_no_evidence(told, record):
    assert borrowed(record) == [] and "_found" not in told[0].__dict__


def test_a_claim_that_fails_is_checked_once_for_all_that_rest_on_it():
    asked = []

    class Wrong(Rule):
        def residuals(self, claim):
            asked.append(claim)
            yield Residual(sp.Integer(1), "equation", claim.domain)

    wrong = Claim(sp.Symbol("f"), sp.Integer(1), Wrong())
    for _ in range(3):
        with pytest.raises(Refuted, match="refuted"):
            wrong.standing  # noqa: B018
    assert len(asked) == 1


def test_what_a_theory_builds_on_is_read_off_its_sources(importable):
    another, squares = (Theory(name, importable.name) for name in ("another", "squares"))
    assert another.built_on() == another.built_on(results=True) == ("squares",)
    assert squares.built_on() == ()
    assert "scale_mixture_nngp" in find("deep_kernel_machines").built_on()  # its data alone
    assert find("deep_kernel_machines").built_on(results=True) == ()
    assert find("kinetic_optimal_paths").built_on(results=True) == ("gaussian_score", "score_sde")


def test_records_depend_on_the_sources_of_what_a_theory_builds_on(importable):
    names = ("another", "squares", "third")
    before = {name: key(Theory(name, importable.name), "check") for name in names}
    (importable / "third" / "result.py").write_text(USER + "\n# changed\n")
    _sources.cache_clear()
    changed = [name for name in names if key(Theory(name, importable.name), "check") != before[name]]
    assert changed == ["third"]
    (importable / "squares" / "result.py").write_text(BASE + "\n# changed\n")
    _sources.cache_clear()
    assert all(key(Theory(name, importable.name), "check") != before[name] for name in names)
