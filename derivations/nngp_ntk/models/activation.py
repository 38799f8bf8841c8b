"""An activation with its duals: what a layer of infinite width makes of variances and covariances."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import sympy as sp

from theory.backends.source import build
from theory.closed_form.form import ClosedForm
from theory.closed_form.unchecked import unchecked

from .pair import Pair, on_pairs, on_values, where
from .parallel import hidden_slope

u = sp.Symbol("u", real=True)
"""The preactivation in an activation's ``expression``."""


@dataclass(frozen=True, eq=False)
class Activation:
    """phi(u), its dual T = E phi(u) phi(v) and derivative dual E phi'(u) phi'(v) over correlated Gaussians.

    Take one from the catalogue (``relu``, ``erf.with_(b=2)``, ``leaky_relu(0.1)``), or make one of any
    function by `quadrature`. ``act(u)`` is the activation on NumPy, JAX or PyTorch arrays or numbers;
    ``expression`` the same as a SymPy expression in ``u`` and the ``parameters``, a mapping to their
    values; ``kinks`` are the points where phi' jumps. A homogeneous activation, phi(s u) = s**degree
    phi(u) for s > 0, has a ``degree``, and its duals depend on the inputs' angle alone, beside their
    scales (`angular`).

    The forms are closed forms of claims: ``kappa``, ``kappa_dot``, ``gap`` of theta, ``scale`` and
    ``scale_dot`` of q for a homogeneous activation; ``opposite``, kappa and kappa_dot of the angle's
    supplement, where these vanish for opposite inputs; ``pair`` and ``derivative_pair`` of (q_1, q_2, c,
    theta); ``mean`` of q; all of parameters besides. Anything with ``names`` of arguments and an
    ``evaluate(library, values)`` may stand for a closed form, as a `quadrature` does. ``odd``: phi(-u) =
    -phi(u), of mean 0.
    """

    name: str
    expression: sp.Expr
    parameters: Mapping[str, float]
    kinks: tuple[float, ...] = ()
    degree: int | None = None
    kappa: ClosedForm | None = None
    kappa_dot: ClosedForm | None = None
    gap: ClosedForm | None = None
    opposite: tuple[ClosedForm, ClosedForm] | None = None
    scale_form: ClosedForm | None = None
    scale_dot_form: ClosedForm | None = None
    pair_form: ClosedForm | None = None
    derivative_pair_form: ClosedForm | None = None
    diagonal_form: ClosedForm | None = None
    derivative_diagonal_form: ClosedForm | None = None
    mean_form: ClosedForm | None = None
    odd: bool = False
    diverges: bool = False
    function: Callable | None = None

    def __repr__(self) -> str:
        values = ", ".join(f"{k}={v!r}" for k, v in self.parameters.items())
        return f"{self.name}({values})" if values else self.name

    def with_(self, **values) -> Activation:
        """The same activation at other values of its parameters. TypeError for one it does not have."""
        for key in values:
            if key not in self.parameters:
                known = ", ".join(self.parameters) or "none"
                raise TypeError(f"{self.name} has no parameter {key!r}; it has {known}")
        return replace(self, parameters={**self.parameters, **values})

    def __call__(self, u):
        """phi(u), elementwise."""
        if self.function is not None:
            return self.function(u)
        return on_values(lambda library, values: self._compiled(library)(*values)[0], [u], self.name)

    @lru_cache(maxsize=8)  # noqa: B019
    def _compiled(self, library: str):
        return build((self.bound_expression,), (_U,), library)

    @property
    def bound_expression(self) -> sp.Expr:
        """The expression with the parameters' values put in."""
        values = {x: _exact(self.parameters[x.name]) for x in self.expression.free_symbols - {_U}}
        return self.expression.subs(values)

    # the duals

    def dual(self, q1, q2, c, *, angle=None, supplement=None):
        """T = E phi(u) phi(v), u and v Gaussians of variances ``q1``, ``q2`` and covariance ``c``.

        ``angle`` (radians, c = sqrt(q1 q2) cos angle) for those who know it better than c can tell, as for
        nearly parallel inputs, and ``supplement``, pi - angle, beside it for nearly opposite ones. Numbers
        or arrays of NumPy, JAX or PyTorch, which broadcast. ValueError for what is no covariance, NaN
        included.
        """
        return on_pairs(self.of_pair, q1, q2, c, angle, self.name, supplement)

    def derivative_dual(self, q1, q2, c, *, angle=None, supplement=None):
        """E phi'(u) phi'(v), see `dual`. ValueError where it diverges (step and sign of parallel inputs)."""
        return on_pairs(self.derivative_of_pair, q1, q2, c, angle, self.name, supplement)

    def of_pair(self, pair: Pair):
        if self.pair_form is not None and not (pair.known and self.degree is not None):
            return self._with_hidden_slope(lambda at: self._of(self.pair_form, at), pair)
        scale = self._scale(pair.library)
        return self._with_hidden_slope(
            lambda at: _power(at.g, self.degree) * (scale * self._by_angle(0, at)), pair
        )

    def derivative_of_pair(self, pair: Pair):
        if self.derivative_pair_form is not None and not (pair.known and self.degree is not None):
            return self._with_hidden_slope(lambda at: self._of(self.derivative_pair_form, at), pair)
        if self.diverges:
            self._refuse_parallel(pair)
        scale = self._scale_dot(pair.library)
        return self._with_hidden_slope(
            lambda at: _power(at.g, self.degree - 1) * (scale * self._by_angle(1, at)), pair
        )

    def _with_hidden_slope(self, function, pair: Pair):
        """``function(pair)``; automatic differentiation also finds its slope where the angle is 0 or pi."""
        value = function(pair)
        return value if pair.known else value + hidden_slope(function, pair)

    def diagonal(self, q):
        """T for identical inputs, the mean of phi(u)**2 at variance ``q``."""
        if self.diagonal_form is not None:
            return self._of_variance(self.diagonal_form, q)
        return self._of_variance(self.scale_form, q)

    def diagonal_derivative(self, q):
        """E phi'(u)**2 at variance ``q``. ValueError where it diverges (step and sign)."""
        if self.diverges:
            raise ValueError(self._divergence)
        return self._of_variance(self.derivative_diagonal_form or self.scale_dot_form, q)

    def mean(self, q):
        """E phi(u) at variance ``q``. NotImplementedError where there is no formula."""

        def evaluate(library, values):
            _check_variance(self.name, values[0], library)
            return self.mean_of(library, values[0])

        return on_values(evaluate, [q], self.name)

    def mean_of(self, library: str, q):
        if self.odd:
            return 0.0 * q
        if self.mean_form is None:
            raise NotImplementedError(f"{self.name}: no formula for its mean")
        return value_of(self.mean_form, library, self._arguments(self.mean_form, library, q=q)) + 0 * q

    # homogeneous activations

    @property
    def scale(self) -> float:
        """T = scale (q1 q2)**(degree/2) kappa(theta)."""
        return float(self._scale("numpy"))

    @property
    def scale_dot(self) -> float:
        """Tdot = scale_dot (q1 q2)**((degree-1)/2) kappa_dot(theta)."""
        return float(self._scale_dot("numpy"))

    def _scale(self, library: str):
        return self._at_unit_variance(self.scale_form, library)

    def _scale_dot(self, library: str):
        return self._at_unit_variance(self.scale_dot_form, library)

    def _at_unit_variance(self, form: ClosedForm, library: str):
        library = library if library == "mpmath" else "numpy"
        return value_of(form, library, self._arguments(form, library, q=1.0))

    def angular(self, theta):
        """(kappa, kappa_dot, 1 - kappa) at angles ``theta`` in [0, pi], each to its last digits.

        kappa(0) = 1, and kappa_dot(0) = 1 where it is finite. ValueError for an activation that is not
        homogeneous, or an angle that is none.
        """
        if self.degree is None:
            raise ValueError(f"{self.name} is not homogeneous: its dual is no function of the angle alone")
        return tuple(
            on_pairs(lambda pair, form=form: self._of(form, pair), 1.0, 1.0, 0.0, theta, self.name)
            for form in (self.kappa, self.kappa_dot, self.gap)
        )

    # evaluation

    def _by_angle(self, which: int, pair: Pair):
        """kappa (0) or kappa_dot (1) of a pair, by the supplement of its angle where that is below 1."""
        value = self._of((self.kappa, self.kappa_dot)[which], pair)
        if self.opposite is None or pair.supplement is None:
            return value
        near = pair.supplement < 1
        close = replace(pair, supplement=where(pair.library, near, pair.supplement, 1.0))
        return where(pair.library, near, self._of(self.opposite[which], close), value)

    def _of(self, form: ClosedForm, pair: Pair):
        known = {"q_1": pair.q_1, "q_2": pair.q_2, "c": pair.c, "theta": pair.theta}
        known["supplement"] = pair.supplement
        return value_of(form, pair.library, self._arguments(form, pair.library, **known))

    def _of_variance(self, form: ClosedForm, q):
        def evaluate(library, values):
            (q,) = values
            _check_variance(self.name, q, library)
            return value_of(form, library, self._arguments(form, library, q=q)) + 0 * q

        return on_values(evaluate, [q], self.name)

    def _arguments(self, form: ClosedForm, library: str, **known) -> list:
        # not as integers, of which NumPy takes no negative powers
        number = _precise if library == "mpmath" else float
        return [known[n] if n in known else number(self.parameters[n]) for n in form.names]

    @property
    def _divergence(self) -> str:
        return (
            f"{self.name}: its derivative dual diverges for identical inputs, on the diagonal of every "
            "kernel: this activation has no neural tangent kernel"
        )

    def _refuse_parallel(self, pair: Pair) -> None:
        if pair.library == "jax" and _traced(pair.theta):
            return
        theta = pair.theta.detach().cpu().numpy() if pair.library == "torch" else pair.theta
        g = pair.g.detach().cpu().numpy() if pair.library == "torch" else pair.g
        if _any((theta <= 0) | (theta >= float(sp.pi)) | (g <= 0)):
            raise ValueError(self._divergence)


_U = u


def value_of(form, library: str, arguments: list):
    """Of a closed form, or of what else can be evaluated."""
    if isinstance(form, ClosedForm):
        return unchecked(form, library, arguments)
    return form.evaluate(library, arguments)


def _precise(value):
    from mpmath import mpf

    return mpf(value)


def _any(condition) -> bool:
    return bool(condition.any() if hasattr(condition, "any") else condition)


def _traced(value) -> bool:
    import jax

    return isinstance(value, jax.core.Tracer)


def _power(g, degree: int):
    return 1.0 if degree == 0 else g if degree == 1 else g**degree


def _check_variance(who: str, q, library: str) -> None:
    if library == "jax" and _traced(q):
        return
    fine = (q >= 0) & (q < float("inf"))
    if not bool(fine.all() if hasattr(fine, "all") else fine):
        raise ValueError(f"{who}: q is no variance (needs finite numbers >= 0)")


def _exact(value) -> sp.Expr:
    """A parameter's value without rounding."""
    return sp.sympify(value) if not isinstance(value, float) else sp.Float(value, 17)
