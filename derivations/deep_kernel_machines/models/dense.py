"""The representations of a deep kernel machine by optimisation, for any kernel of Gram matrices."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.optimize import minimize

from . import checks
from .kernels import Kernel, kernel_of


def divergence(G, K) -> float:
    """D(G || K) of normal laws of covariances (P, P)."""
    T = np.linalg.solve(K, G)
    return (np.trace(T) - len(G) - np.linalg.slogdet(T)[1]) / 2


@dataclass(frozen=True)
class Problem:
    """The objective of given inputs and outputs: ``G_0`` (P, P), ``S`` (P, P), ``nu`` (L + 1,)."""

    G_0: np.ndarray
    S: np.ndarray
    nu: np.ndarray
    kernel: Kernel
    first: Kernel
    sigma2: float

    def value(self, grams) -> float:
        """The objective at the Gram matrices of the hidden layers, (L, P, P)."""
        found, K = 0.0, self.first(self.G_0)
        for width, G in zip(self.nu, grams, strict=False):
            found -= width * divergence(G, K)
            K = self.kernel(G)
        C = K + self.sigma2 * np.eye(len(K))
        return found - self.nu[-1] / 2 * (np.linalg.slogdet(C)[1] + np.trace(np.linalg.solve(C, self.S)))

    def gradient(self, grams) -> np.ndarray:
        """The gradient by the Gram matrices, (L, P, P), each symmetric."""
        one = np.eye(len(self.G_0))
        kernels = [self.first(self.G_0), *map(self.kernel, grams)]
        inverses = [cho_solve(cho_factor(K + (k == len(grams)) * self.sigma2 * one), one)
                    for k, K in enumerate(kernels)]  # fmt: skip
        found = []
        for k, G in enumerate(grams):
            own = self.nu[k] / 2 * (cho_solve(cho_factor(G), one) - inverses[k])
            after = inverses[k + 1]
            seen = self.S if k + 1 == len(grams) else grams[k + 1]
            slope = self.nu[k + 1] / 2 * (after @ seen @ after - after)
            found.append(own + self.kernel.pull_back(G, slope))
        return np.array(found)


@dataclass(frozen=True)
class Representations:
    """What `optimise` found: ``grams`` (L, P, P) of the hidden layers, the ``objective`` there, the largest
    entry of its ``gradient``, and the ``kernel`` (P, P) with which the outputs are regressed."""

    grams: np.ndarray
    objective: float
    gradient: float
    kernel: np.ndarray


def optimise(
    G_0, outputs=None, *, S=None, nu=(1.0, 1.0), kernel: Kernel | str = "linear", sigma2: float = 0.1,
    first: Kernel | str | None = None, start=None, tolerance: float = 1e-9,
) -> Representations:  # fmt: skip
    """The Gram matrices of all hidden layers that maximise the objective, by L-BFGS on Cholesky factors.

    ``G_0`` (P, P) of the inputs; ``outputs`` (P, C), or their second moment ``S`` (P, P); ``nu`` (L + 1,)
    relative widths of the hidden layers and the outputs; ``sigma2`` the variance of the noise, 0 only for
    an S of full rank. ``first``: the kernel of the first layer, if it is another than that of the others
    ("linear": G_0 is the covariance of the first features). ``start`` (L, P, P): other matrices to start
    from than those of no outputs. ``tolerance`` on the gradient. ValueError for inputs that are not of
    that kind; RuntimeError if the search ends elsewhere than at a maximum. Source: A. Yang et al., ICML 2023.
    """
    G_0, nu = checks.gram("G_0", G_0, definite=False), checks.widths(nu)
    kernel = kernel_of(kernel)
    first = kernel if first is None else kernel_of(first)
    sigma2 = checks.positive("sigma2", sigma2, "variance of the noise of the outputs", zero=True)
    if (outputs is None) == (S is None):
        raise ValueError("outputs or their second moment S: give one of the two")
    if S is None:
        Y = checks.matrix("outputs", outputs, len(G_0))
        S = Y @ Y.T / Y.shape[1]
    S = checks.gram("S", S, len(G_0), definite=sigma2 == 0)
    problem = Problem(G_0, S, nu, kernel, first, sigma2)
    factors = np.array([np.linalg.cholesky(K) for K in _prior(problem)])
    point = np.zeros((len(nu) - 1, len(G_0), len(G_0)))
    if start is not None:
        wanted = [checks.gram("start", G, len(G_0)) for G in np.asarray(start, dtype=float)]
        point = np.array([_logarithm(np.linalg.solve(f, np.linalg.cholesky(G)))
                          for f, G in zip(factors, wanted, strict=True)])  # fmt: skip

    def loss(x):
        R = _exponential(x.reshape(point.shape))
        L = factors @ R
        grams = L @ L.transpose(0, 2, 1)
        slope = 2 * factors.transpose(0, 2, 1) @ problem.gradient(grams) @ L
        on_diagonal = np.einsum("lii,lii->li", slope, R)
        slope = np.tril(slope, -1)
        slope[:, range(len(G_0)), range(len(G_0))] = on_diagonal
        return -problem.value(grams), -slope.ravel()

    options = {"maxiter": 5000, "maxfun": 20_000, "gtol": tolerance, "ftol": 0.0, "maxcor": 30, "maxls": 60}
    found = minimize(loss, point.ravel(), jac=True, method="L-BFGS-B", options=options)
    L = factors @ _exponential(found.x.reshape(point.shape))
    grams = L @ L.transpose(0, 2, 1)
    left = float(np.abs(found.jac).max())
    if not left < 1e-4 * max(1.0, abs(found.fun)):
        raise RuntimeError(f"no maximum found: a gradient of {left:.3g} is left ({found.message})")
    return Representations(grams, -float(found.fun), left, kernel(grams[-1]))


def _prior(problem: Problem) -> list[np.ndarray]:
    """The Gram matrices of wide layers that learn nothing: those of the NNGP."""
    grams = [problem.G_0]
    for layer in range(len(problem.nu) - 1):
        K = (problem.kernel if layer else problem.first)(grams[-1])
        least = np.linalg.eigvalsh(K)[0]
        if least <= len(K) * np.finfo(float).eps * np.abs(K).max():
            raise ValueError(f"the kernel of G_0 is nearly singular (least eigenvalue {least:.3g}): "
                             "equal inputs?")  # fmt: skip
        grams.append(K)
    return grams[1:]


def _exponential(x):
    """Lower triangles, with the exponential of the diagonals."""
    R = np.tril(x, -1)
    rows = range(x.shape[-1])
    R[..., rows, rows] = np.exp(x[..., rows, rows])
    return R


def _logarithm(R):
    x = np.tril(R, -1)
    np.fill_diagonal(x, np.log(np.diagonal(R)))
    return x
