"""One compiled loop for an elementary formula on a large NumPy array: no temporaries.

What depends on scalar arguments alone is hoisted out of the loop, products of scalars included,
and the domain of the array arguments is checked in the same pass. Compiled by numba, without
fast math, the first time a formula meets a large array.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
import sympy as sp

from .source import RatioPrinter

LARGE = 100_000
"""Points from which a compiled loop pays for its compilation."""

_ELEMENTARY = (sp.exp, sp.log, sp.sin, sp.cos, sp.tan, sp.sinh, sp.cosh, sp.tanh, sp.atan, sp.asinh, sp.atanh)


class LoopPrinter(RatioPrinter):
    """Python's ``math``, but for one function with an inlined short cut."""

    def _print_expm1(self, e):
        return f"expm1({self._print(e.args[0])})"


def _expm1(x):
    """exp is several times faster than expm1, and far from 0 the difference loses nothing."""
    return math.exp(x) - 1.0 if abs(x) > 1.0 else math.expm1(x)


def is_elementary(expressions: Sequence[sp.Expr]) -> bool:
    """Whether numba's scalar math covers the expressions."""
    for expression in expressions:
        for e in sp.preorder_traversal(expression):
            named = type(e).__name__ in ("expm1", "log1p") or isinstance(e, _ELEMENTARY)
            if not (
                named or e.is_Add or e.is_Mul or e.is_Pow or e.is_Symbol or e.is_Rational or e.is_NumberSymbol
            ):
                return False
            if e.is_Pow and not e.exp.is_number:
                return False
    return True


@lru_cache(maxsize=256)
def fused(expressions: tuple, scalars: tuple, arrays: tuple, bounds: tuple) -> Callable:
    """``loop(scalar values, array values, outputs) -> bool``: False where an array leaves its bounds,
    or a result is not finite.

    ``bounds`` is ``(low, open?, high, open?)`` per array argument.
    """
    import numba

    hoisted: dict[sp.Expr, sp.Symbol] = {}
    inner = [_hoist(e, frozenset(scalars), hoisted) for e in expressions]
    shared, reduced = sp.cse(inner, symbols=sp.numbered_symbols("_c"), order="none")
    printer = LoopPrinter()
    names = [x.name for x in arrays]
    outs = [f"_out{k}" for k in range(len(expressions))]
    constants = [f"    {symbol} = {printer.doprint(value)}" for value, symbol in hoisted.items()]
    lines = [f"def loop({', '.join([x.name for x in scalars] + [f'_a_{n}' for n in names] + outs)}):"]
    lines += [*constants, "    fine = True", f"    for _i in range({outs[0]}.size):"]
    lines += [f"        {n} = _a_{n}[_i]" for n in names]
    for n, bound in zip(names, bounds, strict=True):
        lines.append(f"        fine &= {_inside(n, bound)}")
    lines += [f"        {symbol} = {printer.doprint(value)}" for symbol, value in shared]
    lines += [f"        {o}[_i] = {printer.doprint(value)}" for o, value in zip(outs, reduced, strict=True)]
    lines += [f"        fine &= abs({o}[_i]) < math.inf" for o in outs]
    lines.append("    return fine")
    namespace: dict = {"math": math, "expm1": numba.njit(_expm1)}
    exec(compile("\n".join(lines), "<fused formula>", "exec"), namespace)
    return numba.njit(error_model="numpy", nogil=True)(namespace["loop"])


def _inside(name: str, bound) -> str:
    low, left_open, high, right_open = bound
    below = f"({name} {'>' if left_open else '>='} {low!r})" if np.isfinite(low) else f"({name} > -math.inf)"
    above = (
        f"({name} {'<' if right_open else '<='} {high!r})" if np.isfinite(high) else f"({name} < math.inf)"
    )
    return f"({below} & {above})"


def _hoist(e, scalars: frozenset, hoisted: dict) -> sp.Expr:
    """The expression with its largest scalar-only parts replaced by symbols set before the loop."""
    if not e.args or e.is_number:
        return e
    if e.free_symbols <= scalars:
        return hoisted.setdefault(e, sp.Symbol(f"_k{len(hoisted)}"))
    if e.is_Mul or e.is_Add:
        constant = [a for a in e.args if a.free_symbols <= scalars]
        if len(constant) > 1:
            rest = [a for a in e.args if not a.free_symbols <= scalars]
            e = e.func(_hoist(e.func(*constant), scalars, hoisted), *rest, evaluate=False)
    return e.func(*[_hoist(a, scalars, hoisted) for a in e.args])
