"""Evaluators on a device as shares of what the device can do: ``python -m benchmarks device --device cuda``.

The memory bandwidth (of scaling a large array) and the matrix peak (of a large product) are measured in the
same run. An evaluator's share counts the bytes that it has to move (what goes in, once, and what comes out)
or the products that it has to do: temporaries and everything else are losses.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from theory.benchmark import Row
from theory.simulation import BackendUnavailable, namespace

LIBRARIES = ("jax", "torch")
KINDS = ("float64", "float32")
COMPARISONS = (("deep_linear", "loss_in_training"), ("nngp_ntk", "erf_covariance"))
"""The theory and name of comparisons that run at the scale "gpu" on a GPU, "laptop" on a CPU."""


@dataclass(frozen=True)
class Sizes:
    """Points of a formula, rows of a square product, samples of a model (of ``dimension``), digits."""

    points: int
    square: int
    samples: int
    dimension: int
    digits: int
    repeats: int


ON_CPU = Sizes(points=2**21, square=1024, samples=512, dimension=512, digits=600, repeats=3)
ON_GPU = Sizes(points=2**27, square=8192, samples=16_384, dimension=3072, digits=1797, repeats=10)


@dataclass(frozen=True)
class Work:
    """One evaluation, the numbers that it must move, and the multiplications and additions it must do."""

    name: str
    run: Callable
    moved: int = 0
    operations: int = 0


class Device:
    """A library on a device: arrays of a type, and the seconds that calls take there once all is compiled."""

    def __init__(self, library: str, device: str, kind: str):
        self.library, self.name, self.kind = library, device, kind
        self.arrays = namespace(library, device, kind)

    def array(self, values):
        return self.arrays.asarray(np.asarray(values, dtype=self.kind))

    def compiled(self, function: Callable) -> Callable:
        """By JAX as one program; PyTorch runs what it is told, one operation after another."""
        if self.library == "torch":
            return function
        import jax

        return jax.jit(function)

    def finished(self, found):
        """Wait until the device has computed it: calls return before."""
        if self.library == "jax":
            import jax

            return jax.block_until_ready(found)
        if self.name != "cpu":
            import torch

            torch.cuda.synchronize()
        return found

    def seconds(self, action: Callable, repeats: int) -> float:
        """The least of several runs, after one that compiles and warms up."""
        self.finished(action())
        taken = []
        for _ in range(repeats):
            started = time.perf_counter()
            self.finished(action())
            taken.append(time.perf_counter() - started)
        return min(taken)


def measure(device: str = "cpu", sizes: Sizes | None = None) -> Iterator[Row]:
    """Bandwidth and peak of the device, the evaluators' shares of them, and comparisons with their verdicts.

    For JAX and PyTorch, as far as they are installed and find the device; raises `BackendUnavailable`
    where neither does.
    """
    sizes = sizes or (ON_CPU if device == "cpu" else ON_GPU)
    for library in _libraries(device):
        for kind in KINDS:
            yield from _shares(Device(library, device, kind), sizes)
        for theory, name in COMPARISONS:
            yield _compared(library, device, theory, name)


def model(device: str) -> str:
    """What the first library that finds the device calls it: "NVIDIA H200", "cpu"."""
    library = _libraries(device)[0]
    with namespace(library, device) as arrays:
        place = arrays.zeros(1)
    if library == "jax":
        return place.device.device_kind
    import torch

    return torch.cuda.get_device_name(place.device) if place.is_cuda else "cpu"


def _libraries(device: str) -> list[str]:
    """Those installed that find the device; where none does, raises what one of them says."""
    found, complaints = [], []
    for library in LIBRARIES:
        try:
            namespace(library, device)
            found.append(library)
        except BackendUnavailable as absent:
            complaints.append(absent)
    if not found:
        raise min(complaints, key=lambda one: isinstance(one.__cause__, ImportError))
    return found


def _shares(place: Device, sizes: Sizes) -> Iterator[Row]:
    part, label = f"device {place.name}", f"{place.library}, {place.kind}"
    size = np.dtype(place.kind).itemsize
    with place.arrays:
        x = place.array(np.linspace(1, 2, sizes.points))
        scale = place.compiled(lambda x: 1.5 * x)
        bandwidth = 2 * sizes.points * size / place.seconds(lambda: scale(x), 5 * sizes.repeats)
        yield Row(part, f"{label}: memory bandwidth", bandwidth / 1e9, "GB/s")
        square = place.array(np.random.default_rng(0).normal(size=(sizes.square, sizes.square)))
        product = place.compiled(lambda a: a @ a)
        peak = 2 * sizes.square**3 / place.seconds(lambda: product(square), sizes.repeats)
        yield Row(part, f"{label}: matrix peak", peak / 1e9, "GFLOP/s")
        for work in _works(place, sizes):
            seconds = place.seconds(work.run, sizes.repeats)
            if work.operations:
                rate, unit, most, peer = work.operations / seconds, "GFLOP/s", peak, "matrix peak"
            else:
                rate, unit, most, peer = work.moved * size / seconds, "GB/s", bandwidth, "memory bandwidth"
            yield Row(part, f"{label}: {work.name}", rate / 1e9, unit, peer, rate / most, at_least=True)


def _works(place: Device, sizes: Sizes) -> Iterator[Work]:
    """The evaluators, each made when its turn comes, so that only its own arrays lie on the device."""
    yield _sigmoid(place, sizes)
    yield _correlation(place, sizes)
    yield _mixture(place, sizes)
    yield _network(place, sizes)
    yield _flow(place, sizes)


def _sigmoid(place: Device, sizes: Sizes) -> Work:
    from derivations.deep_linear import mode_strength

    t = place.array(np.linspace(0, 20, sizes.points))
    run = place.compiled(lambda t: mode_strength(t=t, s=1.0, u0=1e-3, tau=2.0))
    return Work("sigmoid", lambda: run(t), moved=2 * sizes.points)


def _correlation(place: Device, sizes: Sizes) -> Work:
    from derivations.nngp_ntk.deep_relu import deep_relu_correlation

    rho = place.array(np.random.default_rng(0).uniform(-1, 1, sizes.points))
    run = place.compiled(lambda rho: deep_relu_correlation(rho=rho, layers=3))
    return Work("arc-cosine, 3 layers", lambda: run(rho), moved=2 * sizes.points)


def _mixture(place: Device, sizes: Sizes) -> Work:
    from derivations.gaussian_score.data import digits
    from derivations.gaussian_score.models.mixture import MixtureModel

    points = digits()[: sizes.digits]
    model = MixtureModel.from_points(points)
    x = place.array(model.sample(sizes.samples, np.random.default_rng(0), sigma=1.0))
    run = place.compiled(lambda x: model.score(x, sigma=1.0))
    # distances to every point, and the mean of the points by their weights
    return Work("mixture score", lambda: run(x), operations=4 * sizes.samples * points.size)


def _network(place: Device, sizes: Sizes) -> Work:
    from derivations.nngp_ntk import Dense, Network, relu
    from derivations.nngp_ntk.data import digits

    network = Network([Dense(2**0.5), relu, Dense(2**0.5), relu, Dense(2**0.5)])
    inputs = digits()[0][: sizes.digits]
    x = place.array(inputs)
    run = place.compiled(network.kernels)
    moved = inputs.size + 2 * len(inputs) ** 2
    return Work("NNGP and NTK of the digits, 3 layers", lambda: run(x), moved=moved)


def _flow(place: Device, sizes: Sizes) -> Work:
    from derivations.gaussian_score import GaussianModel

    rng, rank = np.random.default_rng(0), sizes.dimension // 6
    U = np.linalg.qr(rng.normal(size=(sizes.dimension, rank)))[0]
    mean = rng.normal(size=sizes.dimension)
    model = GaussianModel.from_spectrum(mean, U, np.geomspace(100, 1e-4, rank))
    x = place.array(80.0 * rng.normal(size=(sizes.samples, sizes.dimension)))
    run = place.compiled(lambda x: model.probability_flow(x, 0.002, 80.0))
    # onto the modes and back
    return Work("probability flow", lambda: run(x), operations=4 * sizes.samples * sizes.dimension * rank)


def _compared(library: str, device: str, theory: str, name: str) -> Row:
    from theory.catalogue import find

    comparison = find(theory).comparisons[name]
    scale = "laptop" if device == "cpu" else "gpu"
    started = time.perf_counter()
    verdict = comparison.run(seed=1, backend=library, device=device, scale=scale)
    held = "holds" if verdict.holds else "DOES NOT HOLD"
    label = f"{library}: {theory} {name} at scale {scale}, {held}"
    return Row(f"device {device}", label, time.perf_counter() - started, "s")
