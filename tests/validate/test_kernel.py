"""Kernels on trial: what is judged beside their values, families, pairs, what code does wrong, arguments."""

import time

import numpy as np
import pytest

from derivations.nngp_ntk import Dense, Network, relu
from theory import validate

ROOT = 2**0.5
NETWORK = Network([Dense(ROOT, 0.3), relu, Dense(ROOT, 0.3), relu, Dense(ROOT, 0.0)])
UNBIASED = Network([Dense(ROOT), relu, Dense(ROOT), relu, Dense(ROOT)])
SHALLOW = Network([Dense(ROOT, 0.3), relu, Dense(ROOT, 0.3)])


NNGP_BUGS = {
    "gain": ("gain", lambda X1, X2: UNBIASED.nngp(X1, X2) / 2),
    "fan-in": ("fan-in", lambda X1, X2: 5 * UNBIASED.nngp(X1, X2)),
    "last layer missing": ("gain", Network(UNBIASED.layers[:-1]).nngp),
    "the NTK": ("other kernel", UNBIASED.ntk),
    "depth": ("depth", Network(UNBIASED.layers[2:]).nngp),
    "zero": ("zero", lambda X1, X2: 0 * UNBIASED.nngp(X1, X2)),
    "negative variances": ("negative variance", lambda X1, X2: UNBIASED.nngp(X1, X2) - 10),
}


@pytest.mark.parametrize("bug", NNGP_BUGS)
def test_bugs_of_a_homogeneous_nngp_kernel(bug, judged):
    kind, f = NNGP_BUGS[bug]
    assert kind in judged(f, UNBIASED, "nngp").kinds()


def test_zeros_and_scales(judged):
    def divides(X1, X2):
        if not (X1.any(axis=1).all() and X2.any(axis=1).all()):
            return np.full((len(X1), len(X2)), np.nan)
        return UNBIASED.ntk(X1, X2)

    def small(X1, X2):
        return UNBIASED.ntk(X1, X2) + 1e-16

    def overflows(X1, X2):
        size = float(np.abs(X1).max())
        return UNBIASED.ntk(X1, X2) if 1e-30 < size < 1e30 else np.full((len(X1), len(X2)), np.inf)

    assert judged(divides, UNBIASED).kinds() == ("zero input",)
    assert judged(small, UNBIASED).kinds() == ("scale",)
    trial = judged(overflows, UNBIASED)
    (note,) = [one for one in trial.findings if one.kind == "range of scales"]
    assert set(note.evidence["failed"]) == {-80, -40, 40, 80} and not note.defect


def test_float32_is_judged_by_its_own_roundings(judged):
    def constant(X1, X2):
        lost = 1e-3 if X1.dtype == np.float32 else 0
        return NETWORK.ntk(X1, X2) * (1 + lost)

    assert "float32: disagrees" in judged(constant).kinds()
    assert judged(constant, dtypes=("float64",)).holds
    assert judged(NETWORK.ntk, dtypes=("float32",)).holds


# guards


def test_what_f_does_wrong_is_a_finding(judged):
    calls = []

    def raises(X1, X2):
        raise KeyError("weights")

    def writes(X1, X2):
        X1 *= 1.0000001
        return NETWORK.ntk(X1, X2)

    def hidden(X1, X2):
        calls.append(1)
        return NETWORK.ntk(X1, X2) * (1 + 1e-9 * len(calls))

    def endless(X1, X2):
        while True:
            time.sleep(0.01)

    assert judged(raises).kinds() == ("exception",)
    assert "changes its input" in judged(writes).kinds()
    assert "two runs differ" in judged(hidden).kinds()
    assert judged(endless, time_limit=0.3).kinds() == ("time limit",)
    assert judged(lambda X1, X2: NETWORK.ntk(X1, X2)[:, 0]).kinds() == ("shape",)
    assert judged(lambda X1, X2: np.full((len(X1), len(X2)), np.nan)).kinds() == ("not finite",)
    assert judged(lambda X1, X2: NETWORK.ntk(X1, X2) + 0j).kinds() == ("result",)
    assert judged(lambda X1, X2: None).kinds() == ("result",)
    assert judged(lambda X1, X2: NETWORK.ntk(X1, X2).astype("float16")).kinds()[0] == "precision"


def few_only(X1, X2):
    if len(X1) == 1:
        raise ValueError("one input")
    return NETWORK.ntk(X1, X2)


def test_one_input_is_asked_for(judged):
    assert judged(few_only).kinds() == ("few inputs: exception",)


# a pair of kernels


def test_a_tangent_kernel_and_its_nngp_kernel_must_be_consistent(judged):
    assert judged(SHALLOW.ntk, SHALLOW, nngp=SHALLOW.nngp).holds
    assert judged(NETWORK.ntk, NETWORK, nngp=NETWORK.nngp).holds
    other_nngp = judged(SHALLOW.ntk, SHALLOW, nngp=Network(SHALLOW.layers[:2] + (Dense(1.0, 0.3),)).nngp)
    assert {"nngp: gain", "inconsistent derivative"} <= set(other_nngp.kinds())
    halved = judged(
        lambda X1, X2: (SHALLOW.ntk(X1, X2) + SHALLOW.nngp(X1, X2)) / 2, SHALLOW, nngp=SHALLOW.nngp
    )
    assert {"ntk term", "inconsistent derivative"} <= set(halved.kinds())
    below = judged(lambda X1, X2: SHALLOW.nngp(X1, X2) / 2, SHALLOW, nngp=SHALLOW.nngp)
    assert "ntk below nngp" in below.kinds()
    assert "nngp: exception" in judged(SHALLOW.ntk, SHALLOW, nngp=lambda X: X).kinds()


# depth


def of_depth(depth):
    return Network([*[Dense(ROOT), relu] * depth, Dense(ROOT)])


def test_families_are_judged_at_every_depth():
    trial = validate.kernel(
        lambda depth: of_depth(depth).ntk,
        reference=of_depth,
        kind="ntk",
        depths=(1, 2, 8, 32),
    )
    assert trial.holds, trial
    assert trial.curves[0].sizes == (1, 2, 8, 32) and trial.size_name == "depth"
    off = validate.kernel(lambda n: of_depth(n - 1).ntk, reference=of_depth, kind="ntk", depths=(2, 4))
    assert off.kinds() == ("depth",) and "at depth 2" in off.findings[0].message
    raises = validate.kernel(lambda n: [][n], reference=of_depth, kind="ntk", depths=(1, 2))
    assert raises.kinds() == ("exception",)


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (dict(f=3), "f = 3"),
        (dict(reference="relu"), "reference = 'relu'"),
        (dict(kind="ck"), "kind = 'ck'"),
        (dict(claimed_digits=20), "claimed_digits = 20"),
        (dict(claimed_digits=0), "claimed_digits = 0"),
        (dict(dtypes="float64"), "dtypes = 'float64'"),
        (dict(dtypes=("float16",)), "float16"),
        (dict(library="cupy"), "library = 'cupy'"),
        (dict(adapter="gpy"), "adapter = 'gpy'"),
        (dict(depths=(1, 2)), "reference"),
        (dict(depths=(), reference=of_depth), "depths = ()"),
        (dict(depths=(1,), reference=lambda n: n), "reference(1)"),
        (dict(kind="nngp", nngp=abs), "nngp ="),
        (dict(seed=-1), "seed = -1"),
        (dict(reference=Network([Dense(1.0), "step", Dense(1.0)])), "step"),
    ],
)
def test_wrong_arguments_are_named(options, word):
    given = dict(f=NETWORK.ntk, reference=NETWORK, kind="ntk", **{}) | options
    with pytest.raises(ValueError) as raised:
        validate.kernel(given.pop("f"), **given)
    assert word in str(raised.value)
