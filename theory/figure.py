"""Figures: a function that draws on axes becomes files with their data and their provenance.

    @figure(columns=2, panels=(1, 2), shows=(mode_strength,))
    def staged_learning(axes):
        '''Modes are learned one after the other, strongest first.'''
        axes[0].plot(...)

    staged_learning.build("figures/deep_linear")     # .pdf .png .csv

Built again with the same versions, every file is the same byte for byte. Results in print are read
from the CSV (`theory.plotted` says how artists become rows).
"""

from __future__ import annotations

import hashlib
import inspect
import io
import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from .derivation import Claim, Named

if TYPE_CHECKING:
    import numpy as np

WIDTHS = {1: 3.375, 2: 7.0}
"""Inches across one and two columns of a journal page."""

ASPECT = 0.72
"""Height of a panel over its width, unless a figure asks for a height of its own."""

STYLE = Path(__file__).with_name("theory.mplstyle")


def figure(*, columns: int = 1, panels: tuple[int, int] = (1, 1), height: float | None = None, shows=()):
    """Make a `Figure` of a function ``draw(axes)``.

    ``columns`` is 1 or 2 (3.375 or 7 inches wide), ``panels`` counts rows and columns of axes,
    ``height`` is in inches. ``draw`` receives one Axes, a 1-d array of them when there is one row
    or one column, else a 2-d array; it fixes any seed it needs and its docstring is the caption.
    ``shows`` lists the closed forms or claims that are drawn: their fingerprints go into the
    files' metadata.
    """
    if columns not in WIDTHS:
        raise ValueError(f"columns = {columns!r}: a figure spans 1 column or 2")
    if len(panels) != 2 or min(panels) < 1:
        raise ValueError(f"panels = {panels!r}: give (rows, columns), each at least 1")

    def decorate(draw: Callable) -> Figure:
        return Figure(draw, columns, tuple(panels), height, tuple(shows))

    return decorate


@dataclass(frozen=True, eq=False, repr=False)
class Figure(Named):
    """A drawing function with its size; made by the decorator `figure`."""

    draw: Callable
    columns: int = 1
    panels: tuple[int, int] = (1, 1)
    height: float | None = None
    shows: tuple = ()
    module: str = field(default="", init=False)

    def __post_init__(self):
        object.__setattr__(self, "module", self.draw.__module__)

    @property
    def name(self) -> str:
        """The module-level variable that holds the figure, else the name of the function."""
        return super().name or self.draw.__name__

    def __repr__(self) -> str:
        return f"<figure {self.name}>"

    def _repr_png_(self) -> bytes:
        return self._saved("png")

    @property
    def caption(self) -> str:
        """The drawing function's docstring, as one line of text per paragraph."""
        paragraphs = (inspect.getdoc(self.draw) or "").split("\n\n")
        return "\n\n".join(" ".join(p.split()) for p in paragraphs)

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in inches."""
        rows, columns = self.panels
        width = WIDTHS[self.columns]
        return width, self.height or ASPECT * width / columns * rows

    @cached_property
    def canvas(self):
        """The drawn Matplotlib figure, its layout settled; drawn the first time it is asked for."""
        with blank(*self.size) as canvas:
            axes = canvas.subplots(*self.panels)
            grid = list(canvas.axes)
            self.draw(axes)
            if len(grid) > 1:
                for number, ax in enumerate(grid):
                    if not ax.get_title(loc="left"):
                        ax.set_title(_letter(number), loc="left", fontweight="bold")
            # Constrained layout moves a little at every drawing: settle it once, then keep it,
            # so that no file depends on which others were saved before.
            canvas.draw_without_rendering()
            canvas.set_layout_engine("none")
        return canvas

    def axes_data(self) -> dict[tuple[str, str], np.ndarray]:
        """What is plotted: ``{(panel, series): array}`` with rows x, y (and z for images).

        Panels are lettered a, b, ... in reading order; a series is called by its legend label.
        """
        from .plotted import plotted

        axes = [ax for ax in self.canvas.axes if ax.get_label() != "<colorbar>"]
        found = {}
        for number, ax in enumerate(a for parent in axes for a in (parent, *parent.child_axes)):
            for series, rows in plotted(ax).items():
                found[_letter(number), series] = rows
        return found

    @property
    def provenance(self) -> dict:
        """Where the figure comes from: theory, name, claims shown, versions."""
        import matplotlib
        import numpy

        from . import __version__

        package = self.module.split(".")
        versions = {"theory": __version__, "numpy": numpy.__version__, "matplotlib": matplotlib.__version__}
        return {
            "theory": package[-2] if len(package) > 1 else package[0],
            "figure": self.name,
            "claims": {c.name or str(c.lhs): fingerprint(c) for c in _claims(self.shows)},
            "versions": versions,
        }

    def build(self, folder, formats: Iterable[str] = ("pdf", "png")) -> list[Path]:
        """Write NAME.csv and NAME.pdf, NAME.png (or svg) into ``folder``; returns their paths.

        Every file is written whole or not at all; OSError, in one line, when the folder cannot
        be written to.
        """
        folder = Path(folder)
        files = {folder / f"{self.name}.{kind}": self._saved(kind) for kind in formats}
        files[folder / f"{self.name}.csv"] = self._csv().encode()
        write_whole(files)
        return list(files)

    def _saved(self, kind: str) -> bytes:
        if kind not in _METADATA:
            raise ValueError(f"{kind!r} is not a figure format: choose from {', '.join(_METADATA)}")
        provenance = json.dumps(self.provenance, sort_keys=True)
        metadata = _METADATA[kind](self.name, self.caption, provenance)
        stream = io.BytesIO()
        with _style():
            self.canvas.savefig(stream, format=kind, metadata=metadata)
        return stream.getvalue()

    def _csv(self) -> str:
        """Tidy rows ``panel,series,x,y``; a column z when there is an image to list."""
        import csv

        data = self.axes_data()
        columns = max((len(rows) for rows in data.values()), default=2)
        stream = io.StringIO()
        lines = csv.writer(stream, lineterminator="\n")
        lines.writerow(["panel", "series", *"xyz"[:columns]])
        for (panel, series), rows in data.items():
            for row in rows.T:
                cells = [f"{float(value):.17g}" for value in row]
                lines.writerow([panel, series, *cells, *[""] * (columns - len(cells))])
        return stream.getvalue()


# A file that carried its date, or the version of a font library, would differ at every build.
_METADATA = {
    "pdf": lambda name, caption, provenance: {
        "Title": name,
        "Subject": caption,
        "Keywords": provenance,
        "Creator": "theory workbench",
        "Producer": "Matplotlib",
        "CreationDate": None,
    },
    "png": lambda name, caption, provenance: {
        "Title": name,
        "Description": caption,
        "Source": provenance,
        "Software": None,
    },
    "svg": lambda name, caption, provenance: {
        "Title": name,
        "Description": caption,
        "Source": provenance,
        "Creator": "theory workbench",
        "Date": None,
    },
}


def fingerprint(claim: Claim) -> str:
    """Twelve hexadecimal digits that change when the claim's sides or relations do."""
    import sympy as sp

    parts = [sp.srepr(claim.lhs), sp.srepr(claim.rhs), *sorted(sp.srepr(r) for r in claim.relations)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


def write_whole(files: Mapping[Path, bytes]) -> None:
    """Write several files together: each appears complete, or none of them does.

    The bytes go to temporary files in the same folders, which then take their names. An
    interruption leaves the old files, or some new ones that are complete.
    """
    parts = {path: path.with_name(f".{path.name}.{os.getpid()}.part") for path in map(Path, files)}
    try:
        for path, part in parts.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            part.write_bytes(files[path])
        for path, part in parts.items():
            os.replace(part, path)
    except OSError as error:
        raise type(error)(
            f"cannot write {path}: {error.strerror or error}; choose a folder you may write to"
        ) from None
    finally:
        for part in parts.values():
            with suppress(OSError):  # where no file could be made there is none to remove
                part.unlink(missing_ok=True)


@contextmanager
def blank(width: float, height: float):
    """An empty Matplotlib figure of that size in inches, to be drawn on in the house style."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure as Canvas

    with _style():
        canvas = Canvas(figsize=(width, height), layout="constrained")
        FigureCanvasAgg(canvas)
        yield canvas


@contextmanager
def one_line_each(names: Sequence[str], title: str):
    """The axes of an empty figure with a horizontal line for each name, the first on top."""
    with blank(WIDTHS[2], 0.8 + 0.17 * len(names)) as canvas:
        ax = canvas.subplots()
        ax.set_yticks(range(len(names)), names)
        ax.invert_yaxis()
        ax.grid(axis="x", color="0.9")
        canvas.suptitle(title)
        yield ax


def _style():
    import matplotlib.style

    return matplotlib.style.context(STYLE, after_reset=True)


def _letter(number: int) -> str:
    return chr(ord("a") + number) if number < 26 else str(number + 1)


def _claims(shows) -> Iterable[Claim]:
    for thing in shows:
        if isinstance(thing, Claim):
            yield thing
        elif getattr(thing, "claims", None):
            yield from thing.claims
        else:
            yield thing.claim
