"""Ensemble: mean, covariance and posterior at any time, against dense algebra and 40-digit references."""

import numpy as np
import pytest
import scipy.linalg
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mp

from derivations.nngp_ntk.models.training import Ensemble

P, S = 6, 4
EPS = np.finfo(float).eps


def kernels(seed=0, tangent=None, P=P, S=S):
    """Positive definite kernels of S test points and P training points, and targets."""
    rng = np.random.default_rng(seed)

    def matrix():
        B = rng.normal(size=(P + S, P + S))
        return B @ B.T / (P + S) + 0.1 * np.eye(P + S)

    K, Theta = matrix(), matrix()
    Theta = K if tangent == "last layer" else Theta
    X, others = slice(S, None), slice(S)
    return dict(
        K_XX=K[X, X], K_SX=K[others, X], K_SS=K[others, others], Theta_XX=Theta[X, X],
        Theta_SX=Theta[others, X], y=rng.normal(size=P),
    )  # fmt: skip


def reference(at, s, t, eta=1.0, ridge=0.0):
    """Mean at t and covariance between s and t, by 40 digits from the matrix exponential."""
    with mp.workdps(40):
        m = {name: mp.matrix(np.atleast_2d(value).tolist()) for name, value in at.items()}
        pulled = m["Theta_XX"] + ridge * mp.eye(P)

        def learned(time):
            left = mp.expm(-eta * time * pulled) if time != np.inf else mp.zeros(P)
            return m["Theta_SX"] * mp.inverse(pulled) * (mp.eye(P) - left)

        A_s, A_t = learned(s), learned(t)
        covariance = m["K_SS"] + A_s * m["K_XX"] * A_t.T - A_s * m["K_SX"].T - m["K_SX"] * A_t.T
        mean = A_t * m["y"].T
    return np.array(mean.tolist(), float)[:, 0], np.array(covariance.tolist(), float)


@pytest.mark.parametrize("ridge", [0.0, 0.3])
@pytest.mark.parametrize(("s", "t"), [(0, 0), (0.2, 3), (1e-9, 1e-3), (2, np.inf), (np.inf, np.inf)])
def test_mean_and_covariance_agree_with_40_digits(s, t, ridge):
    at = kernels()
    ensemble = Ensemble(**at, learning_rate=0.7, ridge=ridge)
    mean, covariance = reference(at, s, t, 0.7, ridge)
    condition = np.linalg.cond(at["Theta_XX"])
    np.testing.assert_allclose(ensemble.mean(t), mean, rtol=0, atol=32 * EPS * condition * abs(mean).max())
    np.testing.assert_allclose(ensemble.covariance(t, s), covariance, rtol=0, atol=64 * EPS * condition)
    if s == t:
        np.testing.assert_allclose(ensemble.variance(t), np.diag(covariance), atol=64 * EPS * condition)


def test_times_of_any_shape_go_in_front():
    ensemble = Ensemble(**kernels() | {"y": np.ones((P, 2))})
    t = np.array([[0.0, 1.0, np.inf], [1.0, 2.0, 3.0]])
    assert ensemble.mean(t).shape == (2, 3, S, 2)
    assert ensemble.covariance(t).shape == (2, 3, S, S)
    assert ensemble.covariance(t, 0.5).shape == (2, 3, S, S)
    assert ensemble.variance(t).shape == (2, 3, S)
    assert ensemble.training_mean(t).shape == (2, 3, P, 2)
    assert ensemble.component_losses(t).shape == (2, 3, P, 2)
    np.testing.assert_array_equal(ensemble.mean(t)[0, 1], ensemble.mean(1.0))


def test_outputs_are_independent_of_one_another():
    at = kernels()
    both = Ensemble(**at | {"y": np.column_stack([at["y"], 2 * at["y"]])})
    np.testing.assert_allclose(both.mean(1.5)[:, 1], 2 * Ensemble(**at).mean(1.5), rtol=1e-13)


def test_the_last_layer_alone_ends_as_the_posterior():
    ensemble = Ensemble(**kernels(tangent="last layer"))
    trained, posterior = ensemble.predict(), ensemble.posterior()
    np.testing.assert_allclose(trained.mean, posterior.mean, rtol=1e-10)
    np.testing.assert_allclose(trained.variance, posterior.variance, atol=1e-12)
    # also between the trained network and itself on the way
    np.testing.assert_allclose(ensemble.covariance(np.inf, 0.3), ensemble.posterior_covariance(), atol=1e-12)


def test_no_ensemble_is_more_certain_than_the_posterior():
    ensemble = Ensemble(**kernels())
    for t in (0.1, 1.0, np.inf):
        beyond = ensemble.covariance(t) - ensemble.posterior_covariance()
        assert np.linalg.eigvalsh(beyond)[0] > -1e-12
    assert np.all(ensemble.variance(np.inf) > ensemble.posterior().variance + 1e-6)


def test_the_posterior_with_noise_is_that_of_gaussian_regression():
    at = kernels()
    found = Ensemble(**at).posterior(0.2)
    C = np.linalg.solve(at["K_XX"] + 0.2 * np.eye(P), at["K_SX"].T).T
    np.testing.assert_allclose(found.mean, C @ at["y"], rtol=1e-12)
    np.testing.assert_allclose(found.variance, np.diag(at["K_SS"] - C @ at["K_SX"].T), rtol=1e-12)
    np.testing.assert_allclose(found.deviation**2, found.variance, rtol=1e-14)


def test_training_points_are_exact_to_the_last():
    """Where the residual has fallen to 1e-30 of it a difference from the targets would be noise."""
    at = kernels()
    ensemble = Ensemble(**at)
    t = 60 / np.linalg.eigvalsh(at["Theta_XX"])[0]
    left = scipy.linalg.expm(-t * at["Theta_XX"])
    expected = left @ at["K_XX"] @ left
    np.testing.assert_allclose(ensemble.training_covariance(t), expected, atol=1e-9 * abs(expected).max())
    np.testing.assert_allclose(ensemble.training_mean(t), at["y"], rtol=1e-12)


def test_losses_of_components_add_up_to_the_squared_error():
    at = kernels()
    ensemble = Ensemble(**at, learning_rate=0.4)
    for t in (0.0, 0.7, 5.0):
        missed = ensemble.training_mean(t) - at["y"]
        expected = missed @ missed + np.trace(ensemble.training_covariance(t))
        np.testing.assert_allclose(ensemble.component_losses(t).sum(), expected, rtol=1e-12)
    assert ensemble.component_losses(np.inf).sum() == 0


def test_gradient_descent_tends_to_gradient_flow_in_first_order_and_steps_as_it_says():
    at = kernels()
    flow = Ensemble(**at).mean(2.0)
    coarse, fine, finer = (
        Ensemble(**at, learning_rate=2.0 / steps).gradient_descent(steps).mean - flow
        for steps in (1000, 2000, 4000)
    )
    np.testing.assert_allclose(coarse, 2 * fine, rtol=0.01)
    # what is left of the first order falls by four
    left = 2 * fine - coarse
    np.testing.assert_allclose(left, 4 * (2 * finer - fine), rtol=0, atol=0.01 * np.abs(left).max())
    one = Ensemble(**at).gradient_descent(1, 0.1)
    np.testing.assert_allclose(one.mean, 0.1 * at["Theta_SX"] @ at["y"], rtol=1e-12)


@pytest.mark.parametrize("loss", ["sum", "mean"])
def test_beyond_the_stability_limit_descent_is_refused(loss):
    at = kernels()
    ensemble = Ensemble(**at, loss=loss)
    limit = 2 / np.linalg.eigvalsh(at["Theta_XX"])[-1] * (P if loss == "mean" else 1)
    assert ensemble.stability_limit == pytest.approx(limit, rel=1e-13)
    ensemble.gradient_descent(3, 0.99 * limit)
    with pytest.raises(ValueError, match="stable from 0 up to"):
        ensemble.gradient_descent(3, 1.01 * limit)


def test_the_mean_loss_is_slower_by_the_number_of_points():
    at = kernels()
    np.testing.assert_allclose(
        Ensemble(**at, loss="mean").mean(P * 0.3), Ensemble(**at).mean(0.3), rtol=1e-13
    )


def test_a_mode_without_eigenvalue_is_never_learned():
    at = kernels()
    v = np.linalg.eigh(at["Theta_XX"])[1][:, 0]
    flat = np.eye(P) - np.outer(v, v)
    at |= {"Theta_XX": flat @ at["Theta_XX"] @ flat, "Theta_SX": at["Theta_SX"] @ flat}
    ensemble = Ensemble(**at)
    assert ensemble.eigenvalues[-1] == 0 and ensemble.learning_times()[-1] == np.inf
    assert np.all(np.isfinite(ensemble.mean(1e6)))
    with pytest.raises(
        ValueError, match="Theta_XX is singular to rounding: its smallest eigenvalue is 0.*jitter"
    ):
        ensemble.mean(np.inf)
    assert np.all(np.isfinite(Ensemble(**at, ridge=0.1).mean(np.inf)))


def test_an_indefinite_kernel_is_refused_with_its_eigenvalue():
    at = kernels()
    lowest = np.linalg.eigvalsh(at["K_XX"])[0]
    at["K_XX"] = at["K_XX"] - (lowest + 0.5) * np.eye(P)
    with pytest.raises(
        ValueError, match=r"K_XX is not positive semidefinite: its smallest eigenvalue is -0\.5.*jitter"
    ):
        Ensemble(**at).posterior()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"K_SX": np.zeros((S, P + 1))}, "K_SX has shape"),
        ({"Theta_XX": np.zeros((P, P - 1))}, "Theta_XX has shape"),
        ({"K_SS": np.zeros((S, S + 1))}, "K_SS has shape"),
        ({"y": np.zeros((P, 1, 1))}, "y has shape"),
        ({"Theta_SX": np.full((S, P), np.nan)}, "Theta_SX holds 24 values that are NaN"),
        ({"Theta_XX": np.triu(np.ones((P, P)))}, "Theta_XX is not symmetric"),
        ({"learning_rate": 0.0}, "learning_rate"),
        ({"ridge": -1.0}, "ridge"),
        ({"loss": "half"}, "loss"),
    ],
)
def test_what_does_not_fit_is_named(change, message):
    with pytest.raises(ValueError, match=message):
        Ensemble(**kernels() | change)


def test_a_diagonal_is_enough_for_variances():
    at = kernels(S=7)
    short = Ensemble(**at | {"K_SS": np.diag(at["K_SS"])})
    np.testing.assert_array_equal(short.variance(1.0), Ensemble(**at).variance(1.0))
    with pytest.raises(ValueError, match="needs all of it"):
        short.covariance(1.0)
    with pytest.raises(ValueError, match="t: times"):
        short.mean(-1.0)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6), s=st.floats(0, 1e3), t=st.floats(0, 1e3))
def test_covariances_of_any_two_times_are_those_of_one_gaussian(seed, s, t):
    """Together they make a positive semidefinite matrix, symmetric under exchange of the times."""
    ensemble = Ensemble(**kernels(seed))
    cross = ensemble.covariance(t, s)
    np.testing.assert_allclose(cross, ensemble.covariance(s, t).T, atol=1e-12)
    whole = np.block([[ensemble.covariance(s), cross], [cross.T, ensemble.covariance(t)]])
    assert np.linalg.eigvalsh(whole)[0] > -1e-11
