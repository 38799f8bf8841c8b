"""Scale mixtures of Gaussian processes: densities, regression, ensembles; bad input is refused in words."""

import numpy as np
import pytest
from scipy.stats import multivariate_t

from derivations.scale_mixture_nngp import (
    GIG,
    Discrete,
    Gamma,
    HalfCauchy,
    InverseGamma,
    LogNormal,
    TrainedEnsemble,
    evidence,
    logpdf,
    predict,
    process,
    scale_posterior,
)
from derivations.scale_mixture_nngp.data import split

RNG = np.random.default_rng(0)
X = np.sort(RNG.normal(size=12))
K = np.exp(-((X[:, None] - X) ** 2) / 0.18) + 0.1 * np.eye(12)
F = RNG.normal(size=12)
BLOCKS = K[:8, :8], K[:8, 8:], K[8:, 8:]
Y, REST = F[:8], F[8:]
LAWS = [
    InverseGamma(2.5, 1.5),
    Gamma(1.5, 0.7),
    GIG(-0.5, 1.3, 0.8),
    HalfCauchy(),
    LogNormal(0.2, 0.8),
    Discrete([0.3, 1.0, 4.0], [1, 2, 1]),
]


def assert_mean(draws, expected):
    """The mean of independent draws (first axis) is as expected, but for five standard errors."""
    error = np.std(draws, axis=0, ddof=1) / np.sqrt(len(draws))
    assert np.all(np.abs(np.mean(draws, axis=0) - expected) < 5 * error)


def test_scipys_multivariate_t_agrees():
    f = RNG.normal(size=(5, 12))
    theirs = multivariate_t(np.zeros(12), 0.6 * K, df=5).logpdf(f)
    assert logpdf(f, K, InverseGamma(2.5, 1.5)) == pytest.approx(theirs, rel=1e-13)
    found = predict(*BLOCKS, Y, InverseGamma(2.5, 1.5))
    theirs = multivariate_t(found.location, found.scale, df=found.dof)
    assert found.dof == 13
    assert found.logpdf(REST) == pytest.approx(theirs.logpdf(REST), rel=1e-13)
    assert found.covariance == pytest.approx(found.scale * 13 / 11)


@pytest.mark.parametrize("prior", LAWS, ids=repr)
def test_a_prediction_is_the_ratio_of_densities(prior):
    found = predict(*BLOCKS, Y, prior)
    ratio = logpdf(F, K, prior) - logpdf(Y, BLOCKS[0], prior)
    assert found.logpdf(REST) == pytest.approx(ratio, abs=1e-12)
    assert evidence(Y, BLOCKS[0], prior) == pytest.approx(logpdf(Y, BLOCKS[0], prior), rel=1e-13)
    assert found.mean == pytest.approx(BLOCKS[1].T @ np.linalg.solve(BLOCKS[0], Y))
    assert scale_posterior(Y, BLOCKS[0], prior).mean == pytest.approx(found.mixing.mean)
    alone = predict(BLOCKS[0], BLOCKS[1], np.diagonal(BLOCKS[2]), Y, prior)
    assert alone.variance == pytest.approx(np.diagonal(found.covariance), rel=1e-12)
    assert alone.marginal_logpdf(REST) == pytest.approx(found.marginal_logpdf(REST), rel=1e-11)


@pytest.mark.parametrize("prior", LAWS, ids=repr)
def test_noise_that_has_the_scale_is_part_of_the_kernel(prior):
    bare = K - 0.1 * np.eye(12)
    found = predict(bare[:8, :8], bare[:8, 8:], bare[8:, 8:] + 0.1 * np.eye(4), Y, prior, noise=0.1)
    assert found.logpdf(REST) == pytest.approx(predict(*BLOCKS, Y, prior).logpdf(REST), rel=1e-10)
    assert evidence(Y, bare[:8, :8], prior, noise=0.1) == pytest.approx(evidence(Y, BLOCKS[0], prior))


@pytest.mark.parametrize("prior", LAWS, ids=repr)
def test_fixed_noise_against_a_sum_over_scales(prior):
    noise = 0.3
    found = predict(*BLOCKS, Y, prior, noise=noise, noise_kind="fixed")
    if isinstance(prior, Discrete):
        s, w = prior.scales, prior.weights
    else:
        u = np.linspace(-25, 25, 4001)
        s, w = np.exp(u), np.exp(prior.log_density(np.exp(u)) + u) * (u[1] - u[0])
    terms, means, variances = [], [], []
    for one in s:
        C = one * BLOCKS[0] + noise * np.eye(8)
        terms.append(-Y @ np.linalg.solve(C, Y) / 2 - np.linalg.slogdet(2 * np.pi * C)[1] / 2)
        means.append(one * BLOCKS[1].T @ np.linalg.solve(C, Y))
        variances.append(np.diagonal(one * BLOCKS[2] - one**2 * BLOCKS[1].T @ np.linalg.solve(C, BLOCKS[1])))
    both = w * np.exp(terms)
    evident, share = np.sum(both), (both / np.sum(both))[:, None]
    assert found.log_evidence == pytest.approx(np.log(evident), rel=1e-8)
    assert evidence(Y, BLOCKS[0], prior, noise=noise, noise_kind="fixed") == found.log_evidence
    mean = np.sum(share * means, axis=0)
    assert found.mean == pytest.approx(mean, rel=1e-7)
    total = np.sum(share * (np.array(variances) + (np.array(means) - mean) ** 2), axis=0)
    assert found.variance == pytest.approx(total, rel=1e-6)
    densities = np.exp(-((REST - means) ** 2) / 2 / np.array(variances)) / np.sqrt(
        2 * np.pi * np.array(variances)
    )
    assert np.exp(found.marginal_logpdf(REST)) == pytest.approx(np.sum(share * densities, axis=0), rel=1e-6)
    law = scale_posterior(Y, BLOCKS[0], prior, noise=noise, noise_kind="fixed")
    assert law.mean == pytest.approx(np.sum(share[:, 0] * s), rel=1e-6)
    draws = found.sample(np.random.default_rng(1), 20_000)
    assert_mean(draws, mean)


def test_draws_have_the_moments():
    found = predict(*BLOCKS, Y, InverseGamma(2.5, 1.5))
    draws = found.sample(np.random.default_rng(0), 40_000)
    assert_mean(draws, found.mean)
    off = draws - found.mean
    assert_mean(off[:, :, None] * off[:, None, :], found.covariance)


def test_outputs_that_share_the_scale():
    both = np.stack([Y, Y[::-1]], axis=1)
    found = predict(*BLOCKS, both, InverseGamma(2.5, 1.5))
    assert found.dof == 5 + 16 and found.location.shape == (4, 2)
    f = RNG.normal(size=(3, 4, 2))
    block = multivariate_t(found.location.T.ravel(), np.kron(np.eye(2), found.scale), df=found.dof).logpdf(
        np.moveaxis(f, 2, 1).reshape(3, -1)
    )
    assert found.logpdf(f) == pytest.approx(block, rel=1e-12)
    assert found.sample(RNG, 5).shape == (5, 4, 2)
    prior = process(K, InverseGamma(2.5, 1.5), outputs=2)
    assert prior.logpdf(np.stack([F, F], axis=1)) < 2 * logpdf(F, K, InverseGamma(2.5, 1.5)) + 20
    noisy = predict(*BLOCKS, both, InverseGamma(2.5, 1.5), noise=0.2, noise_kind="fixed")
    assert noisy.mean.shape == noisy.variance.shape == noisy.marginal_logpdf(f[0]).shape == (4, 2)


@pytest.mark.parametrize("prior", LAWS, ids=repr)
def test_an_ensemble_from_its_start_to_its_end(prior):
    Theta = K + 0.4
    ensemble = TrainedEnsemble(*BLOCKS, Y, prior, Theta[:8, :8], Theta[:8, 8:])
    assert ensemble.mean(0) == pytest.approx(0, abs=1e-12)
    assert ensemble.train_mean(0) == pytest.approx(0, abs=1e-12)
    assert ensemble.loss(0) == pytest.approx(np.mean(Y**2) + prior.mean * np.mean(np.diagonal(K)[:8]))
    end = ensemble.end()
    late = {Gamma: 1e10, HalfCauchy: 1e24}.get(type(prior), 1e7)
    assert ensemble.mean(late) == pytest.approx(end.mean, abs=1e-9)
    if np.isfinite(prior.mean):
        assert ensemble.variance(0) == pytest.approx(prior.mean * np.diagonal(K)[8:])
        assert ensemble.variance(late) == pytest.approx(end.variance, rel=1e-6)


def test_an_ensemble_against_draws():
    prior, t, count = InverseGamma(3.0, 2.0), 0.8, 4000
    ensemble = TrainedEnsemble(*BLOCKS, Y, prior)
    rng = np.random.default_rng(0)
    s = prior.sample(rng, count)
    start = np.sqrt(s)[:, None] * (rng.normal(size=(count, 12)) @ np.linalg.cholesky(K).T)
    lam, V = np.linalg.eigh(K[:8, :8])
    gone = (1 - np.exp(-s[:, None] * lam * t)) * ((start[:, :8] - Y) @ V)
    found = start[:, 8:] - gone / lam @ V.T @ K[:8, 8:]
    assert_mean(found, ensemble.mean(t))
    assert_mean((found - ensemble.mean(t)) ** 2, ensemble.variance(t))


def test_of_diabetes_a_wrong_scale_is_learned_and_a_gaussian_process_stays_wrong():
    gains = []
    for seed in range(3):
        x, y, x_test, y_test = split(seed)
        near = lambda a, b: np.exp(-np.sum((a[:, None] - b) ** 2, axis=2) / 40)  # noqa: E731
        blocks = near(x, x), near(x, x_test), np.ones(len(x_test)) + 1.0
        found = [
            np.mean(predict(*blocks, y, prior, noise=1.0).marginal_logpdf(y_test))
            for prior in (InverseGamma(2.0, 0.1), Discrete([0.05]), Discrete([0.5]))
        ]
        gains.append((found[0] - found[1], found[0] - found[2]))
    wrong, right = np.mean(gains, axis=0)
    assert wrong > 1.0  # against the Gaussian process of the prior's scale
    assert right > -0.05  # against one of about the right scale


RIGHT = InverseGamma(2.0, 1.0)
SINGULAR = np.ones((3, 3))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: logpdf(F, SINGULAR, RIGHT), "smallest eigenvalue is .* jitter"),
        (lambda: logpdf(np.ones(2), np.diag([1.0, -0.5]), RIGHT), "not positive definite: .* -0.5"),
        (lambda: logpdf(F[:3], K, RIGHT), r"f has shape \(3,\)"),
        (lambda: logpdf(np.full(12, np.nan), K, RIGHT), "f: 12 of 12 entries are NaN"),
        (lambda: logpdf(F, K[:, :5], RIGHT), "square"),
        (lambda: logpdf(F, K[0], RIGHT), "square"),
        (lambda: logpdf(F, K + np.triu(K, 1), RIGHT), "not symmetric"),
        (lambda: predict(K, K[:, :2], K[:3, :3], F, RIGHT), "K_XS has 2 columns"),
        (lambda: predict(K, K[:5, :2], K[:2, :2], F, RIGHT), r"K_XS has shape \(5, 2\)"),
        (lambda: predict(K, 9 * K[:, :2], K[:2, :2], F, RIGHT), "not blocks of one kernel"),
        (lambda: predict(*BLOCKS, F, RIGHT), r"y has shape \(12,\)"),
        (lambda: predict(*BLOCKS, Y, RIGHT, noise=-1.0), "noise = -1.0"),
        (lambda: predict(*BLOCKS, Y, RIGHT, jitter=np.nan), "jitter = nan"),
        (lambda: predict(*BLOCKS, Y, RIGHT, noise=1.0, noise_kind="none"), "one of scaled, fixed"),
        (lambda: predict(K[0], K, K, Y, RIGHT), "square"),
        (lambda: predict(-K, K, K, F, RIGHT, noise=0.1, noise_kind="fixed"), "not positive definite"),
        (lambda: predict(*BLOCKS[:2], K, Y, RIGHT, noise=0.1, noise_kind="fixed"), "K_SS has shape"),
        (lambda: predict(*BLOCKS, Y, Gamma(1.0, 1.0)).scale, "no Student-t"),
        (lambda: predict(*BLOCKS[:2], np.ones(4), Y, RIGHT).covariance, "only the diagonal"),
        (lambda: predict(*BLOCKS[:2], np.ones(4), Y, RIGHT).logpdf(REST), "only the diagonal"),
        (lambda: TrainedEnsemble(*BLOCKS, Y, RIGHT, K[:8, :8]), "neither"),
        (lambda: TrainedEnsemble(*BLOCKS, Y, RIGHT).mean(-1.0), "t = -1.0"),
    ],
)
def test_bad_input_is_refused_in_words(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_a_jitter_as_proposed_is_enough_and_its_sensitivity_is_told():
    x = np.linspace(0, 1, 40)
    smooth = np.exp(-((x[:, None] - x) ** 2) / 2)
    y = np.sin(3 * x)
    with pytest.raises(ValueError, match="jitter") as refused:
        evidence(y, smooth, RIGHT)
    proposed = float(str(refused.value).partition("(jitter=")[2].partition(")")[0])
    blocks = smooth, smooth[:, :1], smooth[:1, :1] + proposed
    found = predict(*blocks, y, RIGHT, jitter=proposed)
    assert np.isfinite(found.Q) and found.sensitivity < 0.1
    assert predict(*blocks, y, RIGHT, jitter=1e-2).sensitivity < found.sensitivity
