"""A trial as a table for the terminal, a piece of HTML, and a convergence plot."""

from __future__ import annotations

import base64
import io
from html import escape

import numpy as np

from .trial import Trial


def table(trial: Trial):
    """A rich table: verdict, order, findings."""
    from rich.table import Table
    from rich.text import Text

    verdict = "holds" if trial.holds else "DOES NOT HOLD"
    shown = Table(title=f"{trial.subject}: {verdict}", caption=trial.setting, title_justify="left")
    shown.add_column("finding")
    shown.add_column("", no_wrap=True)
    shown.add_column("what was seen", overflow="fold")
    shown.add_row("question", "", Text(trial.question))
    if trial.order is not None:
        shown.add_row(
            "order",
            "",
            f"{trial.order:.3g}, between {trial.order_interval[0]:.3g} and {trial.order_interval[1]:.3g}",
        )
    for finding in trial.findings:
        shown.add_row(finding.kind, "defect" if finding.defect else "note", Text(finding.message))
    return shown


def html(trial: Trial) -> str:
    """One ``<section>`` without scripts or links: verdict, findings, plot, the lines that repeat it."""
    verdict = "holds" if trial.holds else "does not hold"
    rows = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"
        for cells in ((f.kind, "defect" if f.defect else "note", f.message) for f in trial.findings)
    )
    order = ""
    if trial.order is not None:
        low, high = trial.order_interval
        order = f"<p>Order {trial.order:.3g}, between {low:.3g} and {high:.3g}.</p>"
    picture = ""
    if trial.curves:
        stream = io.BytesIO()
        trial.figure().savefig(stream, format="png", metadata={"Software": None})
        data = base64.b64encode(stream.getvalue()).decode()
        picture = f'<img alt="errors against {escape(trial.size_name)}" src="data:image/png;base64,{data}">'
    head = "<thead><tr><th>finding</th><th></th><th>what was seen</th></tr></thead>"
    return (
        f'<section class="trial"><h3>{escape(trial.subject)}: {verdict}</h3><p>{escape(trial.question)}</p>'
        f"{order}<table>{head}<tbody>{rows}</tbody></table>{picture}"
        f"<p>{escape(trial.setting)}</p><pre>{escape(trial.reproduce)}</pre></section>"
    )


def convergence(trial: Trial):
    """Errors against sizes, both logarithmic, with lines of the claimed and the measured order."""
    if not trial.curves:
        raise ValueError(f"{trial.subject}: this trial measured no convergence, there is nothing to draw")
    from ..figure import WIDTHS, blank

    with blank(WIDTHS[1], 0.75 * WIDTHS[1]) as canvas:
        ax = canvas.subplots()
        for curve, marker in zip(trial.curves, "osD^v", strict=False):
            ax.loglog(curve.sizes, curve.errors, marker, fillstyle="none", label=curve.label)
        first = trial.curves[0]
        sizes, error = np.array(first.sizes), first.errors[-1]
        for order, style, what in ((trial.order, "-", "measured"), (trial.claimed_order, ":", "claimed")):
            if order is not None and error > 0:
                label = f"{what} order {order:.3g}"
                ax.loglog(sizes, error * (sizes / sizes[-1]) ** -order, style, color="0.4", label=label)
        ax.set_xlabel(trial.size_name)
        ax.set_ylabel("relative error")
        ax.set_title(trial.subject)
        ax.legend()
    return canvas
