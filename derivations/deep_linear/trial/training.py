"""Training code, driven on deep linear networks and linear regression, against their exact dynamics."""

from __future__ import annotations

import time

import numpy as np

from theory.simulation.measurement import Measurement
from theory.tolerance import Discretisation
from theory.validate.guard import Guarded, Misbehaved
from theory.validate.order import measured_order
from theory.validate.registry import trial_of
from theory.validate.trial import Curve, Finding, Trial

from .causes import CONVENTIONS, Probe, named
from .problem import Task, balances, tasks

STEPS_PER_TIME = (16, 32, 64, 128)
TIMES = (0.5, 1.0, 2.0)
PROBED = 3
"""Steps of which each is looked at by itself."""
HALF = 0.25
"""Orders come in halves."""


class GuardedTraining(Guarded):
    """Guards ``train(weights, X, Y, learning_rate, steps)``; its result is a list of arrays."""

    def _judged(self, found, arguments, shape, where):
        if not isinstance(found, list | tuple) or len(found) != len(shape):
            what = (
                f"{len(found)} things" if isinstance(found, list | tuple) else f"one {type(found).__name__}"
            )
            self._stop(
                "result", f"{self.what} returned {what}, a list of {len(shape)} arrays is wanted {where}"
            )
        return [
            super(GuardedTraining, self)._judged(one, arguments, wanted, f"as layer {l + 1} {where}")
            for l, (one, wanted) in enumerate(zip(found, shape, strict=True))
        ]


@trial_of("training")
def training(
    train,
    *,
    loss: str = "half mean",
    claimed_order: float | None = None,
    library: str = "numpy",
    dtype: str = "float64",
    seed: int = 0,
    time_limit: float = 60.0,
    name: str | None = None,
    stochastic: bool = False,
) -> Trial:
    """Drives ``train(weights, X, Y, learning_rate, steps) -> weights`` by plain gradient descent's rules.

    ``weights`` is a list of L arrays (n_l, n_{l-1}), as `torch.nn.Linear` has them, of the network
    y = W_L ... W_1 x without biases; ``X`` (n, n_0) and ``Y`` (n, n_L) hold an example in each row. It
    returns the weights after ``steps`` steps of full-batch gradient descent on ``loss``: "half mean" (1/2
    the mean over examples of the squared error, summed over outputs), "mean", "half sum", "sum", "mse"
    (PyTorch's, the mean over all entries), "half mse".

    As the learning rate shrinks the network must reach what gradient flow does: regression, two layers
    balanced, unbalanced or of any alignment, three layers; and W_{l+1}^T W_{l+1} - W_l W_l^T must stay.
    What is left after extrapolation to learning rate 0 is judged by `Discretisation` (bound 1) at order
    ``claimed_order`` (1, that of gradient descent, if None). The first steps are compared with the
    gradient to rounding; they name the cause.

    ``library``: "numpy", "torch" or "jax", what the arrays are; ``dtype``: "float64" or "float32" (JAX
    without x64 has no other); ``seed``: of tasks and initial weights; ``time_limit``: seconds for all
    calls. ValueError for arguments that make no trial.
    Source: Saxe et al. (2014); Fukumizu (1998); Braun et al. (2022).
    """
    _check(train, loss, claimed_order, library, dtype, stochastic)
    who = name or getattr(train, "__name__", type(train).__name__)
    started = time.perf_counter()

    def packed(*given):
        *weights, X, Y, rate, steps = given
        with np.errstate(all="ignore"):  # what is not finite is reported as such
            return train(list(weights), X, Y, rate, steps)

    guarded = GuardedTraining(packed, who, time_limit)
    driven = Driven(guarded, library, dtype, loss)
    given = tasks(seed)
    findings, probes = driven.look_closely(given)
    order, curve = None, ()
    if len(findings) > 1:  # named already; that it then breaks off is the consequence
        findings = [one for one in findings if one.kind not in ENDS] or findings
    if all(one.kind in ON_THE_WAY for one in findings):
        judged, order, curve = driven.against_flow(given, probes, claimed_order or 1.0)
        findings += judged
    findings += driven.precision()
    known = order is not None and order.value is not None
    return Trial(
        subject=who,
        question=f"Does it follow gradient flow on {CONVENTIONS[loss][1]}, as the learning rate shrinks?",
        setting=(
            f"{'; '.join(task.name for task in given)}; learning rates 1/"
            f"{', 1/'.join(map(str, STEPS_PER_TIME))}, times {', '.join(f'{t:g}' for t in TIMES)}; "
            f"{library}, {dtype}, seed {seed}; map and conserved quantities extrapolated to learning rate 0, "
            "what is left over the last correction, bound 1"
        ),
        findings=(*findings, *guarded.notes.values()),
        reproduce=(
            "from theory import validate\n"
            f'trial = validate.training({who}, loss="{loss}", library="{library}", dtype="{dtype}", '
            f"seed={seed})\nprint(trial)"
        ),
        order=order.value if known else None,
        order_interval=(order.low, order.high) if known else None,
        claimed_order=claimed_order or 1.0,
        curves=curve,
        size_name="steps per unit of time",
        seconds=time.perf_counter() - started,
    )


ON_THE_WAY = ("learning-rate convention", "learning rate")
"""With these the flow is only faster or slower, and the rest can still be judged."""
ENDS = ("exception", "time limit", "result", "shape", "not finite")


class Driven:
    """The code under trial with the arrays it takes, and what it returned."""

    def __init__(self, guarded, library, dtype, loss):
        self.guarded, self.library, self.dtype, self.loss = guarded, library, dtype, loss
        self.eps = float(np.finfo(dtype).eps)
        self.results: list[np.ndarray] = []

    def run(self, task: Task, rate: float, steps: int, where: str) -> list[np.ndarray]:
        arrays = [self._given(a) for a in (*task.weights, task.inputs.T, task.targets.T)]
        shapes = tuple(w.shape for w in task.weights)
        found = self.guarded(
            *arrays, rate, steps, shape=shapes, where=f"({task.name}, {where or f'{steps} steps'})"
        )
        self.results += found
        return found

    def _given(self, array):
        if self.library == "torch":
            import torch

            return torch.tensor(array, dtype=getattr(torch, self.dtype))
        if self.library == "jax":
            import jax.numpy as jnp

            return jnp.asarray(array, dtype=self.dtype)
        return np.array(array, dtype=self.dtype)

    def look_closely(self, given) -> tuple[list[Finding], list[Probe]]:
        """The first steps of every task, and what they say; as far as the code gets."""
        rate = 2.0**-10 if self.dtype == "float64" else 2.0**-6
        factor = CONVENTIONS[self.loss][0]
        probes, ended = [], []
        try:
            for task in given:
                states = [[w.astype(self.dtype).astype(float) for w in task.weights]]
                states += [self.run(task, rate, i, "") for i in range(1, PROBED + 1)]
                probes.append(Probe(task, states, rate, factor(task), self.eps))
                if task is given[0]:
                    self._again(task, rate, states[-1])
        except Misbehaved as stopped:
            ended = [stopped.finding]
        return [*(named(probes, self.loss) if probes else []), *ended], probes

    def _again(self, task, rate, before):
        again = self.run(task, rate, PROBED, "again")
        apart = max(float(np.max(np.abs(a - b))) for a, b in zip(again, before, strict=True))
        if apart > 0:
            self.guarded.note(
                "two runs differ",
                f"the same call gave weights {apart:.3g} apart: hidden state, or examples drawn at random",
                apart=apart,
            )

    def against_flow(self, given, probes, claimed):
        """Map and conserved quantities at every learning rate, extrapolated to 0: findings, order, curves."""
        findings, squares = [], np.zeros(len(STEPS_PER_TIME))
        tolerance = Discretisation(claimed, tuple(1 / n for n in STEPS_PER_TIME))
        times = np.array(TIMES)
        try:
            for task, probe in zip(given, probes, strict=True):
                maps, kept, room = self._path(task, probe, times)
                if task.exact is not None:
                    aim = task.exact(times).reshape(len(times), -1)
                    squares += [_rms(found - aim) ** 2 for found in maps]
                    findings += self._judged(tolerance, task, "map", maps, aim)
                if len(task.weights) > 1:
                    aim = np.tile(balances(task.weights) + room, (len(times), 1))
                    findings += self._judged(tolerance, task, "balance", kept, aim)
        except Misbehaved as stopped:
            return [*_worst_of_each_kind(findings), stopped.finding], None, ()
        errors = np.sqrt(squares)
        order = measured_order(STEPS_PER_TIME, errors, max(STEPS_PER_TIME) * 64 * self.eps)
        if not findings and order.value is not None and order.value < claimed - HALF:
            said = f"{order.value:.3g} (between {order.low:.3g} and {order.high:.3g}) in the learning rate"
            evidence = {"order": order.value, "errors": errors}
            findings.append(Finding("order", f"{said}, {claimed:g} is expected", evidence))
        curve = Curve("map, all tasks", tuple(map(float, STEPS_PER_TIME)), tuple(map(float, errors)))
        return _worst_of_each_kind(findings), order, (curve,)

    def _path(self, task, probe, times):
        """Map and balances (times, components) at every learning rate.

        Where every step is c times as long, the learning rate is 1/c of it. Balances are differences of what
        rounds: the squared size of the weights is added, so that their rounding is judged in units of that.
        """
        factor = probe.ratio(probe.move(), probe.slope())
        pace = probe.scale * (factor if factor is not None and factor > 0 else 1.0)
        room, maps, kept = 1 + max(float(np.sum(w**2)) for w in task.weights), [], []
        for n in STEPS_PER_TIME:
            ends = [self.run(task, 1 / (n * pace), round(t * n), "") for t in times]
            maps.append(np.stack([np.ravel(task.in_modes(weights)) for weights in ends]))
            kept.append(np.stack([balances(weights) + room for weights in ends]))
        return maps, kept, room

    def _judged(self, tolerance, task, what, values, aim) -> list[Finding]:
        adds = [int(TIMES[-1] * n) * (task.examples + sum(map(len, task.weights))) for n in STEPS_PER_TIME]
        # All entries in one norm: over three times an entry's own last correction may be small by chance.
        measured = [
            Measurement(v.reshape(-1, 1).astype(self.dtype), steps=c)
            for v, c in zip(values, adds, strict=True)
        ]
        verdict = tolerance.judge(measured, [aim.reshape(-1, 1)] * len(values))
        errors = [_rms(found - aim) for found in values]
        if verdict.statistic <= 1:
            return []
        return [_disagrees(task, what, values, aim, verdict, errors)]

    def precision(self) -> list[Finding]:
        """Whether all results are numbers of a shorter type than what was given."""
        for kind in ("float16", "float32"):
            if np.dtype(kind).itemsize >= np.dtype(self.dtype).itemsize or not self.results:
                continue
            if "precision" in self.guarded.notes:
                continue
            with np.errstate(over="ignore"):
                short = all(np.array_equal(r, r.astype(kind).astype(float)) for r in self.results)
            if short:
                message = (
                    f"every result is a {kind} number, for {self.dtype} input: it computes in {kind} inside"
                )
                return [Finding("precision", message, {"type": kind})]
        return []


def _disagrees(task, what, values, aim, verdict, errors) -> Finding:
    if what == "balance":
        return Finding(
            "conserved quantity",
            f"W_(l+1)^T W_(l+1) - W_l W_l^T changes by {errors[-1]:.3g} ({task.name}) at learning rate "
            f"1/{STEPS_PER_TIME[-1]}, and not less and less as that shrinks ({verdict.summary}): the layers "
            "are not moved by the gradient of one loss",
            {"task": task.name, "errors": errors, "statistic": verdict.statistic},
        )
    pace, left = _pace(task, values[-1], np.array(TIMES))
    likely = ""
    if left < 0.1 * errors[-1]:
        likely = f"; it is where the flow is after {pace:.4g} times the time: a learning rate that changes"
    return Finding(
        "trajectory",
        f"{task.name}: the network's map is {errors[-1]:.3g} (root mean square) off that of gradient flow at "
        f"learning rate 1/{STEPS_PER_TIME[-1]} and does not approach it ({verdict.summary}){likely}",
        {"task": task.name, "errors": errors, "statistic": verdict.statistic, "pace": pace, "left": left},
    )


def _pace(task, found, times) -> tuple[float, float]:
    """How much faster time would have to run, and what that leaves unexplained."""
    from scipy.optimize import minimize_scalar

    def left(log_pace):
        return _rms(task.exact(times * np.exp(log_pace)).reshape(len(times), -1) - found)

    grid = np.linspace(-3, 3, 25)
    start = int(np.argmin([left(g) for g in grid]))
    ends = grid[max(start - 1, 0)], grid[min(start + 1, len(grid) - 1)]
    best = minimize_scalar(left, bounds=ends, method="bounded")
    return float(np.exp(best.x)), float(best.fun)


def _worst_of_each_kind(findings) -> list[Finding]:
    """Of each kind the finding with the largest statistic."""
    best = {}
    for one in findings:
        if one.kind not in best or one.evidence["statistic"] > best[one.kind].evidence["statistic"]:
            best[one.kind] = one
    return list(best.values())


def _rms(values) -> float:
    with np.errstate(over="ignore"):
        return float(np.sqrt(np.mean(np.square(values))))


def _check(train, loss, claimed_order, library, dtype, stochastic) -> None:
    if not callable(train):
        raise ValueError(
            f"train = {train!r}: needs a function (weights, X, Y, learning_rate, steps) -> weights"
        )
    if loss not in CONVENTIONS:
        raise ValueError(f"loss = {loss!r}: one of {', '.join(map(repr, CONVENTIONS))}")
    if claimed_order is not None and not 0 < claimed_order < 20:
        raise ValueError(f"claimed_order = {claimed_order!r}: needs a number above 0, or None")
    if library not in ("numpy", "torch", "jax"):
        raise ValueError(f"library = {library!r}: 'numpy', 'torch' or 'jax'")
    if dtype not in ("float64", "float32"):
        raise ValueError(f"dtype = {dtype!r}: 'float64' or 'float32'")
    if stochastic:
        raise ValueError("stochastic = True: full-batch gradient descent draws nothing; needs False")
    if library == "jax" and dtype == "float64":
        import jax

        if not jax.config.jax_enable_x64:
            raise ValueError(
                "dtype = 'float64': JAX has only float32 before jax_enable_x64; say dtype='float32'"
            )
