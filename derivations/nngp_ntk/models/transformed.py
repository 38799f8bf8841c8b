"""An activation scaled and shifted: alpha phi(b u) + beta."""

from __future__ import annotations

from dataclasses import dataclass, replace

from theory.closed_form.unchecked import unchecked

from ..activations.affine import affine_derivative_dual, affine_dual
from .activation import Activation, u
from .pair import Pair


@dataclass(frozen=True, eq=False)
class Transformed(Activation):
    """``alpha * inner(b u) + beta``; made by `transformed`."""

    inner: Activation | None = None
    alpha: float = 1.0
    beta: float = 0.0
    b: float = 1.0

    def of_pair(self, pair: Pair):
        inside = self._scaled(pair)
        T = self.inner.of_pair(inside)
        means = (0.0, 0.0)
        if self.beta:
            means = (self.inner.mean_of(pair.library, q) for q in (inside.q_1, inside.q_2))
        return unchecked(affine_dual, pair.library, [T, *means, self.alpha, self.beta])

    def derivative_of_pair(self, pair: Pair):
        Tdot = self.inner.derivative_of_pair(self._scaled(pair))
        return unchecked(affine_derivative_dual, pair.library, [Tdot, self.alpha, self.b])

    def diagonal(self, q):
        T = self.inner.diagonal(self.b**2 * q)
        m = self.inner.mean(self.b**2 * q) if self.beta else 0.0 * q
        return affine_dual(T, m, m, self.alpha, self.beta)

    def diagonal_derivative(self, q):
        return affine_derivative_dual(self.inner.diagonal_derivative(self.b**2 * q), self.alpha, self.b)

    def mean_of(self, library: str, q):
        return self.alpha * self.inner.mean_of(library, self.b**2 * q) + self.beta

    def _scale(self, library: str):
        return self.alpha**2 * abs(self.b) ** (2 * self.degree) * self.inner._scale(library)

    def _scale_dot(self, library: str):
        return self.alpha**2 * abs(self.b) ** (2 * self.degree) * self.inner._scale_dot(library)

    def _scaled(self, pair: Pair) -> Pair:
        k = self.b**2
        return replace(pair, q_1=k * pair.q_1, q_2=k * pair.q_2, c=k * pair.c, g=k * pair.g)


def transformed(activation: Activation, alpha: float = 1.0, beta: float = 0.0, b: float = 1.0) -> Activation:
    """``alpha * activation(b u) + beta``, with its duals by rule.

    Homogeneous if the activation is and ``beta`` is 0. NotImplementedError where a shift needs a mean that has
    no formula.
    """
    expression, function = None, None
    if activation.expression is not None:
        expression = alpha * activation.bound_expression.subs(u, b * u) + beta
    else:
        function = lambda x: alpha * activation(b * x) + beta  # noqa: E731
    own = {
        name: getattr(activation, name)
        for name in ("kappa", "kappa_dot", "gap", "degree")
        if activation.degree is not None and beta == 0
    }
    return Transformed(
        f"{alpha} {activation}({b} u) + {beta}",
        expression,
        activation.parameters,
        kinks=tuple(k / b for k in activation.kinks) if b else (),
        odd=activation.odd and beta == 0,
        diverges=activation.diverges,
        function=function,
        inner=activation,
        alpha=alpha,
        beta=beta,
        b=b,
        **own,
    )
