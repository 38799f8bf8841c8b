"""Gaussian data of correlated coordinates: energies by quadrature of E|u|^2, and least ones by L-BFGS.

The velocity of the marginal N(0, C) is (dC/dt) C^-1 x/2, so that E|u|^2 = tr(dC/dt C^-1 dC/dt)/4.
SciPy minimises a few numbers, on NumPy.
"""

from __future__ import annotations

from functools import partial

import numpy as np
from scipy.optimize import minimize, root

from theory.simulation import Measurement, Simulation

from .points import levels

LAM = np.array([2.5, 0.9, 0.2])
_AXES = np.linalg.qr(np.random.default_rng(5).normal(size=(3, 3)))[0]
WIDE, NARROW = 2.5, 0.4
SHARES = np.array([2.0, 5.0]) / 7
"""(1 - 0.4)/(2.5 - 0.4) of the coordinates are wide: the mean variance is 1."""


def spent(a, m, da, dm, xp):
    """E|u|^2 of every mode at times whose levels are (B,): (B, 3), from matrices in rotated coordinates."""
    a, m, da, dm = (xp.asarray(v)[:, None, None] for v in (a, m, da, dm))
    axes, data, eye = xp.asarray(_AXES), xp.asarray(_AXES * LAM @ _AXES.T), xp.eye(3)
    C, rate = a**2 * data + m**2 * eye, 2 * (a * da * data + m * dm * eye)
    return xp.sum(axes * (rate @ xp.linalg.solve(C, rate) @ axes), axis=1) / 4


def energy_of_modes(*, xp, rng, progress, step, schedule) -> Measurement:
    """The energy of every mode, by the midpoint rule in time."""
    t = (np.arange(round(1 / step)) + 0.5) * step
    found = step * xp.sum(spent(*levels(schedule, t), xp), axis=0)
    return Measurement(found[None], {"l": LAM[None]}, steps=len(t))


def angle_of_circle(*, xp, rng, progress, step) -> Measurement:
    """The length of the unit circle of (a, m), the root of the energy: up to three angles, two levels."""
    found, read = [], []
    for end in (np.pi / 6, np.pi / 3, np.pi / 2):
        count = round(1 / step)
        theta = xp.asarray((np.arange(count) + 0.5) / count * end)
        s, c = xp.sin(theta), xp.cos(theta)
        # E|u|^2 at unit speed, of either level
        each = [((l - 1) * s * c) ** 2 / (l * s**2 + c**2) for l in (WIDE, NARROW)]
        found.append(xp.sum(xp.sqrt(xp.asarray(SHARES) @ xp.stack(each))) * end / count)
        read.append(np.sin(end) ** 2)
    read = {"s": np.array(read)[:, None], "l_1": WIDE, "l_2": NARROW}
    return Measurement(xp.stack(found)[:, None], read, steps=count)


def discrete_energy(levels_of_path: np.ndarray, l: np.ndarray, shares: np.ndarray, step: float):
    """(energy, gradient) of a path given by A = a^2, B = m^2 at the inner times: 2 (N - 1) numbers.

    The variances v = l A + B enter as (dv)^2/(4 v dt), with v taken in the middle of the step.
    """
    A, B = np.split(levels_of_path, 2)
    A, B = np.concatenate([[0.0], A, [1.0]]), np.concatenate([[1.0], B, [0.0]])
    v = l[:, None] * A + B
    apart, middle = np.diff(v), (v[:, 1:] + v[:, :-1]) / 2
    ratio = apart / middle
    energy = shares @ np.sum(apart * ratio, axis=1) / (4 * step)
    ahead, behind = 2 * ratio - ratio**2 / 2, -2 * ratio - ratio**2 / 2
    by_v = (ahead[:, :-1] + behind[:, 1:]) * shares[:, None] / (4 * step)
    return float(energy), np.concatenate([l @ by_v, by_v.sum(axis=0)])


def least(step: float, l, shares):
    """(least energy, A, B at the inner times): L-BFGS from the path of Cond-OT, then Newton's method.

    The energy is convex in A and B: there is one minimum.
    """
    t = np.arange(1, round(1 / step)) * step
    run = minimize(
        discrete_energy, np.concatenate([t**2, (1 - t) ** 2]), args=(np.asarray(l), np.asarray(shares), step),
        jac=True, method="L-BFGS-B", bounds=[(0, None)] * (2 * len(t)),
        options={"maxiter": 20_000, "maxfun": 40_000, "ftol": 0, "gtol": 1e-11, "maxcor": 60},
    )  # fmt: skip
    l, shares = np.asarray(l), np.asarray(shares)
    found = root(lambda x: discrete_energy(x, l, shares, step)[1], run.x, tol=1e-14).x
    return discrete_energy(found, l, shares, step)[0], *np.split(found, 2)


def minimised(*, xp, rng, progress, step, measured) -> Measurement:
    """Of the best discretised path of two-level data: the energy, or a level at three times."""
    energy, A, B = least(step, (WIDE, NARROW), SHARES)
    read = {"l_1": WIDE, "l_2": NARROW}
    if measured == "energy":
        return Measurement(xp.asarray(np.array([[energy]])), read, steps=round(1 / step))
    at = np.array([0.25, 0.5, 0.75])
    k = np.rint(at / step).astype(int) - 1
    values = {"signal": np.sqrt(A), "noise": np.sqrt(B), "share": A / (A + B), "radius": np.sqrt(A + B)}[
        measured
    ][k]
    if measured == "radius":
        read = {}
    return Measurement(xp.asarray(values[:, None]), read | {"t": at[:, None]}, steps=round(1 / step))


cond_ot_of_modes = Simulation(partial(energy_of_modes, schedule="cond_ot"))
cosine_of_modes = Simulation(partial(energy_of_modes, schedule="cosine"))
circle_length = Simulation(angle_of_circle)
least_energy, best_signal, best_noise, best_share, best_radius = (
    Simulation(partial(minimised, measured=name)) for name in ("energy", "signal", "noise", "share", "radius")
)
