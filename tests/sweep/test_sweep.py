"""A sweep does every cell once, whatever is killed on the way, and says what went wrong where."""

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pyarrow.parquet
import pytest

from theory.cli import main
from theory.simulation import BackendUnavailable
from theory.sweep import sweep

COMMAND = [sys.executable, "-c", "from theory.cli import main; main()", "sweep"]


def rows(log):
    return log.read_text().split("\n")[:-1]


def test_values_are_those_of_the_closed_form(tmp_path):
    from derivations.deep_linear import mode_strength

    axes = {"t": np.linspace(0, 9, 50), "s": [0.5, 2.0], "u0": 0.1, "tau": 1.0}
    done = sweep("deep_linear", "mode_strength", axes, to=tmp_path / "to", workers=2, chunk=30)
    table = done.table()
    assert (done.cells, done.found, done.holds) == (100, 0, True)
    columns = {x: table[x].to_numpy() for x in ("t", "s", "u0", "tau")}
    assert np.array_equal(table["mode_strength"].to_numpy(), mode_strength(**columns))
    assert table["cell"].to_pylist() == list(range(100))


def test_a_script_needs_no_guard_around_it(tmp_path):
    """Workers do not run the caller's main module again."""
    script = tmp_path / "script.py"
    script.write_text(
        "from theory.sweep import sweep\n"
        "print('once')\n"
        "axes = {'t': [0.0, 1.0, 2.0], 's': 1.0, 'u0': 0.1, 'tau': 1.0}\n"
        "print(sweep('deep_linear', 'mode_strength', axes, to='to', workers=2, chunk=1).holds)\n"
    )
    command = [sys.executable, str(script)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout.split(), done.stderr) == (0, ["once", "True"], "")


def test_a_cell_outside_the_domain_is_an_error_of_that_cell(lab, tmp_path):
    done = sweep("slowly", "weight", {"t": [-1, 0, 1], "a": [1, 2]}, to=tmp_path / "to", package="lab")
    table = done.table()
    assert done.errors == 2 and not done.holds and done.first_error == table["error"][0].as_py()
    assert all("t = -1" in text for text in table["error"].to_pylist()[:2])
    assert np.allclose(table["weight"].to_numpy()[2:], [1, 1, np.exp(-1), np.exp(-2)], rtol=1e-15)


def test_a_comparison_runs_at_every_parameter_and_seed(lab, tmp_path):
    done = sweep("slowly", "noisy", {"a": [0.5, 2.0]}, seeds=3, to=tmp_path / "to", package="lab", workers=2)
    table = done.table()
    assert done.holds and table["holds"].to_pylist() == [True] * 6
    assert sorted(rows(lab[2])) == sorted(f"{a} {seed}" for a in (0.5, 2.0) for seed in range(3))
    from theory.catalogue import find

    again = find("slowly", "lab").comparisons["noisy"].run(seed=0)
    assert again.statistic != table["statistic"][0].as_py()  # another rate
    from theory.sweep.work import at_cell

    again = at_cell(find("slowly", "lab").comparisons["noisy"], {"a": 0.5}, "laptop").run(seed=0)
    assert again.statistic == table["statistic"][0].as_py()


def test_a_simulation_that_raises_does_not_stop_the_others(lab, tmp_path):
    done = sweep("slowly", "noisy", {"a": [1.0, 7.0, 2.0]}, to=tmp_path / "to", package="lab", workers=1)
    assert done.errors == 1
    assert done.table()["error"].to_pylist() == ["", "RuntimeError: this rate is not simulated", ""]


def test_a_cell_that_kills_its_worker_is_given_up_and_the_others_are_done(lab, tmp_path):
    axes = {"a": [1.0, 3.0, 2.0, 4.0], "deadly": 3.0}
    done = sweep("slowly", "noisy", axes, to=tmp_path / "to", package="lab", workers=2)
    errors = done.table()["error"].to_pylist()
    assert [bool(e) for e in errors] == [False, True, False, False]
    assert "killed" in errors[1]


@pytest.mark.parametrize("killed", ["client", "worker"])
def test_killed_in_the_middle_no_finished_cell_is_lost_or_done_again(lab, tmp_path, killed):
    package, where, log = lab
    folder = tmp_path / "to"
    command = [*COMMAND, "slowly", "noisy", "a=0.5,1,2,3", "pause=0.05", "--seeds", "15"]
    command += ["--to", folder, "--package", package, "--workers", "2"]
    first = subprocess.Popen(command, cwd=where, stderr=subprocess.PIPE, text=True)
    while len(list((folder / "parts").glob("[0-9]*"))) < 8:
        assert first.poll() is None, first.stderr.read()
        time.sleep(0.01)
    if killed == "worker":
        os.kill(_children(first.pid)[-1], signal.SIGKILL)
        assert first.wait(60) == 0, first.stderr.read()
    else:
        workers = _children(first.pid)
        first.kill()
        first.wait()
        until = time.monotonic() + 10
        while any(map(_alive, workers)):
            assert time.monotonic() < until, "workers outlive their parent"
            time.sleep(0.05)
        finished = {int(f.stem) for f in (folder / "parts").glob("[0-9]*.parquet")}
        log.write_text("")
        assert subprocess.run(command, cwd=where).returncode == 0
        again = {(float(a), int(seed)) for a, seed in map(str.split, rows(log))}
        table = pyarrow.parquet.read_table(folder / "cells.parquet")
        cells = list(zip(table["a"].to_pylist(), table["seed"].to_pylist(), strict=True))
        assert not again & {cells[k] for k in finished}
        assert len(again) == 60 - len(finished)
    table = pyarrow.parquet.read_table(folder / "cells.parquet")
    assert table["cell"].to_pylist() == list(range(60))
    assert table["error"].to_pylist() == [""] * 60


def _children(pid: int) -> list[int]:
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                words = open(f"/proc/{entry}/stat").read().rpartition(")")[2].split()
                line = open(f"/proc/{entry}/cmdline").read()
            except OSError:
                continue
            if int(words[1]) == pid and "spawn_main" in line:
                found.append(int(entry))
    return sorted(found)


def _alive(pid: int) -> bool:
    try:
        return open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_finished_sweep_is_not_done_again_and_another_one_not_mixed_in(lab, tmp_path):
    where = {"to": tmp_path / "to", "package": "lab", "workers": 1}
    sweep("slowly", "noisy", {"a": [1.0, 2.0]}, **where)
    lab[2].write_text("")
    done = sweep("slowly", "noisy", {"a": [1.0, 2.0]}, **where)
    assert done.found == 2 and rows(lab[2]) == []
    with pytest.raises(ValueError, match=r"another sweep \(other axes\)"):
        sweep("slowly", "noisy", {"a": [1.0, 3.0]}, **where)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["deep_linear", "mode_strenght", "t=1"], "mode_strength"),
        (["deep_linear", "mode_strength", "t=1", "speed=1", "s=1", "u0=1", "tau=1"], "has no speed"),
        (["deep_linear", "mode_strength", "t=1"], "missing"),
        (["deep_linear", "mode_strength", "t=1", "s=1", "u0=1", "tau=1", "--seeds", "3"], "draws nothing"),
        (["deep_linear", "mode_strength", "t=", "s=1", "u0=1", "tau=1"], "START:STOP:COUNT"),
        (["deep_linear", "mode_strength", "t=1", "s=1", "u0=1", "tau=1", "--workers", "0"], "workers = 0"),
        (
            [
                "deep_linear",
                "mode_strength",
                "t=1",
                "s=1",
                "u0=1",
                "tau=1",
                "--scheduler",
                "tcp://127.0.0.1:9",
            ],
            "no Dask scheduler answers at tcp://127.0.0.1:9",
        ),
    ],
)
def test_a_mistyped_command_says_what_to_do(arguments, says, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("theory.sweep.workers.Cluster.__init__.__defaults__", (1.0,))
    assert main(["sweep", *arguments, "--to", str(tmp_path / "to")]) == 2
    assert says in capsys.readouterr().err


def test_the_command_says_how_far_it_is_and_what_went_wrong_first(tmp_path, capsys):
    cells = ["t=0,1", "s=-1", "u0=0.1", "tau=1", "--workers", "1"]
    assert main(["sweep", "deep_linear", "mode_strength", *cells, "--to", str(tmp_path / "to")]) == 1
    told = capsys.readouterr()
    assert told.err.splitlines()[-1] == "sweep mode_strength [2/2] 2 of 2 cells"
    assert "2 with an error (the first: DomainError: mode_strength: s = -1 is outside" in told.out


def test_a_sweep_on_another_device_or_backend_or_scale_is_another_sweep(tmp_path):
    pytest.importorskip("jax")
    axes = {"t": [0.0, 1.0, 2.0], "s": 1.0, "u0": 0.1, "tau": 1.0}
    to = tmp_path / "to"
    first = sweep("deep_linear", "mode_strength", axes, to=to, backend="jax", workers=1)
    again = sweep("deep_linear", "mode_strength", axes, to=to, backend="jax", device="cpu", workers=1)
    assert (first.found, again.found) == (0, 3)  # the CPU is the device that is not named
    for other, said in (
        ({"backend": "jax", "device": "cuda"}, "device 'cpu' there, 'cuda' here"),
        ({"backend": "numpy"}, "backend 'jax' there, 'numpy' here"),
        ({"backend": "jax", "scale": "gpu"}, "scale 'laptop' there, 'gpu' here"),
    ):
        with pytest.raises(ValueError, match=f"another sweep .other target: {said}"):
            sweep("deep_linear", "mode_strength", axes, to=to, workers=1, **other)


def test_numpy_has_no_other_device_than_the_processor(tmp_path):
    axes = {"t": 1.0, "s": 1.0, "u0": 0.1, "tau": 1.0}
    with pytest.raises(BackendUnavailable, match="'numpy' finds no device 'cuda'"):
        sweep("deep_linear", "mode_strength", axes, to=tmp_path / "to", device="cuda")
    assert not (tmp_path / "to").exists()
