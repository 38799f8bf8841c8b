"""Linear networks and particles of any width: laws, limits and wrong input."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from derivations.feature_learning_limits import (
    LinearNetwork,
    Particles,
    error_at_width,
    output_after_steps,
    output_at_width,
    output_moments,
    tangent_output,
    width_slope,
)
from theory.closed_form import DomainError

X = np.array([[0.8, -0.3], [0.2, 0.9], [-0.6, 0.4]])
Y = np.array([0.7, -0.5, 0.4])
POSITIVE = st.floats(0.05, 20)


@settings(deadline=None)
@given(t=st.floats(0, 50), s=POSITIVE, P=POSITIVE, M=POSITIVE)
def test_output_and_error_add_up(t, s, P, M):
    f = output_at_width(t, s, P, M)
    assert f + error_at_width(t, s, P, M) == pytest.approx(s, rel=1e-12, abs=1e-12 * (abs(P - M) + s))
    blur = 1e-12 * (P + M + s)
    assert min((P - M) / 2, s) - blur <= f <= max((P - M) / 2, s) + blur


def test_gram_matrices_have_wisharts_law():
    """Bartlett's factors against networks that are drawn: means and variances of the entries."""
    n, many = 5, 40_000
    drawn = LinearNetwork(2, n, networks=many, seed=0).G
    Z = np.random.default_rng(1).normal(size=(many, n, 3))
    real = np.swapaxes(Z, 1, 2) @ Z / n
    for moment in (lambda G: G, lambda G: G**2, lambda G: np.linalg.det(G)):
        one, other = moment(drawn), moment(real)
        error = np.sqrt((one.var(axis=0) + other.var(axis=0)) / many)
        assert np.max(np.abs(one.mean(axis=0) - other.mean(axis=0)) / error) < 5


def test_narrow_networks_are_drawn_too():
    G = LinearNetwork(4, 2, networks=3, seed=0).G
    assert np.all(np.linalg.matrix_rank(G) == 2)


def test_a_network_of_given_weights_is_that_network():
    rng = np.random.default_rng(0)
    U, q = rng.normal(size=(6, 2)), rng.normal(size=6)
    network = LinearNetwork.of_weights(U, q)
    np.testing.assert_allclose(network.predict(X)[0], X @ U.T @ q / 6, rtol=1e-12)
    same = Particles(U, q, activation="identity")
    for batch in (False, True):
        network.train(X, Y, 0.2, 5, batch=batch)
        same.train(X, Y, 0.2, 5, batch=batch)
        np.testing.assert_allclose(network.predict(X)[0], same.predict(X), rtol=1e-12)
    np.testing.assert_allclose(network.features()[0], same.Z.T @ same.Z / 6, rtol=1e-12)


def test_the_width_vanishes_as_one_over_its_root():
    """Deviation of a network's outputs from the limit (R3): its root mean square falls as n^-1/2."""
    limit = LinearNetwork(2).train(X, Y, 0.2, 6).predict(X)
    sizes = [
        np.sqrt(
            np.mean((LinearNetwork(2, n, networks=4000, seed=n).train(X, Y, 0.2, 6).predict(X) - limit) ** 2)
        )
        for n in (256, 1024, 4096)
    ]
    slopes = np.diff(np.log(sizes)) / np.log(4)
    np.testing.assert_allclose(slopes, -0.5, atol=0.03)  # three standard errors of 4,000 networks are 0.02


def test_slopes_of_a_coordinate_check():
    """The change of the hidden coordinates (R2, R6): n^0 in the maximal update, n^-1/2 where s is n^-1/2."""
    widths, changes = np.array([128, 512, 2048]), {"maximal update": [], "NTK": []}
    for name, found in changes.items():
        for n in widths:
            s = 1.0 if name == "maximal update" else n**-0.5
            network = LinearNetwork(1, int(n), networks=400, seed=int(n)).train([[1.0]], [s], 0.3, 3)
            moved = network.A[:, :, 0] - [1.0, 0.0]
            change = np.sqrt(np.einsum("ka,kab,kb->k", moved, network.G, moved))
            found.append(np.sqrt(np.mean(change.reshape(20, 20) ** 2, axis=1)))
    assert abs(width_slope(widths, changes["maximal update"]).z(0)) < 4
    assert abs(width_slope(widths, changes["NTK"]).z(-0.5)) < 4
    assert abs(width_slope(widths, changes["NTK"]).z(0)) > 20
    exact = width_slope([10, 1000], [[3.0, 5.0], [0.03, 0.05]])
    assert exact.value == pytest.approx(-1) and exact.error < 1e-12
    with pytest.raises(ValueError, match="at least 2 replicates"):
        width_slope([1, 2], [[1.0], [2.0]])
    with pytest.raises(ValueError, match="positive and finite"):
        width_slope([1, 2], [[1.0, 1.0], [0.0, 2.0]])
    with pytest.raises(ValueError, match="two different numbers"):
        width_slope([2, 2], [[1.0, 1.0], [1.0, 2.0]])


def test_moments_over_networks():
    mean, square = output_moments(0.0, 1.0, 7)
    assert mean == pytest.approx(0, abs=1e-14) and square == pytest.approx(1 / 7, rel=1e-12)
    assert np.shape(output_moments(np.zeros(3), 1.0, 2)[0]) == (3,)
    wide = output_moments(0.5, 1.0, 10**6)[0]
    assert wide == pytest.approx(output_at_width(0.5, 1.0, 1, 1), rel=1e-5)
    with pytest.raises(ValueError, match="width is a whole number"):
        output_moments(0.5, 1.0, 0)


def test_the_limit_of_particles_does_not_depend_on_the_quadrature():
    coarse, fine = (Particles.limit(2, nodes=k).train(X, Y, 0.3, 10, batch=True).predict(X) for k in (16, 32))
    np.testing.assert_allclose(coarse, fine, atol=2e-4)  # tanh has poles near the real axis
    linear = Particles.limit(2, activation="identity", nodes=8).train(X, Y, 0.3, 10, batch=True)
    np.testing.assert_allclose(
        linear.predict(X), LinearNetwork(2).train(X, Y, 0.3, 10, batch=True).predict(X)[0]
    )


def test_small_steps_approach_the_flow():
    """Of the recursion of output and kernel, in the maximal update: first order in the step."""
    P, M, s, t = 1.3, 0.9, 1.1, 0.8
    gaps = []
    for k in (40, 80, 160):
        f, _ = output_after_steps(k, s, t / k, (P - M) / 2, P + M, 1.0)
        gaps.append(abs(float(f) - float(output_at_width(t, s, P, M))))
    assert np.log2(gaps[0] / gaps[1]) == pytest.approx(1, abs=0.05)
    assert np.log2(gaps[1] / gaps[2]) == pytest.approx(1, abs=0.03)


def test_features_let_too_large_a_rate_converge():
    """At nearly twice the rate that the kernel at the start allows it falls until the steps converge."""
    rate, target, seen = 1.8, 0.2, []
    network = LinearNetwork(1)
    for _ in range(400):
        seen.append(network.train([[1.0]], [target], rate).predict([[1.0]])[0, 0])
    assert rate * LinearNetwork(1).tangent_kernel([[1.0]])[0, 0, 0] > 3.5
    assert rate * network.tangent_kernel([[1.0]])[0, 0, 0] < 2
    assert max(np.abs(seen)) > 3 * target and seen[-1] == pytest.approx(target, rel=1e-12)
    with pytest.raises(ArithmeticError, match="too large"):
        LinearNetwork(1).train([[1.0]], [target], 2.3, 100)


def test_the_kernel_limit_is_the_lazy_end():
    f, K = output_after_steps(25, 1.0, 0.04, 0.3, 2.0, 0.0)
    assert K == 2 and f == pytest.approx(1 - 0.7 * 0.92**25, rel=1e-13)
    assert tangent_output(0.0, 1.0, 0.3) == 0.3


def test_errors_say_what_to_do():
    with pytest.raises(DomainError, match="P = -1"):
        output_at_width(1.0, 1.0, -1.0, 1.0)
    with pytest.raises(DomainError, match="eps"):
        output_after_steps(3, 1.0, 0.1, 0.0, 2.0, 1.5)
    with pytest.raises(ValueError, match="width = 0"):
        LinearNetwork(2, 0)
    with pytest.raises(ValueError, match="rows of 2 coordinates"):
        LinearNetwork(2).predict(np.ones((2, 3)))
    with pytest.raises(ValueError, match="not finite"):
        LinearNetwork(2).predict([[np.nan, 1.0]])
    with pytest.raises(ValueError, match="one for each row"):
        LinearNetwork(2).train(X, Y[:2], 0.1)
    with pytest.raises(ValueError, match="rate = -0.1"):
        LinearNetwork(2).train(X, Y, -0.1)
    with pytest.raises(ArithmeticError, match="too large"):
        LinearNetwork(2).train(X, Y, 50.0, 20)
    with pytest.raises(ValueError, match="symmetric"):
        LinearNetwork(1, G=[[1.0, 0.5], [0.0, 1.0]])
    with pytest.raises(ValueError, match="one of tanh"):
        Particles.random(4, 2, activation="softmax")
    with pytest.raises(ValueError, match="too many"):
        Particles.limit(6)
