"""The right side is an integral over a bounded or infinite range."""

from __future__ import annotations

import sympy as sp

from .explicit import ExplicitForm


class QuadratureForm(ExplicitForm):
    """The value is the right side of ``claim``, which holds integrals that no formula gives.

    Arrays are integrated by a double-exponential rule with fixed nodes (`theory.backends.quadrature`
    says what it can do), mpmath numbers by mpmath's adaptive rule, balls by rigorous quadrature.
    An `ExplicitForm` or `ImplicitForm` may hold integrals too; this one certifies itself on fewer
    points, as a rigorous integral takes some 10 ms.
    """

    def __init__(self, claim, arguments, **options):
        super().__init__(claim, arguments, **options)
        if not claim.unfolded.has(sp.Integral):
            raise ValueError(f"{claim} holds no integral: make it an ExplicitForm")

    def with_rhs(self, expression) -> ExplicitForm:
        """A copy computing another right-hand side: an explicit form where that holds no integral."""
        kind = ExplicitForm if not sp.sympify(expression).has(sp.Integral) else type(self)
        return ExplicitForm.with_rhs(self, expression, kind)

    def accuracy(self, backend: str = "numpy", *, points: int = 1000, seed: int = 0):
        """The worst error in ulps against rigorous integrals, on a tenth of the points (at least 20)."""
        return super().accuracy(backend, points=max(20, points // 10), seed=seed)
