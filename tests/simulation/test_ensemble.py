"""Replicates are independent of one another and of their number."""

from __future__ import annotations

import numpy as np
import pytest

from theory.simulation import generator, namespace, replicate

LIBRARIES = ["numpy", "jax", pytest.param("torch", marks=pytest.mark.peers("torch"))]


def test_a_replicate_does_not_depend_on_how_many_there_are():
    few = replicate(lambda rng: rng.normal(size=2), 3, rng=generator(1))
    many = replicate(lambda rng: rng.normal(size=2), 5, rng=generator(1))
    assert few.shape == (3, 2) and np.array_equal(few, many[:3])
    assert len(np.unique(many)) == many.size
    assert not np.array_equal(few, replicate(lambda rng: rng.normal(size=2), 3, rng=generator(2)))


@pytest.mark.parametrize("backend", LIBRARIES)
def test_every_library_stacks_its_own(backend):
    pytest.importorskip(backend, reason=f"{backend} is not installed")
    with namespace(backend) as xp:
        drawn = replicate(lambda rng: xp.asarray(rng.normal(size=2)), 4, rng=generator(1))
        assert type(drawn) is type(xp.zeros(1))
        same = replicate(lambda rng: rng.normal(size=2), 4, rng=generator(1))
        assert np.array_equal(xp.to_numpy(drawn), same)


def test_numbers_become_an_array_and_progress_is_told():
    seen = []
    drawn = replicate(
        lambda rng: 1.5, 3, rng=generator(1), progress=lambda done, total: seen.append((done, total))
    )
    assert drawn.tolist() == [1.5] * 3 and seen == [(1, 3), (2, 3), (3, 3)]
    with pytest.raises(ValueError, match="replicates = 0"):
        replicate(lambda rng: 1.5, 0, rng=generator(1))
