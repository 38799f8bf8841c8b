"""What every closed form shares: binding of arguments, dispatch by array library, domain errors."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import cached_property

import numpy as np
import sympy as sp

from ..backends.functions import ARRAY_LIBRARIES, MissingFunction
from ..derivation import Claim, Evidence, Named
from ..functions import wright_omega
from ..parameter import Parameter
from ..rules.substitution import components
from .branch import Formula, compiled, harmless_point, select, select_everywhere
from .domain import DomainError, as_numbers, bounds, check_arguments, check_relations, refusal

BACKENDS = (*ARRAY_LIBRARIES, "mpmath", "rigorous")


class ClosedForm(Named, ABC):
    """A claim as a function of numbers and arrays.

    Call it with NumPy, JAX or PyTorch arrays, Python or mpmath numbers or rigorous balls, by
    position or by name; arguments broadcast and the result has their kind, dtype and device.
    Raises `DomainError` outside the domain. Under a JAX trace values cannot be inspected: there,
    points outside the domain give NaN.
    """

    def __init__(
        self, claim: Claim, arguments: Sequence[Parameter], *, forms=(), defaults: Mapping | None = None, reference=()
    ):
        self.claim, self.arguments, self.forms = claim, tuple(arguments), tuple(forms)
        self.reference = tuple(reference)
        self.defaults = {x.name: v for x, v in (defaults or {}).items()}
        self._remember_module()
        unknown = [d for d in self.defaults if d not in self.names]
        if unknown:
            raise ValueError(f"defaults for {unknown}, which are not arguments")

    # what a kind of closed form provides

    @property
    @abstractmethod
    def rhs(self):
        """The expression, or tuple of expressions, that a mutant would replace."""

    @cached_property
    @abstractmethod
    def branches(self) -> tuple[tuple[object, object], ...]:
        """Pairs (branch, region): the first region that holds at a point is used; True for the rest."""

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
        special = (sp.hyper, sp.LambertW, wright_omega, sp.Integral, sp.Sum)
        plain = all(b.expressions and not any(e.has(*special) for e in b.expressions) for b, _ in self.branches)
        return 8 if plain else 16

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(x.name for x in self.arguments)

    @property
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
        return tuple(b for b in BACKENDS if self._lacks(b) is None)

    def _lacks(self, backend: str) -> MissingFunction | None:
        if backend == "rigorous":
            return None
        try:
            for branch, region in self.branches:
                branch.function(self.arguments, backend)
                if region is not True:
                    compiled((region,), self.arguments, backend)
        except MissingFunction as hole:
            return hole
        return None

    def __call__(self, *args, **kwargs):
        values = self._bind(args, kwargs)
        library = library_of(values, self.name)
        return getattr(self, f"_on_{library}")(values)

    def compile(self, backend: str = "numpy", *, dtype=None, device=None) -> Callable:
        """A function of the arguments on one library; inputs are converted to it.

        Raises `MissingFunction` at once if the library lacks a function, ValueError if there is
        no such backend.
        """
        if backend not in BACKENDS:
            raise ValueError(f"{self.name}: no backend {backend!r}; there are {', '.join(BACKENDS)}")
        hole = self._lacks(backend)
        if hole:
            raise MissingFunction(f"{self.name}: {hole}")
        convert = _converter(backend, dtype, device)

        def form(*args, **kwargs):
            return getattr(self, f"_on_{backend}")([convert(v) for v in self._bind(args, kwargs)])

        form.__name__ = self.name or "form"
        return form

    def accuracy(self, backend: str = "numpy", *, points: int = 1000, seed: int = 0):
        """The worst error in ulps against rigorous balls over the domain, extremes included."""
        from .accuracy import certify

        return certify(self, backend, points=points, seed=seed)

    def _bind(self, args, kwargs) -> list:
        if len(args) > len(self.names):
            raise TypeError(f"{self.name} takes {len(self.names)} arguments ({', '.join(self.names)}), not {len(args)}")
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

    # NumPy and Python numbers

    def _on_numpy(self, values: list):
        from ..backends.numpy import in_chunks

        raw, values = values, [as_numbers(v, x, self.name) for v, x in zip(values, self.arguments, strict=True)]
        self._check_shapes(values)
        scalars = [(v, x) for v, x in zip(values, self.arguments, strict=True) if np.ndim(v) == 0]
        check_arguments([v for v, _ in scalars], [x for _, x in scalars], self.name)
        dtype = np.result_type(np.float32, *[v.dtype for v in values if isinstance(v, np.ndarray | np.generic)] or [float])
        values = [np.float64(v) if np.ndim(v) == 0 else v for v in values]
        with np.errstate(all="ignore"):
            results = self._by_one_loop(values)
            if results is None:
                results = in_chunks(self._checked_chunk, values, self.outputs)
        if dtype != np.float64:
            results = tuple(r.astype(dtype) for r in results)
        if not any(isinstance(v, np.ndarray | np.generic | list | tuple) for v in raw):
            results = tuple(r.item() for r in results)
        return results[0] if self.outputs == 1 else results

    def _checked_chunk(self, values: list) -> tuple:
        check_arguments(values, self.arguments, self.name)
        self._check_relations(values)
        results = select(self._numpy_branches, values, self.outputs)
        for result in results:
            if not np.all(np.isfinite(result)):
                worst = int(np.argmin(np.isfinite(np.ravel(result))))
                at = ", ".join(f"{n} = {_element(v, worst)!r}" for n, v in zip(self.names, values, strict=True))
                raise FloatingPointError(f"{self.name}: the value at {at} is not representable as a float64")
        return results

    @cached_property
    def _numpy_branches(self) -> list:
        return [
            (b.function(self.arguments, "numpy"), None if r is True else compiled((r,), self.arguments, "numpy"))
            for b, r in self.branches
        ]

    def _check_relations(self, values) -> None:
        for relation in self.relations:
            fine = np.asarray(compiled((relation,), self.arguments, "numpy")(*values)[0])
            if not fine.all():
                at = int(np.argmin(np.ravel(fine)))
                point = {x: _element(v, at) for x, v in zip(self.arguments, values, strict=True)}
                check_relations([relation], point, self.name)

    def _check_shapes(self, values) -> None:
        try:
            np.broadcast_shapes(*(np.shape(v) for v in values))
        except ValueError:
            shapes = ", ".join(f"{n} {np.shape(v)}" for n, v in zip(self.names, values, strict=True) if np.ndim(v))
            raise ValueError(f"{self.name}: the shapes do not broadcast: {shapes}") from None

    def _by_one_loop(self, values: list) -> tuple | None:
        """A compiled loop where it can be had: one elementary branch, large contiguous arrays."""
        from ..backends.fused import LARGE, fused, is_elementary

        arrays = [k for k, v in enumerate(values) if np.ndim(v)]
        if not arrays or self.relations:
            return None
        first = values[arrays[0]]
        alike = all(
            values[k].shape == first.shape and values[k].dtype == np.float64 and values[k].flags.c_contiguous
            for k in arrays
        )
        if not alike or first.size < LARGE:
            return None
        branch = self._uniform_branch(values, {self.arguments[k] for k in arrays})
        if branch is None or branch.expressions is None or not is_elementary(branch.expressions):
            return None
        mine = tuple(self.arguments[k] for k in arrays)
        scalars = tuple(x for x in self.arguments if x not in mine)
        if any(isinstance(x.domain, sp.Range) for x in mine):
            return None
        loop = fused(branch.expressions, scalars, mine, tuple(bounds(x) for x in mine))
        results = tuple(np.empty(first.shape) for _ in range(self.outputs))
        inputs = [v for v in values if np.ndim(v) == 0] + [values[k].ravel() for k in arrays]
        if not loop(*inputs, *[r.ravel() for r in results]):
            check_arguments([values[k] for k in arrays], mine, self.name)
            return None  # not representable somewhere: the chunked path says where
        return results

    def _uniform_branch(self, values, arrays: set):
        """The branch of every point, if the scalar arguments alone decide it."""
        for branch, region in self.branches:
            if region is True:
                return branch
            if region.free_symbols & arrays:
                return None
            if compiled((region,), self.arguments, "numpy")(*values)[0]:
                return branch
        return None

    # JAX and PyTorch

    def _on_jax(self, values: list):
        import jax
        import jax.numpy as jnp

        self._check_concrete([v for v in values], lambda v: isinstance(v, jax.core.Tracer), np.asarray)
        arrays = [jnp.asarray(v) for v in values]
        dtype = jnp.result_type(*[v for v in values if not isinstance(v, int)] or [float])
        arrays = [v.astype(dtype) for v in arrays]
        traced = any(isinstance(v, jax.core.Tracer) for v in arrays)
        return self._everywhere(arrays, jnp.where, "jax", jnp.nan if traced else None)

    def _on_torch(self, values: list):
        import torch

        tensors = [v for v in values if isinstance(v, torch.Tensor)]
        floating = [v.dtype for v in tensors if v.dtype.is_floating_point]
        dtype = max(floating, key=lambda d: torch.finfo(d).bits) if floating else torch.float64
        device = next((v.device for v in tensors), None)
        self._check_concrete(values, lambda v: False, lambda v: v.detach().cpu().numpy() if torch.is_tensor(v) else v)
        arrays = [torch.as_tensor(v, dtype=dtype, device=device) for v in values]
        return self._everywhere(arrays, torch.where, "torch", None)

    def _check_concrete(self, values, is_traced, to_numpy) -> None:
        known = {x: to_numpy(v) for x, v in zip(self.arguments, values, strict=True) if not is_traced(v)}
        numbers = {x: as_numbers(v, x, self.name) for x, v in known.items()}
        check_arguments(list(numbers.values()), list(numbers), self.name)
        self._check_shapes([numbers.get(x, 0.0) for x in self.arguments])
        for relation in self.relations:
            if relation.free_symbols <= set(numbers):
                shape = np.broadcast_shapes(*(np.shape(v) for v in numbers.values()))
                full = [np.broadcast_to(numbers.get(x, np.nan), shape).ravel() for x in self.arguments]
                self._check_relations(full)

    def _everywhere(self, arrays: list, where: Callable, library: str, poison):
        branches = [
            (
                b.function(self.arguments, library),
                None if r is True else compiled((r,), self.arguments, library),
                None if r is True else self._harmless(r),
            )
            for b, r in self.branches
        ]
        results = select_everywhere(branches, arrays, where)
        shape = np.broadcast_shapes(*(v.shape for v in arrays))
        results = tuple((r + 0 * sum(arrays)) if r.shape != shape else r for r in map(_at_least(arrays[0]), results))
        if poison is not None:
            results = tuple(where(self._valid(arrays, library), r, poison) for r in results)
        return results[0] if self.outputs == 1 else results

    @cached_property
    def _harmless_points(self) -> dict:
        return {r: harmless_point(r, self.domain, self.arguments) for _, r in self.branches if r is not True}

    def _harmless(self, region):
        return self._harmless_points[region]

    def _valid(self, arrays, library):
        fine = True
        for v, x in zip(arrays, self.arguments, strict=True):
            low, left_open, high, right_open = bounds(x)
            fine = fine & ((v > low) if left_open else (v >= low)) & ((v < high) if right_open else (v <= high))
        for relation in self.relations:
            fine = fine & compiled((relation,), self.arguments, library)(*arrays)[0]
        return fine

    # mpmath and rigorous balls

    def _on_mpmath(self, values: list):
        from mpmath import mp, mpf

        exact = [mpf(v) if not isinstance(v, Fraction) else mpf(v.numerator) / v.denominator for v in values]
        for v, x in zip(exact, self.arguments, strict=True):
            low, left_open, high, right_open = bounds(x)
            if not ((v > low if left_open else v >= low) and (v < high if right_open else v <= high)):
                raise refusal(self.name, x, v)
        floats = [float(v) for v in exact]
        with mp.workdps(mp.dps + 15):
            for relation in self.relations:
                if not compiled((relation,), self.arguments, "mpmath")(*exact)[0]:
                    check_relations([relation], dict(zip(self.arguments, floats, strict=True)), self.name)
            for branch, region in self.branches:
                if region is True or compiled((region,), self.arguments, "mpmath")(*exact)[0]:
                    results = branch.function(self.arguments, "mpmath")(*exact)
                    break
        results = tuple(+mpf(r) for r in results)
        return results[0] if self.outputs == 1 else results

    def _on_rigorous(self, values: list):
        return self.enclose(**dict(zip(self.names, values, strict=True)))


def _element(value, index: int) -> float:
    return float(np.ravel(value)[index if np.ndim(value) else 0])


def _at_least(like):
    return lambda result: result if hasattr(result, "shape") else result + 0 * like


def library_of(values, form: str) -> str:
    """The backend for these values. Raises TypeError where JAX and PyTorch arrays meet."""
    kinds = {type(v).__module__.split(".")[0] for v in values}
    found = {"torch"} & kinds
    if kinds & {"jax", "jaxlib"}:
        found |= {"jax"}
    if len(found) == 2:
        raise TypeError(f"{form}: JAX and PyTorch arrays cannot be mixed in one call")
    if found:
        return found.pop()
    if "flint" in kinds or "fractions" in kinds or "sympy" in kinds:
        return "rigorous"
    return "mpmath" if "mpmath" in kinds else "numpy"


def _converter(backend: str, dtype, device) -> Callable:
    if backend == "numpy":
        return (lambda v: np.asarray(v, dtype=dtype)) if dtype else lambda v: v
    if backend == "jax":
        import jax
        import jax.numpy as jnp

        def to_jax(v):
            array = jnp.asarray(v, dtype=dtype)
            return jax.device_put(array, jax.devices(device)[0]) if device else array

        return to_jax
    if backend == "torch":
        import torch

        return lambda v: torch.as_tensor(v, dtype=getattr(torch, str(dtype)) if dtype else None, device=device)
    return lambda v: v


__all__ = ["BACKENDS", "ClosedForm", "DomainError", "Formula"]
