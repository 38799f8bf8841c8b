"""Why training code does not follow the flow: hypotheses that each predict its first steps exactly.

A step of gradient descent is known to rounding, whatever its length; so a hypothesis is taken where it
explains every move of every layer, in every task, to rounding.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from theory.validate.trial import Finding

from .problem import Task

CONVENTIONS = {
    "half mean": (lambda task: 1.0, "1/2 the mean over examples of the squared error"),
    "mean": (lambda task: 2.0, "the mean over examples of the squared error, without the 1/2"),
    "half sum": (lambda task: task.examples, "1/2 the sum over examples of the squared error"),
    "sum": (lambda task: 2.0 * task.examples, "the sum over examples of the squared error"),
    "mse": (lambda task: 2.0 / task.outputs, "the mean over examples and outputs of the squared error"),
    "half mse": (lambda task: 1.0 / task.outputs, "1/2 the mean over examples and outputs"),
}
"""Losses by the factor of their gradient over that of half the mean squared error."""

RATIOS = {
    "1/fan_in": lambda w: 1 / w.shape[1],
    "1/sqrt(fan_in)": lambda w: w.shape[1] ** -0.5,
    "1/fan_out": lambda w: 1 / w.shape[0],
    "1/sqrt(fan_out)": lambda w: w.shape[0] ** -0.5,
}


@dataclass
class Probe:
    """The weights after 0, 1, 2, ... steps of length ``rate`` in a task, each from a run of its own.

    ``scale`` is the factor of the loss that is claimed; moves are in units of the claimed step.
    """

    task: Task
    states: list[list[np.ndarray]]
    rate: float
    scale: float
    eps: float

    def move(self, i: int = 0) -> list[np.ndarray]:
        before, after = self.states[i], self.states[i + 1]
        return [(a - b) / (self.rate * self.scale) for a, b in zip(before, after, strict=True)]

    def slope(self, i: int = 0) -> list[np.ndarray]:
        return self.task.slope(self.states[i])

    @property
    def noise(self) -> float:
        """What rounding makes of an entry of a move: weights are subtracted, n products summed."""
        weights = max(float(np.max(np.abs(w))) for state in self.states for w in state)
        data = float(np.max(np.abs(self.task.inputs)) + np.max(np.abs(self.task.targets)))
        count = self.task.examples + sum(w.shape[1] for w in self.task.weights)
        size = weights / (self.rate * self.scale) + data * (1 + data) * (1 + weights) ** 3
        return 16 * count * self.eps * size

    def same(self, found, expected, factor: float = 1.0) -> bool:
        apart = max(float(np.max(np.abs(f - e))) for f, e in zip(found, expected, strict=True))
        return apart <= self.noise * max(1.0, abs(factor))

    def ratio(self, found, expected) -> float | None:
        """c with found = c * expected to rounding, over all layers; None if there is none."""
        square = sum(float(np.sum(e * e)) for e in expected)
        if square == 0:
            return None
        c = sum(float(np.sum(f * e)) for f, e in zip(found, expected, strict=True)) / square
        return c if self.same(found, [c * e for e in expected], c) else None


def named(probes: list[Probe], claimed: str) -> list[Finding]:
    """The first hypothesis that explains all probes; empty where none is needed, or none fits."""
    tests = (
        _number_of_steps, _standing_still, _factor, _layers, _decay, _examples, _transposed,
        _fan_in, _adaptive, _changed_data,
    )  # fmt: skip
    for test in tests:
        found = test(probes, claimed)
        if found is not None:
            return found
    return []


def _number_of_steps(probes, claimed):
    none = all(p.same(p.move(0), [0 * g for g in p.slope(0)]) for p in probes)
    if none and all(p.same(p.states[-1], p.states[0]) for p in probes):
        return [Finding("does not train", f"after {len(probes[0].states) - 1} steps no weight has moved")]
    if none and all(p.ratio(p.move(1), p.slope(0)) is not None for p in probes):
        message = "one step asked for, none done; two asked for, one done: off by one"
        return [Finding("number of steps", message, {"asked": 1, "done": 0})]
    if all(p.same(p.move(0), _two_at_once(p)) for p in probes):
        return [Finding("number of steps", "one step asked for, two done", {"asked": 1, "done": 2})]
    return None


def _two_at_once(probe):
    """What one step would be, if it were two."""
    weights = probe.states[0]
    for _ in range(2):
        weights = [
            w - probe.rate * probe.scale * g for w, g in zip(weights, probe.task.slope(weights), strict=True)
        ]
    return Probe(probe.task, [probe.states[0], weights], probe.rate, probe.scale, probe.eps).move()


def _standing_still(probes, claimed):
    for probe in probes:
        still = [
            l
            for l, (v, g) in enumerate(zip(probe.move(), probe.slope(), strict=True))
            if np.max(np.abs(v)) <= probe.noise < np.max(np.abs(g)) / 100
        ]
        if still and len(still) < len(probe.task.weights):
            which = " and ".join(str(l + 1) for l in still)
            message = (
                f"layer {which} of {len(probe.task.weights)} does not move ({probe.task.name}), where its "
                f"gradient has entries up to {max(np.max(np.abs(probe.slope()[l])) for l in still):.3g}"
            )
            return [Finding("frozen layer", message, {"layers": [l + 1 for l in still]})]
    return None


def _factor(probes, claimed):
    """All moves are c times the gradient: the loss has another factor, or the steps differ in length."""
    found = [p.ratio(p.move(), p.slope()) for p in probes]
    if any(c is None for c in found):
        return None
    later = _later(probes, found)
    if later is not None:
        return later
    if all(abs(c - 1) <= _blur(p) for c, p in zip(found, probes, strict=True)):
        return []
    times = [c * p.scale for c, p in zip(found, probes, strict=True)]
    for name, (factor, said) in CONVENTIONS.items():
        off = [abs(c / factor(p.task) - 1) <= _blur(p) for c, p in zip(times, probes, strict=True)]
        if all(off) and (len(probes) > 1 or name == "mean"):
            first = found[0] if np.ptp(found) <= _blur(probes[0]) * 4 else None
            pace = f"time runs {first:.6g} times as fast" if first else "time runs " + ", ".join(
                f"{c:.4g}" for c in found) + " times as fast, by task"  # fmt: skip
            message = (
                f"every step is that of gradient descent on {said}; {CONVENTIONS[claimed][1]} is claimed: "
                f'{pace} (say loss="{name}" if this is meant)'
            )
            return [Finding("learning-rate convention", message, {"loss": name, "factors": found})]
    if np.ptp(found) <= 4 * max(_blur(p) * abs(c) for p, c in zip(probes, found, strict=True)):
        c = found[0]
        if c < 0:
            message = f"every step is {c:.6g} times the right one: it climbs, the sign is wrong"
            return [Finding("sign", message, {"factor": c})]
        message = f"every step is {c:.6g} times as long as the learning rate says"
        return [Finding("learning rate", message, {"factor": c})]
    message = "the steps are " + ", ".join(f"{c:.4g}" for c in found) + " times as long as they should be"
    return [Finding("learning rate", message + ", by task", {"factors": found})]


def _later(probes, first):
    """The steps after the first: momentum, or a learning rate that changes on the way."""
    ratios = [[p.ratio(p.move(i), p.slope(i)) for i in range(len(p.states) - 1)] for p in probes]
    steady = [
        r is not None and abs(r - row[0]) <= 4 * _blur(p) * max(1, abs(row[0]))
        for p, row in zip(probes, ratios, strict=True)
        for r in row
    ]
    if all(steady):
        return None
    if all(r is not None for row in ratios for r in row):
        lengths = [
            r * _norm(p.slope(i)) for p, row in zip(probes, ratios, strict=True) for i, r in enumerate(row)
        ]
        cut = [n for n, r in zip(lengths, np.concatenate(ratios), strict=True) if abs(r - 1) > 1e-6]
        if len(cut) > 1 and np.ptp(cut) <= 1e-6 * max(cut):
            message = f"gradients longer than {cut[0]:.4g} are cut to that length: clipping is left on"
            if len(cut) == len(lengths):
                message = (
                    f"every gradient is brought to the length {cut[0]:.4g}: it is normalised, or clipped"
                )
            return [Finding("clipping", message, {"length": cut[0]})]
        message = "the steps from the first on are " + ", ".join(f"{r:.4g}" for r in ratios[0])
        message += " times as long as the learning rate says: a schedule, warm-up or decay is left on"
        return [Finding("learning rate changes", message, {"factors": ratios[0]})]
    return _momentum(probes, first)


def _momentum(probes, first):
    """The second move holds the first gradient: c g_2 + b g_1.

    Heavy ball: c = 1 and b = beta; averaged gradients: c = 1 - beta, b = c beta; Nesterov's, as PyTorch has
    it: c = 1 + beta, b = beta^2.
    """
    held = []
    for p, c in zip(probes, first, strict=True):
        rest = [v - c * g for v, g in zip(p.move(1), p.slope(1), strict=True)]
        held.append(p.ratio(rest, p.slope(0)))
    if any(b is None for b in held):
        return None
    c, b = first[0], held[0]
    near = 4 * _blur(probes[0]) * max(1, abs(c))
    beta, pace = b / c, 1 / (1 - b / c) if b != c else np.inf
    if abs(c - 1) > near and abs(b - (c - 1) ** 2) <= near:
        beta, said = c - 1, f"Nesterov's momentum {c - 1:.4g} is left on"
        pace = 1 / (1 - beta)
    elif abs(c - (1 - beta)) <= near:
        said, pace = f"gradients are averaged with momentum {beta:.4g}", 1.0
    else:
        said, pace = f"momentum {beta:.4g} is left on", c * pace
    message = f"the second step holds the first gradient again: {said}; in the long run time goes "
    return [Finding("momentum", f"{message}{pace:.4g} times as fast", {"beta": beta, "pace": pace})]


def _layers(probes, claimed):
    """Each layer's move is a factor of its own times its gradient."""
    table = []
    for p in probes:
        row = [p.ratio([v], [g]) for v, g in zip(p.move(), p.slope(), strict=True)]
        if any(c is None for c in row):
            return None
        table.append(row)
    pairs = [
        one for p, row in zip(probes, table, strict=True) for one in zip(row, p.task.weights, strict=True)
    ]
    deep = next((row for row in table if len(row) > 1 and np.ptp(row) > 1e-9), table[0])
    said = ", ".join(f"{c:.4g}" for c in deep)
    for name, ratio in RATIOS.items():
        if all(abs(c / ratio(w) - 1) <= 1e-8 for c, w in pairs):
            message = f"every layer's step carries a factor {name} (here {said}): a wrong fan-in"
            return [Finding("fan-in", message, {"factor": name, "layers": deep})]
    message = f"the layers' steps are {said} times as long as the learning rate says"
    return [Finding("learning rates of layers", message, {"layers": deep})]


def _decay(probes, claimed):
    """The move is the gradient and a multiple of the weights."""
    found = []
    for p in probes:
        g, w, v = (np.concatenate([np.ravel(x) for x in many]) for many in (p.slope(), p.states[0], p.move()))
        (c, decay), *_ = np.linalg.lstsq(np.stack([g, w], axis=1), v, rcond=None)
        if np.max(np.abs(c * g + decay * w - v)) > p.noise * max(1, abs(c)):
            return None
        found.append((float(c), float(decay)))
    decay = found[0][1] * probes[0].scale
    if np.ptp([d * p.scale for (_, d), p in zip(found, probes, strict=True)]) > 1e-6 * abs(decay):
        return None
    message = f"every step also takes {decay:.4g} times the weights away: weight decay is left on"
    return [Finding("weight decay", message, {"decay": decay, "factors": [c for c, _ in found]})]


def _examples(probes, claimed):
    """The gradient of fewer examples than were given."""
    for p in probes:
        task, moves = p.task, p.move()
        for kept, what in _subsets(task.examples):
            part = Task("", task.weights, task.inputs[:, kept], task.targets[:, kept], None, task.bases)
            if p.ratio(moves, part.slope(p.states[0])) is not None:
                lost = task.examples - len(kept)
                message = (
                    f"the first step is the gradient of {len(kept)} of {task.examples} examples, {what} "
                    f"{lost} left out: the last batch dropped, or a mini-batch for the whole"
                )
                return [Finding("examples left out", message, {"used": len(kept), "of": task.examples})]
    return None


def _subsets(count):
    everything = np.arange(count)
    for k in range(count - 1, 0, -1):
        yield everything[:k], "the last"
    for k in range(1, count):
        yield everything[k:], "the first"


def _transposed(probes, claimed):
    p = probes[0]
    if not p.task.square:
        return None
    layers, moves, right = range(len(p.task.weights)), p.move(), p.slope()
    for chosen in (*((l,) for l in layers), tuple(layers)):
        where = f"layer {chosen[0] + 1}" if len(chosen) == 1 else "every layer"
        for forward, backward, said in (
            ((), (), f"the step of {where} is the transpose of its gradient"),
            (chosen, (), f"the network applies the transposed weight of {where}"),
            (chosen, chosen, f"the weight of {where} is transposed on the way forward, but not back"),
            ((), chosen, f"the weight of {where} is not transposed on the way back"),
        ):
            guess = _gradient(p, forward, backward)
            turned = [v.T if l in chosen else v for l, v in enumerate(guess)]
            for one in (guess, turned):
                if p.ratio(one, right) is None and p.ratio(moves, one) is not None:
                    return [Finding("transposed weight", said, {"layers": [l + 1 for l in chosen]})]
    return None


def _gradient(probe, forward=(), backward=(), scales=None):
    """The gradient in code that applies the transposed weights of the layers ``forward``.

    It forgets to transpose the weights of ``backward`` on the way back, and multiplies them by ``scales``.
    """
    task, weights = probe.task, probe.states[0]
    scales = scales or [1.0] * len(weights)
    used = [c * (w.T if l in forward else w) for l, (w, c) in enumerate(zip(weights, scales, strict=True))]
    activities = [task.inputs]
    for w in used:
        activities.append(w @ activities[-1])
    error, found = (activities.pop() - task.targets) / task.examples, []
    for l in reversed(range(len(weights))):
        found.append(scales[l] * error @ activities[l].T)
        if l:
            error = (used[l] if l in backward else used[l].T) @ error
    return found[::-1]


def _fan_in(probes, claimed):
    """The network itself carries factors of its layers' sizes."""
    for name, ratio in RATIOS.items():
        rows = [p.ratio(p.move(), _gradient(p, scales=[ratio(w) for w in p.task.weights])) for p in probes]
        if all(c is not None for c in rows):
            message = f"the network multiplies every weight by {name}: a parametrisation with another fan-in"
            return [Finding("fan-in", message, {"factor": name})]
    return None


def _adaptive(probes, claimed):
    for p in probes:
        sizes = np.concatenate([np.abs(np.ravel(v)) for v in p.move()])
        g = np.concatenate([np.abs(np.ravel(x)) for x in p.slope()])
        sizes = sizes[g > 1e-3 * g.max()]
        if np.ptp(sizes) > 1e-4 * sizes.max():
            return None
    size = float(sizes.mean())
    message = (
        f"every weight moves by the same {size:.4g} times the learning rate, however large its gradient: "
        "an adaptive method (Adam, RMSprop, signs), not gradient descent"
    )
    return [Finding("adaptive", message, {"size": size})]


def _changed_data(probes, claimed):
    """The inputs or targets are centred or normalised before."""

    def of(p, x, y):
        return p.ratio(p.move(), Task("", p.task.weights, x, y, None, p.task.bases).slope(p.states[0]))

    def centred(a):
        return a - a.mean(axis=1, keepdims=True)

    def scaled(a):
        return centred(a) / a.std(axis=1, keepdims=True)

    ways = {
        "the inputs are centred": lambda x, y: (centred(x), y),
        "the targets are centred": lambda x, y: (x, centred(y)),
        "inputs and targets are centred": lambda x, y: (centred(x), centred(y)),
        "the inputs are standardised": lambda x, y: (scaled(x), y),
        "inputs and targets are standardised": lambda x, y: (scaled(x), scaled(y)),
    }
    for said, way in ways.items():
        if all(of(p, *way(p.task.inputs, p.task.targets)) is not None for p in probes):
            return [Finding("changed data", f"{said} before the first step", {})]
    return None


def _norm(many) -> float:
    return float(np.sqrt(sum(np.sum(one**2) for one in many)))


def _blur(probe) -> float:
    """What rounding leaves open of a ratio."""
    return probe.noise / max(float(np.max(np.abs(g))) for g in probe.slope())
