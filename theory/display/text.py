"""Claims and derivations as plain text, for terminals and docstrings."""

from __future__ import annotations

import textwrap

from sympy.core.function import AppliedUndef
from sympy.printing.str import StrPrinter

from ..derivation import Claim
from .lines import Line, checked_line, derivation, parameters_of


class PlainPrinter(StrPrinter):
    """SymPy's one-line form, with u'(t) for derivatives of functions of one variable."""

    def _print_Derivative(self, expr):
        function, *steps = expr.args
        if isinstance(function, AppliedUndef) and len(function.args) == 1 and len(steps) == 1:
            variable, order = steps[0]
            if variable == function.args[0] and order.is_Integer and order <= 3:
                return f"{function.func.__name__}{chr(39) * int(order)}({self._print(variable)})"
        return super()._print_Derivative(expr)


def formula_text(expression) -> str:
    """An expression or a relation on one line."""
    return PlainPrinter().doprint(expression)


def claim_text(claim: Claim) -> str:
    """One claim: formula, domain, reason, evidence, on a line each."""
    return _line(checked_line(claim), repr(claim.domain))


def derivation_text(claims) -> str:
    """A derivation, numbered; premises first. ``claims`` is one claim or several."""
    lines, verdict, message = derivation(claims)
    shown = [_line(line, ", ".join(map(formula_text, line.claim.relations))) for line in lines]
    domain = ", ".join(x.allowed for x in parameters_of([line.claim for line in lines]))
    ending = [f"for {domain}"] if domain else []
    return "\n\n".join([*shown, "\n".join([*ending, f"{verdict} ({message})"])])


def parameter_table_text(things) -> str:
    """Symbol, meaning, unit and allowed values of every parameter, in aligned columns."""
    rows = [("symbol", "meaning", "unit", "domain")]
    rows += [(x.name, x.meaning, x.unit or "1", x.allowed) for x in parameters_of(things)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(c.ljust(w) for c, w in zip(r, widths, strict=True)).rstrip() for r in rows)


def _line(line: Line, domain: str) -> str:
    number = f"({line.number}) " if line.number else ""
    formula = f"{formula_text(line.claim.lhs)} = {formula_text(line.claim.rhs)}"
    verdict = line.verdict if line.holds else f"{line.verdict}: {line.message}"
    below = ([f"where {domain}"] if domain else []) + [line.reason, verdict]
    return number + formula + "\n" + textwrap.indent("\n".join(below), "    ")
