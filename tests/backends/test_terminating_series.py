"""What the duals of activations added to the table: series that end, the gamma function, atan2."""

import numpy as np
import pytest
from scipy import special

from theory.backends.functions import lookup

LIBRARIES = ("numpy", "jax", "torch")


def arrays(library, *values):
    if library == "numpy":
        return [np.asarray(v) for v in values]
    if library == "torch":
        torch = pytest.importorskip("torch")
        return [torch.tensor(v, dtype=torch.float64) for v in values]
    jax = pytest.importorskip("jax")
    return [jax.numpy.asarray(v, dtype=float) for v in values]


def on(library, function):
    if library != "jax":
        return np.asarray(function())
    jax = pytest.importorskip("jax")
    with jax.enable_x64(True):
        return np.asarray(function())


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_series_that_ends_is_summed_anywhere(library):
    z = [-3.0, 0.2, 0.9, 1.0, 4.0]
    found = on(library, lambda: lookup("hyper", library)((-2.0, -3.0), (0.5,), *arrays(library, z)))
    x = np.array(z)
    np.testing.assert_allclose(found, 1 + 12 * x + 8 * x**2, rtol=1e-14)


@pytest.mark.parametrize("library", ["jax", "torch"])
def test_one_that_does_not_end_is_refused_where_it_is_slow(library):
    found = on(library, lambda: lookup("hyper", library)((0.5, 0.5), (1.5,), *arrays(library, [0.4, 0.9])))
    assert np.isfinite(found[0]) and np.isnan(found[1])


@pytest.mark.parametrize("library", LIBRARIES)
def test_the_gamma_function_keeps_its_digits(library):
    x = np.concatenate([np.arange(0.5, 45, 0.5), [1e-3, 0.3]])
    found = on(library, lambda: lookup("gamma", library)(*arrays(library, x)))
    usual = x <= 40
    np.testing.assert_allclose(found[usual], special.gamma(x[usual]), rtol=3e-15)
    np.testing.assert_allclose(found, special.gamma(x), rtol=1e-13)


@pytest.mark.parametrize("library", LIBRARIES)
def test_the_angle_of_a_point(library):
    found = on(
        library, lambda: lookup("atan2", library)(*arrays(library, [1.0, 1e-9, 0.0], [-1.0, 1.0, -1.0]))
    )
    np.testing.assert_allclose(found, [3 * np.pi / 4, 1e-9, np.pi], rtol=1e-15)
