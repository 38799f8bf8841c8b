"""Claims and derivations as LaTeX that needs only amsmath, and that MathML converters read too."""

from __future__ import annotations

import re

import sympy as sp
from sympy.core.function import AppliedUndef
from sympy.printing.latex import LatexPrinter

from ..derivation import Claim
from ..parameter import Parameter
from .lines import Line, derivation
from .prose import prose_latex, verbatim_latex


class ClaimPrinter(LatexPrinter):
    """SymPy's LaTeX in the field's notation: ln, artanh, psi, 2F1 on one line, W_0, plain I."""

    def __init__(self):
        super().__init__({"ln_notation": True, "inv_trig_style": "full"})

    def _print_polygamma(self, expr, exp=None):
        order, argument = expr.args
        derivative = "" if order == 0 else f"^{{({self._print(order)})}}"
        called = self._called(rf"\psi{derivative}", (argument,), None if derivative else exp)
        return rf"\left[{called}\right]^{{{exp}}}" if derivative and exp is not None else called

    def _print_hyper(self, expr, exp=None):
        above, below = (", ".join(map(self._print, part)) for part in (expr.ap, expr.bq))
        inside = rf"{above}; {below}; {self._print(expr.argument)}"
        body = rf"{{}}_{{{len(expr.ap)}}}F_{{{len(expr.bq)}}}\left({inside} \right)"
        return body if exp is None else rf"\left[{body}\right]^{{{exp}}}"

    def _print_LambertW(self, expr, exp=None):
        branch = self._print(expr.args[1]) if len(expr.args) > 1 else "0"
        return self._called(f"W_{{{branch}}}", expr.args[:1], exp)

    def _print_log(self, expr, exp=None):
        return self._called(r"\ln", expr.args, exp)

    def _print_Function(self, expr, exp=None):
        tex = super()._print_Function(expr, exp)
        if not tex.endswith(r" \right)}"):
            return tex
        # SymPy writes u{\left(t \right)}; the braces serve only its \left.
        return re.sub(r"(?<!\^)\{\\left\(", r"\\left(", tex, count=1)[:-1]

    def _print_Identity(self, expr, exp=None):
        return "I" if exp is None else f"I^{{{exp}}}"

    def _print_Subs(self, expr):
        body, old, new = expr.args
        at = ", ".join(f"{self._print(x)} = {self._print(v)}" for x, v in zip(old, new, strict=True))
        return rf"\left. {self._print(body)} \right|_{{{at}}}"

    def _print_Derivative(self, expr):
        # d u(t) / d t with the function above the bar: shorter, and clear in products.
        function, *steps = expr.args
        if not isinstance(function, AppliedUndef) or len(steps) != 1:
            return super()._print_Derivative(expr)
        variable, order = steps[0]
        d = "d" if len(function.args) == 1 else r"\partial"
        power = "" if order == 1 else f"^{{{self._print(order)}}}"
        return rf"\frac{{{d}{power} {self._print(function)}}}{{{d} {self._print(variable)}{power}}}"

    def _print_expm1(self, expr, exp=None):
        return self._called(r"\operatorname{expm1}", expr.args, exp)

    def _called(self, name: str, arguments, exp) -> str:
        power = "" if exp is None else f"^{{{exp}}}"
        return rf"{name}{power}\left({', '.join(map(self._print, arguments))} \right)"


for _name, _print in (("atanh", "artanh"), ("asinh", "arsinh"), ("acosh", "arcosh")):
    # The area functions of ISO 80000-2; SymPy prints arctanh.
    def _area(self, expr, exp=None, _command=rf"\operatorname{{{_print}}}"):
        return self._called(_command, expr.args, exp)

    setattr(ClaimPrinter, f"_print_{_name}", _area)


def formula_latex(expression) -> str:
    """An expression, matrix or relation as a LaTeX formula without dollars."""
    return _slim(ClaimPrinter().doprint(expression)).replace("_{oo}", r"_{\infty}")


def claim_latex(claim: Claim) -> str:
    """``lhs = rhs`` as a LaTeX formula without dollars."""
    return f"{formula_latex(claim.lhs)} = {formula_latex(claim.rhs)}"


def allowed_latex(parameter: Parameter) -> str:
    """The parameter's allowed values as a formula: ``u_0 > 0``."""
    x, domain = formula_latex(parameter), parameter.domain
    if isinstance(domain, sp.Range):
        if domain.sup == sp.oo:
            return rf"{x} \in \{{{domain.inf}, {domain.inf + 1}, \ldots\}}"
        return rf"{x} \in \{{{domain.inf}, \ldots, {domain.sup}\}}"
    low, high = formula_latex(domain.inf), formula_latex(domain.sup)
    if domain.inf == -sp.oo and domain.sup == sp.oo:
        return rf"{x} \in \mathbb{{R}}"
    from_low, to_high = "<" if domain.left_open else r"\le", "<" if domain.right_open else r"\le"
    if domain.sup == sp.oo:
        return f"{x} > {low}" if domain.left_open else rf"{x} \ge {low}"
    return f"{x} {to_high} {high}" if domain.inf == -sp.oo else f"{low} {from_low} {x} {to_high} {high}"


def derivation_latex(claims, numbers: dict[int, int] | None = None) -> str:
    """A derivation as numbered equations with reason and evidence below each.

    ``claims`` is one claim or a list, premises are listed first. The result uses the commands that
    `PREAMBLE` defines; ``numbers`` carries the numbering on from one derivation to the next.
    """
    numbers = {} if numbers is None else numbers
    lines, verdict, message = derivation(claims, numbers)
    ends = [claims] if isinstance(claims, Claim) else claims
    above = ", ".join(f"({numbers[id(c)]})" for c in ends if not any(line.claim is c for line in lines))
    repeated = (
        rf"\par\noindent {above} {'was' if above.count('(') == 1 else 'were'} derived above." if above else ""
    )
    closing = rf"\par\noindent {_spelt(verdict)} ({prose_latex(message)})."
    return "\n".join([*map(_line, lines), *filter(None, [repeated]), closing])


PREAMBLE = r"""
\usepackage{amsmath,amssymb,graphicx}
% \claim{number}{formula}{the formula on several rows}{reason and evidence}: TeX measures the formula
% and takes the rows when it is wider than the page; a row that is still too wide is scaled to fit.
\allowdisplaybreaks
\renewcommand{\labelitemi}{$\bullet$}
\newsavebox{\claimbox}
\newlength{\claimroom}
\newcommand{\fitted}[1]{\sbox{\claimbox}{$\displaystyle #1$}%
  \ifdim\wd\claimbox>\claimroom\resizebox{\claimroom}{!}{\usebox{\claimbox}}\else\usebox{\claimbox}\fi}
\newcommand{\claim}[4]{\postdisplaypenalty=10000\setlength{\claimroom}{\dimexpr\linewidth-4em\relax}%
  \sbox{\claimbox}{$\displaystyle #2$}%
  \ifdim\wd\claimbox>\claimroom
    \begin{align*}#3\end{align*}%
  \else
    \begin{equation}\tag{#1}#2\end{equation}%
  \fi
  {\small\noindent\hangindent=2em\hangafter=1 #4\par}\medskip}
""".strip()


def _line(line: Line) -> str:
    claim = line.claim
    where = ", ".join(f"${formula_latex(r)}$" for r in claim.relations)
    verdict = _spelt(line.verdict)
    if not line.holds:
        verdict = rf"\textbf{{{line.verdict.lower()}}}: {verbatim_latex(line.message)}"
    words = f"{'where ' + where + '; ' if where else ''}{prose_latex(line.reason)} --- {verdict}"
    rows = [rf"&\fitted{{{row}}}" for row in formula_rows(claim)]
    rows[0] += rf"\tag{{{line.number}}}"
    rows = "\\\\\n".join(rows)
    return f"\\claim{{{line.number}}}{{{claim_latex(claim)}}}{{%\n{rows}}}{{{words}}}"


def _spelt(verdict: str) -> str:
    """``EXACT`` in small capitals."""
    return re.sub(r"[A-Z]{2,}", lambda word: rf"\textsc{{{word[0].lower()}}}", verdict)


def formula_rows(claim: Claim, width: int = 60) -> list[str]:
    """The claim on several rows, broken before the terms of a sum and the factors of a long product.

    ``width`` is the length of a row in printed characters, roughly. A long fraction is stated as
    N/D, with N and D on rows of their own.
    """
    return _rows(formula_latex(claim.lhs), claim.rhs, width)


def _rows(lhs: str, rhs, width: int) -> list[str]:
    if isinstance(rhs, sp.Mul | sp.Pow) and not getattr(rhs, "is_Matrix", False):
        above, below = sp.fraction(rhs, exact=True)
        if below != 1 and max(_printed(formula_latex(part)) for part in (above, below)) > width:
            halves = [
                _rows(rf"\mathcal{{{name}}}", part, width) for name, part in (("N", above), ("D", below))
            ]
            return [rf"{lhs} = \mathcal{{N}} / \mathcal{{D}}, \quad\text{{where}}", *halves[0], *halves[1]]
    rows, room = [lhs], width - _printed(lhs)
    for position, (sign, tex) in enumerate(_pieces(rhs, width)):
        sign = "=" if position == 0 and sign != "-" else "= -" if position == 0 else sign
        if _printed(tex) < room:
            rows[-1] += f" {sign} {tex}"
        else:
            rows.append(f"{{}}{sign} {tex}")
            room = width
        room -= _printed(tex) + 2
    return rows


def _pieces(expression, width: int):
    """Terms with the sign before each; a long product as its factors."""
    terms = [expression]
    if isinstance(expression, sp.Add):
        terms = ClaimPrinter()._as_ordered_terms(expression)
    elif isinstance(expression, sp.MatAdd):
        terms = expression.args
    for term in terms:
        tex = formula_latex(term)
        if _printed(tex) > width and isinstance(term, sp.Mul) and _denominator(term) == 1:
            lead = "-" if tex.startswith("-") else "+"
            for place, factor in enumerate((-term if lead == "-" else term).args):
                tex = formula_latex(factor)
                tex = rf"\left({tex}\right)" if factor.is_Add or factor.is_MatAdd else tex
                yield lead if place == 0 else r"\cdot", tex
        elif tex.startswith("-"):
            yield "-", tex[1:].strip()
        else:
            yield "+", tex


def _denominator(product):
    return 1 if getattr(product, "is_Matrix", False) else sp.fraction(product, exact=True)[1]


def _printed(tex: str) -> int:
    """Printed characters of a formula, roughly: commands count once, fractions as both halves."""
    return len(re.sub(r"\\[a-zA-Z]+|[{}\s^_&]", lambda m: "x" if m[0].startswith("\\") else "", tex))


_TALL = re.compile(r"\\(frac|int|sum|prod|begin|binom|left|lim|sqrt)")


def _slim(tex: str) -> str:
    r"""Plain parentheses where nothing inside is tall: ``u(t)`` for ``u\left(t \right)``."""
    opened, out = [], []
    for token in re.split(r"(\\left\(|\\right\))", tex):
        if token == r"\right)" and opened:
            start = opened.pop()
            inside = "".join(out[start + 1 :])
            tall = _TALL.search(inside)
            out[start:] = [rf"\left({inside}\right)" if tall else f"({inside.rstrip()})"]
            continue
        if token == r"\left(":
            opened.append(len(out))
        out.append(token)
    return "".join(out)
