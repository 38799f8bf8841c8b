"""Notebooks: built from the sources, the same each time, nothing of the machine in them."""

import json
from pathlib import Path

import pytest

from theory.catalogue import find, names
from theory.notebook import absolute_imports, build, show, write

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
    assert any("**agrees**" in text for text in texts)
    assert any("image/png" in output["data"] for output in outputs)


def test_nothing_of_the_machine_is_kept(written):
    book = json.loads(written[0])
    assert book["metadata"]["language_info"] == {"name": "python"}
    assert all(cell["metadata"] == {} for cell in book["cells"])
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


def test_claims_closed_forms_and_verdicts_are_shown(examples):
    theory = find("relaxation", examples)
    shown = show(theory.claims["decay"], theory.closed_forms["weight"])
    assert repr(shown) == "decay, weight"
    assert "EXACT" in shown._repr_markdown_() and "initial weight" in shown._repr_markdown_()


@pytest.mark.parametrize("name", names())
def test_the_committed_notebook_is_that_of_the_sources(name):
    if not (COMMITTED / f"{name}.ipynb").exists():
        pytest.skip(f"no notebook of {name} is committed yet: run `theory notebooks {name}`")
    committed = json.loads((COMMITTED / f"{name}.ipynb").read_text("utf-8"))["cells"]
    built = build(find(name)).cells
    assert [(c["id"], "".join(c["source"])) for c in committed] == [(c["id"], c["source"]) for c in built], (
        f"run `theory notebooks {name}`"
    )
