"""The classes of infinite depth: what the kernels tend to, and what each does with data."""

import mpmath
import numpy as np
import pytest
from scipy.special import erf

from derivations.wide_deep_optimal import (
    Activation,
    classify,
    erf_dual,
    kernels,
    koenigs,
    koenigs_through_order_six,
    kriging_of_two,
    majority_kernel,
    majority_prediction,
    majority_tangent_kernel,
    nearest_kernel,
    nearest_logarithm,
    nearest_tangent_kernel,
    optimal_sine_gain,
    relu_dual,
    scaled_kernel,
    sine_exponent,
    singularity,
    solvable_kernel,
    solvable_koenigs,
    solvable_tangent_kernel,
)
from derivations.wide_deep_optimal.models import kernels as deep
from derivations.wide_deep_optimal.simulation.arc import sample
from derivations.wide_deep_optimal.simulation.layers import iterated

GEOMETRIC = 0.5 ** np.arange(1, 61)


def geometric():
    """The solvable activation with w_1 = 1/2, to 60 degrees."""
    return Activation([0, *GEOMETRIC[:-1], 2 * GEOMETRIC[-1]])


def test_a_hermite_activation_has_powers_of_powers():
    for depth, xi, m in ((3, 0.9, 2), (2, 0.5, 3), (5, 0.99, 2)):
        K, theta = kernels(xi, np.eye(m + 1)[m], depth)
        assert nearest_kernel(L=depth, xi=xi, m=m) == pytest.approx(K, rel=1e-13)
        assert nearest_tangent_kernel(L=depth, xi=xi, m=m) == pytest.approx(theta, rel=1e-13)


def test_the_logarithm_of_a_dead_kernel_orders_the_neighbours():
    found = nearest_logarithm(L=60, xi=np.array([0.5, 0.50001, 0.9]), w_2=0.5, w_3=0.5)
    assert np.all(np.isfinite(found)) and np.all(np.diff(found) > 0)


@pytest.mark.parametrize("w", [(0.125, 0.375, 0.25, 0.25), (0.1, 0, 0.9, 0), (0.25, 0.25, 0.0, 0.5)])
def test_majority_kernels_forget_their_inputs(w):
    at = {"w_0": w[0], "w_2": w[2], "w_3": w[3]}
    for xi in (0.0, 0.5, 0.9):
        K, theta = kernels(xi, w, 600)
        assert majority_kernel(**at) == pytest.approx(K, rel=1e-12)
        assert majority_tangent_kernel(**at) == pytest.approx(theta, rel=1e-10)


def test_regression_with_one_kernel_value_votes_by_majority():
    gram, y = np.full((5, 5), 0.3) + np.diag([1.7] * 5), np.array([1, 1, -1, 1, -1.0])
    expected = 0.3 * np.sum(np.linalg.solve(gram, y))
    assert majority_prediction(S=y.sum(), n=5, T=2.0, theta=0.3) == pytest.approx(expected, rel=1e-14)


def test_kriging_fits_both_labels_and_is_a_mean_between_them():
    assert kriging_of_two(y_1=1, y_2=-1, g_1=1e-300, g_2=0.3, g_12=0.3) == pytest.approx(1)
    assert kriging_of_two(y_1=1, y_2=-1, g_1=0.3, g_2=0.3, g_12=0.5) == 0


def test_the_series_of_koenigs_is_the_function_to_seventh_order():
    w = {"w_1": 0.5, "w_2": 0.25, "w_3": 0.25}
    errors = [koenigs_through_order_six(xi=x, **w) - scaled_kernel(L=80, xi=x, **w) for x in (0.04, 0.02)]
    assert np.log2(errors[0] / errors[1]) == pytest.approx(7, abs=0.15)


@pytest.mark.parametrize("depth", [1, 4, 30])
@pytest.mark.parametrize("xi", [0.01, 0.5, 0.95])
def test_the_solvable_activation_at_every_depth(depth, xi):
    K, theta = kernels(xi, geometric(), depth)
    assert solvable_kernel(L=depth, xi=xi, w_1=0.5) == pytest.approx(K, rel=1e-12)
    assert solvable_tangent_kernel(L=depth, xi=xi, w_1=0.5) == pytest.approx(theta, rel=1e-12)


def test_the_tangent_kernel_is_over_depth_and_the_full_power_of_decay():
    """Not over w_1**(L - 1), by which it would be off by the factor w_1."""
    ratio = solvable_tangent_kernel(L=1000, xi=0.5, w_1=0.5) / (1000 * 0.5**1000)
    assert ratio == pytest.approx(solvable_koenigs(xi=0.5) * (1 + 3 / 1000), rel=1e-12)


def test_the_solvable_activation_has_no_periodic_factor():
    prefactor, amplitude = singularity(geometric())
    assert prefactor == pytest.approx(2, abs=1e-7) and amplitude < 1e-8


@pytest.mark.parametrize(
    ("d", "prefactor", "amplitude"), [(2, 1.2103348, 5.347e-8), (3, 2.7073505, 5.865e-8)]
)
def test_prefactor_and_periodic_factor_of_the_optimal_kernel(d, prefactor, amplitude):
    found = singularity(Activation.optimal(d))
    assert found[0] == pytest.approx(prefactor, abs=2e-7)
    assert found[1] == pytest.approx(amplitude, abs=2e-9)


@pytest.mark.parametrize("d", [2, 3])
def test_the_periodic_factor_at_forty_digits(d):
    """The first harmonic of a r^d over a period, from layers alone; the second is its square in size."""
    with mpmath.workdps(50):
        w1 = mpmath.mpf(2) ** (-mpmath.mpf(d) / 2)
        w, factor = (0, w1, 1 - 2 * w1, w1), []
        for j in range(8):
            gap = mpmath.mpf(10) ** -18 * mpmath.mpf(2) ** (mpmath.mpf(j) / 8)
            K = iterated(gap, w, 400, digits=50)[1]
            factor.append(K / w1**400 * (2 * gap) ** (mpmath.mpf(d) / 2))
        waves = [mpmath.expjpi(mpmath.mpf(j) / 4) for j in range(8)]
        first = 2 * abs(mpmath.fdot(factor, waves)) / sum(factor)
    assert float(first) == pytest.approx({2: 5.347e-8, 3: 5.865e-8}[d], rel=2e-4)


@pytest.mark.parametrize("d", [2, 3, 10])
def test_a_sine_of_the_right_gain_is_optimal(d):
    b = optimal_sine_gain(d=d)
    assert sine_exponent(b=b) == pytest.approx(d, rel=1e-12)
    if d < 10:
        assert Activation.from_callable(lambda z: np.sin(b * z)).alpha == pytest.approx(d, rel=1e-9)


def test_duals_of_common_activations_are_sums_of_their_hermite_weights():
    act = Activation.from_callable(erf, degree=80)
    np.testing.assert_allclose(erf_dual(xi=0.5, b=1.0), 0.5 ** np.arange(81) @ act.weights, rtol=1e-9)
    assert relu_dual(xi=0.0) == pytest.approx(1 / np.pi)
    act = Activation.from_callable(lambda z: np.maximum(z, 0), degree=120, tolerance=1e-3)
    assert act.w0 == pytest.approx(1 / np.pi, rel=1e-3) and act.w1 == pytest.approx(0.5, rel=1e-3)


def test_tanh_is_singular_with_an_exponent_below_one():
    act = Activation.from_callable(np.tanh, tolerance=1e-8)
    assert act.kind == "singular" and act.alpha == pytest.approx(0.880704, abs=2e-6)


def test_a_kernel_that_never_settles_is_refused(monkeypatch):
    monkeypatch.setattr(deep, "_MOST_LAYERS", 50)
    with pytest.raises(ValueError, match="not settled after 50 layers"):
        kernels(0.5, [0.25, 0.5, 0.25], 1000)
    with pytest.raises(ValueError, match="not settled"):
        koenigs(0.5, [0, 0.99, 0.01])


def test_deep_regression_is_the_vote_at_infinite_depth():
    rng = np.random.default_rng(1)
    (X, y), (X_test, _) = sample(40, rng), sample(300, rng)
    act, apart = Activation.optimal(1), []
    for depth in (60, 6000, 10**8):
        apart.append(np.mean(classify(X, y, X_test, act, depth) != classify(X, y, X_test, act)))
    assert apart[0] >= apart[1] >= apart[2] and apart[2] < 0.005
    same = classify(X, y, X_test, act, 10**8, smoother=True)
    np.testing.assert_array_equal(same, classify(X, y, X_test, act, 10**8))


def test_the_hilbert_vote_improves_with_data_and_beats_the_nearest_neighbour():
    risk = {}
    for n in (30, 300):
        draws = []
        for seed in range(3):
            rng = np.random.default_rng(seed)
            (X, y), (X_test, y_test) = sample(n, rng), sample(100, rng)
            draws.append(
                [np.mean(classify(X, y, X_test, w) != y_test) for w in (Activation.optimal(1), [0, 0, 1])]
            )
        risk[n] = np.mean(draws, axis=0)
    assert risk[300][0] < risk[30][0] and risk[300][0] < risk[300][1]


def test_the_smoother_votes_by_majority_where_the_ridgeless_network_does_not():
    X, y = sample(31, np.random.default_rng(0))
    assert np.all(classify(X, y, X, [0.5, 0.5], smoother=True) == np.sign(y.sum()))


@pytest.mark.parametrize("depth", [-1, 2.5, np.nan, [3, 4]])
def test_a_depth_that_is_no_count_is_refused(depth):
    X, y = sample(5, np.random.default_rng(0))
    with pytest.raises(ValueError, match="number of layers"):
        kernels(0.5, [0, 0.5, 0.5], depth)
    with pytest.raises(ValueError, match="number of layers"):
        classify(X, y, X, [0, 0.5, 0.5], depth)


def test_bad_inputs_are_named():
    X, y = sample(5, np.random.default_rng(0))
    with pytest.raises(ValueError, match="obtuse"):
        classify(X, y, -X, [0, 0, 1])
    with pytest.raises(ValueError, match="from 0 to 1"):
        kernels(np.nan, [0, 0.5, 0.5], 3)
    with pytest.raises(ValueError, match="not finite|finite"):
        Activation([0, np.nan, 1])
    with pytest.raises(ValueError, match="one axis"):
        Activation([[0, 1]])
    with pytest.raises(ValueError, match="raise the degree"):
        Activation.from_callable(np.sign)
    with pytest.raises(ValueError, match="vanishes"):
        Activation.from_callable(lambda z: 0 * z)
    with pytest.raises(ValueError, match="coordinates"):
        classify(X, y, np.eye(3), [0, 0, 1])
    with pytest.raises(ValueError, match="underflows"):
        classify(X, y, X[:2, ::-1], [0, 0, 1], 40, smoother=True)
    with pytest.raises(ValueError, match="singular to working precision"):
        classify(X[[0, 0]], y[:2], X, [0, 0.5, 0.5], 5)
