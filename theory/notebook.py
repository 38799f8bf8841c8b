"""A theory as an executed notebook that reads like a paper, built from its source files: never edited.

The prose is that of the files in the percent format; the code between two pieces of prose is one cell,
which ends by showing what it defines: claims with reason and evidence, closed forms, a table of verdicts.
A figure follows the section of the latest result it draws. Only what is the same on every machine is
displayed: `pytest --nbval` holds the outputs.
"""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import inspect
import os
import re
import textwrap
from collections.abc import Callable
from pathlib import Path

from . import records
from .catalogue import Theory

SEED = 0
"""The seed of the comparisons in notebooks, which must come out the same each time."""

SECONDS = 300
"""The longest that one cell may take."""

DPI = 180
"""Dots per inch of figures in notebooks: sharp, yet a few of them do not make the file large."""

WIDTH = 110
"""Pixels on the page for one inch of a figure."""

ASIDE = "### For the computer"
"""The part of a section that is on evaluation; the figures come before it."""

READING = """\
Every formula below is a *claim*: the cell that states it also checks it when it runs. The reason says
which rule justifies the claim and from which others it follows (by their names in the code), and the
evidence says how well it is known: {}. Claims that are laid down (definitions, equations of motion)
leave nothing to check and count as EXACT. Run a cell again after changing a sign in it to see a claim
refused."""


class CellFailed(RuntimeError):
    """A cell of a notebook that raised an error or took too long; the message names it."""


def write(theory: Theory, folder: Path, *, progress: Callable[[int, int, str], None] | None = None) -> Path:
    """Build, execute and write ``folder/NAME.ipynb``, whole or not at all; returns its path.

    Raises `CellFailed` when a cell fails; the old notebook then stays.
    """
    import nbformat

    book = execute(build(theory), progress=progress)
    nbformat.validate(book)
    path = Path(folder) / f"{theory.name}.ipynb"
    records.write(path, nbformat.writes(book) + "\n")
    return path


def build(theory: Theory):
    """The notebook of a theory, not executed.

    Comparisons and figures that the theory's ``NOT_IN_NOTEBOOK`` names are left out: they take too long.
    """
    from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

    parts = [("text", f"# {theory.title}\n\n{theory.summary}"), ("text", _how_to_read())]
    parts.append(("code", "from theory.notebook import show, verdicts"))
    placed = _places(theory)
    for name in theory.modules:
        first = name.partition(".")[0]
        if first not in ("models", "figures", "data", "simulation", "trial"):
            section, figures = _section(theory, name), placed.pop(name, ())
            aside = (n for n, (_, text) in enumerate(section) if text.startswith(ASIDE))
            end = next(aside, len(section))
            section[end:end] = [part for one in figures for part in _figure(one)]
            parts += section
    if placed:
        parts.append(("text", "## Figures"))
        parts += [part for figures in placed.values() for one in figures for part in _figure(one)]
    parts += _validation(theory) + _references(theory)
    make = {"text": new_markdown_cell, "code": new_code_cell}
    cells = [make[kind](source) for kind, source in parts]
    for cell in cells:
        if cell.cell_type == "code" and _is_beside_the_point(cell.source):
            cell.metadata["jupyter"] = {"source_hidden": True}
    for number, cell in enumerate(cells):
        cell["id"] = hashlib.sha256(f"{number}\n{cell.source}".encode()).hexdigest()[:8]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return new_notebook(cells=cells, metadata=metadata)


def execute(book, *, progress: Callable[[int, int, str], None] | None = None):
    """The notebook with its outputs; nothing that depends on the machine or the time is kept."""
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    running = [0]

    def tell(cell, cell_index):
        running[0] = cell_index
        if progress:
            progress(cell_index, len(book.cells), _cell_name(book, cell_index))

    resources = {"metadata": {"path": str(Path.cwd())}}
    client = NotebookClient(
        book,
        timeout=SECONDS,
        kernel_name="python3",
        resources=resources,
        on_cell_start=tell,
        extra_arguments=["--log-level=ERROR"],  # how it is connected is no news to the reader
    )
    try:
        # The matrices are small: threads would only wait for each other.
        client.execute(env=os.environ | {"OMP_NUM_THREADS": "1"})
    except CellExecutionError as error:
        told = re.sub(r"\x1b\[[\d;]*m", "", error.traceback).strip().rpartition("\n")[2]
        raise CellFailed(f"{_cell_name(book, running[0])} failed: {told}") from error
    except (CellTimeoutError, DeadKernelError) as error:
        told = " ".join(str(error).split())
        raise CellFailed(f"{_cell_name(book, running[0])} did not finish: {told}") from error
    book.metadata["language_info"] = {"name": "python"}
    for cell in book.cells:
        for key in cell.metadata.keys() - {"jupyter"}:  # nbclient notes down when a cell ran
            del cell.metadata[key]
        for output in cell.get("outputs", ()):
            if "metadata" in output:
                output["metadata"] = {k: v for k, v in output["metadata"].items() if k == "image/png"}
    return book


def _cell_name(book, index: int) -> str:
    """A cell by its number, the heading above it and its first variable or line."""
    lines = "\n".join(c.source for c in book.cells[: index + 1] if c.cell_type == "markdown").splitlines()
    heading = next((x.lstrip("# ") for x in reversed(lines) if x.startswith("#")), "")
    cell = book.cells[index]
    names = _assigned(cell.source) if cell.cell_type == "code" else []
    what = f", {names[0]}" if names else ""
    return f"cell {index + 1} ({heading}{what})"


def _how_to_read() -> str:
    from .derivation import Evidence

    kinds = "; ".join(f"**{kind.name}**, {kind.meaning}" for kind in sorted(Evidence, reverse=True))
    return READING.format(kinds)


def _is_beside_the_point(source: str) -> bool:
    """Whether a reader can do without the source: imports alone, or those of a figure."""
    *others, last = ast.parse(source).body
    imports = all(isinstance(one, ast.Import | ast.ImportFrom) for one in others)
    return imports and isinstance(last, ast.Import | ast.ImportFrom | ast.Expr)


def _section(theory: Theory, name: str) -> list[tuple[str, str]]:
    """A source file: its prose, and between two pieces of it the code with what that defines."""
    import jupytext

    module, parts, gathered = theory.modules[name], [], []
    for cell in jupytext.reads(inspect.getsource(module), fmt="py:percent").cells:
        if cell.cell_type == "markdown":
            parts += _code(theory, name, gathered)
            gathered = []
            parts.append(("text", re.sub(r"^(#+ )", r"#\1", cell.source, flags=re.MULTILINE)))
        elif cell.source.strip():
            gathered.append(absolute_imports(cell.source, module.__package__))
    return parts + _code(theory, name, gathered)


def _code(theory: Theory, name: str, sources: list[str]) -> list[tuple[str, str]]:
    """One cell of several, shown at its end: claims and closed forms, or the verdicts of comparisons."""
    if not sources:
        return []
    source = "\n\n".join(text.strip("\n") for text in sources)
    defined = list(dict.fromkeys(_assigned(source)))
    skipped = getattr(theory.root, "NOT_IN_NOTEBOOK", ())
    for function, kinds in (("show", ("claims", "closed_forms")), ("verdicts", ("comparisons",))):
        known = {x for kind in kinds for x in _named(theory, kind, name)}
        shown = [x for x in defined if x in known and not (function == "verdicts" and x in skipped)]
        if shown:
            source += f"\n\n{_call(function, shown)}"
    return [("code", source)]


def _call(function: str, arguments: list[str]) -> str:
    """A call with as many arguments on a line as fit."""
    line = f"{function}({', '.join(arguments)})"
    if len(line) > 100:
        rows = textwrap.wrap(", ".join(arguments), 96, break_long_words=False)
        line = "\n    ".join([f"{function}(", *rows]) + "\n)"
    return line


def _places(theory: Theory) -> dict[str, list]:
    """The figures by the module they follow: the last result whose objects they draw."""
    modules = {module.__name__: name for name, module in theory.modules.items() if name in theory.results}
    order, placed = list(modules.values()), {}
    skipped = getattr(theory.root, "NOT_IN_NOTEBOOK", ())
    for figure in (one for name, one in theory.figures.items() if name not in skipped):
        known = vars(theory.modules[figure.module.removeprefix(f"{theory.module_name}.")])
        drawn = [known.get(name) for name in figure.draw.__code__.co_names] + list(figure.shows)
        homes = [getattr(x, "module", None) or getattr(x, "__module__", None) for x in drawn]
        found = [modules[home] for home in homes if home in modules]
        placed.setdefault(max(found, key=order.index) if found else "", []).append(figure)
    return placed


def _figure(one) -> list[tuple[str, str]]:
    """A figure, imported and shown above its caption."""
    variable = one.name
    caption = f"**{variable.replace('_', ' ').capitalize()}.** {one.caption}"
    return [("code", f"from {one.module} import {variable}\n\nshow({variable})"), ("text", caption)]


def _validation(theory: Theory) -> list[tuple[str, str]]:
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
        "and so it holds; `mistaken` is off by one part in a hundred, and does not. A training loop of\n"
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
        "def mistaken(**inputs):",
        f"    return 1.01 * {form.name}(**inputs)",
        "",
        "",
        f"{variable}.run(seed={SEED})",
        f"show({variable}.verdict_of(mine), {variable}.verdict_of(mistaken))",
    ]
    return [("text", told), ("code", "\n".join(lines))]


def _references(theory: Theory) -> list[tuple[str, str]]:
    """The theory's sources as a list, from their BibTeX entries."""
    from .display.references import bibtex_entries

    entries = bibtex_entries(theory.references)
    if not entries:
        return []
    return [("text", "## References\n" + "\n".join(f"- {_cited(entry)}" for entry in entries))]


_ACCENTS = {"'": "\u0301", "`": "\u0300", '"': "\u0308", "^": "\u0302", "~": "\u0303"}


def _cited(entry: dict[str, str]) -> str:
    """One source: authors (year), title, where it was published."""
    import unicodedata

    def words(key: str) -> str:
        text = re.sub(r"\\(['`\"^~])\{?(\w)\}?", lambda m: m[2] + _ACCENTS[m[1]], entry.get(key, ""))
        return unicodedata.normalize("NFC", re.sub(r"[{}]", "", text).replace("--", "\u2013"))

    people = [" ".join(reversed(name.split(", ", 1))) for name in words("author").split(" and ")]
    authors = " and ".join(filter(None, [", ".join(people[:-1]), people[-1]]))
    home = words("journal") or words("booktitle") or words("publisher")
    place = " ".join(filter(None, [f"*{home}*" if home else "", words("volume")]))
    arxiv = f"[arXiv:{entry['eprint']}](https://arxiv.org/abs/{entry['eprint']})" if "eprint" in entry else ""
    doi = f"[doi:{entry['doi']}](https://doi.org/{entry['doi']})" if "doi" in entry else ""
    after = ", ".join(filter(None, [place, words("pages"), arxiv, doi]))
    return f"{authors} ({words('year')}). {words('title')}. {after}".rstrip(". ") + "."


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
    """Claims with their evidence, closed forms with their arguments, verdicts, a figure: for a cell's end."""

    def __init__(self, *things):
        self.things = things

    def _repr_mimebundle_(self, include=None, exclude=None):
        from .figure import Figure

        if len(self.things) == 1 and isinstance(self.things[0], Figure):
            (one,) = self.things
            size = {"width": round(WIDTH * one.size[0]), "height": round(WIDTH * one.size[1])}
            return {"image/png": _png(one), "text/plain": repr(self)}, {"image/png": size}
        return {"text/markdown": self.markdown(), "text/plain": repr(self)}, {}

    def markdown(self) -> str:
        return "\n\n".join(_markdown(thing) for thing in self.things)

    def __repr__(self) -> str:
        return ", ".join(getattr(thing, "name", "") or type(thing).__name__ for thing in self.things)


class verdicts(show):
    """Comparisons, run, as a table of what of their verdicts is the same on every machine."""

    def markdown(self) -> str:
        rows = ["| comparison | simulated | components | verdict |", "|:--|:--|--:|:--|"]
        for one in self.things:
            verdict = one.run(seed=SEED)
            words = one.simulation.description.rstrip(".").replace("|", "\\|").replace("``", "`")
            found = "holds" if verdict.holds else "**DOES NOT HOLD**"
            rows.append(f"| `{one.name}` | {words} | {verdict.components} | {found} |")
        return "\n".join(rows)


def _png(figure) -> str:
    """The figure's image without metadata, which would tell the versions it was made with."""
    import base64
    import io

    stream = io.BytesIO()
    figure.canvas.savefig(stream, format="png", dpi=DPI, metadata={"Software": None})
    return base64.b64encode(stream.getvalue()).decode("ascii")


def _markdown(thing) -> str:
    from .comparison import Verdict
    from .derivation import Claim

    if isinstance(thing, Verdict):
        words = "**holds**" if thing.holds else "**does not hold**"
        return f"{thing.description.partition(' ')[0]}: {words} ({thing.components} components)"
    if isinstance(thing, Claim):
        from .display import claim_markdown

        formula, ending, words = claim_markdown(thing).partition("\n$$\n\n")
        return f"{formula}{ending}`{thing.name}`: {words}"
    return _form_markdown(thing)


def _form_markdown(form) -> str:
    """A closed form: how it is called, the claims it computes by, and its arguments."""
    names = [claim.name for claim in form.claims if claim.name]
    by = f" computes `{names[0]}`" if names else ""
    stable = ", ".join(f"`{name}`" for name in dict.fromkeys(names[1:]))
    by += f", in floating point by {stable}" if stable else ""
    arguments = [
        f"`{x.name}` {x.meaning}" + (f" [{x.unit}]" if getattr(x, "unit", "") else "") for x in form.arguments
    ]
    call = f"{form.name}({', '.join(x.name for x in form.arguments)})"
    return f"**`{call}`**{by}. Arguments: {'; '.join(arguments)}."
