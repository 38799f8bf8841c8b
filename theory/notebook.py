"""A theory as an executed notebook, built from its source files: never edited, always rebuilt.

The cells are those of the files in the percent format, relative imports made absolute; after the cells
that state claims or closed forms these are shown with their evidence, after the comparisons their
verdicts. Only what is the same on every machine is displayed: `pytest --nbval` holds the outputs.
"""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import inspect
import re
from collections.abc import Callable
from pathlib import Path

from . import records
from .catalogue import Theory

SEED = 0
"""The seed of the comparisons in notebooks, which must come out the same each time."""

SECONDS = 900
"""The longest that one cell may take."""


def write(theory: Theory, folder: Path, *, progress: Callable[[int, int, str], None] | None = None) -> Path:
    """Build, execute and write ``folder/NAME.ipynb``, whole or not at all; returns its path.

    Raises `nbclient.exceptions.CellExecutionError` when a cell fails; the old notebook then stays.
    """
    import nbformat

    book = execute(build(theory), progress=progress)
    path = Path(folder) / f"{theory.name}.ipynb"
    records.write(path, nbformat.writes(book) + "\n")
    return path


def build(theory: Theory):
    """The notebook of a theory, not executed."""
    from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

    text, code = new_markdown_cell, new_code_cell
    cells = [text(f"# {theory.title}\n\n{theory.summary}"), code("from theory.notebook import show")]
    for name in theory.modules:
        first = name.partition(".")[0]
        if first in ("figures", "data"):
            continue
        cells += _module_cells(theory, name, text, code)
        if first == "comparison":
            cells += [code(f"show({one}.run(seed={SEED}))") for one in _named(theory, "comparisons", name)]
    cells += _figure_cells(theory, text, code) + _validation_cells(theory, text, code)
    for number, cell in enumerate(cells):
        cell["id"] = hashlib.sha256(f"{number}\n{cell.source}".encode()).hexdigest()[:8]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return new_notebook(cells=cells, metadata=metadata)


def execute(book, *, progress: Callable[[int, int, str], None] | None = None):
    """The notebook with its outputs; nothing that depends on the machine or the time is kept."""
    from nbclient import NotebookClient

    def tell(cell, cell_index):
        if progress:
            progress(cell_index, len(book.cells), f"cell {cell_index + 1}")

    resources = {"metadata": {"path": str(Path.cwd())}}
    client = NotebookClient(
        book, timeout=SECONDS, kernel_name="python3", resources=resources, on_cell_start=tell
    )
    client.execute()
    book.metadata["language_info"] = {"name": "python"}
    for cell in book.cells:
        cell.metadata.clear()
        for output in cell.get("outputs", ()):
            if "metadata" in output:
                output["metadata"] = {}
    return book


def _module_cells(theory: Theory, name: str, text, code) -> list:
    """A source file's cells, each followed by what it defines."""
    import jupytext

    module = theory.modules[name]
    source = inspect.getsource(module)
    shown = {*_named(theory, "claims", name), *_named(theory, "closed_forms", name)}
    cells = []
    for cell in jupytext.reads(source, fmt="py:percent").cells:
        if cell.cell_type == "markdown":
            cells.append(text(re.sub(r"^(#+ )", r"#\1", cell.source, flags=re.MULTILINE)))
        elif cell.source.strip():
            cells.append(code(absolute_imports(cell.source, module.__package__)))
            defined = [x for x in _assigned(cell.source) if x in shown]
            if defined:
                cells.append(code(f"show({', '.join(defined)})"))
    return cells


def _figure_cells(theory: Theory, text, code) -> list:
    """Each figure, imported and shown above its caption."""
    if not theory.figures:
        return []
    cells = [text("## Figures")]
    for name, one in theory.figures.items():
        variable = name.rpartition(".")[2]
        cells.append(code(f"from {one.module} import {variable}\n\n{variable}"))
        cells.append(text(f"**{variable.replace('_', ' ').capitalize()}.** {one.caption}"))
    return cells


def _validation_cells(theory: Theory, text, code) -> list:
    """How to hold one's own code against the theory, by its first comparison."""
    from .closed_form import ClosedForm

    for name, comparison in theory.comparisons.items():
        form, variable = comparison.prediction, name.rpartition(".")[2]
        if isinstance(form, ClosedForm) and form.name:
            break
    else:
        return []
    arguments = ", ".join(str(x) for x in form.arguments)
    told = (
        "## Validate your own code\n"
        f"To test a formula, a fit or a measurement, write it as a function of `{arguments}` and let\n"
        f"`{variable}` judge it by the simulation it has just run. Here `mine` is the closed form itself,\n"
        "and so it holds; a result that is wrong by more than the tolerance does not. A training loop of\n"
        "your own becomes a `Simulation`, and is compared with the closed form in the same way."
    )
    lines = [
        f"from {comparison.module} import {variable}",
        f"from {form.module} import {form.name}",
        "",
        "",
        "def mine(**inputs):",
        f"    return {form.name}(**inputs)",
        "",
        "",
        f"{variable}.run(seed={SEED})",
        f"show({variable}.verdict_of(mine))",
    ]
    return [text(told), code("\n".join(lines))]


def _named(theory: Theory, kind: str, module: str) -> list[str]:
    """The variables of a module that hold objects of a kind."""
    home = theory.modules[module].__name__
    return [x.name for x in getattr(theory, kind).values() if x.module == home]


def _assigned(source: str) -> list[str]:
    """The variables that a cell assigns at its top level, in order."""
    names = []
    for statement in ast.parse(source).body:
        targets = statement.targets if isinstance(statement, ast.Assign) else ()
        for target in targets:
            parts = target.elts if isinstance(target, ast.Tuple) else [target]
            names += [part.id for part in parts if isinstance(part, ast.Name)]
    return names


def absolute_imports(source: str, package: str) -> str:
    """``from .setting import x`` as ``from derivations.deep_linear.setting import x``."""

    def absolute(match: re.Match) -> str:
        return f"{match[1]}{importlib.util.resolve_name(match[2], package)} import"

    return re.sub(r"^(\s*from\s+)(\.[.\w]*)\s+import", absolute, source, flags=re.MULTILINE)


class show:
    """Claims with their evidence, closed forms with their arguments, verdicts: what a cell displays."""

    def __init__(self, *things):
        self.things = things

    def _repr_markdown_(self) -> str:
        return "\n\n".join(_markdown(thing) for thing in self.things)

    def __repr__(self) -> str:
        return ", ".join(getattr(thing, "name", "") or type(thing).__name__ for thing in self.things)


def _markdown(thing) -> str:
    from .comparison import Verdict
    from .derivation import Claim

    if isinstance(thing, Verdict):
        return _verdict_markdown(thing)
    if isinstance(thing, Claim):
        from .display import claim_markdown

        return claim_markdown(thing)
    return f"`{thing.name}`\n```\n{thing.description}\n```"


def _verdict_markdown(verdict) -> str:
    """What of a verdict is the same on every machine; `theory compare` prints the statistic too."""
    words = ["**agrees**" if verdict.holds else "**disagrees**", f"{verdict.components} components"]
    if verdict.observed_rate is not None and verdict.expected_rate is not None:
        words.append(f"rate {verdict.observed_rate:.1f}, expected {verdict.expected_rate:.1f}")
    return f"{', '.join(words)} (bound {verdict.bound:.3g}, {verdict.scale}, seed {verdict.seed})"
