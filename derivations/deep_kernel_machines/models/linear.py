"""Deep linear networks: the representations of all layers, whatever their widths."""

from __future__ import annotations

import numpy as np
from scipy.optimize import brentq

from ..geodesic import shared_modes
from . import checks


def constants(t, nu) -> np.ndarray:
    """C_i of every mode: the root of prod_k (1 + C/nu_k) = t_i, for ``t`` (P,) > 0 and ``nu`` (L + 1,)."""
    nu = checks.widths(nu)
    t = np.asarray(t, dtype=float)
    if not np.all((t > 0) & np.isfinite(t)):
        raise ValueError("t: modes are finite and > 0 (give outputs of low rank a noise, see optimise)")
    return np.array([_constant(np.log(mode), nu) for mode in t.ravel()]).reshape(t.shape)


def _constant(log_t: float, nu: np.ndarray) -> float:
    # the unknown u is the logarithm of the narrowest layer's factor, between log t/(L + 1) and log t
    narrow = nu.min()
    if log_t == 0:
        return 0.0
    gap = lambda u: np.sum(np.log1p(narrow / nu * np.expm1(u))) - log_t  # noqa: E731
    ends = sorted((log_t * (1 - 1e-12) / len(nu), log_t * (1 + 1e-12)))
    return narrow * np.expm1(brentq(gap, *ends, xtol=1e-300, rtol=4 * np.finfo(float).eps))


def linear_grams(G_0, S, nu) -> np.ndarray:
    """Gram matrices of inputs, hidden layers and outputs, (L + 2, P, P), of a deep linear network.

    ``G_0`` (P, P) of the inputs, ``S`` (P, P) the second moment of the outputs without noise, both positive
    definite; ``nu`` (L + 1,) relative widths of the hidden layers and the outputs.
    """
    G_0, nu = checks.gram("G_0", G_0), checks.widths(nu)
    S = checks.gram("S", S, len(G_0))
    A, t = shared_modes(np, G_0, S)
    C = constants(t, nu)
    factors = np.cumprod(1 + C / nu[:, None], axis=0)
    return np.stack([A * f @ A.T for f in (np.ones_like(t), *factors)])
