"""What a wrong drift costs in likelihood, between two Gaussian modes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.integrate import solve_ivp

from derivations.score_sde.prior import gaussian_kl

from ..likelihood import divergence_rate_bound
from .interpolant import Interpolant, linear


def drift_error_divergence(
    error: Callable, eps: float, c0: float = 1.0, c1: float = 1.0, interpolant: Interpolant | None = None
) -> tuple[float, float]:
    """(KL(rho_1 || learned law), its bound) for a drift that is off by ``error(t) (x - m_t)`` in a mode.

    The first law has variance ``c0 > 0``, the second ``c1 > 0``; diffusion ``eps >= 0``, the bound is
    infinite for the flow without noise (``eps = 0``): a small error of the velocity bounds nothing there.
    Integrated from the moments' equations to about 1e-11. (Albergo, Boffi and Vanden-Eijnden, 2023)
    """
    if not (np.isfinite(eps) and eps >= 0):
        raise ValueError(f"eps = {eps}: the diffusion is a number not below 0")
    if not (c0 > 0 and c1 > 0):
        raise ValueError(f"c0 = {c0}, c1 = {c1}: variances are above 0")
    chosen = linear() if interpolant is None else interpolant

    def rate(t, state):
        (alpha, beta, gamma), (dalpha, dbeta, gdg) = chosen.levels(t), chosen.rates(t)
        v = alpha**2 * c0 + beta**2 * c1 + gamma**2
        slope = (alpha * dalpha * c0 + beta * dbeta * c1 + gdg - eps) / v + error(t)
        bound = divergence_rate_bound(v, error(t), eps) if eps else 0.0
        return [2 * slope * state[0] + 2 * eps, float(bound)]

    found = [float(c0), 0.0]
    stops = [0.0, *chosen.breaks, 1.0]
    for a, b in zip(stops, stops[1:], strict=False):
        found = solve_ivp(rate, (a, b), found, method="DOP853", rtol=1e-12, atol=1e-14).y[:, -1]
    return float(gaussian_kl(c1, found[0])), float(found[1]) if eps else np.inf
