"""The report of a reproduction: one HTML file that needs nothing beside it."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from . import benchmark
from .catalogue import Theory
from .tolerance import FAMILY_BUDGET

_HERE = Path(__file__).parent


def render(
    theories: Iterable[Theory],
    found: Mapping[tuple[str, str], Mapping],
    environment: Mapping[str, object],
    figures: Path,
    seconds: float,
    benchmarks: Path | None = None,
) -> str:
    """The page, from the records of the stages: ``found[theory, stage]``.

    ``figures`` holds one folder per theory with the PNGs that the records name; they, the style sheet
    and the record of ``benchmarks``, where there is one, go into the page. Formulas are MathML.
    Nothing is loaded, no script runs.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    page = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page.filters["digits"] = _digits
    page.filters["prose"] = _prose
    sections = [_section(theory, found, figures / theory.name) for theory in theories]
    return page.get_template("report.html.jinja").render(
        sections=sections,
        holds=all(section["holds"] for section in sections),
        false_alarm=sum(_false_alarm(c) for section in sections for c in section["comparisons"]),
        budget=FAMILY_BUDGET,
        slowest=_slowest(sections),
        speed=_speed(benchmarks),
        environment=environment,
        made=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        seconds=round(seconds, 1),
        css=(_HERE / "report.css").read_text(encoding="utf-8"),
    )


def _slowest(sections: Iterable[Mapping], count: int = 10) -> list[dict]:
    """The claims whose check, with that of their mutants, took longest."""
    timed = [
        {"theory": s["name"], "name": c["name"], "rule": c["rule"], "own": c["seconds"],
         "mutants": c.get("mutant_seconds", 0.0)}
        for s in sections for c in s["claims"] if "seconds" in c
    ]  # fmt: skip
    return sorted(timed, key=lambda c: c["own"] + c["mutants"], reverse=True)[:count]


def _false_alarm(comparison: Mapping) -> float:
    """The chance that a comparison rejects a true prediction; 0 for one that draws nothing, or raised."""
    return comparison.get("details", {}).get("false_alarm", 0.0)


def _section(theory: Theory, found: Mapping, figures: Path) -> dict:
    """One theory as the template wants it; a stage that raised has no lists, only its error."""
    stages = {stage: record for (name, stage), record in found.items() if name == theory.name}
    check, accuracy = stages.get("check", {}), stages.get("accuracy", {})
    compare, drawn = stages.get("compare", {}), stages.get("figures", {})
    return {
        "name": theory.name,
        "title": theory.name if theory.error else theory.title,
        "summary": "" if theory.error else theory.summary,
        "holds": all(record["holds"] for record in stages.values()),
        "errors": _errors(stages),
        "claims": check.get("claims", []),
        "uncovered": check.get("uncovered", []),
        "claim_mutants": check.get("mutants"),
        "closed_forms": [
            {**form, "standing": check.get("closed_forms", {}).get(form["name"], "–")}
            for form in accuracy.get("closed_forms", [])
        ],
        "comparisons": compare.get("comparisons", []),
        "comparison_mutants": compare.get("mutants"),
        "growth": stages.get("growth", {}).get("growth", []),
        "figures": [_figure(record, figures) for record in drawn.get("figures", [])],
        "surveys": [_survey(record, figures) for record in stages.get("trials", {}).get("surveys", [])],
        "seconds": {stage: record.get("seconds") for stage, record in stages.items()},
    }


def _errors(stages: Mapping[str, Mapping]) -> list[dict]:
    """What raised, by its message, with the stages that it stopped."""
    errors: dict[str, dict] = {}
    for stage, record in stages.items():
        if record.get("error"):
            same = {"message": record["error"], "where": record.get("where", []), "stages": []}
            errors.setdefault(record["error"], same)["stages"].append(stage)
    return list(errors.values())


def _figure(record: Mapping, folder: Path) -> dict:
    """A figure's record with its PNG as a data URI ('' when it was not drawn)."""
    images = [folder / file for file in record["files"] if file.endswith(".png")]
    return {**record, "image": _data(images[0].read_bytes()) if images else ""}


def _survey(record: Mapping, folder: Path) -> dict:
    """A survey's record with its figure as a data URI."""
    image = folder / f"{record['name']}.png"
    return {**record, "image": _data(image.read_bytes()) if record.get("rows") and image.exists() else ""}


def _speed(path: Path | None) -> dict | None:
    """What the benchmarks measured, and its figure as a data URI."""
    machines, rows = benchmark.read(path) if path else ({}, [])
    if not rows:
        return None
    stream = io.BytesIO()
    if any(row.is_cost for row in rows):
        benchmark.draw(rows).savefig(stream, format="png", metadata={"Software": None})
    told = [(row, benchmark.goal_in_words(row)) for row in rows]
    image = _data(stream.getvalue()) if stream.tell() else ""
    return {"machines": benchmark.machines_in_words(machines), "rows": told, "image": image}


def _data(image: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(image).decode()}"


def _prose(text: str):
    """Words with $formulas$ and `code` as HTML; a formula that no one can convert stays as it is typed."""
    from html import escape

    from markupsafe import Markup

    from .display import words_html

    try:
        words = words_html(text)
    except ValueError:
        words = escape(text)
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", words))


def _digits(value) -> str:
    """A number to four digits; a dash for none."""
    if value is None or value == "":
        return "–"
    return f"{value:.4g}" if isinstance(value, float) else str(value)
