"""Gaussian modes: conditional means by regression on draws, the flow and the process with noise in steps.

Draws are arrays of any library; steps follow a few numbers, on NumPy.
"""

from __future__ import annotations

from functools import partial

import numpy as np
from scipy.integrate import quad

from theory.simulation import Measurement, Simulation, replicate

MEANS = np.array([[0.4, -1.0, 0.0], [1.2, 0.5, -0.7]])
VARIANCES = np.array([[0.5, 1.5, 1.0], [2.0, 0.3, 1.0]])
"""Of the first and of the second law, in three modes."""
POINTS = np.array([[1.5, 0.2, -0.4], [-0.3, 0.9, 1.2]])
LAWS = {"m_0": MEANS[0], "m_1": MEANS[1], "c_0": VARIANCES[0], "c_1": VARIANCES[1]}
RATES = (-0.9, 0.85, 0.25)
TIMES = (0.25, 0.5, 1.0)


def levels(t):
    """Levels and rates of a quarter circle, with noise sin^2(pi t)/2 that starts and ends without a jump."""
    up = np.pi / 2
    noise, rate = np.sin(np.pi * t) ** 2 / 2, np.pi * np.sin(2 * np.pi * t) / 2
    return np.array([np.cos(up * t), np.sin(up * t), noise]), np.array(
        [-up * np.sin(up * t), up * np.cos(up * t), rate]
    )


def regressed(*, xp, rng, progress, target, alpha, beta, gamma, samples, replicates) -> Measurement:
    """The least-squares fit, at two points, of a target on draws of the interpolant.

    ``target``: "first" x_0, "second" x_1, "noise" z, "score" -z/gamma, or "rate", what the levels move the
    draws by. Jointly Gaussian draws have linear conditional means: the fit has no bias.
    """
    means, widths = xp.asarray(MEANS[:, None]), xp.asarray(np.sqrt(VARIANCES)[:, None])
    points = xp.asarray(POINTS)

    def draw(rng):
        x_0, x_1 = means + widths * xp.asarray(rng.normal(size=(2, samples, 3)))
        z = xp.asarray(rng.normal(size=(samples, 3)))
        x = alpha * x_0 + beta * x_1 + gamma * z
        aim = {
            "first": x_0, "second": x_1, "noise": z, "score": -z / gamma,
            "rate": RATES[0] * x_0 + RATES[1] * x_1 + RATES[2] / gamma * z,
        }[target]  # fmt: skip
        apart = x - xp.mean(x, axis=0)
        slope = xp.sum(apart * aim, axis=0) / xp.sum(apart**2, axis=0)
        return xp.mean(aim, axis=0) + slope * (points - xp.mean(x, axis=0))

    read = LAWS | {"x": POINTS}
    if target == "rate":
        read = read | dict(zip(("dalpha", "dbeta", "gdg"), RATES, strict=True))
    return Measurement(replicate(draw, replicates, rng=rng, progress=progress), read, steps=samples)


def _velocity(t):
    """Offset and slope of the conditional mean of the rate, from the joint covariance of x_0, x_1 and z."""
    level, rate = levels(t)
    joint = np.stack([*VARIANCES, np.ones(3)])
    slope = (rate * level) @ joint / (level**2 @ joint)
    return rate[:2] @ MEANS, level[:2] @ MEANS, slope, level**2 @ joint


def midpoint_flow(*, xp, rng, progress, step, start) -> Measurement:
    """Samples moved by the conditional mean of the rate, by the midpoint method."""
    x, rows, count = np.full(3, start), [], round(1 / step)
    for k in range(count):
        slopes = x
        for share in (0.5, 1.0):
            dm, m, a, _ = _velocity((k + share / 2 * (share == 1)) * step)
            slopes = x + share * step * (dm + a * (slopes - m))
        x = slopes
        if any(abs((k + 1) * step - t) < step / 4 for t in TIMES):
            rows.append(x)
    both = np.array([levels(t)[0] for t in TIMES])
    read = LAWS | {name: both[:, [i]] for i, name in enumerate(("alpha", "beta", "gamma"))} | {"x_s": start}
    return Measurement(xp.asarray(np.array(rows)), read, steps=count)


def euler_maruyama(*, xp, rng, progress, step, eps, moment, width) -> Measurement:
    """The variance of particles with drift b + eps s, or what is left of an error of their mean.

    Steps of the stochastic equation are linear: its moments are followed instead of draws. The score is
    the conditional mean of the noise over -gamma.
    """
    V, gain, rows, spent, count = np.full(3, width), np.ones(3), [], [], round(1 / step)
    for k in range(count):
        _, _, a, v = _velocity(k * step)
        drift = a - eps / v
        V, gain = (1 + step * drift) ** 2 * V + 2 * eps * step, (1 + step * drift) * gain
        if any(abs((k + 1) * step - t) < step / 4 for t in TIMES):
            rows.append(V if moment == "variance" else gain)
    for t in TIMES:
        spent.append([quad(lambda s, i=i: eps / _velocity(s)[3][i], 0, t, epsabs=1e-14)[0] for i in range(3)])
    read = {"v_s": VARIANCES[0], "v_t": np.array([_velocity(t)[3] for t in TIMES]), "Lam": np.array(spent)}
    if moment == "variance":
        read["V_s"] = width
    return Measurement(xp.asarray(np.array(rows)), read, steps=count)


def divergence_of_step(*, xp, rng, progress, step, r, v, kappa, eps) -> Measurement:
    """The change of the divergence over a short time, in which two laws follow their own drifts.

    The right drift has slope a, the learned one a + kappa; the variances follow exactly.
    """
    r, v, kappa, eps = np.broadcast_arrays(r, v, kappa, eps)
    a = 0.3 - eps / v

    def divergence(h):
        def variance(start, slope):
            return start * np.exp(2 * slope * h) + eps * np.expm1(2 * slope * h) / slope

        ratio = variance(v, a) / variance(r * v, a + kappa)
        return (ratio - 1 - np.log(ratio)) / 2

    found = (divergence(step) - divergence(-step)) / (2 * step)
    return Measurement(xp.asarray(found[None]), steps=round(1 / step))


def merged(*, xp, rng, progress, step, delta, c_0, c_1, alpha, beta) -> Measurement:
    """The noise at which a density of two bumps stops to have a dip between them, by bisection.

    The dip is the second difference of the density over ``step``.
    """
    delta, c_0, c_1, alpha, beta = np.broadcast_arrays(delta, c_0, c_1, alpha, beta)
    low, high = np.zeros(delta.shape), np.full(delta.shape, 10.0)
    for _ in range(60):
        noise = (low + high) / 2
        v = alpha**2 * c_0 + beta**2 * c_1 + noise**2

        def bump(x, v=v):
            return np.exp(-((x - delta) ** 2) / (2 * v)) + np.exp(-((x + delta) ** 2) / (2 * v))

        dips = bump(step) > bump(0.0)
        low, high = np.where(dips, noise, low), np.where(dips, high, noise)
    return Measurement(xp.asarray(noise[None]), steps=round(60 / step**2))


_MANY = {"laptop": {"samples": 20_000, "replicates": 64}, "gpu": {"samples": 200_000, "replicates": 256}}
first_draws = Simulation(partial(regressed, target="first"), _MANY)
second_draws = Simulation(partial(regressed, target="second"), _MANY)
noise_draws = Simulation(partial(regressed, target="noise"), _MANY)
score_draws = Simulation(partial(regressed, target="score"), _MANY)
rate_draws = Simulation(partial(regressed, target="rate"), _MANY)
flow_in_steps = Simulation(partial(midpoint_flow, start=1.7))
variance_in_steps = Simulation(partial(euler_maruyama, eps=0.4, moment="variance", width=1.2))
mean_in_steps = Simulation(partial(euler_maruyama, eps=0.4, moment="mean", width=1.2))
divergence_in_steps = Simulation(divergence_of_step)
dip_between_modes = Simulation(merged)
