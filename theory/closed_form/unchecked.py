"""A closed form at arguments that the caller has checked, for one check in front of many forms."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module

import numpy as np

from .branch import compiled, select
from .everywhere import everywhere, possible_branches
from .form import ClosedForm


def unchecked(form: ClosedForm, library: str, values: Sequence):
    """The value of the form on one library, with nothing checked, cast or copied.

    ``values`` are floats or arrays of that library which broadcast (NumPy: of one axis, and one length);
    "mpmath" takes mpmath numbers. A point outside the domain gives what the formula gives there, an
    infinity or NaN. Traceable by JAX.
    """
    if library == "mpmath":
        results = _precise(form, values)
    elif library == "numpy":
        with np.errstate(all="ignore"):
            results = select(form.compiled_branches("numpy"), values, form.outputs)
    else:
        results = _everywhere(form, library, values)
    return results[0] if form.outputs == 1 else results


def _precise(form, values) -> tuple:
    for branch, region in form.branches:
        if region is True or compiled((region,), form.arguments, "mpmath")(*values)[0]:
            return branch.function(form.arguments, "mpmath")(*values)
    raise AssertionError("the last region of a form is True")


def _everywhere(form, library: str, values) -> tuple:
    known = {x: v for x, v in zip(form.arguments, values, strict=True) if isinstance(v, int | float)}
    live = possible_branches(form, known)
    if library == "jax":
        import jax

        xp, where, stop = jax.numpy, jax.numpy.where, jax.lax.stop_gradient
    else:
        xp = import_module("torch")
        where, stop = xp.where, lambda value: getattr(value, "detach", lambda: value)()
    arrays = [_array(xp, v, values) for v in values]
    return everywhere(form, live, arrays, library, where, stop)


def _array(xp, value, values):
    """A number as an array like the others."""
    if not isinstance(value, int | float):
        return value
    like = next((v for v in values if not isinstance(v, int | float)), None)
    if xp.__name__ == "torch" and like is not None:
        return xp.as_tensor(value, dtype=like.dtype, device=like.device)
    return xp.asarray(value, dtype=None if like is None else like.dtype)
