"""How the time of kernels, diffusion models and kernel regression grows with what is large in use."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np

from theory.benchmark import Row
from theory.growth import exponent

from .measure import least_cpu

REPEATS = 9
MARGIN = 0.1
"""A measured exponent may exceed the expected one by this, for caches that are left."""


def measure() -> Iterator[Row]:
    """An exponent for each model and size."""
    random = np.random.default_rng(0)
    yield _row("NNGP and NTK of n inputs", (400, 800, 1600), 2, _kernels)
    yield _row("NNGP and NTK at depth L", (16, 64, 256), 1, lambda L: _kernels(200, L))
    yield _row("kernel regression on n inputs", (800, 1600, 3200), 3, _regression)
    yield _row("probability flow in D, rank 64", (2**14, 2**16, 2**18), 1, lambda D: _flow(D, random))
    yield _row("score of n images", (1000, 2000, 4000), 1, lambda n: _score(n, random))


def _row(name: str, sizes: Iterable[int], expected: float, made: Callable) -> Row:
    seconds = {n: least_cpu(made(n), REPEATS)[0] for n in sizes}
    return Row("growth of models", name, exponent(seconds)[0], "exponent", goal=expected + MARGIN)


def _inputs(n: int) -> np.ndarray:
    """Digits, repeated with noise where there are not enough."""
    from derivations.nngp_ntk.data import digits

    x = np.resize(digits()[0], (n, 64))
    return x + 1e-3 * np.random.default_rng(0).normal(size=x.shape)


def _kernels(n: int, depth: int = 3) -> Callable:
    from derivations.nngp_ntk import Dense, Network, relu

    x, network = _inputs(n), Network([*[Dense(2**0.5), relu] * depth, Dense(2**0.5)])
    return lambda: network.kernels(x)


def _regression(n: int) -> Callable:
    from derivations.nngp_ntk import Dense, KernelRegression, Network, relu

    network = Network([Dense(2**0.5), relu, Dense(2**0.5)])
    x, y = _inputs(n), np.random.default_rng(0).normal(size=(n, 1))
    return lambda: KernelRegression(network, "nngp", ridge=1e-3).fit(x, y)


def _flow(dimension: int, random) -> Callable:
    from derivations.gaussian_score import GaussianModel

    U = np.linalg.qr(random.normal(size=(dimension, 64)))[0]
    model = GaussianModel.from_spectrum(np.zeros(dimension), U, np.geomspace(100, 1e-3, 64))
    x = random.normal(size=(100, dimension))
    return lambda: model.probability_flow(x, 0.01, 80.0)


def _score(n: int, random) -> Callable:
    from derivations.gaussian_score import MixtureModel

    model, x = MixtureModel.from_points(_inputs(n)), random.normal(size=(64, 64))
    return lambda: model.score(x, sigma=0.5)
