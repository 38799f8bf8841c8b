"""What the figures show, read from the data on their axes."""

import numpy as np
import pytest
from scipy.stats import linregress

from derivations.gaussian_score import figures

NAMES = (
    "painters_trajectories", "emergence_of_features", "perturbation_gains", "teleportation", "spectral_bias",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_figure_has_named_axes_and_a_caption(name):
    figure = getattr(figures, name)
    assert figure.name == name and len(figure.caption) > 100
    for ax in figure.canvas.axes:
        assert ax.get_xlabel() and ax.get_ylabel()


def test_flows_start_as_noise_and_end_as_the_image_below_the_circle():
    data = figures.painters_trajectories.axes_data()
    for k in (1, 2, 3):
        image, noise = data["a", f"sample {k}, theory"]
        np.testing.assert_allclose([image[0], noise[0]], [0, 1], atol=0.02)
        np.testing.assert_allclose([image[-1], noise[-1]], [1, 0], atol=0.02)
        assert np.all(image**2 + noise**2 < 1.001)
    assert data["b", "sampler"][1].max() < (np.sqrt(2) - 1) ** 2


def test_the_sampler_of_digits_follows_the_theory_where_noise_is_high():
    data = figures.emergence_of_features.axes_data()
    lines = [label for _, label in data if label.startswith(r"$\lambda")]
    assert len(lines) == 4
    for line in lines:
        mode = line.split("{")[1].split("}")[0]
        sigma, share = data["a", f"mode {mode}, sampler"]
        theory = np.interp(np.log(sigma), np.log(data["a", line][0]), data["a", line][1])
        high = sigma > 5
        assert high.sum() > 3
        assert np.abs(share - theory)[high].max() < 0.03


def test_integrated_perturbations_land_on_the_theory():
    data = figures.perturbation_gains.axes_data()
    for mode, lam in ((1, "2.5"), (2, "0.4"), (3, "0.03")):
        marks, line = data["a", f"mode {mode}, integrated"], data["a", rf"$\lambda = {lam}$"]
        np.testing.assert_allclose(np.interp(marks[0], *line), marks[1], rtol=2e-3)


def test_nothing_is_lost_by_skipping_the_first_steps_and_all_by_skipping_most():
    data = figures.teleportation.axes_data()
    skipped, same = data["b", "same image"]
    assert np.all(same[skipped <= 12] > 0.98)
    assert same[-1] < 0.5
    assert np.all(np.diff(data["a", r"over $\sigma$"][1]) > 0)


@pytest.fixture(scope="module")
def networks():
    pytest.importorskip("optax")
    return figures.trained_networks.axes_data()


@pytest.mark.slow
def test_a_linear_network_learns_at_the_rate_of_the_noisy_variance(networks):
    """The half-way times of its modes: the slope in logarithms, and the times themselves, within errors."""
    half, line = networks["b", "linear"], networks["b", "theory"]
    np.testing.assert_array_equal(half[0], line[0])
    fit = linregress(np.log(half[0]), np.log(half[1]))
    assert fit.stderr < 0.02 and abs(fit.slope + 1) < 4 * fit.stderr
    apart = np.log(half[1] / line[1])
    assert abs(apart.mean()) < 4 * apart.std(ddof=1) / np.sqrt(len(apart))


@pytest.mark.slow
def test_a_network_with_a_hidden_layer_learns_in_the_same_order(networks):
    half = networks["b", "one hidden layer"]
    fit = linregress(np.log(half[0]), np.log(half[1]))
    assert fit.slope < -8 * fit.stderr


@pytest.mark.slow
def test_the_gaussian_explains_the_more_of_a_networks_score_the_more_noise_there_is(networks):
    sigma, explained = networks["a", "by the Gaussian"]
    assert np.all(np.diff(explained)[sigma[:-1] < 2] > 0)
    assert explained[sigma > 4].min() > 0.999
    assert networks["a", "by the points"][1][sigma < 1].max() < explained[sigma < 1].max()
