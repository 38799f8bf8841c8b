"""What is measured of the features: Gram matrices of posteriors, of priors, and of points that follow."""

from __future__ import annotations

from functools import partial

import numpy as np

from theory.simulation import Measurement, Simulation, replicate

from .features import Process, grams, linear, sample, squared_exponential

_CHAINS = {
    "laptop": {"chains": 64, "trajectories": 60, "settling": 25},
    "gpu": {"chains": 1024, "trajectories": 2000, "settling": 200},
}


def one(value, xp):
    """The matrix (1, 1) of a number."""
    return xp.asarray([[float(value)]])


def hidden_gram(
    *, xp, rng, progress, width, G_0, S, sigma2=0.0, kernel=linear, chains, trajectories, settling
) -> Measurement:
    """The Gram matrix of the one hidden layer of a network with as many outputs as features."""
    process = Process((width,), width, xp.asarray(G_0), xp.asarray(S), sigma2, kernel)
    found = sample(
        process, rng, grams, xp, chains=chains, trajectories=trajectories, settling=settling,
        progress=progress,
    )  # fmt: skip
    return Measurement(found[:, 0], steps=trajectories)


def deep_modes(*, xp, rng, progress, width, g_0, s, layers, chains, trajectories, settling) -> Measurement:
    """The mean squares of the features of every hidden layer of a deep linear network, on one point."""
    process = Process((width,) * layers, width, one(g_0, xp), one(s, xp))
    found = sample(
        process, rng, grams, xp, chains=chains, trajectories=trajectories, settling=settling,
        progress=progress,
    )  # fmt: skip
    read = {"l": np.arange(1.0, layers + 1)}
    return Measurement(found[:, :, 0, 0], read, steps=trajectories)


def deep_modes_at_width(*, N, **settings) -> Measurement:
    """The same at a width that is stated."""
    found = deep_modes(width=N, **settings)
    return Measurement(found.values, steps=found.steps)


def first_factor(*, xp, rng, progress, width, t_i, rho, L, chains, trajectories, settling) -> Measurement:
    """The first hidden layer's mean square over the input's, of a network with rho times as many outputs."""
    g_0 = 0.8
    process = Process((width,) * L, int(rho * width), one(g_0, xp), one(t_i * g_0, xp))
    found = sample(
        process, rng, grams, xp, chains=chains, trajectories=trajectories, settling=settling,
        progress=progress,
    )  # fmt: skip
    return Measurement(found[:, :1, 0, 0] / g_0, steps=trajectories)


def noisy_value(
    *, xp, rng, progress, width, g_0, s_y, sigma2, rho_o, chains, trajectories, settling
) -> Measurement:
    """The hidden layer's mean square on one point, of a linear network whose outputs have a noise."""
    process = Process((width,), int(rho_o * width), one(g_0, xp), one(s_y, xp), sigma2)
    found = sample(
        process, rng, grams, xp, chains=chains, trajectories=trajectories, settling=settling,
        progress=progress,
    )  # fmt: skip
    return Measurement(found[:, 0, :1, 0], steps=trajectories)


def powers_of_gram(*, xp, rng, progress, N, g_0, s, m, chains, trajectories, settling) -> Measurement:
    """Powers of the one hidden layer's mean square on one point, at a width."""
    process, powers = Process((N,), N, one(g_0, xp), one(s, xp)), xp.asarray(np.ravel(m))

    def observe(features, xp):
        return grams(features, xp)[:, 0, 0] ** powers

    found = sample(
        process, rng, observe, xp, chains=chains, trajectories=trajectories, settling=settling,
        progress=progress,
    )  # fmt: skip
    return Measurement(found, steps=trajectories)


def kurtosis(*, xp, rng, progress, N, g_0, s, groups, chains, trajectories, settling) -> Measurement:
    """The fourth moment of the features over their squared variance, on one point, by groups of chains."""
    process = Process((N,), N, one(g_0, xp), one(s, xp))

    def observe(features, xp):
        return xp.stack([xp.mean(features[0][:, 0] ** power, axis=1) for power in (2, 4)], axis=1)

    found = sample(
        process, rng, observe, xp, chains=groups * chains, trajectories=trajectories, settling=settling,
        progress=progress,
    )  # fmt: skip
    means = xp.mean(xp.reshape(found, (groups, chains, 2)), axis=1)
    return Measurement(means[:, 1:] / means[:, :1] ** 2, steps=trajectories)


def determinant(*, xp, rng, progress, N, K, draws, replicates) -> Measurement:
    """The mean determinant of the Gram matrix of random features on three points."""
    L = xp.asarray(np.linalg.cholesky(K))

    def draw(rng):
        F = L @ xp.asarray(rng.normal(size=(draws, len(K), N)))
        return xp.mean(xp.linalg.det(F @ xp.matrix_transpose(F) / N))[None]

    read = {"det_K": np.linalg.det(K)}
    return Measurement(replicate(draw, replicates, rng=rng, progress=progress), read, steps=draws)


def followers(*, xp, rng, progress, width, few, noise, draws, replicates, measured) -> Measurement:
    """Gram matrices of points of which some are seen: features of all points, given noisy ones of the first.

    The seen values are 0, so that the posterior of all is normal and known from the precisions alone.
    """
    x = np.array([-1.0, 0.1, 0.8, 1.7, 2.2])
    K = np.exp(-((x[:, None] - x) ** 2) / 2) + 0.05 * np.eye(len(x))
    seen = np.diag((np.arange(len(x)) < few) / noise)
    L = xp.asarray(np.linalg.inv(np.linalg.cholesky(np.linalg.inv(K) + seen)).T)

    def draw(rng):
        F = L @ xp.asarray(rng.normal(size=(draws, len(x), width)))
        G = xp.mean(F @ xp.matrix_transpose(F) / width, axis=0)
        return G[few:, :few] if measured == "cross" else G[few:, few:]

    inside = K[:few, :few]
    read = {"K_ti": K[few:, :few], "K_ii": inside}
    read["G_ii"] = np.linalg.inv(np.linalg.inv(inside) + np.eye(few) / noise)
    if measured == "own":
        read["K_tt"] = K[few:, few:]
    found = replicate(draw, replicates, rng=rng, progress=progress)
    return Measurement(found, read, steps=draws)


_ONE = {
    "laptop": {"chains": 512, "trajectories": 60, "settling": 20},
    "gpu": {"chains": 8192, "trajectories": 2000, "settling": 200},
}
_DRAWS = {"laptop": {"draws": 1000, "replicates": 32}, "gpu": {"draws": 100_000, "replicates": 256}}
_GROUPS = {
    "laptop": {"groups": 32, "chains": 48, "trajectories": 40, "settling": 20},
    "gpu": {"groups": 64, "chains": 1024, "trajectories": 1000, "settling": 100},
}
hidden_grams = Simulation(hidden_gram, _CHAINS)
noisy_hidden_grams = Simulation(partial(hidden_gram, kernel=squared_exponential), _CHAINS)
modes_of_layers = Simulation(partial(deep_modes, layers=3), _CHAINS)
modes_at_width = Simulation(
    partial(deep_modes_at_width, layers=3),
    {"laptop": _CHAINS["laptop"] | {"chains": 192}, "gpu": _CHAINS["gpu"]},
    "The mean squares of the features of every hidden layer of a deep linear network, at a width.",
)
first_factors = Simulation(first_factor, _CHAINS)
noisy_values = Simulation(noisy_value, _CHAINS)
powers = Simulation(powers_of_gram, _ONE)
kurtoses = Simulation(kurtosis, _GROUPS)
determinants = Simulation(
    partial(determinant, K=np.array([[1.0, 0.3, -0.2], [0.3, 0.8, 0.1], [-0.2, 0.1, 1.3]])), _DRAWS
)
followers_cross, followers_own = (
    Simulation(partial(followers, width=20, few=3, noise=0.4, measured=name), _DRAWS)
    for name in ("cross", "own")
)
