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
    from ..source import opening

    theory = find(name, package)
    sections = []
    for result in theory.results:
        module = theory.modules[result]
        claims = [claim for claim in theory.claims.values() if claim.module == module.__name__]
        if claims:
            sections.append((*opening(module), claims))
    print(appendix_latex(theory.title, theory.summary, sections, references=theory.references))


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
