"""Python source for SymPy expressions, the same for every array library.

Functions print by their own names, which `theory.backends.functions` supplies for a library.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.util import find_spec
from itertools import count

import sympy as sp
from sympy.printing.pycode import PythonCodePrinter

from .functions import TABLE, NotInstalled, lookup


class RatioPrinter(PythonCodePrinter):
    """Prints ``a**n/b**n`` as ``(a/b)**n``: SymPy splits it, and b**n alone may underflow."""

    def _print_Mul(self, expr):
        tops, bottoms, rest = {}, {}, []
        for factor in sp.Mul.make_args(expr):
            base, exponent = factor.as_base_exp()
            if base is not sp.E and exponent.is_Integer and abs(exponent) >= 2:
                (tops if exponent > 0 else bottoms).setdefault(abs(int(exponent)), []).append(base)
            else:
                rest.append(factor)
        shared = tops.keys() & bottoms.keys()
        if not shared:
            return super()._print_Mul(expr)
        for n in tops.keys() - shared:
            rest += [b**n for b in tops[n]]
        for n in bottoms.keys() - shared:
            rest += [b**-n for b in bottoms[n]]
        product = lambda bases: "*".join(f"({self._print(b)})" for b in bases)  # noqa: E731
        ratios = [f"(({product(tops[n])})/({product(bottoms[n])}))**{n}" for n in sorted(shared)]
        other = [f"({self._print(sp.Mul(*rest, evaluate=False))})"] if rest else []
        return "*".join([*other, *ratios])


class ArrayPrinter(RatioPrinter):
    """Prints operators and named functions; remembers the names it used.

    Unless numbers of any precision are wanted, constant parts print as their nearest float64.
    """

    def __init__(self, precise: bool = False):
        super().__init__({"fully_qualified_modules": False, "allow_unknown_functions": True})
        self.used: set[str] = set()
        self.constants: set[sp.Expr] = set()
        self.precise = precise

    def _print(self, expr, **kwargs):
        if not self.precise and isinstance(expr, sp.Expr) and expr.args and expr.is_number:
            if not expr.is_Rational and (value := _nearest(expr)) is not None:
                return f"({value!r})"
        return super()._print(expr, **kwargs)

    def _named(self, name: str, *arguments) -> str:
        self.used.add(name)
        return f"{name}({', '.join(self._print(a) for a in arguments)})"

    def _print_Function(self, e):
        name = type(e).__name__
        if name == "polygamma" and e.args[0] == 0:
            return self._named("digamma", e.args[1])
        return self._named(name, *e.args)

    def _print_known(self, e):
        return self._named(type(e).__name__, *e.args)

    _print_exp = _print_log = _print_sin = _print_cos = _print_tan = _print_sinh = _print_cosh = _print_known
    _print_tanh = _print_asin = _print_acos = _print_atan = _print_asinh = _print_acosh = _print_atanh = (
        _print_known
    )
    _print_atan2 = _print_erf = _print_erfc = _print_gamma = _print_loggamma = _print_Abs = _print_sign = (
        _print_sech
    ) = _print_known
    _print_expm1 = _print_log1p = _print_LambertW = _print_known

    def _print_Max(self, e):
        return self._nested("Max", e.args)

    def _print_Min(self, e):
        return self._nested("Min", e.args)

    def _nested(self, name, arguments):
        self.used.add(name)
        text = self._print(arguments[0])
        for a in arguments[1:]:
            text = f"{name}({text}, {self._print(a)})"
        return text

    def _print_hyper(self, e):
        self.used.add("hyper")
        upper, lower = ("".join(f"{self._print(a)}, " for a in side) for side in (e.ap, e.bq))
        return f"hyper(({upper}), ({lower}), {self._print(e.argument)})"

    def _print_Pow(self, e, rational=False):
        base, exponent = e.base, e.exp
        if base is sp.E:
            return self._named("exp", exponent)
        if exponent == sp.Rational(1, 2):
            return self._named("sqrt", base)
        if exponent == sp.Rational(-1, 2):
            return f"(1/{self._named('sqrt', base)})"
        if exponent.is_Integer:
            power = f"(({self._print(base)})**{abs(int(exponent))})"
            return power if exponent > 0 else f"(1/{power})"
        return self._named("power", base, exponent)

    def _print_Rational(self, e):
        return f"ratio({e.p}, {e.q})"  # a float, or a number of any precision

    def _print_NumberSymbol(self, e):
        self.constants.add(e)
        return str(e)

    _print_Pi = _print_Exp1 = _print_EulerGamma = _print_NumberSymbol

    def _print_Infinity(self, e):
        return "infinity"

    def _print_Piecewise(self, e):
        self.used.add("where")
        *branches, (last, _) = e.args
        text = self._print(last)
        for value, condition in reversed(branches):
            text = f"where({self._print(condition)}, {self._print(value)}, {text})"
        return text

    def _print_Relational(self, e):
        return f"(({self._print(e.lhs)}) {e.rel_op} ({self._print(e.rhs)}))"

    def _print_And(self, e):
        return self._nested("logical_and", e.args)

    def _print_Or(self, e):
        return self._nested("logical_or", e.args)

    def _print_Not(self, e):
        return self._named("logical_not", e.args[0])

    def _print_NegativeInfinity(self, e):
        return "(-infinity)"

    def _print_Sum(self, e):
        return self._sum(e.function, e.limits)

    def _sum(self, term, limits) -> str:
        """The last limits are the outermost."""
        *inner, (index, low, high) = limits
        name = "summation" if low.is_Integer and high.is_Integer else "symbolic_sum"
        self.used.add(name)
        free = sorted(sp.Sum(term, *limits).free_symbols, key=lambda x: x.name)
        body = self._sum(term, inner) if inner else self._print(term)
        arguments = [f"lambda {index.name}: {body}", self._print(low), self._print(high)]
        return f"{name}({', '.join([*arguments, *(x.name for x in free)])})"

    def _print_missing(self, e):
        return self._named(type(e).__name__, *e.args[:1])

    _print_Product = _print_Derivative = _print_Subs = _print_missing


def _nearest(constant) -> float | None:
    """The float64 nearest to a constant, None if it is not a finite real number."""
    value = constant.evalf(30)
    return float(value) if value.is_Float and value.is_finite else None


_nth_root = sp.Function("nth_root")


def _power_of_root(base, power, root):
    return _nth_root(base, root) ** power


def with_roots(expression, written: Callable = _power_of_root):
    """``b**(c/n)`` for integers c and n as the c-th power of an n-th root: 1/n is never rounded.

    ``written(b, c, n)`` is how it is to be written.
    """

    def is_root(e):
        if not (e.is_Pow and e.base is not sp.E):
            return False
        coefficient, rest = e.exp.as_coeff_Mul()
        return (
            rest.is_Pow
            and rest.exp == -1
            and rest.base.is_Symbol
            and rest.base.is_integer
            and coefficient.is_Integer
        )

    def as_root(e):
        coefficient, rest = e.exp.as_coeff_Mul()
        return written(e.base, coefficient, rest.base)

    return expression.replace(is_root, as_root)


def write(
    expressions: Sequence, arguments: Sequence[sp.Symbol], precise: bool = False
) -> tuple[str, ArrayPrinter]:
    """Source of a function ``formula`` of the arguments that returns a tuple, and its printer."""
    printer = ArrayPrinter(precise)
    if any(isinstance(e, sp.Equality) for e in expressions):
        # as it stands: rebuilding Eq(L, oo) would evaluate it to False
        lines, values = [], [printer.doprint(e) for e in expressions]
    else:
        lines, values = _body([with_roots(sp.sympify(e)) for e in expressions], printer, count())
    header = f"def formula({', '.join(a.name for a in arguments)}):"
    results = "".join(f"{value}, " for value in values)
    return "\n".join([header, *(f"    {line}" for line in lines), f"    return ({results})"]), printer


def _body(expressions: Sequence, printer: ArrayPrinter, numbers) -> tuple[list[str], list[str]]:
    """Statements, and the expressions' values after them; an integrand becomes a function of its own."""
    lines, known = [], {}

    def without_integrals(e):
        if isinstance(e, sp.Integral):
            if e not in known:
                known[e] = sp.Symbol(f"_q{next(numbers)}")
                lines.extend(_integral(e, known[e], printer, numbers))
            return known[e]
        return e.func(*map(without_integrals, e.args)) if e.has(sp.Integral) else e

    plain = [without_integrals(e) for e in expressions]
    bound = {x for e in plain for sum_ in e.atoms(sp.Sum) for x in sum_.variables}
    shared, reduced = sp.cse(plain, symbols=sp.numbered_symbols("_c"), order="none", ignore=bound)
    lines += [f"{symbol} = {printer.doprint(value)}" for symbol, value in shared]
    return lines, [printer.doprint(value) for value in reduced]


def _integral(integral, result: sp.Symbol, printer: ArrayPrinter, numbers) -> list[str]:
    (variable, low, high), *others = integral.limits
    inner, (value,) = _body(
        [sp.Integral(integral.function, *others) if others else integral.function], printer, numbers
    )
    ends, (start, end) = _body([low, high], printer, numbers)
    printer.used.add("quadrature")
    header, body = f"def f{result}({variable.name}):", [f"    {line}" for line in [*inner, f"return {value}"]]
    return [header, *body, *ends, f"{result} = quadrature(f{result}, {start}, {end})"]


def build(expressions: Sequence, arguments: Sequence[sp.Symbol], library: str, **own: Callable) -> Callable:
    """A function of arrays of the library that returns a tuple. Raises `MissingFunction`.

    ``own``: functions to take in place of the library's.
    """
    source, printer = write(expressions, arguments, precise=library == "mpmath")
    if library in ("jax", "torch") and find_spec(library) is None:
        for name in printer.used:
            if library not in TABLE.get(name, {}):
                lookup(name, library)  # a hole is a hole, installed or not
        raise NotInstalled(f"{library} is not installed")
    namespace = {name: own.get(name) or lookup(name, library) for name in printer.used}
    if library == "torch":
        namespace = {name: _of_numbers_too(function) for name, function in namespace.items()}
    if library == "mpmath":
        import mpmath
        from mpmath import mpf

        names = {sp.pi: "pi", sp.E: "e", sp.EulerGamma: "euler", sp.Catalan: "catalan", sp.GoldenRatio: "phi"}
        namespace |= {str(c): getattr(mpmath.mp, names[c]) for c in printer.constants}
        namespace |= {"ratio": lambda p, q: mpf(p) / q, "infinity": mpf("inf")}
    else:
        namespace |= {str(c): float(c) for c in printer.constants}
        namespace |= {"ratio": lambda p, q: p / q, "infinity": float("inf")}
    exec(compile(source, f"<{library} formula>", "exec"), namespace)
    return namespace["formula"]


def _of_numbers_too(function: Callable) -> Callable:
    """A PyTorch function that takes Python numbers alone as well, as ``sqrt(2)`` does in a formula."""
    import torch

    def applied(*arguments):
        if all(isinstance(a, int | float) for a in arguments):
            return function(*[torch.tensor(a, dtype=torch.float64) for a in arguments]).item()
        return function(*arguments)

    return applied
