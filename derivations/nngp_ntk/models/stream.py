"""Kernels too large for memory: written to disk tile by tile, or multiplied by vectors without being kept."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Literal

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.sparse.linalg import LinearOperator, cg

from .tiles import Tiles

SIDE = 2048
"""Rows and columns of a tile that is written or multiplied at once: 32 MB of float64."""

SAMPLE = 1000
"""Inputs that the preconditioner of `solve` is made from."""


def to_disk(
    network,
    folder,
    X1: np.ndarray,
    X2: np.ndarray | None = None,
    *,
    kernel: Literal["nngp", "ntk"] = "ntk",
    dtype=np.float64,
    progress=None,
) -> np.memmap:
    """The kernel as an array (n1, n2) in ``folder``/kernel.npy, opened for reading; memory of one tile.

    Finished bands of rows are recorded: after an interruption the same call goes on behind the last one.
    ``progress`` is called with the finished part, 0 to 1. ValueError if the folder holds the kernel of
    another network or other inputs.
    """
    tiles = Tiles(network, X1, X2, ntk=kernel == "ntk")
    place, which = Path(folder), _index(kernel)
    place.mkdir(parents=True, exist_ok=True)
    array, record = place / "kernel.npy", place / "finished.json"
    identity = _identity(network, tiles, kernel, dtype)
    done = 0
    if record.exists():
        told = json.loads(record.read_text())
        if told["kernel"] != identity:
            raise ValueError(
                f"{place} holds another kernel (its network, inputs or dtype differ): take a new folder"
            )
        done = told["rows"]
    mode = "r+" if done and array.exists() else "w+"
    rows = tiles.shape[0]
    whole = np.lib.format.open_memmap(array, mode, dtype=dtype, shape=tiles.shape)
    while done < rows:
        band = slice(done, min(done + SIDE, rows))
        for columns in _bands(tiles.shape[1]):
            if tiles.symmetric and columns.stop <= band.start:
                continue
            part = tiles.tile(band, columns)[which]
            whole[band, columns] = part
            if tiles.symmetric and columns.start > band.start:
                whole[columns, band] = part.T
        whole.flush()
        done = band.stop
        unfinished = record.with_suffix(".new")
        unfinished.write_text(json.dumps({"kernel": identity, "rows": done}))
        unfinished.replace(record)
        if progress is not None:
            progress(done / rows)
    return np.load(array, mmap_mode="r")


def operator(network, X1, X2=None, *, kernel: Literal["nngp", "ntk"] = "ntk") -> LinearOperator:
    """The kernel as SciPy's LinearOperator (n1, n2): each product computes every tile anew."""
    tiles, which = Tiles(network, X1, X2, ntk=kernel == "ntk"), _index(kernel)

    def product(V):
        V = np.asarray(V, dtype=np.float64)
        V = V.reshape(len(V), -1)
        total = np.zeros((tiles.shape[0], V.shape[1]))
        for rows in _bands(tiles.shape[0]):
            for columns in _bands(tiles.shape[1]):
                if tiles.symmetric and columns.stop <= rows.start:
                    continue
                part = tiles.tile(rows, columns)[which]
                total[rows] += part @ V[columns]
                if tiles.symmetric and columns.start > rows.start:
                    total[columns] += part.T @ V[rows]
        return total

    return LinearOperator(tiles.shape, matvec=lambda v: product(v)[:, 0], matmat=product, dtype=np.float64)


def solve(
    network,
    X: np.ndarray,
    Y: np.ndarray,
    *,
    ridge: float,
    kernel: Literal["nngp", "ntk"] = "ntk",
    tolerance: float = 1e-6,
    most: int = 1000,
    progress=None,
) -> np.ndarray:
    """(K(X, X) + ridge I)^{-1} Y by conjugate gradients, for Y (n,) or (n, outputs); K is never kept.

    Preconditioned by the kernel of 1,000 of the inputs with all: memory of n x 1,000 numbers and of a tile.

    ``ridge`` > 0, in units of the kernel. ``tolerance``: of the residual over |Y|. All outputs share each
    pass over the kernel. RuntimeError if ``most`` passes are not enough, with the residual reached.
    """
    if not (isinstance(ridge, int | float) and 0 < ridge < float("inf")):
        raise ValueError(
            f"ridge = {ridge!r}: conjugate gradients need a finite number > 0, in units of the kernel"
        )
    Y = np.asarray(Y, dtype=np.float64)
    if len(Y) != len(X) or not np.all(np.isfinite(Y)):
        raise ValueError(f"Y has shape {Y.shape}: finite targets, one row for each of the {len(X)} inputs")
    K = operator(network, X, kernel=kernel)
    target = Y.reshape(len(Y), -1)
    # Together the columns are one system, with one kernel product a step.
    n, outputs = target.shape
    blocks = LinearOperator(
        (n * outputs,) * 2,
        matvec=lambda v: (K.matmat(v.reshape(n, outputs)) + ridge * v.reshape(n, outputs)).ravel(),
        dtype=np.float64,
    )
    steps = 0

    def count(_):
        nonlocal steps
        steps += 1
        if progress is not None:
            progress(steps)

    sketch = _preconditioner(network, X, kernel, ridge)
    before = LinearOperator(
        blocks.shape, matvec=lambda v: sketch(v.reshape(n, outputs)).ravel(), dtype=np.float64
    )
    found, failed = cg(
        blocks, target.ravel(), rtol=tolerance, atol=0.0, maxiter=most, M=before, callback=count
    )
    if failed:
        left = np.linalg.norm(target.ravel() - blocks @ found) / np.linalg.norm(target)
        raise RuntimeError(
            f"{steps} passes left a residual of {left:.1e} |Y|: raise the ridge, the tolerance or `most`"
        )
    return found.reshape(Y.shape)


def _preconditioner(network, X, kernel, ridge):
    """The inverse of the ridge plus the kernel's part that a sample of the inputs spans (Nystroem)."""
    chosen = np.sort(np.random.default_rng(0).permutation(len(X))[: min(SAMPLE, len(X))])
    evaluate = getattr(network, kernel)
    rows = np.asarray(evaluate(X, X[chosen]), dtype=np.float64)
    values, vectors = np.linalg.eigh(rows[chosen])
    kept = values > 1e-10 * values[-1]
    root = rows @ (vectors[:, kept] / np.sqrt(values[kept]))  # its product with itself is that part
    inner = cho_factor(root.T @ root + ridge * np.eye(root.shape[1]))
    return lambda V: (V - root @ cho_solve(inner, root.T @ V)) / ridge


def _index(kernel: str) -> int:
    if kernel not in ("nngp", "ntk"):
        raise ValueError(f"kernel = {kernel!r}: nngp or ntk")
    return 1 if kernel == "ntk" else 0


def _bands(n: int):
    return [slice(i, min(i + SIDE, n)) for i in range(0, n, SIDE)]


def _identity(network, tiles, kernel, dtype) -> str:
    told = hashlib.sha256(
        f"{network!r} {network.parametrisation} {network.width} {kernel} {np.dtype(dtype)}".encode()
    )
    told.update(repr([getattr(one, "parameters", None) for one in network.layers]).encode())
    for X in (tiles.X1, tiles.X2):
        told.update(repr(X.shape).encode())
        told.update(X)
    return told.hexdigest()
