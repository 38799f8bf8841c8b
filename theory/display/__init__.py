"""Claims and whole derivations in LaTeX, Markdown, HTML and plain text.

Every line comes with its number, its domain, the reason (premises by number) and its evidence,
which is checked on display; a line that does not stand is shown as REFUTED or UNDECIDED.
"""

from .appendix import appendix_latex, parameter_table_latex
from .html import claim_html, derivation_html, formula_html, parameter_table_html, words_html
from .latex import claim_latex, derivation_latex, formula_latex, formula_rows
from .lines import Line, checked_line, derivation_lines
from .markdown import claim_markdown, derivation_markdown, parameter_table_markdown
from .text import claim_text, derivation_text, formula_text, parameter_table_text

__all__ = [
    "Line",
    "appendix_latex",
    "checked_line",
    "claim_html",
    "claim_latex",
    "claim_markdown",
    "claim_text",
    "derivation_html",
    "derivation_latex",
    "derivation_lines",
    "derivation_markdown",
    "derivation_text",
    "formula_html",
    "formula_latex",
    "formula_rows",
    "formula_text",
    "parameter_table_html",
    "parameter_table_latex",
    "parameter_table_markdown",
    "parameter_table_text",
    "words_html",
]
