"""Likelihood code on trial: exact and estimated densities accepted, broken ones named."""

import time

import numpy as np
import pytest
from scipy.special import logsumexp

from theory import validate

RNG = np.random.default_rng(1)
TURN = np.linalg.qr(RNG.normal(size=(4, 4)))[0]
VARIANCES = np.array([20.0, 3.0, 0.4, 0.05])
MEAN = np.array([1.0, -2.0, 0.5, 0.3])
GAUSSIAN = MEAN, (TURN * VARIANCES) @ TURN.T
WEIGHTS = np.array([0.6, 0.3, 0.1])
MEANS = np.array([[3.0, 0.0], [-1.0, 2.0], [0.0, -3.0]])
COVARIANCES = np.array([[[1.0, 0.3], [0.3, 0.5]], [[0.2, 0.0], [0.0, 0.7]], [[2.0, -0.5], [-0.5, 1.0]]])
MIXTURE = WEIGHTS, MEANS, COVARIANCES
LOG_2_PI = np.log(2 * np.pi)


def gaussian(x, *, size=1.0, constant=None, exponent=0.5, mean=MEAN, cov=GAUSSIAN[1]):
    """By Cholesky's factors."""
    factor = np.linalg.cholesky(cov)
    y = np.linalg.solve(factor, (x - mean).T)
    constant = x.shape[1] / 2 * LOG_2_PI if constant is None else constant
    return -exponent * np.sum(y**2, axis=0) - size * np.sum(np.log(np.diag(factor))) - constant


def mixture(x, *, weights=WEIGHTS, size=1.0, how=logsumexp):
    parts = [gaussian(x, mean=m, cov=c, size=size) for m, c in zip(MEANS, COVARIANCES, strict=True)]
    return how(np.array(parts) + np.log(weights)[:, None], axis=0)


def flow(score, x, *, rng=None, noise="signs", prior=None, divergence=1.0, steps=32, low=0.1, high=80.0):
    """The probability flow in ln sigma by the classical Runge-Kutta rule; the trace exact or estimated."""
    x, change = x.copy(), np.zeros(len(x))
    D = x.shape[1]

    def rates(x, s):
        drift = -(s**2) * score(x, s)  # dx/d ln sigma
        trace = np.zeros(len(x))
        if rng is None:
            for e in np.eye(D):
                trace += -(s**2) * ((score(x + e, s) - score(x - e, s)) / 2) @ e
        else:
            probe = {
                "signs": lambda: rng.choice([-1.0, 1.0], size=x.shape),
                "normal": lambda: rng.normal(size=x.shape),
                "uniform": lambda: rng.uniform(-1, 1, size=x.shape),
                "unit": lambda: (lambda e: e / np.linalg.norm(e, axis=1, keepdims=True))(
                    rng.normal(size=x.shape)
                ),
            }[noise]()
            trace = -(s**2) * np.sum((score(x + probe, s) - score(x - probe, s)) / 2 * probe, axis=1)
        return drift, trace

    grid = np.linspace(np.log(low), np.log(high), steps + 1)
    for a, b in zip(grid[:-1], grid[1:], strict=True):
        h, middle = b - a, np.exp((a + b) / 2)
        k1, t1 = rates(x, np.exp(a))
        k2, t2 = rates(x + h / 2 * k1, middle)
        k3, t3 = rates(x + h / 2 * k2, middle)
        k4, t4 = rates(x + h * k3, np.exp(b))
        x = x + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        change = change + h / 6 * (t1 + 2 * t2 + 2 * t3 + t4)
    if prior is None:
        end = -np.sum(x**2, axis=1) / (2 * high**2) - D * (np.log(high) + LOG_2_PI / 2)
    else:
        end = gaussian(x, cov=GAUSSIAN[1] + high**2 * np.eye(D))
    return end + divergence * change


@pytest.mark.parametrize("seed", range(5))
def test_exact_densities_are_accepted(seed):
    assert validate.density(gaussian, data=GAUSSIAN, seed=seed).holds
    trial = validate.density(mixture, data=MIXTURE, seed=seed)
    assert trial.holds, f"{trial}"
    trial.to_json(), trial.to_html()


def test_under_noise_and_in_float32():
    noisy = GAUSSIAN[1] + 0.3**2 * np.eye(4)
    assert validate.density(lambda x: gaussian(x, cov=noisy), data=GAUSSIAN, sigma=0.3).holds
    forgotten = validate.density(gaussian, data=GAUSSIAN, sigma=0.3)
    assert forgotten.kinds() == ("noise forgotten",), f"{forgotten}"
    short = GAUSSIAN[0].astype("float32"), GAUSSIAN[1].astype("float32")
    trial = validate.density(
        lambda x: gaussian(x, mean=short[0], cov=short[1]).astype("float32"), data=GAUSSIAN, dtype="float32"
    )
    assert trial.holds, f"{trial}"


def test_by_default():
    spread = np.array([10, 2, 0.5, 0.1])

    def normal(x):
        y = (x - [3, -1, 0.5, 0]) / spread
        return -0.5 * np.sum(y**2, axis=1) - np.sum(np.log(spread)) - 2 * LOG_2_PI

    assert validate.density(normal).holds


BROKEN = {
    "no determinant": ("log-determinant", lambda x: gaussian(x, size=0)),
    "determinant without its half": ("log-determinant", lambda x: gaussian(x, size=2)),
    "sign of the determinant": ("log-determinant", lambda x: gaussian(x, size=-1)),
    "no 2 pi": ("2 pi", lambda x: gaussian(x, constant=0)),
    "2 pi once": ("2 pi", lambda x: gaussian(x, constant=LOG_2_PI / 2)),
    "2 pi without its half": ("2 pi", lambda x: gaussian(x, constant=4 * LOG_2_PI)),
    "not normalised": ("constants", lambda x: gaussian(x, size=0, constant=0)),
    "exponent": ("exponent", lambda x: gaussian(x, exponent=1)),
    "bits": ("base 2", lambda x: gaussian(x) / np.log(2)),
    "bits per dimension": ("base 2", lambda x: -gaussian(x) / np.log(2) / 4),
    "sign": ("sign", lambda x: -gaussian(x)),
    "per dimension": ("per dimension", lambda x: gaussian(x) / 4),
    "density": ("no logarithm", lambda x: np.exp(gaussian(x))),
    "mean": ("mean forgotten", lambda x: gaussian(x, mean=0)),
    "diagonal": ("correlations forgotten", lambda x: gaussian(x, cov=np.diag(np.diag(GAUSSIAN[1])))),
    "deviations": ("standard deviation for variance",
                   lambda x: gaussian(x, cov=(TURN * VARIANCES**0.5) @ TURN.T)),
    "constant": ("constant", lambda x: gaussian(x) + 0.1234),
    "factor": ("factor", lambda x: 1.1 * gaussian(x)),
}  # fmt: skip


@pytest.mark.parametrize("bug", BROKEN)
def test_a_bug_is_named(bug):
    kind, code = BROKEN[bug]
    trial = validate.density(code, data=GAUSSIAN)
    assert trial.kinds() == (kind,), f"{trial}"


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("weights forgotten", lambda x: mixture(x, weights=np.full(3, 1 / 3))),
        ("weights forgotten", lambda x: mixture(x, weights=np.ones(3))),
        ("log-determinant", lambda x: mixture(x, size=0)),
        ("nearest component", lambda x: mixture(x, how=np.max)),
        ("mean of logarithms",
         lambda x: WEIGHTS @ [gaussian(x, mean=m, cov=c) for m, c in zip(MEANS, COVARIANCES, strict=True)]),
    ],
)  # fmt: skip
def test_bugs_of_mixtures(kind, code):
    trial = validate.density(code, data=MIXTURE)
    assert trial.kinds() == (kind,), f"{trial}"


OF_FLOW = dict(data=GAUSSIAN, with_score=True, sigma=0.1, sigma_max=80.0, accuracy=1e-2)


def test_the_probability_flow_is_accepted_with_either_end():
    trial = validate.density(lambda score, x: flow(score, x, prior="data"), **OF_FLOW)
    assert trial.holds, f"{trial}"
    trial = validate.density(flow, **OF_FLOW)
    assert trial.holds, f"{trial}"
    assert "prior" in [one.kind for one in trial.findings]


@pytest.mark.parametrize("noise", ["signs", "normal"])
def test_estimated_traces_are_accepted(noise):
    rng = np.random.default_rng(7)
    trial = validate.density(
        lambda score, x: flow(score, x, rng=rng, noise=noise), stochastic=True, **OF_FLOW
    )
    assert trial.holds, f"{trial}"


@pytest.mark.parametrize(("noise", "share"), [("uniform", "1/3"), ("unit", "1/D")])
def test_biased_estimators_of_the_trace_are_named(noise, share):
    rng = np.random.default_rng(7)
    trial = validate.density(
        lambda score, x: flow(score, x, rng=rng, noise=noise), stochastic=True, **OF_FLOW
    )
    assert trial.kinds() == ("divergence",), f"{trial}"
    assert share in trial.findings[0].message


@pytest.mark.parametrize(("factor", "said"), [(0, "missing"), (0.5, "half"), (2, "twice"), (-1, "sign")])
@pytest.mark.parametrize("prior", [None, "data"])
def test_wrong_divergences_are_named(factor, said, prior):
    trial = validate.density(lambda score, x: flow(score, x, divergence=factor, prior=prior), **OF_FLOW)
    assert trial.kinds() == ("divergence",), f"{trial}"
    assert said in trial.findings[0].message


def test_a_seed_set_in_every_call_is_found():
    trial = validate.density(
        lambda score, x: flow(score, x, rng=np.random.default_rng(0)), stochastic=True, **OF_FLOW
    )
    assert "same draws" in trial.kinds(), f"{trial}"


def test_misbehaviour_is_found_not_raised():
    rng = np.random.default_rng(0)

    def in_place(x):
        x -= MEAN
        return gaussian(x + MEAN)

    def forever(x):
        while True:
            pass

    cases = {
        "two runs differ": lambda x: gaussian(x) + 1e-3 * rng.normal(size=len(x)),
        "rows depend on each other": lambda x: gaussian(x, mean=x.mean(axis=0)),
        "changes its input": in_place,
        "exception": lambda x: 1 / 0,
        "not finite": lambda x: np.full(len(x), np.nan),
        "shape": lambda x: gaussian(x).sum(),
        "result": lambda x: None,
        "precision": lambda x: gaussian(x).astype("float32"),
    }
    for kind, code in cases.items():
        assert kind in validate.density(code, data=GAUSSIAN).kinds(), kind
    assert validate.density(forever, data=GAUSSIAN, time_limit=0.2).kinds() == ("time limit",)


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (dict(log_density=1), "log_density = 1"),
        (dict(accuracy=-1), "accuracy = -1"),
        (dict(sigma=-1), "sigma = -1"),
        (dict(data=(MEAN, np.zeros((4, 4)))), "there is no density"),
        (dict(data=3), "data"),
        (dict(dtype="int8"), "dtype = 'int8'"),
    ],
)
def test_wrong_arguments_are_errors(options, named):
    with pytest.raises(ValueError, match=named):
        validate.density(**{"log_density": gaussian, "data": GAUSSIAN, **options})


def test_a_trial_takes_less_than_ten_seconds():
    started = time.process_time()
    validate.density(BROKEN["factor"][1], data=GAUSSIAN)
    assert time.process_time() - started < 10


@pytest.mark.peers("torch")
def test_distributions_of_pytorch():
    import torch

    law = torch.distributions.MultivariateNormal(torch.tensor(MEAN), torch.tensor(GAUSSIAN[1]))
    assert validate.density(law.log_prob, data=GAUSSIAN, library="torch", name="log_prob").holds
    independent = torch.distributions.Normal(torch.tensor(MEAN), torch.tensor(np.diag(GAUSSIAN[1]) ** 0.5))
    trial = validate.density(lambda x: independent.log_prob(x).sum(-1), data=GAUSSIAN, library="torch")
    assert trial.kinds() == ("correlations forgotten",), f"{trial}"
