"""The classifier that an infinitely wide network of given depth is."""

from __future__ import annotations

import numpy as np

from .activation import activation
from .kernels import kernels, koenigs, log_diagonal


def classify(X, y, X_test, w, depth=np.inf, *, smoother: bool = False):
    """Labels -1 or 1 (0: a tie) of X_test (m, D) after ridgeless regression of y (n,) on X (n, D).

    Rows are of unit norm with scalar products from 0 to 1 (the non-negative orthant); ``w`` weights or an
    `Activation`; ``depth`` 1, 2, ... or infinity; ``smoother``: the sign of the sum of y times kernel
    instead. ValueError for other shapes, norms or labels, and at
    infinite depth for activations whose ridgeless predictor is no vote (w_0 > 0, slope at 1 up to 1).
    """
    act = activation(w)
    X, X_test, y = _inputs("X", X), _inputs("X_test", X_test), np.asarray(y, dtype=float)
    if X.shape[1] != X_test.shape[1]:
        raise ValueError(f"X has {X.shape[1]} coordinates, X_test has {X_test.shape[1]}")
    if y.shape != X.shape[:1] or not np.all(np.abs(y) == 1):
        raise ValueError(f"y: {len(X)} labels, each -1 or 1")
    between = gaps(X_test, X)
    if depth == np.inf:
        return np.sign(_vote(act, between, y, smoother))
    off = kernels(None, act, depth, gap=between, scaled=act.kind == "singular")[1]
    shrink = depth * np.log(act.w1) if act.kind == "singular" else 0.0
    size = log_diagonal(act, int(depth)) - shrink
    with np.errstate(divide="ignore"):
        large = np.where(between == 0, size, np.log(off))
    top = np.max(large, axis=1, keepdims=True)
    if not np.all(np.isfinite(top)):
        raise ValueError(f"depth = {depth}: the kernel underflows; take fewer layers, or infinity")
    at_train = np.exp(large - top)
    if smoother:
        return np.sign(at_train @ y)
    gram = kernels(None, act, depth, gap=gaps(X, X, same=True), scaled=act.kind == "singular")[1]
    with np.errstate(divide="ignore"):
        gram = np.exp(np.log(gram) - size)
    gram[np.diag_indices(len(X))] = 1.0
    if np.linalg.eigvalsh(gram)[0] <= 8 * np.finfo(float).eps * len(X):
        raise ValueError(
            "the kernel of X is singular to working precision: are inputs repeated, or add layers"
        )
    return np.sign(at_train @ np.linalg.solve(gram, y))


def gaps(X, Y, *, same: bool = False):
    """1 - x.y = |x - y|^2 / 2 of rows of unit norm (m, D) and (n, D), from differences: (m, n)."""
    found = np.stack([np.sum((x - Y) ** 2, axis=1) / 2 for x in X])
    if np.any(found > 1 + 1e-12):
        raise ValueError("inputs at an obtuse angle: the theory takes scalar products from 0 to 1")
    if same:
        np.fill_diagonal(found, 0.0)
    return np.minimum(found, 1.0)


def _vote(act, between, y, smoother):
    if act.kind == "nearest neighbour":
        return y[np.argmin(between, axis=1)]
    if act.kind == "majority" or (smoother and act.kind == "majority (smoother)"):
        return np.full(len(between), y.sum())
    if act.kind != "singular":
        raise ValueError(
            f"{act!r}: at infinite depth ridgeless regression is no vote of the labels "
            "(it interpolates); take a finite depth"
        )
    a = koenigs(None, act, gap=between)
    hit = np.isinf(a)
    a = np.where(hit.any(axis=1, keepdims=True), hit, np.where(hit, 0, a))
    return a @ y


def _inputs(name, X):
    X = np.asarray(X, dtype=float)
    if X.ndim != 2 or not X.size:
        raise ValueError(f"{name}: shape {X.shape}, need (number of inputs, coordinates)")
    if not np.all(np.isfinite(X)):
        raise ValueError(f"{name}: {int(np.sum(~np.isfinite(X)))} of its numbers are not finite")
    norms = np.linalg.norm(X, axis=1)
    if np.any(np.abs(norms - 1) > 1e-9):
        raise ValueError(f"{name}: rows of norm {norms.min():.6g} to {norms.max():.6g}, need 1: divide by it")
    return X
