"""Notebooks: built from the sources, the same each time, nothing of the machine in them."""

import base64
import json
from pathlib import Path

import pytest

from theory.catalogue import find, names
from theory.notebook import CellFailed, absolute_imports, build, show, verdicts, write

COMMITTED = Path(__file__).parent.parent / "notebooks"


@pytest.fixture(scope="module")
def written(examples, tmp_path_factory):
    """The notebook of the example, written twice."""
    import sys

    folder = tmp_path_factory.mktemp("notebooks")
    home = Path(sys.modules[examples].__path__[0]).parent
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(home)
        return [write(find("relaxation", examples), folder / part).read_bytes() for part in "ab"]


def test_it_is_the_same_each_time(written):
    assert written[0] == written[1]


def test_every_cell_ran_and_claims_are_shown_with_their_evidence(written):
    cells = json.loads(written[0])["cells"]
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    assert {output["output_type"] for output in outputs} <= {"execute_result", "display_data"}
    texts = ["".join(output["data"].get("text/markdown", "")) for output in outputs]
    assert any("solves" in text and "EXACT" in text for text in texts)
    assert any(
        "| `descent_follows_decay` | Gradient descent of independent weights" in text for text in texts
    )
    assert any("descent_follows_decay: **holds**" in text for text in texts)
    assert any("descent_follows_decay: **does not hold**" in text for text in texts)


def test_figures_have_a_size_and_no_metadata(written):
    outputs = [output for cell in json.loads(written[0])["cells"] for output in cell.get("outputs", [])]
    (figure,) = [output for output in outputs if "image/png" in output["data"]]
    assert figure["metadata"] == {"image/png": {"width": 371, "height": 267}}
    image = base64.b64decode(figure["data"]["image/png"])
    assert b"tEXt" not in image and b"iTXt" not in image


def test_nothing_of_the_machine_is_kept(written):
    book = json.loads(written[0])
    assert book["metadata"]["language_info"] == {"name": "python"}
    assert all(cell["metadata"] in ({}, {"jupyter": {"source_hidden": True}}) for cell in book["cells"])
    assert str(Path.cwd()) not in written[0].decode()


def test_relative_imports_become_absolute():
    source = (
        "from .setting import a\nfrom . import b\n"
        "from .x.y import (\n    c,\n)\nfrom theory import d\nx = 'from .z'"
    )
    assert absolute_imports(source, "derivations.deep_linear") == (
        "from derivations.deep_linear.setting import a\nfrom derivations.deep_linear import b\n"
        "from derivations.deep_linear.x.y import (\n    c,\n)\nfrom theory import d\nx = 'from .z'"
    )


def test_it_reads_like_a_paper(examples):
    cells = build(find("relaxation", examples)).cells
    headings = [x for c in cells if c.cell_type == "markdown" for x in c.source.split("\n") if x[:1] == "#"]
    assert headings == [
        "# Relaxation",
        "## Setting",
        "## The weight decays exponentially",
        "## Gradient descent against the closed form",
        "## Validate your own code",
        "## References",
    ]
    code = [c.source for c in cells if c.cell_type == "code"]
    assert len(code) == 6
    assert code[1].endswith("\n\nshow(flow)") and code[2].endswith("\n\nshow(decay, weight)")
    assert code[3].endswith("\n\nshow(decaying_weight)")
    assert code[4].endswith("\n\nverdicts(descent_follows_decay)")
    assert cells[-1].source == "## References\n- A. Author (2026). The source of the result."


def test_a_comparison_can_be_left_out(examples, monkeypatch):
    theory = find("relaxation", examples)
    monkeypatch.setattr(theory.root, "NOT_IN_NOTEBOOK", ("descent_follows_decay",), raising=False)
    assert not any(cell.source.endswith("verdicts(descent_follows_decay)") for cell in build(theory).cells)


def test_claims_and_closed_forms_are_shown(examples):
    theory = find("relaxation", examples)
    shown = show(theory.claims["decay"], theory.closed_forms["weight"])
    assert repr(shown) == "decay, weight"
    text = shown.markdown()
    assert "`decay`: where" in text and "EXACT" in text
    assert "**`weight(t, w0, k, tau)`** computes `decay`. Arguments: `t` training time [steps when" in text


def test_comparisons_are_run_and_shown_as_a_table(examples):
    comparison = find("relaxation", examples).comparisons["descent_follows_decay"]
    *_, row = verdicts(comparison).markdown().splitlines()
    words = "Gradient descent of independent weights, one for each curvature, at learning rate 1/tau"
    assert row == f"| `descent_follows_decay` | {words} | 3 | holds |"


def test_a_failing_cell_is_named_and_nothing_is_written(beside_examples, tmp_path, monkeypatch):
    theory = find("relaxation", beside_examples)
    book = build(theory)
    del book.cells[5:]
    book.cells[4].source = "first = 1\nsecond = first / 0"
    monkeypatch.setattr("theory.notebook.build", lambda theory: book)
    (tmp_path / "relaxation.ipynb").write_text("old")
    with pytest.raises(
        CellFailed, match=r"^cell 5 \(Setting, first\) failed: ZeroDivisionError: division by"
    ):
        write(theory, tmp_path)
    assert [path.read_text() for path in tmp_path.iterdir()] == ["old"]


@pytest.mark.parametrize("name", names())
def test_the_committed_notebook_is_that_of_the_sources(name):
    if not (COMMITTED / f"{name}.ipynb").exists():
        pytest.skip(f"no notebook of {name} is committed yet: run `theory notebooks {name}`")
    committed = json.loads((COMMITTED / f"{name}.ipynb").read_text("utf-8"))["cells"]
    built = build(find(name)).cells
    assert [(c["id"], "".join(c["source"])) for c in committed] == [(c["id"], c["source"]) for c in built], (
        f"run `theory notebooks {name}`"
    )
    outputs = [output for cell in committed for output in cell.get("outputs", ())]
    assert outputs and {output["output_type"] for output in outputs} == {"execute_result"}
    assert (COMMITTED / f"{name}.ipynb").stat().st_size < 2e6
