"""BibTeX entries as a LaTeX bibliography, without running BibTeX."""

from __future__ import annotations

import re

from .prose import prose_latex


def bibtex_entries(text: str) -> list[dict[str, str]]:
    """The entries of a BibTeX string: ``key``, ``type`` and the fields, braces removed."""
    entries = []
    for match in re.finditer(r"@(\w+)\s*\{\s*([^,\s]+)\s*,", text):
        body = _balanced(text, match.end())
        entry = {"type": match[1].lower(), "key": match[2]}
        position = 0
        while field := re.compile(r"\s*,?\s*(\w+)\s*=\s*").match(body, position):
            value, position = _value(body, field.end())
            entry[field[1].lower()] = " ".join(value.split())
        entries.append(entry)
    return entries


def bibliography_latex(text: str) -> str:
    """A ``thebibliography`` environment; '' when the string holds no entry."""
    entries = bibtex_entries(text)
    if not entries:
        return ""
    items = [rf"\bibitem{{{entry['key']}}} {_cited(entry)}" for entry in entries]
    return "\n".join([r"\begin{thebibliography}{99}", r"\raggedright", *items, r"\end{thebibliography}"])


def _cited(entry: dict[str, str]) -> str:
    where = [entry.get("journal") or entry.get("booktitle") or entry.get("publisher") or ""]
    where += [entry.get("volume", ""), entry.get("pages", "")]
    parts = [
        _field(entry.get("author", "").replace(" and ", ", ")),
        rf"\emph{{{_field(entry['title'])}}}" if "title" in entry else "",
        " ".join(map(_field, filter(None, where))),
        f"arXiv:{_field(entry['eprint'])}" if "eprint" in entry else "",
        rf"doi:\texttt{{{prose_latex(entry['doi'])}}}" if "doi" in entry else "",
        entry.get("year", ""),
    ]
    return ", ".join(filter(None, parts)) + "."


def _field(text: str) -> str:
    """A field is LaTeX already, but for Unicode and signs left bare by mistake."""
    text = re.sub(r"(?<!\\)([&%#])", r"\\\1", text)
    if "$" not in text:
        text = re.sub(r"(?<!\\)_", r"\\_", text)
    return "".join(sign if sign.isascii() else prose_latex(sign) for sign in text)


def _value(body: str, start: int) -> tuple[str, int]:
    if body.startswith("{", start):
        inside = _balanced(body, start + 1)
        return re.sub(r"(?<!\\)[{}]", "", inside) if "\\" not in inside else inside, start + len(inside) + 2
    if body.startswith('"', start):
        end = body.index('"', start + 1)
        return body[start + 1 : end], end + 1
    word = re.compile(r"[^,}\s]*").match(body, start)
    return word[0], word.end()


def _balanced(text: str, start: int) -> str:
    """The text from ``start`` up to the brace that closes the one before it."""
    depth = 1
    for position in range(start, len(text)):
        sign = text[position]
        depth += (sign == "{") - (sign == "}")
        if depth == 0:
            return text[start:position]
    raise ValueError(f"unbalanced braces in BibTeX near {text[start : start + 40]!r}")
