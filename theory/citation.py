"""The sources of theories, as one BibTeX file."""

from __future__ import annotations

import re
from collections.abc import Iterable

from .catalogue import Theory

_ENTRY = re.compile(r"^@\w+\s*\{\s*([^,\s]+)\s*,", re.MULTILINE)


def entries(text: str) -> dict[str, str]:
    """The BibTeX entries of a text by their keys."""
    starts = [*_ENTRY.finditer(text)]
    ends = [match.start() for match in starts[1:]] + [len(text)]
    return {match[1]: text[match.start() : end].strip() for match, end in zip(starts, ends, strict=True)}


def bibliography(theories: Iterable[Theory]) -> str:
    """Every entry of the theories' REFERENCES once, by key; a source that two theories share is one entry."""
    found: dict[str, str] = {}
    for theory in theories:
        found |= entries(theory.references)
    return "\n\n".join(found[key] for key in sorted(found))
