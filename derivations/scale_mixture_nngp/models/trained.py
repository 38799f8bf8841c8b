"""Ensembles of networks trained by gradient flow, each with a scale of its own (R5)."""

from __future__ import annotations

import numpy as np

from .kernels import Factor, array
from .process import ScaleMixture
from .scale import ScaleLaw


class TrainedEnsemble:
    """Networks with kernel s K and tangent kernel s Theta, trained on data ``y`` (n,) at a rate.

    ``K_XX``, ``Theta_XX`` (n, n); ``K_XS``, ``Theta_XS`` (n, k); ``K_SS`` (k, k). Without ``Theta`` only the
    last layer is trained, whose tangent kernel is K. Times count learning rate times steps.
    """

    def __init__(self, K_XX, K_XS, K_SS, y, prior: ScaleLaw, Theta_XX=None, Theta_XS=None):
        if (Theta_XX is None) != (Theta_XS is None):
            raise ValueError("TrainedEnsemble: give Theta_XX and Theta_XS, or neither")
        self.K_XX = array("K_XX", K_XX)
        n = len(self.K_XX)
        self.K_XX = array("K_XX", K_XX, (n, n))
        self.K_XS = array("K_XS", K_XS, (n, None))
        k = self.K_XS.shape[1]
        self.K_SS, self.y, self.prior = array("K_SS", K_SS, (k, k)), array("y", y, (n,)), prior
        Theta = self.K_XX if Theta_XX is None else array("Theta_XX", Theta_XX, (n, n))
        column = self.K_XS if Theta_XS is None else array("Theta_XS", Theta_XS, (n, k))
        Factor(Theta, "Theta_XX")
        self.lam, self.V = np.linalg.eigh(Theta)
        self._rows = column.T @ self.V / self.lam  # (k, n): A in the eigenbasis
        self._targets = self.V.T @ self.y

    def end(self) -> ScaleMixture:
        """The ensemble when training is over: Student-t with the prior's degrees of freedom for an
        inverse-gamma scale."""
        A = self._rows @ self.V.T
        shape = self.K_SS + A @ self.K_XX @ A.T - A @ self.K_XS - self.K_XS.T @ A.T
        return ScaleMixture(A @ self.y, (shape + shape.T) / 2, self.prior)

    def mean(self, t) -> np.ndarray:
        """The mean at the test points at time ``t`` (a number): (k,). A mode's error falls as E exp(-z s)."""
        return self._rows @ ((1 - self._error(t)) * self._targets)

    def train_mean(self, t) -> np.ndarray:
        """The mean at the data: (n,)."""
        return self.y - self.V @ (self._error(t) * self._targets)

    def variance(self, t) -> np.ndarray:
        """The variance at the test points at time ``t``, over starts and scales: (k,)."""
        z, law = self.lam * float(t), self.prior
        both = z[:, None] + z
        M, M_both = law.laplace(z), law.laplace(both)
        first, s_both = law.laplace_weighted(z), law.laplace_weighted(both)
        s_0 = law.mean
        kernel, columns = self.V.T @ self.K_XX @ self.V, self.V.T @ self.K_XS
        # of f_0(*) - A (1 - e) f_0(X), with e_i = exp(-z_i s)
        start = s_0 * np.diagonal(self.K_SS) - 2 * np.einsum("ki,ik->k", self._rows * (s_0 - first), columns)
        inner = (s_0 - first[:, None] - first + s_both) * kernel
        start = start + np.einsum("ki,ij,kj->k", self._rows, inner, self._rows)
        # of A (1 - e) y, whose mean depends on s
        pulled = self._rows * self._targets
        return start + np.einsum("ki,ij,kj->k", pulled, M_both - M[:, None] * M, pulled)

    def loss(self, t) -> float:
        """The mean square error of a network on the data at time ``t``, over the ensemble."""
        z = 2 * self.lam * float(t)
        start = np.diagonal(self.V.T @ self.K_XX @ self.V)
        return float(
            np.mean(self._targets**2 * self.prior.laplace(z) + start * self.prior.laplace_weighted(z))
        )

    def _error(self, t):
        if not (np.ndim(t) == 0 and t >= 0):
            raise ValueError(f"t = {t!r}: a training time, a number >= 0")
        return self.prior.laplace(self.lam * float(t))
