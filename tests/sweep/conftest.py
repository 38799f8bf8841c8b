"""A theory whose simulation takes its time, and writes down that it ran."""

import sys

import pytest

SETTING = '''"""A decaying weight, slowly simulated."""
'''
RESULT = """import sympy as sp

from theory import Claim, ExplicitForm, Parameter
from theory.comparison import Comparison
from theory.rules import Given
from theory.simulation import Measurement, Simulation
from theory.tolerance import MonteCarlo

t = Parameter("t", "time", sp.Interval(0, sp.oo), extremes=(0.1, 10))
a = Parameter("a", "rate", sp.Interval.open(0, sp.oo), extremes=(0.1, 10))
w = sp.Function("w")
decay = Claim(w(t), sp.exp(-a * t), Given("the solution"))
weight = ExplicitForm(decay, (t, a))


def _slow(*, xp, rng, progress, t, a, pause, deadly):
    import os, signal, time
    time.sleep(pause)
    if a == deadly:
        os.kill(os.getpid(), signal.SIGKILL)
    if a == 7:
        raise RuntimeError("this rate is not simulated")
    with open(os.environ["LAB_LOG"], "a") as log:
        log.write(f"{a!r} {rng.bit_generator.seed_seq.entropy}\\n")
    import numpy as np
    return Measurement(np.exp(-a * t) + rng.normal(size=(64, 1)) * 0.01)


noisy = Comparison(
    weight, Simulation(_slow, {"laptop": {"pause": 0.02, "deadly": -1}}), {"t": 1.0, "a": 1.0}, MonteCarlo()
)
"""


@pytest.fixture
def lab(tmp_path, monkeypatch):
    """(the package's name, its folder, the log of the cells that were simulated)."""
    package = tmp_path / "where" / "lab"
    theory = package / "slowly"
    theory.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (theory / "__init__.py").write_text(SETTING)
    (theory / "result.py").write_text(RESULT)
    log = tmp_path / "log"
    log.write_text("")
    monkeypatch.setenv("LAB_LOG", str(log))
    monkeypatch.syspath_prepend(str(package.parent))
    yield "lab", package.parent, log
    for module in [m for m in sys.modules if m.partition(".")[0] == "lab"]:
        del sys.modules[module]
