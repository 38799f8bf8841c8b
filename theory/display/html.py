"""Claims and derivations as HTML: MathML formulas, no script, no style sheet needed.

A formula wider than the page scrolls inside its own box. The classes ``claim``, ``formula``,
``reason`` and ``evidence`` are there for a page that wants to style them.
"""

from __future__ import annotations

import re
from html import escape

from ..derivation import Claim
from .latex import allowed_latex, claim_latex, formula_latex
from .lines import Line, checked_line, derivation, parameters_of

_SCROLLS = "overflow-x:auto;overflow-y:hidden;max-width:100%;padding:.3em 0"
_RED = "color:#c00000;font-weight:bold"
_NUMBERED = "display:flex;align-items:center;gap:.8em"


def formula_html(latex: str, *, display: bool = False) -> str:
    """A LaTeX formula as MathML. Raises ValueError for a formula that cannot be converted."""
    from latex2mathml.converter import convert

    try:
        found = convert(latex, display="block" if display else "inline")
    except Exception as error:  # its many exception classes share no base
        raise ValueError(f"no MathML for the formula {latex!r}: {type(error).__name__}") from error
    if unknown := re.search(r"\\\w+", found):  # what it does not know it prints as it is
        raise ValueError(f"no MathML for {unknown[0]} in the formula {latex!r}")
    return found


def claim_html(claim: Claim) -> str:
    """One claim: formula in a box that scrolls, then domain, reason and evidence."""
    return _line(checked_line(claim), _domain(claim.domain.symbols, claim.relations))


def derivation_html(claims) -> str:
    """A derivation, numbered; premises first. ``claims`` is one claim or several."""
    lines, verdict, message = derivation(claims)
    shown = [_line(line, _domain((), line.claim.relations)) for line in lines]
    domain = _domain(parameters_of([line.claim for line in lines]), ())
    style = "" if all(line.holds for line in lines) else f' style="{_RED}"'
    ending = f"For {domain}. " if domain else ""
    ending += f'<b class="evidence"{style}>{verdict}</b> ({words_html(message)}).'
    return f'<div class="derivation">{"".join(shown)}<p>{ending}</p></div>'


def parameter_table_html(things) -> str:
    """Symbol, meaning, unit and allowed values of every parameter; scrolls when wide."""
    rows = "".join(
        f"<tr><td>{formula_html(formula_latex(x))}</td><td>{words_html(x.meaning)}</td>"
        f"<td>{words_html(x.unit or '1')}</td><td>{formula_html(allowed_latex(x))}</td></tr>"
        for x in parameters_of(things)
    )
    head = "<tr><th>symbol</th><th>meaning</th><th>unit</th><th>domain</th></tr>"
    table = f'<table class="parameters"><thead>{head}</thead><tbody>{rows}</tbody></table>'
    return f'<div style="{_SCROLLS}">{table}</div>'


def words_html(text: str) -> str:
    """Plain words with $formulas$ as HTML."""
    parts = re.split(r"(?<!\\)\$(.+?)(?<!\\)\$", text, flags=re.S)
    return "".join(formula_html(p) if i % 2 else escape(p) for i, p in enumerate(parts))


def _domain(parameters, relations) -> str:
    parts = [allowed_latex(x) for x in parameters] + [formula_latex(r) for r in relations]
    return ", ".join(map(formula_html, parts))


def _line(line: Line, domain: str) -> str:
    formula = formula_html(claim_latex(line.claim), display=True)
    box = f'<div class="formula" style="{_SCROLLS};flex:1;min-width:0">{formula}</div>'
    if line.number:
        box = f'<div style="{_NUMBERED}"><span>({line.number})</span>{box}</div>'
    verdict = f'<b class="evidence">{line.verdict}</b>'
    if not line.holds:
        verdict = f'<b class="evidence" style="{_RED}">{line.verdict}</b>: {escape(line.message)}'
    where = f"where {domain}; " if domain else ""
    below = f"{where}<i>{words_html(line.reason)}</i> · {verdict}"
    reason = f'<div class="reason" style="font-size:90%;overflow-wrap:anywhere">{below}</div>'
    return f'<div class="claim" style="margin:.8em 0">{box}{reason}</div>'
