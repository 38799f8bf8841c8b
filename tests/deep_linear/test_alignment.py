"""Aligned weights stay aligned: the claims, and Euler steps of the matrix flow itself."""

import numpy as np
import pytest

from derivations.deep_linear import alignment, matrix_setting
from theory.derivation import Claim, Evidence
from theory.mutants import claim_mutants

CLAIMS = {
    name: claim
    for module in (matrix_setting, alignment)
    for name, claim in vars(module).items()
    if isinstance(claim, Claim) and claim.module == module.__name__
}


@pytest.mark.parametrize("name", CLAIMS)
def test_every_claim_is_exact(name):
    assert CLAIMS[name].standing is Evidence.EXACT


@pytest.mark.parametrize("name", CLAIMS)
def test_every_mutant_is_refused(name):
    assert claim_mutants(CLAIMS[name], CLAIMS.values()).survivors == []


def test_without_shared_input_vectors_the_modes_couple():
    rotation = np.linalg.qr(np.random.default_rng(1).normal(size=(3, 3)))[0]
    S, A, B = np.diag([3.0, 2.0, 1.0]), np.diag([0.1, 0.2, 0.3]), np.diag([0.3, 0.2, 0.1])
    for vectors, couples in ((np.eye(3), False), (rotation, True)):
        Sigma11 = vectors @ np.diag([1.0, 2.0, 3.0]) @ vectors.T
        rate = B.T @ (S - B @ A @ Sigma11)
        off = np.abs(rate - np.diag(np.diag(rate))).max()
        assert bool(off > 1e-3) is couples
