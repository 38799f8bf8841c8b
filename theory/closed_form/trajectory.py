"""The value solves a differential equation that has no formula."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import sympy as sp

from ..backends.functions import MissingFunction
from ..backends.rigorous import NotEnclosable
from ..derivation import Claim
from ..parameter import Domain, Parameter
from ..rules.substitution import components, rate
from ..ulps import ulps_between
from .accuracy import Accuracy, double_precision
from .branch import compiled
from .form import ClosedForm

_RELATIVE, _ABSOLUTE = 2.0**-43, 1e-150
"""Error allowed per step, about 1e-13; the absolute one only keeps the solver from dividing by 0 (it
squares its inverse, which must stay finite)."""


class TrajectoryForm(ClosedForm):
    """A state at time ``time``, from ``start`` at time 0, along the flow that ``claim`` states.

    ``TrajectoryForm(flow, (t, s, u0), time=t, start={u(t): u0})``: ``flow`` is a claim for a first
    derivative, or a tuple of them for a system; ``value`` is what is returned, by the state (by
    default the state itself, in the order of the flows). NumPy integrates by SciPy's DOP853, JAX by
    its adaptive fifth-order solver, mpmath by Taylor series at the precision that is set. There is no
    rigorous enclosure, so `accuracy` compares with mpmath, at moderate points.
    """

    ulps = 2**16
    """About 1e-11: the solver's tolerance, accumulated."""

    def __init__(
        self,
        claim: Claim | Sequence[Claim],
        arguments: Sequence[Parameter],
        *,
        time: Parameter,
        start: Mapping,
        value=None,
        defaults: Mapping | None = None,
    ):
        self.flows = (claim,) if isinstance(claim, Claim) else tuple(claim)
        self.time, self.start = time, {sp.sympify(k): sp.sympify(v) for k, v in start.items()}
        self.value = value
        super().__init__(self.flows[0], arguments, defaults=defaults)
        missing = [x for x in self._state if x not in self.start]
        if missing or time not in self.arguments:
            raise ValueError(
                f"no start given for {missing}" if missing else f"time {time} is not an argument"
            )

    @cached_property
    def _rates(self) -> dict[sp.Expr, sp.Expr]:
        """Every component of the state, as a function of time, and its rate of change."""
        return {derivative.expr: expression for derivative, expression in map(rate, self.flows)}

    @property
    def _state(self) -> tuple[sp.Expr, ...]:
        return tuple(self._rates)

    @property
    def rhs(self):
        rates = tuple(flow.unfolded for flow in self.flows)
        return rates[0] if len(rates) == 1 else sp.Tuple(*rates)

    def with_rhs(self, expression) -> TrajectoryForm:
        flows = tuple(
            Claim(flow.lhs, rhs, flow.by, flow.relations, everywhere=True)
            for flow, rhs in zip(self.flows, components(expression), strict=True)
        )
        defaults = {x: self.defaults[x.name] for x in self.arguments if x.name in self.defaults}
        return TrajectoryForm(
            flows, self.arguments, time=self.time, start=self.start, value=self.value, defaults=defaults
        )

    @property
    def claims(self) -> tuple[Claim, ...]:
        return self.flows

    @cached_property
    def relations(self) -> tuple:
        stated = dict.fromkeys(r for flow in self.flows for r in flow.relations)
        return tuple(r for r in stated if r.free_symbols <= set(self.arguments))

    @property
    def outputs(self) -> int:
        return len(self._values)

    @property
    def _values(self) -> tuple[sp.Expr, ...]:
        if self.value is None:
            return self._state
        return tuple(self.value) if isinstance(self.value, Sequence | sp.Tuple) else (self.value,)

    @cached_property
    def branches(self):
        symbols = tuple(sp.Symbol(f"state{k}", real=True) for k in range(len(self._state)))
        plain = dict(zip(self._state, symbols, strict=True))
        put = lambda expressions: tuple(sp.sympify(e).xreplace(plain) for e in expressions)  # noqa: E731
        start = tuple(self.start[x] for x in self._state)
        flow = _Flow(self.claim, symbols, put(self._rates.values()), start, put(self._values), self.time)
        return ((flow, True),)

    def _lacks(self, backend: str) -> MissingFunction | None:
        if backend == "rigorous":
            return MissingFunction(
                "there is no rigorous enclosure of a trajectory (available: numpy, jax, mpmath)"
            )
        return super()._lacks(backend)

    def enclose(self, *, digits: int = 30, **at):
        raise NotEnclosable(
            f"{self.name}: there is no rigorous enclosure of a trajectory; call it on mpmath numbers"
        )

    def accuracy(self, backend: str = "numpy", *, points: int = 1000, seed: int = 0) -> Accuracy:
        """The worst error in ulps against mpmath at 20 digits, on a hundredth of the points (at least 8)."""
        from mpmath import mp, mpf

        evaluate, precise = self.compile(backend), self.compile("mpmath")
        worst, worst_at, points = 0.0, {}, max(8, points // 100)
        for point in Domain(self.arguments, self.relations).points(points, seed=seed):
            at = {x.name: float(point[x]) for x in self.arguments}
            with mp.workdps(20):
                exact = precise(**{k: mpf(v) for k, v in at.items()})
            with double_precision(backend):
                found = evaluate(**at)
            pairs = zip(*(x if isinstance(x, tuple) else (x,) for x in (found, exact)), strict=True)
            error = max(float(ulps_between(float(value), reference)) for value, reference in pairs)
            if error >= worst:
                worst, worst_at = error, at
        return Accuracy(worst, self.ulps, worst / self.ulps, worst_at, 0, points)


@dataclass(frozen=True, eq=False)
class _Flow:
    """State symbols, their rates, where they start, and the values to be returned."""

    claim: Claim
    state: tuple[sp.Symbol, ...]
    rates: tuple[sp.Expr, ...]
    start: tuple[sp.Expr, ...]
    value: tuple[sp.Expr, ...]
    time: Parameter

    expressions = None

    def function(self, arguments: tuple, library: str) -> Callable:
        if library not in _SOLVERS:
            raise MissingFunction(
                f"{library} has no solver of differential equations (available: {', '.join(_SOLVERS)})"
            )
        start = compiled(self.start, arguments, library)
        rates = compiled(self.rates, (*self.state, *arguments), library)
        value = compiled(self.value, (*self.state, *arguments), library)
        clock, solve = arguments.index(self.time), _SOLVERS[library]

        def function(*values):
            at = lambda t: (*values[:clock], t, *values[clock + 1 :])  # noqa: E731
            if library != "numpy":
                return value(*solve(lambda t, y: rates(*y, *at(t)), start(*values), values[clock]), *values)
            return _each_point(values, clock, lambda v: start(*v), lambda y, v: rates(*y, *v), value)

        return function


def _each_point(values, clock: int, start: Callable, rates: Callable, value: Callable) -> tuple:
    """NumPy: one integration for every set of the other arguments, through its times in order."""
    from scipy.integrate import solve_ivp

    scalar = not any(np.ndim(v) for v in values)
    table = np.stack(np.broadcast_arrays(*map(np.atleast_1d, values)), axis=-1)
    results = np.empty((len(start(table[0])) if len(table) else 1, len(table)))
    others = np.delete(table, clock, axis=1)
    _, group = np.unique(others, axis=0, return_inverse=True)
    for k in range(group.max(initial=-1) + 1):
        rows = np.flatnonzero(group.ravel() == k)
        rows = rows[np.argsort(table[rows, clock], kind="stable")]
        first = table[rows[0]]
        state, now = np.array([float(x) for x in start(first)]), 0.0

        def rate(t, y, first=first):
            return [float(x) for x in rates(y, [*first[:clock], t, *first[clock + 1 :]])]

        for row in rows:
            then = table[row, clock]
            if then > now:
                found = solve_ivp(rate, (now, then), state, "DOP853", rtol=_RELATIVE, atol=_ABSOLUTE)
                state, now = found.y[:, -1] if found.success else np.full_like(state, np.nan), then
            results[:, row] = state
    found = value(*results, *(table[:, k] for k in range(len(values))))
    return tuple(np.ravel(x)[0] if scalar else x for x in found)


def _on_mpmath(rates, start, t):
    from mpmath import mp

    if t == 0:
        return start
    final = mp.odefun(lambda x, y: list(rates(x, y)), 0, list(start))(t)
    return tuple(final) if isinstance(final, list) else tuple([final])


def _on_jax(rates, start, t):
    import jax.numpy as jnp
    from jax.experimental.ode import odeint

    shape = jnp.broadcast_shapes(*(jnp.shape(x) for x in (*start, t)))
    state = tuple(jnp.broadcast_to(jnp.asarray(x, t.dtype), shape) for x in start)
    t = jnp.broadcast_to(t, shape)

    # in units of the final time, which may differ from point to point
    def rate(y, x, t):
        return tuple(jnp.broadcast_to(t * r, shape) for r in rates(x * t, y))

    # the solver squares errors over tolerances, so the absolute one cannot be the smallest number
    relative, absolute = (_RELATIVE, 1e-100) if t.dtype == jnp.float64 else (1e-6, 1e-15)
    path = odeint(rate, state, jnp.asarray([0.0, 1.0], t.dtype), t, rtol=relative, atol=absolute)
    return tuple(y[-1] for y in path)


_SOLVERS = {"numpy": None, "jax": _on_jax, "mpmath": _on_mpmath}
