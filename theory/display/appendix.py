"""A theory as a complete LaTeX document: symbols, derivations, references."""

from __future__ import annotations

from collections.abc import Iterable

from .latex import PREAMBLE, allowed_latex, derivation_latex, formula_latex
from .lines import parameters_of
from .prose import prose_latex
from .references import bibliography_latex

_CLASS = r"""
\documentclass[11pt]{article}
\usepackage[utf8]{inputenc}
\setlength{\oddsidemargin}{0pt}\setlength{\textwidth}{6.5in}
\setlength{\topmargin}{-.4in}\setlength{\textheight}{9in}
\raggedbottom
""".strip()


def appendix_latex(
    title: str, summary: str, derivations: Iterable, parameters=(), references: str = ""
) -> str:
    """A LaTeX document (class article; amsmath, amssymb, graphicx) ready for pdflatex.

    ``derivations`` lists ``(heading, prose, claims)``. Claims are numbered through the whole
    document; one that several derivations rest on is stated once. ``parameters`` adds symbols to
    the table beyond those the claims use. ``references`` is BibTeX. Title, summary, headings and
    prose may hold Markdown emphasis, $formulas$ and Unicode.
    """
    derivations = [(heading, prose, _listed(claims)) for heading, prose, claims in derivations]
    symbols = parameters_of([*parameters, *(c for _, _, claims in derivations for c in claims)])
    numbers: dict[int, int] = {}
    sections = [
        rf"\section{{{prose_latex(heading)}}}"
        + "\n"
        + prose_latex(prose)
        + "\n\n"
        + derivation_latex(claims, numbers)
        for heading, prose, claims in derivations
    ]
    return "\n\n".join(
        [
            _CLASS + "\n" + PREAMBLE,
            r"\title{" + prose_latex(title) + "}\n" + r"\author{}\date{}",
            r"\begin{document}" + "\n" + r"\maketitle",
            prose_latex(summary),
            parameter_table_latex(symbols),
            *sections,
            bibliography_latex(references),
            r"\end{document}" + "\n",
        ]
    )


def parameter_table_latex(things) -> str:
    """Symbol, meaning, unit and allowed values of every parameter; breaks across pages."""
    symbols = parameters_of(things)
    if not symbols:
        return ""
    row = r"\par\noindent\makebox[.12\linewidth][l]{%s}\parbox[t]{.86\linewidth}{\raggedright %s}\par"
    rows = []
    for x in symbols:
        unit = f"; unit: {prose_latex(x.unit)}" if x.unit else ""
        rows.append(row % (f"${formula_latex(x)}$", f"{prose_latex(x.meaning)}{unit}; ${allowed_latex(x)}$"))
    return "\n".join([r"\section*{Symbols}", *rows])


def _listed(claims) -> list:
    return [claims] if hasattr(claims, "lines") else list(claims)
