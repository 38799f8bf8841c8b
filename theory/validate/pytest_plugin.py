"""The pytest plug-in: functions under ``@theory.validate(form)`` are tests, failures show their trial.

- In a test module, a function that is held against a closed form is collected, one test for each check.
- A check that fails prints the table of its `Trial` and the three lines that repeat it.
- ``--theory-report FILE.json`` writes the trials of all checks that ran to a file, also under pytest-xdist.

It is loaded in every session of pytest: nothing but pytest is imported until a check has run.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

_OURS = "theory.validate.check"
_ON_TRIAL = "theory.validate.against.on_trial"


def pytest_addoption(parser):
    parser.getgroup("theory", "closed forms").addoption(
        "--theory-report",
        metavar="FILE.json",
        type=Path,
        default=None,
        help="write the trials of all checks of theory.validate to this file",
    )


def pytest_configure(config):
    path = config.getoption("--theory-report")
    if path is not None and not hasattr(config, "workerinput"):
        config.pluginmanager.register(_Report(path), "theory-report")


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makeitem(collector, name, obj):
    """The checks of a function on trial that is defined in the module, or is named like a test."""
    on_trial = sys.modules.get(_ON_TRIAL)
    if on_trial is None or not isinstance(obj, on_trial.OnTrial):
        return None
    if getattr(obj, "__module__", None) != getattr(collector.obj, "__name__", None) and not name.startswith(
        "test"
    ):
        return []  # imported from the code under test
    return [_Item.from_parent(collector, name=f"{name}[{check.name}]", check=check) for check in obj.checks()]


class _Item(pytest.Item):
    """One check of a function on trial."""

    def __init__(self, *, check, **options):
        super().__init__(**options)
        self.check = check

    def runtest(self):
        self.check()

    def reportinfo(self):
        return self.path, None, self.name


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    check = sys.modules.get(_OURS)
    if check is None:
        return report
    if call.when == "call":
        report.theory_trials = [
            {"test": item.nodeid, **trial.as_dict(), "seconds": trial.seconds} for trial in check.taken()
        ]
    if call.excinfo is not None and isinstance(call.excinfo.value, check.TrialFailed):
        report.longrepr = shown(call.excinfo.value.trial)
    return report


def shown(trial) -> str:
    """The table of a trial, and the lines that repeat it, as plain text."""
    from rich.console import Console

    console = Console(width=110, no_color=True, file=None)
    with console.capture() as caught:
        console.print(trial)
    return f"{caught.get().rstrip()}\n\n{trial.reproduce}"


class _Report:
    """Collects what the reports carry; in the main process, which sees those of all workers."""

    def __init__(self, path: Path):
        self.path, self.trials = path, []

    def pytest_runtest_logreport(self, report):
        self.trials += getattr(report, "theory_trials", [])

    def pytest_sessionfinish(self):
        self.path.write_text(json.dumps({"trials": self.trials}, indent=1))

    def pytest_terminal_summary(self, terminalreporter):
        failed = sum(not trial["holds"] for trial in self.trials)
        terminalreporter.write_line(f"{len(self.trials)} trials, {failed} do not hold: {self.path}")
