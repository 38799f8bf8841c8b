"""Inputs of a network: what is refused, and `Pairs` of them before the first layer."""

from __future__ import annotations

import numpy as np
from array_api_compat import array_namespace

from ..architecture.layers import Attention, Conv, Flatten, GlobalAveragePool, Residual
from .loops import fill_angles
from .pairs import Pairs, root, unit


def wants_positions(layers) -> bool:
    """Whether inputs have positions: (n, *positions, channels)."""
    spatial = (Conv, Attention, Flatten, GlobalAveragePool)
    return any(
        isinstance(one, spatial) or (isinstance(one, Residual) and wants_positions(one.layers))
        for one in layers
    )


def has_kinks(layers) -> bool:
    """Whether an activation's kernel is not smooth at parallel inputs, so that angles must be carried."""
    return any(
        has_kinks(one.layers) if isinstance(one, Residual) else bool(getattr(one, "kinks", ()))
        for one in layers
    )


def checked(X1, X2, layers):
    """Both inputs, the second None where it is the first again. ValueError that names what is wrong."""
    positions = wants_positions(layers)
    least = 3 if positions else 2
    for name, X in (("X1", X1), ("X2", X2)):
        if X is None and name == "X2":
            continue
        shape = getattr(X, "shape", None)
        if shape is None:
            raise ValueError(f"{name}: an array is wanted, not {type(X).__name__}")
        if len(shape) < least or (not positions and len(shape) > 2) or 0 in shape:
            wanted = "(n, positions, channels) or (n, height, width, channels)" if positions else "(n, d)"
            raise ValueError(f"{name} has shape {tuple(shape)}; this network wants {wanted}, none of them 0")
        if isinstance(X, np.ndarray) and not np.all(np.isfinite(X)):
            place = tuple(int(i) for i in np.argwhere(~np.isfinite(X))[0])
            raise ValueError(f"{name}[{', '.join(map(str, place))}] = {X[place]}: inputs must be finite")
    if X2 is not None and tuple(X1.shape[1:]) != tuple(X2.shape[1:]):
        raise ValueError(
            f"X1 has shape {tuple(X1.shape)} and X2 {tuple(X2.shape)}: all axes but the first must agree"
        )
    if X2 is not None and array_namespace(X1) is not array_namespace(X2):
        raise ValueError(
            f"X1 is of {type(X1).__module__} and X2 of {type(X2).__module__}: one library, please"
        )
    return X1, None if X2 is X1 else X2


def start(layers, X1, X2, ntk: bool) -> tuple[Pairs, tuple[Pairs, Pairs] | None]:
    """Pairs before the first layer, and those of every input with itself where a layer needs them."""
    kinked = has_kinks(layers)
    if not wants_positions(layers):
        return flat_pairs(X1, X2, kinked, ntk), None
    pairs = position_pairs(X1, X2, kinked, ntk, crosses_positions(layers))
    own = tuple(own_pairs(X, kinked, ntk) for X in (X1, X2)) if needs_own(layers) else None
    return pairs, own


def crosses_positions(layers) -> bool:
    """Whether kernels between different positions are needed."""
    return any(isinstance(one, Attention | GlobalAveragePool) for one in layers)


def needs_own(layers) -> bool:
    """Whether kernels of every input with itself are needed: by attention, and where a pooled variance is."""
    pooled = False
    for layer in layers:
        if isinstance(layer, Attention):
            return True
        if pooled and hasattr(layer, "derivative_dual"):
            return True
        pooled |= isinstance(layer, GlobalAveragePool)
    return False


def flat_pairs(X1, X2, kinked: bool, ntk: bool) -> Pairs:
    """Pairs of the rows of (n1, d) and (n2, d)."""
    xp, d = array_namespace(X1), X1.shape[-1]
    q1, q2 = xp.sum(X1**2, axis=-1)[:, None] / d, xp.sum(X2**2, axis=-1)[None, :] / d
    c = X1 @ X2.T / d
    theta, supplement = angles(X1, X2) if kinked else (None, None)
    return Pairs(q1, q2, c, theta, 0 * c if ntk else None, fan_in=d, supplement=supplement)


def angles(X1, X2):
    """Angles (n1, n2) between rows, and what they lack to pi: at nearly parallel and nearly opposite rows
    the smaller of both has all its digits."""
    if isinstance(X1, np.ndarray):
        return fill_angles(unit(X1)[0], unit(X2)[0], supplements=True)
    return traceable_angles(array_namespace(X1), X1, X2)


def traceable_angles(xp, X1, X2):
    """The same of rows (n1, d) and (n2, d) by chords, which JAX can trace.

    2 atan2(|u - v|, |u + v|) of unit vectors. Parallel rows have no gradient by their angle; it is set to 0.
    """
    units = []
    for X in (X1, X2):
        square = xp.sum(X**2, axis=-1, keepdims=True)
        some = square > 0
        units.append(X / xp.sqrt(xp.where(some, square, 0 * square + 1)))
    U1, U2 = units
    apart, together = _chord(xp, U1, U2), _chord(xp, U1, -U2)
    return 2 * xp.atan2(apart, together), 2 * xp.atan2(together, apart)


def _chord(xp, U1, U2):
    if hasattr(xp, "cdist"):
        return xp.cdist(U1, U2, compute_mode="donot_use_mm_for_euclid_dist")
    return root(xp, xp.sum((U1[:, None] - U2[None, :]) ** 2, axis=-1))


def position_pairs(X1, X2, kinked: bool, ntk: bool, crossed: bool) -> Pairs:
    """Pairs of (n1, *P, C) and (n2, *P, C), of all positions or of equal ones."""
    xp = array_namespace(X1)
    window, channels = tuple(X1.shape[1:-1]), X1.shape[-1]
    n1, n2, ones = X1.shape[0], X2.shape[0], (1,) * len(window)
    square1, square2 = (xp.sum(X**2, axis=-1) / channels for X in (X1, X2))
    q1 = xp.reshape(square1, (n1, 1, *window, *(ones if crossed else ())))
    q2 = xp.reshape(square2, (1, n2, *(ones if crossed else ()), *window))
    flat1, flat2 = (xp.reshape(X, (X.shape[0], -1, channels)) for X in (X1, X2))

    def between(function):
        """A function of rows, of all pairs of positions or equal ones: (n1, n2, *P, *P) or (n1, n2, *P)."""
        if not crossed:
            each = [function(flat1[:, p], flat2[:, p]) for p in range(flat1.shape[1])]
            return xp.reshape(xp.stack(each, axis=-1), (n1, n2, *window))
        every = function(*(xp.reshape(flat, (-1, channels)) for flat in (flat1, flat2)))
        parted = xp.reshape(every, (n1, flat1.shape[1], n2, flat2.shape[1]))
        return xp.reshape(xp.permute_dims(parted, (0, 2, 1, 3)), (n1, n2, *window, *window))

    c = between(lambda a, b: a @ b.T) / channels
    theta = between(lambda a, b: angles(a, b)[0]) if kinked else None
    return Pairs(q1, q2, c, theta, 0 * c if ntk else None, window, crossed, channels)


def own_pairs(X, kinked: bool, ntk: bool) -> Pairs:
    """All pairs of positions of every input with itself: leading axis n."""
    xp = array_namespace(X)
    every = [position_pairs(x[None], x[None], kinked, ntk, True) for x in X]

    def stacked(name):
        parts = [getattr(one, name) for one in every]
        return None if parts[0] is None else xp.concat([part[0] for part in parts], axis=0)

    first = every[0]
    return Pairs(*map(stacked, ("q1", "q2", "c", "theta", "ntk")), first.window, True, first.fan_in)
