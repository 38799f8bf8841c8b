"""What benchmarks measured: rows, the file that keeps them, their table and their figure.

``python -m benchmarks`` (in a checkout) measures and writes the record; the report and the README show it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from . import records


@dataclass(frozen=True)
class Row:
    """One measurement: ``value`` in ``unit``; beside a peer also ``ratio``, ours over the peer's in one run.

    ``goal`` is what the ratio (the value, where there is no peer) should be: at most, or ``at_least``.
    """

    part: str
    name: str
    value: float
    unit: str
    peer: str = ""
    ratio: float | None = None
    goal: float | None = None
    at_least: bool = False

    @property
    def judged(self) -> float:
        """The number that the goal is about."""
        return self.value if self.ratio is None else self.ratio

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None where there is none."""
        if self.goal is None:
            return None
        return self.judged >= self.goal if self.at_least else self.judged <= self.goal


def read(path: Path) -> tuple[dict, list[Row]]:
    """The machine and the rows of a record; ({}, []) where there is no file."""
    found = records.read(Path(path)) or {"machine": {}, "rows": []}
    return dict(found["machine"]), [Row(**row) for row in found["rows"]]


def keep(path: Path, machine: Mapping, part: str, rows: Iterable[Row]) -> None:
    """Put the rows of one part into the record, in place of that part's earlier ones."""
    _, others = read(path)
    kept = [row for row in others if row.part != part] + list(rows)
    told = {"machine": dict(machine), "rows": [asdict(row) for row in kept]}
    records.write(Path(path), records.dumps(told))
