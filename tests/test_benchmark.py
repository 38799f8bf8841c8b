"""Rows of benchmarks: goals, the record that keeps them, its table and figure, and the README's copy."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from theory import benchmark
from theory.benchmark import Row

ROOT = Path(__file__).parent.parent
PEER = Row("evaluators", "sigmoid", 3.5, "ns a point", "lambdify", 0.25, 0.35)
ALONE = Row("memory", "beyond the input", 3.0, "arrays", goal=2.0)
EFFICIENCY = Row("sweeps", "two workers", 0.9, "of the ideal", goal=0.85, at_least=True)


def test_a_goal_is_about_the_ratio_where_there_is_a_peer():
    assert PEER.met and not ALONE.met and EFFICIENCY.met
    assert Row("evaluators", "sigmoid", 0.1, "s", "lambdify", 0.5, 0.35).met is False
    assert Row("sweeps", "two workers", 0.8, "", goal=0.85, at_least=True).met is False
    assert Row("start-up", "import", 1.0, "s").met is None


def test_measuring_a_part_again_replaces_its_rows_alone(tmp_path):
    path = tmp_path / "record.json"
    benchmark.keep(path, {"cores": 2}, [PEER, ALONE])
    again = Row("evaluators", "sigmoid", 4.0, "ns a point", "lambdify", 0.3, 0.35)
    benchmark.keep(path, {"cores": 4}, [again])
    machines, rows = benchmark.read(path)
    assert rows == [ALONE, again] and machines == {"memory": {"cores": 2}, "evaluators": {"cores": 4}}
    json.loads(path.read_text(), parse_constant=pytest.fail)


def test_parts_are_told_by_machine_and_day():
    here = {"processor": "a processor", "cores": 2, "measured": "2026-01-01", "numpy": "2.4"}
    there = here | {"measured": "2026-01-02", "device": "a GPU"}
    lines = benchmark.machines_in_words({"start-up": here, "device cuda": there, "memory": here})
    assert lines == [
        "start-up, memory: 2026-01-01, a processor, 2 cores",
        "device cuda: 2026-01-02, a processor, 2 cores, a GPU",
    ]


def test_where_there_is_no_record_there_are_no_rows(tmp_path):
    assert benchmark.read(tmp_path / "none.json") == ({}, [])


def test_the_table_says_what_missed_its_goal():
    lines = benchmark.table([PEER, ALONE, EFFICIENCY, Row("start-up", "import", 1.0, "s")]).splitlines()
    assert lines[2:] == [
        "| sigmoid | 3.5 ns a point | lambdify | 0.25 | ≤ 0.35 |",
        "| beyond the input | 3 arrays |  |  | ≤ 2 (missed) |",
        "| two workers | 0.9 of the ideal |  |  | ≥ 0.85 |",
    ]


def test_the_figure_shows_every_ratio_of_costs_and_every_goal():
    other = Row("evaluators", "sigmoid", 3.5, "ns a point", "numba", 0.5)
    share = Row("device cpu", "sigmoid", 3.5, "GB/s", "memory bandwidth", 0.4, at_least=True)
    (axes,) = benchmark.draw([PEER, ALONE, share, other]).axes
    measured, goals, one = axes.lines
    assert list(measured.get_xdata()) == [0.25, 0.5] and list(goals.get_xdata()) == [0.35]
    assert [tick.get_text() for tick in axes.get_yticklabels()] == ["sigmoid / lambdify", "sigmoid / numba"]
    with pytest.raises(ValueError, match="no ratio of costs"):
        benchmark.draw([ALONE, share])


def test_the_report_shows_the_record(tmp_path, examples):
    from theory.catalogue import find
    from theory.report import render

    path = tmp_path / "record.json"
    benchmark.keep(path, {"processor": "a processor", "cores": 2, "measured": "2026-01-01"}, [PEER, ALONE])
    page = render([find("relaxation", examples)], {}, {}, tmp_path, 1.0, path)
    assert "a processor" in page and "ns a point" in page and "(missed)" in page
    assert "make bench" not in render([find("relaxation", examples)], {}, {}, tmp_path, 1.0, None)


def test_the_readme_quotes_the_record():
    rows = benchmark.read(ROOT / "benchmarks" / "record.json")[1]
    assert rows
    assert benchmark.table(rows) in (ROOT / "README.md").read_text(encoding="utf-8")


def test_a_form_is_measured_beside_a_loop_of_its_formula(monkeypatch, capsys):
    import numpy as np

    from benchmarks import every_form
    from derivations.deep_linear import mode_strength
    from derivations.deep_linear.initialisation import lyapunov_exponent

    monkeypatch.setattr(every_form, "MOST", 1000)
    given = [np.array([0.5, 2.0]) for _ in mode_strength.arguments]
    loop = every_form.loop_of(mode_strength, given)
    np.testing.assert_allclose(loop(*given), mode_strength(*given), rtol=1e-14)
    one = every_form.measured(mode_strength, "mode_strength")
    assert one.points == 1000 and one.seconds > 0 and one.ratio > 0 and one.itself > 0
    precise = every_form.measured(lyapunov_exponent, "lyapunov_exponent")
    assert precise.ratio is None and precise.by_balls
    assert "lyapunov_exponent: no loop" in capsys.readouterr().err
    monkeypatch.setattr(every_form, "SECONDS", 0.0)
    assert every_form.measured(mode_strength, "mode_strength").points == every_form.FEWEST


def test_an_unknown_part_is_named():
    command = [sys.executable, "-m", "benchmarks", "evaluator"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert done.returncode == 2
    assert "no part named 'evaluator'; there is start_up, evaluators" in done.stderr


def test_a_device_is_for_the_part_device():
    command = [sys.executable, "-m", "benchmarks", "evaluators", "--device", "cuda"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert done.returncode == 2 and "--device cuda is for the part device alone" in done.stderr
