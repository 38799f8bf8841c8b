"""``theory sweep``: a closed form or a comparison over a grid."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from .options import ArrayLibrary, Device, Json, Package


def sweep(
    theory: str,
    name: str,
    /,
    *values: str,
    to: Path,
    seeds: int | None = None,
    workers: int | None = None,
    scheduler: str | None = None,
    chunk: int | None = None,
    kind: Literal["closed form", "comparison"] | None = None,
    backend: ArrayLibrary = "numpy",
    device: Device = None,
    scale: str = "laptop",
    package: Package = "derivations",
    as_json: Json = False,
) -> bool:
    """Sweep over a grid: theory sweep deep_linear mode_strength t=0:10:101 s=1,2 u0=0.1 tau=1 --to strengths

    The same command goes on where it was stopped. Exit code 1 if a cell met an error or disagrees.

    Parameters
    ----------
    theory
        The theory.
    name
        The closed form or comparison.
    values
        PARAMETER=VALUES: a number, a list 1,2,3 or a range START:STOP:COUNT. Every combination is a cell.
    to
        The folder of the results: cells.parquet when all is done.
    seeds
        How many seeds of a comparison: 0, 1, ... Each is a cell.
    workers
        Processes on this machine; one for each core when not given.
    scheduler
        The address of a Dask scheduler (tcp://HOST:PORT), whose workers then do the work.
    chunk
        Cells that a worker takes at a time.
    kind
        Which is meant, where a closed form and a comparison have the same name.
    scale
        How large the simulations are.
    """
    from ..cli import UsageError
    from ..simulation import BackendUnavailable, namespace
    from ..sweep import sweep as run
    from .evaluate import argument
    from .terminal import print_json, progress

    try:
        namespace(backend, device)
        axes = dict(argument(value) for value in values)
        with progress(f"sweep {name}") as tell:
            done = run(
                theory,
                name,
                axes,
                to=to,
                seeds=seeds,
                workers=workers,
                scheduler=scheduler,
                chunk=chunk,
                kind=kind,
                package=package,
                backend=backend,
                device=device,
                scale=scale,
                progress=tell,
            )
    except (ValueError, ImportError, NotImplementedError, BackendUnavailable) as error:
        raise UsageError(str(error)) from error
    counted = ("cells", "found", "errors", "first_error", "disagree", "seconds", "holds")
    record = {x: getattr(done, x) for x in counted}
    if as_json:
        print_json(record | {"file": str(done.folder / "cells.parquet")})
        return done.holds
    already = f", {done.found} of them finished before" if done.found else ""
    wrong = [f"{done.errors} with an error"] * bool(done.errors)
    wrong += [f"{done.disagree} disagree"] * bool(done.disagree)
    if done.first_error:
        wrong[0] += f" (the first: {done.first_error})"
    print(
        f"{done.cells} cells in {done.seconds:.1f} s{already}: {', '.join(wrong) or 'all fine'}; "
        f"{done.folder / 'cells.parquet'}"
    )
    return done.holds
