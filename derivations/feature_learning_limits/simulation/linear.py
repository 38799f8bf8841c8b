"""Networks of one hidden linear layer with explicit powers of the width, trained by gradient descent."""

from __future__ import annotations

from functools import partial

import numpy as np

from theory.simulation import Measurement, Simulation, descend, replicate

MAXIMAL = {"a": (-0.5, 0.5), "b": (0.5, 0.5)}
TANGENT = {"a": (0.0, 0.5), "b": (0.0, 0.0)}


def start(rng, batch: int, n: int, d: int, b, xp, *, pairs=False) -> tuple:
    """Trainable weights u (batch, n, d) and v (batch, n) as they are drawn.

    In ``pairs`` of networks that differ by the sign of v, each of which has the law of a draw: what is odd
    in the output at the start then leaves no noise in a mean.
    """
    u = xp.asarray(rng.normal(size=(batch, n, d))) * n ** -b[0]
    v = xp.asarray(rng.normal(size=(batch, n))) * n ** -b[1]
    return (xp.concat([u, u]), xp.concat([v, -v])) if pairs else (u, v)


def forward(u, v, x, n: int, a, xp):
    """Hidden layer (..., n) and output (...) of networks (batch, n, d), (batch, n) at x (..., d)."""
    h = n ** -a[0] * (u @ x[..., None])[..., 0]
    return h, n ** -a[1] * xp.sum(v * h, axis=-1)


def gradients(u, v, x, n: int, a, xp):
    """Output, and its derivatives by u and v."""
    h, f = forward(u, v, x, n, a, xp)
    return f, n ** -(a[0] + a[1]) * v[..., None] * x[..., None, :], n ** -a[1] * h


def tangent_kernel(by_u, by_v, xp):
    """Of each network at one input, from the derivatives of its output there: (batch,)."""
    return xp.sum(by_u**2, axis=(1, 2)) + xp.sum(by_v**2, axis=1)


def after_steps(*, xp, rng, progress, n, k, s, eta, scaling, networks) -> Measurement:
    """Tangent kernels of networks of width n at the input 1, after each of k steps of gradient descent."""
    a, b = scaling["a"], scaling["b"]
    u, v = start(rng, networks, n, 1, b, xp)
    x = xp.ones((networks, 1))
    outputs, kernels = [], []
    for _ in range(int(np.max(k)) + 1):
        f, by_u, by_v = gradients(u, v, x, n, a, xp)
        outputs.append(f)
        kernels.append(tangent_kernel(by_u, by_v, xp))
        e = eta * (s - f)
        u, v = u + e[:, None, None] * by_u, v + e[:, None] * by_v
    values = xp.stack([kernels[j] for j in np.ravel(k)])
    return Measurement(values, {"f_0": outputs[0], "K_0": kernels[0]}, steps=n)


TIMES = np.array([0.0625, 0.25, 0.5, 1.0, 2.0])


def tangent_outputs(*, xp, rng, progress, width, k, s, eta, replicates, networks) -> Measurement:
    """Mean outputs after k steps, and at the start, over networks of a width in the NTK parametrisation.

    Of those that start at a positive output: the sign of v is chosen so.
    """
    a, x, last = TANGENT["a"], xp.ones((networks, 1)), int(np.max(k))

    def draw(rng):
        u, v = start(rng, networks, width, 1, TANGENT["b"], xp)
        v, seen = v * xp.sign(forward(u, v, x, width, a, xp)[1])[:, None], []
        for _ in range(last + 1):
            f, by_u, by_v = gradients(u, v, x, width, a, xp)
            seen.append(xp.mean(f))
            e = eta * (s - f)
            u, v = u + e[:, None, None] * by_u, v + e[:, None] * by_v
        return xp.stack(seen)

    found = replicate(draw, replicates, rng=rng, progress=progress)
    values = xp.stack([found[:, j] for j in np.ravel(k)], axis=1)
    return Measurement(values, {"f_0": found[:, :1]}, steps=networks)


STEPS = 6
"""Steps of Runge and Kutta's method between two times: their error is far below that of the means."""


def flow(weights: tuple, velocity, times, steps=STEPS):
    """The weights at each of the times, along ``velocity(weights)``, by Runge and Kutta's method."""
    moved = lambda w, h, k: tuple(p + h * q for p, q in zip(w, k, strict=True))  # noqa: E731
    seen, now = [], 0.0
    for t in np.ravel(times).tolist():
        h, now = (t - now) / steps, t
        for _ in range(steps):
            k1 = velocity(weights)
            k2 = velocity(moved(weights, h / 2, k1))
            k3 = velocity(moved(weights, h / 2, k2))
            k4 = velocity(moved(weights, h, k3))
            for k, share in ((k1, h / 6), (k2, h / 3), (k3, h / 3), (k4, h / 6)):
                weights = moved(weights, share, k)
        seen.append(weights)
    return seen


def outputs_along_flow(u, v, s, times, xp, steps=STEPS):
    """Outputs (times, networks) of µP networks at the input 1 along gradient flow towards s."""
    n, a, x = u.shape[1], MAXIMAL["a"], xp.ones((len(u), 1))

    def velocity(w):
        f, by_u, by_v = gradients(*w, x, n, a, xp)
        return (s - f)[:, None, None] * by_u, (s - f)[:, None] * by_v

    return xp.stack([forward(*w, x, n, a, xp)[1] for w in flow((u, v), velocity, times, steps)])


def descended(*, xp, rng, progress, step, n, s, networks, measured) -> Measurement:
    """Output or tangent kernel of µP networks of width n along gradient descent in small steps."""
    u, v = start(rng, networks, n, 1, MAXIMAL["b"], xp)
    a, x = MAXIMAL["a"], xp.ones((networks, 1))
    U, q = n ** -a[0] * u[:, :, 0], n ** (1 - a[1]) * v
    read = {"P": xp.mean((U + q) ** 2, axis=1) / 2, "M": xp.mean((U - q) ** 2, axis=1) / 2}

    def gradient(w):
        f, by_u, by_v = gradients(*w, x, n, a, xp)
        return (f - s)[:, None, None] * by_u, (f - s)[:, None] * by_v

    def observe(w):
        f, by_u, by_v = gradients(*w, x, n, a, xp)
        return f if measured == "output" else tangent_kernel(by_u, by_v, xp)

    path = descend((u, v), gradient, step=step, record_at=TIMES, observe=observe, progress=progress)
    return Measurement(path.observations, read | {"t": TIMES[:, None]}, steps=path.steps)


def ensembles(*, xp, rng, progress, width, t, s, replicates, networks, measured) -> Measurement:
    """Of gradient flow of µP networks of a width at times t: the mean output, or width times its variance."""

    def draw(rng):
        weights = start(rng, networks, width, 1, MAXIMAL["b"], xp, pairs=measured == "mean")
        targets = np.ravel(s).tolist()
        f = xp.stack([outputs_along_flow(*weights, target, t, xp) for target in targets], axis=-1)
        return xp.mean(f, axis=1) if measured == "mean" else width * xp.var(f, axis=1, correction=1)

    return Measurement(replicate(draw, replicates, rng=rng, progress=progress), steps=networks)


def small_ensembles(*, xp, rng, progress, n, t, s, replicates, networks) -> Measurement:
    """Mean and mean square of the output along gradient flow of many µP networks of one small width."""

    def draw(rng):
        f = outputs_along_flow(*start(rng, networks, n, 1, MAXIMAL["b"], xp), s, t, xp)
        return xp.stack([xp.mean(f, axis=1), xp.mean(f**2, axis=1)], axis=-1)

    return Measurement(replicate(draw, replicates, rng=rng, progress=progress), steps=networks)


def answers(*, xp, rng, progress, step, s, t, n, turned) -> Measurement:
    """By how much the output along gradient flow moves, over ``step``, if the start does.

    Two networks whose initial U and q are orthogonal and of mean square 1, so that the output is 0 and the
    kernel 2, as at infinite width; all weights then grow by half the step or shrink by it (the mean square
    by the step), or one layer is turned towards the other and away from it.
    """
    a = MAXIMAL["a"]
    Z = xp.linalg.qr(xp.asarray(rng.normal(size=(n, 2))))[0] * n**0.5
    if turned:
        moves = [
            (Z[:, 0] + sign * step / 2 * Z[:, 1], Z[:, 1] + sign * step / 2 * Z[:, 0]) for sign in (1, -1)
        ]
    else:
        moves = [(Z[:, 0] * (1 + sign * step) ** 0.5, Z[:, 1] * (1 + sign * step) ** 0.5) for sign in (1, -1)]
    u = xp.stack([n ** a[0] * U for U, _ in moves])[:, :, None]
    v = xp.stack([n ** (a[1] - 1) * q for _, q in moves])
    f = outputs_along_flow(u, v, s, t, xp, steps=128)
    return Measurement((f[:, :1] - f[:, 1:]) / (2 * step), steps=1)


# Five inputs in three dimensions, seen one after the other, twice.
INPUTS = np.array([[0.9, -0.2, 0.4], [-0.3, 0.8, 0.5], [0.1, 0.6, -0.7], [-0.5, -0.4, 0.2], [0.7, 0.3, 0.6]])
LABELS = np.array([0.7, -0.4, 0.9, 0.3, -0.8])


def one_by_one(*, xp, rng, progress, n, eta, networks, passes=2) -> Measurement:
    """Tangent kernels at all inputs after stochastic gradient descent; the initial Gram matrices over n."""
    a, inputs = MAXIMAL["a"], xp.asarray(INPUTS)
    u, v = start(rng, networks, n, INPUTS.shape[1], MAXIMAL["b"], xp)
    Z = xp.concat([n ** -a[0] * u, n ** (1 - a[1]) * v[:, :, None]], axis=2)
    for _ in range(passes):
        for i, y in enumerate(LABELS.tolist()):
            f, by_u, by_v = gradients(u, v, inputs[i, :], n, a, xp)
            e = eta * (y - f)
            u, v = u + e[:, None, None] * by_u, v + e[:, None] * by_v
    found = [tangent_kernel(*gradients(u, v, inputs[i, :], n, a, xp)[1:], xp) for i in range(len(INPUTS))]
    return Measurement(xp.stack(found, axis=-1), {"G": xp.matrix_transpose(Z) @ Z / n}, steps=n)


DIRECTION = np.array([0.6, 0.0, -0.8, 0.0])


def whitened(*, xp, rng, progress, width, t, s, replicates, networks) -> Measurement:
    """Output along the target of µP networks with four whitened inputs and a linear target of norm s.

    Gradient flow, as in `flow_weights`, of half the mean squared error over standard Gaussian inputs.
    """
    a, x = MAXIMAL["a"], xp.asarray(DIRECTION)
    scale, goal = width ** -(a[0] + a[1]), s * x

    def velocity(w):
        u, v = w
        slope = goal - scale * xp.sum(v[:, :, None] * u, axis=1)
        return scale * v[:, :, None] * slope[:, None, :], scale * (u @ slope[:, :, None])[:, :, 0]

    def draw(rng):
        weights = start(rng, networks, width, len(DIRECTION), MAXIMAL["b"], xp, pairs=True)
        return xp.stack([xp.mean(forward(*w, x, width, a, xp)[1]) for w in flow(weights, velocity, t)])

    return Measurement(replicate(draw, replicates, rng=rng, progress=progress), steps=networks)


_WIDE = {"laptop": {"replicates": 64, "networks": 100}, "gpu": {"replicates": 64, "networks": 20_000}}
_NETWORKS = {"laptop": {"networks": 8}, "gpu": {"networks": 1024}}
maximal_steps = Simulation(partial(after_steps, n=6, scaling=MAXIMAL), _NETWORKS)
tangent_steps = Simulation(partial(after_steps, n=6, scaling=TANGENT), _NETWORKS)
lazy_outputs = Simulation(
    tangent_outputs,
    {"laptop": {"replicates": 32, "networks": 400}, "gpu": {"replicates": 64, "networks": 20_000}},
)
outputs_in_time = Simulation(
    partial(descended, measured="output"),
    {"laptop": {"n": 5, "networks": 6}, "gpu": {"n": 1000, "networks": 64}},
)
kernels_in_time = Simulation(
    partial(descended, measured="kernel"),
    {"laptop": {"n": 5, "networks": 6}, "gpu": {"n": 1000, "networks": 64}},
)
mean_outputs = Simulation(partial(ensembles, measured="mean"), _WIDE)
variances = Simulation(
    partial(ensembles, measured="variance", t=(0.15, 0.5), s=2.0),
    {"laptop": {"replicates": 32, "networks": 400}, "gpu": {"replicates": 64, "networks": 20_000}},
)
small_networks = Simulation(
    small_ensembles,
    {"laptop": {"replicates": 32, "networks": 1500}, "gpu": {"replicates": 256, "networks": 10**5}},
)
online_kernels = Simulation(
    one_by_one, {"laptop": {"n": 7, "networks": 6}, "gpu": {"n": 10_000, "networks": 64}}
)
outputs_along_target = Simulation(
    whitened, {"laptop": {"replicates": 64, "networks": 12}, "gpu": {"replicates": 64, "networks": 20_000}}
)
answers_to_scale = Simulation(partial(answers, turned=False), {"laptop": {"n": 6}, "gpu": {"n": 1000}})
answers_to_start = Simulation(partial(answers, turned=True), {"laptop": {"n": 6}, "gpu": {"n": 1000}})
