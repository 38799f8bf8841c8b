"""When a simulation agrees with a prediction: bounds that come from the estimator, not from taste.

If you do not know which to choose: a random simulation with no systematic error, `MonteCarlo`; a
deterministic one that takes steps, `Discretisation`; a random one whose error falls with its size,
`FiniteSize`; one limited by rounding alone, `RoundOff`.

No bound has a free parameter. Random ones share one budget: the chance that a correct suite raises
a single false alarm is at most `FAMILY_BUDGET`, split evenly over `FAMILY_SIZE` tests.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import numpy as np

from .simulation.measurement import Measurement
from .ulps import ulps_between

FAMILY_BUDGET = 1e-6
FAMILY_SIZE = 10_000
PER_TEST = FAMILY_BUDGET / FAMILY_SIZE
"""The chance of a false alarm granted to one two-sided test of one component."""

FEWEST_REPLICATES = 8
"""At 8 the bound on Student's t is already 59 (9.5 at 32), at 5 it is 495: fewer reject nothing."""

_EPS = np.finfo(float).eps
_NEAREST_HALF = 0.25
"""Orders come in halves (1/2, 1, 3/2, ...): an observed order names the one within a quarter of it."""


@dataclass(frozen=True)
class Judgement:
    """What a tolerance finds: ``statistic <= bound``, and the rate when one is predicted.

    ``tests`` is how many draws on the family's budget were made (0 where nothing is random);
    ``resolution`` is the largest relative disagreement, over components, that would go unnoticed.
    """

    holds: bool
    statistic: float
    bound: float
    components: int
    summary: str
    tests: int = 0
    observed_rate: float | None = None
    expected_rate: float | None = None
    resolution: float | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


class Tolerance(ABC):
    """Where a bound comes from. ``varies`` is the simulation's keyword it runs a ladder over."""

    varies: str | None = None
    same_draws: ClassVar[bool] = True
    """Whether every rung of the ladder starts from the same random draws."""

    @property
    def ladder(self) -> tuple:
        """The values of ``varies``, in the order `judge` expects; empty when nothing varies."""
        return ()

    def along(self, ladder: Sequence) -> Tolerance:
        """The same tolerance on another ladder (another scale of the same comparison)."""
        raise ValueError(f"{type(self).__name__} varies no setting of the simulation")

    @abstractmethod
    def judge(self, measured: Sequence[Measurement], predicted: Sequence[np.ndarray]) -> Judgement:
        """Compare the measurement at each rung (one, without a ladder) with its prediction."""


@dataclass(frozen=True)
class MonteCarlo(Tolerance):
    """A random simulation without systematic error: the mean within its own standard error.

    Values (replicates, components...). Statistic: the largest |z| over components, with the
    standard error of the replicates; bound: the quantile of Student's t with replicates - 1
    degrees of freedom. Components should be averages, so that replicates are nearly Gaussian.
    """

    def judge(self, measured, predicted):
        mean, error, scale, count = _mean_discrepancy(measured[0], predicted[0])
        with np.errstate(over="ignore"):
            z = mean / error
        bound = student_bound(count - 1)
        statistic = float(np.max(np.abs(z)))
        return Judgement(
            holds=statistic <= bound,
            statistic=statistic,
            bound=bound,
            components=z.size,
            tests=z.size,
            resolution=_relative(bound * error, scale),
            summary=f"largest |z| {statistic:.3g}, bound {bound:.3g} ({count} replicates)",
            details={"z": z.tolist(), "replicates": count},
        )


@dataclass(frozen=True)
class Discretisation(Tolerance):
    """A deterministic simulation in steps: its discrepancy extrapolates to 0 at the method's order.

    Values (times, components...) at the same times for each of ``steps``, every step half the one
    before. The discrepancy is taken to have an expansion in step**order, step**(order + 1), ...,
    whose terms Richardson's table removes one after the other. Each component is judged by itself,
    in the norm over times, so that a small mode is not hidden behind a large one. Statistic: what
    is left in the fully extrapolated discrepancy, over the last correction of the table (plus
    round-off); bound 1. The order observed must be the order expected, to the nearest half.
    Without ``steps`` it states an order only: `theory.validate` chooses the steps, a `Comparison` cannot.
    """

    order: float
    steps: tuple[float, ...] | None = None
    varies: str = field(default="step", kw_only=True)

    def __post_init__(self):
        if not self.order > 0:
            raise ValueError(f"Discretisation: order = {self.order}, needs order > 0")
        if self.steps is None:
            return
        object.__setattr__(self, "steps", tuple(float(h) for h in self.steps))
        if len(self.steps) < 3 or not all(h > 0 for h in self.steps):
            raise ValueError(f"Discretisation: steps = {self.steps}, needs at least 3 steps > 0")
        if any(abs(2 * b - a) > 4 * _EPS * a for a, b in zip(self.steps, self.steps[1:], strict=False)):
            raise ValueError(f"Discretisation: steps = {self.steps}, needs each half the one before")

    @property
    def ladder(self):
        if self.steps is None:
            raise ValueError("Discretisation: no steps; needs at least 3, each half the one before")
        return self.steps

    def along(self, ladder):
        return replace(self, steps=tuple(ladder))

    def judge(self, measured, predicted):
        steps = self.ladder
        _same_inputs(measured)
        rungs = [m.values.reshape(len(m.values), -1) for m in measured]
        aims = [np.broadcast_to(p, m.values.shape) for m, p in zip(measured, predicted, strict=True)]
        apart = np.stack([v - p.reshape(v.shape) for v, p in zip(rungs, aims, strict=True)])
        size = np.linalg.norm(apart, axis=1)  # (rungs, components)
        last, before = _richardson(len(rungs), self.order), _richardson(len(rungs) - 1, self.order)
        before = np.concatenate([[0.0], before])  # the table's entry beside the last: finest rungs only
        left = np.linalg.norm(np.tensordot(last, apart, 1), axis=0)
        correction = np.linalg.norm(np.tensordot(last - before, apart, 1), axis=0)
        # A step rounds each weight by at most eps/2 of the largest, and a value built of two or more
        # weights by about eps; n steps by n times that, in every one of the times, on every rung,
        # weighted as in the table. (Rounding errors add like sqrt(n): the rest is room for the
        # dynamics to amplify them.) Measured in the largest value, as modes mix in the weights.
        scale = max(float(np.max(np.abs(v))) for v in rungs)
        noise = np.array([_eps(m.values) * m.steps for m in measured]) * scale * math.sqrt(len(rungs[0]))
        ratio = left / (correction + np.abs(last) @ noise + np.finfo(float).tiny)
        orders = self._orders(size, noise)
        known = [p for p in orders if p is not None]
        observed = max(known, key=lambda p: abs(p - self.order), default=None)
        in_order = observed is None or abs(observed - self.order) <= _NEAREST_HALF
        statistic = float(np.max(ratio))
        seen = "not resolved (round-off)" if observed is None else f"{observed:.3g}"
        return Judgement(
            holds=bool(statistic <= 1 and in_order),
            statistic=statistic,
            bound=1.0,
            components=ratio.size,
            observed_rate=observed,
            expected_rate=float(self.order),
            resolution=_relative(correction, np.linalg.norm(rungs[-1], axis=0)),
            summary=f"left over {statistic:.3g} of the last correction, bound 1; "
            f"order {seen}, expected {self.order:g}",
            details={"ratios": ratio.tolist(), "orders": orders, "steps": steps},
        )

    def _orders(self, size: np.ndarray, noise: np.ndarray) -> list[float | None]:
        """Each component's observed order, extrapolated to step 0; None where round-off hides it."""
        weights = _richardson(len(size) - 1, 1)
        found: list[float | None] = []
        for column in size.T:
            # An error of noise in each size moves a log2 of their ratio by at most this.
            with np.errstate(divide="ignore", invalid="ignore"):
                blur = float(np.abs(weights) @ (2 * noise[1:] / column[1:])) / math.log(2)
                order = float(weights @ np.log2(column[:-1] / column[1:]))
            found.append(order if blur < _NEAREST_HALF else None)
        return found


@dataclass(frozen=True)
class FiniteSize(Tolerance):
    """A random simulation whose systematic error falls as size**-exponent: it extrapolates to 0.

    Values (replicates, components...) at each of ``sizes``, from independent draws. Each
    component's mean discrepancy is fitted by delta + c * size**-exponent, weighted by its standard
    errors. Statistic: the larger of |z| = |delta|/error and of the misfit's root, each over its own
    bound (the error never smaller than the statistical one, and enlarged by a misfit); bound 1. The
    exponent is also fitted freely; that is reported as the rate where the signal resolves it.
    Without ``sizes`` it states an exponent only: `theory.validate` chooses the sizes, a `Comparison` cannot.
    """

    exponent: float
    sizes: tuple[int, ...] | None = None
    varies: str = field(default="width", kw_only=True)
    same_draws: ClassVar[bool] = False

    def __post_init__(self):
        if not self.exponent > 0:
            raise ValueError(f"FiniteSize: exponent = {self.exponent}, needs exponent > 0")
        if self.sizes is None:
            return
        object.__setattr__(self, "sizes", tuple(self.sizes))
        rising = all(a < b for a, b in zip(self.sizes, self.sizes[1:], strict=False))
        if len(self.sizes) < 3 or self.sizes[0] <= 0 or not rising:
            raise ValueError(f"FiniteSize: sizes = {self.sizes}, needs at least 3 rising sizes > 0")

    @property
    def ladder(self):
        if self.sizes is None:
            raise ValueError("FiniteSize: no sizes; needs at least 3 rising sizes > 0")
        return self.sizes

    def along(self, ladder):
        return replace(self, sizes=tuple(ladder))

    def judge(self, measured, predicted):
        sizes = self.ladder
        rungs = [_mean_discrepancy(m, p) for m, p in zip(measured, predicted, strict=True)]
        mean, error, scale = (np.stack([r[i].ravel() for r in rungs]) for i in range(3))
        # Of Student's t and Hotelling's T² with weights that are themselves estimated: the fewest
        # replicates' degrees of freedom are on the safe side.
        freedom = min(r[3] for r in rungs) - 1
        delta, spread, misfit = extrapolate(sizes, mean, error, self.exponent)
        spare = len(sizes) - 2
        z_bound, misfit_bound = student_bound(freedom), hotelling_bound(spare, freedom)
        spread = spread * np.sqrt(np.maximum(1, misfit / spare))
        with np.errstate(over="ignore"):
            z = delta / spread
        z_worst, misfit_worst = float(np.max(np.abs(z))), float(np.max(misfit))
        statistic = max(z_worst / z_bound, math.sqrt(misfit_worst / misfit_bound))
        rate, rate_error = _free_exponent(sizes, mean, error)
        seen = "not resolved" if rate is None else f"{rate:.3g} ± {rate_error:.1g}"
        return Judgement(
            holds=statistic <= 1,
            statistic=statistic,
            bound=1.0,
            components=z.size,
            tests=2 * z.size,
            observed_rate=rate,
            expected_rate=float(self.exponent),
            resolution=_relative(z_bound * spread, scale[-1]),
            summary=f"extrapolated |z| {z_worst:.3g}, bound {z_bound:.3g}; misfit {misfit_worst:.3g}, "
            f"bound {misfit_bound:.3g}; exponent {seen}, expected {self.exponent:g}",
            details={"z": z.tolist(), "misfit": misfit.tolist(), "sizes": sizes},
        )


@dataclass(frozen=True)
class RoundOff(Tolerance):
    """A simulation limited by rounding alone: within ``ulps`` units in the last place of the prediction.

    Every value counts (any shape). The prediction is an array of floats, or of exact or rigorous
    numbers (Fraction, mpmath, python-flint balls), whose own radius then counts against it.
    """

    ulps: float

    def __post_init__(self):
        if not self.ulps > 0:
            raise ValueError(f"RoundOff: ulps = {self.ulps}, needs ulps > 0")

    def judge(self, measured, predicted):
        values = measured[0].values
        apart = ulps_between(values, predicted[0])
        statistic = float(np.max(apart))
        return Judgement(
            holds=statistic <= self.ulps,
            statistic=statistic,
            bound=float(self.ulps),
            components=values.size,
            resolution=self.ulps * _eps(values),
            summary=f"worst {statistic:.3g} ulps, bound {self.ulps:g}",
        )


def student_bound(freedom: int) -> float:
    """What |t| with that many degrees of freedom exceeds with chance `PER_TEST`."""
    from scipy.special import stdtrit

    return float(-stdtrit(freedom, PER_TEST / 2))


def hotelling_bound(contrasts: int, freedom: int) -> float:
    """What Hotelling's T² of that many contrasts exceeds with chance `PER_TEST`.

    The sum of squares of ``contrasts`` zero-mean quantities in units of errors estimated with
    ``freedom`` degrees of freedom; chi² when those are many, t² for a single contrast.
    """
    from scipy.special import betaincinv

    rest = freedom - contrasts + 1
    if rest < 1:
        raise ValueError(f"{contrasts + 2} sizes need more than {contrasts} replicates of each")
    x = betaincinv(rest / 2, contrasts / 2, PER_TEST)  # the upper tail of F(contrasts, rest)
    return float(freedom * (1 - x) / x)


def extrapolate(sizes: Sequence, mean: np.ndarray, error: np.ndarray, exponent: float):
    """Weighted least squares of mean (sizes, components) by delta + c * size**-exponent.

    Returns delta, its statistical error and the misfit (chi² with len(sizes) - 2 degrees of freedom).
    """
    # In units of each component's smallest error, so that no weight overflows; and no size counts as
    # better known than the rounding of the worst known, so that none vanishes.
    error = np.maximum(error, _EPS * np.max(error, axis=0))
    unit = np.min(error, axis=0)
    weight = (unit / error) ** 2
    total = np.sum(weight, axis=0)
    x = np.asarray(sizes, dtype=float)[:, None] ** -exponent
    middle, height = np.sum(weight * x, axis=0) / total, np.sum(weight * mean, axis=0) / total
    lever = np.sum(weight * (x - middle) ** 2, axis=0)
    slope = np.sum(weight * (x - middle) * mean, axis=0) / lever
    delta = height - slope * middle
    with np.errstate(over="ignore"):  # an infinite misfit is rejected like any other too large
        misfit = np.sum(weight * ((mean - delta - slope * x) / unit) ** 2, axis=0)
    return delta, unit * np.sqrt(1 / total + middle**2 / lever), misfit


def _free_exponent(sizes, mean, error) -> tuple[float | None, float]:
    """The exponent with which the best-resolved component's discrepancy falls, and its error.

    None unless two standard errors name the nearest half.
    """
    best, smallest = None, _NEAREST_HALF / 2
    x = np.log(np.asarray(sizes, dtype=float))
    for d, e in zip(mean.T, error.T, strict=True):
        if np.min(d) <= 0 <= np.max(d):
            continue  # the sign is not resolved
        with np.errstate(over="ignore"):  # a component that does not fluctuate has an error of almost 0
            weight = np.minimum(np.abs(d / e), 1 / _EPS) ** 2  # the error of log|d| is e/|d|
        centred = x - np.sum(weight * x) / np.sum(weight)
        spread = 1 / math.sqrt(np.sum(weight * centred**2))
        if spread < smallest:
            best, smallest = -float(np.sum(weight * centred * np.log(np.abs(d)))) * spread**2, spread
    return best, smallest


def _mean_discrepancy(measured: Measurement, predicted: np.ndarray):
    """Mean over replicates, its error, the size of the values (each per component), and the count."""
    values = measured.values.astype(float)
    count = len(values) if values.ndim else 0
    if count < FEWEST_REPLICATES:
        raise ValueError(f"{count} replicates: a standard error needs at least {FEWEST_REPLICATES}")
    apart = values - np.broadcast_to(predicted, values.shape)
    scale = np.max(np.abs(values), axis=0)
    # A component that does not fluctuate still carries the rounding of its own value.
    floor = _eps(measured.values) * measured.steps * np.maximum(scale, np.finfo(float).tiny)
    # in units of the largest, as the square of what a mutant predicts may overflow
    unit = np.maximum(np.max(np.abs(apart), axis=0), np.finfo(float).tiny)
    error = unit * np.std(apart / unit, axis=0, ddof=1) / math.sqrt(count)
    return np.mean(apart, axis=0), np.maximum(error, floor), scale, count


def _richardson(rungs: int, order: float) -> np.ndarray:
    """The weights, coarsest rung first, of the last entry of Richardson's table with ratio 2."""
    table = np.eye(rungs)
    for column in range(1, rungs):
        table = table[1:] + (table[1:] - table[:-1]) / (2.0 ** (order + column - 1) - 1)
    return table[0]


def _same_inputs(measured: Sequence[Measurement]) -> None:
    first = measured[0]
    for other in measured[1:]:
        if other.values.shape != first.values.shape:
            shapes = f"{first.values.shape} and {other.values.shape}"
            raise ValueError(f"a ladder of steps needs the same times on every rung, not shapes {shapes}")
        for name, value in first.inputs.items():
            # step * index for two steps: each product and each step rounds once.
            if np.any(np.abs(value - other.inputs[name]) > 4 * _eps(value) * np.abs(value)):
                raise ValueError(f"a ladder of steps needs the same inputs on every rung: {name} differs")


def _relative(size: np.ndarray, scale: np.ndarray) -> float | None:
    """The largest size relative to its scale, over the components that are not zero."""
    seen = np.broadcast_to(scale, size.shape) > 0
    if not np.any(seen):
        return None
    return float(np.max(np.divide(size, scale, where=seen, out=np.zeros_like(size))))


def _eps(values: np.ndarray) -> float:
    kind = values.dtype if np.issubdtype(values.dtype, np.floating) else float
    return float(np.finfo(kind).eps)
