"""What commands print: tables and JSON on standard output, progress on standard error."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager


def print_json(value) -> None:
    from ..records import dumps

    print(dumps(value))


def print_table(columns: Sequence[str], rows: Iterable[Sequence], *, title: str = "") -> None:
    """A table, as wide as the terminal on one and as wide as its content elsewhere."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(*columns, title=title or None, title_justify="left", box=box.SIMPLE_HEAD)
    for row in rows:
        table.add_row(*[coloured(str(cell)) for cell in row])
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 200)
    console.print(table)


_COLOURS = {"REFUTED": "red", "UNDECIDED": "red", "DOES NOT STAND": "red", "ASSUMED": "yellow", "no": "red"}


def coloured(text: str):
    from rich.text import Text

    return Text(text, style=_COLOURS.get(text, ""))


@contextmanager
def progress(label: str) -> Iterator[Callable[[float, int, str], None]]:
    """A bar on standard error while something long runs; one plain line per step where it is no terminal."""
    if not sys.stderr.isatty():
        yield _plain_lines(label)
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[what]}")
    with Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task(label, total=None, what="")
        yield lambda done, total, what: bars.update(task, completed=done, total=total, what=what)


def _plain_lines(label: str):
    said = set()

    def tell(done: float, total: int, what: str) -> None:
        if what and what not in said:
            said.add(what)
            print(f"{label} [{min(int(done) + 1, total)}/{total}] {what}", file=sys.stderr, flush=True)

    return tell
