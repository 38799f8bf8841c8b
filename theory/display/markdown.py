"""Claims and derivations as Markdown with LaTeX formulas, as Jupyter and GitHub render it."""

from __future__ import annotations

from ..derivation import Claim
from .latex import allowed_latex, claim_latex, formula_latex
from .lines import Line, checked_line, derivation, parameters_of


def claim_markdown(claim: Claim) -> str:
    """One claim: the formula on display, its domain, reason and evidence below."""
    return _line(checked_line(claim), _domain(claim.domain.symbols, claim.relations))


def derivation_markdown(claims) -> str:
    """A derivation, numbered; premises first. ``claims`` is one claim or several."""
    lines, verdict, message = derivation(claims)
    shown = [_line(line, _domain((), line.claim.relations)) for line in lines]
    domain = _domain(parameters_of([line.claim for line in lines]), ())
    ending = f"For {domain}. " if domain else ""
    return "\n\n".join([*shown, f"{ending}**{verdict}** ({_escaped(message)})."])


def parameter_table_markdown(things) -> str:
    """Symbol, meaning, unit and allowed values of every parameter, as a table."""
    rows = ["| symbol | meaning | unit | domain |", "|---|---|---|---|"]
    for x in parameters_of(things):
        cells = f"${formula_latex(x)}$", _escaped(x.meaning), _escaped(x.unit) or "1", f"${allowed_latex(x)}$"
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def _domain(parameters, relations) -> str:
    parts = [allowed_latex(x) for x in parameters] + [formula_latex(r) for r in relations]
    return ", ".join(f"${part}$" for part in parts)


def _line(line: Line, domain: str) -> str:
    tag = f" \\tag{{{line.number}}}" if line.number else ""
    verdict = f"**{line.verdict}**" if line.holds else f"**{line.verdict}**: {_escaped(line.message)}"
    where = f"where {domain}; " if domain else ""
    return f"$$\n{claim_latex(line.claim)}{tag}\n$$\n\n{where}*{_escaped(line.reason)}* · {verdict}"


def _escaped(text: str) -> str:
    """Plain words as Markdown: no emphasis or table cells by accident; ``$...$`` stays a formula."""
    parts = text.split("$")
    for i in range(0, len(parts), 2):
        for sign in "\\*_`|<":
            parts[i] = parts[i].replace(sign, "\\" + sign)
    return "$".join(parts)
