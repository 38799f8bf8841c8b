"""What training code is driven with: small tasks whose gradient flow is known exactly."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..balanced_mode import mode_strength
from ..bounded_riccati import balanced_product
from ..data import synthetic
from ..depth import depth_mode_strength
from ..shallow import shallow_mode_strength
from ..simulation.network import aligned, balanced, gradient, modes_of, product
from ..unbalanced import unbalanced_mode

STRENGTHS = (1.4, 0.9, 0.5)
VARIANCES = (1.2, 0.7, 1.5)


@dataclass(frozen=True)
class Task:
    """Initial weights, examples (columns), and the exact map of the network at times t (with tau = 1).

    ``exact`` gives (T, outputs, inputs); None where only what is conserved is known. ``bases`` (left,
    right) turn the map into modes.
    """

    name: str
    weights: tuple[np.ndarray, ...]
    inputs: np.ndarray
    targets: np.ndarray
    exact: Callable | None
    bases: tuple[np.ndarray, np.ndarray]

    @property
    def examples(self) -> int:
        return self.inputs.shape[1]

    @property
    def outputs(self) -> int:
        return len(self.targets)

    @property
    def square(self) -> bool:
        """Whether every weight may be transposed without an error of shapes."""
        return all(w.shape[0] == w.shape[1] for w in self.weights)

    @property
    def slope(self) -> Callable:
        """The gradient of half the mean squared error, as a function of the weights."""
        return gradient(self.inputs, self.targets, 1.0)

    def in_modes(self, weights) -> np.ndarray:
        left, right = self.bases
        return left.T @ product(weights) @ right


def balances(weights) -> np.ndarray:
    """W_{l+1}^T W_{l+1} - W_l W_l^T of all neighbouring layers, one after the other: conserved."""
    parts = [
        above.T @ above - below @ below.T for below, above in zip(weights[:-1], weights[1:], strict=True)
    ]
    return np.concatenate([np.ravel(part) for part in parts]) if parts else np.zeros(0)


def tasks(seed: int) -> tuple[Task, ...]:
    """The square one first, where a transposed weight shows and raises no error; sizes all differ."""
    rng = np.random.default_rng(seed)
    return (
        _any_alignment(rng),
        _regression(rng),
        _of_modes(rng, "two balanced layers", 2, VARIANCES, inputs=5, hidden=6, outputs=3, examples=15),
        _of_modes(rng, "three balanced layers", 3, None, inputs=6, hidden=4, outputs=3, examples=22),
        _unbalanced(rng),
        _generic(rng),
    )


def _any_alignment(rng) -> Task:
    inputs, targets = synthetic(rng, (*STRENGTHS, 0.3), inputs=4, outputs=4, examples=14)
    weights = balanced(rng, 0.6, inputs=4, hidden=4, outputs=4)
    sigma31 = targets @ inputs.T / inputs.shape[1]

    def exact(t):
        return np.stack([balanced_product(one, *weights, sigma31, 1.0) for one in t])

    return Task(
        "two layers, balanced, not aligned with the data",
        weights,
        inputs,
        targets,
        exact,
        (np.eye(4), np.eye(4)),
    )


def _regression(rng) -> Task:
    inputs, targets = synthetic(rng, STRENGTHS, VARIANCES, inputs=5, outputs=3, examples=18)
    modes = modes_of(inputs, targets, 3)
    start = rng.uniform(0.05, 0.3, size=3) * modes.s / modes.d
    weights = (modes.left @ (start[:, None] * modes.right.T),)

    def exact(t):
        return _diagonal(shallow_mode_strength(t[:, None], modes.s, start, 1.0, modes.d), 3, 5)

    return Task("linear regression", weights, inputs, targets, exact, _bases(inputs, targets))


def _of_modes(rng, name, layers, variances, *, inputs, hidden, outputs, examples) -> Task:
    x, y = synthetic(rng, STRENGTHS, variances, inputs=inputs, outputs=outputs, examples=examples)
    modes = modes_of(x, y, len(STRENGTHS))
    start = rng.uniform(0.1, 0.3, size=len(STRENGTHS)) * modes.s / modes.d
    weights = aligned(rng, modes, [start ** (1 / layers)] * layers, hidden)

    def exact(t):
        t = t[:, None]
        if layers == 2:
            found = mode_strength(t, modes.s, start, 1.0, modes.d)
        else:
            found = depth_mode_strength(t, modes.s, start, 1.0, layers)
        return _diagonal(found, outputs, inputs)

    return Task(name, weights, x, y, exact, _bases(x, y))


def _unbalanced(rng) -> Task:
    inputs, targets = synthetic(rng, STRENGTHS, inputs=4, outputs=3, examples=20)
    modes = modes_of(inputs, targets, 3)
    first = np.array([1.1, 0.2, 0.7]) * rng.uniform(0.9, 1.1, size=3)
    second = np.array([0.2, 0.9, 0.4]) * rng.uniform(0.9, 1.1, size=3)
    weights = aligned(rng, modes, [first, second], 5)

    def exact(t):
        return _diagonal(unbalanced_mode(t[:, None], modes.s, first, second, 1.0)[2], 3, 4)

    return Task("two unbalanced layers", weights, inputs, targets, exact, _bases(inputs, targets))


def _generic(rng) -> Task:
    inputs, targets = synthetic(rng, STRENGTHS, VARIANCES, inputs=4, outputs=3, examples=16)
    sizes = (4, 6, 5, 3)
    weights = tuple(
        0.8 * rng.normal(size=(after, before)) / np.sqrt(before)
        for before, after in zip(sizes[:-1], sizes[1:], strict=True)
    )
    return Task("three layers from random weights", weights, inputs, targets, None, _bases(inputs, targets))


def _bases(inputs, targets) -> tuple[np.ndarray, np.ndarray]:
    modes = modes_of(inputs, targets, len(STRENGTHS))
    rest = np.linalg.svd(modes.right.T, full_matrices=True)[2][len(STRENGTHS) :].T
    return modes.left, np.concatenate([modes.right, rest], axis=1)


def _diagonal(strengths, outputs, inputs) -> np.ndarray:
    """Mode strengths (T, K) as matrices (T, outputs, inputs) in the modes."""
    found = np.zeros((len(strengths), outputs, inputs))
    index = np.arange(strengths.shape[1])
    found[:, index, index] = strengths
    return found
