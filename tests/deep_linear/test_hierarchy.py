"""Tree data against the singular values of the label matrix itself, built node by node."""

import numpy as np
import pytest
from flint import fmpz_mat

from derivations.deep_linear.hierarchy import (
    diffusion_eigenvalues,
    tree_modes,
    tree_singular_values,
    tree_spectrum,
)
from theory.matrix import DomainError


def labels(depth: int, branching: int = 2) -> np.ndarray:
    """One row a node, one column a leaf: 1 where the node is the leaf or above it."""
    leaves = branching**depth
    rows = []
    for level in range(depth + 1):
        below = branching ** (depth - level)
        rows += [[int(leaf // below == node) for leaf in range(leaves)] for node in range(branching**level)]
    return np.array(rows)


@pytest.mark.parametrize(
    ("depth", "branching"), [(d, 2) for d in range(1, 7)] + [(1, 3), (2, 3), (3, 3), (2, 5)]
)
def test_the_spectrum_is_that_of_the_label_matrix_exactly(depth, branching):
    Y = labels(depth, branching)
    overlaps = fmpz_mat((Y.T @ Y).tolist())
    for square, times in tree_spectrum(depth, branching):
        n = overlaps.nrows()
        shifted = overlaps - fmpz_mat(n, n, [square * (i == j) for i in range(n) for j in range(n)])
        assert n - shifted.rank() == times


def test_the_tree_of_the_card():
    assert tree_spectrum(3) == [(15, 1), (7, 1), (3, 2), (1, 4)]


def test_singular_values_come_with_multiplicity_largest_first():
    values = tree_singular_values(4)
    assert values.shape == (16,)
    assert np.all(np.diff(values) <= 0)
    np.testing.assert_array_max_ulp(values[:2], np.sqrt([31.0, 15.0]), maxulp=1)


def test_one_hot_modes_are_those_of_the_averaged_correlations():
    s, d = tree_modes(3)
    Y = labels(3)
    measured = np.linalg.svd(Y @ np.eye(8).T / 8, compute_uv=False)
    np.testing.assert_allclose(s, measured, atol=8 * np.finfo(float).eps * measured[0], rtol=0)
    assert d == 1 / 8


@pytest.mark.parametrize(
    ("depth", "branching", "epsilon"), [(3, 2, 0.1), (4, 2, 0.25), (2, 4, 0.05), (2, 4, 0.25)]
)
def test_diffusion_eigenvalues_are_those_of_the_leaf_correlation(depth, branching, epsilon):
    leaves, kept = branching**depth, (1 - 2 * epsilon) ** 2
    correlation = np.zeros((leaves, leaves))
    for level in range(depth + 1):
        group = np.arange(leaves) // branching ** (depth - level)
        correlation[group[:, None] == group[None, :]] = kept ** (depth - level)
    measured = np.linalg.eigvalsh(correlation)[::-1]
    predicted = diffusion_eigenvalues(depth, epsilon, branching)
    np.testing.assert_allclose(
        predicted, measured, atol=8 * leaves * np.finfo(float).eps * measured[0], rtol=0
    )


def test_diffusion_limits():
    assert diffusion_eigenvalues(3, 0.0)[0] == 8
    assert np.all(diffusion_eigenvalues(3, 0.0)[1:] == 0)
    assert np.all(diffusion_eigenvalues(3, 0.5) == 1)


@pytest.mark.parametrize("bad", [0, -1, 2.5, True, "3"])
def test_a_depth_that_is_no_positive_integer_is_refused(bad):
    with pytest.raises(DomainError, match="D an integer from 1"):
        tree_singular_values(bad)


def test_bad_branching_and_flip_probability_are_refused():
    with pytest.raises(DomainError, match="b an integer from 2"):
        tree_spectrum(3, 1)
    with pytest.raises(DomainError, match="epsilon"):
        diffusion_eigenvalues(3, 0.7)
