"""What is done to one theory: check, accuracy, compare, growth, figures.

Each stage returns a record (plain data). The command line runs a stage and prints its record;
`theory.reproduce` runs them all and keeps the records. ``progress`` is a callable (done, total, what)
or None.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Mapping
from importlib.util import find_spec
from pathlib import Path

from .borrowed import borrow
from .catalogue import Theory
from .source import opening

Progress = Callable[[int, int, str], None] | None

ARRAY_BACKENDS = ("numpy", "jax", "torch")
"""Backends that round: the only ones for which an error in ulps says something."""


def check(
    theory: Theory,
    *,
    mutants: bool = True,
    record_of: Callable[[str], Mapping | None] | None = None,
    progress: Progress = None,
) -> dict:
    """Every claim with its evidence, and what became of its one-token mutants.

    Holds when every claim stands, every ASSUMED one is covered by a comparison, and every mutant that
    is not equivalent to the original is refused. Mutants are tried once every claim stands. Claims of
    other theories have the evidence that the records of their checks tell, where ``record_of`` gives these
    by name (see `theory.borrowed`); "elsewhere" lists them.
    """
    started, claims, records = time.perf_counter(), theory.claims, []
    elsewhere = borrow(theory, record_of) if record_of else []
    for done, (name, claim) in enumerate(claims.items()):
        _tell(progress, done, len(claims), name)
        begun = time.perf_counter()
        records.append(_claim_record(name, claim, theory))
        records[-1]["seconds"] = round(time.perf_counter() - begun, 3)
    # Beside a claim that fails, a mutant of its premise may well be the right one.
    if mutants and all(record["holds"] for record in records):
        for done, (record, claim) in enumerate(zip(records, claims.values(), strict=True)):
            _tell(progress, done, len(claims), f"mutants of {record['name']}")
            begun = time.perf_counter()
            record["mutants"] = _claim_mutants(claim, claims.values())
            record["mutant_seconds"] = round(time.perf_counter() - begun, 3)
    _tell(progress, len(claims), len(claims), "")
    totals = _totals(r["mutants"] for r in records if "mutants" in r)
    totals["survivors"] = [
        f"{r['name']}: {change}" for r in records for change in r.get("mutants", {}).get("survivors", ())
    ]
    uncovered = [r["name"] for r in records if r["evidence"] == "ASSUMED" and not r["covered_by"]]
    return {
        "theory": theory.name,
        "holds": all(r["holds"] for r in records) and not uncovered and not totals["survivors"],
        "checked": len(records),
        "claims": records,
        "elsewhere": elsewhere,
        "uncovered": uncovered,
        "closed_forms": {name: standing_of(form) for name, form in theory.closed_forms.items()},
        "mutants": totals,
        "seconds": round(time.perf_counter() - started, 2),
    }


def _claim_record(name: str, claim, theory: Theory) -> dict:
    from .display import checked_line, claim_html

    line = checked_line(claim)
    covering = [k for k, c in theory.comparisons.items() if any(claim is one for one in c.covers)]
    return {
        "name": name,
        "module": claim.module.removeprefix(f"{theory.module_name}."),
        "section": opening(sys.modules[claim.module])[0],
        "statement": str(claim),
        "html": claim_html(claim),
        "rule": type(claim.by).__name__,
        "reason": line.reason,
        "evidence": line.verdict,
        "standing": standing_of(claim),
        "holds": line.holds,
        "message": line.message,
        "covered_by": covering,
    }


def standing_of(thing) -> str:
    """The weakest evidence that a claim or a closed form rests on, by name."""
    from .residual import Refuted, Undecided

    try:
        return thing.standing.name
    except (Refuted, Undecided):
        return "DOES NOT STAND"


def _claim_mutants(claim, claims: Iterable) -> dict:
    from .mutants import claim_mutants

    tally, error = _attempt(claim_mutants, claim, claims)
    if tally is None:  # a check that breaks on a mutant has not refused it
        return {"made": 0, "killed": 0, "equivalent": 0, "survivors": [f"not judged, {error}"]}
    return _tally(tally)


def accuracy(theory: Theory, *, points: int = 1000, seed: int = 0, progress: Progress = None) -> dict:
    """The worst error of every closed form against rigorous balls, in ulps, on each installed backend."""
    started, records = time.perf_counter(), []
    pairs = [
        (name, form, backend)
        for name, form in theory.closed_forms.items()
        for backend in ARRAY_BACKENDS
        if backend in form.backends() and find_spec(backend)
    ]
    for done, (name, form, backend) in enumerate(pairs):
        _tell(progress, done, len(pairs), f"{name} on {backend}")
        record = {"name": name, "backend": backend}
        found, record["error"] = _attempt(form.accuracy, backend, points=points, seed=seed)
        if found is not None:
            kept = ("worst_ulps", "bound_ulps", "worst_ratio", "worst_at", "conditioned", "points", "holds")
            record |= {key: getattr(found, key) for key in kept}
        records.append({"holds": False} | record)
    _tell(progress, len(pairs), len(pairs), "")
    return _record(theory, started, {"seed": seed, "closed_forms": records})


def compare(
    theory: Theory,
    comparisons: Mapping | None = None,
    *,
    seed: int | None = None,
    backend: str = "numpy",
    device: str | None = None,
    scale: str = "laptop",
    mutants: bool = False,
    progress: Progress = None,
) -> dict:
    """Every comparison (or those given) with its verdict; ``mutants`` also judges wrong predictions."""
    started, records = time.perf_counter(), []
    chosen = theory.comparisons if comparisons is None else comparisons
    for done, (name, comparison) in enumerate(chosen.items()):
        _tell(progress, done, len(chosen), name)
        begun = time.perf_counter()

        def within(part, whole, name=name, done=done):
            if whole:
                _tell(progress, done + min(part / whole, 1), len(chosen), name)

        verdict, error = _attempt(
            comparison.run, seed=seed, backend=backend, device=device, scale=scale, progress=within
        )
        record = {"name": name, "holds": False, "error": error}
        if verdict is not None:
            record |= verdict.as_dict()
            record["covers"] = [claim.name for claim in comparison.covers]
            if mutants and hasattr(comparison.prediction, "with_rhs"):
                record |= _comparison_mutants(comparison, record["holds"])
        records.append(record | {"seconds": round(time.perf_counter() - begun, 2)})
    _tell(progress, len(chosen), len(chosen), "")
    tried = _totals(r["mutants"] for r in records if "mutants" in r)
    return _record(theory, started, {"comparisons": records, "mutants": tried})


def _comparison_mutants(comparison, holds: bool) -> dict:
    from .mutants import comparison_mutants

    tally, error = _attempt(comparison_mutants, comparison)
    if tally is None:
        return {"holds": False, "error": f"its mutants: {error}"}
    return {"mutants": _tally(tally), "holds": holds and not tally.survivors}


def figures(theory: Theory, folder: Path, chosen: dict | None = None, *, progress: Progress = None) -> dict:
    """The figures (those ``chosen``), built into ``folder``; the record lists captions and file names."""
    started, records = time.perf_counter(), []
    chosen = theory.figures if chosen is None else chosen
    for done, (name, one) in enumerate(chosen.items()):
        _tell(progress, done, len(chosen), name)
        # where one figure cannot be written, no other can
        paths, error = _attempt(one.build, folder, fatal=(OSError,))
        files = [Path(path).name for path in paths or ()]
        record = {"name": name, "caption": one.caption, "columns": one.columns, "files": files}
        records.append(record | {"holds": not error, "error": error})
    _tell(progress, len(chosen), len(chosen), "")
    return _record(theory, started, {"figures": records})


def trials(theory: Theory, folder: Path, *, progress: Progress = None) -> dict:
    """The theory's surveys of peer packages that are installed: their tables, and figures in ``folder``.

    Holds unless a survey breaks: what a peer does is reported, and is no failure of ours.
    """
    from .validate.survey import orders, surveys

    started, records = time.perf_counter(), []
    for survey in surveys(theory.name, theory.package).values():
        record = {"name": survey.name, "title": survey.title, "missing": survey.missing(), "holds": True}
        if not record["missing"]:
            rows, record["error"] = _attempt(lambda survey=survey: list(survey.rows(progress)))
            record |= {"holds": rows is not None, "versions": survey.versions(), "rows": rows or []}
            if rows:
                canvas = orders(rows, survey.title)
                folder.mkdir(parents=True, exist_ok=True)
                canvas.savefig(folder / f"{survey.name}.png", metadata={"Software": None})
        records.append(record)
    return _record(theory, started, {"surveys": records})


def growth(theory: Theory, *, progress: Progress = None) -> dict:
    """How the time and memory of every closed form and simulation grow with its size.

    Holds unless a measurement breaks: what grows faster than expected is marked, as a busy machine
    measures badly.
    """
    from .growth import measurements

    started, records, todo = time.perf_counter(), [], list(measurements(theory))
    for done, (kind, name, measure) in enumerate(todo):
        _tell(progress, done, len(todo), name)
        found, error = _attempt(measure)
        record = {"kind": kind, "name": name, "holds": not error, "error": error}
        records.append(record | (found.as_dict() if found else {}))
    _tell(progress, len(todo), len(todo), "")
    return _record(theory, started, {"growth": records})


def _record(theory: Theory, started: float, told: Mapping) -> dict:
    """What every stage but the check records; it holds when everything in its lists does."""
    parts = [part for several in told.values() if isinstance(several, list) for part in several]
    holds = all(part["holds"] for part in parts)
    return {"theory": theory.name, "holds": holds, **told, "seconds": round(time.perf_counter() - started, 2)}


def _attempt(action: Callable, *args, fatal: tuple = (), **kwargs):
    """(result, '') or (None, the error in one line): one that fails does not stop the others."""
    try:
        return action(*args, **kwargs), ""
    except fatal:
        raise
    except Exception as error:
        words = " ".join(str(error).split())
        return None, f"{type(error).__name__}: {words}" if words else type(error).__name__


def _tally(tally) -> dict:
    kept = ("made", "killed", "equivalent")
    return {key: getattr(tally, key) for key in kept} | {"survivors": list(tally.survivors)}


def _totals(tallies: Iterable[Mapping]) -> dict:
    tallies = list(tallies)
    found = {key: sum(t[key] for t in tallies) for key in ("made", "killed", "equivalent")}
    return found | {"survivors": [change for t in tallies for change in t["survivors"]]}


def _tell(progress: Progress, done: float, total: int, what: str) -> None:
    if progress:
        progress(done, total, what)
