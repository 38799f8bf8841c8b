"""Planted bugs of kernels: each is rejected with its cause."""

import json
import math

import numpy as np
import pytest
from scipy.special import erf as error_function

from derivations.nngp_ntk import Dense, Network, erf, relu
from theory import validate

ROOT = 2**0.5
NETWORK = Network([Dense(ROOT, 0.3), relu, Dense(ROOT, 0.3), relu, Dense(ROOT, 0.0)])


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


def test_the_verdict_is_told_in_every_form():
    trial = judged(textbook(weights=(1.0, 2.0, 2.0)))
    told = json.loads(trial.to_json())
    assert told["holds"] is False and told["findings"][0]["kind"] == "gain"
    assert "missing in layer 1" in str(trial) and "<section" in trial.to_html()
    assert trial.reproduce.count("\n") == 2 and 'kind="ntk"' in trial.reproduce
    assert trial.figure().axes[0].get_xlabel() == "angle"


def test_erf_of_scipy_is_no_network():
    network = Network([Dense(1.2, 0.3), erf, Dense(1.5, 0.2)])
    trial = judged(lambda X1, X2: error_function(X1 @ X2.T), network, "nngp")
    assert trial.kinds()[0] == "disagrees"
