"""What a trial of somebody's code found: findings with their evidence, and a verdict."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..records import plain


@dataclass(frozen=True)
class Finding:
    """One thing that a trial found out.

    ``kind`` names it in a word or two, for programs; ``message`` says it in a sentence, with numbers and
    the likely cause; ``evidence`` are the numbers behind it. A ``defect`` is why a trial does not hold.
    """

    kind: str
    message: str
    evidence: Mapping[str, Any] = field(default_factory=dict)
    defect: bool = True

    def __str__(self) -> str:
        return f"{self.kind}: {self.message}"


@dataclass(frozen=True)
class Curve:
    """Errors against sizes (steps, widths, samples), for the figure: one line of it."""

    label: str
    sizes: tuple[float, ...]
    errors: tuple[float, ...]


@dataclass(frozen=True)
class Trial:
    """The verdict on somebody's code.

    ``holds`` is True where no finding is a defect. ``order`` and ``order_interval`` are what was measured
    where an order of convergence is at stake, else None. ``setting`` says what was tested on what grid,
    with what statistic and bound; ``reproduce`` are the lines that repeat it.
    """

    subject: str
    question: str
    setting: str
    findings: tuple[Finding, ...]
    reproduce: str
    order: float | None = None
    order_interval: tuple[float, float] | None = None
    claimed_order: float | None = None
    curves: tuple[Curve, ...] = ()
    size_name: str = "steps"
    seconds: float | None = None

    @property
    def holds(self) -> bool:
        return not any(finding.defect for finding in self.findings)

    def kinds(self) -> tuple[str, ...]:
        """The kinds of its defects, in the order they were found."""
        return tuple(dict.fromkeys(one.kind for one in self.findings if one.defect))

    def as_dict(self) -> dict[str, Any]:
        """Plain values; numbers that are not finite become None."""
        found = {
            "subject": self.subject,
            "question": self.question,
            "holds": self.holds,
            "order": self.order,
            "order_interval": self.order_interval,
            "claimed_order": self.claimed_order,
            "setting": self.setting,
            "findings": [
                {"kind": f.kind, "message": f.message, "defect": f.defect, "evidence": f.evidence}
                for f in self.findings
            ],
            "curves": [{"label": c.label, self.size_name: c.sizes, "errors": c.errors} for c in self.curves],
            "reproduce": self.reproduce,
        }
        return plain(found, spelt=False)

    def to_json(self) -> str:
        """The same as JSON text."""
        return json.dumps(self.as_dict(), indent=1)

    def __str__(self) -> str:
        lines = [f"{self.subject}: {'holds' if self.holds else 'DOES NOT HOLD'}. {self.question}"]
        if self.order is not None:
            low, high = self.order_interval
            lines.append(f"order {self.order:.3g}, between {low:.3g} and {high:.3g}")
        lines += [f"- {finding}" for finding in self.findings]
        return "\n".join([*lines, self.setting])

    def __rich__(self):
        from .shown import table

        return table(self)

    def _repr_html_(self) -> str:
        return self.to_html()

    def to_html(self) -> str:
        """A piece of HTML with the verdict, the findings and the convergence plot, in one string."""
        from .shown import html

        return html(self)

    def figure(self):
        """The convergence plot, a Matplotlib figure: errors against steps, the claimed and measured order.

        ValueError if the trial measured no convergence.
        """
        from .shown import convergence

        return convergence(self)
