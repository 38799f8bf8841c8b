"""``theory compare``: closed forms against simulations."""

from __future__ import annotations

from .options import ArrayLibrary, Device, Json, Package


def compare(
    name: str,
    comparison: str | None = None,
    /,
    *,
    seed: int | None = None,
    backend: ArrayLibrary = "numpy",
    device: Device = None,
    scale: str = "laptop",
    package: Package = "derivations",
    as_json: Json = False,
) -> bool:
    """Run a theory's simulations and judge the closed forms by them; exit code 1 if one disagrees.

    Parameters
    ----------
    name
        The theory.
    comparison
        One comparison of it; all when not given.
    seed
        Seed of the simulation; a fresh one is drawn and reported when not given.
    scale
        How large: a name among the simulations' scales; comparisons without that scale are left out.
    """
    from .. import stages
    from ..catalogue import find, select
    from ..cli import UsageError
    from ..simulation import BackendUnavailable, namespace
    from .terminal import print_json, print_table, progress

    theory = find(name, package)
    found = select(theory.comparisons, comparison, "comparison", theory)
    chosen = {key: one for key, one in found.items() if scale in one.simulation.scales}
    if found and not chosen:
        scales = sorted({known for one in found.values() for known in one.simulation.scales})
        raise UsageError(f"no simulation has a scale {scale!r}: choose from {', '.join(scales)}")
    try:
        namespace(backend, device)
    except (BackendUnavailable, ValueError) as missing:
        raise UsageError(str(missing)) from None
    with progress(f"compare {theory.name}") as tell:
        record = stages.compare(
            theory, chosen, seed=seed, backend=backend, device=device, scale=scale, progress=tell
        )
    if as_json:
        print_json(record)
        return record["holds"]
    rows = [
        (r["name"], "yes" if r["holds"] else "no", *(number(r.get(k)) for k in _NUMBERS), r.get("seed", ""))
        for r in record["comparisons"]
    ]
    print_table(["comparison", "agrees", *(k.replace("_", " ") for k in _NUMBERS), "seed"], rows)
    for r in record["comparisons"]:
        print(f"{r['name']}: {r.get('error') or r.get('description', '')}")
    return record["holds"]


_NUMBERS = ("statistic", "bound", "observed_rate", "expected_rate")


def number(value) -> str:
    """Four digits of a number; nothing of None."""
    return "" if value is None else f"{value:.4g}" if isinstance(value, float) else str(value)
