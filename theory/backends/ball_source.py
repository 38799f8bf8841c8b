"""Real balls around elementary expressions by straight code, which a tree of functions is slower than."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import sympy as sp
from flint import arb, fmpq

_METHODS = frozenset(
    "exp expm1 log log1p sin cos tan sinh cosh tanh asin acos atan asinh acosh atanh".split()
)
"""Functions that an arb has by the same name."""


def real_function(expr, symbols: Sequence[sp.Symbol]) -> Callable | None:
    """A function of balls at whatever precision is set, or None where the expression is not elementary.

    Every subexpression is computed once.
    """
    names: dict[sp.Basic, str] = {x: f"x{k}" for k, x in enumerate(symbols)}
    constants: dict[str, object] = {"arb": arb}
    lines: list[str] = []

    def ball(e) -> str:
        """The name of a ball, also of a number."""
        return f"arb({text(e)})" if e.is_Rational else text(e)

    def text(e) -> str:
        if e not in names:
            value = written(e)
            if e.is_Rational:
                return value
            names[e] = f"c{len(lines)}"
            lines.append(f"{names[e]} = {value}")
        return names[e]

    def written(e) -> str:
        if e.is_Integer:
            return f"({int(e)})"
        if e.is_Rational:
            constants[f"q{len(constants)}"] = fmpq(int(e.p), int(e.q))
            return f"q{len(constants) - 1}"
        if e is sp.pi:
            return "arb.pi()"
        if isinstance(e, sp.Add | sp.Mul):
            first, *rest = e.args
            return (" + " if e.is_Add else " * ").join([ball(first), *map(text, rest)])
        if e.is_Pow and e.base is not sp.E and e.exp.is_Integer:
            return f"{ball(e.base)}**({int(e.exp)})"
        if e.is_Pow and e.exp in (sp.S.Half, -sp.S.Half):
            return f"{'1/' if e.exp < 0 else ''}{ball(e.base)}.sqrt()"
        if isinstance(e, sp.Function) and type(e).__name__ in _METHODS:
            return f"{ball(e.args[0])}.{type(e).__name__}()"
        raise _NotElementary

    if not isinstance(expr, sp.Expr):
        return None
    try:
        result = ball(expr)
    except _NotElementary:
        return None
    header = f"def formula({', '.join(names[x] for x in symbols)}):"
    body = "\n".join(f"    {line}" for line in [*lines, f"return {result}"])
    exec(compile(f"{header}\n{body}\n", "<formula on balls>", "exec"), constants)
    return constants["formula"]


class _NotElementary(Exception):
    """An expression that needs more than arithmetic and an arb's own functions."""
