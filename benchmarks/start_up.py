"""What it costs to begin: imports, a first value, the command line; CPU seconds of fresh processes."""

from __future__ import annotations

from collections.abc import Iterator

from theory.benchmark import Row

from .measure import fresh_process

STARTS = {
    "import theory": "import theory",
    "from derivations.deep_linear import mode_strength": "from derivations.deep_linear import mode_strength",
    "... and its first value": (
        "from derivations.deep_linear import mode_strength; mode_strength(t=1.0, s=1.0, u0=0.1, tau=1.0)"
    ),
    "... and its first million values": (
        "import numpy as np; from derivations.deep_linear import mode_strength; "
        "mode_strength(t=np.linspace(0, 9, 10**6), s=1.0, u0=0.1, tau=1.0)"
    ),
    "theory --help": (
        "import contextlib, io, sys; from theory.cli import main; sys.argv = ['theory', '--help']\n"
        "with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit): main()\n"
    ),
}
GOALS = {"import theory": 0.3, "theory --help": 0.5}


def measure() -> Iterator[Row]:
    for name, code in STARTS.items():
        yield Row("start-up", name, fresh_process(code), "s of CPU", goal=GOALS.get(name))
