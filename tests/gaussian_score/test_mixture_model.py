"""Exact score of mixtures and of training sets: digits kept, extremes, array kinds, what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from mpmath import mp, mpf

from derivations.gaussian_score import comparison, mixture
from derivations.gaussian_score.data import digits
from derivations.gaussian_score.far_field import unexplained_fraction
from derivations.gaussian_score.models import _pointwise
from derivations.gaussian_score.models._components import Isotropic
from derivations.gaussian_score.models.mixture import MixtureModel
from derivations.gaussian_score.simulation.mixture import missed_by_gaussian, moments

METHODS = (
    "score",
    "denoiser",
    "epsilon",
    "log_density",
    "responsibilities",
    "score_jacobian",
    "denoiser_jacobian",
)
LEVEL = {"alpha": 0.8, "sigma": 0.6}
EPS = np.finfo(float).eps


def _mixtures(seed=0, K=3, D=4):
    """The same weights and means with every shape of covariances, and those as matrices."""
    rng = np.random.default_rng(seed)
    weights, means, root = rng.dirichlet(np.ones(K)), rng.normal(size=(K, D)), rng.normal(size=(K, D, D - 1))
    shapes = {
        "matrices of rank D - 1": root @ root.transpose(0, 2, 1),
        "variances along the axes": rng.uniform(0, 1, (K, D)),
        "a variance each": rng.uniform(0.1, 2, K),
        "one variance": 0.7,
        "points": 0.0,
    }
    for name, given_as in shapes.items():
        of_axes = (
            np.broadcast_to(np.asarray(given_as)[..., None], (K, D)) if np.ndim(given_as) < 2 else given_as
        )
        full = of_axes if np.ndim(given_as) == 3 else np.stack([np.diag(row) for row in of_axes])
        yield pytest.param(weights, means, given_as, full, id=name)


MIXTURES = list(_mixtures())


# What the methods are


@pytest.mark.parametrize(("weights", "means", "covariances", "full"), MIXTURES)
def test_every_method_follows_from_the_densities_of_the_components(weights, means, covariances, full):
    """Score and Jacobian of the mixture by the rules of the claims, with dense inverses."""
    model = MixtureModel(weights, means, covariances)
    x = 2 * np.random.default_rng(1).normal(size=(7, 4))
    a, s = LEVEL["alpha"], LEVEL["sigma"]
    noisy = a**2 * full + s**2 * np.eye(4)
    precision, apart = np.linalg.inv(noisy), x[:, None] - a * means
    logs = np.log(weights) - np.linalg.slogdet(2 * np.pi * noisy)[1] / 2
    logs = logs - np.einsum("bki,kij,bkj->bk", apart, precision, apart) / 2
    w = np.exp(logs) / np.exp(logs).sum(axis=1, keepdims=True)
    scores = -np.einsum("kij,bkj->bki", precision, apart)
    score = np.einsum("bk,bki->bi", w, scores)
    clean = means + a * np.einsum("kij,bkj->bki", full @ precision, apart)
    denoised = np.einsum("bk,bki->bi", w, clean)
    jacobian = np.einsum("bk,bki,bkj->bij", w, scores, scores) - np.einsum("bk,kij->bij", w, precision)
    jacobian -= score[:, :, None] * score[:, None]
    expected = {
        "score": score,
        "denoiser": denoised,
        "epsilon": -s * score,
        "log_density": np.log(np.exp(logs).sum(axis=1)),
        "responsibilities": w,
        "score_jacobian": jacobian,
        "denoiser_jacobian": (np.eye(4) + s**2 * jacobian) / a,
    }
    for name, value in expected.items():
        np.testing.assert_allclose(
            getattr(model, name)(x, **LEVEL), value, rtol=1e-11, atol=1e-12, err_msg=name
        )
    velocity = model.velocity(x, **LEVEL, dalpha=-0.3, dsigma=0.9)
    np.testing.assert_allclose(velocity, -0.3 * denoised - 0.9 * s * score, rtol=1e-12, atol=1e-13)


def test_two_points_on_a_line_have_their_closed_form():
    x, level = np.linspace(-3, 3, 13), {"alpha": 0.7, "sigma": 0.4}
    model = MixtureModel([0.3, 0.7], [[1.2], [-0.5]], 0.0)
    known = mixture.denoiser_of_points(x, 1.2, -0.5, 0.3, 0.7, **level)
    np.testing.assert_allclose(model.denoiser(x[:, None], **level)[:, 0], known, rtol=1e-13)
    odds = np.diff(np.log(model.responsibilities(x[:, None], **level)))[:, 0]
    np.testing.assert_allclose(-odds, mixture.log_odds_of_points(x, 1.2, -0.5, 0.3, 0.7, **level), rtol=1e-12)


# Digits kept


def exact(x, points, weights, alpha, sigma):
    """Denoiser of points, and responsibilities, in 60 digits from the very floats given."""
    with mp.workdps(60):
        x, alpha, v = [mpf(float(c)) for c in x], mpf(alpha), mpf(sigma) ** 2
        points = [[mpf(float(c)) for c in p] for p in points]
        squares = [sum((c - alpha * d) ** 2 for c, d in zip(x, p, strict=True)) for p in points]
        logs = [mp.log(mpf(float(w))) - q / (2 * v) for w, q in zip(weights, squares, strict=True)]
        w = [mp.exp(log - max(logs)) for log in logs]
        total = sum(w)
        mean = [sum(wi * p[d] for wi, p in zip(w, points, strict=True)) / total for d in range(len(x))]
        score = [(alpha * m - c) / v for m, c in zip(mean, x, strict=True)]
        return tuple(np.array([float(c) for c in found]) for found in (mean, score, [wi / total for wi in w]))


def rounding(x, points, weights, w, mean, alpha, sigma, eps):
    """What a change of x and of the points by a unit in the last place does to the denoiser, at most, and
    logits that are off by (D + 3) 1024 units: the promise of the model, twice."""
    v, apart = sigma**2, np.linalg.norm(points - mean, axis=1)
    center = weights @ points
    size, reach = np.linalg.norm(center), np.max(np.linalg.norm(points - center, axis=1))
    left = np.linalg.norm(x - alpha * points, axis=1)
    by_x = alpha / v * (w @ apart**2) * (np.linalg.norm(x) + alpha * size)
    by_points = alpha / v * reach * ((w * apart) @ left + (w @ apart) * (w @ left))
    by_logits = (len(x) + 3) * _pointwise.LARGEST_SPREAD * (w @ apart)
    return 2 * eps * (2 * size + 2 * reach + by_x + by_points + by_logits)


numbers = st.integers(-300, 300).map(lambda k: k / 100)


@st.composite
def samples_near_points(draw):
    """Points, some nearly coinciding, some far from 0; a sample near one of them or far away."""
    D, K = draw(st.integers(1, 3)), draw(st.integers(1, 5))
    points = np.array(draw(st.lists(st.lists(numbers, min_size=D, max_size=D), min_size=K, max_size=K)))
    close = slice(None) if draw(st.booleans()) else slice(0, -1)  # all of them, or all but one
    points[close] = points[0] + (points[close] - points[0]) * 10.0 ** draw(st.integers(-8, 1))
    points += draw(st.sampled_from([0.0, 1.0, 1e4]))
    sigma, alpha = 10.0 ** draw(st.integers(-6, 6)), draw(st.sampled_from([0.0, 1e-3, 0.5, 1.0]))
    place = alpha * points[draw(st.integers(0, K - 1))]
    x = place + np.array(draw(st.lists(numbers, min_size=D, max_size=D))) * sigma * draw(
        st.sampled_from([0.1, 1.0, 100.0])
    )
    weights = np.array(draw(st.lists(st.floats(0.01, 1), min_size=K, max_size=K)))
    return x, points, weights / weights.sum(), alpha, sigma


@settings(deadline=None, max_examples=600)
@given(samples_near_points(), st.sampled_from([np.float64, np.float32]))
@example((np.array([0.5]), np.array([[0.5], [0.5 + 1e-9]]), np.array([0.5, 0.5]), 1.0, 1e-6), np.float64)
def test_score_and_denoiser_round_like_a_change_of_their_inputs(drawn, kind):
    x, points, weights, alpha, sigma = drawn
    x, eps = x.astype(kind), np.finfo(kind).eps
    mean, score, w = exact(x, points, weights, alpha, sigma)
    model = MixtureModel.from_points(points, weights)
    off = rounding(x.astype(float), points, weights, w, mean, alpha, sigma, eps)
    assert np.linalg.norm(model.denoiser(x, alpha=alpha, sigma=sigma) - mean) <= off
    found = model.score(x, alpha=alpha, sigma=sigma)
    size = np.linalg.norm(x) + alpha * np.max(np.linalg.norm(points, axis=1))
    assert found.dtype == kind
    assert np.linalg.norm(found - score) <= (alpha * off + 8 * eps * size) / sigma**2


@pytest.mark.parametrize("kind", [np.float64, np.float32])
@pytest.mark.parametrize("middle", [False, True], ids=["on a shell", "and one in the middle"])
def test_no_digit_is_lost_where_exponentials_nearly_overflow_or_vanish(kind, middle, monkeypatch):
    """Rows of all sizes in one batch, or the middle alone, up to where a component has to come first."""
    done, moderate = set(), Isotropic._moderate
    monkeypatch.setattr(Isotropic, "_moderate", lambda *given: done.add(found := moderate(*given)) or found)
    directions, eps = np.random.default_rng(0).normal(size=(20, 5)), np.finfo(kind).eps
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    directions[0] *= not middle
    for reach in np.geomspace(1, 40, 20):
        points = reach * (directions - directions.mean(axis=0))
        model, weights = MixtureModel.from_points(points), np.full(20, 1 / 20)
        for places in (np.concatenate([points[:3], 0 * points[:1], -points[3:5]]), 0 * points[:1]):
            x = places.astype(kind)
            for row, found in zip(x, model.denoiser(x, sigma=1.0), strict=True):
                mean, _, w = exact(row, points, weights, 1.0, 1.0)
                off = rounding(row.astype(float), points, weights, w, mean, 1.0, 1.0, eps)
                assert np.linalg.norm(found - mean) <= off
    assert True in done


def test_points_a_billionth_apart_are_told_apart_by_little_noise():
    """Where logits by a matrix product alone would be off by 1e-4 and more."""
    points, x = np.array([[1.0, 2.0], [1.0, 2.0 + 1e-9], [-3.0, 0.0]]), np.array([1.0, 2.0 + 6e-10])
    for sigma in (1e-9, 1e-8, 1e-6):
        known = exact(x, points, np.full(3, 1 / 3), 1.0, sigma)[2]
        found = MixtureModel.from_points(points).responsibilities(x, sigma=sigma)
        np.testing.assert_allclose(found, known, rtol=1e-5, atol=1e-30)


@pytest.mark.parametrize("sigma", [1e-6, 1e-3, 1.0, 1e3, 1e6])
@pytest.mark.parametrize("kind", [np.float64, np.float32])
@pytest.mark.parametrize(("weights", "means", "covariances", "full"), MIXTURES)
def test_nothing_overflows_at_any_noise_nor_far_from_every_mean(
    weights, means, covariances, full, kind, sigma
):
    model = MixtureModel(weights, means, covariances)
    deviations = np.sqrt(np.max(np.linalg.eigvalsh(full)) + sigma**2)
    x = np.concatenate([means, means + 100 * deviations]).astype(kind)
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        for name in METHODS:
            assert np.all(np.isfinite(getattr(model, name)(x, sigma=sigma))), name
    w = model.responsibilities(x, sigma=sigma)
    np.testing.assert_allclose(w.sum(axis=1), 1, rtol=20 * np.finfo(kind).eps)


@settings(deadline=None, max_examples=300)
@given(samples_near_points(), st.lists(st.integers(-10, 2), min_size=5, max_size=5))
def test_responsibilities_of_unequal_variances_keep_their_digits(drawn, exponents):
    """Their logarithms round like a change of x, of the means and of the variances, and see above."""
    x, points, weights, alpha, sigma = drawn
    variances = 10.0 ** np.array(exponents[: len(points)])
    v, logs = [], []
    with mp.workdps(60):
        for weight, point, variance in zip(weights, points, variances, strict=True):
            v.append(mpf(alpha) ** 2 * mpf(float(variance)) + mpf(sigma) ** 2)
            square = sum(
                (mpf(float(c)) - mpf(alpha) * mpf(float(d))) ** 2 for c, d in zip(x, point, strict=True)
            )
            logs.append(mp.log(mpf(float(weight))) - len(x) * mp.log(v[-1]) / 2 - square / (2 * v[-1]))
        total = mp.log(sum(mp.exp(log - max(logs)) for log in logs)) + max(logs)
        known = np.array([float(log - total) for log in logs])
        depth = np.array([float(log - max(logs)) for log in logs])
    found = MixtureModel(weights, points, variances).responsibilities(x, alpha=alpha, sigma=sigma)
    v, shown = np.array([float(one) for one in v]), depth > -30
    centre = weights @ points
    left, sizes = np.linalg.norm(x - alpha * points, axis=1), np.linalg.norm(points - centre, axis=1)
    moved = np.linalg.norm(x) + alpha * np.linalg.norm(centre) + alpha * np.max(sizes)
    conditioned = np.max((left * moved / v + left**2 / v)[shown])
    off = 4 * EPS * (conditioned + (len(x) + 3) * _pointwise.LARGEST_SPREAD + 2 * len(x))
    assert np.all(np.abs(found - np.exp(known)) <= np.minimum(1, np.expm1(np.minimum(2 * off, 1))) + 1e-13)


@pytest.mark.parametrize("count", [2, 40])
def test_a_narrow_component_of_tiny_share_still_bends_the_score(count):
    """Its score is 1e6 times as steep: a share of 1e-14 changes the eighth digit."""
    means, sigma = np.zeros((count, 1)), 1e-6
    means[1:, 0] = 1 + np.arange(count - 1)
    variances = np.append(1.0, np.zeros(count - 1))
    x = means[1] + sigma * np.array([9.6])
    with mp.workdps(60):
        place, v = mpf(float(x[0])), [mpf(float(c)) + mpf(sigma) ** 2 for c in variances]
        apart = [place - mpf(float(m)) for m in means[:, 0]]
        parts = [mp.exp(-(d**2) / (2 * c)) / mp.sqrt(c) for d, c in zip(apart, v, strict=True)]
        slopes = [-d / c for d, c in zip(apart, v, strict=True)]
        known = sum(p * s for p, s in zip(parts, slopes, strict=True)) / sum(parts)
    found = MixtureModel(np.full(count, 1 / count), means, variances).score(x, sigma=sigma)[0]
    assert found == pytest.approx(float(known), rel=1e-9)
    assert abs(found + x[0]) > 1e-9


def test_refined_logits_of_unequal_variances():
    """The same responsibilities whether logits are refined or not, where both keep their digits."""
    rng = np.random.default_rng(3)
    model = MixtureModel(np.full(5, 0.2), rng.normal(size=(5, 3)), rng.uniform(0, 0.5, 5))
    x = rng.normal(size=(40, 3))
    plain = model.responsibilities(x, sigma=0.5)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_pointwise, "LARGEST_SPREAD", 0)
        np.testing.assert_allclose(model.responsibilities(x, sigma=0.5), plain, rtol=1e-12)


# Shapes, kinds, samples


@pytest.mark.parametrize(("weights", "means", "covariances", "full"), MIXTURES)
def test_levels_come_first_and_a_single_sample_loses_its_axis(weights, means, covariances, full):
    model, x = MixtureModel(weights, means, covariances), np.ones((5, 4))
    assert model.score(x, alpha=[1.0, 0.5], sigma=[0.1, 0.2]).shape == (2, 5, 4)
    assert model.score_jacobian(x[0], sigma=[0.1, 0.2, 0.3]).shape == (3, 4, 4)
    assert model.log_density(x, sigma=1).shape == (5,) and model.log_density(x[0], sigma=1).shape == ()
    assert model.responsibilities(x[0], sigma=1).shape == (3,)
    alone = model.denoiser(x, alpha=0.5, sigma=0.2)
    np.testing.assert_array_equal(model.denoiser(x, alpha=[1.0, 0.5], sigma=[0.1, 0.2])[1], alone)


@pytest.mark.parametrize("library", ["jax", "torch"])
@pytest.mark.parametrize(("weights", "means", "covariances", "full"), MIXTURES)
def test_results_have_the_kind_and_type_of_the_sample(weights, means, covariances, full, library):
    xp = pytest.importorskip({"jax": "jax.numpy", "torch": "torch"}[library])
    model, x = (
        MixtureModel(weights, means, covariances),
        np.linspace(-1, 1, 8, dtype=np.float32).reshape(2, 4),
    )
    given = xp.asarray(x)
    for name in METHODS:
        found = getattr(model, name)(given, **LEVEL)
        assert type(found) is type(given) and found.dtype == given.dtype
        np.testing.assert_allclose(np.asarray(found), getattr(model, name)(x, **LEVEL), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(("weights", "means", "covariances", "full"), MIXTURES)
def test_jax_compiles_and_differentiates_the_methods(weights, means, covariances, full):
    jax = pytest.importorskip("jax")
    model, x = MixtureModel(weights, means, covariances), np.linspace(-1, 1, 4)
    with jax.enable_x64(True):
        given = jax.numpy.asarray(x)
        score = jax.grad(lambda x: model.log_density(x, **LEVEL))(given)
        jacobian = jax.jit(jax.jacobian(lambda x: model.score(x, **LEVEL)))(given)
    np.testing.assert_allclose(score, model.score(x, **LEVEL), rtol=1e-12)
    np.testing.assert_allclose(jacobian, model.score_jacobian(x, **LEVEL), rtol=1e-12, atol=1e-13)


def test_a_component_without_weight_changes_nothing():
    one = MixtureModel([1.0], [[0.3, 0.1]], 0.5)
    two = MixtureModel([0.0, 1.0], [[9.0, 9.0], [0.3, 0.1]], 0.5)
    x = np.array([[1.0, 2.0]])
    for name in METHODS[:4]:
        np.testing.assert_allclose(getattr(two, name)(x, sigma=1), getattr(one, name)(x, sigma=1), rtol=1e-14)
    np.testing.assert_array_equal(two.responsibilities(x, sigma=1), [[0, 1]])


@pytest.mark.parametrize(("weights", "means", "covariances", "full"), MIXTURES)
def test_samples_have_mean_and_covariance_of_the_mixture(weights, means, covariances, full):
    x = MixtureModel(weights, means, covariances).sample(40_000, np.random.default_rng(5), **LEVEL)
    mean, a = weights @ means, LEVEL["alpha"]
    apart = means - mean
    covariance = np.einsum("k,kij->ij", weights, full) + np.einsum("k,ki,kj->ij", weights, apart, apart)
    covariance = a**2 * covariance + LEVEL["sigma"] ** 2 * np.eye(4)
    left = x - a * mean
    assert np.all(np.abs(left.mean(axis=0)) < 5 * np.sqrt(np.diag(covariance) / len(x)))
    products = left[:, :, None] * left[:, None]
    error = products.std(axis=0) / np.sqrt(len(x))
    assert np.all(np.abs(products.mean(axis=0) - covariance) < 5 * error)


# Wrong inputs


@pytest.mark.parametrize(
    ("given_as", "complaint"),
    [
        (([0.5, 0.6], [[0.0], [1.0]], 0.0), r"weights.*sum to 1.1.*off by 0.1"),
        (([1.5, -0.5], [[0.0], [1.0]], 0.0), r"weight 1 is -0.5"),
        (([0.5, np.nan], [[0.0], [1.0]], 0.0), r"weights: 1 of 2 values are not finite"),
        (([0.5, 0.5], [[0.0], [np.inf]], 0.0), r"means: 1 of 2"),
        (([0.5, 0.5], [[0.0, 1.0]], 0.0), r"means: shape \(1, 2\)"),
        (([0.5, 0.5], [[0.0], [1.0]], [0.1, -0.2]), r"a variance is -0.2"),
        (([1.0], [[0.0, 1.0]], [[[1, 0.5], [0.4, 1]]]), r"matrix 0 is not symmetric.*0.1"),
        (([1.0], [[0.0, 1.0]], [[[1, 2], [2, 1]]]), r"not positive semidefinite.*-1"),
        (([0.5, 0.5], [[0.0, 1.0]] * 2, [1.0, 2.0, 3.0]), r"covariances: shape \(3,\)"),
    ],
)
def test_a_mixture_that_is_none_is_refused_with_numbers(given_as, complaint):
    with pytest.raises(ValueError, match=complaint):
        MixtureModel(*given_as)


@pytest.mark.parametrize(
    ("x", "level", "complaint"),
    [
        ([[0.0, 1.0]], {"sigma": 0.0}, "sigma: 0.0 .* sigma > 0"),
        ([[0.0, 1.0]], {"sigma": [1.0, -2.0]}, "sigma: -2.0"),
        ([[0.0, 1.0]], {"sigma": np.inf}, "sigma: inf"),
        ([[0.0, 1.0]], {"sigma": 1, "alpha": -0.1}, "alpha: -0.1 .* alpha >= 0"),
        ([[0.0, 1.0]], {"sigma": [1, 2], "alpha": [1, 1, 1]}, "different lengths"),
        ([[0.0, np.nan]], {"sigma": 1}, "x: 1 of 2 values are not finite"),
        ([[0.0, 1.0, 2.0]], {"sigma": 1}, r"x: shape \(1, 3\), must be \(B, 2\)"),
    ],
)
def test_a_sample_or_level_outside_the_domain_is_refused(x, level, complaint):
    model = MixtureModel.from_points([[0.0, 1.0], [1.0, 0.0]])
    for name in METHODS:
        with pytest.raises(ValueError, match=complaint):
            getattr(model, name)(x, **level)


def test_points_that_are_none_are_refused():
    with pytest.raises(ValueError, match=r"X: shape \(0, 2\)"):
        MixtureModel.from_points(np.empty((0, 2)))


# Numbers users know


@pytest.mark.parametrize(("sigma", "known"), [(5, 0.99996), (2, 0.9948), (1, 0.921), (0.5, 0.715)])
def test_how_much_of_the_digits_score_their_gaussian_explains(sigma, known):
    """The known numbers come from 1000 samples too: both have the standard error found here."""
    X, rng, count = digits(), np.random.default_rng(0), 1000
    model = MixtureModel.from_points(X)
    gaussian = MixtureModel([1.0], X.mean(axis=0)[None], np.cov(X.T, bias=True)[None])
    x = model.sample(count, rng, sigma=sigma)
    score = model.score(x, sigma=sigma)
    missed = np.sum((score - gaussian.score(x, sigma=sigma)) ** 2, axis=1)
    total = np.sum(score**2, axis=1)
    fraction = missed.mean() / total.mean()
    error = np.std(missed - fraction * total) / total.mean() / np.sqrt(count)
    last_digit = 10.0 ** -len(str(known).partition(".")[2])
    assert abs(1 - fraction - known) < 4 * np.sqrt(2) * error + last_digit / 2


@pytest.mark.parametrize(
    ("sigma", "measured", "predicted"), [(6, 4.011e-5, 3.933e-5), (12, 6.568e-7, 6.559e-7)]
)
def test_what_the_gaussian_misses_far_from_three_masses(sigma, measured, predicted):
    law = ((-1, 2), (2 / 3, 1 / 3))
    lam, skewness, kurtosis = moments(*law)
    assert missed_by_gaussian(*law, alpha=1.0, sigma=sigma)[0] == pytest.approx(measured, rel=2e-4)
    assert unexplained_fraction(lam, sigma, skewness, kurtosis) == pytest.approx(predicted, rel=2e-4)


def test_the_comparison_on_digits_refuses_a_wrong_level_of_noise():
    run = comparison.digits_as_points
    run.run(seed=0)
    for factor in (0.9, 1.1):
        wrong = run.verdict_of(lambda alpha, sigma, x, f=factor: run.prediction(alpha, f * sigma, x))
        assert not wrong.holds


def test_the_score_costs_little_more_than_its_matrix_products_and_exponentials():
    from benchmarks.mixture_score import measure

    assert not [row for row in measure() if not row.met]
