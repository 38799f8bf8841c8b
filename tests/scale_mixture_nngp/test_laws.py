"""Laws of the scale: what they are, what data make of them, how they are drawn."""

import numpy as np
import pytest

from derivations.scale_mixture_nngp import GIG, Discrete, Gamma, HalfCauchy, InverseGamma, LogNormal

LAWS = [
    InverseGamma(2.5, 1.5),
    Gamma(1.5, 0.7),
    Gamma(0.4, 2.0),
    GIG(-0.5, 1.3, 0.8),
    GIG(3.0, 1.3, 0.8),
    HalfCauchy(1.7),
    LogNormal(0.2, 0.8),
    Discrete([0.3, 1.0, 4.0], [1, 2, 1]),
]


@pytest.mark.parametrize("law", LAWS, ids=repr)
def test_a_law_is_normalised_and_its_transforms_are_means(law):
    assert law.expectation(np.ones_like) == pytest.approx(1, rel=1e-12)
    if np.isfinite(law.mean):
        assert law.mean == pytest.approx(law.expectation(lambda s: s), rel=1e-10)
    for z in (0.2, 3.0):
        assert law.laplace(z) == pytest.approx(law.expectation(lambda s, z=z: np.exp(-z * s)), abs=1e-9)
        weighted = law.expectation(lambda s, z=z: s * np.exp(-z * s))
        assert law.laplace_weighted(z) == pytest.approx(weighted, rel=1e-7)
    assert law.laplace(0.0) == pytest.approx(1)


@pytest.mark.parametrize("law", LAWS, ids=repr)
def test_a_posterior_is_bayes_rule(law):
    n, Q = 5, 7.3
    found = law.posterior(n, Q)
    weight = lambda s: np.exp(-n / 2 * np.log(2 * np.pi * s) - Q / (2 * s))  # noqa: E731
    evidence = law.expectation(weight)
    assert np.log(evidence) == pytest.approx(law.log_marginal(n, Q), rel=1e-11)
    assert found.mean == pytest.approx(law.expectation(lambda s: s * weight(s)) / evidence, rel=1e-10)
    again = law.posterior(2, 3.0).posterior(3, 4.3)
    assert again.mean == pytest.approx(found.mean, rel=1e-11)
    assert again.log_marginal(2, 1.1) == pytest.approx(found.log_marginal(2, 1.1), rel=1e-11)


@pytest.mark.parametrize("law", [*LAWS, HalfCauchy().posterior(4, 3.0)], ids=repr)
def test_draws_follow_the_law(law):
    s = law.sample(np.random.default_rng(0), 40_000)
    for z in (0.3, 2.0):
        values = np.exp(-z * s)
        assert abs(values.mean() - law.laplace(z)) < 5 * values.std() / 200


def test_families_meet():
    f = lambda law: law.log_marginal(4, 3.3)  # noqa: E731
    assert f(GIG(-2.5, 1e-9, 3.0)) == pytest.approx(f(InverseGamma(2.5, 1.5)), rel=1e-8)
    assert f(GIG(2.5, 3.0, 1e-9)) == pytest.approx(f(Gamma(2.5, 1.5)), rel=1e-8)
    assert f(InverseGamma(1e9, 2e9)) == pytest.approx(f(Discrete([2.0])), rel=1e-8)
    assert f(LogNormal(np.log(2), 1e-4)) == pytest.approx(f(Discrete([2.0])), rel=1e-6)


@pytest.mark.parametrize("law", LAWS, ids=repr)
def test_five_thousand_values_are_no_trouble(law):
    for Q in (5.0, 5000.0, 5e6):
        assert np.isfinite(law.log_marginal(5000, Q))
        if not isinstance(law, Discrete):
            # of so many the scale is known: Q/n, but for a prior that forbids it
            mean = law.posterior(5000, Q).mean
            assert np.isfinite(mean) and mean > 0
    assert law.posterior(5000, 5000.0).mean == pytest.approx(1, rel=0.02)


def test_at_the_centre():
    assert np.isfinite(InverseGamma(1.0, 1.0).log_marginal(3, 0.0))
    assert Gamma(0.4, 1.0).log_marginal(1, 0.0) == np.inf
    near, centre = (Gamma(2.0, 1.0).log_marginal(1, Q) for Q in (1e-20, 0.0))
    assert centre == pytest.approx(near, abs=1e-9)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: InverseGamma(0, 1), "InverseGamma: a = 0, needs"),
        (lambda: InverseGamma(1, float("nan")), "InverseGamma: b = nan"),
        (lambda: Gamma(-1, 1), "Gamma: a = -1"),
        (lambda: GIG(0.5, 0, 1), "GIG: alpha = 0"),
        (lambda: GIG(np.inf, 1, 1), "GIG: p = inf"),
        (lambda: HalfCauchy(0), "HalfCauchy: scale = 0"),
        (lambda: LogNormal(0, -1), "LogNormal: sigma = -1"),
        (lambda: LogNormal(np.nan, 1), "LogNormal: mu = nan"),
        (lambda: Discrete([1, -1]), "Discrete: scales"),
        (lambda: Discrete([1, 2], [1]), "one shape"),
        (lambda: Discrete([1.0]).log_density(1.0), "no density"),
        (lambda: InverseGamma(1, 1).laplace(-1.0), "needs z >= 0"),
    ],
)
def test_what_is_no_law_is_refused_in_words(make, words):
    with pytest.raises(ValueError, match=words):
        make()
