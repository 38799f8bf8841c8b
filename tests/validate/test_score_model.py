"""Score models on trial: exact ones accepted, broken ones named."""

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


def vp(sigma):
    return (1 - sigma**2) ** 0.5


def gaussian(x, sigma, *, mean=MEAN, cov=GAUSSIAN[1], alpha=1.0, alpha_of_mean=None, noise=None):
    """The score by a linear solve."""
    spread = alpha**2 * cov + (sigma**2 if noise is None else noise) * np.eye(len(mean))
    shift = alpha if alpha_of_mean is None else alpha_of_mean
    return -np.linalg.solve(spread, (x - shift * mean).T).T


def by_denoiser(x, sigma):
    lam, U = np.linalg.eigh(GAUSSIAN[1])
    denoised = MEAN + (x - MEAN) @ (U * (lam / (lam + sigma**2))) @ U.T
    return (denoised - x) / sigma**2


def mixture(x, sigma, *, weights=WEIGHTS, determinant=True, prior=False, hard=False):
    """The score by responsibilities."""
    scores, logs = [], []
    for w, mean, cov in zip(weights, MEANS, COVARIANCES, strict=True):
        spread = cov + sigma**2 * np.eye(2)
        y = np.linalg.solve(spread, (x - mean).T).T
        scores.append(-y)
        size = np.linalg.slogdet(spread)[1] if determinant else 0.0
        logs.append(np.log(w) - 0.5 * np.sum(y * (x - mean), axis=1) - 0.5 * size)
    logs = np.array(logs)
    share = np.exp(logs - logsumexp(logs, axis=0))
    if prior:
        share = np.repeat(weights[:, None], len(x), axis=1)
    if hard:
        share = (share == share.max(axis=0)).astype(float)
    return np.einsum("kb,kbd->bd", share, np.array(scores))


@pytest.mark.parametrize(
    ("score", "options"),
    [
        (gaussian, dict(data=GAUSSIAN)),
        (by_denoiser, dict(data=GAUSSIAN)),
        (lambda x, s: -s * gaussian(x, s), dict(data=GAUSSIAN, predicts="epsilon")),
        (lambda x, s: x + s**2 * gaussian(x, s), dict(data=GAUSSIAN, predicts="denoiser")),
        (lambda x, s: gaussian(x, s, alpha=vp(s)), dict(data=GAUSSIAN, alpha=vp)),
        (mixture, dict(data=MIXTURE)),
        (lambda x, s: -(x - [3, -1, 0.5, 0]) / (np.array([100, 4, 0.25, 0.01]) + s**2), {}),
    ],
    ids=["solve", "denoiser", "epsilon", "D", "vp", "mixture", "by default"],
)
def test_exact_scores_are_accepted(score, options):
    for seed in range(5):
        trial = validate.score_model(score, seed=seed, **options)
        assert trial.holds, f"{trial}"
    trial.to_json(), trial.to_html(), trial.figure()


def test_in_float32():
    trial = validate.score_model(
        lambda x, s: gaussian(x, s, mean=MEAN.astype("f"), cov=GAUSSIAN[1].astype("f")).astype("float32"),
        data=GAUSSIAN, dtype="float32", sigmas=[0.1, 1, 10],
    )  # fmt: skip
    assert trial.holds, f"{trial}"


V = np.diag(GAUSSIAN[1])
BROKEN = {
    "epsilon": ("epsilon instead of score", lambda x, s: -s * gaussian(x, s)),
    "denoiser": ("denoiser instead of score", lambda x, s: x + s**2 * gaussian(x, s)),
    "sign": ("sign", lambda x, s: -gaussian(x, s)),
    "1/sigma": ("missing 1/sigma", lambda x, s: s * gaussian(x, s)),
    "sigma for sigma^2 below": ("missing 1/sigma", lambda x, s: s**2 * by_denoiser(x, s) / s),
    "1/sigma^2": ("missing 1/sigma^2", lambda x, s: s**2 * by_denoiser(x, s)),
    "sigma for sigma^2": ("sigma for sigma^2", lambda x, s: gaussian(x, s, noise=s)),
    "sigma^4": ("sigma^2 for sigma", lambda x, s: gaussian(x, s, noise=s**4)),
    "no noise": ("noise forgotten", lambda x, s: gaussian(x, s, noise=0)),
    "half": ("factor", lambda x, s: 0.5 * gaussian(x, s)),
    "level": ("noise level", lambda x, s: gaussian(x, 2**0.5 * s)),
    "mean": ("mean forgotten", lambda x, s: gaussian(x, s, mean=0 * MEAN)),
    "diagonal": ("correlations forgotten", lambda x, s: gaussian(x, s, cov=np.diag(V))),
    "deviations": ("standard deviation for variance",
                   lambda x, s: gaussian(x, s, cov=(TURN * VARIANCES**0.5) @ TURN.T)),
    "basis": ("basis transposed", lambda x, s: gaussian(x, s, cov=(lambda U: (U.T * np.linalg.eigvalsh(
        GAUSSIAN[1])) @ U)(np.linalg.eigh(GAUSSIAN[1])[1]))),
}  # fmt: skip


@pytest.mark.parametrize("bug", BROKEN)
def test_a_bug_is_named(bug):
    kind, score = BROKEN[bug]
    trial = validate.score_model(score, data=GAUSSIAN)
    assert trial.kinds() == (kind,), f"{trial}"


OF_VP = {
    "alpha forgotten": lambda x, s: gaussian(x, s),
    "alpha forgotten in the mean": lambda x, s: gaussian(x, s, alpha=vp(s), alpha_of_mean=1.0),
    "alpha forgotten in the variance": lambda x, s: gaussian(x, s, alpha_of_mean=vp(s)),
    "alpha^2 for alpha": lambda x, s: gaussian(x, s, alpha=vp(s) ** 2),
}


@pytest.mark.parametrize("bug", OF_VP)
def test_alpha_is_looked_at(bug):
    trial = validate.score_model(OF_VP[bug], data=GAUSSIAN, alpha=vp)
    assert trial.kinds() == (" ".join(bug.split()[:2]) if "forgotten" in bug else bug,), f"{trial}"


OF_MIXTURE = {
    "weights forgotten": dict(weights=np.full(3, 1 / 3)),
    "responsibilities forgotten": dict(prior=True),
    "nearest component": dict(hard=True),
}


@pytest.mark.parametrize("bug", OF_MIXTURE)
def test_bugs_of_mixtures(bug):
    trial = validate.score_model(lambda x, s: mixture(x, s, **OF_MIXTURE[bug]), data=MIXTURE)
    assert trial.kinds() == (bug,), f"{trial}"


def test_the_determinants_of_mixtures():
    trial = validate.score_model(lambda x, s: mixture(x, s, determinant=False), data=MIXTURE)
    assert not trial.holds


def test_a_trained_network_is_judged_by_its_accuracy():
    """A network that has learned all but the weakest mode, and is 1 % off elsewhere."""
    strong = TURN[:, :3] @ TURN[:, :3].T

    def network(x, sigma):
        return 1.01 * gaussian(x, sigma) @ strong + gaussian(x, sigma, cov=4 * GAUSSIAN[1]) @ (
            np.eye(4) - strong
        )

    trial = validate.score_model(network, data=GAUSSIAN, accuracy=0.05, sigmas=[0.02, 0.1, 0.5])
    assert trial.kinds() == ("score",)
    assert "0.05 at sigma = 0.02" in trial.findings[0].message
    errors = np.array(trial.findings[0].evidence["errors"])
    np.testing.assert_allclose(errors[:, :3], 0.01, rtol=1e-6)
    assert validate.score_model(network, data=GAUSSIAN, accuracy=0.9, sigmas=[0.02, 0.1, 0.5]).holds
    sign = validate.score_model(lambda x, s: -network(x, s), data=GAUSSIAN, accuracy=0.05)
    assert not sign.holds


def test_misbehaviour_is_found_not_raised():
    count = []

    def dropout(x, sigma):
        count.append(1)
        return gaussian(x, sigma) * (1 + 1e-3 * len(count))

    def batch_norm(x, sigma):
        return gaussian(x - x.mean(axis=0) + MEAN, sigma)

    def in_place(x, sigma):
        x -= MEAN
        return gaussian(x + MEAN, sigma)

    def forever(x, sigma):
        while True:
            pass

    cases = {
        "two runs differ": dropout,
        "rows depend on each other": batch_norm,
        "changes its input": in_place,
        "exception": lambda x, s: 1 / 0,
        "not finite": lambda x, s: x * np.inf,
        "shape": lambda x, s: x[0],
        "result": lambda x, s: "score",
        "precision": lambda x, s: gaussian(x, s).astype("float32"),
    }
    for kind, score in cases.items():
        assert kind in validate.score_model(score, data=GAUSSIAN).kinds(), kind
    assert validate.score_model(forever, data=GAUSSIAN, time_limit=0.2).kinds() == ("time limit",)
    half = validate.score_model(
        lambda x, s: gaussian(x, s).astype("float16").astype(float), data=GAUSSIAN, accuracy=0.01,
        sigmas=[0.5, 1, 2],
    )  # fmt: skip
    assert half.kinds() == ("precision",)


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (dict(score=None), "score = None"),
        (dict(predicts="x"), "predicts = 'x'"),
        (dict(alpha=1.0), "alpha = 1.0"),
        (dict(accuracy=0), "accuracy = 0"),
        (dict(sigmas=[0.0]), "sigmas"),
        (dict(data=MEAN), "data"),
        (dict(data=(MEAN, np.eye(3))), "data: means of shape"),
        (dict(library="mlx"), "library = 'mlx'"),
    ],
)
def test_wrong_arguments_are_errors(options, named):
    with pytest.raises(ValueError, match=named):
        validate.score_model(**{"score": gaussian, "data": GAUSSIAN, **options})


def test_a_trial_takes_less_than_ten_seconds():
    started = time.process_time()
    validate.score_model(BROKEN["level"][1], data=GAUSSIAN)
    assert time.process_time() - started < 10


@pytest.mark.peers("torch")
def test_a_network_of_pytorch():
    import torch

    class Network(torch.nn.Module):
        def __init__(self, alone=True):
            super().__init__()
            self.alone = torch.nn.Dropout(0.0 if alone else 0.1)

        def forward(self, x, sigma):
            spread = torch.tensor(GAUSSIAN[1]) + sigma**2 * torch.eye(4, dtype=x.dtype)
            return self.alone(-torch.linalg.solve(spread, (x - torch.tensor(MEAN)).T).T)

    assert validate.score_model(Network(), data=GAUSSIAN, library="torch").holds
    assert "two runs differ" in validate.score_model(Network(False), data=GAUSSIAN, library="torch").kinds()
