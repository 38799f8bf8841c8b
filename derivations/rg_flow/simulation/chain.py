"""The exact chain of the setting, at one input or (linear) at several, drawn."""

from __future__ import annotations

from functools import partial

import numpy as np

from theory.simulation import Measurement, Simulation, replicate


def sine(z, xp):
    return xp.sin(z)


def tanh(z, xp):
    return xp.tanh(z)


def linear(z, xp):
    return z


def leaky(z, xp):
    """Slopes 1 and 1/2."""
    return 0.75 * z + 0.25 * abs(z)


def chain(rng, activation, n: int, steps: int, C_b: float, C_W: float, K_1: float, samples: int, xp):
    """S (samples,) after ``steps`` layers of width n from S = K_1."""
    S = xp.zeros(samples) + K_1
    for _ in range(steps):
        xi = xp.asarray(rng.normal(size=(samples, n)))
        S = C_b + C_W * xp.mean(activation(S[:, None] ** 0.5 * xi, xp) ** 2, axis=1)
    return S


def at_infinite_width(activation, steps: int, C_b: float, C_W: float, K_1: float, xp) -> float:
    """The same with the mean over all of a grid of normal numbers in place of n draws."""
    x = np.linspace(-12, 12, 2401)
    weight, x = xp.asarray(np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi) * (x[1] - x[0])), xp.asarray(x)
    K = K_1
    for _ in range(steps):
        K = C_b + C_W * float(xp.sum(weight * activation(K**0.5 * x, xp) ** 2))
    return K


def corrections(*, xp, rng, progress, width, depth, K_1, C_b, C_W, activation, replicates, samples):
    """Mean of S, its variance times n, and n times the mean's distance from the infinite width."""
    K = at_infinite_width(activation, depth, C_b, C_W, K_1, xp)

    def draw(rng):
        S = chain(rng, activation, width, depth, C_b, C_W, K_1, samples, xp)
        mean = xp.mean(S)
        variance = xp.sum((S - mean) ** 2) / (samples - 1)
        return xp.stack([mean, width * variance, width * (mean - K)])

    return Measurement(replicate(draw, replicates, rng=rng, progress=progress), steps=depth)


def logarithm(*, xp, rng, progress, n, l, C_W, activation, replicates, samples, which) -> Measurement:
    """Mean or variance of ln S at layer l, from S = 1."""

    def draw(rng):
        logs = xp.log(chain(rng, activation, n, l - 1, 0.0, C_W, 1.0, samples, xp))
        mean = xp.mean(logs)
        return mean if which == "mean" else xp.sum((logs - mean) ** 2) / (samples - 1)

    return Measurement(replicate(draw, replicates, rng=rng, progress=progress), steps=l)


def logarithm_at_ratio(*, xp, rng, progress, width, r, C_W, activation, replicates, samples) -> Measurement:
    """Variance of ln S at layer 1 + r n for growing widths n."""
    return logarithm(
        xp=xp, rng=rng, progress=progress, n=width, l=1 + round(r * width), C_W=C_W, activation=activation,
        replicates=replicates, samples=samples, which="variance",
    )  # fmt: skip


KERNEL = np.array([[1.0, 0.4, -0.3], [0.4, 0.8, 0.5], [-0.3, 0.5, 1.2]])
INDICES = ((0, 0, 1, 1), (0, 1, 0, 1), (0, 1, 1, 2), (0, 0, 1, 2))


def wishart(*, xp, rng, progress, n, l, replicates, samples) -> Measurement:
    """E S_ab S_cd of three inputs of a deep linear network at layer l, S a product of Wishart matrices."""

    def draw(rng):
        S = xp.zeros((samples, 3, 3)) + xp.asarray(KERNEL)
        for _ in range(l - 1):
            z = xp.linalg.cholesky(S) @ xp.asarray(rng.normal(size=(samples, 3, n)))
            S = z @ xp.matrix_transpose(z) / n
        return xp.stack([xp.mean(S[:, a, b] * S[:, c, d]) for a, b, c, d in INDICES])

    pairs = {"ab": (0, 1), "cd": (2, 3), "ac": (0, 2), "bd": (1, 3), "ad": (0, 3), "bc": (1, 2)}
    read = {f"K_{p}": np.array([KERNEL[i[x], i[y]] for i in INDICES]) for p, (x, y) in pairs.items()}
    return Measurement(replicate(draw, replicates, rng=rng, progress=progress), read, steps=l)


_MANY = {"replicates": 64, "samples": 100_000}
# more draws see more of what falls as 1/n^2: wider networks with them
_WIDE = {"replicates": 64, "samples": 20_000, "width": (16, 32, 64)}
sine_corrections = Simulation(
    partial(corrections, activation=sine), {"laptop": {"replicates": 32, "samples": 6000}, "gpu": _WIDE}
)
tanh_corrections = Simulation(
    partial(corrections, activation=tanh), {"laptop": {"replicates": 32, "samples": 2000}, "gpu": _WIDE}
)
_SMALL = {"laptop": {"replicates": 64, "samples": 500}, "gpu": _MANY}
linear_log_means = Simulation(partial(logarithm, activation=linear, C_W=1.0, which="mean"), _SMALL)
linear_log_variances = Simulation(partial(logarithm, activation=linear, C_W=1.0, which="variance"), _SMALL)
leaky_at_ratio = Simulation(
    partial(logarithm_at_ratio, activation=leaky, C_W=1 / 0.625),
    {"laptop": {"replicates": 64, "samples": 400}, "gpu": _WIDE},
)
wishart_products = Simulation(wishart, {"laptop": {"replicates": 64, "samples": 6000}, "gpu": _MANY})
