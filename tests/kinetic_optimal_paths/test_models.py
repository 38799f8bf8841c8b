"""Optimal paths hold what the theory conserves, on every array library; bad input is refused in words."""

import time
import tracemalloc

import numpy as np
import pytest

from derivations.kinetic_optimal_paths import (
    DataSet,
    Gaussian,
    KineticOptimalPath,
    Path,
    TwoPoints,
    cond_ot,
    cosine,
    data_separation,
    even_end_level,
    kinetic_energy,
    kinetic_optimal_path,
    square_root_end,
    two_level_noise,
    two_level_signal,
    two_level_stretched_angle,
)
from derivations.kinetic_optimal_paths.data import digits, normalised

TIMES = np.linspace(0, 1, 401)[1:-1]


def spectrum(count=3072, spread=3.0):
    l = np.random.default_rng(0).lognormal(0, spread, count)
    return l / l.mean()


CASES = {
    "wide": lambda: kinetic_optimal_path(spectrum=spectrum(200)),
    "thin": lambda: kinetic_optimal_path(spectrum=[3, 1, 0, 0]),
    "nearly standard normal": lambda: kinetic_optimal_path(spectrum=[1.001, 0.999]),
    "two points": lambda: KineticOptimalPath(TwoPoints(4)),
    "digits": lambda: kinetic_optimal_path(digits(), samples=100),
    "off centre": lambda: kinetic_optimal_path(digits() + 0.5, samples=100, normalise=True),
}


@pytest.mark.parametrize("case", CASES)
def test_both_quantities_are_conserved(case):
    path = CASES[case]()
    a, m, da, dm = (f(TIMES) for f in (path.a, path.m, path.da, path.dm))
    square = a**2 + m**2
    G = path.data.stretch(np.arctan2(a, m))
    turned, grown = (da * m - dm * a) / square, (a * da + m * dm) / np.sqrt(square)
    tolerance = 1e-6 if case == "two points" else 1e-10  # its G near the data is 1 less a small number
    assert square * np.sqrt(G) * turned == pytest.approx(np.sin(path.Phi), rel=tolerance)
    assert grown**2 + square * G * turned**2 == pytest.approx(path.energy, rel=tolerance)


@pytest.mark.parametrize("case", CASES)
def test_rates_are_those_of_the_levels(case):
    path, t, h = CASES[case](), TIMES[20:-20:20], 1e-5
    for level, rate in ((path.a, path.da), (path.m, path.dm)):
        assert (level(t + h) - level(t - h)) / (2 * h) == pytest.approx(rate(t), abs=1e-5)


@pytest.mark.parametrize(("wide", "narrow", "counts"), [(2.5, 0.4, (2, 5)), (4.0, 0.0, (1, 3))])
def test_two_levels_agree_with_their_closed_form(wide, narrow, counts):
    path = kinetic_optimal_path(spectrum=[wide] * counts[0] + [narrow] * counts[1])
    t = np.concatenate([[1e-12, 1e-6], TIMES, [1 - 1e-6]])
    assert path.a(t) == pytest.approx(two_level_signal(t, wide, narrow), rel=1e-12)
    assert path.m(t) == pytest.approx(two_level_noise(t, wide, narrow), rel=1e-12)
    share = path.a(t) ** 2 / (path.a(t) ** 2 + path.m(t) ** 2)
    angle = np.arctan2(t * np.sin(path.Phi), 1 - t + t * np.cos(path.Phi))
    assert two_level_stretched_angle(share, wide, narrow) == pytest.approx(angle, rel=1e-10)  # s next to 1


def test_the_ends():
    full, thin = (
        kinetic_optimal_path(spectrum=[3, 0.6, 0.3, 0.1]),
        kinetic_optimal_path(spectrum=[4, 0, 0, 0]),
    )
    for path in (full, thin):
        assert (path.a(0.0), path.m(0.0), path.a(1.0), path.m(1.0)) == (0, 1, 1, 0)
        assert path.da(0.0) == np.inf
        curvature = np.mean((np.repeat(path.data.l, np.rint(4 * path.data.weights).astype(int)) - 1) ** 2)
        assert path.a(1e-10) == pytest.approx(square_root_end(1e-10, path.Phi, curvature), rel=1e-9)
        for level, rate, t, sign in ((path.m, path.dm, 0.0, 1), (path.a, path.da, 1.0, -1)):
            slope = sign * (level(t + sign * 1e-8) - level(t)) / 1e-8
            assert rate(t) == pytest.approx(slope, rel=1e-6)
    assert full.dm(1.0) == -np.inf
    at_data = np.mean(1 / np.array([3, 0.6, 0.3, 0.1])) - 1
    assert full.m(1 - 1e-10) == pytest.approx(square_root_end(1e-10, full.Phi, at_data), rel=1e-6)
    assert thin.dm(1.0) == pytest.approx(-even_end_level(1.0, thin.Phi, 0.75), rel=1e-12)


def test_of_standard_normal_data_nothing_has_to_move():
    path = kinetic_optimal_path(spectrum=np.ones(5))
    assert (path.Phi, path.energy) == (0, 0)
    assert path.a(0.5) == pytest.approx(np.sqrt(0.5))
    assert (path.da(0.0), path.dm(1.0)) == (np.pi / 2, -np.pi / 2)
    assert kinetic_energy(path, spectrum=np.ones(5)).value == pytest.approx(0, abs=1e-14)


def test_no_schedule_spends_less():
    l = [3, 0.6, 0.3, 0.1]
    best = kinetic_optimal_path(spectrum=l)
    assert kinetic_energy(best, spectrum=l).value == pytest.approx(best.energy, rel=1e-12)
    for schedule in (cond_ot(), cosine(), "vp_linear"):
        assert kinetic_energy(schedule, spectrum=l).value > best.energy
    # the closed forms of the standard schedules against the integral over time
    for schedule in (cond_ot, cosine):
        found = kinetic_energy(schedule(), spectrum=l).value
        assert found == pytest.approx(kinetic_energy(schedule.__name__, spectrum=l).value, rel=1e-12)


def test_other_array_libraries():
    path = kinetic_optimal_path(spectrum=[3, 0.6, 0.3, 0.1])
    t = np.linspace(0, 1, 101)
    torch = pytest.importorskip("torch")
    for name in ("a", "m", "da", "dm", "alpha", "sigma", "dalpha", "dsigma"):
        found = getattr(path, name)(torch.as_tensor(t))
        assert isinstance(found, torch.Tensor)
        assert found.numpy() == pytest.approx(getattr(path, name)(t), rel=1e-13)
    single = path.a(torch.as_tensor(t, dtype=torch.float32))
    assert single.dtype == torch.float32
    assert single.numpy() == pytest.approx(path.a(t), abs=1e-6)
    jax = pytest.importorskip("jax")
    with jax.enable_x64(True):
        traced = jax.jit(path.m)(jax.numpy.asarray(t))
        assert np.asarray(traced) == pytest.approx(path.m(t), rel=1e-12)
    assert isinstance(path.a(0.5), float)
    assert path.a(t.reshape(1, 101)).shape == (1, 101)


def test_a_schedule_of_the_first_theory_is_made_of_it():
    path = kinetic_optimal_path(spectrum=[3, 0.6, 0.3, 0.1])
    alpha, sigma = path.schedule().levels(np.array([0.0, 0.25, 1.0]))
    assert alpha == pytest.approx(path.a(np.array([1.0, 0.75, 0.0])))
    assert sigma == pytest.approx(path.m(np.array([1.0, 0.75, 0.0])))


def test_a_thousand_times_of_a_large_spectrum_in_50_ms():
    path, t = kinetic_optimal_path(spectrum=spectrum()), np.linspace(0, 1, 1000)
    path.a(t)
    took = []
    for _ in range(5):
        start = time.perf_counter()
        path.a(t)
        took.append(time.perf_counter() - start)
    assert min(took) < 0.05


def test_separation_of_data_and_spectra():
    r = np.array([0.0, 0.3, 1.0])
    mmse, error = data_separation(r, digits(), samples=100)
    assert mmse[0] == pytest.approx(1) and np.all(np.diff(mmse) < 0)
    assert np.all(error[1:] > 0) and np.all(error < 0.05)
    exact, none = data_separation(r, spectrum=[1.5, 0.5])
    assert exact == pytest.approx(np.mean([1.5 / (1 + 1.5 * r**2), 0.5 / (1 + 0.5 * r**2)], axis=0))
    assert not none.any()


def test_with_and_without_the_linear_denoiser():
    """Two estimators of the same; with fewer numbers of a kind a data set of Gaussian points is told late."""
    with_it, without = (DataSet(digits(), samples=400, seed=3, linear=choice) for choice in (True, False))
    error = np.hypot(with_it.errors, without.errors)
    apart = np.abs(with_it.table.mean(axis=0) - without.table.mean(axis=0))
    assert np.all(apart <= 5 * error + 1e-12)
    assert float(Gaussian(with_it._axes[0]).M) > float(with_it.M)


def test_memory_is_bounded_and_progress_reported():
    X = normalised(np.random.default_rng(0).normal(size=(20_000, 64))).astype(np.float32)
    seen = []
    tracemalloc.start()
    found = DataSet(X, samples=300, ratios=[0.5, 1.0], progress=lambda done, total: seen.append(done / total))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 400e6  # 300 x 20,000 logits alone would be 24 MB apiece, 48 in double precision
    assert seen == sorted(seen) and seen[-1] == 1
    assert found.table.shape == (300, 2)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: kinetic_energy("cond_ot"), "give the data set X"),
        (lambda: kinetic_energy("cond_ot", digits(), spectrum=[1.0]), "not both"),
        (lambda: kinetic_optimal_path(), "give the data set X"),
        (lambda: kinetic_energy("cond_ot", 2 * digits()), "divide the data by 2"),
        (lambda: kinetic_optimal_path(spectrum=[2.0, 4.0]), "is 3, needs 1; divide by it"),
        (lambda: kinetic_energy("cond_ot", digits()[:1]), "1 point, needs at least 2"),
        (lambda: kinetic_energy("cond_ot", digits() * np.nan), "not finite"),
        (lambda: kinetic_optimal_path(spectrum=[1.0, np.nan]), "not finite"),
        (lambda: kinetic_optimal_path(spectrum=[3.0, -1.0]), "negative variance"),
        (lambda: kinetic_energy("linear", digits()), "there are cond_ot, cosine, vp_linear"),
        (lambda: kinetic_energy("cosine", spectrum=[1.0], cut=1.5), "0 <= cut < 1"),
        (lambda: Path(lambda t: 1.2 * t, lambda t: 1 - t, None, None), "needs 0 <= a <= 1"),
        (lambda: Path(lambda t: t, lambda t: t - 1, None, None), "needs m >= 0"),
        (lambda: Path(lambda t: 1 - t, lambda t: t, None, None), "not monotone"),
        (lambda: Path(lambda t: t * np.nan, lambda t: 1 - t, None, None), "a = nan"),
        (lambda: kinetic_optimal_path(spectrum=[1.5, 0.5]).a(1.5), "outside its times"),
        (lambda: TwoPoints(0), "needs a number of coordinates"),
    ],
)
def test_bad_input_is_refused_in_words(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_what_is_no_schedule():
    with pytest.raises(TypeError, match="needs a, m, da, dm"):
        kinetic_energy(object(), spectrum=[1.0])


@pytest.mark.parametrize("library", ["torch", "jax.numpy"])
def test_the_data_may_lie_in_another_library(library):
    """The same draws, so the same estimates to the library's precision."""
    xp = pytest.importorskip(library)
    options = dict(samples=50, ratios=[0.1, 0.5, 2.0], seed=2)
    here = DataSet(digits().astype(np.float32), **options)
    there = DataSet(xp.asarray(digits().astype(np.float32)), **options)
    assert there.table == pytest.approx(here.table, abs=1e-5)
