"""What every closed form shares: binding of arguments, dispatch by array library, domain errors."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, lru_cache
from importlib import import_module

import numpy as np
import sympy as sp

from ..backends.functions import ARRAY_LIBRARIES, MissingFunction, NotInstalled
from ..derivation import Claim, Evidence, Named
from ..functions import (
    erfcx,
    i0e,
    i1e,
    log_besselke,
    log_chi2_mixture,
    log_gamma_ratio,
    log_matern,
    log_meijer_g,
    tilted_chi2_mean,
    wright_omega,
)
from ..parameter import Parameter
from ..rules.substitution import components
from .branch import Formula, compiled
from .domain import DomainError

BACKENDS = (*ARRAY_LIBRARIES, "mpmath", "rigorous")


class ClosedForm(Named, ABC):
    """A claim as a function of numbers and arrays.

    Call it with NumPy, JAX or PyTorch arrays, Python or mpmath numbers or rigorous balls, by
    position or by name; arguments broadcast and the result has their kind, dtype and device.
    Raises `DomainError` outside the domain. Under a JAX trace values cannot be inspected: there,
    points outside the domain give NaN.
    """

    def __init__(
        self,
        claim: Claim,
        arguments: Sequence[Parameter],
        *,
        forms=(),
        defaults: Mapping | None = None,
        reference=(),
    ):
        self.claim, self.arguments, self.forms = claim, tuple(arguments), tuple(forms)
        self.reference = tuple(reference)
        self.defaults = {x.name: v for x, v in (defaults or {}).items()}
        self._remember_module()
        unknown = [d for d in self.defaults if d not in self.names]
        if unknown:
            raise ValueError(f"defaults for {unknown}, which are not arguments")
        if self.forms and self.forms[-1][1] is not True:
            raise ValueError(
                f"the last form must serve all that is left (region True, not {self.forms[-1][1]})"
            )
        self.harmless: dict[int, tuple[float, ...]] = {}
        self.jitted: dict[tuple, Callable] = {}

    # what a kind of closed form provides

    @property
    @abstractmethod
    def rhs(self):
        """The expression, or tuple of expressions, that a mutant would replace."""

    @cached_property
    @abstractmethod
    def branches(self) -> tuple[tuple[object, object], ...]:
        """Pairs (branch, region): the first region that holds at a point is used; True for the rest."""

    def plain(self, library: str) -> Callable | None:
        """The claim's own right side as a function on a library, where there is one."""
        return None

    @abstractmethod
    def with_rhs(self, expression) -> ClosedForm:
        """The same form with another right side, for mutants."""

    @abstractmethod
    def enclose(self, *, digits: int = 30, **at):
        """A rigorous ball (a tuple of balls) around the value at exact numbers."""

    # what follows from it

    @cached_property
    def ulps(self) -> int:
        """The accuracy promised on well-conditioned points, in units in the last place."""
        special = (
            sp.hyper,
            sp.LambertW,
            erfcx,
            i0e,
            i1e,
            log_besselke,
            log_gamma_ratio,
            log_chi2_mixture,
            log_matern,
            log_meijer_g,
            tilted_chi2_mean,
            wright_omega,
            sp.Integral,
            sp.Sum,
        )
        plain = all(
            b.expressions and not any(e.has(*special) for e in b.expressions) for b, _ in self.branches
        )
        return 8 if plain else 16

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(x.name for x in self.arguments)

    @cached_property
    def outputs(self) -> int:
        return len(components(self.claim.unfolded))

    @property
    def claims(self) -> tuple[Claim, ...]:
        """Every claim the form rests on directly: its own and those of its stable forms."""
        return tuple(dict.fromkeys([self.claim, *(branch.claim for branch, _ in self.branches)]))

    @property
    def standing(self) -> Evidence:
        return min(claim.standing for claim in self.claims)

    @cached_property
    def relations(self) -> tuple:
        return tuple(r for r in self.claim.relations if r.free_symbols <= set(self.arguments))

    @property
    def domain(self):
        from ..parameter import Domain

        return Domain(self.arguments, self.relations)

    @property
    def description(self) -> str:
        lines = [f"{self.name}({', '.join(self.names)})", f"    {self.claim}"]
        for x in self.arguments:
            unit = f" [{x.unit}]" if x.unit else ""
            default = f" (default {self.defaults[x.name]})" if x.name in self.defaults else ""
            lines.append(f"    {x.name}: {x.meaning}{unit}, {x.allowed}{default}")
        lines += [f"    where {sp.sstr(r)}" for r in self.relations]
        return "\n".join(lines)

    @property
    def __doc__(self):
        return self.description

    def backends(self) -> tuple[str, ...]:
        """The libraries that can compute this form."""
        holes = {b: self._lacks(b) for b in BACKENDS}
        return tuple(b for b, hole in holes.items() if hole is None or isinstance(hole, NotInstalled))

    def _lacks(self, backend: str) -> MissingFunction | None:
        if backend == "rigorous":
            return None
        try:
            self.compiled_branches(backend)
        except MissingFunction as hole:
            return hole
        return None

    @lru_cache(maxsize=8)  # noqa: B019
    def compiled_branches(self, library: str) -> tuple[tuple[Callable, Callable | None], ...]:
        """Pairs (function, region's function or None for True). Raises `MissingFunction`."""
        return tuple(
            (
                b.function(self.arguments, library),
                None if r is True else compiled((r,), self.arguments, library),
            )
            for b, r in self.branches
        )

    def __call__(self, *args, **kwargs):
        values = self._bind(args, kwargs)
        return self._evaluate(values, library_of(values, self))

    def _evaluate(self, values: list, library: str):
        if library == "rigorous":
            return self.enclose(**dict(zip(self.names, values, strict=True)))
        return _evaluator(library)(self, values)

    def compiled_balls(self, digits: int) -> Callable:
        """A function of the arguments, by position or name, to balls of so many digits."""
        return lambda *args, **kwargs: self.enclose(
            digits=digits, **dict(zip(self.names, self._bind(args, kwargs), strict=True))
        )

    def compile(self, backend: str = "numpy", *, dtype=None, device=None, digits: int = 30) -> Callable:
        """A function of the arguments on one library; inputs are converted to it.

        ``digits`` are what rigorous balls shall have.

        Raises `MissingFunction` at once if the library lacks a function, ValueError if there is
        no such backend.
        """
        if backend not in BACKENDS:
            raise ValueError(f"{self.name}: no backend {backend!r}; there are {', '.join(BACKENDS)}")
        hole = self._lacks(backend)
        if hole:
            raise MissingFunction(f"{self.name}: {hole}")
        if backend == "rigorous":
            return self.compiled_balls(digits)
        convert = _converter(backend, dtype, device)

        def form(*args, **kwargs):
            return self._evaluate([convert(v) for v in self._bind(args, kwargs)], backend)

        form.__name__ = self.name or "form"
        return form

    def accuracy(self, backend: str = "numpy", *, points: int = 1000, seed: int = 0):
        """The worst error in ulps against rigorous balls over the domain, extremes included."""
        from .accuracy import certify

        return certify(self, backend, points=points, seed=seed)

    def _bind(self, args, kwargs) -> list:
        if not kwargs and len(args) == len(self.names):
            return list(args)
        if not args:
            given = {**self.defaults, **kwargs}
            if len(given) == len(self.names):
                try:
                    return [given[name] for name in self.names]
                except KeyError:
                    pass  # below are the words for it
        if len(args) > len(self.names):
            raise TypeError(
                f"{self.name} takes {len(self.names)} arguments ({', '.join(self.names)}), not {len(args)}"
            )
        given = dict(zip(self.names, args, strict=False))
        for name, value in kwargs.items():
            if name not in self.names:
                raise TypeError(f"{self.name} has no argument {name!r}; it takes {', '.join(self.names)}")
            if name in given:
                raise TypeError(f"{self.name} got {name} twice")
            given[name] = value
        given = {**self.defaults, **given}
        missing = [n for n in self.names if n not in given]
        if missing:
            raise TypeError(f"{self.name} needs {', '.join(missing)}")
        return [given[n] for n in self.names]


@lru_cache(maxsize=8)
def _evaluator(library: str) -> Callable:
    return import_module(f".on_{library}", __package__).evaluate


def library_of(values, form) -> str:
    """The backend for these values. Raises TypeError where JAX and PyTorch arrays meet."""
    types = set(map(type, values))
    if types <= _PLAIN:
        return "numpy"
    kinds = {kind.__module__.split(".")[0] for kind in types}
    found = [library for root, library in _LIBRARY.items() if root in kinds]
    if {"jax", "torch"} <= set(found):
        raise TypeError(f"{form.name}: JAX and PyTorch arrays cannot be mixed in one call")
    return found[0] if found else "numpy"


_PLAIN = {np.ndarray, np.float64, float, int}
_LIBRARY = {
    "jax": "jax", "jaxlib": "jax", "torch": "torch", "flint": "rigorous",
    "mpmath": "mpmath", "fractions": "rigorous", "sympy": "rigorous",
}  # fmt: skip
"""Where types of several kinds meet, the first one decides."""


def _converter(backend: str, dtype, device) -> Callable:
    """How ``compile`` turns an argument into the backend's own; Python numbers keep all their digits."""
    kind = (
        None
        if dtype is None
        else str(dtype).removeprefix("torch.")
        if "torch" in str(dtype)
        else np.dtype(dtype).name
    )
    if backend == "numpy":
        return (lambda v: np.asarray(v, dtype=kind)) if kind else lambda v: v
    if backend == "jax":
        import jax

        if kind == "float64" and not jax.config.jax_enable_x64:
            raise ValueError("JAX has no float64 until jax.config.update('jax_enable_x64', True)")
        place = jax.devices(device)[0] if isinstance(device, str) else device
        return lambda v: jax.device_put(jax.numpy.asarray(v, dtype=kind), place)
    if backend == "torch":
        import torch

        def to_torch(v):
            own = torch.float64 if isinstance(v, float | int) else None
            return torch.as_tensor(v, dtype=getattr(torch, kind) if kind else own, device=device)

        return to_torch
    return lambda v: v


__all__ = ["BACKENDS", "ClosedForm", "DomainError", "Formula"]
