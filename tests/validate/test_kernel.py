"""Kernels on trial: correct ones are accepted, every planted bug is rejected with its cause."""

import json
import math
import time

import numpy as np
import pytest
from scipy.special import erf as error_function

from derivations.nngp_ntk import Conv, Dense, Flatten, LayerNorm, Network, Residual, erf, gelu, relu, tanh
from theory import validate

ROOT = 2**0.5
NETWORK = Network([Dense(ROOT, 0.3), relu, Dense(ROOT, 0.3), relu, Dense(ROOT, 0.0)])
UNBIASED = Network([Dense(ROOT), relu, Dense(ROOT), relu, Dense(ROOT)])
SHALLOW = Network([Dense(ROOT, 0.3), relu, Dense(ROOT, 0.3)])
ERF = Network([Dense(1.2, 0.3), erf, Dense(1.5, 0.2)])


def stable_angle(X1, X2):
    """From differences and sums of unit inputs: all its digits, near 0 too."""
    units = [X / np.maximum(np.linalg.norm(X, axis=1, keepdims=True), 1e-300) for X in (X1, X2)]
    apart = np.linalg.norm(units[0][:, None] - units[1][None], axis=2)
    together = np.linalg.norm(units[0][:, None] + units[1][None], axis=2)
    return 2 * np.arctan2(apart, together)


def unbiased(X1, X2, depth=2, ntk=True):
    """He's ReLU network without biases, from the angle, which it keeps."""
    theta, scale = stable_angle(X1, X2), np.linalg.norm(X1, axis=1)[:, None] * np.linalg.norm(X2, axis=1)
    scale = 2 * scale / X1.shape[1]
    K, tangent = np.cos(theta), np.cos(theta)
    for _ in range(depth):
        slope = (np.pi - theta) / np.pi
        K = (np.sin(theta) + (np.pi - theta) * np.cos(theta)) / np.pi
        tangent = K + slope * tangent
        # sin of the new angle by 1 - K, which is a sum of small terms
        gap = 2 * np.sin(theta / 2) ** 2 - (np.sin(theta) - theta * np.cos(theta)) / np.pi
        theta = np.arctan2(np.sqrt(np.maximum(gap * (1 + K), 0)), K)
    return scale * (tangent if ntk else K)


class Textbook:
    """The recursion as most write it, with angles from arccosines; every option is a bug of somebody."""

    def __init__(self, **bugs):
        self.bugs = bugs

    def __call__(self, X1, X2):
        d = X1.shape[1]
        bug = self.bugs.get
        if bug("centred"):
            X1, X2 = X1 - X1.mean(axis=0), X2 - X2.mean(axis=0)
        if bug("normalise_inputs"):
            X1, X2 = (X / np.linalg.norm(X, axis=1, keepdims=True) for X in (X1, X2))
        weights = bug("weights", (2.0, 2.0, 2.0))
        biases = bug("biases", (0.09, 0.09, 0.0))
        fan_in = bug("fan_in", d)
        q1, q2 = (biases[0] + weights[0] * (X**2).sum(axis=1) / fan_in for X in (X1, X2))
        c = biases[0] + weights[0] * X1 @ X2.T / fan_in
        tangent = c - bug("frozen_biases", 0) * biases[0]
        for weight, bias in list(zip(weights, biases, strict=True))[1:]:
            product = np.sqrt(q1)[:, None] * np.sqrt(q2) + bug("small", 0)
            rho = c / product
            if bug("clip") is not None:
                rho = np.clip(rho, -bug("clip"), bug("clip"))
            theta = np.arccos(rho)
            T = product * (np.sin(theta) + (np.pi - theta) * rho) / (2 * np.pi)
            slope = bug("slope", lambda a: (np.pi - a) / (2 * np.pi))(theta)
            c, q1, q2 = bias + weight * T, bias + weight * q1 / 2, bias + weight * q2 / 2
            own = 0 if bug("no_nngp") else c - bug("frozen_biases", 0) * bias
            tangent = own + weight * slope * tangent
        K = c if bug("nngp") else tangent
        if bug("normalised"):
            K = K / np.sqrt(q1)[:, None] / np.sqrt(q2)
        return K.T if bug("transposed") else K


def textbook(**bugs):
    return Textbook(clip=1.0, **bugs) if "clip" not in bugs else Textbook(**bugs)


def judged(f, network=NETWORK, kind="ntk", **options):
    return validate.kernel(f, reference=network, kind=kind, name="f", **{"time_limit": 300.0} | options)


# correct kernels

CORRECT = {
    "He, NTK": (unbiased, UNBIASED, "ntk"),
    "He, NNGP": (lambda X1, X2: unbiased(X1, X2, ntk=False), UNBIASED, "nngp"),
    "textbook NNGP": (textbook(nngp=True), NETWORK, "nngp"),
    "biases": (NETWORK.ntk, NETWORK, "ntk"),
    "residual": (
        (residual := Network([Dense(1.0), Residual([relu, Dense(1.1, 0.2)], 0.5), Dense(1.0)])).ntk,
        residual,
        "ntk",
    ),
    "layer norm": ((normed := Network([Dense(1.1, 0.2), relu, LayerNorm(), Dense(1.0)])).ntk, normed, "ntk"),
    "standard": (
        (standard := Network([Dense(ROOT, 0.1), relu, Dense(1.0)], "standard", 100)).ntk,
        standard,
        "ntk",
    ),
    "convolution": (
        (images := Network([Conv(1.2, 0.1), relu, Conv(1.1), Flatten(), Dense(1.0)])).ntk,
        images,
        "ntk",
    ),
    "gelu": ((smooth := Network([Dense(1.1, 0.2), gelu, Dense(1.0)])).nngp, smooth, "nngp"),
    "quadrature": ((integrated := Network([Dense(1.1, 0.2), tanh, Dense(1.0)])).ntk, integrated, "ntk"),
    "chaotic": ((chaotic := Network([Dense(3.0), erf] * 8 + [Dense(1.0)])).ntk, chaotic, "ntk"),
}


@pytest.mark.parametrize("case", CORRECT)
def test_correct_kernels_are_accepted(case):
    f, network, kind = CORRECT[case]
    started = time.process_time()
    trial = judged(f, network, kind)
    assert trial.holds, trial
    assert time.process_time() - started < 10


@pytest.mark.parametrize("seed", range(1, 11))
def test_fresh_inputs_raise_no_false_alarm(seed):
    assert judged(unbiased, UNBIASED, seed=seed).holds
    assert judged(textbook(nngp=True), NETWORK, "nngp", seed=seed).holds


def test_another_formula_for_erf_is_accepted():
    def arcsine(X1, X2):
        d = X1.shape[1]
        q1, q2 = (0.09 + 1.44 * (X**2).sum(axis=1) / d for X in (X1, X2))
        c = 0.09 + 1.44 * X1 @ X2.T / d
        T = 2 / np.pi * np.arcsin(2 * c / np.sqrt(1 + 2 * q1)[:, None] / np.sqrt(1 + 2 * q2))
        return 0.04 + 2.25 * T

    assert judged(arcsine, ERF, "nngp").holds


# planted bugs


def exchanged(X1, X2):
    """The rows' norms where the columns' belong: right for as many inputs in both, if these are the same."""
    q1, q2 = ((X**2).sum(axis=1) for X in (X1, X2))
    return X1 @ X2.T / X1.shape[1] + 0 * q2[:, None] * q1


def one_sided(X1, X2):
    return NETWORK.ntk(X1, X2) * (1 + 1e-3 * np.linalg.norm(X1, axis=1)[:, None])


def jittered(X1, X2):
    same = X1.shape == X2.shape and np.array_equal(X1, X2)
    return NETWORK.ntk(X1, X2) + (1e-4 * np.eye(len(X1)) if same else 0)


def own_branch(X1, X2):
    same = X1.shape == X2.shape and np.array_equal(X1, X2)
    return NETWORK.ntk(X1, X2) * (1.1 if same else 1)


def changed_depth(layers):
    return Network([*[Dense(ROOT, 0.3), relu] * layers, Dense(ROOT)]).ntk


def other(activation):
    return Network([Dense(ROOT, 0.3), activation, Dense(ROOT, 0.3), activation, Dense(ROOT)]).ntk


PLANTED = {
    "gain missing in the first layer": ("gain", textbook(weights=(1.0, 2.0, 2.0))),
    "gain missing in the last layer": ("gain", textbook(weights=(2.0, 2.0, 1.0))),
    "gain missing everywhere": ("gain", textbook(weights=(1.0, 1.0, 1.0))),
    "gain squared": ("gain", textbook(weights=(4.0, 4.0, 4.0))),
    "factor pi": ("factor", lambda X1, X2: math.pi * NETWORK.ntk(X1, X2)),
    "sign": ("sign", lambda X1, X2: -NETWORK.ntk(X1, X2)),
    "sigma_b forgotten": ("sigma_b", textbook(biases=(0.0, 0.0, 0.0))),
    "sigma_b forgotten in one layer": ("sigma_b", textbook(biases=(0.09, 0.0, 0.0))),
    "sigma_b not squared": ("sigma_b", textbook(biases=(0.3, 0.3, 0.0))),
    "sigma_b in the last layer too": ("sigma_b", textbook(biases=(0.09, 0.09, 0.09))),
    "1/d forgotten": ("fan-in", textbook(fan_in=1)),
    "1/d twice": ("fan-in", textbook(fan_in=25)),
    "root of d": ("fan-in", textbook(fan_in=5**0.5)),
    "fan-in of d + 1": ("fan-in", textbook(fan_in=6)),
    "transposed": ("transposed", textbook(transposed=True)),
    "rows and columns exchanged": ("transposed", exchanged),
    "one hidden layer too few": ("depth", changed_depth(1)),
    "one hidden layer too many": ("depth", changed_depth(3)),
    "without the NNGP term": ("ntk term", textbook(no_nngp=True)),
    "biases not trained": ("ntk term", textbook(frozen_biases=1)),
    "no derivative dual": ("derivative dual", textbook(slope=lambda a: 1.0)),
    "half of the derivative dual": ("ntk term", textbook(slope=lambda a: (np.pi - a) / (4 * np.pi))),
    "1 for 1/2 in the derivative dual": ("derivative dual", textbook(slope=lambda a: (np.pi - a) / np.pi)),
    "theta for pi - theta": ("derivative dual", textbook(slope=lambda a: a / (2 * np.pi))),
    "the NNGP kernel": ("other kernel", NETWORK.nngp),
    "the standard parametrisation": ("parametrisation", Network(NETWORK.layers, "standard", 64).ntk),
    "clipped at 1 - 1e-6": ("clipped cosine", textbook(clip=1 - 1e-6)),
    "clipped at 1 - 1e-10": ("clipped cosine", textbook(clip=1 - 1e-10)),
    "arccosines": ("digits lost", textbook()),
    "arccosines without a clip": ("not finite", textbook(clip=None)),
    "not symmetric": ("not symmetric", one_sided),
    "leaky": ("activation", other("leaky_relu")),
    "erf": ("activation", other("erf")),
    "gelu": ("activation", other("gelu")),
    "absolute value": ("activation", other("absolute")),
    "float32 inside": ("precision", lambda X1, X2: NETWORK.ntk(X1, X2).astype("float32").astype(float)),
    "float32 returned": ("precision", lambda X1, X2: NETWORK.ntk(X1, X2).astype("float32")),
    "a correlation": ("normalised", lambda X1, X2: correlation(NETWORK.ntk, X1, X2)),
    "inputs normalised": ("normalised inputs", textbook(normalise_inputs=True)),
    "centred by the batch": ("depends on the batch", textbook(centred=True)),
    "jitter": ("jitter", jittered),
    "a branch for X2 = X1": ("X2 = X1", own_branch),
    "something added": ("accuracy", lambda X1, X2: NETWORK.ntk(X1, X2) + 1e-7 * np.cos(X1 @ X2.T)),
    "something else": ("disagrees", lambda X1, X2: NETWORK.ntk(X1, X2) ** 1.1),
}


def correlation(kernel, X1, X2):
    own = [np.sqrt(np.diagonal(kernel(X, X))) for X in (X1, X2)]
    return kernel(X1, X2) / own[0][:, None] / own[1]


@pytest.mark.parametrize("bug", PLANTED)
def test_planted_bugs_are_rejected_with_their_cause(bug):
    kind, f = PLANTED[bug]
    trial = judged(f)
    assert not trial.holds
    assert kind in trial.kinds(), trial


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
def test_bugs_of_a_homogeneous_nngp_kernel(bug):
    kind, f = NNGP_BUGS[bug]
    assert kind in judged(f, UNBIASED, "nngp").kinds()


def test_zeros_and_scales():
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


def test_digits_are_counted_by_angle():
    trial = judged(textbook())
    (lost,) = [one for one in trial.findings if one.kind == "digits lost"]
    table = dict(lost.evidence["table"])
    assert table[1e-8] < 10 < table[1e-3]
    assert lost.evidence["digits"] < 10 < 13 < lost.evidence["possible"]
    clipped = judged(textbook(clip=1 - 1e-6))
    assert [one.evidence["clip"] for one in clipped.findings if one.kind == "clipped cosine"] == [1e-6]


def test_claimed_digits_make_what_is_lost_a_note():
    assert judged(textbook(), claimed_digits=6).holds
    assert not judged(textbook(), claimed_digits=12).holds
    assert judged(lambda X1, X2: NETWORK.ntk(X1, X2).astype("float32"), claimed_digits=5).holds


def test_float32_is_judged_by_its_own_roundings():
    def constant(X1, X2):
        lost = 1e-3 if X1.dtype == np.float32 else 0
        return NETWORK.ntk(X1, X2) * (1 + lost)

    assert "float32: disagrees" in judged(constant).kinds()
    assert judged(constant, dtypes=("float64",)).holds
    assert judged(NETWORK.ntk, dtypes=("float32",)).holds


# guards


def test_what_f_does_wrong_is_a_finding():
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


def test_one_input_is_asked_for():
    assert judged(few_only).kinds() == ("few inputs: exception",)


# a pair of kernels


def test_a_tangent_kernel_and_its_nngp_kernel_must_be_consistent():
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
        lambda depth: lambda X1, X2: unbiased(X1, X2, depth),
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


# other libraries


def test_torch_and_jax_arrays():
    torch = pytest.importorskip("torch")
    jax = pytest.importorskip("jax")

    def linear(X1, X2):
        return 2 * X1 @ X2.T / X1.shape[1]

    def seen(kind):
        return lambda X1, X2: linear(X1, X2) if isinstance(X1, kind) else None

    network = Network([Dense(ROOT)])
    assert judged(seen(torch.Tensor), network, "nngp", library="torch").holds
    assert judged(seen(jax.Array), network, "nngp", library="jax", dtypes=("float32",)).holds


def test_kernels_like_those_of_neural_tangents():
    def kernel_fn(x1, x2=None, get=None, **keywords):
        return {"nngp": NETWORK.nngp, "ntk": NETWORK.ntk}[get](x1, x2)

    for kind in ("nngp", "ntk"):
        trial = judged(kernel_fn, NETWORK, kind)
        assert trial.holds and "neural_tangents" in trial.setting
    assert judged(lambda *given: kernel_fn(*given), NETWORK, adapter="neural_tangents").holds


def test_kernels_of_scikit_learn():
    kernels = pytest.importorskip("sklearn.gaussian_process.kernels")
    from sklearn.metrics.pairwise import linear_kernel

    class ArcCosine(kernels.Kernel):
        def __call__(self, X, Y=None, eval_gradient=False):
            return NETWORK.nngp(X, X if Y is None else Y)

        def diag(self, X):
            return NETWORK.variance(X)

        def is_stationary(self):
            return False

    class Wrong(ArcCosine):
        def diag(self, X):
            return np.ones(len(X))

    class White(ArcCosine):
        def __call__(self, X, Y=None, eval_gradient=False):
            return super().__call__(X, Y) + (0.1 * np.eye(len(X)) if Y is None else 0)

    assert judged(ArcCosine(), NETWORK, "nngp").holds
    assert judged(Wrong(), NETWORK, "nngp").kinds() == ("diag",)
    assert judged(White(), NETWORK, "nngp").kinds() == ("X2 = X1",)
    line = Network([Dense(5**0.5, 0.7)])
    product = kernels.DotProduct(sigma_0=0.7)
    assert judged(product, line, "nngp").holds
    assert judged(kernels.DotProduct(sigma_0=0.49), line, "nngp").kinds() == ("sigma_b",)
    assert judged(product, Network([Dense(1.0, 0.7)]), "nngp").kinds() == ("fan-in",)
    assert judged(linear_kernel, Network([Dense(5**0.5)]), "nngp").holds


@pytest.mark.peers("gpytorch")
def test_kernels_of_gpytorch():
    import gpytorch

    kernel = gpytorch.kernels.LinearKernel()
    kernel.variance = 2.0
    network = Network([Dense(10**0.5)])
    assert judged(kernel, network, "nngp", library="torch").holds
    assert judged(kernel, Network([Dense(5**0.5)]), "nngp", library="torch").kinds() == ("gain",)


@pytest.mark.peers("neural_tangents")
def test_kernels_of_neural_tangents():
    from neural_tangents import stax

    layer = (stax.Dense(512, W_std=ROOT, b_std=0.3), stax.Relu())
    kernel_fn = stax.serial(*layer, *layer, stax.Dense(1, W_std=ROOT))[2]
    for kind in ("nngp", "ntk"):
        assert judged(kernel_fn, NETWORK, kind, library="jax", dtypes=("float32",), claimed_digits=5).holds


# the verdict and its arguments


def test_the_verdict_is_told_in_every_form():
    trial = judged(textbook(weights=(1.0, 2.0, 2.0)))
    told = json.loads(trial.to_json())
    assert told["holds"] is False and told["findings"][0]["kind"] == "gain"
    assert "missing in layer 1" in str(trial) and "<section" in trial.to_html()
    assert trial.reproduce.count("\n") == 2 and 'kind="ntk"' in trial.reproduce
    assert trial.figure().axes[0].get_xlabel() == "angle"


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


def test_erf_of_scipy_is_no_network():
    trial = judged(lambda X1, X2: error_function(X1 @ X2.T), ERF, "nngp")
    assert trial.kinds()[0] == "disagrees"
