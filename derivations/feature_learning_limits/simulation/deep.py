"""Networks of two hidden layers in any parametrisation, and how their parts move with the width."""

from __future__ import annotations

from functools import partial

import numpy as np

from theory.simulation import Measurement, Simulation, replicate

from ..data import columns

INPUTS = np.array([[0.9, -0.3, 0.5, 0.8], [0.2, 1.1, -0.6, 0.4], [-0.7, 0.5, 0.9, -0.5]])
LABELS = np.array([2.4, -2.1, 2.7])
"""Larger than the outputs at the start, which differ from one network to the next."""
RATE = 0.1


def start(rng, batch: int, n: int, xp) -> list:
    """Standard normal numbers in the shapes of the trainable weights: (batch, outputs, inputs).

    In pairs of networks that differ by the sign of the output layer, each with the law of a draw.
    """
    first, second, last = (
        xp.asarray(rng.normal(size=(batch // 2, *shape))) for shape in ((n, INPUTS.shape[1]), (n, n), (1, n))
    )
    return [xp.concat(both) for both in ((first, first), (second, second), (last, -last))]


def halves(z, xp) -> list:
    """Networks of half the width cut out of ``z``: either half of each hidden layer, four in all for each.

    Each has the law of a draw, and together they fluctuate like the whole: little is left in a ratio.
    """
    first, second, last = z
    m = first.shape[1] // 2
    parts = (slice(m), slice(m, None))
    cuts = [(first[:, i], second[:, j, i], last[:, :, j]) for i in parts for j in parts]
    return [xp.concat(layer) for layer in zip(*cuts, strict=True)]


def exponents(a_1, a_h, a_out, b_out):
    """Of multipliers and of initial weights, which keep the hidden layers stable, layer by layer."""
    return (a_1, a_h, a_out), (-a_1, 0.5 - a_h, b_out)


def passed(w, x, multipliers, xp):
    """Hidden layers and output (batch,) of networks with trainable weights ``w`` at one input."""
    hidden, signal = [], x[:, None]
    for weights, scale in zip(w[:-1], multipliers[:-1], strict=True):
        signal = xp.tanh(scale * (weights @ signal))
        hidden.append(signal)
    return hidden, multipliers[-1] * (w[-1] @ signal)[:, 0, 0]


def gradients(w, x, multipliers, xp):
    """Output, and for each layer the two vectors whose product is its derivative by the weights."""
    hidden, f = passed(w, x, multipliers, xp)
    first, second = hidden
    at_second = multipliers[2] * xp.matrix_transpose(w[2]) * (1 - second**2)
    at_first = multipliers[1] * (xp.matrix_transpose(w[1]) @ at_second) * (1 - first**2)
    backs, fronts = (at_first, at_second, xp.ones((1, 1, 1))), (x[None, :, None], first, second)
    return f, [(m * b, z) for m, b, z in zip(multipliers, backs, fronts, strict=True)]


def trained(z, n, a, b, c, steps: int, xp):
    """Weights before and after steps of stochastic gradient descent on half the squared error."""
    multipliers = [n**-p for p in a]
    before = [n**-p * w for p, w in zip(b, z, strict=True)]
    after, inputs = before, xp.asarray(INPUTS)
    for k in range(steps):
        x, y = inputs[k % len(INPUTS), :], float(LABELS[k % len(INPUTS)])
        f, parts = gradients(after, x, multipliers, xp)
        e = (RATE * n**-c * (y - f))[:, None, None]
        after = [
            w + e * back @ xp.matrix_transpose(front) for w, (back, front) in zip(after, parts, strict=True)
        ]
    return before, after, multipliers


def mean_squares(z, n, a, b, c, steps, xp):
    """Over the networks: of the change of the last hidden layer's coordinates and of the output."""
    before, after, multipliers = trained(z, n, a, b, c, steps, xp)
    (_, old), f_old = passed(before, xp.asarray(INPUTS[0]), multipliers, xp)
    (_, new), f_new = passed(after, xp.asarray(INPUTS[0]), multipliers, xp)
    return xp.mean((new - old) ** 2), xp.mean((f_new - f_old) ** 2)


def kernel_at_start(z, n, a, b, c, xp):
    """The mean tangent kernel at the first input, with the learning rate's power of the width."""
    w, multipliers = [n**-p * w for p, w in zip(b, z, strict=True)], [n**-p for p in a]
    _, parts = gradients(w, xp.asarray(INPUTS[0]), multipliers, xp)
    sizes = [xp.sum(back**2, axis=(1, 2)) * xp.sum(front**2, axis=(1, 2)) for back, front in parts]
    return n**-c * xp.mean(sum(sizes))


def slopes(
    *, xp, rng, progress, width, a_1, a_h, a_out, b_out, c, replicates, networks, measured, steps=3
) -> Measurement:
    """Minus the slope in the width, from half of it to all, of a size that falls as a power of it.

    One component for each parametrisation. ``measured``: "features" (root mean square change of the last
    hidden layer's coordinates), "output" or "kernel".
    """
    table = np.stack(np.broadcast_arrays(*map(np.ravel, (a_1, a_h, a_out, b_out, c))), axis=-1)

    def sizes(z, n):
        found = []
        for row in table.tolist():
            a, b = exponents(*row[:4])
            if measured == "kernel":
                found.append(xp.log2(kernel_at_start(z, n, a, b, row[4], xp)))
            else:
                both = mean_squares(z, n, a, b, row[4], steps, xp)
                found.append(xp.log2(both[measured == "output"]) / 2)
        return xp.stack(found)

    def draw(rng):
        z = start(rng, networks, width, xp)
        return sizes(halves(z, xp), width // 2) - sizes(z, width)

    return Measurement(replicate(draw, replicates, rng=rng, progress=progress), steps=networks)


_SCALES = {
    "laptop": {"replicates": 24, "networks": 24},
    "gpu": {"replicates": 64, "networks": 256, "width": (128, 256, 512, 1024, 2048)},
}
feature_slopes = Simulation(partial(slopes, measured="features"), _SCALES)
kernel_slopes = Simulation(partial(slopes, measured="kernel"), _SCALES)
output_slopes = Simulation(
    partial(slopes, measured="output", a_1=columns()["a_1"], a_h=columns()["a_h"]), _SCALES
)
