"""Words as LaTeX: the Markdown and Unicode of docstrings, summaries and reasons."""

from __future__ import annotations

import re
import unicodedata

_SIGNS = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "&": r"\&", "%": r"\%", "#": r"\#", "_": r"\_",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": "$<$", ">": "$>$", "|": "$|$", "$": r"\$",
    '"': "''",
}  # fmt: skip
_SYMBOLS = {
    "×": r"\times", "·": r"\cdot", "−": "-", "≤": r"\le", "≥": r"\ge", "≠": r"\ne", "≈": r"\approx",
    "→": r"\to", "∞": r"\infty", "±": r"\pm", "∈": r"\in", "∝": r"\propto", "∂": r"\partial", "√": r"\surd",
    "²": "^2", "³": "^3", "½": r"\frac12", "′": "'", "ᵀ": "^T", "⁻": "^-", "¹": "^1", "₀": "_0", "₁": "_1",
    "₂": "_2", "∫": r"\int", "∑": r"\sum", "∏": r"\prod", "≪": r"\ll", "≫": r"\gg", "⟨": r"\langle",
    "⟩": r"\rangle", "⊗": r"\otimes", "‖": r"\|", "∼": r"\sim", "°": r"^\circ", "η": r"\eta", "ℓ": r"\ell",
    "ℝ": r"\mathbb{R}", "ε": r"\varepsilon", "φ": r"\varphi", "ϕ": r"\phi",
}  # fmt: skip
_PUNCTUATION = {"–": "--", "—": "---", "…": r"\dots{}", "“": "``", "”": "''", "‘": "`", "’": "'"}

_MATHS = re.compile(r"(\$\$.+?\$\$|(?<!\\)\$.+?(?<!\\)\$)", re.S)


def prose_latex(text: str) -> str:
    """Text with Markdown emphasis, ``code``, lists and $formulas$ as LaTeX for pdflatex.

    Greek letters and common signs become formulas; a character that has no LaTeX is replaced by
    its plain letters, or by '?'.
    """
    parts = []
    for position, part in enumerate(_MATHS.split(text)):
        if position % 2 == 0:
            parts.append(_words(part))
        elif part.startswith("$$"):
            parts.append(rf"\[{''.join(map(_in_maths, part[2:-2]))}\]")
        else:
            parts.append("".join(map(_in_maths, part)))
    return _lists("".join(parts))


def verbatim_latex(text: str) -> str:
    """Text as it is, with leave to break a line at every operator: formulas in error messages."""
    pieces = re.split(r"(?<=[-+*/=),])", text)
    return r"\allowbreak{}".join(map(_escaped, pieces))


def _words(text: str) -> str:
    # Code first: what is inside backticks is taken literally.
    pieces = re.split(r"``?([^`]+)``?", text)
    return "".join(
        rf"\texttt{{{_escaped(piece)}}}" if position % 2 else _emphasis(piece)
        for position, piece in enumerate(pieces)
    )


def _emphasis(text: str) -> str:
    text = re.sub(r"^#+\s*(.+)$", r"**\1**", text, flags=re.M)
    pieces = re.split(r"\*\*(.+?)\*\*|(?<!\w)\*(?!\s)([^*]+?)\*(?!\w)", text)
    out = []
    for position in range(0, len(pieces), 3):
        out.append(_escaped(pieces[position]))
        if position + 2 < len(pieces):
            bold, slanted = pieces[position + 1 : position + 3]
            out.append(rf"\textbf{{{_escaped(bold)}}}" if bold else rf"\emph{{{_escaped(slanted)}}}")
    return "".join(out)


def _escaped(text: str) -> str:
    return "".join(map(_sign, unicodedata.normalize("NFC", text)))


def _sign(sign: str) -> str:
    if sign in _SIGNS or sign in _PUNCTUATION:
        return _SIGNS.get(sign) or _PUNCTUATION[sign]
    if sign.isascii() or "À" <= sign <= "ž" and sign.isalpha():
        return sign
    maths = _in_maths(sign)
    return f"${maths}$" if maths != "?" else _plain(sign)


def _in_maths(sign: str) -> str:
    """A character inside a formula; Unicode signs as their commands."""
    if sign.isascii():
        return sign
    if sign in _SYMBOLS:
        return _SYMBOLS[sign] + " "
    name = unicodedata.name(sign, "").split()
    if name[:1] == ["GREEK"] and name[2:3] == ["LETTER"] and len(name) == 4:
        return _greek(name[3].lower(), capital=name[1] == "CAPITAL") + " "
    return "?"


def _greek(letter: str, capital: bool) -> str:
    letter = {"lamda": "lambda"}.get(letter, letter)
    latin = {"alpha": "A", "beta": "B", "epsilon": "E", "zeta": "Z", "eta": "H", "iota": "I", "kappa": "K",
             "mu": "M", "nu": "N", "omicron": "O", "rho": "P", "tau": "T", "chi": "X"}  # fmt: skip
    if capital:
        return rf"\mathrm{{{latin[letter]}}}" if letter in latin else rf"\{letter.capitalize()}"
    return "o" if letter == "omicron" else rf"\{letter}"


def _plain(sign: str) -> str:
    letters = unicodedata.normalize("NFKD", sign).encode("ascii", "ignore").decode()
    return "".join(_SIGNS.get(letter, letter) for letter in letters) or "?"


def _lists(text: str) -> str:
    """Lines that begin with '- ' as an itemised list."""
    out, inside = [], False
    for line in text.split("\n"):
        item = line.startswith(("- ", "* "))
        if item and not inside:
            out.append(r"\begin{itemize}")
        if inside and not item and not line.startswith("  "):
            out.append(r"\end{itemize}")
            inside = False
        inside = inside or item
        out.append(rf"\item {line[2:]}" if item else line)
    return "\n".join([*out, r"\end{itemize}"] if inside else out)
