"""The same sweep on a Dask cluster: a real scheduler and workers, some of which are killed."""

import itertools
import os
import signal
import subprocess
import sys
import time

import pytest

from theory.sweep import sweep

distributed = pytest.importorskip("distributed", reason="needs theory-workbench[distributed]")


class Cluster:
    """A scheduler and workers, as processes on loopback."""

    def __init__(self, where, folder):
        self.environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(where), *filter(None, sys.path)])}
        self.folder, self.processes = folder, []
        file = folder / "scheduler.json"
        self.start(
            "scheduler", "--port", "0", "--host", "127.0.0.1", "--scheduler-file", str(file), "--no-dashboard"
        )
        until = time.monotonic() + 60
        while not file.exists() or not file.stat().st_size:
            assert time.monotonic() < until
            time.sleep(0.05)
        import json

        self.address = json.loads(file.read_text())["address"]

    def start(self, kind, *options):
        command = [sys.executable, "-m", "distributed.cli.dask_" + kind, *options]
        with open(self.folder / f"{kind}{len(self.processes)}.log", "w") as log:
            process = subprocess.Popen(command, env=self.environment, stderr=log, stdout=log, cwd=self.folder)
        self.processes.append(process)
        return process

    def worker(self):
        return self.start("worker", self.address, "--nthreads", "1", "--no-nanny", "--no-dashboard")

    def end(self):
        for process in self.processes:
            process.kill()
            process.wait()


@pytest.fixture
def cluster(lab, tmp_path):
    made = Cluster(lab[1], tmp_path)
    made.workers = [made.worker(), made.worker()]
    yield made
    made.end()


def test_a_cluster_gives_what_this_machine_gives(lab, cluster, tmp_path):
    axes = {"a": [0.5, 1.0, 2.0]}
    there = sweep(
        "slowly", "noisy", axes, seeds=4, to=tmp_path / "a", package="lab", scheduler=cluster.address
    )
    here = sweep("slowly", "noisy", axes, seeds=4, to=tmp_path / "b", package="lab", workers=1)
    keep = ["cell", "a", "seed", "statistic", "bound", "holds"]
    assert there.holds and there.table().select(keep).equals(here.table().select(keep))


def test_a_worker_killed_in_the_middle_loses_nothing(lab, cluster, tmp_path):
    folder, killed = tmp_path / "to", []

    def kill(done, total, what):
        if done >= 10 and not killed:
            killed.append(cluster.workers[0].pid)
            os.kill(cluster.workers[0].pid, signal.SIGKILL)

    axes = {"a": [0.5, 1.0, 2.0], "pause": 0.05}
    done = sweep(
        "slowly", "noisy", axes, seeds=20, to=folder, package="lab", scheduler=cluster.address, progress=kill
    )
    assert killed and done.holds
    assert done.table()["cell"].to_pylist() == list(range(60))


def test_a_killed_scheduler_is_said_and_the_rest_is_done_elsewhere(lab, cluster, tmp_path):
    folder = tmp_path / "to"

    def kill(done, total, what):
        if done >= 10:
            cluster.processes[0].kill()

    ask = {"axes": {"a": [0.5, 1.0, 2.0], "pause": 0.05}, "seeds": 20, "to": folder, "package": "lab"}
    with pytest.raises(ConnectionError, match="what was finished is kept"):
        sweep("slowly", "noisy", **ask, scheduler=cluster.address, progress=kill)
    finished = {int(f.stem) for f in (folder / "parts").glob("[0-9]*.parquet")}
    assert len(finished) >= 10
    lab[2].write_text("")
    done = sweep("slowly", "noisy", **ask, workers=2)
    assert done.found == len(finished) and done.holds
    again = {(float(a), int(seed)) for a, seed in map(str.split, lab[2].read_text().split("\n")[:-1])}
    cells = list(itertools.product([0.5, 1.0, 2.0], range(20)))
    assert again == {cells[k] for k in range(60) if k not in finished}


@pytest.mark.parametrize("loss", [TimeoutError("timed out after 10 s."), "cancelled"])
def test_a_result_that_went_with_its_worker_is_computed_again(loss):
    """The worker may die between saying that it is done and handing the result over."""
    from concurrent.futures import CancelledError

    from theory.sweep import workers

    class Lost:
        status = "finished"

        def exception(self, timeout):
            return None

        def result(self, timeout):
            raise CancelledError if loss == "cancelled" else loss

    class Found(Lost):
        def result(self, timeout):
            return {"value": [1.0]}

    class Client:
        status, asked = "running", 0

        def submit(self, *args, **kwargs):
            self.asked += 1
            return Lost() if self.asked == 1 else Found()

    team = object.__new__(workers.Cluster)
    team.target, team.address, team.patience, team.client, team.running = None, "", 1.0, Client(), {}
    team.submit(7, {})
    assert list(team.results()) == []
    assert list(team.results()) == [(7, {"value": [1.0]}, None)]
    team.submit(8, {})
    team.client.status, team.running = "closed", {Lost(): (8, {})}
    with pytest.raises(workers.ClusterLost, match="what was finished is kept"):
        list(team.results())
