"""The pytest plug-in, as somebody else's suite sees it."""

import json
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

pytest_plugins = ("pytester",)

SUITE = """
import numpy as np
import theory
from derivations.deep_linear import mode_strength
from theory import Discretisation, validate

def strength(t, s, u0, tau):
    x = 2 * s * t / tau
    return s * u0 / (s * np.exp(-x) - u0 * np.expm1(-x))
"""
MINE = (
    SUITE
    + """

@theory.validate(mode_strength, dtypes=("float64",))
def mine(t, s, u0, tau):
    return strength(t, s, u0, tau)
"""
)
PLUGIN = "theory.validate.pytest_plugin"
INSTALLED = any(one.value == PLUGIN for one in entry_points(group="pytest11"))


@pytest.fixture
def suite(pytester, monkeypatch):
    """Runs a test file in a process of its own, with the plug-in; arguments are those of pytest."""
    root = Path(__file__).parents[2]
    monkeypatch.setenv("PYTHONPATH", str(root))

    def run(text, *arguments, **others):
        pytester.makepyfile(test_suite=text, **others)
        plugin = () if INSTALLED else ("-p", PLUGIN)
        return pytester.runpytest_subprocess(*plugin, "-p", "no:cacheprovider", *arguments, timeout=200)

    return run


def test_a_function_on_trial_is_a_test_for_each_check(suite):
    found = suite(MINE, "-v")
    found.assert_outcomes(passed=9)
    found.stdout.fnmatch_lines(["*::mine[[]extreme_values-float64[]] PASSED*"])


def test_one_check_by_name(suite):
    suite(MINE, "-k", "empty_array").assert_outcomes(passed=1, deselected=8)


@pytest.mark.slow
def test_a_function_that_is_imported_is_not_collected(suite):
    text = "from their_library import mine\n\ndef test_it():\n    assert mine(1.0, 2.0, 2.0, 1.0) == 2.0\n"
    suite(text, their_library=MINE).assert_outcomes(passed=1)


def test_a_failure_shows_the_table_and_how_to_reproduce_it(suite):
    text = (
        SUITE
        + """

@theory.validate(mode_strength, tolerance=Discretisation(order=2))
def euler(t, s, u0, tau, step):
    n, u = round(1 / step), u0
    for _ in range(n):
        u = u + t / n * 2 * u * (s - u) / tau
    return u
"""
    )
    found = suite(text, "--theory-report", "trials.json")
    found.assert_outcomes(passed=1, failed=1)
    found.stdout.fnmatch_lines(
        [
            "*euler: order: DOES NOT HOLD*",
            "*order * defect * order 1, between*claimed is 2*",
            "from theory import Discretisation, validate",
            "from derivations.deep_linear.balanced_mode import mode_strength",
            "print(validate.closed_form(mode_strength, tolerance=Discretisation(order=2*check('order')*",
            "*2 trials, 1 do not hold: trials.json*",
        ]
    )
    assert "def __call__" not in str(found.stdout)  # no traceback through our code
    trials = json.loads(Path("trials.json").read_text())["trials"]
    assert [one["holds"] for one in trials] == [False, True]
    assert trials[0]["findings"][0]["kind"] == "order" and trials[0]["test"] == "test_suite.py::euler[order]"


@pytest.mark.slow
def test_parametrised_checks_and_a_report_of_several_workers(suite):
    pytest.importorskip("xdist")
    text = (
        SUITE
        + """

wrong = validate.checks(mode_strength, lambda t, s, u0, tau: 2 * strength(t, s, u0, tau), name="twice")

@validate.parametrize_with_checks([validate.closed_form(mode_strength)(strength), wrong[:2]])
def test_mine(check):
    check()
"""
    )
    found = suite(text, "--theory-report", "trials.json", "-n", "2")
    found.assert_outcomes(passed=11, failed=2)
    found.stdout.fnmatch_lines(["*FAILED*test_mine[[]twice-moderate_values-float64[]]*"])
    trials = json.loads(Path("trials.json").read_text())["trials"]
    assert len(trials) == 13 and sum(one["holds"] for one in trials) == 11


@pytest.mark.slow
def test_other_failures_are_left_alone(suite):
    found = suite(MINE + "\n\ndef test_other():\n    assert 1 == 2, 'one is not two'\n", "-k", "other")
    found.assert_outcomes(failed=1, deselected=9)
    found.stdout.fnmatch_lines(["*one is not two*"])


def test_wrong_options_are_an_error_of_the_collection(suite):
    found = suite(SUITE + "\n\nbad = validate.closed_form(mode_strength)(lambda t: t)\n")
    found.assert_outcomes(errors=1)
    found.stdout.fnmatch_lines(["*takes no s, u0, tau, which mode_strength needs*"])


def test_it_costs_nothing_where_it_is_not_used():
    modules = "('numpy', 'sympy', 'scipy', 'rich', 'flint')"
    code = f"import sys, {PLUGIN}; print([one for one in {modules} if one in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_only_checks_are_taken():
    from theory import validate

    with pytest.raises(TypeError, match="needs a check"):
        validate.parametrize_with_checks([3])
