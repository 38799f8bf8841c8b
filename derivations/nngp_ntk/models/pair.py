"""Two preactivations as every dual sees them: their variances, covariance and angle, looked at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from theory.backends.numpy import in_chunks
from theory.closed_form.form import library_of

_ROUNDINGS = 1000
"""How many units in the last place a covariance may exceed the root of the variances' product."""


@dataclass(frozen=True)
class Pair:
    """Variances ``q_1``, ``q_2``, covariance ``c``, their geometric mean ``g`` and angle ``theta`` (radians),
    on one array library. ``known`` says whether the angle was given rather than found from ``c``;
    ``supplement`` is pi - theta, where that is known better than theta tells it."""

    library: str
    q_1: Any
    q_2: Any
    c: Any
    g: Any
    theta: Any
    known: bool
    supplement: Any = None


def on_pairs(function: Callable[[Pair], Any], q1, q2, c, angle, who: str, supplement=None):
    """``function`` of the pair, elementwise: numbers in, number out; arrays in, the same kind of array out.

    The arguments broadcast. ValueError, in the name of ``who``, for what no two Gaussians can have: a
    variance that is negative, a covariance beyond the root of their product, an angle outside of [0, pi],
    NaN or infinity anywhere.
    """
    if angle is None and supplement is not None:
        raise TypeError(f"{who}: supplement= goes with angle=")
    values = [value for value in (q1, q2, c, angle, supplement) if value is not None]
    library = library_of(values, _Named(who))
    if library == "numpy":
        return _on_numpy(function, values, who)
    if library == "mpmath":
        return _on_mpmath(function, values, who)
    if library == "jax":
        return _on_jax(function, values, who)
    if library == "torch":
        return _on_torch(function, values, who)
    raise TypeError(f"{who}: numbers, mpmath numbers or arrays, not {type(q1).__name__}")


def on_values(function: Callable[[str, list], Any], values: list, who: str):
    """``function(library, values)`` elementwise on checked floating-point numbers or arrays."""
    library = library_of(values, _Named(who))
    if library == "numpy":
        numbers, dtype = _floats(values, who)
        with np.errstate(all="ignore"):
            (found,) = in_chunks(lambda chunk: (function("numpy", chunk),), numbers, 1, dtype)
        return _like(found, values)
    if library == "mpmath":
        from mpmath import mp, mpf

        with mp.workdps(mp.dps + 15):
            found = function("mpmath", [mpf(v) for v in values])
        return +found
    return function(library, [_float_array(library, v, values) for v in values])


@dataclass(frozen=True)
class _Named:
    name: str


def _floats(values, who):
    """float64 numbers and floating-point arrays, and the dtype of the result."""
    arrays = [np.asarray(v) for v in values]
    for array in arrays:
        if array.dtype.kind not in "iuf":
            raise TypeError(f"{who}: real numbers are needed, not {array.dtype}")
    typed = [
        a.dtype
        for a, v in zip(arrays, values, strict=True)
        if isinstance(v, np.ndarray | np.generic) and a.dtype.kind == "f"
    ]
    dtype = np.result_type(*typed) if typed else np.dtype(float)
    return [a if a.ndim else np.float64(a) for a in arrays], dtype


def _like(found, values):
    """A number for numbers."""
    if found.ndim == 0 and not any(isinstance(v, np.ndarray | list | tuple) for v in values):
        return found[()] if any(isinstance(v, np.generic) for v in values) else found.item()
    return found


def _on_numpy(function, values, who):
    numbers, dtype = _floats(values, who)
    try:
        np.broadcast_shapes(*(np.shape(v) for v in numbers))
    except ValueError:
        shapes = ", ".join(str(np.shape(v)) for v in numbers)
        raise ValueError(f"{who}: the shapes do not broadcast: {shapes}") from None
    slack = _ROUNDINGS * float(np.finfo(dtype).eps)

    def of_chunk(chunk):
        pair = _pair(np, "numpy", chunk)
        _check(pair, slack, who)
        return (function(pair),)

    with np.errstate(all="ignore"):
        (found,) = in_chunks(of_chunk, numbers, 1, dtype)
    return _like(found, values)


def _pair(xp, library, values) -> Pair:
    """The angle from differences that are exact for equal variances; never from an arccosine."""
    q_1, q_2, c, *angle = values
    product = _root(xp, q_1) * _root(xp, q_2)
    g = product + constant(library, xp.where(q_1 == q_2, q_1 - product, 0.0))
    if angle:
        theta = angle[0]
    else:
        sine = _root(xp, _positive(xp, g - c)) * _root(xp, _positive(xp, g + c))
        # without a variance there is no angle: the limit is that of independent preactivations
        theta = xp.where(g > 0, xp.arctan2(sine, xp.where(g > 0, c, 1.0)), np.pi / 2)
    return Pair(library, q_1, q_2, c, g, theta, bool(angle), *angle[1:])


def _positive(xp, value):
    return xp.where(value > 0, value, 0.0)


def where(library, condition, value, other):
    """One of two values, elementwise."""
    if library == "mpmath":
        return value if condition else other
    if library == "jax":
        import jax.numpy as jnp

        return jnp.where(condition, value, other)
    if library == "torch":
        import torch

        return torch.where(condition, value, other)
    return np.where(condition, value, other)


def constant(library, value):
    """The value, out of automatic differentiation."""
    if library == "jax":
        import jax

        return jax.lax.stop_gradient(value)
    return value.detach() if library == "torch" else value


def _root(xp, value):
    """The square root, with a derivative of 0 where the value is 0 (automatic differentiation gives NaN)."""
    if xp is np:
        return np.sqrt(value)
    positive = value > 0
    return xp.where(positive, xp.sqrt(xp.where(positive, value, 1.0)), value * 0.0)


def _check(pair: Pair, slack: float, who: str) -> None:
    for name, value in (("q1", pair.q_1), ("q2", pair.q_2)):
        bad = np.logical_not((value >= 0) & (value < np.inf))
        if np.any(bad):
            raise ValueError(
                f"{who}: {name} = {_first(value, bad)} is no variance (needs a finite number >= 0)"
            )
    bad = np.logical_not(abs(pair.c) <= pair.g * (1 + slack))
    if np.any(bad):
        q_1, q_2, c, g = (_first(value, bad) for value in (pair.q_1, pair.q_2, pair.c, pair.g))
        raise ValueError(
            f"{who}: c = {c} is no covariance of variances q1 = {q_1} and q2 = {q_2} "
            f"(needs |c| <= sqrt(q1 q2) = {g})"
        )
    bad = np.logical_not((pair.theta >= 0) & (pair.theta <= np.pi * (1 + slack)))
    if pair.known and np.any(bad):
        theta = _first(pair.theta, bad)
        raise ValueError(f"{who}: angle = {theta} is no angle (needs 0 <= angle <= pi, radians)")
    if pair.supplement is not None:
        bad = np.logical_not(np.abs(np.pi - pair.theta - pair.supplement) <= np.pi * slack)
        if np.any(bad):
            theta, lacking = _first(pair.theta, bad), _first(pair.supplement, bad)
            raise ValueError(f"{who}: supplement = {lacking} is not pi - angle, angle = {theta}")


def _first(value, bad) -> float:
    bad = np.ravel(bad)
    value = (
        np.broadcast_to(np.ravel(value), bad.shape) if np.size(value) in (1, bad.size) else np.ravel(value)
    )
    return float(value[int(np.argmax(bad))])


def _on_mpmath(function, values, who):
    from mpmath import mp, mpf

    with mp.workdps(mp.dps + 15):
        q_1, q_2, c, *angle = (mpf(v) for v in values)
        g = q_1 if q_1 == q_2 else mp.sqrt(q_1) * mp.sqrt(q_2)
        if angle:
            theta = angle[0]
        elif g > 0:
            theta = mp.atan2(mp.sqrt(max(g - c, mpf(0))) * mp.sqrt(max(g + c, mpf(0))), c)
        else:
            theta = mp.pi / 2
        pair = Pair("mpmath", q_1, q_2, c, g, theta, bool(angle), *angle[1:])
        _check(pair, float(10 ** (20 - mp.dps)), who)
        found = function(pair)
    return +found


def _on_jax(function, values, who):
    import jax
    import jax.numpy as jnp

    arrays = [_float_array("jax", v, values) for v in values]
    if not any(isinstance(v, jax.core.Tracer) for v in arrays):
        slack = _ROUNDINGS * float(jnp.finfo(arrays[0].dtype).eps)
        seen = _pair(np, "numpy", [np.asarray(v, dtype=np.float64) for v in arrays])
        with np.errstate(all="ignore"):
            _check(seen, slack, who)
    return function(_pair(jnp, "jax", arrays))


def _on_torch(function, values, who):
    import torch

    arrays = [_float_array("torch", v, values) for v in values]
    slack = _ROUNDINGS * float(torch.finfo(arrays[0].dtype).eps)
    seen = _pair(np, "numpy", [v.detach().cpu().double().numpy() for v in arrays])
    with np.errstate(all="ignore"):
        _check(seen, slack, who)
    return function(_pair(torch, "torch", [v.double() for v in arrays])).to(arrays[0].dtype)


def _float_array(library, value, values):
    """An array of the common floating-point type."""
    if library == "jax":
        import jax.numpy as jnp

        floating = [v for v in values if jnp.issubdtype(jnp.result_type(v), jnp.floating)]
        return jnp.asarray(value, dtype=jnp.result_type(*(floating or [float])))
    import torch

    tensors = [v for v in values if torch.is_tensor(v)]
    floating = [v.dtype for v in tensors if v.dtype.is_floating_point] or [torch.float64]
    dtype = max(floating, key=lambda d: torch.finfo(d).bits)
    return torch.as_tensor(value, dtype=dtype, device=tensors[0].device)
