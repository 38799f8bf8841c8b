"""Regression and classification by the kernels of infinitely wide networks."""

from __future__ import annotations

from typing import Literal

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve, eigvalsh

from .stream import solve


class KernelRegression:
    """A network of infinite width, trained to the end: the mean of its predictions.

    ``kernel``: "ntk" for gradient descent on all parameters, "nngp" for the Bayesian network (or only the
    last layer trained). ``ridge`` >= 0 adds to the diagonal: the noise variance, in units of the mean of
    the kernel's diagonal. Targets are (n,) or (n, outputs); `classify` takes labels.
    Sources: A. Jacot et al., NeurIPS 2018; J. Lee et al., ICLR 2018.
    """

    def __init__(self, network, kernel: Literal["nngp", "ntk"] = "ntk", ridge: float = 0.0):
        if kernel not in ("nngp", "ntk"):
            raise ValueError(f"kernel = {kernel!r}: nngp or ntk")
        if not (isinstance(ridge, int | float) and 0 <= ridge < float("inf")):
            raise ValueError(f"ridge = {ridge!r}: a finite number >= 0, in units of the kernel's mean diagonal")
        self.network, self.kernel, self.ridge = network, kernel, ridge

    def fit(self, X, y, *, matrix_free: bool = False, tolerance: float = 1e-6, progress=None) -> KernelRegression:
        """Solves for the training set. ``matrix_free``: by conjugate gradients to the ``tolerance``, in the
        memory of one tile (needs a ridge). ValueError for a kernel that is not positive definite."""
        self.X, Y = X, np.asarray(y, dtype=float)
        if Y.shape[0] != len(X) or not np.all(np.isfinite(Y)):
            raise ValueError(f"y has shape {Y.shape}: finite targets, one row for each of the {len(X)} inputs")
        of = getattr(self.network, self.kernel)
        if matrix_free:
            some = X[:: max(1, len(X) // 256)]
            scale = float(np.mean([of(x[None])[0, 0] for x in some]))
            if self.ridge == 0:
                raise ValueError("ridge = 0.0: conjugate gradients need a ridge > 0")
            self.weights = solve(
                self.network, X, Y, ridge=self.ridge * scale, kernel=self.kernel,
                tolerance=tolerance, progress=progress,
            )  # fmt: skip
            return self
        K = np.asarray(of(X), dtype=float)
        scale = float(np.mean(np.diag(K)))
        K[np.diag_indices_from(K)] += self.ridge * scale
        try:
            self.weights = cho_solve(cho_factor(K, lower=True), Y)
        except LinAlgError:
            least = float(eigvalsh(K, subset_by_index=[0, 0])[0])
            raise ValueError(
                f"the {self.kernel} kernel of these inputs is not positive definite: least eigenvalue "
                f"{least:.3g}, mean diagonal {scale:.3g}. Equal or parallel inputs? A ridge of "
                f"{max(-2 * least / scale, 1e-10):.1e} would do"
            ) from None
        return self

    def predict(self, X) -> np.ndarray:
        """The mean prediction at X, (n,) or (n, outputs)."""
        if not hasattr(self, "weights"):
            raise ValueError("predict: nothing fitted yet")
        found = [
            getattr(self.network, self.kernel)(X[i : i + 1024], self.X) @ self.weights
            for i in range(0, len(X), 1024)
        ]
        return np.concatenate(found)

    def classify(self, X, labels, X_new) -> np.ndarray:
        """Labels of X_new: fits one output per class, 1 - 1/classes for it and -1/classes for the others."""
        classes, index = np.unique(labels, return_inverse=True)
        self.fit(X, np.eye(len(classes))[index] - 1 / len(classes))
        return classes[np.argmax(self.predict(X_new), axis=1)]
