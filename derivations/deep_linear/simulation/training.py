"""Networks trained by full-batch gradient descent on a synthetic task, from several kinds of weights."""

from __future__ import annotations

import numpy as np

from theory.simulation import Measurement, Simulation, descend

from ..data import synthetic
from .network import aligned, balanced, gradient, loss, modes_of, product, strengths

STRENGTHS = (2.0, 1.4, 0.9, 0.6)
VARIANCES = (1.2, 0.7, 1.5, 0.8)
TIMES = (0.25, 0.5, 1, 1.5, 2, 3, 4, 6, 8)


def from_balanced(*, xp, rng, progress, step, tau, layers=2, size=1) -> Measurement:
    """Mode strengths of a network from aligned, balanced weights."""
    inputs, targets = _task(rng, size, VARIANCES)
    modes = modes_of(inputs, targets, len(STRENGTHS))
    start = rng.uniform(0.05, 0.2, size=len(modes.s)) * modes.s / modes.d
    weights = aligned(rng, modes, [start ** (1 / layers)] * layers, 8 * size)
    path = _train(xp, weights, inputs, targets, tau, strengths(modes, xp), step, TIMES, progress)
    read = {"t": path.times[:, None], "s": modes.s, "u0": strengths(modes, np)(weights), "d": modes.d}
    return Measurement(path.observations, read, steps=path.steps)


def of_autoencoder(*, xp, rng, progress, step, tau, size=1) -> Measurement:
    """Mode strengths of a two-layer network whose targets are its inputs, as in greedy pretraining."""
    inputs, _ = _task(rng, size, VARIANCES)
    modes = modes_of(inputs, inputs, 7 * size)
    start = rng.uniform(0.02, 0.2, size=len(modes.s))
    weights = aligned(rng, modes, [np.sqrt(start)] * 2, 8 * size)
    path = _train(xp, weights, inputs, inputs, tau, strengths(modes, xp), step, TIMES, progress)
    read = {"t": path.times[:, None], "d": modes.d, "u0": strengths(modes, np)(weights)}
    return Measurement(path.observations, read, steps=path.steps)


def at_depths(*, xp, rng, progress, step, tau, L, size=1) -> Measurement:
    """Mode strengths of networks with each number ``L`` of layers, from aligned, balanced weights."""
    inputs, targets = _task(rng, size, strengths=STRENGTHS[:2])
    modes = modes_of(inputs, targets, 2)
    found, starts, steps = [], [], 0
    for depth in np.ravel(L):
        start = rng.uniform(0.05, 0.2, size=2) * modes.s
        weights = aligned(rng, modes, [start ** (1 / depth)] * depth, 8 * size)
        path = _train(xp, weights, inputs, targets, tau, strengths(modes, xp), step, TIMES, progress)
        found.append(path.observations)
        starts.append(strengths(modes, np)(weights))
        steps += path.steps
    read = {"t": path.times[:, None, None], "s": modes.s, "u0": np.array(starts)}
    return Measurement(xp.stack(found, axis=1), read, steps=steps)


def from_unbalanced(*, xp, rng, progress, step, tau, size=1) -> Measurement:
    """Both layers' weights and the mode strength from aligned weights that differ between the layers."""
    inputs, targets = _task(rng, size)
    modes = modes_of(inputs, targets, len(STRENGTHS))
    # Either layer may be the larger, and their product negative.
    first = np.array([1.2, 0.1, 0.7, -0.3]) * rng.uniform(0.9, 1.1, size=4)
    second = np.array([0.2, 0.9, -0.4, 0.8]) * rng.uniform(0.9, 1.1, size=4)
    weights = aligned(rng, modes, [first, second], 8 * size)
    basis = weights[0] @ modes.right / first  # the random directions of the hidden layer
    left, right, inner = map(xp.asarray, (modes.left, modes.right, basis))

    def observe(weights):
        first, second = weights
        a = ((inner.T @ first) * right.T).sum(-1)
        b = ((left.T @ second) * inner.T).sum(-1)
        return xp.stack([a, b, ((left.T @ second @ first) * right.T).sum(-1)], axis=-1)

    path = _train(xp, weights, inputs, targets, tau, observe, step, TIMES, progress)
    read = {"t": path.times[:, None], "s": modes.s, "a0": first, "b0": second}
    return Measurement(path.observations, read, steps=path.steps)


def from_unaligned(*, xp, rng, progress, step, tau, hidden=3, size=1) -> Measurement:
    """The linear map of a two-layer network from balanced weights in random directions."""
    inputs, targets = _task(rng, size)
    weights = balanced(rng, 0.4, inputs=len(inputs), hidden=hidden, outputs=len(targets))
    path = _train(xp, weights, inputs, targets, tau, product, step, TIMES, progress)
    return Measurement(path.observations, _given(path, weights, inputs, targets), steps=path.steps)


def _given(path, weights, inputs, targets) -> dict:
    """What the closed forms are told of a training: its times, first weights, and input-output covariance."""
    return {
        "t": path.times,
        "W1": weights[0],
        "W2": weights[1],
        "Sigma31": targets @ inputs.T / inputs.shape[1],
    }


def kernel_from_unaligned(*, xp, rng, progress, step, tau, hidden=3, size=1, probes=2) -> Measurement:
    """The neural tangent kernel along the same training, from the network's Jacobian at new inputs."""
    inputs, targets = _task(rng, size)
    weights = balanced(rng, 0.4, inputs=len(inputs), hidden=hidden, outputs=len(targets))
    probe = rng.normal(size=(len(inputs), probes))
    points, eye = xp.asarray(probe), xp.eye(len(targets))

    def observe(weights):
        # Row (output, probe) of the Jacobian: the derivatives by every weight of either layer.
        first, second = weights
        by_first = second[:, None, :, None] * points.T[None, :, None, :]
        by_second = eye[:, None, :, None] * (first @ points).T[None, :, None, :]
        rows = [xp.reshape(j, (len(targets) * probes, -1)) for j in (by_first, by_second)]
        return sum(j @ j.T for j in rows)

    path = _train(xp, weights, inputs, targets, tau, observe, step, TIMES, progress)
    read = _given(path, weights, inputs, targets) | {"X": probe}
    return Measurement(path.observations, read, steps=path.steps)


def loss_of_one_mode(*, xp, rng, progress, step, tau, size=1) -> Measurement:
    """The loss of a two-layer network with one mode to learn, above what no network can remove."""
    inputs, targets = _task(rng, size, strengths=STRENGTHS[:1])
    modes = modes_of(inputs, targets, 1)
    u0 = rng.uniform(0.05, 0.2, size=1)
    weights = aligned(rng, modes, [np.sqrt(u0)] * 2, 8 * size)
    floor = loss(inputs, targets)((targets @ inputs.T / inputs.shape[1],))
    of = loss(xp.asarray(inputs), xp.asarray(targets))

    def observe(weights):
        return xp.reshape(of(weights) - floor, (1,))

    path = _train(xp, weights, inputs, targets, tau, observe, step, TIMES, progress)
    read = {"t": path.times[:, None], "s": modes.s, "u0": u0}
    return Measurement(path.observations, read, steps=path.steps)


def from_gaussian(*, xp, rng, progress, step, tau, hidden=8, scale=0.3) -> Measurement:
    """Networks with one input and one output from small Gaussian weights, neither balanced nor aligned.

    With a (hidden,) the weights into the hidden layer and b those out of it, half their sum grows and
    half their difference shrinks, whatever their directions. Measured are the sum and the difference
    of the lengths of these two, and the mode strength a.b.
    """
    found, first0, second0, singular, steps = [], [], [], [], 0
    for s in STRENGTHS:
        inputs, targets = synthetic(rng, [s], inputs=1, outputs=1, examples=12)
        sign = np.sign(targets @ inputs.T)[0, 0]
        weights = [scale * rng.normal(size=shape) / np.sqrt(hidden) for shape in ((hidden, 1), (1, hidden))]

        def observe(weights, sign=sign):
            a, b = weights[0][:, 0], sign * weights[1][0]
            grows, shrinks = (((a + c * b) ** 2).sum() ** 0.5 / 2 for c in (1, -1))
            return xp.stack([grows + shrinks, grows - shrinks, (a * b).sum()])

        path = _train(xp, weights, inputs, targets, tau, observe, step, TIMES, progress)
        start = xp.to_numpy(observe([xp.asarray(w) for w in weights]))
        found.append(path.observations)
        singular.append(modes_of(inputs, targets, 1).s[0])
        first0.append(start[0])
        second0.append(start[1])
        steps += path.steps
    read = {
        "t": path.times[:, None],
        "s": np.array(singular),
        "a0": np.array(first0),
        "b0": np.array(second0),
    }
    return Measurement(xp.stack(found, axis=1), read, steps=steps)


def at_many_layers(*, xp, rng, progress, inverse_depth) -> Measurement:
    """Mode strengths of a very deep network against the number of layers times the training time.

    The step, in that time, falls like 1/L as the layers become more, so that its error does too.
    """
    L = round(1 / inverse_depth)
    inputs, targets = synthetic(rng, [1.3, 0.8], inputs=3, outputs=2, examples=8)
    modes = modes_of(inputs, targets, 2)
    start = rng.uniform(0.3, 0.5, size=2) * modes.s
    weights = aligned(rng, modes, [start ** (1 / L)] * L, 2)
    times = np.array([0.5, 1, 2, 3, 4, 6])
    path = _train(xp, weights, inputs, targets, L, strengths(modes, xp), inverse_depth / 2, times, progress)
    return Measurement(
        path.observations, {"t": path.times[:, None], "s": modes.s, "u0": start}, steps=path.steps * L
    )


def _task(rng, size, variances=None, strengths=STRENGTHS):
    return synthetic(rng, strengths, variances, inputs=7 * size, outputs=5 * size, examples=24 * size)


def _train(xp, weights, inputs, targets, tau, observe, step, times, progress):
    weights, inputs, targets = [xp.asarray(w) for w in weights], xp.asarray(inputs), xp.asarray(targets)
    return descend(
        weights,
        gradient(inputs, targets, tau),
        step=step,
        record_at=times,
        observe=observe,
        progress=progress,
    )


_GPU = {"size": 64, "step": (1 / 64, 1 / 128, 1 / 256, 1 / 512)}

training_balanced = Simulation(from_balanced, {"laptop": {}, "gpu": _GPU})
training_shallow = Simulation(from_balanced, {"laptop": {"layers": 1}, "gpu": {"layers": 1, **_GPU}})
training_autoencoder = Simulation(of_autoencoder, {"laptop": {}, "gpu": _GPU})
training_at_depths = Simulation(at_depths, {"laptop": {}, "gpu": _GPU})
training_very_deep = Simulation(
    at_many_layers,
    {"laptop": {}, "gpu": {"inverse_depth": (1 / 32, 1 / 64, 1 / 128, 1 / 256)}},
    growth={"inverse_depth": 2.0},  # its steps shrink as the depth grows
)
training_unbalanced = Simulation(from_unbalanced, {"laptop": {}, "gpu": _GPU})
training_unaligned = Simulation(from_unaligned, {"laptop": {}, "gpu": _GPU | {"hidden": 100, "size": 16}})
training_kernel = Simulation(kernel_from_unaligned, {"laptop": {}, "gpu": _GPU | {"hidden": 100, "size": 4}})
training_loss = Simulation(loss_of_one_mode, {"laptop": {}, "gpu": _GPU})
training_gaussian = Simulation(from_gaussian, {"laptop": {}, "gpu": {"hidden": 512, "step": _GPU["step"]}})
