"""Closed forms that are matrices: a claim's right side, computed from arrays of its symbols."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cached_property

import numpy as np

from ..closed_form import ClosedForm, DomainError
from ..derivation import Claim
from ..parameter import Domain, Parameter
from .arrays import evaluate, precise_namespace, to_mpmath, to_object
from .symbols import MatrixParameter


class MatrixForm(ClosedForm):
    """A matrix-valued closed form: the claim's right side on NumPy, JAX, PyTorch or mpmath matrices.

    ``arguments`` are scalars (`Parameter`: they broadcast against each other and make a batch) and
    matrices (`MatrixParameter`: exactly their shape). ``parts(xp, **arguments)`` computes an array for
    every symbol of the right side from them, with ``xp`` the array namespace; scalars arrive there as
    arrays with one axis. ``requires(xp, epsilon, **arguments)`` raises where the arguments break a
    relation. ``balls(**arguments)`` is a rigorous evaluation by another route, of `arb` and `arb_mat`
    arguments, precise only if the working precision is high enough; `accuracy` holds the form against
    it at the arguments that ``sample(rng)`` draws.
    """

    def __init__(
        self,
        claim: Claim,
        arguments: tuple,
        parts: Callable,
        requires: Callable | None = None,
        balls: Callable | None = None,
        sample: Callable | None = None,
    ):
        super().__init__(claim, arguments)
        self._remember_module()
        self.parts = parts
        self.requires, self.balls, self.sample = requires, balls, sample

    @property
    def rhs(self):
        return self.claim.rhs

    branches = ()
    outputs = 1

    @property
    def claims(self) -> tuple[Claim, ...]:
        return (self.claim,)

    @property
    def domain(self) -> Domain:
        return Domain([x for x in self.arguments if isinstance(x, Parameter)])

    def backends(self) -> tuple[str, ...]:
        return ("numpy", "jax", "torch", "mpmath") + (("rigorous",) if self.balls else ())

    def enclose(self, *, digits: int = 30, **at):
        """An `arb_mat` that contains the value at one point, to about ``digits`` digits of its largest entry.

        Takes matrices as nested lists or arrays, numbers as they are. Raises `NotEnclosable` where
        more than 200,000 bits would be needed.
        """
        from flint import ctx

        from ..backends.rigorous import NotEnclosable

        bits = int(3.33 * digits) + 64
        while bits < 200_000:
            with ctx.workprec(bits):
                try:
                    value = self.balls(**{k: _as_ball(v) for k, v in self._bind((), at).items()})
                except ZeroDivisionError:  # a ball too wide to tell a matrix from a singular one
                    value = None
                if value is not None and _precise_enough(value, digits):
                    return value
            bits *= 2
        raise NotEnclosable(f"{self.name}: no ball of {digits} digits found at {at}")

    def with_rhs(self, expression) -> MatrixForm:
        """The same form computing another right side (a mutant's) from the same parts."""
        wrong = Claim(self.claim.lhs, expression, self.claim.by)
        other = MatrixForm(wrong, self.arguments, self.parts, self.requires, self.balls, self.sample)
        object.__setattr__(other, "module", self.module)
        return other

    def compile(self, backend: str = "numpy", *, dtype=None, device=None) -> Callable:
        """A function of the arguments that converts them to the backend's arrays first."""
        if backend not in self.backends():
            raise ValueError(f"unknown backend {backend!r}: choose one of {', '.join(self.backends())}")
        convert = _CONVERTERS[backend]

        def compiled(*args, **kwargs):
            values = self._bind(args, kwargs)
            return self(**{k: convert(v, dtype, device) for k, v in values.items()})

        return compiled

    def __call__(self, *args, **kwargs):
        values = self._bind(args, kwargs)
        library = _library(values.values())
        with np.errstate(under="ignore"):
            if library == "mpmath":
                return self._precise(values)
            return self._arrays(values, library)

    def accuracy(self, backend: str = "numpy", *, points: int = 1000, seed: int = 0):
        """The worst norm-wise error over random arguments, one in 50 of ``points`` as JAX compiles
        for every shape of them; see `theory.matrix.accuracy`."""
        from .accuracy import matrix_accuracy

        return matrix_accuracy(self, backend, points=max(5, points // 50), seed=seed)

    def _bind(self, args, kwargs) -> dict:
        names = [x.name for x in self.arguments]
        values = dict(zip(names, args, strict=False)) | kwargs
        missing, unknown = [x for x in names if x not in values], [x for x in values if x not in names]
        if missing or unknown or len(args) > len(names):
            raise TypeError(f"{self.name} takes ({', '.join(names)}); missing {missing}, unknown {unknown}")
        return values

    def _arrays(self, values: dict, library: str):
        import array_api_compat

        dtypes = [v.dtype for v in values.values() if hasattr(v, "dtype")]
        if library == "numpy":
            values = {k: np.asarray(v) for k, v in values.items()}
        like = next(
            v for v in values.values() if hasattr(v, "dtype") and library in type(v).__module__ + "numpy"
        )
        xp = array_api_compat.array_namespace(like)
        if library != "numpy":
            values = {k: _moved(v, like, xp) for k, v in values.items()}
        kept = _floating(dtypes, xp)
        if library == "jax":  # which has no float64 unless the user asked for it
            import jax

            kept = jax.dtypes.canonicalize_dtype(kept)
        working = kept if library == "jax" else xp.float64
        traced = _traced(values)
        self._check(values, xp, traced)
        values = {k: xp.astype(v, working) for k, v in values.items()}
        if not traced:
            self._check_relation(xp, float(xp.finfo(kept).eps), values)
        computed = self._jitted if library == "jax" and not traced else lambda v: self._computed(v, xp)
        return xp.astype(computed(values), kept)

    @cached_property
    def _jitted(self):
        """The same under JAX's compiler: one compilation a shape, not one an operation."""
        import jax

        return jax.jit(lambda values: self._computed(values, jax.numpy))

    def _precise(self, values: dict):
        import mpmath

        matrices = {x.name for x in self.arguments if isinstance(x, MatrixParameter)}
        values = {k: _as_object(v, k in matrices) for k, v in values.items()}
        xp = precise_namespace()
        self._check(values, xp, traced=False)
        self._check_relation(xp, mpmath.mp.eps, values)
        with mpmath.workprec(mpmath.mp.prec + 30):
            result = self._computed(values, xp)
        if result.ndim == 2:
            return +to_mpmath(result)
        batch = result.shape[:-2]
        matrices = np.empty(batch, dtype=object)
        for k in np.ndindex(*batch):
            matrices[k] = +to_mpmath(result[k])
        return matrices.tolist()

    def _computed(self, values: dict, xp):
        scalars = {x.name for x in self.arguments if isinstance(x, Parameter)}
        batch = np.broadcast_shapes(*(tuple(values[k].shape) for k in scalars))
        flat = {
            k: xp.reshape(xp.broadcast_to(v, batch), (-1,)) if k in scalars else v for k, v in values.items()
        }
        result = self.value(xp, **flat)
        return xp.reshape(result, (*batch, *result.shape[-2:]))

    def value(self, xp, **arguments):
        """The matrices (batch, rows, cols), from unchecked arrays; scalars have one batch axis."""
        sizes = {}
        for x in self.arguments:
            if isinstance(x, MatrixParameter):
                sizes |= dict(zip(x.shape, arguments[x.name].shape, strict=True))
        return evaluate(self.claim.rhs, self.parts(xp, **arguments) | sizes, xp)

    def _check(self, values: dict, xp, traced: bool) -> None:
        sizes: dict = {}
        for x in self.arguments:
            value = values[x.name]
            if "complex" in str(value.dtype) or (value.dtype == object and any(v.imag for v in value.flat)):
                raise DomainError(
                    f"{self.name}: {x.name} is complex; it must be real ({x.name}: {x.meaning})"
                )
            if isinstance(x, MatrixParameter):
                self._check_shape(x, tuple(value.shape), sizes)
            if not traced:
                self._check_values(x, value, xp)

    def _check_relation(self, xp, epsilon, values: dict) -> None:
        if self.requires:
            try:
                self.requires(xp, epsilon, **values)
            except DomainError as broken:
                raise DomainError(f"{self.name}: {broken}") from None

    def _check_shape(self, x: MatrixParameter, shape: tuple, sizes: dict) -> None:
        expected = f"({', '.join(str(n) for n in x.shape)})"
        if len(shape) != 2 or 0 in shape:
            raise DomainError(f"{self.name}: {x.name} has shape {shape}; it must be a matrix {expected}")
        for symbol, size in zip(x.shape, shape, strict=True):
            known, source = sizes.setdefault(symbol, (size, x.name))
            if known != size:
                raise DomainError(
                    f"{self.name}: {x.name} has shape {shape}; it must be {expected} "
                    f"with {symbol} = {known} as in {source}"
                )

    def _check_values(self, x, value, xp) -> None:
        numbers = value.flat if value.dtype == object else np.asarray(_detached(value)).flat
        for number in numbers:
            if not abs(number) < float("inf"):
                raise DomainError(
                    f"{self.name}: {x.name} holds {number}; it must be finite ({x.name}: {x.meaning})"
                )
            if isinstance(x, Parameter) and not _inside(number, x.domain):
                unit = f", unit {x.unit}" if x.unit else ""
                raise DomainError(
                    f"{self.name}: {x.name} = {number} is outside its domain {x.allowed} "
                    f"({x.name}: {x.meaning}{unit})"
                )


def _library(values) -> str:
    modules = {type(v).__module__.split(".")[0] for v in values}
    for name, roots in (("mpmath", {"mpmath"}), ("torch", {"torch"}), ("jax", {"jax", "jaxlib"})):
        if modules & roots:
            return name
    return "numpy"


def _traced(values: dict) -> bool:
    jax = sys.modules.get("jax")
    return bool(jax) and any(isinstance(v, jax.core.Tracer) for v in values.values())


def _detached(value):
    return value.detach().cpu() if hasattr(value, "detach") else value


def _moved(value, like, xp):
    from array_api_compat import device

    if hasattr(value, "dtype") and type(value).__module__.split(".")[0] != "numpy":
        return value
    return xp.asarray(value, device=device(like))


def _floating(dtypes, xp):
    if any("complex" in str(d) for d in dtypes):
        return xp.float64
    floats = [d for d in dtypes if "float" in str(d)] or [xp.float64]
    return xp.float32 if all("32" in str(d) or "16" in str(d) for d in floats) else xp.float64


def _inside(number, domain) -> bool:
    low = number > domain.inf if domain.left_open else number >= domain.inf
    return bool(low) and bool(number <= domain.sup)


def _as_ball(value):
    from flint import arb_mat

    from ..backends.rigorous import exact

    if np.ndim(value) == 2:
        return arb_mat([[exact(x) for x in row] for row in np.asarray(value).tolist()])
    return exact(np.asarray(value).item())


def _precise_enough(matrix, digits: int) -> bool:
    if not all(x.is_finite() for x in matrix.entries()):
        return False
    allowed = max(abs(x.mid()) for x in matrix.entries()) * 10.0**-digits
    return all(x.rad() <= allowed for x in matrix.entries())


def _as_object(value, is_matrix: bool) -> np.ndarray:
    import mpmath

    if isinstance(value, mpmath.matrix):
        return to_object(value)
    array = np.array(value, dtype=object)
    return (
        np.frompyfunc(mpmath.mpmathify, 1, 1)(array)
        if array.ndim
        else np.array(mpmath.mpmathify(value), dtype=object)
    )


def _to_numpy(value, dtype, device):
    return np.asarray(value, dtype=dtype)


def _to_jax(value, dtype, device):
    import jax

    return jax.device_put(jax.numpy.asarray(value, dtype=dtype), device)


def _to_torch(value, dtype, device):
    import torch

    if dtype is None and isinstance(value, int | float):
        dtype = torch.float64  # PyTorch would round a Python number to float32
    return torch.as_tensor(value, dtype=dtype, device=device)


def _to_mpmath(value, dtype, device):
    import mpmath

    return mpmath.matrix(np.asarray(value).tolist()) if np.ndim(value) == 2 else mpmath.mpmathify(value)


_CONVERTERS = {"numpy": _to_numpy, "jax": _to_jax, "torch": _to_torch, "mpmath": _to_mpmath}
