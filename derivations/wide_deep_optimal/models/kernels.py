"""Kernels of infinitely wide networks at any depth, and their limit; accurate near identical inputs."""

from __future__ import annotations

import numpy as np

from .activation import Activation, activation

_MOST_LAYERS = 200_000


def alpha(w) -> float:
    """The exponent of the singular kernel of weights (or an `Activation`)."""
    return activation(w).alpha


def koenigs(xi, w, *, gap=None):
    """The Koenigs function a(xi) = lim K_L / w_1^L, for xi in [0, 1); infinite at xi = 1.

    Give ``gap`` = 1 - xi (any shape) where inputs are close: ``koenigs(None, w, gap=1e-12)``.
    ValueError outside the domain, or if the activation is not of the singular class.
    """
    act = activation(w)
    act.alpha  # noqa: B018
    K, eps = _start(xi, gap)
    A, _, _ = _layers(K, np.where(eps > 0, eps, 1), act, None)
    return np.where(eps > 0, A, np.inf)[()]


def singularity(w, points: int = 32) -> tuple[float, float]:
    """(prefactor, amplitude) of a(xi) r^alpha for close inputs, r their distance.

    It is periodic in ln(1 - xi) with period the logarithm of the slope: its mean over a period, to a
    relative 1e-8, and the size of the first harmonic relative to it (resolved down to 1e-11).
    ValueError if the activation is not of the singular class.
    """
    act = activation(w)
    gap = 1e-9 * act.slope ** (np.arange(points) / points)
    factor = koenigs(None, act, gap=gap) * (2 * gap) ** (act.alpha / 2)
    harmonics = np.abs(np.fft.rfft(factor)) / points
    return float(harmonics[0]), float(2 * harmonics[1] / harmonics[0])


def kernels(xi, w, depth: int, *, gap=None, scaled: bool = False):
    """(K_L, Theta_L) at depth L = 0, 1, ... (1e9 takes no longer than 1e3), for xi in [0, 1].

    ``scaled``: both over w_1^L, which do not underflow (singular class). ``gap`` as in `koenigs`.
    On the diagonal the sum of powers of the slope, infinite once it exceeds all doubles.
    """
    act = activation(w)
    if not (np.ndim(depth) == 0 and np.isfinite(depth) and depth == int(depth) and depth >= 0):
        raise ValueError(f"depth = {depth}: a number of layers, 0, 1, ...")
    if scaled and act.kind != "singular":
        raise ValueError(f"scaled kernels need the singular class: {act!r}")
    K, eps = _start(xi, gap)
    K_L, theta, power = _layers(K, eps, act, int(depth))
    if power and not scaled:
        with np.errstate(divide="ignore", under="ignore"):
            K_L, theta = (np.exp(np.log(v) + power * np.log(act.w1)) for v in (K_L, theta))
    same = eps == 0
    if np.any(same):
        shrink = depth * np.log(act.w1) if scaled else 0.0
        K_L = np.where(same, _exp(-shrink), K_L)
        theta = np.where(same, _exp(log_diagonal(act, int(depth)) - shrink), theta)
    return K_L[()], theta[()]


def log_diagonal(act: Activation, depth: int) -> float:
    """ln of Theta_L at identical inputs, 1 + q + ... + q^L, without overflow."""
    q = act.slope
    if abs(q - 1) * (depth + 1) < 1e-9:
        return float(np.log(depth + 1) + np.log1p((q - 1) * depth / 2))
    log_q = np.log1p(q - 1)
    if q > 1:
        return float((depth + 1) * log_q + np.log(-np.expm1(-(depth + 1) * log_q)) - np.log(q - 1))
    return float(np.log(-np.expm1((depth + 1) * log_q)) - np.log(1 - q))


def _exp(x):
    with np.errstate(over="ignore"):
        return np.exp(x)


def _start(xi, gap):
    if (xi is None) == (gap is None):
        raise ValueError("give xi or gap, the scalar product or 1 minus it")
    given = np.asarray(gap if xi is None else xi, dtype=float)
    if not np.all((given >= 0) & (given <= 1)):  # also refuses NaN
        name = "gap" if xi is None else "xi"
        raise ValueError(f"{name}: from 0 to 1 (inputs of unit norm in the non-negative orthant)")
    return (1 - given, given) if xi is None else (given, 1 - given)


def _layers(K, eps, act: Activation, depth: int | None):
    """K and Theta after ``depth`` layers (None: until nothing changes), over w_1^power.

    K and 1 - K are iterated side by side, each taken from the accurate one: near 1 rounding in K would
    grow by the slope in every layer.
    """
    w, k = act.weights, np.arange(len(act.weights))
    slopes = (w * k)[1:]
    singular = act.kind in ("singular", "identity")
    unit = act.w1 if singular else 1.0
    over = w[2:] / unit
    A, B = K.astype(float), K.astype(float)
    layers = _MOST_LAYERS + 1 if depth is None else depth
    for layer in range(layers):
        if layer == _MOST_LAYERS:
            raise ValueError(f"{act!r} has not settled after {layer} layers: take a smaller depth")
        if singular and not np.any((K >= 1e-18) & (eps > 0)):
            rest = layers - layer
            return A, B + rest * A, layers if depth is not None else layer
        new = np.polynomial.polynomial.polyval(K, w)
        with np.errstate(divide="ignore"):
            log_K = np.log1p(-eps)
        moved = -sum(w[j] * np.expm1(j * log_K) for j in k[1:] if w[j] > 0)
        rate = np.polynomial.polynomial.polyval(K, slopes) / unit if slopes.size else 0 * K
        A = (
            A * (1 + K * np.polynomial.polynomial.polyval(K, over))
            if singular and over.size
            else (A if singular else new)
        )
        with np.errstate(over="ignore"):
            B_new = A + rate * B
        A = np.where(eps > 0, A, 1.0)
        B_new = np.where(eps > 0, B_new, 1.0)  # set by the diagonal's own formula
        near = moved < 0.5
        K_new, eps = np.where(near, 1 - moved, new), np.where(near, moved, 1 - new)
        if not singular:
            A = np.where(eps > 0, K_new, 1.0)
            if np.array_equal(K_new, K) and np.array_equal(B_new, B):
                return A, B_new, 0
        K, B = K_new, B_new
    return A, B, layers if singular else 0
