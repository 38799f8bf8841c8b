"""Networks as simulations: both architectures learn to denoise."""

import numpy as np
import pytest

from derivations.gaussian_score.data import digits, mnist_32

pytest.importorskip("optax")


@pytest.mark.slow
def test_a_trained_denoiser_is_nearer_to_the_clean_digits_than_the_noisy_ones_are():
    from derivations.gaussian_score.simulation.network import trained_denoiser

    X, rng = digits(), np.random.default_rng(0)
    denoise = trained_denoiser(X, steps=300)
    clean = X[:500]
    noisy = clean + 0.5 * rng.normal(size=clean.shape)
    assert np.mean((denoise(noisy, 0.5) - clean) ** 2) < 0.6 * 0.5**2


@pytest.mark.slow
def test_the_convolutional_network_moves_with_the_image():
    """Away from the margin a shifted image is denoised to the shifted result: it is made for large runs."""
    from derivations.gaussian_score.simulation.network import trained_denoiser

    image = -np.ones((1, 32, 32))
    image[0, 14:17, 13:18] = 1
    denoise = trained_denoiser(mnist_32()[:4], architecture="convolutional", steps=1, batch=4)
    here, there = (
        denoise(np.roll(image, shift, axis=(1, 2)).reshape(1, -1), 0.5).reshape(32, 32)
        for shift in ((0, 0), (2, -3))
    )
    inner = slice(8, 24)
    np.testing.assert_allclose(
        np.roll(here, (2, -3), axis=(0, 1))[inner, inner], there[inner, inner], atol=1e-5
    )


def test_padded_images_are_32_by_32_on_a_black_margin():
    images = mnist_32().reshape(-1, 32, 32)
    assert images.shape == (5000, 32, 32)
    assert np.all(images[:, :2] == -1) and images[:, 2:-2, 2:-2].max() == 1
