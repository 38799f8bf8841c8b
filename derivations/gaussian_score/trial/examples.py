"""Correct samplers, as somebody would write them: what a trial accepts, and a pattern for one's own.

Each takes ``(denoise, x_T, sigmas)`` in EDM's variables; the stochastic ones a generator besides.
"""

from __future__ import annotations

import numpy as np


def slope(denoise, x, sigma):
    """dx/dsigma of the probability flow."""
    return (x - denoise(x, sigma)) / sigma


def steps_of(sigmas):
    return zip(sigmas[:-1], sigmas[1:], strict=True)


def euler(denoise, x, sigmas):
    """Order 1 (DDIM in these variables)."""
    for here, there in steps_of(sigmas):
        x = x + (there - here) * slope(denoise, x, here)
    return x


def heun(denoise, x, sigmas):
    """Order 2 (Karras et al., 2022, algorithm 1)."""
    for here, there in steps_of(sigmas):
        k = slope(denoise, x, here)
        y = x + (there - here) * k
        x = y if there == 0 else x + (there - here) * (k + slope(denoise, y, there)) / 2
    return x


def midpoint(denoise, x, sigmas):
    """Order 2; on Gaussian data 3, as its error of second order cancels over the levels."""
    for here, there in steps_of(sigmas):
        y = x + (there - here) / 2 * slope(denoise, x, here)
        x = x + (there - here) * slope(denoise, y, (here + there) / 2)
    return x


def rk4(denoise, x, sigmas):
    """Order 4 (Runge and Kutta)."""
    for s, t in steps_of(sigmas):
        if t == 0:
            return denoise(x, s)
        h = t - s
        a = slope(denoise, x, s)
        b = slope(denoise, x + h / 2 * a, s + h / 2)
        c = slope(denoise, x + h / 2 * b, s + h / 2)
        x = x + h / 6 * (a + 2 * b + 2 * c + slope(denoise, x + h * c, t))
    return x


def dpm_solver_2m(denoise, x, sigmas):
    """Order 2, one evaluation a step: DPM-Solver++(2M) (Lu et al., 2022)."""
    old = None
    for i, (s, t) in enumerate(steps_of(sigmas)):
        new = denoise(x, s)
        if t == 0:
            return new
        h, mixed = np.log(s / t), new
        if old is not None:
            r = np.log(sigmas[i - 1] / s) / h
            mixed = (1 + 1 / (2 * r)) * new - old / (2 * r)
        x, old = t / s * x - np.expm1(-h) * mixed, new
    return x


def adams_bashforth(denoise, x, sigmas):
    """Order 2, one evaluation a step."""
    old = None
    for i, (s, t) in enumerate(steps_of(sigmas)):
        k, h = slope(denoise, x, s), t - s
        r = 0 if old is None or t == 0 else h / (s - sigmas[i - 1])
        x = x + h * ((1 + r / 2) * k - (0 if r == 0 else r / 2 * old))
        old = k
    return x


def ancestral(denoise, x, sigmas, rng):
    """Euler's method to less noise than wanted, and noise: k-diffusion's euler_ancestral."""
    for s, t in steps_of(sigmas):
        added = t**2 * (s**2 - t**2) / s**2
        x = x + (np.sqrt(t**2 - added) - s) * slope(denoise, x, s) + np.sqrt(added) * rng.normal(size=x.shape)
    return x


def churn(denoise, x, sigmas, rng, amount=20.0):
    """Noise before each step of Heun's method (Karras et al., 2022, algorithm 2)."""
    gamma = min(amount / (len(sigmas) - 1), 2**0.5 - 1)
    for s, t in steps_of(sigmas):
        up = s * (1 + gamma)
        x = x + np.sqrt(up**2 - s**2) * rng.normal(size=x.shape)
        k = slope(denoise, x, up)
        y = x + (t - up) * k
        x = y if t == 0 else x + (t - up) * (k + slope(denoise, y, t)) / 2
    return x


def euler_maruyama(denoise, x, sigmas, rng):
    """The reverse equation dx = -g^2 s dt + g dw in steps of sigma^2."""
    for s, t in steps_of(sigmas):
        g2 = s**2 - t**2
        x = x + (denoise(x, s) - x) / s**2 * g2 + np.sqrt(g2) * rng.normal(size=x.shape)
    return x


DETERMINISTIC = {euler: 1, heun: 2, midpoint: 2, rk4: 4, dpm_solver_2m: 2, adams_bashforth: 2}
"""With their orders."""

STOCHASTIC = (ancestral, churn, euler_maruyama)


def with_draws(sample, seed: int = 7):
    """A stochastic sampler with a generator of its own, which goes on from call to call."""
    rng = np.random.default_rng(seed)

    def bound(denoise, x, sigmas):
        return sample(denoise, x, sigmas, rng)

    bound.__name__ = sample.__name__
    return bound
