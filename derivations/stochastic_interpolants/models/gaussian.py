"""Interpolants between two Gaussians, and the Schroedinger bridge between them."""

from __future__ import annotations

import numpy as np
from scipy.integrate import solve_ivp

from ..bridge import bridge_covariance
from . import law
from .interpolant import Interpolant
from .mixture import MixtureInterpolant

_EXACT = {"method": "DOP853", "rtol": 1e-13, "atol": 1e-14}


class GaussianInterpolant(MixtureInterpolant):
    """x_t between N(m0, C0) and N(m1, C1), independent: all of `MixtureInterpolant`, and the flow map.

    ``m0, m1 (D,)``, ``C0, C1 (D, D)``, variances (D,) or one variance; they need not commute.
    """

    def __init__(self, m0, C0, m1, C1, interpolant: Interpolant | None = None):
        (m0, C0), (m1, C1) = law.gaussian(m0, C0, "0"), law.gaussian(m1, C1, "1")
        super().__init__([1.0], m0[None], C0[None], [1.0], m1[None], C1[None], interpolant)

    def mean(self, t: float) -> np.ndarray:
        return self.moments(t)[0][0]

    def covariance(self, t: float) -> np.ndarray:
        return self.moments(t)[1][0]

    def flow_matrix(self, t: float, start: float = 0.0) -> np.ndarray:
        """M with X_t = m_t + M (X_start - m_start): M C_start M^T = C_t.

        Integrated from the flow's equation to about 1e-12: it has a formula only for covariances that
        commute, (C_t C_start^-1)^(1/2).
        """
        D = self.dimension
        start, t = (float(self.interpolant.times(s)) for s in (start, t))

        def rate(s, M):
            dC, C = self.moment_rates(s)[1][0], self.covariance(s)
            return (dC @ np.linalg.solve(C, M.reshape(D, D)) / 2).ravel()

        low, high = min(start, t), max(start, t)
        stops = [low, *(s for s in self.interpolant.breaks if low < s < high), high]
        M = np.eye(D)
        for a, b in zip(*((stops, stops[1:]) if t > start else (stops[::-1], stops[-2::-1])), strict=False):
            M = solve_ivp(rate, (a, b), M.ravel(), **_EXACT).y[:, -1].reshape(D, D)
        return M

    def flow_map(self, x, t: float, start: float = 0.0) -> np.ndarray:
        """Where the probability flow takes x (B, D) from ``start`` to t."""
        x = np.asarray(x, dtype=float)
        return self.mean(t) + (x - self.mean(start)) @ self.flow_matrix(t, start).T


class SchroedingerBridge:
    """The process from N(m0, C0) to N(m1, C1) closest to sigma times Brownian motion.

    ``C0`` and ``C1`` positive definite, ``sigma > 0``; ValueError otherwise. It is the linear interpolant
    of coupled ends with gamma = sigma sqrt(t (1 - t)). (Janati et al., 2020; Mallasto et al., 2022; Bunne
    et al., 2022)
    """

    def __init__(self, m0, C0, m1, C1, sigma: float):
        (self.m0, self.C0), (self.m1, self.C1) = law.gaussian(m0, C0, "0"), law.gaussian(m1, C1, "1")
        if self.m0.shape != self.m1.shape:
            raise ValueError(f"the two laws have {len(self.m0)} and {len(self.m1)} dimensions")
        if not (np.isfinite(sigma) and sigma > 0):
            raise ValueError(f"sigma = {sigma}: the noise of the reference is a number above 0")
        for name, C in (("C0", self.C0), ("C1", self.C1)):
            lowest = np.linalg.eigvalsh(C)[0]
            if not lowest > 0:
                raise ValueError(f"{name} is singular: its smallest eigenvalue is {lowest:.3g}, needs > 0")
        self.sigma = float(sigma)
        lam, U = np.linalg.eigh(self.C0)
        root, inverse = (U * np.sqrt(lam)) @ U.T, (U / np.sqrt(lam)) @ U.T
        mu, W = np.linalg.eigh(root @ self.C1 @ root)
        shared = (W * bridge_covariance(np.maximum(mu, 1e-300), 1.0, self.sigma)) @ W.T
        self.coupling = root @ shared @ inverse
        """E[(x_0 - m0)(x_1 - m1)^T], (D, D)."""

    def mean(self, t: float) -> np.ndarray:
        t = _time(t)
        return (1 - t) * self.m0 + t * self.m1

    def covariance(self, t: float) -> np.ndarray:
        """C_t, (D, D)."""
        t = _time(t)
        ends = self.coupling + self.coupling.T + self.sigma**2 * np.eye(len(self.m0))
        return (1 - t) ** 2 * self.C0 + t**2 * self.C1 + t * (1 - t) * ends

    def drift(self, x, t: float) -> np.ndarray:
        """The forward drift E[(x_1 - x)/(1 - t) | x_t = x], of dX = drift dt + sigma dW; finite at t = 1."""
        t, x = _time(t), np.asarray(x, dtype=float)
        eye = np.eye(len(self.m0))
        slope = (
            (1 - t) * (self.coupling.T - self.C0) + t * (self.C1 - self.coupling) - t * self.sigma**2 * eye
        )
        return self.m1 - self.m0 + (x - self.mean(t)) @ np.linalg.solve(self.covariance(t), slope.T)

    def paths(self, x, times, rng: np.random.Generator) -> np.ndarray:
        """Sample paths from x (B, D) by Euler and Maruyama, a step between two of the times: (T, B, D)."""
        found = [np.asarray(x, dtype=float)]
        for t, after in zip(times[:-1], times[1:], strict=True):
            x, h = found[-1], after - t
            found.append(x + h * self.drift(x, t) + self.sigma * np.sqrt(h) * rng.normal(size=x.shape))
        return np.stack(found)


def _time(t) -> float:
    if not 0 <= t <= 1:
        raise ValueError(f"t = {t} is outside 0 <= t <= 1")
    return float(t)
