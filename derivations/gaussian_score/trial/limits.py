"""Which steps of a run make its error: the exact flow of Gaussian data carries each step's to the end."""

from __future__ import annotations

import numpy as np

from theory.validate.order import measured_order

NEAR = 1e-6
MOST = 3
"""How many steps at an end may be special: a multistep method of order 4 has three before it."""


def states(run) -> list[np.ndarray] | None:
    """Where the sampler stood at every level but the last: the last place it asked about there.

    None where it did not ask at every level, or not about rows like x_T's.
    """
    found, position = [], 0
    levels, places = np.array(run.asked.levels), run.asked.places
    if places is None or len(places) != len(levels):
        return None
    for level in run.grid[:-1]:
        at = position + np.flatnonzero(np.abs(levels[position:] / level - 1) < NEAR)
        if not len(at) or places[at[-1]].shape != run.result.shape:
            return None
        position = at[-1]
        found.append(places[position])
    return found


def made_by(problem, run, first: int, last: int) -> float | None:
    """The error that all steps make but the ``first`` and the ``last`` so many: root mean square.

    As if these were exact; in standard deviations at the end. None where the states are not known.
    """
    stood, end = states(run), run.grid[-1]
    if stood is None or first + last >= len(stood):
        return None

    def carried(position):
        """To the end, by the exact flow."""
        if position == len(stood):
            return run.result
        gains = problem.gains(end, run.grid[position])
        return problem.mean + (stood[position] - problem.mean) * gains

    off = (carried(len(stood) - last) - carried(first)) / problem.spread(end)
    return float(np.sqrt(np.mean(off**2)))


def special_steps(problem, runs, counts, order, noise) -> tuple[str, dict] | None:
    """The fewest steps at the start, at the end or both without which the order is higher, in words."""
    if states(runs[-1]) is None:
        return None
    whole = made_by(problem, runs[-1], 0, 0)
    for many in range(1, MOST + 1):
        for first, last in ((many, 0), (0, many), (many, many)):
            errors = [made_by(problem, run, first, last) for run in runs]
            if None in errors:
                continue
            rest = measured_order(counts, errors, noise)
            if not rest.exact and (rest.value is None or rest.value < order + 0.6):
                continue
            where = " and ".join(
                f"{'its' if which == 'first' or not first else 'the'} {which} "
                + ("step" if size == 1 else f"{size} steps")
                for which, size in (("first", first), ("last", last))
                if size
            )
            left = "rounding" if rest.exact else f"of order {rest.value:.2g}"
            said = (
                f"{where} {'limits' if many == 1 and not (first and last) else 'limit'} it: what the "
                f"others make in {counts[-1]} steps is {errors[-1]:.2g} of {whole:.2g}, {left}"
            )
            return said, {"first": first, "last": last, "order": rest.value, "errors": errors}
    return None
