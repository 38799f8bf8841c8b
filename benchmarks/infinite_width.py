"""Kernels of infinitely wide networks beside Neural Tangents 0.6.5, in CPU seconds of the same run.

Neural Tangents needs an older JAX than the workbench: it gets an environment of its own, made when missing.
Where it cannot be had, the comparison is with our own layers in JAX, compiled, and the lines say so.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

from theory.benchmark import Row

from .measure import least_cpu

PEER = ("neural-tangents==0.6.5", "jax<0.6", "scikit-learn")
FOLDER = Path(__file__).parent.parent / ".venv" / "neural-tangents"
DEPTHS = (3, 64)
IMAGES = 50
REPEATS = 3
GOALS = {
    "dense, depth 3": 1 / 4,
    "dense, depth 64": 1 / 50,
    "convolutional, float64": 0.6,
    "convolutional, float32": 0.15,
}


def measure() -> Iterator[Row]:
    """NNGP and NTK together, of kernels compiled beforehand, and the peak of their memory.

    The digits, 1797 x 64, float64, ReLU networks of two depths; 50 digits through three 3 x 3
    convolutions and global average pooling, float64 and float32.
    """
    theirs, peer = _peer()
    for name, ours in _ours().items():
        seconds, _ = least_cpu(ours, REPEATS)
        ratio = seconds / theirs[name]
        yield Row("infinite width", f"NNGP and NTK, {name}", seconds, "s of CPU", peer, ratio, GOALS[name])
    yield Row("infinite width", "memory of NNGP and NTK, depth 3", _peak_memory(), "matrices", goal=4.0)


def _peak_memory() -> float:
    """The peak of one evaluation at depth 3 on the digits, in matrices of 1797 x 1797 float64."""
    from derivations.nngp_ntk.data import digits

    x, network = digits()[0], _dense(3)
    network.kernels(x)
    tracemalloc.start()
    network.kernels(x)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / (8 * len(x) ** 2)


def _dense(depth):
    from derivations.nngp_ntk import Dense, Network, relu

    return Network([one for _ in range(depth) for one in (Dense(2**0.5), relu)] + [Dense(2**0.5)])


def _convolutional():
    from derivations.nngp_ntk import Conv, Dense, GlobalAveragePool, Network, relu

    layers = [one for _ in range(3) for one in (Conv(2**0.5, size=3), relu)]
    return Network([*layers, GlobalAveragePool(), Dense(2**0.5)])


def _ours() -> dict:
    import numpy as np

    from derivations.nngp_ntk.data import digits, images

    x, pictures = digits()[0], images()[:IMAGES]
    calls = {f"dense, depth {d}": lambda d=d: _dense(d).kernels(x) for d in DEPTHS}
    for kind in (np.float64, np.float32):
        given = pictures.astype(kind)
        calls[f"convolutional, {kind.__name__}"] = lambda given=given: _convolutional().kernels(given)
    return calls


def _peer() -> tuple[dict[str, float], str]:
    python = FOLDER / "bin" / "python"
    if not (FOLDER / "made").exists():
        try:
            subprocess.run([sys.executable, "-m", "venv", FOLDER], check=True, capture_output=True)
            install = [python, "-m", "pip", "install", "--quiet", *PEER]
            subprocess.run(install, check=True, capture_output=True, timeout=900)
            (FOLDER / "made").touch()
        except (subprocess.SubprocessError, OSError):
            return _own_layers(), "our layers in JAX"
    script = Path(__file__).parent / "neural_tangents_peer.py"
    found = {}
    for bits in ("64", "32"):
        run = subprocess.run([python, script, bits], check=True, capture_output=True, text=True)
        found |= json.loads(run.stdout.strip().splitlines()[-1])
    return found, "Neural Tangents 0.6.5"


def _own_layers() -> dict[str, float]:
    import jax
    import numpy as np

    from derivations.nngp_ntk.data import digits, images

    with jax.enable_x64(True):
        x, pictures = jax.numpy.asarray(digits()[0]), images()[:IMAGES]
        compiled = {f"dense, depth {d}": (jax.jit(_dense(d).kernels), x) for d in DEPTHS}
        for kind in (np.float64, np.float32):
            given = jax.numpy.asarray(pictures.astype(kind))
            compiled[f"convolutional, {kind.__name__}"] = (jax.jit(_convolutional().kernels), given)
        return {
            label: least_cpu(lambda run=run, at=at: jax.block_until_ready(run(at)), REPEATS)[0]
            for label, (run, at) in compiled.items()
        }
