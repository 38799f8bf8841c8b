"""The kernels of all layers in the limit of wide layers and many outputs, for any pair of kernels."""

from __future__ import annotations

import numpy as np

from ..many_outputs import geodesic_eigenvalue, growth_of_hidden_layers


def learned_path(K_0, K_L, depth: int, outputs_per_unit: float = 1.0) -> np.ndarray:
    """K_0, K_1, ..., K_L of ``depth`` hidden layers of the same width: (depth + 2, P, P).

    ``K_L`` is YY'/D of the D outputs, and ``outputs_per_unit`` D over the width. Relative to K_0 the
    kernels commute, K_l = K_0^(1/2) f_l(M) K_0^(1/2) with M = K_0^(-1/2) K_L K_0^(-1/2). For as many outputs
    as units, f_l(M) = M^(l/L): a geodesic between positive definite matrices.
    """
    K_0, K_L = (np.asarray(K, dtype=float) for K in (K_0, K_L))
    if K_0.ndim != 2 or K_0.shape[0] != K_0.shape[1] or K_L.shape != K_0.shape:
        raise ValueError(f"K_0 and K_L: shapes {K_0.shape} and {K_L.shape}, need the same square one")
    if depth != int(depth) or depth < 1:
        raise ValueError(f"depth = {depth}: an integer >= 1 (hidden layers)")
    if not outputs_per_unit > 0:
        raise ValueError(f"outputs_per_unit = {outputs_per_unit}: must be > 0 (outputs over the width)")
    size, axes = np.linalg.eigh(K_0)
    if size[0] <= 0:
        raise ValueError(f"K_0: its smallest eigenvalue is {size[0]:.3g}, needs a positive definite matrix")
    root, inverse = (axes * np.sqrt(size)) @ axes.T, (axes / np.sqrt(size)) @ axes.T
    r, modes = np.linalg.eigh(inverse @ K_L @ inverse)
    if r[0] <= 0:
        raise ValueError(
            f"K_L: an eigenvalue relative to K_0 is {r[0]:.3g}, needs a positive definite matrix"
        )
    if outputs_per_unit == 1:
        f = [geodesic_eigenvalue(float(k), depth + 1.0, 1.0, r) for k in range(1, depth + 1)]
    else:
        growth = growth_of_hidden_layers(r, depth, 1.0, outputs_per_unit)
        f = [growth**k for k in range(1, depth + 1)]
    back = root @ modes
    return np.stack([K_0, *((back * values) @ back.T for values in f), K_L])
