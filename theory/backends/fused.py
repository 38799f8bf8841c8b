"""One compiled loop for an elementary formula on large NumPy arrays: vectorised, no temporaries.

What depends on scalar arguments alone is hoisted out of the loop, products of scalars included, and
the domain of the array arguments is checked in the same pass. Compiled by numba, without fast math, the
first time a formula meets a large array on this machine. The functions are those of
`theory.backends.vector_math`, `vector_power` and `vector_gamma`, and hypergeometric series with numbers for
parameters.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import numpy as np
import sympy as sp

from .economised import economised
from .loop_checks import NOTHING_WRONG, looked_at
from .source import ArrayPrinter, with_roots
from .threads import in_parts

LARGE = 100_000
"""Points from which a compiled loop pays for its compilation."""
_BLOCK = 512
"""Points whose state stays in the first cache while a step is repeated."""

_FUNCTIONS = frozenset(
    "exp expm1 log log1p sin cos tan asin acos atan atan2 sinh cosh tanh sech asinh acosh atanh "
    "Abs sign Max Min log_gamma_ratio".split()
)
_power_of_ratio = sp.Function("power_of_ratio")


class LoopPrinter(ArrayPrinter):
    """Numbers as float64, arguments by names that no function has; series become functions of their own."""

    def __init__(self):
        super().__init__()
        self.series: dict[tuple, str] = {}

    def _print_Symbol(self, e):
        return e.name if e.name.startswith("_") else f"v_{e.name}"

    def _print_Integer(self, e):
        return repr(float(e)) if abs(e) < 2**1000 else super()._print_Integer(e)

    def _print_Rational(self, e):
        return f"({e.p / e.q!r})"

    def _print_NumberSymbol(self, e):
        return f"({float(e)!r})"

    _print_Pi = _print_Exp1 = _print_EulerGamma = _print_NumberSymbol

    def _print_Pow(self, e, rational=False):
        exponent = e.exp
        if exponent.is_Rational and exponent.q == 2 and abs(exponent.p) > 1:  # no call of pow
            whole = f"{self._print(e.base)}**{abs(exponent.p) // 2}"
            power = f"(({whole})*{self._named('sqrt', e.base)})"
            return power if exponent > 0 else f"(1.0/{power})"
        if exponent.is_Rational and exponent.q > 2:
            return self._print(_power_of_ratio(e.base, exponent.p, exponent.q))
        return super()._print_Pow(e, rational)

    def _print_hyper(self, e):
        name = self.series.setdefault((tuple(e.ap), tuple(e.bq)), f"series_{len(self.series)}")
        return f"{name}({self._print(e.argument)})"

    def _print_Infinity(self, e):
        return "INF"

    def _print_NegativeInfinity(self, e):
        return "(-INF)"

    def functions(self) -> list[str]:
        """Definitions of the series that were printed; beyond their reach they are NaN."""
        lines = []
        for (upper, lower), name in self.series.items():
            sides = [tuple(Fraction(a.p, a.q) for a in side) for side in (upper, lower)]
            coefficients, far = economised(*sides)
            value = f"(abs(z) <= {far!r}).where(polynomial(z, {coefficients!r}), NAN)"
            lines += ["@in_loops", f"def {name}(z):", f"    return {value}"]
        return lines


def is_elementary(expressions: Sequence[sp.Basic]) -> bool:
    """Whether the compiled loop's functions cover the expressions, and conditions."""
    return all(_is_known(e) for expression in expressions for e in sp.preorder_traversal(expression))


def _is_known(e) -> bool:
    if isinstance(e, sp.hyper):
        return all(a.is_Rational for a in (*e.ap, *e.bq))
    named = isinstance(e, sp.Function) and type(e).__name__ in _FUNCTIONS
    algebraic = e.is_Add or e.is_Mul or e.is_Pow or e.is_Symbol or e.is_Rational or e.is_NumberSymbol
    choice = isinstance(e, _CHOICES) or e in (sp.true, True, sp.oo, -sp.oo)
    return bool(named or algebraic or choice or isinstance(e, sp.Tuple))  # the parameters of a series


_CHOICES = (
    sp.Piecewise, sp.functions.elementary.piecewise.ExprCondPair, sp.And, sp.Or,
    sp.Lt, sp.Le, sp.Gt, sp.Ge, sp.Eq, sp.Ne, sp.Max, sp.Min,
)  # fmt: skip


@dataclass(frozen=True)
class Program:
    """What a loop does at every point: the first branch whose condition holds gives the value.

    ``branches`` are pairs (expressions, condition or None); ``bounds`` is ``(low, open?, high, open?,
    whole?)`` of each array, ``relations`` must hold. Where ``state`` is not empty, it is set to ``start``
    and then as often as asked to ``step``, before the branches see it. Results beyond what float64 can hold
    are refused; if ``limited``, those beyond a limit that the loop is given.
    """

    branches: tuple
    scalars: tuple
    arrays: tuple
    bounds: tuple
    relations: tuple = ()
    state: tuple = ()
    start: tuple = ()
    step: tuple = ()
    limited: bool = False

    @property
    def outputs(self) -> int:
        return len(self.branches[0][0])


@lru_cache(maxsize=256)
def fused(program: Program) -> Callable:
    """``run(scalars, arrays, outputs, limit, steps=0) -> bool``, of contiguous float64 arrays of one length.

    False where an array leaves its bounds, a relation fails, or a result is not within ``limit``.
    """
    from .loop_cache import load

    numbers = 1 + len(program.scalars)
    kinds = ["float64"] * numbers + ["int64"] * bool(program.state)
    kinds += ["Array(float64, 1, 'C', readonly=True)"] * len(program.arrays)
    kinds += ["float64[::1]"] * (program.outputs + len(program.state))
    loop = load(write_loop(program), f"boolean({', '.join(kinds)})")

    def run(scalars, arrays, outputs, limit, steps=0):
        counts = [steps] if program.state else []

        def part(*mine) -> bool:
            space = [np.empty(_BLOCK) for _ in program.state]
            return loop(limit, *scalars, *counts, *mine, *space)

        return in_parts(part, [*arrays, *outputs])

    return run


def write_loop(program: Program) -> str:
    """Python source of a function ``loop`` for numba."""
    hoisted: dict[sp.Expr, sp.Symbol] = {}
    printer = LoopPrinter()
    outs = [f"_out{k}" for k in range(program.outputs)]
    space = [f"_s{k}" for k in range(len(program.state))]
    names = {x: printer.doprint(x) for x in (*program.scalars, *program.arrays, *program.state)}
    body = _Body(printer, frozenset(program.scalars), hoisted)
    read = [f"{names[x]} = _a{k}[_i]" for k, x in enumerate(program.arrays)]
    value = body.chosen(program.branches, outs, "_v")
    value += [f"{o}[_i] = _v{k}" for k, o in enumerate(outs)]
    bounded = [(names[x], b) for x, b in zip(program.arrays, program.bounds, strict=True)]
    results, relations = [f"_v{k}" for k in range(len(outs))], map(printer.doprint, program.relations)
    seen = {names[x] for x in _seen(program)}
    value += looked_at(bounded, results, relations, limited=program.limited, seen=seen)
    over = lambda size, lines: [f"for _i in range({size}):", *_indented(lines)]  # noqa: E731
    if not program.state:
        lines = over(f"{outs[0]}.size", [*read, *value])
    else:
        held = [f"{names[x]} = {s}[_i]" for x, s in zip(program.state, space, strict=True)]
        keep = [f"{s}[_i] = _n{k}" for k, s in enumerate(space)]
        first = body.chosen([(program.start, None)], space, "_n")
        following = body.chosen([(program.step, None)], space, "_n")
        views = [f"_a{k}" for k in range(len(program.arrays))] + outs
        inner = [f"{v} = {v}_all[_from:_from + _size]" for v in views]
        inner += over("_size", [*read, *first, *keep])
        inner += ["for _ in range(_steps):", *_indented(over("_size", [*read, *held, *following, *keep]))]
        inner += over("_size", [*read, *held, *value])
        lines = [f"for _from in range(0, {outs[0]}_all.size, {_BLOCK}):"]
        lines += _indented([f"_size = min({_BLOCK}, {outs[0]}_all.size - _from)", *inner])
    whole = "_all" if program.state else ""
    arguments = ["_limit", *(names[x] for x in program.scalars), *(["_steps"] if program.state else [])]
    arguments += [f"_a{k}{whole}" for k in range(len(program.arrays))] + [f"{o}{whole}" for o in outs] + space
    constants = [f"{symbol} = {printer.doprint(e)}" for e, symbol in hoisted.items()]
    lines = [*constants, "_wrong = 0", *lines, f"return {NOTHING_WRONG}"]
    return "\n".join([*printer.functions(), f"def loop({', '.join(arguments)}):", *_indented(lines)]) + "\n"


def _seen(program: Program) -> set[sp.Symbol]:
    """Arguments of which a result is a polynomial: infinite or NaN where they are."""
    if len(program.branches) > 1:
        return set()
    polynomials = [e for e in program.branches[0][0] if e.is_polynomial(*program.arrays)]
    return {x for e in polynomials for x in e.free_symbols & set(program.arrays)}


def _indented(lines: Sequence[str]) -> list[str]:
    return [f"    {line}" for line in lines]


@dataclass
class _Body:
    """Writes expressions as statements; common parts once, and those of scalars before the loop."""

    printer: LoopPrinter
    scalars: frozenset
    hoisted: dict

    def chosen(self, branches, outs, value: str) -> list[str]:
        given = [with_roots(e, _power_of_ratio) for expressions, _ in branches for e in expressions]
        flat = [_hoist(e, self.scalars, self.hoisted) for e in given]
        shared, reduced = sp.cse(flat, symbols=sp.numbered_symbols("_c"), order="none")
        lines = [f"{symbol} = {self.printer.doprint(e)}" for symbol, e in shared]
        texts = [self.printer.doprint(e) for e in reduced]
        count = len(outs)
        for k in range(count):
            text = texts[(len(branches) - 1) * count + k]
            for j in reversed(range(len(branches) - 1)):
                condition = self.printer.doprint(branches[j][1])
                text = f"where({condition}, {texts[j * count + k]}, {text})"
            lines.append(f"{value}{k} = {text}")
        return lines


def _hoist(e, scalars: frozenset, hoisted: dict) -> sp.Expr:
    """The expression with its largest scalar-only parts replaced by symbols set before the loop."""
    if not e.args or e.is_number:
        return e
    if e.free_symbols <= scalars and not isinstance(e, sp.logic.boolalg.Boolean):
        return hoisted.setdefault(e, sp.Symbol(f"_k{len(hoisted)}"))
    if e.is_Mul or e.is_Add:
        constant = [a for a in e.args if a.free_symbols <= scalars]
        if len(constant) > 1:
            rest = [a for a in e.args if not a.free_symbols <= scalars]
            e = e.func(_hoist(e.func(*constant), scalars, hoisted), *rest, evaluate=False)
    if isinstance(e, sp.Piecewise | sp.logic.boolalg.Boolean):
        return e  # SymPy would look at the conditions again
    if isinstance(e, sp.hyper):
        return e.func(e.ap, e.bq, _hoist(e.argument, scalars, hoisted))
    return e.func(*[_hoist(a, scalars, hoisted) for a in e.args])
