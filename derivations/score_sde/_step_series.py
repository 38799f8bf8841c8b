"""Sampler steps as power series in their length, with coefficients that are polynomials in kappa."""

from __future__ import annotations

from functools import reduce

import sympy as sp
from sympy import QQ, ring

_LOST = 6
"""Further powers kept, for what divisions by powers of h take away."""


def step_series(expression: sp.Expr, h: sp.Symbol, kappa: sp.Symbol, solution, output, terms: int) -> list:
    """The coefficients of h^0, h^1, ... of a step.

    It is built by +, * and whole powers from rationals, h, kappa, exp(m h), ``solution(m h)`` (the square
    root of 1 - kappa + kappa exp(2 a) at a = m h) and ``output(m h)``, (1 - kappa) over it. Raises
    ValueError for anything else, and for a step that is infinite at h = 0.
    """
    polynomials, k = ring("kappa", QQ)
    top, one = terms + _LOST, polynomials.one

    def add(a, b):
        return {n: c for n in a.keys() | b.keys() if (c := a.get(n, 0) + b.get(n, 0)) != 0}

    def multiply(a, b):
        found = {}
        for i, x in a.items():
            for j, y in b.items():
                if i + j < top:
                    found[i + j] = found.get(i + j, 0) + x * y
        return {n: c for n, c in found.items() if c != 0}

    def power(a, exponent):
        """By the binomial series, about a constant 1 once a factor c h^n is taken out."""
        if exponent.is_Integer and exponent >= 0:
            return reduce(multiply, [a] * int(exponent), {0: one})
        lowest = min(a)
        factor = a[lowest]
        if not factor.is_ground or (factor != 1 and not exponent.is_Integer):
            raise ValueError(f"no power series of a step with {expression}")
        rest = {n - lowest: c / factor.LC for n, c in a.items() if n > lowest}
        total, term = {0: one}, {0: one}
        for n in range(1, top):
            weight = (exponent - n + 1) / n
            term = multiply(multiply(term, rest), {0: one * QQ(int(weight.p), int(weight.q))})
            total = add(total, term)
        if lowest == 0 and factor == 1:
            return total
        return multiply(total, {int(lowest * exponent): one * factor.LC ** int(exponent)})

    def exponential(m):
        return {n: one * QQ(int(c.p), int(c.q)) for n in range(top) if (c := m**n / sp.factorial(n)) != 0}

    def spread(m, exponent):
        inner = add(exponential(2 * m), {0: -one})
        return power(add({0: one}, multiply({0: k}, inner)), exponent)

    def evaluate(e):
        if e.is_Rational:
            return {0: one * QQ(int(e.p), int(e.q))} if e != 0 else {}
        if e == h:
            return {1: one}
        if e == kappa:
            return {0: k}
        if e.is_Add:
            return reduce(add, map(evaluate, e.args))
        if e.is_Mul:
            return reduce(multiply, map(evaluate, e.args))
        if isinstance(e, sp.exp | solution | output):
            m = sp.expand(e.args[0] / h)
            if m.is_Rational:
                if isinstance(e, sp.exp):
                    return exponential(m)
                half = sp.Rational(1, 2)
                if isinstance(e, solution):
                    return spread(m, half)
                return multiply({0: one - k}, spread(m, -half))
        if e.is_Pow and e.exp.is_Integer:
            return power(evaluate(e.base), e.exp)
        raise ValueError(f"no power series of {e}: a step is made of h, exp, the solution and the denoiser")

    found = evaluate(expression)
    if any(n < 0 for n in found):
        raise ValueError("the step is infinite at h = 0")
    symbol = polynomials.symbols[0]
    return [
        sp.sympify(found[n].as_expr()).subs(symbol, kappa) if n in found else sp.S.Zero for n in range(terms)
    ]
