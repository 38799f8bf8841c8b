"""The deep linear network itself: features and kernels for weights drawn from the prior."""

from __future__ import annotations

import numpy as np


def features(rng, inputs, widths, draws):
    """H_d of ``draws`` networks: (draws, P, N_d). Weights have the variance 1/width of the layer below."""
    H = np.broadcast_to(inputs, (draws, *np.shape(inputs)))
    for width in widths:
        H = H @ (rng.normal(size=(draws, H.shape[2], width)) / np.sqrt(H.shape[2]))
    return H


def kernels(H):
    """Gram matrices of features: (draws, P, P)."""
    return H @ np.swapaxes(H, 1, 2) / H.shape[2]
