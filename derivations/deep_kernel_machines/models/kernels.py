"""Kernels that depend on features by their Gram matrix alone, with the slopes that gradients need."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from theory.closed_form.unchecked import unchecked

from ..kernels import arc_cosine_kernel, arc_cosine_slope, squared_exponential_kernel


class Kernel:
    """K_ij = k(G_ii, G_jj, G_ij).

    A subclass says ``entries(a, b, c)``: the values and their slopes by c, a and b, all of one shape.
    Sources: Y. Cho and L. Saul, NeurIPS 2009; A. Yang et al., ICML 2023.
    """

    def entries(self, a, b, c) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        raise NotImplementedError

    def diagonal(self, d) -> tuple[np.ndarray, np.ndarray]:
        """k(d, d, d) and its slope, for squares ``d`` (P,) of norms."""
        value, *slopes = self.entries(d, d, d)
        return value, sum(slopes)

    def __call__(self, G) -> np.ndarray:
        """The kernel (P, P) of a Gram matrix (P, P)."""
        d = np.diagonal(G)
        K = self.entries(d[:, None], d[None], G)[0]
        np.fill_diagonal(K, self.diagonal(d)[0])
        return K

    def pull_back(self, G, slope) -> np.ndarray:
        """The gradient by G (P, P), symmetric, of what has the symmetric gradient ``slope`` by K(G)."""
        d = np.diagonal(G)
        _, slope_c, slope_a, _ = self.entries(d[:, None], d[None], G)
        back = slope * slope_c
        by_square = 2 * (np.sum(slope * slope_a, axis=1) - np.diagonal(slope * slope_a))
        np.fill_diagonal(back, np.diagonal(slope) * self.diagonal(d)[1] + by_square)
        return back


def _each(form, *arguments) -> np.ndarray:
    """A closed form's values at arrays that broadcast."""
    arrays = np.broadcast_arrays(*arguments)
    return unchecked(form, "numpy", [array.ravel() for array in arrays]).reshape(arrays[0].shape)


@dataclass(frozen=True)
class Linear(Kernel):
    """K(G) = G: layers of a linear network."""

    def entries(self, a, b, c):
        return c + 0.0, np.ones_like(c), np.zeros_like(c), np.zeros_like(c)


@dataclass(frozen=True)
class SquaredExponential(Kernel):
    """exp(-(G_ii + G_jj - 2 G_ij)/2)."""

    def entries(self, a, b, c):
        value = _each(squared_exponential_kernel, a, b, c)
        return value, value, -value / 2, -value / 2


@dataclass(frozen=True)
class ArcCosine(Kernel):
    """Layers of ReLUs with weights of variance 2/N: K = a for equal points."""

    def entries(self, a, b, c):
        size = np.sqrt(a * b)
        angle = np.arccos(np.clip(c / size, -1, 1))
        value, slope = (_each(form, a, b, angle) for form in (arc_cosine_kernel, arc_cosine_slope))
        return value, 1 - angle / np.pi, slope, slope * (a / b)


@dataclass(frozen=True)
class Homogeneous(Kernel):
    """Layers of a homogeneous activation of `derivations.nngp_ntk`, normalised to K = 1 for unit vectors.

    The slope by a follows from the other two, for any degree: 2 a K_a + c K_c = degree K. ValueError for
    an activation that is not homogeneous, or of degree 0 (its slopes diverge for equal points).
    """

    activation: object

    def __post_init__(self):
        if not self.activation.degree:
            raise ValueError(f"{self.activation}: a homogeneous activation of degree 1 or more is needed")

    def entries(self, a, b, c):
        a, b, c = np.broadcast_arrays(a, b, c)
        size = np.sqrt(a * b)
        c = np.clip(c, -size, size)
        scale = self.activation.diagonal(1.0)
        value = self.activation.dual(a, b, c) / scale
        slope = self.activation.derivative_dual(a, b, c) / scale
        by_length = self.activation.degree * value - c * slope
        return value, slope, by_length / (2 * a), by_length / (2 * b)


KERNELS = {"linear": Linear(), "squared exponential": SquaredExponential(), "arc-cosine": ArcCosine()}


def kernel_of(kernel: Kernel | str) -> Kernel:
    """A kernel, or the one of that name. ValueError names those there are."""
    if isinstance(kernel, Kernel):
        return kernel
    if kernel not in KERNELS:
        raise ValueError(f"kernel = {kernel!r}: one of {', '.join(KERNELS)}, or a Kernel")
    return KERNELS[kernel]
