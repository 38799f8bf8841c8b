"""Real balls around elementary expressions by straight code, which a tree of functions is slower than."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

import sympy as sp
from flint import arb, ctx, fmpq

_METHODS = frozenset(
    "exp expm1 log log1p sin cos tan sinh cosh tanh asin acos atan asinh acosh atanh".split()
)
"""Functions that an arb has by the same name."""


def real_functions(expressions: Sequence, symbols: Sequence[sp.Symbol]) -> Callable[[], Callable] | None:
    """What makes, at the precision that is set, a function of balls; None where one is not elementary.

    The function gives a tuple of balls, at the precision it was made for.
    """
    code = code_on_balls(expressions, symbols)
    if code is None:
        return None
    arguments = ", ".join(code.names[x] for x in symbols)
    lines = [*code.lines, f"return ({', '.join(code.results)},)"]
    return made([f"def formula({arguments}):", *(f"    {line}" for line in lines)], code.constants, "formula")


def made(definition: Sequence[str], constants: Sequence[str], name: str, known=()) -> Callable[[], Callable]:
    """What sets constants of formulas at the precision that is set, and makes a function that uses them."""
    lines = ["def made():", *(f"    {line}" for line in [*constants, *definition]), f"    return {name}"]
    namespace = {"arb": arb, "fmpq": fmpq, **dict(known)}
    exec(compile("\n".join(lines) + "\n", "<formula on balls>", "exec"), namespace)
    return namespace["made"]


def code_on_balls(expressions: Sequence, symbols: Sequence[sp.Symbol]) -> Code | None:
    """Statements for expressions, where all are elementary."""
    if not all(isinstance(e, sp.Expr) for e in expressions):
        return None
    code = Code(symbols)
    try:
        code.results += [code.name(e) for e in expressions]
    except _NotElementary:
        return None
    return code


def at_precision(make: Callable[[], Callable]) -> Callable[[int], Callable]:
    """The function for a number of bits, which must be set; of the last few numbers kept."""

    @lru_cache(maxsize=16)
    def function(bits: int) -> Callable:
        if ctx.prec != bits:
            raise ValueError(f"the precision is {ctx.prec} bits, not {bits}")
        return make()

    return function


class _NotElementary(Exception):
    """An expression that needs more than arithmetic and an arb's own functions."""


class Code:
    """Statements, one for each subexpression, with names that begin with _; those without symbols are
    ``constants``, set when a function is made for a precision."""

    def __init__(self, symbols: Sequence[sp.Symbol]):
        self.names: dict[sp.Basic, str] = {x: f"_x{k}" for k, x in enumerate(symbols)}
        self.results: list[str] = []
        self.lines: list[str] = []
        self.constants: list[str] = []

    def name(self, e: sp.Expr) -> str:
        if e not in self.names:
            text = self._written(e)
            own = self.lines if e.free_symbols else self.constants
            self.names[e] = f"_c{len(self.names)}"
            own.append(f"{self.names[e]} = {text}")
        return self.names[e]

    def _written(self, e) -> str:
        if e.is_Integer:
            return f"arb({int(e):#x})"  # of which Python reads any length
        if e.is_Rational:
            return f"arb(fmpq({int(e.p):#x}, {int(e.q):#x}))"
        if e.is_Float and e.is_finite:
            return self.name(sp.Rational(e))  # it is exactly that
        if e is sp.pi:
            return "arb.pi()"
        if e is sp.E:
            return "arb(1).exp()"
        if e.is_Add:
            return self._sum(e.args)
        if e.is_Mul:
            return self._product(e)
        if e.is_Pow and _falls_far(e.exp):
            return f"{self.name(e.base)}**({int(e.exp):#x})"
        if e.is_Pow and e.base is not sp.E and e.exp.is_Rational and e.exp.q <= 2:
            return self._power(e.base, e.exp) if e.exp > 0 else self._product(e)
        if isinstance(e, sp.Function) and type(e).__name__ in _METHODS:
            return f"{self.name(e.args[0])}.{type(e).__name__}()"
        raise _NotElementary

    def _sum(self, terms) -> str:
        """Terms with a negative factor are subtracted."""
        signed = [(_is_negative(term), term) for term in terms]
        signed.sort(key=lambda pair: pair[0])
        parts = [("-" if minus else "+", self.name(-term if minus else term)) for minus, term in signed]
        text = " ".join(f"{sign} {part}" for sign, part in parts)
        return text.removeprefix("+ ")

    def _product(self, e) -> str:
        """Factors with negative exponents are divided by, and so are the denominators of numbers."""
        above, below = [], []
        for factor in sp.Mul.make_args(e):
            base, exponent = (factor.base, factor.exp) if factor.is_Pow else (factor, sp.S.One)
            if factor.is_Rational and factor.q & (factor.q - 1):
                above += [self.name(sp.Integer(factor.p))] if factor.p != 1 else []
                below.append(self.name(sp.Integer(factor.q)))
            elif base is not sp.E and exponent.is_Rational and exponent < 0 and not _falls_far(exponent):
                below.append(self.name(sp.Pow(base, -exponent)))
            else:
                above.append(self.name(factor))
        return " / ".join([" * ".join(above or [self.name(sp.S.One)]), *below])

    def _power(self, base, exponent) -> str:
        """A positive power of halves."""
        name, whole = self.name(base), exponent.p // exponent.q
        if exponent.q == 2:
            if whole == 0:
                return f"{name}.sqrt()"
            return f"{self.name(sp.Pow(base, whole))} * {self.name(sp.sqrt(base))}"
        return f"{name} * {name}" if whole == 2 else f"{name}**{whole}"


def _falls_far(exponent) -> bool:
    """Whether one over the power would be one over a number that may be too large for any ball."""
    return bool(exponent.is_Integer and exponent < -1000)


def _is_negative(term) -> bool:
    return bool(term.as_coeff_Mul()[0].is_negative)
