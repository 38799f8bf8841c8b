"""Two-layer networks trained on real images and on the hierarchical tree.

The data are taken as they are: the modes, their singular values and the inputs' variances are read
off them, the initial strengths off the initial weights.
"""

from __future__ import annotations

import numpy as np

from theory.simulation import Measurement, Simulation, descend

from ..data import digits, mnist, require_whitened, tree
from .network import aligned, balanced, gradient, gradient_of_correlations, modes_of, product, strengths

CLASSES = 10
HIDDEN = 16


def on_digits(*, xp, rng, progress, step, tau, examples=True) -> Measurement:
    """The ten mode strengths of a network trained on scikit-learn's digits from aligned weights."""
    return on_images(*digits(), xp=xp, rng=rng, progress=progress, step=step, tau=tau, examples=examples)


def on_mnist(*, xp, rng, progress, step, tau, examples=False) -> Measurement:
    """The ten mode strengths of a network trained on 5,000 MNIST images from aligned weights."""
    return on_images(*mnist(), xp=xp, rng=rng, progress=progress, step=step, tau=tau, examples=examples)


def on_images(inputs, targets, *, xp, rng, progress, step, tau, examples) -> Measurement:
    """Mode strengths of a network trained on whitened images with one-hot targets.

    ``examples`` says whether the gradient goes through every example at every step, or through
    their correlations, computed once; they are the same function of the weights. Raises
    `NotWhitened` for inputs that are not.
    """
    require_whitened(inputs)
    modes = modes_of(inputs, targets, CLASSES)
    start = rng.uniform(0.01, 0.1, size=CLASSES) * modes.s
    weights = aligned(rng, modes, [np.sqrt(start)] * 2, HIDDEN)
    slope = (gradient if examples else gradient_of_correlations)(xp.asarray(inputs), xp.asarray(targets), tau)
    path = descend(
        [xp.asarray(w) for w in weights], slope, step=step, record_at=(2, 4, 6, 8, 12, 16, 24),
        observe=strengths(modes, xp), progress=progress,
    )  # fmt: skip
    read = {"t": path.times[:, None], "s": modes.s, "u0": strengths(modes, np)(weights)}
    return Measurement(path.observations, read, steps=path.steps)


def on_digits_unaligned(*, xp, rng, progress, step, tau) -> Measurement:
    """The linear map of a network trained on the digits from balanced weights in random directions."""
    inputs, targets = digits()
    require_whitened(inputs)
    weights = balanced(rng, 0.2, inputs=len(inputs), hidden=HIDDEN, outputs=CLASSES)
    path = descend(
        [xp.asarray(w) for w in weights], gradient(xp.asarray(inputs), xp.asarray(targets), tau),
        step=step, record_at=(2, 4, 8, 12, 24), observe=product, progress=progress,
    )  # fmt: skip
    sigma31 = targets @ inputs.T / inputs.shape[1]
    read = {"t": path.times, "W1": weights[0], "W2": weights[1], "Sigma31": sigma31}
    return Measurement(path.observations, read, steps=path.steps)


def on_tree(*, xp, rng, progress, step, tau, depth=3) -> Measurement:
    """Mode strengths of a network that learns the features of a tree's leaves, shown one-hot."""
    inputs, targets = tree(depth)
    modes = modes_of(inputs, targets, inputs.shape[1])
    start = rng.uniform(0.01, 0.1, size=len(modes.s)) * modes.s / modes.d
    weights = aligned(rng, modes, [np.sqrt(start)] * 2, 2 * len(modes.s))
    times = len(modes.s) * np.array([0.25, 0.5, 0.75, 1, 1.5, 2, 3])
    path = descend(
        [xp.asarray(w) for w in weights], gradient(xp.asarray(inputs), xp.asarray(targets), tau),
        step=step, record_at=times, observe=strengths(modes, xp), progress=progress,
    )  # fmt: skip
    read = {"t": path.times[:, None], "s": modes.s, "d": modes.d, "u0": strengths(modes, np)(weights)}
    return Measurement(path.observations, read, steps=path.steps)


def correlations_of_tree(*, xp, rng, progress, D) -> Measurement:
    """The singular values of a tree's features over its leaves, largest first."""
    features = tree(D)[1]
    return Measurement(xp.linalg.svd(xp.asarray(features), full_matrices=False)[1])


_FINER = {"step": (1 / 8, 1 / 16, 1 / 32, 1 / 64)}

training_on_digits = Simulation(on_digits, {"laptop": {}, "gpu": _FINER})
training_on_mnist = Simulation(on_mnist, {"laptop": {}, "gpu": _FINER | {"examples": True}})
training_on_digits_unaligned = Simulation(on_digits_unaligned, {"laptop": {}, "gpu": _FINER})
training_on_tree = Simulation(on_tree, {"laptop": {"depth": 3}, "gpu": {"depth": 8}})
tree_correlations = Simulation(correlations_of_tree)
