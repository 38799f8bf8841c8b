"""Every library sees the same draws, in float64, on the device asked for."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from scipy import special

from theory.simulation import BackendUnavailable, generator, namespace

LIBRARIES = ["numpy", "jax", pytest.param("torch", marks=pytest.mark.peers("torch"))]


def available(backend):
    pytest.importorskip(backend, reason=f"{backend} is not installed")
    return namespace(backend)


@pytest.mark.parametrize("backend", LIBRARIES)
def test_draws_arrive_unchanged_in_float64(backend):
    drawn = generator(4).normal(size=(3, 2))
    with available(backend) as xp:
        moved = xp.asarray(drawn)
        assert np.array_equal(xp.to_numpy(moved), drawn)
        for made in (
            xp.zeros(2),
            xp.ones((2, 2)),
            xp.eye(2),
            xp.full(2, 0.1),
            xp.linspace(0, 1, 3),
            moved * 2,
        ):
            assert xp.to_numpy(made).dtype == np.float64
        assert xp.to_numpy(xp.asarray([1, 2])).dtype == np.int64
        assert xp.to_numpy(xp.asarray([True])).dtype == bool
        assert float(xp.full(1, 0.1)[0]) == 0.1
        assert np.allclose(xp.to_numpy(xp.linalg.svd(moved)[1]), np.linalg.svd(drawn)[1], rtol=1e-13, atol=0)


@pytest.mark.parametrize("backend", LIBRARIES)
def test_special_functions_go_by_one_name(backend):
    z = np.linspace(-3, 3, 7)
    with available(backend) as xp:
        for name in ("erf", "ndtr"):
            found = getattr(xp.special, name)(xp.asarray(z))
            assert xp.computed(found)
            np.testing.assert_allclose(xp.to_numpy(found), getattr(special, name)(z), rtol=1e-14)


@pytest.mark.parametrize("backend", LIBRARIES)
def test_an_array_that_cannot_be_written_is_moved(backend):
    source = np.ones(2)
    source.flags.writeable = False
    with available(backend) as xp:
        moved = xp.asarray(source)
    assert xp.to_numpy(moved).tolist() == [1, 1]


def test_jax_keeps_its_precision_outside():
    jax = pytest.importorskip("jax", reason="jax is not installed")
    before = jax.numpy.asarray(1.0).dtype
    with namespace("jax") as xp, namespace("jax"):
        assert xp.asarray(1.0).dtype == np.float64
    assert jax.numpy.asarray(1.0).dtype == before


def test_the_type_can_be_chosen():
    xp = namespace("numpy", dtype="float32")
    assert xp.zeros(2).dtype == xp.asarray(1.0).dtype == np.float32


def test_seeds_repeat_and_differ():
    assert generator(1).normal() == generator(1).normal() != generator(2).normal()


def test_an_unknown_backend_or_device_is_named():
    with pytest.raises(ValueError, match="unknown backend 'cupy': choose one of numpy, jax, torch"):
        namespace("cupy")
    with pytest.raises(ValueError, match="unknown device 'tpu': choose cpu, cuda"):
        namespace("numpy", "tpu")
    with pytest.raises(BackendUnavailable, match="'numpy' finds no device 'cuda'.*backends jax and torch"):
        namespace("numpy", "cuda")


@pytest.mark.parametrize("backend", LIBRARIES[1:])
def test_a_device_that_is_not_there_is_named(backend):
    available(backend)
    with pytest.raises(BackendUnavailable, match=r"no device 'cuda:99' on this machine \(available: cpu"):
        namespace(backend, "cuda:99")


def test_a_missing_package_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(BackendUnavailable, match=r"pip install theory-workbench\[torch\]") as caught:
        namespace("torch")
    assert "\n" not in str(caught.value)
