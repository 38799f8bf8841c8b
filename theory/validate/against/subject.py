"""Somebody's function and the closed form it is held against: which argument is which, and how to call it."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import sympy as sp

from ..guard import Guarded, Misbehaved, as_numpy
from ..trial import Finding

LIBRARIES = ("numpy", "torch", "jax")
DRAWING = ("rng", "seed", "replicates")
"""Keywords of a function that draws: a NumPy generator, an integer, how many replicates."""


class Replicated(tuple):
    """A shape with any number of replicates in front of it."""

    def __eq__(self, other):
        return len(other) == len(self) + 1 and tuple(other[1:]) == tuple(self)

    def __ne__(self, other):
        return not self == other

    __hash__ = tuple.__hash__

    def __str__(self):
        return f"(replicates, {', '.join(map(str, self))})"


@dataclass
class Subject:
    """``order`` are the form's arguments by position (those in ``keywords`` by name), ``held`` those that
    the function does not take, with their values; ``extra`` are keywords of the function's own.
    """

    form: Any
    function: Any
    who: str
    order: tuple[str, ...]
    keywords: frozenset[str]
    held: Mapping[str, float]
    extra: frozenset[str]
    library: str = "numpy"
    vectorised: bool = True
    raw: Any = field(default=None, repr=False)

    @property
    def whole(self) -> tuple[str, ...]:
        """Its arguments that are integers: these are given as Python's, one value in each call."""
        return tuple(
            x.name for x in self.form.arguments if isinstance(x.domain, sp.Range) and x.name in self.order
        )

    @property
    def real(self) -> tuple[str, ...]:
        return tuple(name for name in self.order if name not in self.whole)

    def guarded(self, limit: float) -> Guarded:
        return Guarded(self._called, self.who, limit)

    def values(
        self, guarded, at, *, dtype="float64", where="", draws=False, numbers=False, **extra
    ) -> np.ndarray:
        """The values at points (n,) of every argument: (n,), (outputs, n), with replicates in front."""
        count = len(next(iter(at.values())))
        groups: dict[tuple, list[int]] = {}
        for i in range(count):
            key = tuple(int(at[name][i]) for name in self.whole)
            groups.setdefault(key if self.vectorised else (*key, i), []).append(i)
        found = None
        for key, rows in groups.items():
            whole = dict(zip(self.whole, key, strict=False))
            shape = (len(rows),) if self.vectorised and self.real else ()
            part = self.once(
                guarded, {name: at[name][rows].reshape(shape) for name in self.real}, whole,
                shape=shape, dtype=dtype, where=where, draws=draws, numbers=numbers, **extra,
            )  # fmt: skip
            part = part if shape else part[..., None]
            if found is None:
                found = np.empty((*part.shape[:-1], count))
            if part.shape[:-1] != found.shape[:-1]:
                guarded._stop("shape", f"{self.who} returned {len(part)} and {len(found)} replicates")
            found[..., rows] = part
        return found

    def once(self, guarded, real, whole, *, shape, dtype, where="", draws=False, numbers=False, **extra):
        """One call; ``real`` are arrays, ``shape`` that of the result (without outputs and replicates)."""
        wanted = (self.form.outputs, *shape) if self.form.outputs > 1 else shape
        if draws:
            wanted = Replicated(wanted)
        with in_precision(self.library, dtype):
            given = [as_given(real[name], self.library, dtype, numbers) for name in self.real]
            self._now = (whole, extra)
            try:
                found = guarded(*given, shape=wanted, where=where)
            except Misbehaved as ended:
                if ended.finding.kind == "not finite":
                    ended.finding = self._not_finite(ended.finding, real, whole, shape)
                raise
        note = guarded.notes.get("changes its input")
        if note is not None and "name" not in note.evidence:
            name = self.real[note.evidence["argument"] - 1]
            message = f"{self.who} wrote into {name}: the caller's array is changed"
            guarded.notes["changes its input"] = Finding(note.kind, message, {"name": name})
        return found

    def _called(self, *given):
        whole, extra = self._now
        values = {**dict(zip(self.real, given, strict=True)), **whole}
        by_position = [values[name] for name in self.order if name not in self.keywords]
        by_name = {name: values[name] for name in self.order if name in self.keywords}
        found = self.function(*by_position, **by_name, **{k: v for k, v in extra.items() if k in self.extra})
        if self.form.outputs > 1 and isinstance(found, tuple | list) and len(found) == self.form.outputs:
            parts = [as_numpy(one) for one in found]
            if all(one is not None for one in parts):
                found = np.stack(np.broadcast_arrays(*parts))
        self.raw = found
        return found

    def _not_finite(self, finding: Finding, real, whole, shape) -> Finding:
        """The same, with the arguments at which it happened."""
        bad = ~np.isfinite(as_numpy(self.raw))
        bad = bad.reshape(-1, *shape).any(axis=0)
        given = {name: np.broadcast_to(value, shape)[bad] for name, value in real.items()}
        first = ", ".join(f"{name} = {float(v.flat[0])!r}" for name, v in given.items())
        first = ", ".join([first, *(f"{name} = {value}" for name, value in whole.items())])
        value = as_numpy(self.raw)[~np.isfinite(as_numpy(self.raw))].flat[0]
        message = f"{self.who} returned {value} at {first}, in {bad.sum()} of {bad.size} places"
        return Finding("not finite", message, {"at": {k: v.tolist() for k, v in given.items()}})


def as_given(value, library: str, dtype: str, numbers: bool = False):
    """An array of the user's library; a Python number of NumPy's users, where numbers are wanted."""
    if numbers and library == "numpy" and dtype == "float64" and np.ndim(value) == 0:
        return float(value)
    array = np.array(value, dtype=dtype)
    if library == "torch":
        import torch

        return (
            torch.from_numpy(array) if array.ndim else torch.tensor(float(value), dtype=getattr(torch, dtype))
        )
    if library == "jax":
        import jax

        return jax.numpy.asarray(array)
    return array if array.ndim else array[()]


def in_precision(library: str, dtype: str):
    """JAX computes in float64 only where it is told to."""
    if library != "jax" or dtype != "float64":
        return nullcontext()
    import jax

    return jax.enable_x64(True)


def bound_to(form, function, *, arguments, at, varies, library, vectorised, name) -> Subject:
    """Which parameter of the function is which argument of the form. ValueError where that is not clear."""
    who = name or getattr(function, "__name__", type(function).__name__)
    if not callable(function):
        raise ValueError(f"{function!r}: needs a function of {', '.join(form.names)}")
    if library not in LIBRARIES:
        raise ValueError(f"library = {library!r}: one of {', '.join(map(repr, LIBRARIES))}")
    taken, keywords, extra, required = _parameters(function, form, varies)
    if arguments is not None:
        order = tuple(arguments)
        unknown = [one for one in order if one not in form.names]
        if unknown or len(set(order)) < len(order):
            raise ValueError(f"arguments = {order}: each one of {', '.join(form.names)}, once")
        keywords = frozenset()
    elif taken is None:
        order = form.names
    elif all(one in form.names for one in required):
        order = tuple(one for one in taken if one in form.names)
    else:
        order = form.names[: len(taken)]
        astray = [p for p, mine in zip(taken, order, strict=False) if p in form.names and p != mine]
        if len(taken) > len(form.names) or astray or keywords & set(required):
            raise ValueError(
                f"{who}({', '.join(taken)}) against {form.name}({', '.join(form.names)}): which is which? "
                "Use the form's names, or its order, or give arguments=(...), the form's name of each in turn"
            )
    fixed = {key: value for key, value in (at or {}).items() if np.ndim(value) == 0}
    held = {one: fixed.get(one, form.defaults.get(one)) for one in form.names if one not in order}
    open_ = [one for one, value in held.items() if value is None]
    if open_:
        raise ValueError(
            f"{who} takes no {', '.join(open_)}, which {form.name} needs: say at which value it is meant, "
            f"at={{{open_[0]!r}: 1.0}}"
        )
    held = {key: float(value) for key, value in held.items()}
    return Subject(form, function, who, order, keywords & set(order), held, extra, library, vectorised)


def _parameters(function, form, varies):
    """Names of its own parameters in order (None: unknown), by keyword only, others', and without default."""
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return None, frozenset(), frozenset(), ()
    extra = {p.name for p in parameters if p.name in (*DRAWING, varies) and p.name not in form.names}
    own = [p for p in parameters if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD) and p.name not in extra]
    # an option of the function's own, with a default, is left alone
    own = [p for p in own if p.default is p.empty or p.name in form.names]
    if not own and any(p.kind is p.VAR_POSITIONAL for p in parameters):
        return None, frozenset(), frozenset(extra), ()
    required = tuple(p.name for p in own if p.default is p.empty)
    keywords = frozenset(p.name for p in own if p.kind is p.KEYWORD_ONLY)
    return [p.name for p in own], keywords, frozenset(extra), required
