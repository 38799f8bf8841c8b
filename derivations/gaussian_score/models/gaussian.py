"""Gaussian data under noise: score, denoiser and everything a diffusion model makes of them, exactly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import elementwise

from derivations.score_sde.likelihood import mode_log_likelihood

from ..emergence import emergence_level
from ..posterior import mode_denoiser, mode_epsilon, mode_log_density, mode_score, mode_velocity
from ..reverse_process import mode_w2_squared, sde_conditional_variance, sde_gain, sde_variance
from ..rotation import rotation_residual
from ..teleportation import heun_evaluations, skipped_fraction
from ..trajectory import endpoint_gain, flow_gain, perturbation_gain
from . import spectrum
from .batch import Batch
from .levels import column, journey, level
from .schedule import Schedule


@dataclass(frozen=True)
class Handover:
    """Where a sampler takes over after `GaussianModel.teleport`, and what it saves.

    ``x`` (B, D) at noise level ``sigma``; of the grid's ``steps`` the first ``skipped`` are left out.
    ``evaluations`` of the denoiser are left for Heun's method, ``saved`` are not needed any more.
    """

    x: Any
    sigma: float
    steps: int
    skipped: int
    evaluations: int
    saved: int


@dataclass(frozen=True)
class Moments:
    """The law of the reverse process from given samples: means (B, D), and variances by mode.

    ``variance`` (r,) along the model's directions ``U``, ``off_manifold`` in all others; with a times
    axis in front where several levels were asked for.
    """

    mean: Any
    variance: Any
    off_manifold: Any


class GaussianModel:
    """Data x_0 ~ N(mu, Sigma), noised to x = alpha x_0 + sigma eps.

    ``GaussianModel(mu, Sigma)``, or `from_spectrum`, or `from_data`. Samples ``x`` are (B, D) arrays of
    NumPy, JAX or PyTorch (one sample may be (D,)); results are of the same library, dtype and device.
    The noise level is ``sigma`` (with ``alpha = 1``, EDM's variables), ``alpha`` and ``sigma``, or a
    time ``t`` of a ``schedule``; levels of shape (T,) put an axis of times in front, (T, B, D). A call
    costs O(D r) a sample for data of rank r. Levels that are none raise `DomainError`.
    Source: B. Wang and J. J. Vastola, TMLR 2024 (arXiv 2412.09726).
    """

    def __init__(self, mu, Sigma):
        """``mu`` (D,), ``Sigma`` (D, D). ValueError if it is not symmetric, or not positive semidefinite."""
        self.mu, self.U, self.lam = spectrum.of_covariance(mu, Sigma)

    @classmethod
    def from_spectrum(cls, mu, U, lam) -> GaussianModel:
        """From the mean (D,), orthonormal directions U (D, r) and the variances lam (r,) along them."""
        return cls._made(*spectrum.of_spectrum(mu, U, lam))

    @classmethod
    def from_data(cls, X, rank: int | None = None) -> GaussianModel:
        """The Gaussian of the mean and covariance (divided by n) of the rows of X (n, D).

        With a ``rank`` only that many leading directions vary. ValueError if it exceeds min(n, D).
        """
        return cls._made(*spectrum.of_data(X, rank))

    @classmethod
    def _made(cls, mu, U, lam) -> GaussianModel:
        model = cls.__new__(cls)
        model.mu, model.U, model.lam = mu, U, lam
        return model

    def __repr__(self) -> str:
        return f"GaussianModel(dimension {self.dimension}, rank {self.rank})"

    @property
    def dimension(self) -> int:
        return len(self.mu)

    @property
    def rank(self) -> int:
        return len(self.lam)

    @property
    def Sigma(self) -> np.ndarray:
        """The covariance (D, D)."""
        return self.U * self.lam @ self.U.T

    # at one noise level

    def score(self, x, sigma=None, *, alpha=1.0, t=None, schedule=None):
        """grad ln p(x) at the noise level."""
        return self._of_sample(mode_score, x, level(sigma, alpha, t, schedule))

    def epsilon(self, x, sigma=None, *, alpha=1.0, t=None, schedule=None):
        """The mean of the noise eps, given x."""
        return self._of_sample(mode_epsilon, x, level(sigma, alpha, t, schedule))

    def denoiser(self, x, sigma=None, *, alpha=1.0, t=None, schedule=None):
        """The mean of the data x_0, given x: the endpoint estimate of a sampler at x."""
        return self._of_sample(mode_denoiser, x, level(sigma, alpha, t, schedule), mean=1.0)

    def velocity(self, x, sigma=None, *, alpha=1.0, dalpha=0.0, dsigma=1.0, t=None, schedule=None):
        """dx/dt of the probability flow: along a schedule, or with the rates given (EDM: 0 and 1)."""
        if schedule is not None:
            dalpha, dsigma = schedule.rates(sigma if t is None else t)
        at = level(sigma, alpha, t, schedule)
        return self._of_sample(mode_velocity, x, at, dalpha, dsigma, mean=dalpha)

    def log_density(self, x, sigma=None, *, alpha=1.0, t=None, schedule=None):
        """ln p(x), in nats: (B,), or (T, B). Without noise the data must vary in every direction."""
        batch = Batch(self, x)
        alpha, sigma = map(batch.on_axis, level(sigma, alpha, t, schedule))
        y, off = batch.split(batch.x - alpha * batch.mu)
        if isinstance(sigma, float | int) and sigma == 0:
            if off is not None or not np.all(self.lam > 0):
                raise ValueError(
                    f"sigma = 0: data of rank {np.sum(self.lam > 0)} in {self.dimension} dimensions have no "
                    "density; needs sigma > 0"
                )
            parts = mode_log_likelihood(y, batch.lam, 0.0, alpha, 0.0)
            return batch.result(batch.xp.sum(parts, axis=-1), axis=-1)
        found = batch.xp.sum(mode_log_density(y, batch.lam, 0.0, alpha, sigma), axis=-1)
        if off is not None:  # one coordinate along the deviation, none in the directions across it
            length = batch.xp.sum(off**2, axis=-1, keepdims=True) ** 0.5
            along = mode_log_density(length, 0.0, 0.0, alpha, sigma)
            across = mode_log_density(0 * length, 0.0, 0.0, alpha, sigma)
            found = found + (along + (self.dimension - self.rank - 1) * across)[..., 0]
        return batch.result(found, axis=-1)

    def score_jacobian(self, sigma=None, *, alpha=1.0, t=None, schedule=None) -> np.ndarray:
        """The derivative of the score, the same at every x: (D, D), or (T, D, D)."""
        return self.score_jvp(np.eye(self.dimension), sigma, alpha=alpha, t=t, schedule=schedule)

    def denoiser_jacobian(self, sigma=None, *, alpha=1.0, t=None, schedule=None) -> np.ndarray:
        """The derivative of the denoiser: alpha/sigma^2 times the covariance of x_0 given x."""
        return self.denoiser_jvp(np.eye(self.dimension), sigma, alpha=alpha, t=t, schedule=schedule)

    def score_jvp(self, v, sigma=None, *, alpha=1.0, t=None, schedule=None):
        """The score's derivative times vectors v (B, D), in O(D r) each."""
        batch = Batch(self, v)
        return batch.result(self._of_deviation(mode_score, batch, batch.x, level(sigma, alpha, t, schedule)))

    def denoiser_jvp(self, v, sigma=None, *, alpha=1.0, t=None, schedule=None):
        """The denoiser's derivative times vectors v (B, D), in O(D r) each."""
        batch = Batch(self, v)
        return batch.result(
            self._of_deviation(mode_denoiser, batch, batch.x, level(sigma, alpha, t, schedule))
        )

    def _of_sample(self, form, x, at, *rates, mean=None):
        batch = Batch(self, x)
        deviation = batch.x - batch.on_axis(at[0]) * batch.mu
        found = self._of_deviation(form, batch, deviation, at, *rates)
        return batch.result(found if mean is None else found + batch.on_axis(mean) * batch.mu)

    def _of_deviation(self, form, batch, deviation, at, *rates):
        """A form that is linear in the deviation, in every mode and off the data's manifold."""
        values = [batch.on_axis(value) for value in (*at, *rates)]
        y, off = batch.split(deviation)
        found = form(y, batch.lam, 0.0, *values) @ batch.U.T
        return found if off is None or form is mode_denoiser else found + form(off, 0.0, 0.0, *values)

    # along the probability flow

    def probability_flow(self, x_T, sigma=None, sigma_T=None, *, t=None, schedule=None, t_start=None):
        """The exact trajectory from x_T (B, D), which is at noise level ``sigma_T`` (by default EDM's 80).

        ``sigma``: the levels it is wanted at, a number or (T,), which gives (T, B, D). Along a
        ``schedule``: the times ``t``, from ``t_start`` on (by default the noisiest). Noisier levels than
        the start's may be asked for as well.
        """
        return self._carried(flow_gain, x_T, *journey(sigma, sigma_T, t, schedule, t_start))

    def endpoint_estimate(self, x_T, sigma=None, sigma_T=None, *, t=None, schedule=None, t_start=None):
        """The denoiser's output along the exact trajectory from x_T; arguments as `probability_flow`."""
        return self._carried(endpoint_gain, x_T, *journey(sigma, sigma_T, t, schedule, t_start))

    def _carried(self, form, x_T, end, start):
        batch, estimate = Batch(self, x_T), form is endpoint_gain
        alpha, sigma = map(batch.on_axis, end)
        y, off = batch.split(batch.x - start[0] * batch.mu)
        found = (form(batch.lam, alpha, sigma, *start) * y) @ batch.U.T
        if off is not None and not estimate:
            found = found + form(0 * batch.mu[:1], alpha, sigma, *start) * off
        return batch.result(found + (batch.mu if estimate else alpha * batch.mu))

    def flow_gains(self, sigma=None, sigma_T=None, *, t=None, schedule=None, t_start=None) -> np.ndarray:
        """What the flow scales deviations from the noisy mean by, mode by mode: (r,), or (T, r)."""
        end, start = journey(sigma, sigma_T, t, schedule, t_start)
        return flow_gain(self.lam, *map(column, end), *start)

    def perturbation_gains(self, sigma=None, *, alpha=1.0, t=None, schedule=None) -> np.ndarray:
        """What is left in the final sample of a unit put in at a level: (r,), or (T, r).

        Nothing is left of a perturbation off the data's manifold.
        """
        return perturbation_gain(self.lam, *map(column, level(sigma, alpha, t, schedule)))

    def emergence_levels(self, fraction: float = np.sqrt(0.5)) -> np.ndarray:
        """The noise-to-signal ratio at which the endpoint estimate has reached a fraction of its final
        value, mode by mode: (r,). By default half of its square, at the root of the variance."""
        return emergence_level(fraction, self.lam)

    def emergence_times(self, schedule: Schedule, fraction: float = np.sqrt(0.5)) -> np.ndarray:
        """When that is along a schedule: (r,). A mode that has emerged at the noisiest time is given that."""
        angles = np.arctan(self.emergence_levels(fraction))
        first, last = np.nextafter(schedule.t_min, schedule.t_max), schedule.t_max

        def beyond(t, angle):
            alpha, sigma = schedule.levels(t)
            return np.arctan2(sigma, alpha) - angle

        found = np.full_like(angles, last)
        inside = (beyond(np.array(last), angles) > 0) & (beyond(np.array(first), angles) < 0)
        ends = (np.full(inside.sum(), first), np.full(inside.sum(), last))
        found[inside] = elementwise.find_root(beyond, ends, args=(angles[inside],)).x
        return found

    def rotation_residual(self, sigma=None, *, alpha=1.0, t=None, schedule=None):
        """The expected squared distance of the sample from the plane's ellipse, over its squared norm.

        Both about the noisy mean; the ellipse is alpha x_0 + sigma x_T with the image x_0 and the noise
        x_T the sample comes from. Never above (sqrt(2) - 1)^2.
        """
        alpha, sigma = map(column, level(sigma, alpha, t, schedule))
        off = rotation_residual(1.0, self.lam, alpha, sigma)
        spread = flow_gain(np.append(self.lam, 0.0), alpha, sigma, 0.0, 1.0) ** 2
        bare = self.dimension - self.rank
        return np.sum(off**2, -1) / (np.sum(spread[..., :-1], -1) + bare * spread[..., -1])

    def teleport(
        self, x_T, sigma_skip: float, sigma_T: float = 80.0, *, steps: int = 40, sigma_min: float = 0.002,
        rho: float = 7.0,
    ) -> Handover:  # fmt: skip
        """From noise at ``sigma_T`` to ``sigma_skip`` in one exact step, where a sampler takes over.

        Saved are the steps of EDM's grid with so many ``steps`` whose end is not below ``sigma_skip``.
        Raises DomainError unless sigma_min <= sigma_skip <= sigma_T.
        """
        share = float(skipped_fraction(sigma_skip, sigma_T, sigma_min, rho)) * (steps - 1)
        skipped = round(share) if abs(share - round(share)) < 1e-9 * steps else int(share)
        left = int(heun_evaluations(steps, skipped))
        x = self.probability_flow(x_T, sigma_skip, sigma_T)
        return Handover(x, float(sigma_skip), steps, skipped, left, int(heun_evaluations(steps)) - left)

    # with noise, and against other laws

    def reverse_sde(
        self, x_T, sigma=None, sigma_T=None, *, kappa=1.0, t=None, schedule=None, t_start=None
    ) -> Moments:
        """The law, given x_T, of dx = [f x - (1 + kappa)/2 g^2 s] dt + sqrt(kappa) g dw, run back in time.

        ``kappa`` = 0 is the probability flow, 1 the reverse of the forward process; else as
        `probability_flow`, with levels that are not noisier than the start's.
        """
        end, start = journey(sigma, sigma_T, t, schedule, t_start)
        batch, modes = Batch(self, x_T), tuple(map(column, end))
        alpha, sigma = map(batch.on_axis, end)
        y, off = batch.split(batch.x - start[0] * batch.mu)
        mean = (sde_gain(kappa, batch.lam, alpha, sigma, *start) * y) @ batch.U.T + alpha * batch.mu
        if off is not None:
            mean = mean + sde_gain(kappa, 0 * batch.mu[:1], alpha, sigma, *start) * off
        variance = sde_conditional_variance(kappa, self.lam, *modes, *start)
        elsewhere = sde_conditional_variance(kappa, 0.0, *end, *start)
        return Moments(batch.result(mean), variance, elsewhere)

    def reverse_sde_w2(self, sigma=None, sigma_T=None, *, kappa=1.0, t=None, schedule=None, t_start=None):
        """W_2 of what the reverse process makes of N(0, sigma_T^2 I) from the right law: a number, or (T,).

        Samplers start from that instead of the noisy data: this is what it costs, at any kappa.
        """
        end, start = journey(sigma, sigma_T, t, schedule, t_start)
        alpha, sigma = map(column, end)
        lam = np.append(self.lam, 0.0)
        weight = np.append(np.ones(self.rank), self.dimension - self.rank)
        mean = np.append(self.mu @ self.U, 0.0)
        mean[-1] = np.sqrt(max(self.mu @ self.mu - mean @ mean, 0.0))
        missed = -start[0] * mean * sde_gain(kappa, lam, alpha, sigma, *start)
        reached = sde_variance(kappa, start[1] ** 2, lam, alpha, sigma, *start)
        right = flow_gain(lam, alpha, sigma, 0.0, 1.0) ** 2
        apart = mode_w2_squared(0.0, reached, right)
        return np.sqrt(np.sum(weight * apart + missed**2, axis=-1))

    def w2(self, other: GaussianModel) -> float:
        """W_2 of the two laws of the data (Gelbrich 1990). Of nearly equal laws it is exact to
        half the digits only: it is the root of a difference."""
        overlap = np.sqrt(self.lam)[:, None] * (self.U.T @ other.U) * np.sqrt(other.lam)
        shared = np.linalg.svd(overlap, compute_uv=False).sum() if overlap.size else 0.0
        squared = np.sum((self.mu - other.mu) ** 2) + self.lam.sum() + other.lam.sum() - 2 * shared
        return float(np.sqrt(max(squared, 0.0)))

    def sample(self, n: int, rng: np.random.Generator, sigma=0.0, *, alpha=1.0) -> np.ndarray:
        """n draws of the noisy data, (n, D)."""
        clean = self.mu + (rng.normal(size=(n, self.rank)) * np.sqrt(self.lam)) @ self.U.T
        return alpha * clean + sigma * rng.normal(size=clean.shape)
