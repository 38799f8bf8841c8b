"""Comparisons: a closed form held against a simulation that does not know it."""

from __future__ import annotations

import math
import secrets
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from .derivation import Claim, Named
from .records import plain
from .simulation import Measurement, Simulation, generator, namespace
from .tolerance import PER_TEST, Judgement, Tolerance


@dataclass(frozen=True)
class Verdict:
    """Whether a prediction holds against a simulation, and by what numbers.

    ``statistic <= bound`` where it holds; rates are the order or exponent along the ladder (None
    where there is no ladder, or the noise hides it). The seed repeats the run.
    ``details["false_alarm"]`` is the chance that a true prediction is rejected;
    ``details["simulated_by"]`` the array library that simulated: some simulations know NumPy only.
    """

    holds: bool
    statistic: float
    bound: float
    observed_rate: float | None
    expected_rate: float | None
    seed: int
    components: int
    backend: str
    device: str
    scale: str
    description: str
    details: Mapping[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """The same as plain values for JSON; numbers that are not finite become None."""
        return plain(asdict(self), spelt=False)

    def __str__(self) -> str:
        return self.description


@dataclass(frozen=True, eq=False)
class Comparison(Named):
    """A prediction, the simulation it is held against, where, and by which tolerance.

    ``prediction`` is a closed form or any callable with keyword arguments; it receives ``at`` and
    the inputs that the simulation read off its model. ``at`` also goes to the simulation,
    as far as it names those parameters. Of a tuple of outputs ``select`` takes one; otherwise they
    are stacked on a new last axis, so that the first stays times or replicates. ``covers`` are the
    assumed claims this comparison answers for.
    """

    prediction: Callable[..., Any]
    simulation: Simulation
    at: Mapping[str, Any]
    tolerance: Tolerance
    covers: tuple[Claim, ...] = ()
    select: int | None = None
    module: str = field(default="", init=False, repr=False)
    _last: dict[str, Any] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self):
        if self.tolerance.varies in self.at:
            raise ValueError(f"{self.tolerance.varies}: varied by the tolerance; do not fix it by at=")
        self._remember_module()

    def run(
        self,
        *,
        seed: int | None = None,
        backend: str = "numpy",
        device: str | None = None,
        scale: str = "laptop",
        progress: Callable[[float, float], None] | None = None,
    ) -> Verdict:
        """Simulate (at every rung of the tolerance's ladder) and judge the prediction.

        ``seed=None`` draws a fresh seed, which the verdict records. A scale that names the varied
        setting replaces the ladder. A prediction that raises or is not finite does not hold; an
        error in the simulation is raised.
        """
        seed = secrets.randbits(53) if seed is None else int(seed)  # 53 bits survive any JSON reader
        xp = namespace(backend, device)
        settings = self.simulation.accepted(self.at) | self.simulation.settings(scale)
        tolerance = self.tolerance
        if tolerance.varies in settings:
            ladder = settings.pop(tolerance.varies)
            if not isinstance(ladder, list | tuple):
                raise ValueError(f"scale {scale!r}: {tolerance.varies} = {ladder} must be a whole ladder")
            tolerance = tolerance.along(ladder)
        rungs = [{tolerance.varies: value} for value in tolerance.ladder] or [{}]
        seeds = [seed] * len(rungs)
        if not tolerance.same_draws:
            seeds = np.random.SeedSequence(seed).spawn(len(rungs))
        measured = []
        for i, rung in enumerate(rungs):
            share = progress and (lambda done, total, i=i: progress(i + done / total, len(rungs)))
            rng = generator(seeds[i])
            measured.append(self.simulation.measure(xp=xp, rng=rng, progress=share, **settings, **rung))
        record = dict(seed=seed, backend=xp.name, device=xp.device, scale=scale)
        by = sorted({one.by for one in measured})
        self._last.update(measured=measured, tolerance=tolerance, record=record, by=", ".join(by))
        return self.verdict_of(self.prediction)

    def verdict_of(self, prediction: Callable[..., Any]) -> Verdict:
        """The verdict on another prediction (a mutant, say), on the last run's measurements."""
        if not self._last:
            raise RuntimeError(f"{self.name or 'comparison'}: nothing measured yet; call run() first")
        measured, tolerance = self._last["measured"], self._last["tolerance"]
        predicted = []
        for k, measurement in enumerate(measured):
            if k and _same_inputs(measurement, measured[k - 1]):  # rungs often share their inputs
                values = predicted[-1]
            else:
                values = self._evaluate(prediction, measurement)
            if isinstance(values, str):
                return self._verdict(_rejected(values, measurement))
            predicted.append(values)
        return self._verdict(tolerance.judge(measured, predicted))

    def _evaluate(self, prediction, measurement: Measurement) -> np.ndarray | str:
        """The prediction for one measurement, or in words why there is none."""
        twice = set(self.at) & set(measurement.inputs)
        if twice:
            raise ValueError(f"{', '.join(sorted(twice))}: given by at= and read off the model; keep one")
        try:
            with np.errstate(all="ignore"):  # what is not finite is reported below
                found = prediction(**self.at, **measurement.inputs)
                if isinstance(found, tuple) and self.select is not None:
                    found = found[self.select]
                if isinstance(found, tuple):
                    found = np.stack(np.broadcast_arrays(*map(np.asarray, found)), axis=-1)
                found = np.asarray(found)
        except Exception as error:  # a mutant may fail in any way; KeyboardInterrupt passes
            return f"the prediction raised {type(error).__name__}: {str(error).partition(chr(10))[0]}"
        if found.dtype != object:  # exact and rigorous numbers stay as they are
            if not np.issubdtype(found.dtype, np.number) or np.iscomplexobj(found):
                return f"the prediction is {found.dtype}, not real"
            found = found.astype(float)
            if not np.all(np.isfinite(found)):
                return f"the prediction is not finite in {np.sum(~np.isfinite(found))} of {found.size} places"
        try:
            return np.broadcast_to(found, measurement.values.shape)
        except ValueError:
            return f"the prediction has shape {found.shape}, the measurement {measurement.values.shape}"

    def _verdict(self, judged: Judgement) -> Verdict:
        record = self._last["record"]
        holds = "holds" if judged.holds else "DOES NOT HOLD"
        where = f"{record['backend']} on {record['device']}, {record['scale']}, seed {record['seed']}"
        if self._last["by"] != record["backend"]:
            where += f"; simulated by {self._last['by']} on the cpu, which is all that this simulation knows"
        by = {"simulated_by": self._last["by"]}
        false_alarm = {"false_alarm": judged.tests * PER_TEST, "resolution": judged.resolution}
        return Verdict(
            holds=judged.holds,
            statistic=judged.statistic,
            bound=judged.bound,
            observed_rate=judged.observed_rate,
            expected_rate=judged.expected_rate,
            components=judged.components,
            description=f"{self.name or 'comparison'} {holds}: {judged.summary} ({where})",
            details={**judged.details, **false_alarm, **by},
            **record,
        )


def _same_inputs(one: Measurement, other: Measurement) -> bool:
    if one.values.shape != other.values.shape or one.inputs.keys() != other.inputs.keys():
        return False
    return all(np.array_equal(value, other.inputs[name]) for name, value in one.inputs.items())


def _rejected(reason: str, measurement: Measurement) -> Judgement:
    return Judgement(False, math.inf, 0.0, measurement.values.size, reason, details={"reason": reason})
