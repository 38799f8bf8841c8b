"""`theory reproduce`: resumable, whole or not at all, and one failure does not stop the rest."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from html.parser import HTMLParser

import pytest

from theory import records
from theory.catalogue import find, theories
from theory.reproduce import STAGES, key, reproduce

COMMAND = [sys.executable, "-c", "from theory.cli import main; main()", "reproduce"]


@pytest.fixture(scope="module")
def made(examples, tmp_path_factory):
    """A reproduction of the examples, one of which is broken."""
    folder = tmp_path_factory.mktemp("report")
    return folder, reproduce(theories(examples), folder)


def test_a_theory_that_fails_is_reported_and_the_rest_goes_on(made):
    folder, outcome = made
    assert not outcome.holds
    assert {line.partition(":")[0] for line in outcome.failures} == {"broken"}
    assert "RuntimeError: out of order" in outcome.failures[0]
    page = outcome.report.read_text("utf-8")
    assert "RuntimeError: out of order" in page and "decaying weight" in page
    for stage in STAGES:
        assert json.loads((folder / "records" / f"relaxation.{stage}.json").read_text())["holds"]


def test_the_report_is_one_file_without_anything_outside_it(made):
    class Page(HTMLParser):
        def __init__(self):
            super().__init__()
            self.links, self.tags = [], set()

        def handle_starttag(self, tag, attributes):
            self.tags.add(tag)
            self.links += [value for name, value in attributes if name in ("src", "href")]

    page = Page()
    page.feed(made[1].report.read_text("utf-8"))
    assert {"math", "img", "table", "figcaption"} <= page.tags
    assert "script" not in page.tags
    assert all(link.startswith(("data:", "#")) for link in page.links)


def test_the_report_names_no_path_of_this_machine(made):
    page = re.sub(r"data:image/png;base64,[\w+/=]*", "", made[1].report.read_text("utf-8"))
    assert str(made[0]) not in page
    assert os.path.expanduser("~") + "/" not in page
    assert not re.search(rf"\b{re.escape(os.uname().nodename)}\b", page)


def test_a_finished_stage_is_not_done_again(made, examples):
    folder, _ = made
    kept = {path: path.stat().st_mtime_ns for path in (folder / "records").glob("relaxation.*")}
    outcome = reproduce([find("relaxation", examples)], folder)
    assert outcome.holds
    assert {path: path.stat().st_mtime_ns for path in kept} == kept


def test_a_stage_is_done_again_when_its_sources_changed_or_its_figure_is_gone(made, examples):
    folder, _ = made
    path = folder / "records" / "relaxation.accuracy.json"
    record = json.loads(path.read_text())
    path.write_text(json.dumps(record | {"key": "another"}))
    image = folder / "figures" / "relaxation" / "decaying_weight.png"
    image.unlink()
    assert reproduce([find("relaxation", examples)], folder).holds
    assert json.loads(path.read_text())["key"] == record["key"]
    assert image.exists()


def test_the_key_differs_between_stages(examples):
    theory = find("relaxation", examples)
    assert len({key(theory, stage) for stage in STAGES}) == len(STAGES)


WAITING = """
    import os, time

    while os.environ.get("WAITING"):
        time.sleep(0.01)
"""


@pytest.fixture
def stuck(beside_examples, tmp_path, monkeypatch):
    """The command, and its process that has some records but will never finish."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(sys.modules[beside_examples].__path__[0], beside_examples)
    drawing = tmp_path / beside_examples / "relaxation" / "figures.py"
    drawing.write_text(drawing.read_text() + WAITING)  # of the figure
    command = [*COMMAND, "relaxation", "--package", beside_examples, "--to", tmp_path]
    there = {"stderr": subprocess.PIPE, "stdout": subprocess.PIPE, "env": os.environ | {"WAITING": "yes"}}
    process = subprocess.Popen(command, text=True, **there)
    for _ in range(6000):
        if [*tmp_path.glob("records/relaxation.*.json")] or process.poll() is not None:
            break
        time.sleep(0.01)
    yield command, process
    process.kill()


def test_interrupted_and_started_again_it_goes_on(stuck, tmp_path):
    command, first = stuck
    first.send_signal(signal.SIGINT)
    _, errors = first.communicate(timeout=30)
    done = [*tmp_path.glob("records/relaxation.*.json")]
    assert first.returncode == 130
    assert errors.splitlines()[-1] == "theory: interrupted; what was finished is kept"
    assert "Traceback" not in errors
    assert not (tmp_path / "report.html").exists()
    assert [path for path in tmp_path.rglob("*") if path.name.endswith(".part")] == []
    before = [path.stat().st_mtime_ns for path in done]
    second = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert second.returncode == 0, second.stderr
    assert (tmp_path / "report.html").exists()
    assert done and [path.stat().st_mtime_ns for path in done] == before


def test_killed_it_leaves_no_process_behind(stuck):
    process = stuck[1]
    process.kill()
    process.communicate(timeout=30)  # until nobody holds its output any more
    assert process.returncode == -signal.SIGKILL


def test_a_folder_that_cannot_be_written_to_is_said_before_any_work(beside_examples, tmp_path):
    (tmp_path / "taken").write_text("a file")
    command = [*COMMAND, "--package", beside_examples, "--to", tmp_path / "taken"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith("theory: cannot write") and "choose a folder" in line


def test_records_are_strict_json_and_whole(tmp_path):
    import numpy as np

    value = {"a": np.float64(1.5), "b": np.arange(2), "c": float("inf"), "d": (1, None), "e": np.bool_(True)}
    assert json.loads(records.dumps(value)) == {"a": 1.5, "b": [0, 1], "c": "inf", "d": [1, None], "e": True}
    path = tmp_path / "folder" / "record.json"
    records.write(path, "{}")
    assert records.read(path) == {}
    path.write_text("{half")
    assert records.read(path) is None
