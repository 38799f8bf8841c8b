"""Planted bugs of kernels that are those of other networks: each is rejected with its cause."""

import json
import math

import numpy as np
import pytest
from scipy.special import erf as error_function

from derivations.nngp_ntk import Dense, Network, erf, relu

ROOT = 2**0.5
NETWORK = Network([Dense(ROOT, 0.3), relu, Dense(ROOT, 0.3), relu, Dense(ROOT, 0.0)])


def textbook(
    weights=(2.0, 2.0, 2.0), biases=(0.09, 0.09, 0.0), fan_in=None, slope=None, no_nngp=0, frozen_biases=0
):
    """The NTK's recursion as most write it, with angles from arccosines; options are bugs of somebody."""
    slope = (lambda angle: (np.pi - angle) / (2 * np.pi)) if slope is None else slope

    def kernel(X1, X2):
        d = X1.shape[1] if fan_in is None else fan_in
        q1, q2 = (biases[0] + weights[0] * (X**2).sum(axis=1) / d for X in (X1, X2))
        c = biases[0] + weights[0] * X1 @ X2.T / d
        tangent = c - frozen_biases * biases[0]
        for weight, bias in list(zip(weights, biases, strict=True))[1:]:
            scale = np.sqrt(q1)[:, None] * np.sqrt(q2)
            rho = np.clip(c / scale, -1, 1)
            theta = np.arccos(rho)
            c = bias + weight * scale * (np.sin(theta) + (np.pi - theta) * rho) / (2 * np.pi)
            q1, q2 = bias + weight * q1 / 2, bias + weight * q2 / 2
            own = 0 if no_nngp else c - frozen_biases * bias
            tangent = own + weight * slope(theta) * tangent
        return tangent

    return kernel


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
    "one hidden layer too few": ("depth", changed_depth(1)),
    "one hidden layer too many": ("depth", changed_depth(3)),
    "without the NNGP term": ("ntk term", textbook(no_nngp=True)),
    "biases not trained": ("ntk term", textbook(frozen_biases=1)),
    "no derivative dual": ("derivative dual", textbook(slope=lambda a: 1.0)),
    "half of the derivative dual": ("ntk term", textbook(slope=lambda a: (np.pi - a) / (4 * np.pi))),
    "1 for 1/2 in the derivative dual": ("derivative dual", textbook(slope=lambda a: (np.pi - a) / np.pi)),
    "theta for pi - theta": ("derivative dual", textbook(slope=lambda a: a / (2 * np.pi))),
    "the standard parametrisation": ("parametrisation", Network(NETWORK.layers, "standard", 64).ntk),
    "leaky": ("activation", other("leaky_relu")),
    "erf": ("activation", other("erf")),
    "gelu": ("activation", other("gelu")),
    "absolute value": ("activation", other("absolute")),
}


@pytest.mark.parametrize("kind, f", PLANTED.values(), ids=PLANTED)
def test_planted_bugs_are_rejected_with_their_cause(kind, f, judged):
    trial = judged(f)
    assert not trial.holds and kind in trial.kinds(), trial


def test_the_verdict_is_told_in_every_form(judged):
    trial = judged(textbook(weights=(1.0, 2.0, 2.0)))
    told = json.loads(trial.to_json())
    assert told["holds"] is False and told["findings"][0]["kind"] == "gain"
    assert "missing in layer 1" in str(trial) and "<section" in trial.to_html()
    assert trial.reproduce.count("\n") == 2 and 'kind="ntk"' in trial.reproduce
    assert trial.figure().axes[0].get_xlabel() == "angle"


def test_erf_of_scipy_is_no_network(judged):
    network = Network([Dense(1.2, 0.3), erf, Dense(1.5, 0.2)])
    trial = judged(lambda X1, X2: error_function(X1 @ X2.T), network, "nngp")
    assert trial.kinds()[0] == "disagrees"
