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

    ``goal`` is what the ratio (the value, where there is no peer) should be: at most, or ``at_least``,
    which also says that more of it is better.
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
    def is_cost(self) -> bool:
        """Whether the ratio is that of what ours costs to what the peer costs."""
        return self.ratio is not None and not self.at_least

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None where there is none."""
        if self.goal is None:
            return None
        return self.judged >= self.goal if self.at_least else self.judged <= self.goal


def read(path: Path) -> tuple[dict[str, dict], list[Row]]:
    """The machine of each part, and the rows of a record; ({}, []) where there is no file."""
    found = records.read(Path(path)) or {"machines": {}, "rows": []}
    return dict(found["machines"]), [Row(**row) for row in found["rows"]]


def keep(path: Path, machine: Mapping, rows: Iterable[Row]) -> None:
    """Put the rows, measured on this machine, in place of all earlier ones of the same parts."""
    new, (machines, old) = list(rows), read(path)
    parts = {row.part: dict(machine) for row in new}
    kept = [row for row in old if row.part not in parts] + new
    told = {"machines": machines | parts, "rows": [asdict(row) for row in kept]}
    records.write(Path(path), records.dumps(told))


def machines_in_words(machines: Mapping[str, Mapping]) -> list[str]:
    """A line for each machine and day: which parts were measured there."""
    lines: dict[str, list[str]] = {}
    for part, machine in machines.items():
        cores = f"{machine['cores']} cores" if "cores" in machine else ""
        told = [machine.get("measured", ""), machine.get("processor", ""), cores, machine.get("device", "")]
        lines.setdefault(", ".join(filter(None, told)), []).append(part)
    return [f"{', '.join(parts)}: {told}" for told, parts in lines.items()]


def table(rows: Iterable[Row]) -> str:
    """The rows with a goal as a Markdown table."""
    lines = ["| what | measured | beside | ratio | goal |", "|---|---|---|---|---|"]
    for row in rows:
        if row.goal is not None:
            ratio = "" if row.ratio is None else f"{row.ratio:.2g}"
            measured = f"{row.value:.3g} {row.unit}".rstrip()
            lines.append(f"| {row.name} | {measured} | {row.peer} | {ratio} | {goal_in_words(row)} |")
    return "\n".join(lines)


def goal_in_words(row: Row) -> str:
    if row.goal is None:
        return ""
    sign = "≥" if row.at_least else "≤"
    return f"{sign} {row.goal:.3g}{'' if row.met else ' (missed)'}"


def draw(rows: Iterable[Row], title: str = ""):
    """A figure: what each thing costs beside its peers, with the goals; raises ValueError without ratios."""
    from .figure import one_line_each

    rows = [row for row in rows if row.is_cost]
    if not rows:
        raise ValueError("no ratio of costs was measured, there is nothing to draw")
    with one_line_each([f"{row.name} / {row.peer}" for row in rows], title) as ax:
        ax.plot([row.ratio for row in rows], range(len(rows)), "o", color="C0", label="measured")
        goals = [(row.goal, k) for k, row in enumerate(rows) if row.goal is not None]
        if goals:
            ax.plot(*zip(*goals, strict=True), "D", fillstyle="none", color="0.1", markersize=7, label="goal")
        ax.axvline(1, color="0.4", linewidth=0.8)
        ax.set_xscale("log")
        ax.set_xlabel("cost, ours over the peer's in the same run")
        ax.legend(loc="best")
    return ax.figure
