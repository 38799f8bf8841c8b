"""The rules by which a claim may be justified. If you do not know which to choose:

==================  ==================================================================
Given, Defines      the model's equations; an abbreviation
Assumption          what algebra cannot check; a comparison must cover it
Substitutes         a change of variables, or a special value put in
Equates             both sides are the same expression
Rewrites            the same quantity in another (stabler, shorter) form
Solves              put into the equations and initial conditions, nothing is left
Evolves             a quantity's time derivative along the flow
Expands             a series that satisfies an equation, order by order
Coefficients        those of the series that satisfies an equation
Separates           time as an integral over the state of a one-dimensional flow
Inverts             one formula put into the other gives the argument back
Limit, Series       what a formula tends to; its expansion
Differentiates      the derivative of a premise
Integrates          its derivative is the integrand, or a definite integral by quadrature
FixedPoint          a map sends the value to itself
Recursion           holds at the base and is kept by the step
Conserved           its time derivative vanishes along the flow
Maximises           attained at a point and exceeded nowhere
Approximates        a truncated sum or quadrature, to a stated relative accuracy
==================  ==================================================================
"""

from .calculus import Approximates, Differentiates, Integrates, Limit, Maximises, Series
from .equations import (
    Coefficients,
    Conserved,
    Evolves,
    Expands,
    FixedPoint,
    Inverts,
    Recursion,
    Separates,
    Solves,
)
from .statements import Assumption, Defines, Equates, Given, Rewrites, Substitutes

__all__ = [
    "Approximates",
    "Assumption",
    "Coefficients",
    "Conserved",
    "Defines",
    "Differentiates",
    "Equates",
    "Evolves",
    "Expands",
    "FixedPoint",
    "Given",
    "Integrates",
    "Inverts",
    "Limit",
    "Maximises",
    "Recursion",
    "Rewrites",
    "Separates",
    "Series",
    "Solves",
    "Substitutes",
]
