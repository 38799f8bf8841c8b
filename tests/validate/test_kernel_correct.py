"""Correct kernels on trial are accepted: several networks and libraries, both types, fresh inputs."""

import math
import time
from contextlib import nullcontext

import numpy as np
import pytest

from derivations.nngp_ntk import (
    Conv,
    Dense,
    Flatten,
    GlobalAveragePool,
    LayerNorm,
    Network,
    Residual,
    erf,
    gelu,
    relu,
    tanh,
)
from theory import validate

ROOT = 2**0.5
DEEP = Network([Dense(ROOT, 0.3), relu, Dense(ROOT, 0.3), relu, Dense(ROOT, 0.0)])
SHALLOW = Network([Dense(ROOT, 0.3), relu, Dense(ROOT, 0.3)])
ERF = Network([Dense(1.2, 0.3), erf, Dense(1.5, 0.2)])


def he(depth):
    return Network([*[Dense(ROOT), relu] * depth, Dense(ROOT)])


def arrays_of(X):
    """NumPy, PyTorch or JAX: the module with the functions of an array."""
    if hasattr(X, "detach"):
        return pytest.importorskip("torch")
    if isinstance(X, np.ndarray):
        return np
    return pytest.importorskip("jax").numpy


def lengths(X):
    return arrays_of(X).sqrt((X**2).sum(axis=1))


def angles(X1, X2):
    """From differences and sums of unit vectors: all their digits, near 0 and pi too."""
    xp = arrays_of(X1)
    units = [X / (lengths(X) + (lengths(X) == 0))[:, None] for X in (X1, X2)]
    apart, together = (
        xp.sqrt(((units[0][:, None] + sign * units[1][None]) ** 2).sum(axis=2)) for sign in (-1, 1)
    )
    return 2 * xp.arctan2(apart, together)


def unbiased(X1, X2, depth=2, ntk=True):
    """He's ReLU network without biases, from the angle, which it keeps."""
    xp, theta = arrays_of(X1), angles(X1, X2)
    scale = 2 * lengths(X1)[:, None] * lengths(X2) / X1.shape[1]
    K, tangent = xp.cos(theta), xp.cos(theta)
    for _ in range(depth):
        slope = (math.pi - theta) / math.pi
        K = (xp.sin(theta) + (math.pi - theta) * xp.cos(theta)) / math.pi
        tangent = K + slope * tangent
        # sin of the new angle by 1 - K, which is a sum of small terms
        gap = 2 * xp.sin(theta / 2) ** 2 - (xp.sin(theta) - theta * xp.cos(theta)) / math.pi
        theta = xp.arctan2(xp.sqrt(xp.clip(gap * (1 + K), 0, None)), K)
    return scale * (tangent if ntk else K)


def biased(X1, X2, ntk=True):
    """`SHALLOW`: a bias is one more input, 0.3 for all, behind which the angle is known well."""
    xp = arrays_of(X1)
    U1, U2 = (
        xp.concatenate([(2 / X.shape[1]) ** 0.5 * X, 0 * X[:, :1] + 0.3], axis=1)  # sigma_b is squared below
        for X in (X1, X2)
    )
    theta, scale = angles(U1, U2), lengths(U1)[:, None] * lengths(U2)
    K = 0.09 + scale * (xp.sin(theta) + (math.pi - theta) * xp.cos(theta)) / math.pi
    return K + (math.pi - theta) / math.pi * (U1 @ U2.T) if ntk else K


def recursion(X1, X2):
    """`DEEP`'s NNGP kernel as most write it, with angles from arccosines."""
    xp, d = arrays_of(X1), X1.shape[1]
    q1, q2 = (0.09 + 2 * (X**2).sum(axis=1) / d for X in (X1, X2))
    c = 0.09 + 2 * X1 @ X2.T / d
    for bias in (0.09, 0.0):
        scale = xp.sqrt(q1)[:, None] * xp.sqrt(q2)
        theta = xp.arccos(xp.clip(c / scale, -1, 1))
        c = bias + scale * (xp.sin(theta) + (math.pi - theta) * xp.cos(theta)) / math.pi
        q1, q2 = bias + q1, bias + q2
    return c


def arcsine(X1, X2):
    """`ERF`'s NNGP kernel (Williams, 1997)."""
    xp, d = arrays_of(X1), X1.shape[1]
    q1, q2 = (0.09 + 1.44 * (X**2).sum(axis=1) / d for X in (X1, X2))
    c = 0.09 + 1.44 * X1 @ X2.T / d
    T = 2 / math.pi * xp.arcsin(2 * c / xp.sqrt(1 + 2 * q1)[:, None] / xp.sqrt(1 + 2 * q2))
    return 0.04 + 2.25 * T


WRITTEN = {
    "He, NTK": (unbiased, he(2), "ntk"),
    "He, NNGP": (lambda X1, X2: unbiased(X1, X2, ntk=False), he(2), "nngp"),
    "one hidden layer, NTK": (lambda X1, X2: unbiased(X1, X2, 1), he(1), "ntk"),
    "five hidden layers, NTK": (lambda X1, X2: unbiased(X1, X2, 5), he(5), "ntk"),
    "biases, NTK": (biased, SHALLOW, "ntk"),
    "biases, NNGP": (lambda X1, X2: biased(X1, X2, ntk=False), SHALLOW, "nngp"),
    "arccosines, NNGP": (recursion, DEEP, "nngp"),
    "arcsines, NNGP": (arcsine, ERF, "nngp"),
}
"""Somebody's code, for arrays of any library."""

NETWORKS = {
    "biases": DEEP,
    "erf": ERF,
    "residual": Network([Dense(1.0), Residual([relu, Dense(1.1, 0.2)], 0.5), Dense(1.0)]),
    "layer norm": Network([Dense(1.1, 0.2), relu, LayerNorm(), Dense(1.0)]),
    "standard": Network([Dense(ROOT, 0.1), relu, Dense(1.0)], "standard", 100),
    "convolution": Network([Conv(1.2, 0.1), relu, Conv(1.1), Flatten(), Dense(1.0)]),
    "pooled": Network([Conv(1.2, 0.1), relu, GlobalAveragePool(), Dense(1.0)]),
    "gelu": Network([Dense(1.1, 0.2), gelu, Dense(1.0)]),
    "quadrature": Network([Dense(1.1, 0.2), tanh, Dense(1.0)]),
    "chaotic": Network([Dense(3.0), erf] * 8 + [Dense(1.0)]),
}
"""The closed forms themselves, which must stand their own trial."""

CORRECT = WRITTEN | {
    f"{name}, {kind.upper()}, closed form": (getattr(network, kind), network, kind)
    for name, network in NETWORKS.items()
    for kind in ("nngp", "ntk")
}
TYPES = {"float64 and float32": ("float64", "float32"), "float32": ("float32",)}
SETTINGS = [
    *((case, "numpy", TYPES["float64 and float32"]) for case in CORRECT),
    *((case, "numpy", TYPES["float32"]) for case in WRITTEN),
    *((case, library, types) for library in ("torch", "jax") for case in WRITTEN for types in TYPES.values()),
]


def judged(case, library="numpy", dtypes=TYPES["float64 and float32"], seed=0):
    f, network, kind = CORRECT[case]
    with _x64(library == "jax" and "float64" in dtypes):
        return validate.kernel(
            f, reference=network, kind=kind, library=library, dtypes=dtypes, seed=seed, time_limit=300
        )


def _x64(wanted):
    return pytest.importorskip("jax").enable_x64(True) if wanted else nullcontext()


@pytest.mark.parametrize("case", CORRECT)
def test_correct_kernels_are_accepted(case):
    started = time.process_time()
    trial = judged(case)
    assert trial.holds, trial
    assert time.process_time() - started < 10


@pytest.mark.parametrize(
    ("case", "library"),
    [
        *((case, "torch") for case in WRITTEN),
        # JAX compiles every operation alone
        pytest.param("He, NTK", "jax", marks=pytest.mark.slow),
        pytest.param("arcsines, NNGP", "jax", marks=pytest.mark.slow),
    ],
)
def test_correct_kernels_of_other_libraries_are_accepted(case, library):
    pytest.importorskip(library)
    trial = judged(case, library, seed=1)
    assert trial.holds, trial


@pytest.mark.slow
@pytest.mark.parametrize(("case", "library", "dtypes"), SETTINGS)
def test_fresh_inputs_raise_no_false_alarm(case, library, dtypes):
    pytest.importorskip(library)
    for seed in range(100, 105):
        trial = judged(case, library, dtypes, seed)
        assert trial.holds, (seed, trial)
