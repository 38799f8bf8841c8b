"""The parts of the benchmark, each measured in a process of its own, and the record they go into."""

from __future__ import annotations

import importlib
import multiprocessing
import platform
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from theory import benchmark
from theory.benchmark import Row
from theory.reproduce import environment

RECORD = Path(__file__).with_name("record.json")
PARTS = (
    "start_up",
    "evaluators",
    "balls",
    "large_arrays",
    "every_form",
    "mixture_score",
    "probability_flow",
    "infinite_width",
    "model_growth",
    "sweeps",
    "device",
)
"""Modules with a function ``measure()``, whose rows have their part's name."""


def run(part: str, record: Path, *arguments: str) -> None:
    """Measure one part in a fresh process, and put its rows into the record.

    ``arguments`` go to the part's function: the name of a device.
    """
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=fresh) as process:
        rows = process.submit(_rows, part, *arguments).result()
        told = machine() | ({"device": process.submit(_model, *arguments).result()} if arguments else {})
    benchmark.keep(record, told, rows)


def _rows(part: str, *arguments: str) -> list[Row]:
    found = []
    for row in importlib.import_module(f"benchmarks.{part}").measure(*arguments):
        beside = f"{row.ratio:9.3g} of {row.peer}" if row.ratio is not None else ""
        print(f"{row.name:60s} {row.value:11.4g} {row.unit:16s} {beside:44s} "
              f"{benchmark.goal_in_words(row)}", flush=True)  # fmt: skip
        found.append(row)
    return found


def _model(device: str) -> str:
    return importlib.import_module("benchmarks.device").model(device)


def machine() -> dict:
    """Kind of processor, versions, day: no host name, user or path."""
    return {"processor": _processor(), "measured": f"{datetime.now(UTC):%Y-%m-%d}"} | environment()


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((one.partition(":")[2].strip() for one in lines if one.startswith("model name")), "")
