"""How much one group of neurons tells about another, exactly: by quadrature over the law of S."""

from __future__ import annotations

import numpy as np
from scipy.special import gammaln, logsumexp

_NODES, _RADII = 80, 3000


def mutual_information(s: float, n_A: int = 1, n_B: int = 1) -> float:
    """Mutual information (nats) between n_A and n_B neurons of one layer, for log-normal S.

    ``s`` = nu r is the variance of ln S, whose mean is -s/2. By Gauss-Hermite quadrature over ln S and a
    fine grid of radii: 1e-10 absolute for s up to 2. ValueError for s < 0.
    """
    if not 0 <= s < np.inf:
        raise ValueError(f"s = {s!r}: the variance of ln S, a finite number >= 0")
    x, w = np.polynomial.hermite_e.hermegauss(_NODES)
    return information_of_mixture(np.exp(np.sqrt(s) * x - s / 2), w / w.sum(), n_A, n_B)


def information_of_mixture(S: np.ndarray, weights: np.ndarray, n_A: int, n_B: int) -> float:
    """The same for any law of S: values (points,) with ``weights`` that sum to 1."""
    parts = [_divergence(S, weights, count) for count in (n_A + n_B, n_A, n_B)]
    return parts[0] - parts[1] - parts[2]


def _divergence(S, weights, N: int) -> float:
    """Divergence of the scale mixture of N-dimensional Gaussians from the standard one."""
    reach = np.sqrt(np.max(S)) * (np.sqrt(N) + 9)
    low = np.log(np.sqrt(np.min(S)) * 1e-7)
    log_radius = np.linspace(low, np.log(reach), _RADII)
    half_square = np.exp(2 * log_radius)[:, None] / 2
    log_ratio = logsumexp(-N / 2 * np.log(S) - half_square * (1 / S - 1), b=weights, axis=1)
    log_shell = N * log_radius - half_square[:, 0] - gammaln(N / 2) - (N / 2 - 1) * np.log(2)
    return float(np.trapezoid(np.exp(log_shell + log_ratio) * log_ratio, log_radius))
