"""Matrix claims: checked over the rationals, refuted with the matrices that show it."""

import pytest
import sympy as sp

from theory.derivation import Claim, Evidence
from theory.matrix import (
    Conserved,
    Differentiates,
    Initial,
    MatrixParameter,
    Rate,
    Rewrites,
    Solves,
    Substitutes,
    Vec,
    diagonal,
    equal,
    function_of,
    orthonormal,
    symmetric,
)
from theory.mutants import claim_mutants
from theory.parameter import COUNTING, POSITIVE, Parameter
from theory.residual import Refuted
from theory.rules import Given

n, m, k = (Parameter(x, "a size", COUNTING) for x in "nmk")
tau = Parameter("tau", "time constant", POSITIVE)
F = MatrixParameter("F", n, n, "drive", kind=symmetric)
E = MatrixParameter("E", n, n, "exp(F t/tau)", kind=function_of(F), moves=True)
phi = MatrixParameter("phi", n, n, "its integral", kind=function_of(F), moves=True)
Q0 = MatrixParameter("Q0", n, m, "start")
P = MatrixParameter("P", n, n, "Gram matrix", kind=symmetric, moves=True)
A = MatrixParameter("A", n, m, "any matrix")
B = MatrixParameter("B", m, k, "any matrix")

riccati = Claim(tau * Rate(P), F * P + P * F - P * P, Given("Riccati flow"))
premises = (
    Claim(tau * Rate(E), F * E, Given("exponential")),
    Claim(tau * Rate(phi), E * E, Given("integral")),
    Claim(Initial(E), sp.Identity(n), Given("start")),
    Claim(Initial(phi), sp.ZeroMatrix(n, n), Given("start")),
    Claim(Initial(P), Q0 * Q0.T, Given("start")),
)
solution = E * Q0 * (sp.Identity(m) + Q0.T * phi * Q0).I * Q0.T * E


def solves(rhs) -> Claim:
    return Claim(P, rhs, Solves(riccati, *premises))


def test_the_riccati_solution_leaves_exactly_zero():
    assert solves(solution).evidence is Evidence.EXACT


def test_a_wrong_factor_is_refuted_with_entry_and_matrices():
    wrong = E * Q0 * (sp.Identity(m) + sp.Rational(1, 2) * Q0.T * phi * Q0).I * Q0.T * E
    with pytest.raises(Refuted, match=r"entry \(0, 0\)") as failure:
        _ = solves(wrong).evidence
    assert failure.value.at[Q0].is_Matrix
    assert all(x.is_Rational for x in failure.value.at[Q0])
    assert failure.value.value != 0


def test_every_mutant_of_the_riccati_solution_is_refused():
    tally = claim_mutants(solves(solution))
    assert tally.made >= 12
    assert tally.survivors == []


def test_every_mutant_of_its_premises_is_refused():
    claim = solves(solution)
    # E enters the solution twice: that it starts at +1, not at -1, shows where it enters once
    once = Claim(Initial(E * Q0), Q0, Substitutes(premises[2]))
    for premise in claim.premises:
        tally = claim_mutants(premise, [claim, once])
        assert tally.made > tally.equivalent
        assert tally.survivors == [], str(premise)


def test_symmetric_transposes_are_equivalent_not_survivors():
    claim = Claim(A.T * E.T * A, A.T * E * A, Rewrites())
    tally = claim_mutants(claim)
    assert tally.equivalent >= 1
    assert tally.survivors == []


def test_a_wrong_start_is_refuted_as_a_condition():
    shifted = E * Q0 * (2 * sp.Identity(m) + Q0.T * phi * Q0).I * Q0.T * E
    with pytest.raises(Refuted, match="condition at t = 0"):
        _ = solves(shifted).evidence


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ((A * B).T, B.T * A.T, True),
        (A * A.T, A.T * A, False),
        (F * E, E * F, True),
        (F * P, P * F, False),
        (F.T, F, True),
        (sp.Trace(A * A.T), sp.Trace(A.T * A), True),
        (Vec(A * B), sp.KroneckerProduct(sp.Identity(n), B.T) * Vec(A), True),
        (Vec(A * B), sp.KroneckerProduct(B.T, sp.Identity(n)) * Vec(A), False),
        (sp.BlockMatrix([[F, A]]) * sp.BlockMatrix([[F], [A.T]]), F**2 + A * A.T, True),
        (Rate(E * E), 2 * Rate(E) * E, True),
        (
            sp.ImmutableMatrix([[1, 2], [3, 4]]) * sp.ImmutableMatrix([[0], [1]]),
            sp.ImmutableMatrix([[2], [4]]),
            True,
        ),
    ],
)
def test_equality_over_the_rationals(left, right, same):
    assert equal(left, right, premises[:2]) is same


def test_kinds_are_what_they_say():
    R = MatrixParameter("R", n, m, "frame", kind=orthonormal)
    D = MatrixParameter("D", n, n, "diagonal", kind=diagonal)
    D2 = MatrixParameter("D2", n, n, "diagonal", kind=diagonal)
    assert equal(R.T * R, sp.Identity(m), relations=(m <= n,))
    assert not equal(R * R.T, sp.Identity(n), relations=(m <= n,))
    assert equal(D * D2, D2 * D)
    with pytest.raises(ValueError, match="cannot have orthonormal columns"):
        equal(R.T * R, sp.Identity(m))


def test_rates_need_a_premise():
    with pytest.raises(ValueError, match="no premise says how P moves"):
        equal(Rate(P), F)
    assert equal(Rate(A), sp.ZeroMatrix(n, m))


def test_a_premise_that_the_drawn_matrices_contradict_is_an_error():
    contradiction = Claim(F * P, P * F, Given("commute"))
    with pytest.raises(ValueError, match="does not follow from how its matrices are drawn"):
        _ = Claim(F * P * F, F * F * P, Rewrites(contradiction)).evidence


def test_conserved_and_differentiates():
    x = MatrixParameter("x", n, 1, "position", moves=True)
    turning = MatrixParameter("J", n, n, "any matrix")
    flow = Claim(tau * Rate(x), (turning - turning.T) * x, Given("rotation"))
    length = Claim(x.T * x, Initial(x.T * x), Conserved(flow))
    assert length.evidence is Evidence.EXACT
    assert claim_mutants(length).survivors == []
    assert Claim(tau * Rate(x * x.T), tau * (Rate(x) * x.T + x * Rate(x).T), Differentiates(flow)).evidence
    drifting = Claim(tau * Rate(x), turning * x, Given("not a rotation"))
    with pytest.raises(Refuted, match="rate of change"):
        _ = Claim(length.lhs, length.rhs, Conserved(drifting)).evidence


def test_definitions_are_substituted():
    S = MatrixParameter("S", n, n, "square")
    square = Claim(S, A * A.T, Given("definition"))
    assert Claim(S * A, A * A.T * A, Substitutes(square)).evidence is Evidence.EXACT


def test_the_same_claim_is_checked_at_the_same_points():
    def values():
        return [p.value(Q0) for r in solves(solution).residuals()[:1] for p in r.points()]

    assert values() == values()


def test_the_derivative_of_a_determinant_is_jacobis_formula():
    G = MatrixParameter("G", n, n, "a matrix that moves", moves=True)
    V = MatrixParameter("V", n, n, "its rate")
    moves = Claim(Rate(G), V, Given("it moves"))
    det = sp.Determinant
    jacobi = Claim(Rate(det(G)), det(G) * sp.Trace(G.I * V), Differentiates(moves))
    assert jacobi.evidence is Evidence.EXACT
    product = Claim(det(F * E), det(F) * det(E), Rewrites())
    assert product.evidence is Evidence.EXACT
    with pytest.raises(Refuted):
        _ = Claim(Rate(det(G)), det(G) * sp.Trace(G * V), Differentiates(moves)).evidence


def test_mpmath_has_cholesky_factors():
    import mpmath
    import numpy as np

    from theory.matrix.arrays import precise_namespace

    a = np.array([[2.0, 0.3], [0.3, 1.0]])
    with mpmath.workdps(40):
        xp, exact = precise_namespace(), np.frompyfunc(mpmath.mpf, 1, 1)(a)
        lower = xp.linalg.cholesky(exact)
        assert np.abs(xp.matmul(lower, lower.T) - exact).max() < 1e-38


def test_mutants_of_a_scalar_made_of_matrices_are_such_scalars():
    from theory.mutants import mutants

    expression = tau * sp.Trace(F.I * E * phi) / sp.Determinant(E)
    found = [mutant.expression for mutant in mutants(expression)]
    assert tau * sp.Trace(F * E * phi) / sp.Determinant(E) in found  # an inverse dropped
    assert any(sp.Determinant(F) in mutant.atoms(sp.Determinant) for mutant in found)  # a matrix swapped
    assert not any(getattr(mutant, "is_Matrix", False) for mutant in found)
