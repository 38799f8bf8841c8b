"""A function under ``@validate.closed_form(form)``: it still is the function, and it can be put on trial."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial, update_wrapper
from typing import Any

import numpy as np

from ...closed_form import ClosedForm
from ...parameter import Parameter
from ...tolerance import Discretisation, FiniteSize, MonteCarlo, RoundOff, Tolerance
from ..check import Check
from ..guard import Misbehaved
from ..trial import Finding, Trial
from . import behaviour, points, samples, sequence, values
from .subject import DRAWING, Subject, _parameters, bound_to

DTYPES = ("float64", "float32")
WHERE = ("digits", "not finite", "precision")
"""Defects of values that may depend on the place and the type; any other is one of the formula."""


@dataclass
class Case:
    """One run of one check: the subject and what is asked of it."""

    form: ClosedForm
    tolerance: Tolerance | None
    subject: Subject
    at: Mapping
    within: Mapping
    count: int
    seed: int
    vectorised: bool
    time_limit: float
    replicates: int
    varies: str | None
    ulps: float
    known: dict

    def drawn(self, kind: str, dtype: str, count: int | None = None) -> points.Points:
        """The same points for every check: ``count`` of them are the first of `count`."""
        if (kind, dtype) not in self.known:
            self.known[kind, dtype] = points.drawn(
                self.form, self.count, seed=self.seed, kind=kind, held=self.subject.held,
                at=self.at, within=self.within, dtype=dtype,
            )  # fmt: skip
        found = self.known[kind, dtype]
        return found if count is None else found.where(np.arange(len(found)) < count)

    @property
    def claimed_order(self) -> float:
        return float(getattr(self.tolerance, "order", None) or self.tolerance.exponent)

    @property
    def ladder(self) -> tuple[float, ...] | None:
        """The steps, largest first, where the tolerance says which."""
        if isinstance(self.tolerance, Discretisation):
            return self.tolerance.steps
        return None if self.tolerance.sizes is None else tuple(1 / size for size in self.tolerance.sizes)


class OnTrial:
    """Calls go to ``function``; `trial` judges it, `checks` are the same as a list for pytest.

    Options as in `theory.validate.closed_form`.
    """

    def __init__(
        self,
        form: ClosedForm,
        function: Callable,
        *,
        tolerance: Tolerance | None = None,
        arguments=None,
        at: Mapping[str, Any] | None = None,
        within: Mapping[str, tuple[float, float]] | None = None,
        library: str = "numpy",
        dtypes=DTYPES,
        vectorised: bool = True,
        stochastic: bool | None = None,
        replicates: int = samples.REPLICATES,
        points: int = 64,
        seed: int = 0,
        time_limit: float = 30.0,
        name: str | None = None,
    ):
        _check(form, tolerance, dtypes, points, replicates, time_limit)
        self.form, self.function, self.tolerance = form, function, tolerance
        self.at, self.within, self.dtypes = dict(at or {}), dict(within or {}), tuple(dtypes)
        self.seed, self.time_limit, self.points, self.replicates = seed, time_limit, points, replicates
        self.vectorised, self._known = vectorised, {}
        self._kind, self._varies = _kind(form, function, tolerance, stochastic)
        self._bind = partial(
            bound_to, form, function, arguments=arguments, at=self.at, varies=self._varies, library=library,
            vectorised=vectorised, name=name,
        )  # fmt: skip
        subject = self._bind()
        self.who, self.library, self._takes = subject.who, library, subject.order
        update_wrapper(self, function) if hasattr(function, "__dict__") else None

    def __call__(self, *arguments, **keywords):
        return self.function(*arguments, **keywords)

    def checks(self) -> list[Check]:
        """What is asked of it, one `Check` each."""
        return [Check(self.who, name, partial(self._one, name)) for name in self._asked()]

    def check(self, name: str) -> Check:
        """The check of this name. ValueError says which there are."""
        if name not in self._asked():
            raise ValueError(f"no check {name!r}; there is {', '.join(self._asked())}")
        return Check(self.who, name, partial(self._one, name))

    def trial(self) -> Trial:
        """All of it: one `Trial` with what the checks have found, each kind of defect once."""
        started, findings, told = time.perf_counter(), [], {}
        left, done = self.time_limit, []
        for name in self._asked():
            done.append(name)
            if name in ("broadcasting", "empty_array", "input_unchanged") and _has(findings, "arrays"):
                continue
            if "_values-" in name and any(f.defect and f.kind not in WHERE for f in findings):
                continue  # wrong everywhere: the other places and types would say it again
            before = time.process_time()
            found, more = self._run(name, left)
            left -= time.process_time() - before
            told |= more
            findings += [f for f in found if not (f.defect and _has(findings, f.kind))]
            if left <= 0 and not _has(findings, "time limit"):
                said = f"all checks together took more than {self.time_limit:g} s of the processor"
                findings.append(Finding("time limit", said, {"seconds": self.time_limit}))
            fatal = ("exception", "shape", "result") if len(done) == 1 else ()
            if any(_has(findings, kind) for kind in ("time limit", *fatal)):
                break
        return self._verdict(findings, told, "trial()", time.perf_counter() - started)

    # how it is done

    def _asked(self) -> dict[str, Callable]:
        """Every check by name: a function of a case and its guard, which gives findings, and what is told."""
        first = self.dtypes[0]
        if self._kind == "samples":
            return {"mean": samples.of_mean, "draws": samples.of_draws}
        if self._kind == "sequence":
            return {"order": sequence.of_order, "same_twice": self._memory_of_sequence}
        asked: dict[str, Callable] = {
            f"{kind}_values-{dtype}": partial(values.of_values, kind=kind, dtype=dtype)
            for dtype in self.dtypes
            for kind in ("moderate", "extreme")
        }
        if self.vectorised:
            asked |= {
                "arrays": behaviour.of_arrays,
                "numbers": behaviour.of_numbers,
                "broadcasting": behaviour.of_broadcasting,
                "empty_array": behaviour.of_empty,
                "input_unchanged": behaviour.of_input,
            }
        asked |= {"same_twice": behaviour.of_memory, "outside_the_domain": behaviour.outside}
        if not any(self._bind().real):  # integers only: there are no arrays
            asked = {k: v for k, v in asked.items() if k not in ("broadcasting", "empty_array", "arrays")}
        return {
            name: judge if "values" in name else partial(judge, dtype=first) for name, judge in asked.items()
        }

    def _memory_of_sequence(self, case, guarded):
        size = 2**sequence.FIRST if case.ladder is None else round(1 / case.ladder[0])
        setting = size if case.varies in sequence.COUNTS else 1 / size
        return behaviour.of_memory(case, guarded, **{case.varies: setting})

    def _one(self, name: str) -> Trial:
        started = time.perf_counter()
        findings, told = self._run(name, self.time_limit)
        return self._verdict(findings, told, f"check({name!r}).trial()", time.perf_counter() - started, name)

    def _run(self, name: str, limit: float) -> tuple[list[Finding], dict]:
        subject = self._bind()
        case = Case(
            self.form, self.tolerance, subject, self.at, self.within, self.points, self.seed,
            self.vectorised, limit, self.replicates, self._varies, self._ulps, self._known,
        )  # fmt: skip
        guarded = subject.guarded(max(limit, 0.01))
        try:
            found = self._asked()[name](case, guarded)
            findings, told = found if isinstance(found, tuple) else (found, {})
        except Misbehaved as ended:
            findings, told = [ended.finding], {}
        precision = guarded.notes.get("precision")
        if "values-float64" in name and precision and not _has(findings, "precision"):
            findings = [*findings, precision]
        return findings, told

    @property
    def _ulps(self) -> float:
        return float(self.tolerance.ulps if isinstance(self.tolerance, RoundOff) else self.form.ulps)

    def _verdict(self, findings, told, call: str, seconds: float, name: str = "") -> Trial:
        form = self.form.name or "form"
        options = "".join(
            f", {key}={value!r}"
            for key, value, usual in (
                ("tolerance", self.tolerance, None), ("at", self.at, {}), ("within", self.within, {}),
                ("library", self.library, "numpy"), ("dtypes", self.dtypes, DTYPES),
                ("vectorised", self.vectorised, True), ("points", self.points, 64), ("seed", self.seed, None),
            )
            if not _same(value, usual)
        )  # fmt: skip
        if self.tolerance is not None:
            tolerance = f"\nfrom theory import {type(self.tolerance).__name__}, validate"
        else:
            tolerance = "\nfrom theory import validate"
        return Trial(
            subject=f"{self.who}: {name.replace('_', ' ')}" if name else self.who,
            question=f"Is it {form} of {self.form.module.rpartition('.')[0] or self.form.module}?",
            setting=self._setting(),
            findings=tuple(findings),
            reproduce=(
                f"{tolerance.strip()}\nfrom {self.form.module} import {form}\n"
                f"print(validate.closed_form({form}{options})({self.who}).{call})"
            ),
            order=told.get("order"),
            order_interval=told.get("order_interval"),
            claimed_order=getattr(self.tolerance, "order", getattr(self.tolerance, "exponent", None)),
            curves=told.get("curves", ()),
            size_name=told.get("size_name", "steps"),
            seconds=seconds,
        )

    def _setting(self) -> str:
        places = {
            "values": f"{self.points} moderate points and {self.points} over the extremes of each domain, "
            f"{' and '.join(self.dtypes)}; error in units in the last place of rigorous balls, bound "
            f"{self._ulps:g} or 4 condition numbers",
            "samples": f"{samples.POINTS} points within a factor 2 of scale 1, {self.replicates} replicates "
            "where it takes how many; z-scores of the mean by Student's t on the suite's budget",
            "sequence": "8 points within a factor 2 of scale 1; norm of the relative errors, sizes doubled, "
            "order from slopes extrapolated to the limit",
        }[self._kind]
        held = "".join(f"; {k} = {v:g}" for k, v in self._bind().held.items())
        given = "".join(f"; {k} within {v}" for k, v in self.within.items())
        return (
            f"{self.who}({', '.join(self._takes)}); {places}{held}{given}; {self.library}, seed {self.seed}"
        )


def _has(findings, kind: str) -> bool:
    return any(f.kind == kind and f.defect for f in findings)


def _same(value, usual) -> bool:
    try:
        return bool(value == usual)
    except ValueError:  # arrays
        return False


def _kind(form, function, tolerance, stochastic) -> tuple[str, str | None]:
    """What the function gives: "values", "samples" or a "sequence"; and the keyword it converges along."""
    if not callable(function):
        raise ValueError(f"{function!r}: needs a function of {', '.join(form.names)}")
    draws = bool(_parameters(function, form, None)[2] & set(DRAWING)) if stochastic is None else stochastic
    if isinstance(tolerance, MonteCarlo) or (tolerance is None and draws):
        return "samples", None
    if isinstance(tolerance, Discretisation | FiniteSize):
        kind = "samples" if draws and isinstance(tolerance, FiniteSize) else "sequence"
        return kind, sequence.varied(tolerance, function)
    return "values", None


def _check(form, tolerance, dtypes, points, replicates, time_limit) -> None:
    if not isinstance(form, ClosedForm) or not all(isinstance(x, Parameter) for x in form.arguments):
        raise ValueError(
            f"form = {form!r}: needs a closed form of numbers, such as deep_linear.mode_strength"
        )
    if tolerance is not None and not isinstance(
        tolerance, RoundOff | MonteCarlo | Discretisation | FiniteSize
    ):
        raise ValueError(
            f"tolerance = {tolerance!r}: RoundOff, MonteCarlo, Discretisation, FiniteSize or None"
        )
    if not dtypes or any(one not in DTYPES for one in dtypes):
        raise ValueError(f"dtypes = {dtypes!r}: some of {', '.join(map(repr, DTYPES))}")
    for key, value, least in (("points", points, 8), ("replicates", replicates, 8)):
        if not isinstance(value, int | np.integer) or value < least:
            raise ValueError(f"{key} = {value!r}: needs an integer from {least}")
    if not 0 < time_limit < np.inf:
        raise ValueError(f"time_limit = {time_limit!r}: needs seconds above 0")
