"""Claims between matrices: symbols with kinds, rules, and their exact check over the rationals."""

from .arrays import scalar_function
from .form import DomainError, MatrixForm
from .mutants import matrix_equivalent, matrix_mutants
from .rules import Conserved, Differentiates, MatrixResidual, Rewrites, Solves, Substitutes, equal
from .spectral import bipartite_eigensystem, diagonal_matrix, graded_factors
from .symbols import (
    Initial,
    MatrixParameter,
    Rate,
    Vec,
    centred,
    diagonal,
    function_of,
    general,
    orthonormal,
    symmetric,
)

__all__ = [
    "DomainError",
    "MatrixForm",
    "bipartite_eigensystem",
    "diagonal_matrix",
    "graded_factors",
    "scalar_function",
    "Conserved",
    "Differentiates",
    "Initial",
    "MatrixParameter",
    "MatrixResidual",
    "Rate",
    "Rewrites",
    "Solves",
    "Substitutes",
    "Vec",
    "centred",
    "diagonal",
    "equal",
    "function_of",
    "general",
    "matrix_equivalent",
    "matrix_mutants",
    "orthonormal",
    "symmetric",
]
