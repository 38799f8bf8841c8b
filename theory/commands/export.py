"""``theory latex`` and ``theory cite``: what a paper takes from a theory."""

from __future__ import annotations

from .options import Package


def latex(name: str, /, *, package: Package = "derivations") -> None:
    """Print a theory's derivation as a LaTeX document: theory latex NAME > appendix.tex

    Parameters
    ----------
    name
        The theory.
    """
    from ..catalogue import find
    from ..display import appendix_latex

    print(appendix_latex(find(name, package)))


def cite(name: str | None = None, /, *, package: Package = "derivations") -> None:
    """Print the sources of a theory, or of all theories, as BibTeX.

    Parameters
    ----------
    name
        The theory; all of them when not given.
    """
    from ..catalogue import find, theories
    from ..citation import bibliography

    print(bibliography([find(name, package)] if name else theories(package)))
