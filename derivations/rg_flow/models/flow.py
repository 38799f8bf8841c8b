"""The flow of an activation, layer by layer: kernel, susceptibilities, vertex, mean correction, NTK."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import sympy as sp

from theory.rules.substitution import put

from ..scale_invariant import a_minus, a_plus, mean_fourth, mean_slope, mean_square, mean_weighted, power
from ..setting import K as kernel
from ..susceptibilities import (
    kernel_curvature,
    kernel_step,
    parallel_susceptibility,
    perpendicular_susceptibility,
)
from ..tangent_kernel import ntk_step
from ..vertex import mean_correction_step, vertex_step
from .activations import activation
from .critical import criticality
from .exact import exact
from .exact import quickly as evaluate

_AT_WIDTH = 1
"""The vertex is per 1/n: the widths cancel where they are equal."""


@dataclass(frozen=True)
class Layers:
    """The flow over layers 1, 2, ...: arrays of floats, or of SymPy rationals where all input was exact.

    At layer l: ``K`` kernel, ``chi_parallel`` and ``chi_perp`` susceptibilities there, ``V`` the four-point
    vertex and ``G_1`` the mean correction (both per 1/n), ``Theta`` the mean tangent kernel.
    """

    l: np.ndarray
    K: np.ndarray
    chi_parallel: np.ndarray
    chi_perp: np.ndarray
    V: np.ndarray
    G_1: np.ndarray
    Theta: np.ndarray

    def mean(self, n: float) -> np.ndarray:
        """The mean of S at width ``n``, to first order in 1/n."""
        return self.K + self.G_1 / n

    def variance(self, n: float) -> np.ndarray:
        """The variance of S at width ``n``, to first order in 1/n: E z_i^2 z_j^2 less its factors."""
        return self.V / n


class Flow:
    """The flow of the kernel of a deep network with one activation.

    ``Flow("tanh", C_b=0, C_W=1)``, or ``Flow("gelu")`` at its critical initialisation. The activation is
    a name, a SymPy expression, or a callable with its derivative as ``slope``. Gaussian means by
    quadrature to a relative 1e-12; of scale-invariant activations exactly, so that rationals stay
    rationals. Raises ValueError for an unknown activation or variances that are none.

    Source: D. A. Roberts, S. Yaida, B. Hanin, 2021, chapters 4, 5 and 8.
    """

    def __init__(self, one, C_b=None, C_W=None, *, slope: Callable | None = None):
        self.activation = activation(one, slope)
        if (C_b is None) != (C_W is None):
            raise ValueError("Flow: give both C_b and C_W, or neither for the critical ones")
        if C_b is None:
            C_b, C_W = criticality(self.activation).initialisation
        for name, value, low in (("C_b", C_b, "0 <="), ("C_W", C_W, "0 <")):
            if not (value >= 0 and value < sp.oo and (value > 0 or name == "C_b")):
                raise ValueError(f"Flow: {name} = {value!r}: {low} {name} < infinity")
        self.C_b, self.C_W = C_b, C_W

    def run(self, K_1, layers: int, *, lambda_b=0.0, lambda_W=1.0) -> Layers:
        """The layers 1 to ``layers``, from the kernel ``K_1`` of the first (of one input).

        ``lambda_b``, ``lambda_W``: learning rates of biases, and of weights times the width.
        """
        if not (isinstance(layers, int | np.integer) and layers >= 1):
            raise ValueError(f"Flow: layers = {layers!r}: a whole number from 1")
        if not 0 < K_1 < sp.oo:
            raise ValueError(f"Flow: K_1 = {K_1!r}: a finite kernel > 0")
        pure = exact(K_1, self.C_b, self.C_W) and bool(self.activation.slopes)
        number = sp.sympify if pure else float
        if pure and not exact(lambda_b, lambda_W):
            lambda_b, lambda_W = sp.nsimplify(lambda_b), sp.nsimplify(lambda_W)
        C_b, C_W, lambda_b, lambda_W = map(number, (self.C_b, self.C_W, lambda_b, lambda_W))
        K, V, G_1, rows = number(K_1), number(0), number(0), []
        # the first layer is linear in the input, of mean square (K_1 - C_b)/C_W
        Theta = lambda_b + lambda_W * (K - C_b) / C_W
        for _ in range(layers):
            mean = {name: number(value) for name, value in self.means(K).items()}
            parallel = evaluate(parallel_susceptibility, m_2=mean["m_2"], K=K, C_W=C_W)
            perp = evaluate(perpendicular_susceptibility, d=mean["d"], C_W=C_W)
            rows.append((K, parallel, perp, V, G_1, Theta))
            bend = evaluate(kernel_curvature, m_4=mean["m_4"], K=K)
            G_1 = evaluate(mean_correction_step, G_1=G_1, V=V, chi_par=parallel, C_W=C_W, g_2=bend)
            V = evaluate(
                vertex_step, V=V, chi_par=parallel, q=mean["q"], g=mean["g"], C_W=C_W, n=_AT_WIDTH,
                n_before=_AT_WIDTH,
            )  # fmt: skip
            Theta = evaluate(
                ntk_step, Theta=Theta, lambda_b=lambda_b, lambda_W=lambda_W, g=mean["g"], chi_perp=perp
            )
            K = evaluate(kernel_step, g=mean["g"], C_b=C_b, C_W=C_W)
            if not pure and not 0 < K < np.inf:
                break
        columns = [
            np.array([number(x) for x in column], dtype=object if pure else float)
            for column in zip(*rows, strict=True)
        ]
        return Layers(np.arange(1, len(rows) + 1), *columns)

    def means(self, K) -> dict:
        """The Gaussian means of `susceptibilities` at the kernel K: exact where the activation allows."""
        if not self._claimed:
            return self.activation.means(float(K))
        if exact(K):
            return {name: mean.subs(kernel, sp.sympify(K)) for name, mean in self._claimed.items()}
        return {name: float(mean(float(K))) for name, mean in self._compiled.items()}

    @cached_property
    def _compiled(self) -> dict:
        return {name: sp.lambdify(kernel, mean, "math") for name, mean in self._claimed.items()}

    @cached_property
    def _claimed(self) -> dict:
        """The means of a scale-invariant activation, by their claims; empty for others."""
        if not self.activation.slopes:
            return {}
        at = dict(zip((a_plus, a_minus), self.activation.slopes, strict=True))
        claims = {"g": mean_square, "q": mean_fourth, "m_2": mean_weighted, "d": mean_slope}
        found = {name: put(claim.rhs, [power]).subs(at) for name, claim in claims.items()}
        return {**found, "m_4": sp.S.Zero}
