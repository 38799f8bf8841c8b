"""Duals of activations on trial."""

import numpy as np
import pytest

from derivations.nngp_ntk import erf, gelu, leaky_relu, relu, sin, square, tanh
from theory import validate


def arrays_of(c):
    """NumPy, PyTorch or JAX: the module with the functions of an array."""
    if hasattr(c, "detach"):
        return pytest.importorskip("torch")
    if isinstance(c, np.ndarray):
        return np
    return pytest.importorskip("jax").numpy


def parts(q1, q2, c):
    xp = arrays_of(c)
    scale = xp.sqrt(q1) * xp.sqrt(q2)
    rho = xp.clip(c / scale, -1, 1)
    return scale, rho, xp.arccos(rho)


def arccosine(q1, q2, c):
    scale, rho, theta = parts(q1, q2, c)
    return scale * (arrays_of(c).sin(theta) + (np.pi - theta) * rho) / (2 * np.pi)


def slope(q1, q2, c):
    return (np.pi - parts(q1, q2, c)[2]) / (2 * np.pi)


def arcsine(q1, q2, c):
    xp = arrays_of(c)
    return 2 / np.pi * xp.arcsin(2 * c / xp.sqrt((1 + 2 * q1) * (1 + 2 * q2)))


def arcsine_slope(q1, q2, c):
    return 4 / np.pi / arrays_of(c).sqrt((1 + 2 * q1) * (1 + 2 * q2) - 4 * c**2)


def sine(q1, q2, c):
    xp = arrays_of(c)
    return xp.exp(-(q1 + q2) / 2) * xp.sinh(c)


def sine_slope(q1, q2, c):
    xp = arrays_of(c)
    return xp.exp(-(q1 + q2) / 2) * xp.cosh(c)


WRITTEN = {
    "relu": (arccosine, relu, slope),
    "erf": (arcsine, erf, arcsine_slope),
    "sin": (sine, sin, sine_slope),
    "square": (lambda q1, q2, c: q1 * q2 + 2 * c**2, square, lambda q1, q2, c: 4 * c),
}
"""Somebody's code, for arrays of any library."""

CORRECT = WRITTEN | {
    f"{one!r}, closed form": (one.dual, one, one.derivative_dual)
    for one in (relu, leaky_relu(0.1), erf, gelu, sin, square, tanh)
}
SETTINGS = [(case, "numpy") for case in CORRECT]
SETTINGS += [(case, library) for library in ("torch", "jax") for case in WRITTEN]


def judged(case, library="numpy", seed=0):
    f, activation, derivative = CORRECT[case]
    return validate.dual(
        f, activation=activation, derivative=derivative, library=library, seed=seed, time_limit=300
    )


@pytest.mark.parametrize(("case", "library"), SETTINGS)
def test_correct_duals_are_accepted(case, library):
    pytest.importorskip(library)
    trial = judged(case, library)
    assert trial.holds, trial


@pytest.mark.slow
@pytest.mark.parametrize(("case", "library"), SETTINGS)
def test_fresh_preactivations_raise_no_false_alarm(case, library):
    pytest.importorskip(library)
    for seed in range(100, 120):
        trial = judged(case, library, seed)
        assert trial.holds, (seed, trial)


def clipped(q1, q2, c, clip=1e-5):
    most = (1 - clip) * np.sqrt(q1 * q2)
    return arccosine(q1, q2, np.clip(c, -most, most))


def of_correlation(q1, q2, c):
    return arccosine(1 + 0 * q1, 1 + 0 * q1, c / np.sqrt(q1 * q2))


def beyond(q1, q2, c):
    return arccosine(q1, q2, c) + 0 * np.arccos(c / np.sqrt(q1 * q2) * 1.0000001)


PLANTED = {
    "twice": ("gain", lambda *a: 2 * arccosine(*a)),
    "pi": ("factor", lambda *a: np.pi * arccosine(*a)),
    "variances ignored": ("variances", of_correlation),
    "product of variances": ("variances", lambda q1, q2, c: np.sqrt(q1 * q2) * arccosine(q1, q2, c)),
    "the derivative": ("other kernel", slope),
    "the supplement": ("angle", lambda q1, q2, c: arccosine(q1, q2, -c)),
    "centred": ("mean", lambda q1, q2, c: arccosine(q1, q2, c) - np.sqrt(q1 * q2) / (2 * np.pi)),
    "another activation": ("activation", arcsine),
    "clipped": ("clipped cosine", clipped),
    "one variance": ("not symmetric", lambda q1, q2, c: arccosine(q1, q2, c) * q1),
    "perturbed": ("accuracy", lambda q1, q2, c: arccosine(q1, q2, c * (1 - 1e-7))),
    "power": ("disagrees", lambda *a: arccosine(*a) ** 1.01),
    "float32": ("precision", lambda *a: arccosine(*(np.asarray(v, np.float32) for v in a))),
    "not clipped": ("not finite", beyond),
    "shape": ("shape", lambda *a: arccosine(*a)[None]),
    "exception": ("exception", lambda q1, q2: 0),
    "zero": ("zero", lambda q1, q2, c: 0 * c),
}


@pytest.mark.parametrize("bug", PLANTED)
def test_planted_bugs_are_rejected_with_their_cause(bug):
    kind, f = PLANTED[bug]
    trial = validate.dual(f, activation="relu", name="f")
    assert kind in trial.kinds(), trial


def test_the_derivative_must_be_the_slope():
    twice = validate.dual(arccosine, activation="relu", derivative=lambda *a: 2 * slope(*a))
    assert {"derivative: gain", "inconsistent derivative"} <= set(twice.kinds())
    (found,) = [one for one in twice.findings if one.kind == "inconsistent derivative"]
    assert found.evidence["ratio"] == pytest.approx(2)
    # both with the same factor: consistent, and both wrong
    both = validate.dual(lambda *a: 2 * arccosine(*a), activation="relu", derivative=lambda *a: 2 * slope(*a))
    assert both.kinds() == ("gain", "derivative: gain")


def test_torch_arrays_and_claimed_digits():
    torch = pytest.importorskip("torch")

    def linear(q1, q2, c):
        assert isinstance(c, torch.Tensor)
        return c

    assert validate.dual(linear, activation="linear", library="torch").holds
    short = lambda *a: arccosine(*a).astype("float32")  # noqa: E731
    assert not validate.dual(short, activation=relu).holds
    assert validate.dual(short, activation=relu, claimed_digits=5).holds
    trial = validate.dual(arccosine, activation="relu", derivative=slope)
    assert len(trial.curves) == 2 and trial.figure() is not None


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (dict(f=None), "f = None"),
        (dict(activation="rleu"), "relu"),
        (dict(activation=3), "activation = 3"),
        (dict(derivative=3), "derivative = 3"),
        (dict(activation="step", derivative=slope), "diverges"),
        (dict(claimed_digits=-1), "claimed_digits = -1"),
        (dict(dtypes=()), "dtypes"),
        (dict(library="cupy"), "cupy"),
        (dict(seed=0.5), "seed = 0.5"),
    ],
)
def test_wrong_arguments_are_named(options, word):
    given = dict(f=arccosine, activation="relu") | options
    with pytest.raises(ValueError) as raised:
        validate.dual(given.pop("f"), **given)
    assert word in str(raised.value)
