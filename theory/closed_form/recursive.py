"""The value is reached by repeating a claim: layer after layer, step after step."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial

import numpy as np
import sympy as sp
from flint import ctx

from ..backends.rigorous import NotEnclosable, exact, functions_of_balls
from ..derivation import Claim
from ..parameter import Parameter
from ..rules.substitution import components
from .ball_calls import ball_call
from .branch import compiled
from .enclosure import check_exact
from .form import ClosedForm


class RecursiveForm(ClosedForm):
    """The state after ``steps`` applications of ``claim``, from ``start``.

    ``RecursiveForm(step, (depth, q0, sigma_w), state=q(l), start=q0, steps=depth)``: the claim's right
    side is the next state by the present one, ``q(l)``; several components are given as tuples.
    ``steps`` is one of the arguments, a whole number; ``value`` is what is returned, by the state (by
    default the state itself). Under JAX the number of steps may be traced, but then only forward-mode
    derivatives exist.
    """

    _most_steps: int | None = None
    """Known for a copy of the form that JAX compiles for at most so many steps."""
    _copy_of: RecursiveForm | None = None

    def __init__(self, claim, arguments, *, state, start, steps: Parameter, value=None, defaults=None):
        self.state, self.start = _tuple(state), _tuple(start)
        self.steps, self.value = steps, _tuple(state if value is None else value)
        super().__init__(claim, arguments, defaults=defaults)
        if not (len(self.state) == len(self.start) == len(components(claim.unfolded))):
            raise ValueError(
                "state, start and the claim's right side must have as many components as one another"
            )
        if steps not in self.arguments or not isinstance(steps.domain, sp.Range):
            raise ValueError(f"steps={steps} must be one of the arguments, with a Range as its domain")

    @property
    def rhs(self):
        return self.claim.unfolded

    @property
    def name(self) -> str:
        return self._copy_of.name if self._copy_of else super().name

    def _evaluate(self, values: list, library: str):
        count = values[self.arguments.index(self.steps)]
        if library == "jax" and self._most_steps is None and _is_whole(count):
            return self._for_at_most(int(np.max(np.asarray(count), initial=0)))._evaluate(values, library)
        return super()._evaluate(values, library)

    @lru_cache(maxsize=16)  # noqa: B019
    def _for_at_most(self, steps: int) -> RecursiveForm:
        """The same form with a loop of fixed length, which JAX differentiates in reverse."""
        other = copy.copy(self)
        other.__dict__.pop("branches", None)
        other.jitted, other._most_steps, other._copy_of = {}, steps, self
        return other

    @property
    def outputs(self) -> int:
        return len(self.value)

    @cached_property
    def branches(self):
        return ((_Repeated(self.claim, *self._in_symbols, self.steps, self._most_steps), True),)

    @cached_property
    def _in_symbols(self) -> tuple:
        """State symbols, next state, start and value, with plain symbols for functions of the layer."""
        symbols = tuple(sp.Symbol(f"state{k}", real=True) for k in range(len(self.state)))
        plain = dict(zip(self.state, symbols, strict=True))
        put = lambda expressions: tuple(e.xreplace(plain) for e in expressions)  # noqa: E731
        return symbols, put(components(self.claim.unfolded)), self.start, put(self.value)

    def with_rhs(self, expression) -> RecursiveForm:
        claim = Claim(self.claim.lhs, expression, self.claim.by, self.claim.relations, everywhere=True)
        return RecursiveForm(
            claim, self.arguments, state=self.state, start=self.start, steps=self.steps, value=self.value,
            defaults={x: self.defaults[x.name] for x in self.arguments if x.name in self.defaults},
        )  # fmt: skip

    def enclose(self, *, digits: int = 30, **at):
        return self.compiled_balls(digits)(**at)

    @lru_cache(maxsize=8)  # noqa: B019
    def compiled_balls(self, digits):
        bits = int(3.33 * digits) + 64

        def slowly(values):
            check_exact(self, values)
            for precision in (bits, 4 * bits, 16 * bits, 64 * bits):
                with ctx.workprec(precision):
                    balls = self._on_balls(precision)(*map(exact, values))
                if all(b.is_finite() and (b == 0 or b.rel_accuracy_bits() >= 3.33 * digits) for b in balls):
                    return balls[0] if len(balls) == 1 else balls
            at = dict(zip(self.names, values, strict=True))
            raise NotEnclosable(f"{self.name}: no ball of {digits} digits found at {at}")

        return ball_call(self, self._on_balls, bits, digits, slowly)

    def _on_balls(self, bits: int) -> Callable:
        """Of balls of the arguments: the value's after the steps, while this precision is set."""
        symbols, step, start, value = self._in_symbols
        position = self.arguments.index(self.steps)
        known = (*symbols, *self.arguments)
        first = functions_of_balls(start, self.arguments)(bits)
        following, value = (functions_of_balls(e, known)(bits) for e in (step, value))

        def function(*balls):
            state = first(*balls)
            for _ in range(int(balls[position].unique_fmpz())):
                state = following(*state, *balls)
            return value(*state, *balls)

        return function


@dataclass(frozen=True, eq=False)
class _Repeated:
    """A state, the expressions of the next one and of the first, and of the value at the last."""

    claim: Claim
    state: tuple[sp.Symbol, ...]
    step: tuple[sp.Expr, ...]
    start: tuple[sp.Expr, ...]
    value: tuple[sp.Expr, ...]
    steps: Parameter
    most_steps: int | None

    expressions = None

    def function(self, arguments: tuple, library: str) -> Callable:
        first = compiled(self.start, arguments, library)
        following = compiled(self.step, (*self.state, *arguments), library)
        value = compiled(self.value, (*self.state, *arguments), library)
        position, repeat = arguments.index(self.steps), _REPEAT[library]
        if library == "jax":
            repeat = partial(repeat, self.most_steps)

        def function(*values):
            last = repeat(lambda state: following(*state, *values), first(*values), values[position], values)
            return value(*last, *values)

        return function


def _on_numpy(step, state, count, values):
    shape = np.broadcast_shapes(*(np.shape(v) for v in values))
    state = tuple(np.broadcast_to(x, shape) for x in state)
    for k in range(int(np.max(count, initial=0))):
        new = step(state)
        state = (
            new
            if np.ndim(count) == 0
            else tuple(np.where(k < count, x, y) for x, y in zip(new, state, strict=True))
        )
    return state


def _on_torch(step, state, count, values):
    import torch

    for k in range(int(count.max()) if count.numel() else 0):
        state = tuple(torch.where(k < count, x, y) for x, y in zip(step(state), state, strict=True))
    return state


def _on_jax(most_steps, step, state, count, values):
    import jax
    import jax.numpy as jnp

    shape, dtype = jnp.broadcast_shapes(*(v.shape for v in values)), jnp.result_type(*values)
    state = tuple(jnp.broadcast_to(jnp.asarray(x, dtype), shape) for x in state)

    def body(k, state):
        return tuple(
            jnp.where(k < count, x, y).astype(dtype) for x, y in zip(step(state), state, strict=True)
        )

    last = jnp.max(count, initial=0).astype(int) if most_steps is None else most_steps
    return jax.lax.fori_loop(0, last, body, state)


def _on_mpmath(step, state, count, values):
    for _ in range(int(count)):
        state = step(state)
    return state


_REPEAT = {"numpy": _on_numpy, "jax": _on_jax, "torch": _on_torch, "mpmath": _on_mpmath}


def _tuple(expressions) -> tuple:
    several = isinstance(expressions, Sequence | sp.Tuple)
    return tuple(map(sp.sympify, expressions)) if several else (sp.sympify(expressions),)


def _is_whole(count) -> bool:
    """Whether the number of steps can be seen, and is one."""
    import jax

    if isinstance(count, jax.core.Tracer):
        return False
    numbers = np.asarray(count)
    return numbers.dtype.kind in "iuf" and bool(np.all(np.isfinite(numbers) & (numbers == np.rint(numbers))))
