"""Noise schedules: signal level alpha(t) and noise level sigma(t), with their rates in time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from derivations.score_sde.kernels import vp_alpha
from theory.closed_form import DomainError

from ..schedules import (
    cosine_alpha,
    cosine_alpha_rate,
    cosine_sigma,
    cosine_sigma_rate,
    sub_vp_sigma,
    sub_vp_sigma_rate,
    ve_sigma,
    ve_sigma_rate,
    vp_alpha_rate,
    vp_sigma,
    vp_sigma_rate,
)

_CHECKED = 257
"""Times at which a schedule is checked to lose signal and gain noise."""


@dataclass(frozen=True)
class Schedule:
    """Any pair of levels: ``alpha(t)``, ``sigma(t)`` and, for velocities, ``dalpha(t)``, ``dsigma(t)``.

    Callables of an array of times in ``(t_min, t_max]``, from clean to noisy. Raises ValueError where
    a level is not finite or negative, or the ratio sigma/alpha of noise to signal does not grow: samplers
    and closed forms take the time as a measure of the noise.
    """

    alpha: Callable
    sigma: Callable
    dalpha: Callable | None = None
    dsigma: Callable | None = None
    t_min: float = 0.0
    t_max: float = 1.0
    name: str = "schedule"

    def __post_init__(self):
        if not -np.inf < self.t_min < self.t_max < np.inf:
            raise ValueError(f"{self.name}: t_min = {self.t_min}, t_max = {self.t_max}: needs t_min < t_max")
        t = self.t_min + (self.t_max - self.t_min) * np.arange(1, _CHECKED + 1) / _CHECKED
        alpha, sigma = self.levels(t)
        k = first_fall(sigma, alpha)
        if k is not None:
            raise ValueError(
                f"{self.name}: not monotone: the noise-to-signal ratio sigma/alpha does not grow from "
                f"t = {t[k]:.6g} to t = {t[k + 1]:.6g}"
            )

    def levels(self, t) -> tuple[np.ndarray, np.ndarray]:
        """(alpha, sigma) at the times t. Raises DomainError for a time out of range."""
        t = self.times(t)
        return self._values("alpha", t), self._values("sigma", t)

    def rates(self, t) -> tuple[np.ndarray, np.ndarray]:
        """Their derivatives by t. Raises ValueError where the schedule was made without them."""
        t = self.times(t)
        missing = [name for name in ("dalpha", "dsigma") if getattr(self, name) is None]
        if missing:
            raise ValueError(f"{self.name} has no {' nor '.join(missing)}: give the levels' rates in time")
        return self._values("dalpha", t), self._values("dsigma", t)

    def times(self, t) -> np.ndarray:
        """t as an array of floats, checked."""
        t = np.asarray(t, dtype=float)
        out = t[~((t >= self.t_min) & (t <= self.t_max))]
        if out.size:
            raise DomainError(
                f"{self.name}: t = {out.flat[0]:.6g} is outside its times {self.t_min} <= t <= {self.t_max}"
            )
        return t

    def _values(self, level: str, t: np.ndarray) -> np.ndarray:
        found = np.broadcast_to(np.asarray(getattr(self, level)(t), dtype=float), t.shape)
        wrong = ~np.isfinite(found)
        if level in ("alpha", "sigma"):
            wrong |= found < 0
        if np.any(wrong):
            raise ValueError(
                f"{self.name}: {level} = {found[wrong].flat[0]:.6g} at t = {t[wrong].flat[0]:.6g}, needs a "
                f"finite number{' not below 0' if level in ('alpha', 'sigma') else ''}"
            )
        return found


def edm(sigma_max: float = 80.0) -> Schedule:
    """EDM's variables: no loss of signal, and the noise level as time, up to ``sigma_max``."""
    one, zero = np.ones_like, np.zeros_like
    return Schedule(one, lambda t: t, zero, one, 0.0, sigma_max, "edm")


def first_fall(above, below) -> int | None:
    """The first place k from which to k + 1 the ratio above/below of two levels does not grow, or None."""
    # the angle grows with the ratio, and stays finite where the level below is 0
    falls = np.flatnonzero(np.diff(np.arctan2(above, below)) <= 0)
    return falls[0] if len(falls) else None


def flow_matching() -> Schedule:
    """The straight path from data (t = 0) to noise (t = 1)."""
    return Schedule(
        lambda t: 1 - t, lambda t: t, lambda t: -np.ones_like(t), np.ones_like, name="flow matching"
    )


def ve(sigma_min: float = 0.01, sigma_max: float = 50.0) -> Schedule:
    """Variance exploding, with a geometric noise level that starts at 0 (Song et al., 2021)."""
    law = (sigma_min, sigma_max)
    return Schedule(
        np.ones_like, _from_zero(ve_sigma, *law), np.zeros_like, lambda t: ve_sigma_rate(t, *law), name="VE"
    )


def vp_linear(beta_min: float = 0.1, beta_max: float = 20.0) -> Schedule:
    """Variance preserving, with a noise rate that grows linearly in time (Song et al., 2021)."""
    law = (beta_min, beta_max)
    return Schedule(
        lambda t: vp_alpha(t, *law), _from_zero(vp_sigma, *law),
        lambda t: vp_alpha_rate(t, *law), lambda t: vp_sigma_rate(t, *law), name="VP, linear",
    )  # fmt: skip


def sub_vp(beta_min: float = 0.1, beta_max: float = 20.0) -> Schedule:
    """Sub-variance preserving, with the same noise rate (Song et al., 2021)."""
    law = (beta_min, beta_max)
    return Schedule(
        lambda t: vp_alpha(t, *law), _from_zero(sub_vp_sigma, *law),
        lambda t: vp_alpha_rate(t, *law), lambda t: sub_vp_sigma_rate(t, *law), name="sub-VP",
    )  # fmt: skip


def vp_cosine(offset: float = 0.008) -> Schedule:
    """Variance preserving, with the cosine signal level (Nichol and Dhariwal, 2021)."""
    return Schedule(
        lambda t: cosine_alpha(t, offset), _from_zero(cosine_sigma, offset),
        lambda t: cosine_alpha_rate(t, offset), lambda t: cosine_sigma_rate(t, offset), name="VP, cosine",
    )  # fmt: skip


def ddpm(betas=None) -> Schedule:
    """The discrete schedule of DDPM: ``betas`` (N,), by default 1,000 from 1e-4 to 0.02 (Ho et al., 2020).

    Times are 0, 1, ..., N - 1: after the first step, ..., after the last. There are no rates in time.
    Raises ValueError where a beta is not between 0 and 1.
    """
    betas = np.linspace(1e-4, 0.02, 1000) if betas is None else np.asarray(betas, dtype=float)
    if betas.ndim != 1 or len(betas) < 2 or not np.all((betas > 0) & (betas < 1)):
        raise ValueError(f"betas: needs at least two numbers between 0 and 1, not {betas}")
    log_alpha2 = np.cumsum(np.log1p(-betas))

    def index(t):
        steps = np.rint(t).astype(int)
        if np.any(steps != t):
            raise DomainError(f"ddpm: t = {t[steps != t].flat[0]:.6g} is outside its times 0, 1, 2, ...")
        return steps

    return Discrete(
        lambda t: np.exp(log_alpha2[index(t)] / 2),
        lambda t: np.sqrt(-np.expm1(log_alpha2[index(t)])),
        t_max=float(len(betas) - 1),
        name="ddpm",
    )


class Discrete(Schedule):
    """A schedule that has whole numbers as times; it loses signal in every step by construction."""

    def __post_init__(self):
        pass


def _from_zero(form: Callable, *law) -> Callable:
    """A noise level that is 0 at t = 0, where its closed form has no rate."""

    def level(t):
        return np.where(t > 0, form(np.where(t > 0, t, 1.0), *law), 0.0)

    return level
