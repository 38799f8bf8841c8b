"""What a kernel is driven with: inputs at known angles, and what rounding may do to the kernel there."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..architecture.layers import Residual
from ..models.inputs import wants_positions
from ..models.loops import fill_angles
from ..models.network import Network
from ..models.pairs import unit

NEAR = tuple(10.0**e for e in range(-8, 0))
ANGLES = (*NEAR, 0.3, 0.7, 1.2, math.pi / 2, 2.0, 2.6, *(math.pi - a for a in reversed(NEAR)))
"""Angles, in radians, between the first input and others."""

GENERIC = 0.05
"""Pairs of inputs at a smaller angle than this, or that near to opposite, are judged by themselves."""

NORMS = (1.0, 0.5, 2.0, 1.3, 0.8)

LENGTHS = ((1e-8, 2.0), (1e-6, 0.5), (1e-4, 2.0), (1e-2, 0.5))
"""Angles between the first input and others of another length than it, in its lengths."""

PER_LAYER = 8
"""Roundings of a layer: some 3 in a dense one, some 13 in an activation."""


@dataclass(frozen=True)
class Inputs:
    """Two sets of inputs, flat: ``first`` (5, d), ``second`` (n2, d), of root mean squares from 1/2 to 2.

    The second set has inputs at `ANGLES` from the first of the first set, that one itself, 3, -1 and -2
    times it, some at the angles of `LENGTHS`, and others of random directions.
    """

    first: np.ndarray
    second: np.ndarray
    shape: tuple[int, ...]

    @cached_property
    def angle(self) -> np.ndarray:
        """(5, n2): the angles between the inputs, as they are after rounding."""
        return fill_angles(unit(self.first)[0], unit(self.second)[0])

    @property
    def generic(self) -> np.ndarray:
        return (self.angle > GENERIC) & (self.angle < math.pi - GENERIC)

    @property
    def related(self) -> slice:
        """Rows of the second set that have known angles with the first input."""
        return slice(0, len(ANGLES) + len(LENGTHS) + 4)

    def given(self, rows: np.ndarray) -> np.ndarray:
        """Flat rows (n, d) in the shape that the network wants."""
        return np.ascontiguousarray(rows.reshape(len(rows), *self.shape))

    def rounded(self, dtype: str) -> Inputs:
        """The same inputs after rounding to a shorter type, as float64."""
        return Inputs(*(X.astype(dtype).astype(float) for X in (self.first, self.second)), self.shape)


def inputs(seed: int, shape: tuple[int, ...]) -> Inputs:
    """The inputs of a trial with this seed."""
    rng, d = np.random.default_rng(seed), math.prod(shape)

    def directions(count: int) -> np.ndarray:
        return unit(rng.normal(size=(count, d)))[0]

    first = directions(len(NORMS)) * np.array(NORMS)[:, None] * math.sqrt(d)
    centre = first[0] / math.sqrt(d)
    second = []
    for angle, length in (*((angle, 1.0) for angle in ANGLES), *LENGTHS):
        aside = rng.normal(size=d)
        aside -= (aside @ centre) * centre
        aside /= np.linalg.norm(aside)
        second.append(length * math.sqrt(d) * (math.cos(angle) * centre + math.sin(angle) * aside))
    second += [factor * first[0] for factor in (1.0, 3.0, -1.0, -2.0)]
    return Inputs(first, np.concatenate([second, directions(6) * np.sqrt(d)]), shape)


def usual_shape(network: Network) -> tuple[int, ...]:
    """Of one input: 5 numbers, or 6 positions with 3 channels for a network with positions."""
    return (6, 3) if wants_positions(network.layers) else (5,)


@dataclass(frozen=True)
class Exact:
    """The closed form's kernel at two sets of inputs, and what rounding may do to it.

    ``scale``: the root of the product of both diagonals, the largest that an entry can be. ``bound``: a few
    roundings of it, and what the kernel changes by where the inputs change by so many roundings: what no
    computation in floating-point numbers can be blamed for, however ill-conditioned the network is.
    """

    value: np.ndarray
    scale: np.ndarray
    bound: np.ndarray
    roundings: int

    def error(self, found: np.ndarray) -> np.ndarray:
        """Of every entry, relative to its scale."""
        with np.errstate(over="ignore", invalid="ignore"):
            return np.abs(found - self.value) / self.scale


def evaluated(network: Network, kind: str, X1, X2, shape) -> np.ndarray:
    """(n1, n2): the closed form's kernel of flat inputs."""
    return np.asarray(getattr(network, kind)(X1.reshape(-1, *shape), X2.reshape(-1, *shape)))


def exact(network: Network, kind: str, X1, X2, shape, eps: float) -> Exact:
    """The kernel at flat inputs; ``eps`` is what lies between 1 and the next number, a rounding half of it.

    ValueError where the reference has no kernel at these inputs.
    """
    try:
        value = evaluated(network, kind, X1, X2, shape)
    except (ArithmeticError, ValueError) as error:
        raise ValueError(f"reference = {network}: no {kind} at inputs of mean square 1: {error}") from None
    own = [np.diagonal(evaluated(network, kind, X, X, shape)) for X in (X1, X2)]
    scale = np.sqrt(own[0])[:, None] * np.sqrt(own[1])[None, :]
    count, rng, moved = roundings(network, X1.shape[1]), np.random.default_rng(0), 0.0
    for _ in range(2):
        Y1, Y2 = (X * (1 + count * eps / 2 * rng.choice([-1.0, 1.0], size=X.shape)) for X in (X1, X2))
        moved = np.maximum(moved, np.abs(evaluated(network, kind, Y1, Y2, shape) - value))
    least = count * eps / 2 + accuracy(network)
    return Exact(value, scale, least * scale + moved, count)


def roundings(network: Network, d: int) -> int:
    """One for every term of the first product, and `PER_LAYER` for every layer."""
    return d + PER_LAYER * count_of(network.layers)


def count_of(layers) -> int:
    return sum(count_of(one.layers) + 1 if isinstance(one, Residual) else 1 for one in layers)


def accuracy(network: Network) -> float:
    """What the closed form itself leaves open: 0, or what its quadratures state, once for every layer."""
    return _accuracy(network.layers)


def _accuracy(layers) -> float:
    return sum(_accuracy(one.layers) if isinstance(one, Residual) else stated(one) for one in layers)


def stated(activation) -> float:
    """The accuracy of a dual by quadrature, relative to its scale; 0 of closed forms, and of other layers."""
    accuracy = getattr(getattr(activation, "pair_form", None), "accuracy", 0.0)
    return accuracy if isinstance(accuracy, float) else 0.0
