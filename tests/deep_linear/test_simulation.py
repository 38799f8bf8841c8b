"""The simulated network is the model: its gradient is that of its loss, its data and weights are as said."""

from __future__ import annotations

import numpy as np
import pytest

from derivations.deep_linear.data import (
    NotWhitened,
    digits,
    one_hot,
    orthonormal,
    require_whitened,
    synthetic,
    tree,
    whitened,
)
from derivations.deep_linear.simulation import training
from derivations.deep_linear.simulation.edge_of_chaos import layers
from derivations.deep_linear.simulation.learning_rate import largest_curvature
from derivations.deep_linear.simulation.network import (
    aligned,
    balanced,
    gradient,
    gradient_of_correlations,
    loss,
    modes_of,
    product,
    strengths,
)
from derivations.deep_linear.simulation.random_products import orthogonal
from derivations.deep_linear.simulation.training_on_data import on_images
from theory.simulation import namespace

EPS = np.finfo(float).eps


@pytest.fixture
def rng():
    return np.random.default_rng(7)


@pytest.fixture
def task(rng):
    return synthetic(rng, [2.0, 0.5], [1.5, 0.7], inputs=4, outputs=3, examples=12)


def random_weights(rng, L):
    widths = [4, *[5] * (L - 1), 3]
    return [rng.normal(size=(after, before)) for before, after in zip(widths[:-1], widths[1:], strict=True)]


@pytest.mark.parametrize("L", [1, 2, 3, 4])
def test_the_gradient_is_that_of_the_loss(rng, task, L):
    weights, tau = random_weights(rng, L), 1.5
    found = gradient(*task, tau)(weights)
    for layer, part in enumerate(found):
        assert part.shape == weights[layer].shape
        for index in np.ndindex(part.shape):
            # The loss is quadratic in each weight: the central difference is exact for any step.
            ends = []
            for side in (1, -1):
                moved = [w.copy() for w in weights]
                moved[layer][index] += side
                ends.append(loss(*task)(moved))
            # Each loss adds up 3 x 12 squares of sums over L layers.
            assert (ends[0] - ends[1]) / 2 / tau == pytest.approx(part[index], abs=100 * L * EPS * max(ends))


@pytest.mark.parametrize("L", [1, 2, 3, 4])
def test_correlations_give_the_same_gradient_as_examples(rng, task, L):
    weights = random_weights(rng, L)
    pairs = zip(gradient(*task, 2.0)(weights), gradient_of_correlations(*task, 2.0)(weights), strict=True)
    size = np.prod([np.linalg.norm(w) for w in weights]) ** 2
    for one, other in pairs:
        assert np.max(np.abs(one - other)) <= 100 * EPS * size


def test_a_synthetic_task_has_the_modes_asked_for(task):
    modes = modes_of(*task, 2)
    assert modes.s == pytest.approx([2.0, 0.5], rel=50 * EPS)
    assert modes.d == pytest.approx([1.5, 0.7], rel=50 * EPS)


def test_aligned_weights_have_the_strengths_asked_for(rng, task):
    modes = modes_of(*task, 2)
    sizes = [np.array([0.3, -0.2]), np.array([0.5, 0.4]), np.array([1.0, 2.0])]
    weights = aligned(rng, modes, sizes, hidden=6)
    assert [w.shape for w in weights] == [(6, 4), (6, 6), (3, 6)]
    assert strengths(modes, np)(weights) == pytest.approx(np.prod(sizes, axis=0), rel=50 * EPS)
    assert np.linalg.svd(product(weights), compute_uv=False)[2] <= 10 * EPS


def test_balanced_weights_are_balanced_and_not_aligned(rng):
    first, second = balanced(rng, 0.5, inputs=6, hidden=4, outputs=3)
    assert first @ first.T == pytest.approx(second.T @ second, abs=20 * EPS)
    assert (first.shape, second.shape) == ((4, 6), (3, 4))


def test_whitening_drops_what_never_occurs(rng):
    seen = np.vstack([rng.normal(size=(3, 50)), np.zeros((1, 50))])
    seen = np.vstack([seen, seen[0] + seen[1]])
    white = whitened(seen)
    assert white.shape == (3, 50)
    require_whitened(white)
    # The same span: what was dropped can be made of what is left.
    assert np.linalg.matrix_rank(np.vstack([white, seen])) == 3


def test_the_digits_are_white_and_have_ten_modes():
    inputs, targets = digits()
    assert inputs.shape == (61, 1797) and targets.shape == (10, 1797)
    require_whitened(inputs)
    assert targets.sum() == 1797
    assert modes_of(inputs, targets, 10).s[-1] > 0.1


def test_data_that_are_not_white_are_refused_in_one_line(rng):
    raw = rng.normal(size=(4, 30))
    with pytest.raises(NotWhitened, match=r"off the identity by .*; pass whitened\(inputs\)") as caught:
        on_images(raw, one_hot(np.arange(30) % 10), xp=namespace(), rng=rng, progress=None, step=0.5, tau=1.0,
                  examples=True)  # fmt: skip
    assert "\n" not in str(caught.value)
    with pytest.raises(NotWhitened):
        require_whitened(np.full((2, 5), np.nan))


def test_a_tree_gives_each_leaf_its_ancestors():
    inputs, features = tree(3)
    assert np.array_equal(inputs, np.eye(8)) and features.shape == (15, 8)
    assert np.all(features.sum(axis=0) == 4)  # root, two levels, itself
    shared = features.T @ features
    assert shared[0].tolist() == [4, 3, 2, 2, 1, 1, 1, 1]


def test_orthonormal_columns(rng):
    q = orthonormal(rng, 6, 4)
    assert q.T @ q == pytest.approx(np.eye(4), abs=20 * EPS)
    m = orthogonal(rng, 5, 10, namespace())
    assert m.T @ m == pytest.approx(np.eye(5), abs=100 * EPS)


def test_the_curvature_of_a_single_layer_is_one():
    assert largest_curvature(3.0, 1, namespace()) == pytest.approx(1.0, rel=10 * EPS)


def test_the_gradient_factor_is_the_norm_of_the_jacobian(rng):
    width, g = 30, 1.3
    state = rng.bit_generator.state
    variance, factor = layers(rng, g, width, 1, 0.5, namespace())
    rng.bit_generator.state = state
    x = np.sqrt(0.5) * rng.normal(size=width)
    w = g / np.sqrt(width) * rng.normal(size=(width, width))
    jacobian = w @ np.diag(1 / np.cosh(x) ** 2)
    assert factor[0] == pytest.approx(np.linalg.norm(jacobian) ** 2 / width, rel=100 * EPS)
    assert variance[0] == pytest.approx(np.mean((w @ np.tanh(x)) ** 2), rel=100 * EPS)


@pytest.mark.parametrize("backend", ["jax", pytest.param("torch", marks=pytest.mark.peers("torch"))])
@pytest.mark.parametrize(
    "name",
    ["from_balanced", "from_unbalanced", "from_unaligned", "kernel_from_unaligned", "loss_of_one_mode"],
)
def test_training_is_the_same_on_every_library(name, backend):
    pytest.importorskip(backend, reason=f"{backend} is not installed")
    found = []
    for library in ("numpy", backend):
        with namespace(library) as xp:
            run = getattr(training, name)
            one = run(xp=xp, rng=np.random.default_rng(3), progress=None, step=1 / 8, tau=1.5)
            found.append(xp.to_numpy(one.values))
    # 64 steps, each rounding a dozen sums; a growing mode amplifies by at most 1/0.05.
    assert found[0] == pytest.approx(found[1], abs=64 * 12 * 20 * EPS)
