"""Ensembles of wide networks in training: mean and covariance at any time, and the NNGP posterior."""

from __future__ import annotations

from functools import cached_property, partial
from typing import Literal, NamedTuple

import numpy as np
import scipy.linalg

from ..descent import descent_gain, largest_learning_rate
from ..dynamics import ensemble_covariance
from ..gains import mode_learning_time, residual_share, training_gain
from ..posterior import posterior_covariance
from ..principal_components import component_loss

LOSSES = ("sum", "mean")
BLOCK = 512
"""Points whose variances are taken at once, from one block of the covariance."""


class Prediction(NamedTuple):
    """A Gaussian process at the test points: mean (S,) or (S, C), with an axis of times in front where times
    were an array; variance of each point (S,)."""

    mean: np.ndarray
    variance: np.ndarray

    @property
    def deviation(self) -> np.ndarray:
        """The standard deviation at each point."""
        return np.sqrt(self.variance)


class Ensemble:
    """Networks of infinite width that differ in their initialisation, trained on the same data.

    Kernels are arrays: of the P training points ``K_XX`` and ``Theta_XX`` (P, P), from these to S test points
    ``K_SX`` and ``Theta_SX`` (S, P), and ``K_SS`` (S, S), or its diagonal (S,) where variances are enough.
    ``y`` are the targets (P,), or (P, C) for C outputs, which are independent. K is the NNGP kernel,
    Theta the tangent kernel of what is trained: all layers, or K itself for the last alone.

    Training is gradient flow at ``learning_rate`` on half the squared error, the ``loss`` being its "sum" or
    "mean" over the points; ``ridge`` pulls the parameters to where they started. Times t are numbers or
    arrays, of any shape, and may be infinite. All that depends on time costs one eigendecomposition of
    Theta_XX, made when first needed.

    ValueError names the kernel for shapes that do not match, NaN, an asymmetric or an indefinite matrix.
    Sources: A. Jacot et al., NeurIPS 2018; J. Lee et al., NeurIPS 2019 (arXiv 1902.06720).
    """

    def __init__(
        self, K_XX, K_SX, K_SS, Theta_XX, Theta_SX, y, *, learning_rate: float = 1.0, ridge: float = 0.0,
        loss: Literal["sum", "mean"] = "sum",
    ):  # fmt: skip
        given = dict(K_XX=K_XX, K_SX=K_SX, K_SS=K_SS, Theta_XX=Theta_XX, Theta_SX=Theta_SX, y=y)
        arrays = {name: _finite(name, value) for name, value in given.items()}
        if arrays["y"].ndim not in (1, 2):
            raise ValueError(f"y has shape {arrays['y'].shape}: targets are (P,) or (P, C)")
        P, S = len(arrays["y"]), len(arrays["K_SX"]) if arrays["K_SX"].ndim else 0
        shapes = {"K_XX": (P, P), "Theta_XX": (P, P), "K_SX": (S, P), "Theta_SX": (S, P)}
        for name, shape in shapes.items():
            if arrays[name].shape != shape:
                raise ValueError(f"{name} has shape {arrays[name].shape}; with {P} targets it is {shape}")
        if arrays["K_SS"].shape not in ((S, S), (S,)):
            raise ValueError(
                f"K_SS has shape {arrays['K_SS'].shape}; it is ({S}, {S}), or its diagonal ({S},)"
            )
        for name in ("K_XX", "Theta_XX"):
            _check_symmetric(name, arrays[name])
        for name, value, least in (("learning_rate", learning_rate, "> 0"), ("ridge", ridge, ">= 0")):
            if not (np.isfinite(value) and (value > 0 or (value == 0 and least == ">= 0"))):
                raise ValueError(f"{name} = {value!r}: a finite number {least}")
        if loss not in LOSSES:
            raise ValueError(f"loss = {loss!r}: one of {', '.join(LOSSES)}")
        self.__dict__.update(arrays)
        self.learning_rate, self.ridge, self.loss = float(learning_rate), float(ridge), loss

    def __repr__(self) -> str:
        return f"Ensemble({self.points} training points, {len(self.K_SX)} test points)"

    @property
    def points(self) -> int:
        """The number of training points."""
        return len(self.y)

    @property
    def rate(self) -> float:
        """The learning rate on the sum of the points' losses."""
        return self.learning_rate / (self.points if self.loss == "mean" else 1)

    # the modes

    @cached_property
    def _modes(self) -> tuple[np.ndarray, np.ndarray]:
        return _eigensystem("Theta_XX", self.Theta_XX)

    @property
    def eigenvalues(self) -> np.ndarray:
        """Eigenvalues of Theta_XX, (P,), the largest first; those below rounding are 0."""
        return self._modes[0]

    @property
    def components(self) -> np.ndarray:
        """Its eigenvectors, one a column: the kernel principal components (P, P)."""
        return self._modes[1]

    @property
    def stability_limit(self) -> float:
        """The learning rate below which gradient descent does not diverge."""
        scale = self.points if self.loss == "mean" else 1
        return float(largest_learning_rate(self.eigenvalues[0] + self.ridge)) * scale

    def learning_times(self, share: float = np.exp(-1)) -> np.ndarray:
        """When the residual along each principal component has fallen to ``share``: (P,), infinite for those
        without eigenvalue."""
        times = np.full(self.points, np.inf)
        learned = self.eigenvalues > 0
        times[learned] = mode_learning_time(share, self.eigenvalues[learned], self.rate)
        return times

    def component_losses(self, t) -> np.ndarray:
        """The mean square over the ensemble of the residual along each component: (..., P), or (..., P, C).

        Without ridge. Summed over components, the expected squared error on the training points.
        """
        self._without_ridge("component_losses")
        lam, V = self._modes
        kappa = np.maximum(np.einsum("pi,pq,qi->i", V, self.K_XX, V), 0.0)
        targets = V.T @ self.y
        if targets.ndim == 2:
            lam, kappa = lam[:, None], kappa[:, None]
        times = _times(t)[(..., *(None,) * targets.ndim)]
        ever = np.isinf(times)
        kept = component_loss(np.where(ever, 0.0, times), lam, self.rate, targets, kappa)
        return np.where(ever & (lam > 0), 0.0, kept)

    # gradient flow

    def mean(self, t) -> np.ndarray:
        """The mean over the ensemble at the test points, at times t: (..., S), or (..., S, C)."""
        return self._applied(self._gains(t))

    def covariance(self, t, s=None) -> np.ndarray:
        """The covariance between test points, of the networks at times s (by default t) and t: (..., S, S).

        Times t and s broadcast against each other. Needs the whole K_SS.
        """
        late = self._maps(self._gains(t))
        early = late if s is None else self._maps(self._gains(s))
        return self._between(early, late, symmetric=s is None)

    def variance(self, t) -> np.ndarray:
        """The variance at each test point at times t: (..., S)."""
        return self._spread(self._gains(t))

    def predict(self, t=np.inf) -> Prediction:
        """Mean and variance at the test points at times t, by default after training."""
        gains = self._gains(t)
        return Prediction(self._applied(gains), self._spread(gains))

    def training_mean(self, t) -> np.ndarray:
        """The mean at the training points: (..., P), or (..., P, C)."""
        V = self.components
        return _along(self.eigenvalues * self._gains(t), V.T @ self.y, V)

    def training_covariance(self, t, s=None) -> np.ndarray:
        """The covariance between training points, at times s (by default t) and t: (..., P, P).

        What is left of the NNGP kernel: exact where training has left almost nothing.
        """
        V = self.components
        late = self._left(t)
        early = late if s is None else self._left(s)
        inside = V.T @ self.K_XX @ V
        return V @ (early[..., :, None] * inside * late[..., None, :]) @ V.T

    # gradient descent

    def gradient_descent(self, steps, learning_rate: float | None = None) -> Prediction:
        """Mean and variance after whole numbers of ``steps`` (an array puts an axis in front).

        ValueError for a learning rate at which the largest eigenvalue's mode would not be stable.
        """
        rate = self.learning_rate if learning_rate is None else float(learning_rate)
        limit = self.stability_limit
        if not 0 < rate < limit:
            raise ValueError(
                f"learning_rate = {rate:g}: gradient descent is stable from 0 up to 2/{2 / limit:.6g} = "
                f"{limit:.6g}, which the largest eigenvalue of Theta_XX sets"
            )
        scaled = rate / (self.points if self.loss == "mean" else 1)
        steps = np.asarray(steps)
        gains = descent_gain(steps[..., None].astype(float), self._pulled, scaled)
        return Prediction(self._applied(gains), self._spread(gains))

    # other ends of training

    def posterior(self, noise: float = 0.0) -> Prediction:
        """The NNGP posterior, given targets with a noise of variance ``noise``.

        Without noise: where an ensemble ends of which only the last layer is trained, whatever the tangent
        kernel here. ValueError where K_XX and the noise together are singular.
        """
        C = self._regression(noise)
        return Prediction(C @ self.y, self._by_blocks(lambda rows: self._posterior(C, rows)))

    def posterior_covariance(self, noise: float = 0.0) -> np.ndarray:
        """The covariance of `posterior` between the test points: (S, S)."""
        self._whole("posterior_covariance")
        return _symmetrised(self._posterior(self._regression(noise), slice(None)))

    def _regression(self, noise) -> np.ndarray:
        """What the posterior makes of the targets: (S, P)."""
        if not (np.isfinite(noise) and noise >= 0):
            raise ValueError(f"noise = {noise!r}: a variance, a finite number >= 0")
        kappa, U = self._nngp_modes
        _check_solvable("K_XX", kappa, noise)
        return (self.K_SX @ U / (kappa + noise)) @ U.T

    def _posterior(self, C, rows):
        parts = dict(K_SS=self._own(rows), C=C[rows], K_SX=self.K_SX[rows])
        return posterior_covariance.value(np, **parts)

    @cached_property
    def _nngp_modes(self) -> tuple[np.ndarray, np.ndarray]:
        return _eigensystem("K_XX", self.K_XX)

    # what all of these are made of

    @property
    def _pulled(self) -> np.ndarray:
        return self.eigenvalues + self.ridge

    def _gains(self, t) -> np.ndarray:
        """The gains of the modes at times t: (..., P)."""
        times = _times(t)
        if np.isinf(times).any():
            _check_solvable("Theta_XX", self.eigenvalues, self.ridge)
        return training_gain(times[..., None], self._pulled, self.rate)

    def _left(self, t) -> np.ndarray:
        """What is left of the residual along each component: (..., P)."""
        times = _times(t)[..., None]
        ever = np.isinf(times)
        left = residual_share(np.where(ever, 0.0, times), self._pulled, self.rate)
        return np.where(ever, 0.0, left) + (self.ridge * self._gains(t) if self.ridge else 0.0)

    @cached_property
    def _seen(self) -> np.ndarray:
        """Theta_SX in the eigenbasis: (S, P)."""
        return self.Theta_SX @ self.components

    def _maps(self, gains) -> np.ndarray:
        """What the networks make of the residual at the start: (..., S, P)."""
        return (self._seen * gains[..., None, :]) @ self.components.T

    def _applied(self, gains) -> np.ndarray:
        return _along(gains, self.components.T @ self.y, self._seen)

    def _between(self, early, late, *, symmetric) -> np.ndarray:
        self._whole("covariance")
        own = dict(K_SS=self.K_SS, K_SX=self.K_SX, K_XX=self.K_XX)
        early, late = np.broadcast_arrays(early, late)
        found = np.empty((*late.shape[:-1], late.shape[-2]))
        for k in np.ndindex(late.shape[:-2]):
            found[k] = ensemble_covariance.value(np, **own, A_s=early[k], A=late[k])
        return _symmetrised(found) if symmetric else found

    def _spread(self, gains) -> np.ndarray:
        def of(gains, rows):
            A = (self._seen[rows] * gains) @ self.components.T
            own = dict(K_SS=self._own(rows), K_SX=self.K_SX[rows], K_XX=self.K_XX)
            return ensemble_covariance.value(np, **own, A_s=A, A=A)

        every = gains.reshape(-1, self.points)
        found = [self._by_blocks(partial(of, one)) for one in every]
        return np.reshape(found, (*gains.shape[:-1], len(self.K_SX)))

    def _by_blocks(self, covariance) -> np.ndarray:
        """The diagonal of a covariance, from blocks along it; rounding may leave no variance below 0."""
        starts = range(0, len(self.K_SX), BLOCK)
        blocks = [np.diagonal(covariance(slice(k, k + BLOCK))) for k in starts]
        return np.maximum(np.concatenate(blocks) if blocks else np.zeros(0), 0.0)

    def _own(self, rows) -> np.ndarray:
        """The block of K_SS on its diagonal; where only that is known, the rest as 0."""
        return np.diag(self.K_SS[rows]) if self.K_SS.ndim == 1 else self.K_SS[rows, rows]

    def _whole(self, method) -> None:
        if self.K_SS.ndim == 1:
            raise ValueError(f"K_SS is a diagonal; {method} needs all of it, ({len(self.K_SX)},) squared")

    def _without_ridge(self, method) -> None:
        if self.ridge:
            raise ValueError(f"ridge = {self.ridge:g}: {method} is for training without it")


def _along(weights, coordinates, basis) -> np.ndarray:
    """A sum of the basis's columns with weighted coordinates: (..., rows), or (..., rows, C)."""
    if coordinates.ndim == 1:
        return (weights * coordinates) @ basis.T
    return basis @ (weights[..., None] * coordinates)


def _times(t) -> np.ndarray:
    times = np.asarray(t, dtype=float)
    if not np.all(times >= 0):
        raise ValueError("t: times are 0 or later (infinity for the end of training)")
    return times


def _finite(name, value) -> np.ndarray:
    array = np.asarray(value, dtype=float)
    lost = int(np.sum(~np.isfinite(array)))
    if lost:
        raise ValueError(f"{name} holds {lost} values that are NaN or infinite")
    return array


def _check_symmetric(name, matrix) -> None:
    apart = np.abs(matrix - matrix.T).max(initial=0.0)
    if apart > 1e-6 * np.abs(matrix).max(initial=0.0):  # float32 kernels differ by some 1e-7
        raise ValueError(f"{name} is not symmetric: entries differ by up to {apart:.3g}")


def _rounding(eigenvalues) -> float:
    """What eigenvalues of 0 come out as."""
    return len(eigenvalues) * np.finfo(float).eps * float(np.max(np.abs(eigenvalues), initial=0.0))


def _eigensystem(name, matrix) -> tuple[np.ndarray, np.ndarray]:
    """Eigenvalues, largest first, and eigenvectors of a positive semidefinite matrix."""
    values, vectors = scipy.linalg.eigh((matrix + matrix.T) / 2)
    small = _rounding(values)
    if len(values) and values[0] < -small:
        raise ValueError(
            f"{name} is not positive semidefinite: its smallest eigenvalue is {values[0]:.3g}, its largest "
            f"{values[-1]:.3g}; add a jitter to its diagonal, such as {name} + {_jitter(values):.1e} * I"
        )
    values = np.where(values <= small, 0.0, values)
    return values[::-1], vectors[:, ::-1]


def _jitter(values) -> float:
    return 2 * max(-float(np.min(values)), 10 * _rounding(values))


def _check_solvable(name, eigenvalues, added) -> None:
    """Eigenvalues, largest first, of a matrix to be inverted with something added to its diagonal."""
    if len(eigenvalues) and eigenvalues[-1] + added <= 0:
        raise ValueError(
            f"{name} is singular to rounding: its smallest eigenvalue is {eigenvalues[-1]:.3g}, its largest "
            f"{eigenvalues[0]:.3g}; add a jitter to its diagonal, such as {name} + "
            f"{_jitter(eigenvalues):.1e} * I, or a noise or ridge"
        )


def _symmetrised(matrix) -> np.ndarray:
    return (matrix + np.swapaxes(matrix, -1, -2)) / 2
