"""Compiled loops, kept between processes.

A loop's source lies in a folder named by its content, and numba's own cache of the machine code beside it:
another formula, another numba, another processor or other elementary functions make another folder, so
nothing is ever stale. Files appear whole or not at all, whoever else writes. Where nothing can be
written, loops are compiled anew by every process. The loops used last are kept, `MOST_KEPT` of them.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import numba
from llvmlite import binding

from . import lanes, vector_gamma, vector_math, vector_power

MOST_KEPT = 400
"""Loops on disk, of some 50 kB each: of more, three quarters of it stay, and what was used just now."""
_REST = 3600
"""Seconds for which a loop that was used is left alone: another process may be at it."""

loaded = {"kept": 0, "compiled": 0}
"""How many loops of this process came from where."""


def load(source: str, signature) -> Callable:
    """The function ``loop`` of a source, compiled for a signature."""
    digest = hashlib.sha256("\n".join([source, signature, _surroundings()]).encode()).hexdigest()[:24]
    # a name of its own: of two symbols of one name the linker might take the other
    name = f"loop_{digest}"
    source = source.replace("def loop(", f"def {name}(", 1)
    path = _written(source, digest)
    # numba looks for the module again when it unpickles, so this one must be importable
    known = {**vars(vector_math), **vars(vector_power), **vars(vector_gamma)}
    namespace = {**known, "written_out": lanes.written_out, "__name__": vector_math.__name__}
    exec(compile(source, str(path or "<fused formula>"), "exec"), namespace)
    compiler = numba.njit([signature], error_model="numpy", nogil=True, cache=path is not None)
    loop = compiler(namespace[name])
    kept = path is not None and bool(loop.stats.cache_hits)
    loaded["kept" if kept else "compiled"] += 1
    if path is not None and not kept:
        prune()
    return loop


def prune() -> None:
    """Where there are more than `MOST_KEPT` loops, take those away that were used longest ago.

    A loop's folder is renamed first, which only one process can do, and then deleted; a process that has
    loaded it does not need it any more.
    """
    try:
        found = [(path.stat().st_mtime, path) for path in folder().iterdir()]
    except OSError:  # another process takes them away at this moment
        return
    if len(found) <= MOST_KEPT:
        return
    found.sort()
    surplus = found[: len(found) - 3 * MOST_KEPT // 4]
    for path in (path for used, path in surplus if used < time.time() - _REST):
        away = path.with_name(f"{path.name.partition('.')[0]}.{os.getpid()}.old")
        try:
            path.rename(away)
        except OSError:
            continue
        shutil.rmtree(away, ignore_errors=True)


@lru_cache(maxsize=1)
def _surroundings() -> str:
    """What the machine code depends on besides the source."""
    texts = [Path(module.__file__).read_text() for module in (lanes, vector_math, vector_power, vector_gamma)]
    processor = binding.get_host_cpu_name(), binding.get_host_cpu_features().flatten()
    return "\n".join([numba.__version__, binding.llvm_version_info.__repr__(), *processor, *texts])


def folder() -> Path:
    """Where loops are kept: ``theory-workbench`` in $XDG_CACHE_HOME, or else in ~/.cache."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(base) if os.path.isabs(base) else Path.home() / ".cache") / "theory-workbench" / "loops"


def _written(source: str, digest: str) -> Path | None:
    """The source's file, or None where it cannot be written."""
    try:
        path = folder() / digest / "loop.py"
        if not path.exists():  # numba trusts its cache only while the file is as old as it was
            path.parent.mkdir(parents=True, exist_ok=True)
            descriptor, draft = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
            with os.fdopen(descriptor, "w") as file:
                file.write(source)
            try:
                os.link(draft, path)
            except FileExistsError:
                pass  # another process was faster, and its file is the same
            finally:
                os.unlink(draft)
        os.utime(path.parent)  # when it was used last
        return path if os.access(path.parent, os.W_OK) else None
    except (OSError, RuntimeError):  # a read-only home, or none
        return None
