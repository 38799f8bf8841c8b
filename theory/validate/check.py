"""Named checks: each runs by itself and gives a `Trial`; pytest runs a list of them, one test for each.

Nothing here imports NumPy or SymPy: pytest loads it in every session.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .trial import Trial

_made: list[Trial] = []


class TrialFailed(AssertionError):
    """A check found a defect; ``trial`` is its verdict."""

    def __init__(self, trial: Trial):
        super().__init__(f"{trial}\n{trial.reproduce}")
        self.trial = trial


class Check:
    """One thing that is asked of somebody's code. ``str(check)`` names it, ``check()`` gives its `Trial`.

    Calling it raises `TrialFailed`, an AssertionError, where the trial does not hold.
    """

    def __init__(self, subject: str, name: str, run: Callable[[], Trial]):
        self.subject, self.name, self._run = subject, name, run

    def __call__(self) -> Trial:
        trial = self.trial()
        if not trial.holds:
            raise TrialFailed(trial)
        return trial

    def trial(self) -> Trial:
        """The verdict, without an error where it does not hold."""
        trial = self._run()
        _made.append(trial)
        del _made[:-1000]  # where nobody takes them
        return trial

    def __str__(self) -> str:
        return f"{self.subject}-{self.name}"

    def __repr__(self) -> str:
        return f"<Check {self}>"


def taken() -> list[Trial]:
    """The trials of the checks that have run since this was last asked."""
    found = _made[:]
    _made.clear()
    return found


def flat(subjects: Iterable[Any]) -> list[Check]:
    """The checks among checks, lists of them, and functions on trial. TypeError for anything else."""
    found: list[Check] = []
    for one in subjects:
        if isinstance(one, Check):
            found.append(one)
        elif callable(getattr(one, "checks", None)):
            found += one.checks()
        elif isinstance(one, list | tuple):
            found += flat(one)
        else:
            raise TypeError(
                f"{one!r}: needs a check, a list of checks, or a function under @validate.closed_form(form)"
            )
    return found
