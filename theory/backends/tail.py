"""Rigorous bounds on the tails of Gaussian integrals over an infinite range."""

from __future__ import annotations

import math

import sympy as sp
from flint import arb

_BOUNDED = {
    "tanh": 1,
    "erf": 1,
    "sin": 1,
    "cos": 1,
    "sech": 1,
    "erfc": 2,
    "atan": 2,
    "sign": 1,
    "Heaviside": 1,
}
"""Bounds of functions of a real argument, whatever the argument."""


class NotEnclosable(ValueError):
    """The expression holds something that has no rigorous evaluation."""


def gaussian_tail(integrand, z: sp.Symbol, compile_node):
    """A function ``(values, bits) -> (N, tail)`` for ``exp(-a z**2 + b z + c) * g(z)``, a > 0.

    A term -x cosh(z) of the exponent, x > 0, counts as -x (1 + z**2/2), which is no smaller.

    ``tail`` is a ball around 0 that contains the integral beyond ``N`` (either side). With
    ``|g(z)| <= M (1+|z|)**p`` and ``N >= 4|b|/a``, ``N**2 >= 2p/a``, the tail is at most
    ``M (1+N)**p exp(c - 3 a N**2/4) / (a N)``.
    """
    exponent, rest = sp.Integer(0), []
    for factor in sp.Mul.make_args(sp.powsimp(integrand, combine="exp")):
        argument = _without_cosh(factor.args[0], z) if isinstance(factor, sp.exp) else None
        if argument is not None and argument.is_polynomial(z) and sp.degree(argument, z) <= 2:
            exponent += argument
        else:
            rest.append(factor)
    poly = sp.Poly(exponent, z)
    coefficients = (-poly.coeff_monomial(z**2), poly.coeff_monomial(z), poly.coeff_monomial(1))
    a, b, c = map(compile_node, coefficients)
    growth = _growth(sp.Mul(*rest), z, compile_node)

    def bound(values, bits):
        found = (k(values, False) for k in (a, b, c))
        # complex where an outer integral's variable is: the real parts give the size
        alpha, beta, gamma = (x if isinstance(x, arb) else x.real for x in found)
        if not alpha > 0:
            return arb("nan"), arb("nan")
        size, power = growth(values)
        if not (size.is_finite() and gamma.is_finite() and beta.is_finite()):
            return arb("nan"), arb("nan")
        scale = float(alpha)
        wanted = bits * math.log(2) + math.log(max(float(size), 1.0)) + float(gamma) + 40
        n = max(1.0, 4 * abs(float(beta)) / scale, math.sqrt(2 * power / scale)) + 1
        while 0.75 * scale * n * n - power * math.log(1 + n) < wanted:
            n *= 1.1
        cut = arb(math.ceil(n))
        if not (cut * alpha > 4 * abs(beta) and cut * cut * alpha > 2 * power):
            return arb("nan"), arb("nan")
        height = size * (1 + cut) ** power * (gamma - 3 * alpha * cut * cut / 4).exp() / (alpha * cut)
        return cut, arb(0, height.abs_upper())

    return bound


def _without_cosh(argument, z):
    """The exponent, or a polynomial above it: cosh(z) >= 1 + z**2/2."""
    slope = sp.expand(argument).coeff(sp.cosh(z))
    if slope.is_negative and not slope.has(z):
        return sp.expand(argument - slope * sp.cosh(z)) + slope * (1 + z**2 / 2)
    return argument


def _growth(expr, z, compile_node):
    """``values -> (M, p)`` with ``|expr| <= M (1+|z|)**p`` for every real z."""
    if not expr.has(z):
        node = compile_node(expr)
        return lambda v: (abs(node(v, False)), 0)
    if expr == z:
        return lambda v: (arb(1), 1)
    name = type(expr).__name__
    if name in _BOUNDED:
        return _bounded(_BOUNDED[name], expr.free_symbols - {z}, compile_node)
    parts = (
        [_growth(a, z, compile_node) for a in expr.args]
        if isinstance(expr, sp.Add | sp.Mul | sp.Abs | sp.Max)
        else []
    )
    if isinstance(expr, sp.Add | sp.Max):
        return lambda v: (lambda g: (sum((m for m, _ in g), arb(0)), max(p for _, p in g)))(
            [x(v) for x in parts]
        )
    if isinstance(expr, sp.Mul):

        def product(v):
            size, power = arb(1), 0
            for part in parts:
                m, p = part(v)
                size, power = size * m, power + p
            return size, power

        return product
    if isinstance(expr, sp.Abs):
        return parts[0]
    others = expr.free_symbols - {z}
    if isinstance(expr, sp.exp) and expr.args[0].is_nonpositive:
        return _bounded(1, others, compile_node)
    if isinstance(expr, sp.Pow) and expr.exp.is_negative and (expr.base - 1).is_nonnegative:
        return _bounded(1, others, compile_node)
    if isinstance(expr, sp.Pow) and expr.base == z and expr.exp.free_symbols and expr.exp.is_integer:
        exponent = compile_node(expr.exp)
        return lambda v: (lambda p: (arb(1 if p >= 0 else "nan"), max(0.0, float(p))))(exponent(v, False))
    if isinstance(expr, sp.Pow) and expr.exp.is_Integer and expr.exp > 0:
        n, base = int(expr.exp), _growth(expr.base, z, compile_node)
        return lambda v: (lambda g: (g[0] ** n, g[1] * n))(base(v))
    if isinstance(expr, sp.Pow) and expr.exp.is_Integer and isinstance(expr.base, sp.cosh):
        return _bounded(1, expr.free_symbols - {z}, compile_node)
    raise NotEnclosable(f"no polynomial bound known for {sp.sstr(expr, order='none')[:80]}")


def _bounded(bound, others, compile_node):
    """The growth of a function bounded on the real axis: none is known where its parameters are complex."""
    nodes = [compile_node(x) for x in others]

    def growth(v):
        values = (node(v, False) for node in nodes)
        real = all(isinstance(x, arb) or x.imag == 0 for x in values)
        return arb(bound if real else "nan"), 0

    return growth
