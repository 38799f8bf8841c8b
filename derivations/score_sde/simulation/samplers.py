"""Deterministic samplers that know nothing but a denoiser, in x/alpha and the half log-SNR.

A step takes (denoise, x, level, h, memory): the sample at half log-SNR ``level`` and the outputs of the
denoiser kept from the steps before, newest first. It returns the next sample and its outputs to keep.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from math import exp, log

import numpy as np
from scipy.integrate import solve_ivp

from theory.simulation import Measurement, Simulation

LENGTH, HIGHEST = 3.0, 20.0
"""Sampling goes from rho = 20 over 3 units of the half log-SNR, to rho = 1 (nearly)."""


def ddim(denoise, x, level, h, memory):
    """DDIM, or exponential Euler: order 1."""
    newest = denoise(x, level)
    return exp(-h) * x + (1 - exp(-h)) * newest, (newest,)


def heun(denoise, x, level, h, memory):
    """The second-order sampler of EDM: the trapezoidal rule in rho."""
    here, there = exp(-level), exp(-level - h)
    slope = (x - denoise(x, level)) / here
    ahead = x + (there - here) * slope
    slope_ahead = (ahead - denoise(ahead, level + h)) / there
    return x + (there - here) * (slope + slope_ahead) / 2, ()


def multistep(denoise, x, level, h, memory):
    """DPM-Solver++(2M): order 2."""
    newest = denoise(x, level)
    mixed = 1.5 * newest - 0.5 * memory[0]
    return exp(-h) * x + (1 - exp(-h)) * mixed, (newest,)


def adams2(denoise, x, level, h, memory):
    """Exponential Adams with two nodes."""
    outputs = (denoise(x, level), memory[0])
    return exp(-h) * x + _weighed(weights((0, -1), h), outputs), outputs[:1]


def adams3(denoise, x, level, h, memory):
    """Exponential Adams with three nodes."""
    outputs = (denoise(x, level), *memory[:2])
    return exp(-h) * x + _weighed(weights((0, -1, -2), h), outputs), outputs[:2]


def pc2(denoise, x, level, h, memory):
    """Predict with one node, correct with two; the denoiser is evaluated at the predicted sample only."""
    ahead = exp(-h) * x + (1 - exp(-h)) * memory[0]
    new = denoise(ahead, level + h)
    return exp(-h) * x + _weighed(weights((1, 0), h), (new, memory[0])), (new,)


def pc3(denoise, x, level, h, memory):
    """Predict with two nodes, correct with three."""
    ahead = exp(-h) * x + _weighed(weights((0, -1), h), memory[:2])
    new = denoise(ahead, level + h)
    return exp(-h) * x + _weighed(weights((1, 0, -1), h), (new, *memory[:2])), (new, memory[0])


SAMPLERS = {s.__name__: s for s in (ddim, heun, multistep, adams2, adams3, pc2, pc3)}
_AT_START = ("pc2", "pc3")
"""Those that keep an output at the start of a step already."""


def sample(step: Callable, denoise: Callable, x, *, start: float, h: float, steps: int, history=()):
    """The samples after each of ``steps`` steps of length h, the first at half log-SNR ``start``."""
    memory, found = tuple(history), []
    for k in range(steps):
        x, memory = step(denoise, x, start + k * h, h, (*memory,))
        memory = (*memory, *history[: max(0, len(history) - len(memory) - k)])
        found.append(x)
    return found


@lru_cache(maxsize=256)
def weights(nodes: tuple, h: float) -> tuple:
    """Integrals of exp(s - h) times the Lagrange polynomials of the nodes (in steps) over 0 < s < h."""
    point, mass = np.polynomial.legendre.leggauss(16)
    s = (point + 1) / 2
    found = []
    for node in nodes:
        others = [other for other in nodes if other != node]
        polynomial = np.prod([(s - other) / (node - other) for other in others], axis=0)
        found.append(float(h / 2 * mass @ (np.exp((s - 1) * h) * polynomial)))
    return tuple(found)


def _weighed(factors, outputs):
    return sum(w * output for w, output in zip(factors, outputs, strict=True))


def log_amplitude(denoise: Callable, lam, start: float, distances) -> np.ndarray:
    """ln x along the probability flow, from 0 at ``start``, by DOP853: (distances, modes)."""
    ones = np.ones_like(lam)

    def slope(level, y):
        return denoise(np.exp(y), level) / np.exp(y) - ones

    found = np.zeros((len(distances), len(lam)))
    for side in (1, -1):
        order = [i for i in np.argsort(np.abs(distances)) if side * distances[i] > 0]
        if order:
            levels = [start + distances[i] for i in order]
            run = solve_ivp(
                slope, (start, levels[-1]), 0 * ones, method="DOP853", t_eval=levels, rtol=3e-14, atol=1e-14
            )
            found[order] = run.y.T
    return found


def final_error(sampler: str, lam, *, h: float, length: float, highest: float, ends=(1.0,), xp=np):
    """ln(x/x_exact) of each mode after the parts ``ends`` of the way: (ends, modes), of the library ``xp``.

    Multistep methods start from exact history, by DOP853 on the same denoiser.
    """
    lam, start = np.asarray(lam, dtype=float), -log(highest)
    modes = xp.asarray(lam)
    steps = [round(end * length / h) for end in ends]

    def denoise(x, level):
        return lam / (lam + np.exp(-2 * level)) * x

    def denoise_on(x, level):
        return modes / (modes + exp(-2 * level)) * x

    distances = [*(k * h for k in steps), -h, -2 * h]
    amplitudes = log_amplitude(denoise, lam, start, np.array(distances))
    behind = [(np.exp(amplitudes[-2]), -h), (np.exp(amplitudes[-1]), -2 * h)]
    if sampler in _AT_START:
        behind = [(np.ones_like(lam), 0.0), *behind[:1]]
    history = [denoise_on(xp.asarray(x), start + distance) for x, distance in behind]
    path = sample(
        SAMPLERS[sampler], denoise_on, xp.asarray(np.ones_like(lam)),
        start=start, h=h, steps=steps[-1], history=history,
    )  # fmt: skip
    return xp.log(xp.stack([path[k - 1] for k in steps])) - xp.asarray(amplitudes[: len(steps)])


def scaled_error(*, xp, rng, progress, step, sampler, order, lam=(0.1, 1.0, 9.0)) -> Measurement:
    """What a sampler's final log-amplitude is off, in units of step^order, after each third of the way."""
    ends = np.array([1, 2, 3]) / 3
    lam = np.asarray(lam, dtype=float)
    error = final_error(sampler, lam, h=step, length=LENGTH, highest=HIGHEST, ends=ends, xp=xp)
    lowest = HIGHEST * np.exp(-LENGTH * ends)[:, None]
    read = {"kappa_T": HIGHEST**2 / (HIGHEST**2 + lam), "kappa_0": lowest**2 / (lowest**2 + lam)}
    # what is rounded in the sample is divided by step^order with it
    return Measurement(error / step**order, read, steps=round(LENGTH / step ** (order + 1)))


def _run(sampler: str, order: int) -> Simulation:
    return Simulation(partial(scaled_error, sampler=sampler, order=order))


ddim_run, heun_run, multistep_run = _run("ddim", 1), _run("heun", 2), _run("multistep", 2)
adams2_run, adams3_run, pc2_run, pc3_run = (
    _run("adams2", 2),
    _run("adams3", 3),
    _run("pc2", 2),
    _run("pc3", 3),
)
