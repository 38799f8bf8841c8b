"""A survey: one trial after another of everything that a peer package offers, as a table and a figure."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import update_wrapper
from importlib.metadata import version

from .trial import Trial


@dataclass(eq=False)
class Survey:
    """Trials of a peer's parts; made by the decorator `survey_of`.

    ``parts()`` are their names, ``judge(name)`` is the `Trial` of one (or a reason, in words, why none is
    possible); ``needs`` are the packages without which there is nothing to judge.
    """

    name: str
    title: str
    needs: tuple[str, ...]
    parts: Callable[[], Iterable[str]]
    judge: Callable[[str], Trial | str]
    module: str = field(init=False)

    def __post_init__(self):
        self.module = self.judge.__module__
        update_wrapper(self, self.judge)

    def missing(self) -> list[str]:
        return [package for package in self.needs if importlib.util.find_spec(package) is None]

    def versions(self) -> dict[str, str]:
        return {package: version(package) for package in self.needs}

    def rows(self, progress: Callable[[int, int, str], None] | None = None) -> Iterator[dict]:
        """A row for every part: what is claimed, what was measured, and what explains the difference."""
        names = list(self.parts())
        for done, name in enumerate(names):
            if progress is not None:
                progress(done, len(names), name)
            yield row(name, self.judge(name))


def survey_of(
    name: str, *, title: str, needs: Iterable[str], parts: Callable[[], Iterable[str]]
) -> Callable[[Callable[[str], Trial | str]], Survey]:
    """Makes a function ``judge(part) -> Trial`` the survey of a peer's parts."""
    return lambda judge: Survey(name, title, tuple(needs), parts, judge)


def surveys(theory: str, package: str = "derivations") -> dict[str, Survey]:
    """The surveys of a theory, by name: those in its module ``trial``."""
    module = f"{package}.{theory}.trial"
    if importlib.util.find_spec(module) is None:
        return {}
    found = vars(importlib.import_module(module)).values()
    return {one.name: one for one in found if isinstance(one, Survey)}


def row(name: str, trial: Trial | str) -> dict:
    """A trial in one line of a table."""
    if isinstance(trial, str):
        return {"name": name, "judged": False, "why_not": trial}
    return {
        "name": name,
        "judged": True,
        "claimed_order": trial.claimed_order,
        "order": trial.order,
        "order_interval": trial.order_interval,
        "holds": trial.holds,
        "verdict": _verdict(trial),
        "defects": [f"{one.kind}: {one.message}" for one in trial.findings if one.defect],
        "notes": [f"{one.kind}: {one.message}" for one in trial.findings if not one.defect],
        "setting": trial.setting,
        "reproduce": trial.reproduce,
        "seconds": trial.seconds,
    }


def _verdict(trial: Trial) -> str:
    if not trial.holds:
        return "does not hold"
    unseen = trial.claimed_order is not None and trial.order is None
    return "errors reach rounding before they show an order" if unseen else "holds"


def orders(rows: Iterable[dict], title: str):
    """A figure: the measured order of every part, with its interval, beside the one that is claimed."""
    from ..figure import one_line_each

    rows = [r for r in rows if r["judged"] and r["order"] is not None]
    if not rows:
        raise ValueError(f"{title}: no order was measured, there is nothing to draw")
    with one_line_each([r["name"] for r in rows], title) as ax:
        for k, r in enumerate(rows):
            low, high = r["order_interval"]
            ax.plot([low, high], [k, k], "-", color="C0", linewidth=2)
            ax.plot(r["order"], k, "o", color="C0", label="measured" if k == 0 else None)
            if r["claimed_order"] is not None:
                ax.plot(r["claimed_order"], k, "D", fillstyle="none", color="0.1", markersize=7,
                        label="claimed" if k == 0 else None)  # fmt: skip
        ax.set_xlabel("order of convergence")
        claimed = [r["claimed_order"] for r in rows if r["claimed_order"] is not None]
        ax.set_xlim(0, max([r["order_interval"][1] for r in rows] + claimed) + 0.3)  # no order is negative
        ax.legend(loc="upper right")
    return ax.figure
