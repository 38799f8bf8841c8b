"""Mutual information between neurons that share a random S, by quadrature from its definition."""

from __future__ import annotations

from functools import partial
from math import lgamma, log

import numpy as np

from theory.simulation import Measurement, Simulation

GROUPS = ((1, 1), (1, 2), (3, 2))


def gamma_law(v: float):
    """Gamma-distributed S of mean 1 and variance v: values and weights of a Gauss rule, a few numbers."""
    k, shape = np.arange(30), 1 / v
    jacobi = np.diag(2 * k + shape) + np.diag(np.sqrt(k * (k + shape - 1))[1:], 1)
    x, vectors = np.linalg.eigh(jacobi, UPLO="U")
    return x * v, vectors[0] ** 2


def log_normal_law(v: float):
    """Log-normal S of mean 1 and variance v: values and weights of a Gauss rule."""
    x, w = np.polynomial.hermite_e.hermegauss(40)
    s = np.log1p(v)
    return np.exp(np.sqrt(s) * x - s / 2), w / w.sum()


def entropy_gap(S, weights, N: int, xp):
    """The mean of ln of the density over the Gaussian one, N neurons, by a Gauss rule in the radius."""
    x, w = map(xp.asarray, np.polynomial.legendre.leggauss(300))
    half = xp.max(S) ** 0.5 * (9 + N**0.5) / 2
    y = half * (x + 1)
    density = S ** (-N / 2) * xp.exp(-(y[:, None] ** 2) / (2 * S)) @ weights
    over_gaussian = xp.log(density) + y**2 / 2
    shell = xp.exp((N - 1) * xp.log(y) - lgamma(N / 2) - (N / 2 - 1) * log(2))
    return half * xp.sum(w * shell * density * over_gaussian)


def information(law, v: float, n_A: int, n_B: int, xp):
    S, weights = map(xp.asarray, law(v))
    gaps = [entropy_gap(S, weights, count, xp) for count in (n_A + n_B, n_A, n_B)]
    return gaps[0] - gaps[1] - gaps[2]


def cubic_term(*, xp, rng, progress, step, law) -> Measurement:
    """How I/v^2 changes with the variance v near 0: a difference of two values, over v = step."""
    terms = []
    for n_A, n_B in GROUPS:
        ratios = [information(law, v, n_A, n_B, xp) / v**2 for v in (2 * step, step)]
        terms.append((ratios[0] - ratios[1]) / step)
    groups = np.array(GROUPS).T
    return Measurement(xp.stack(terms)[None, :], {"n_A": groups[0], "n_B": groups[1]}, steps=300)


gamma_cubic_term = Simulation(partial(cubic_term, law=gamma_law))
log_normal_cubic_term = Simulation(partial(cubic_term, law=log_normal_law))
