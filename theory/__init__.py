"""Exactly solvable models of deep learning: derived, checked, compiled, compared, drawn.

The names below are imported on first use, so that ``import theory`` costs nothing and the
command line answers ``--help`` at once.
"""

from .lazy import on_first_use

_HOME = {
    "Parameter": "parameter",
    "Domain": "parameter",
    "Claim": "derivation",
    "Evidence": "derivation",
    "Rule": "derivation",
    "Refuted": "residual",
    "Undecided": "residual",
    "ExplicitForm": "closed_form",
    "ImplicitForm": "closed_form",
    "RecursiveForm": "closed_form",
    "SpectralForm": "closed_form",
    "QuadratureForm": "closed_form",
    "TrajectoryForm": "closed_form",
    "DomainError": "closed_form",
    "Comparison": "comparison",
    "Verdict": "comparison",
    "MonteCarlo": "tolerance",
    "Discretisation": "tolerance",
    "FiniteSize": "tolerance",
    "RoundOff": "tolerance",
    "validate": "validate",
}

__all__ = sorted(_HOME)
__version__ = "0.1.0"
__getattr__, __dir__ = on_first_use(__name__, _HOME)
