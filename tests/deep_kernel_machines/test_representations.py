"""Optimised representations: gradients, solutions in closed form, restarts, words for what is wrong."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from derivations.deep_kernel_machines import (
    ArcCosine,
    Homogeneous,
    Linear,
    SquaredExponential,
    chain_means,
    geodesic_gram,
    hidden_factor,
    linear_grams,
    noisy_gram,
    optimise,
)
from derivations.deep_kernel_machines.models.dense import Problem, divergence
from derivations.nngp_ntk import rectified_monomial, relu, step

G_0 = np.array([[1.0, 0.3], [0.3, 0.8]])
S = np.array([[1.4, -0.8], [-0.8, 1.3]])
KERNELS = [Linear(), SquaredExponential(), ArcCosine(), Homogeneous(rectified_monomial(2))]


def gram(rng, points):
    half = rng.normal(size=(points, points + 3))
    return half @ half.T / points


@pytest.mark.parametrize("kernel", KERNELS, ids=repr)
def test_the_gradient_is_that_of_the_objective(kernel):
    rng = np.random.default_rng(0)
    problem = Problem(gram(rng, 4), gram(rng, 4), np.array([1.0, 0.7, 1.3]), kernel, kernel, 0.3)
    at, path = (np.array([gram(rng, 4) for _ in range(2)]) for _ in range(2))
    slope = np.sum(problem.gradient(at) * path)
    h = 1e-4
    values = [problem.value(at + k * h * path) for k in (-2, -1, 1, 2)]
    found = (8 * (values[2] - values[1]) - values[3] + values[0]) / (12 * h)
    assert found == pytest.approx(slope, rel=1e-8, abs=1e-9)


def test_arc_cosine_is_the_relus_kernel():
    G = gram(np.random.default_rng(1), 5)
    assert ArcCosine()(G) == pytest.approx(Homogeneous(relu)(G), rel=1e-12)
    slope = np.ones((5, 5))
    assert ArcCosine().pull_back(G, slope) == pytest.approx(Homogeneous(relu).pull_back(G, slope), abs=1e-7)


@settings(deadline=None, max_examples=8)
@given(
    nu=st.lists(st.floats(0.3, 3), min_size=2, max_size=4),
    seed=st.integers(0, 1000),
)
def test_optimisation_reaches_the_linear_solution_from_anywhere(nu, seed):
    rng = np.random.default_rng(seed)
    G, target = gram(rng, 3), gram(rng, 3)
    exact = linear_grams(G, target, nu)
    start = [gram(rng, 3) for _ in nu[1:]]
    found = optimise(G, S=target, nu=nu, sigma2=0.0, start=start)
    assert np.abs(found.grams - exact[1:-1]).max() < 2e-6 * np.abs(exact).max()
    assert np.abs(exact[-1] - target).max() < 1e-10 * np.abs(target).max()


@pytest.mark.parametrize("rho", [0.02, 0.9, 40.0])
def test_hidden_layers_of_one_width_have_the_factor_of_the_closed_form(rho):
    layers = linear_grams(G_0, S, [1, 1, 1, rho])
    t = np.linalg.eigvals(np.linalg.solve(G_0, S))
    found = np.linalg.eigvals(np.linalg.solve(layers[1], layers[2]))
    assert np.sort(found) == pytest.approx(np.sort(hidden_factor(t, rho, 3)), rel=1e-12)


def test_equal_widths_are_the_geodesic():
    layers = linear_grams(G_0, S, [2, 2, 2, 2])
    assert layers == pytest.approx(np.array([geodesic_gram(x, G_0, S) for x in np.linspace(0, 1, 5)]))


def test_narrow_layers_move_most_and_few_outputs_leave_the_nngp():
    layers = linear_grams(G_0, S, [0.2, 1, 5, 1])
    steps = [divergence(after, before) for before, after in zip(layers, layers[1:], strict=False)]
    assert steps[0] > steps[1] > steps[2]
    assert np.abs(linear_grams(G_0, S, [1, 1, 1e-4])[1:-1] - G_0).max() < 1e-3
    few = optimise(G_0, S=S, nu=[1e6, 1], kernel="arc-cosine")
    assert few.grams[0] == pytest.approx(ArcCosine()(G_0), abs=1e-4)


def test_commuting_noise_is_solved_eigenvalue_by_eigenvalue():
    g, s = np.array([0.4, 1.7, 2.2]), np.array([2.0, 0.1, 1.0])
    V = np.linalg.qr(np.random.default_rng(2).normal(size=(3, 3)))[0]
    found = optimise(V * g @ V.T, S=V * s @ V.T, nu=[1.0, 1.6], sigma2=0.3)
    exact = V * noisy_gram(g, s, 0.3, 1.6) @ V.T
    assert found.grams[0] == pytest.approx(exact, abs=1e-7)


def test_outputs_of_low_rank_are_learned_with_noise():
    rng = np.random.default_rng(3)
    G = gram(rng, 8)
    for kernel in ("linear", "squared exponential", "arc-cosine"):
        found = optimise(G, rng.normal(size=(8, 2)), nu=[1, 1, 1], kernel=kernel, sigma2=0.2)
        assert found.gradient < 1e-5 and np.linalg.eigvalsh(found.grams)[:, 0].min() > 0


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: optimise(G_0), "give one of the two"),
        (lambda: optimise(G_0, S=S, sigma2=-1.0), "sigma2 = -1.0: needs a finite number >= 0"),
        (lambda: optimise(G_0, S=S, sigma2=np.nan), "sigma2 = nan"),
        (lambda: optimise(G_0, S=S, nu=[1]), "relative widths"),
        (lambda: optimise(G_0, S=S, nu=[1, -1]), "relative widths"),
        (lambda: optimise(G_0, S=S, kernel="cubic"), "one of linear, squared exponential, arc-cosine"),
        (lambda: optimise(G_0, np.ones((2, 1)), sigma2=0.0), "not positive definite"),
        (lambda: optimise(np.ones((2, 2)), S=S, first="linear"), "nearly singular"),
        (lambda: optimise(G_0[:, :1], S=S), "square"),
        (lambda: optimise(G_0 + [[0, 1], [0, 0]], S=S), "not symmetric"),
        (lambda: optimise(G_0 * np.nan, S=S), "NaN"),
        (lambda: linear_grams(G_0, S[:1], [1, 1]), "2 rows"),
        (lambda: linear_grams(G_0, np.ones((2, 2)), [1, 1]), "S is not positive definite"),
        (lambda: geodesic_gram(0.5, G_0, np.ones((2, 2))), "S is not positive definite"),
        (lambda: geodesic_gram(1.5, G_0, S), "x = 1.5 is outside its domain"),
        (lambda: geodesic_gram(0.5, G_0, S + [[0, 1], [0, 0]]), "not symmetric"),
        (lambda: noisy_gram(0.7, -1.0, 0.1, 1.0), "s_y = -1.0 is outside its domain"),
        (lambda: chain_means(0.7, 2.3, [3]), "integers >= 1"),
        (lambda: chain_means(-0.7, 2.3, [3, 3]), "g_0 = -0.7"),
        (lambda: Homogeneous(step), "degree 1 or more"),
    ],
)
def test_what_is_wrong_is_said_in_words(call, words):
    with pytest.raises(ValueError, match=words):
        call()
