"""The numbers the papers and the card of the theory are known for come out."""

import numpy as np
import pytest

from derivations.gaussian_score import GaussianModel, skipped_fraction
from derivations.gaussian_score.data import digits, faces, mnist
from derivations.gaussian_score.emergence import steepest
from derivations.gaussian_score.rotation import bound
from derivations.gaussian_score.simulation.sampler import delta_mixture, grid, heun


def test_steepest_emergence_and_the_bound_of_the_rotation():
    assert float(steepest.rhs) == pytest.approx(0.38490, abs=5e-6)
    assert float(bound.rhs) == pytest.approx(0.171573, abs=5e-7)


@pytest.mark.parametrize(("skipped", "sigma"), [(0.15, 33.49), (0.20, 24.41), (0.30, 12.38)])
def test_what_part_of_the_grid_lies_above_a_noise_level(skipped, sigma):
    """To the digits of the noise level: half a unit of its last one moves the fraction by less."""
    low, high = skipped_fraction(sigma + 0.005), skipped_fraction(sigma - 0.005)
    assert low < skipped < high


def test_the_spectrum_of_the_digits():
    lam = GaussianModel.from_data(digits()).lam
    assert lam[0] == pytest.approx(2.795, abs=5e-4)
    assert lam.sum() == pytest.approx(18.773, abs=5e-4)
    assert lam.sum() ** 2 / np.sum(lam**2) == pytest.approx(13.17, abs=5e-3)


@pytest.mark.parametrize(
    ("skipped", "evaluations", "apart"), [(6, 67, 3e-4), (8, 63, 5e-4), (12, 55, 2e-3)]
)
def test_teleported_samplers_end_in_the_same_digit(skipped, evaluations, apart):
    """EDM's Heun sampler in 40 steps (79 evaluations) on the exact denoiser of the digits, 200 seeds.

    Some runs end between two digits' basins: of 2,400 such seeds two changed their image at 12 steps.
    """
    X, sigmas = digits(), grid(40)
    model, denoise = GaussianModel.from_data(X), delta_mixture(X)
    x_T = model.mu + 80 * np.random.default_rng(0).normal(size=(200, 64))
    path = heun(denoise, x_T, sigmas)
    there = model.teleport(x_T, sigmas[skipped])
    assert (there.skipped, there.evaluations, there.saved) == (skipped, evaluations, 2 * skipped)
    distance = np.sqrt(np.mean((there.x - path[skipped - 1]) ** 2))
    assert float(f"{distance:.0e}") == apart
    end = heun(denoise, there.x, sigmas[skipped:])[-1]
    assert np.all(_nearest(X, end) == _nearest(X, path[-1]))


def _nearest(X, x):
    return np.argmax(x @ X.T - np.sum(X**2, axis=1) / 2, axis=1)


@pytest.mark.parametrize(("images", "shape"), [(digits, (1797, 64)), (mnist, (5000, 784)), (faces, (100, 625))])
def test_real_images_lie_between_minus_1_and_1_and_make_a_model(images, shape):
    X = images()
    assert X.shape == shape
    assert (X.min(), X.max()) == (-1, 1)
    model = GaussianModel.from_data(X)
    assert model.rank <= min(shape)
    denoised = model.denoiser(X[:3], sigma=1e-4)
    # almost no noise: the denoiser leaves nearly everything that varies
    assert np.abs(denoised - X[:3]).max() < 0.1
