"""Samples in a model's eigenbasis, in the library, dtype and device of the samples."""

from __future__ import annotations

import weakref
from contextlib import nullcontext

import array_api_compat
import numpy as np

_HELD: weakref.WeakKeyDictionary = weakref.WeakKeyDictionary()
"""By model: its arrays in every library, dtype and device it was asked in."""


class Batch:
    """``x`` (B, D) of a model, with the model's ``mu`` (D,), ``U`` (D, r) and ``lam`` (r,) as its like.

    Integers count as floats. Raises ValueError where the last axis is not the model's dimension.
    """

    def __init__(self, model, x):
        if not array_api_compat.is_array_api_obj(x) or isinstance(x, np.ndarray | np.generic):
            x = np.asarray(x)
            x = x.astype(float) if x.dtype.kind in "biu" else x
        if x.ndim == 0 or x.shape[-1] != len(model.mu):
            raise ValueError(f"x has shape {tuple(x.shape)}: its last axis needs {len(model.mu)} entries")
        self.xp = array_api_compat.array_namespace(x)
        self.single = x.ndim == 1
        self.x = x[None, :] if self.single else x
        torch = "torch" in self.xp.__name__
        key = self.xp.__name__, str(x.dtype), str(x.device) if torch else ""
        held = _HELD.setdefault(model, {})
        if key not in held:
            where = {"device": x.device} if torch else {}
            with _outside_of_traces(self.xp):
                held[key] = [
                    self.xp.asarray(a, dtype=x.dtype, **where) for a in (model.mu, model.U, model.lam)
                ]
        self.mu, self.U, self.lam = held[key]

    def split(self, deviation):
        """Coordinates along the model's directions, and the rest (None where there is none)."""
        y = deviation @ self.U
        return y, None if self.U.shape[0] == self.U.shape[1] else deviation - y @ self.U.T

    def on_axis(self, value):
        """A level of shape (T,) as (T, 1, 1), ready for x (B, D); a number, or any other shape, as it is."""
        if isinstance(value, list | tuple | np.ndarray | np.generic):
            value = np.asarray(value, dtype=float)
            if value.ndim == 0:
                return float(value)
            like = {"device": self.x.device} if "torch" in self.xp.__name__ else {}
            value = self.xp.asarray(value, dtype=self.x.dtype, **like)
        return value[:, None, None] if getattr(value, "ndim", 0) == 1 else value

    def result(self, found, axis: int = -2):
        """What was found for the batch, without the batch's axis where x was a single sample."""
        if not self.single:
            return found
        return found[..., 0, :] if axis == -2 else found[..., 0]


def _outside_of_traces(xp):
    """What is held must not belong to the JAX transformation that asked for it first."""
    if "jax" not in xp.__name__:
        return nullcontext()
    import jax

    return jax.ensure_compile_time_eval()
