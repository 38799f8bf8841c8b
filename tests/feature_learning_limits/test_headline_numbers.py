"""The numbers that this theory is known for, to every digit shown."""

from fractions import Fraction

import numpy as np
import pytest

from derivations.feature_learning_limits import (
    LinearNetwork,
    Parametrisation,
    feature_kernel,
    feature_output,
    kernel_at_width,
    learning_time,
    output_at_width,
    tangent_kernel,
    tangent_output,
    variance_times_width,
)
from derivations.feature_learning_limits.gradient_flow import late_amplitude, lazy_share

HALF = Fraction(1, 2)


@pytest.mark.parametrize(
    ("parametrisation", "r", "label"),
    [
        (Parametrisation.standard(), -1, "unstable"),
        (Parametrisation.standard(c=1), HALF, "kernel"),
        (Parametrisation.tangent(), HALF, "kernel"),
        (Parametrisation.mean_field(), 0, "feature learning"),
        (Parametrisation.maximal_update(), 0, "feature learning"),
        (Parametrisation.maximal_update(1), 0, "feature learning"),
        (Parametrisation.maximal_update(5), 0, "feature learning"),
        (Parametrisation.tangent(7), HALF, "kernel"),
    ],
)
def test_table_of_parametrisations(parametrisation, r, label):
    assert (parametrisation.r, parametrisation.label) == (r, label)


def test_feature_learning_beside_the_kernel_limit():
    t = np.array([0.5, 1, 2])
    assert [f"{f:.6f}" for f in feature_output(t, 1)] == ["0.661864", "0.906588", "0.994228"]
    assert [f"{f:.6f}" for f in tangent_output(t, 1, 0)] == ["0.632121", "0.864665", "0.981684"]


def test_final_kernels():
    assert feature_kernel(40.0, 1) == pytest.approx(np.sqrt(2), rel=1e-15)
    assert tangent_kernel(40.0, 1) == pytest.approx(2 * np.sqrt(2), rel=1e-15)
    assert tangent_kernel(0.0, 1) == 2 and feature_kernel(0.0, 1) == 1


def test_every_width_contains_the_limit():
    t, s = np.linspace(0, 3, 7), 1.7
    np.testing.assert_allclose(output_at_width(t, s, 1, 1), feature_output(t, s), rtol=1e-14, atol=1e-16)
    np.testing.assert_allclose(kernel_at_width(t, s, 1, 1), tangent_kernel(t, s), rtol=1e-14)


def test_learning_time_inverts_the_output():
    f = np.array([1e-5, 0.3, 1.2, 1.999])
    np.testing.assert_allclose(feature_output(learning_time(f, 2.0), 2.0), f, rtol=1e-13)


def test_ends_of_the_flow():
    assert str(lazy_share.rhs) == "1 - exp(-2*t)"
    s, t = 1.5, 6.0
    amplitude = float(late_amplitude.rhs.subs({x: s for x in late_amplitude.rhs.free_symbols}))
    rho = np.sqrt(1 + s**2)
    assert feature_output(t, s) == pytest.approx(s - amplitude * np.exp(-2 * rho * t), rel=1e-15)


def test_the_spread_of_networks_starts_at_one_over_the_width():
    assert variance_times_width(0.0, 0.7) == 1
    assert variance_times_width(9.0, 0.7) < 1e-8


def test_steps_of_the_card():
    """R5: with g_k = prod(1 +- eta (s - f_k)) at infinite width, one input."""
    network, plus, minus = LinearNetwork(1), 1.0, 1.0
    for _ in range(12):
        f = (plus**2 - minus**2) / 2
        assert network.predict([[1.0]])[0, 0] == pytest.approx(f, rel=1e-13, abs=1e-15)
        plus, minus = plus * (1 + 0.1 * (1 - f)), minus * (1 - 0.1 * (1 - f))
        network.train([[1.0]], [1.0], 0.1)
    np.testing.assert_allclose(network.A[0, :, 0], [(plus + minus) / 2, (plus - minus) / 2], rtol=1e-13)
