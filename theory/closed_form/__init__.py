"""Closed forms: claims as functions of numbers and arrays. If you do not know which kind to use:

==============  ====================================================================
ExplicitForm    the claim's right side is the value
ImplicitForm    the value is the root of the claim in a bracket
RecursiveForm   the value is reached by repeating a claim (layers)
SpectralForm    a scalar claim applied to a symmetric matrix
QuadratureForm  the right side is an integral over a bounded or infinite range
TrajectoryForm  the value solves a differential equation that has no formula
==============  ====================================================================
"""

from .accuracy import Accuracy
from .domain import DomainError
from .explicit import ExplicitForm
from .form import ClosedForm
from .implicit import ImplicitForm, Root
from .precise import Precise
from .quadrature import QuadratureForm
from .recursive import RecursiveForm
from .spectral import SpectralForm
from .trajectory import TrajectoryForm

__all__ = [
    "Accuracy",
    "ClosedForm",
    "DomainError",
    "ExplicitForm",
    "ImplicitForm",
    "Precise",
    "QuadratureForm",
    "RecursiveForm",
    "Root",
    "SpectralForm",
    "TrajectoryForm",
]
