"""The cells of a sweep are the product of its axes, numbered, seeds varying fastest."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory.sweep import Grid

axes = st.dictionaries(
    st.sampled_from("abcd"), st.lists(st.floats(-9, 9), min_size=1, max_size=4), min_size=1, max_size=3
)


@given(axes, st.integers(1, 3), st.integers(1, 7))
def test_chunks_together_are_every_combination_once_and_in_order(axes, seeds, size):
    grid = Grid(axes, seeds)
    chunks = [grid.cells(k, k + size) for k in range(0, len(grid), size)]
    whole = {name: np.concatenate([c[name] for c in chunks]).tolist() for name in chunks[0]}
    expected = list(itertools.product(*axes.values(), range(seeds)))
    assert whole["cell"] == list(range(len(grid)))
    assert list(zip(*(whole[x] for x in (*axes, "seed")), strict=True)) == expected


def test_a_grid_of_many_cells_takes_no_memory():
    grid = Grid({x: np.arange(10**4) for x in "abcd"})
    assert len(grid) == 10**16
    assert grid.cells(10**12, 10**12 + 3)["d"].tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    ("axes", "seeds", "says"),
    [
        ({"a": []}, None, "a = "),
        ({"a": [[1, 2]]}, None, "a list of numbers"),
        ({"a": "wide"}, None, "a = 'wide'"),
        ({"a": [1.0, float("nan")]}, None, "a = nan: an axis holds finite numbers"),
        ({"a": 1}, -1, "seeds = -1"),
        ({"a": 1}, [0.5], "whole numbers"),
        ({"seed": 1}, 2, "give seeds= alone"),
    ],
)
def test_what_is_no_axis_is_refused_by_name(axes, seeds, says):
    with pytest.raises(ValueError, match=says):
        Grid(axes, seeds)
