"""Levels of an interpolant x_t = alpha x_0 + beta x_1 + gamma z, with their rates in time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from theory.closed_form import DomainError

from ..schedules import (
    bridge_gamma,
    bridge_gamma_rate_product,
    encoding_alpha,
    encoding_alpha_rate,
    encoding_gamma,
    encoding_gamma_rate_product,
    trigonometric_alpha,
    trigonometric_alpha_rate,
    trigonometric_beta,
    trigonometric_beta_rate,
)

_CHECKED = np.linspace(0, 1, 257)
_AT_ENDS = 1e-12
"""How closely the ends are met: cos(pi/2) is 6e-17."""


@dataclass(frozen=True)
class Interpolant:
    """Levels ``alpha(t)``, ``beta(t)``, ``gamma(t)`` and their rates: callables of times in [0, 1].

    ``gdg(t)`` is gamma times its rate, finite at the ends where the rate of gamma may not be. ``breaks``
    are times at which a rate jumps. Raises ValueError where a level is negative or not finite, or the
    ends are not those of an interpolant: alpha = 1, beta = gamma = 0 at t = 0, and beta = 1, alpha =
    gamma = 0 at t = 1.
    """

    alpha: Callable
    beta: Callable
    gamma: Callable
    dalpha: Callable
    dbeta: Callable
    gdg: Callable
    name: str = "interpolant"
    breaks: tuple[float, ...] = ()

    def __post_init__(self):
        ends = np.array(self.levels([0.0, 1.0])).T
        for t, found, needed in zip((0, 1), ends, ((1, 0, 0), (0, 1, 0)), strict=True):
            if np.max(np.abs(found - needed)) > _AT_ENDS:
                raise ValueError(
                    f"{self.name}: (alpha, beta, gamma) = {tuple(float(f) for f in found)} at t = {t}, "
                    f"needs {needed}"
                )
        self.levels(_CHECKED), self.rates(_CHECKED)

    def levels(self, t) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """(alpha, beta, gamma) at the times t. Raises DomainError for a time outside [0, 1]."""
        t = self.times(t)
        return tuple(self._values(name, t) for name in ("alpha", "beta", "gamma"))

    def rates(self, t) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The rates of alpha and beta, and gamma times its rate."""
        t = self.times(t)
        return tuple(self._values(name, t) for name in ("dalpha", "dbeta", "gdg"))

    def times(self, t) -> np.ndarray:
        """t as an array of floats, checked."""
        t = np.asarray(t, dtype=float)
        out = t[~((t >= 0) & (t <= 1))]
        if out.size:
            raise DomainError(f"{self.name}: t = {out.flat[0]:.6g} is outside 0 <= t <= 1")
        return t

    def _values(self, level: str, t: np.ndarray) -> np.ndarray:
        found = np.broadcast_to(np.asarray(getattr(self, level)(t), dtype=float), t.shape)
        wrong = ~np.isfinite(found)
        if level in ("alpha", "beta", "gamma"):
            wrong |= found < 0
        if np.any(wrong):
            needs = "not below 0" if level in ("alpha", "beta", "gamma") else "that is finite"
            raise ValueError(
                f"{self.name}: {level} = {found[wrong].flat[0]:.6g} at t = {t[wrong].flat[0]:.6g}, needs a "
                f"number {needs}"
            )
        return found


def _noise(a: float) -> tuple[Callable, Callable]:
    if not (np.isfinite(a) and a >= 0):
        raise ValueError(f"a = {a}: the noise's scale, gamma^2 = a t (1 - t), is a number not below 0")
    return lambda t: bridge_gamma(t, a), lambda t: bridge_gamma_rate_product(t, a)


def linear(a: float = 2.0) -> Interpolant:
    """alpha = 1 - t, beta = t, gamma^2 = a t (1 - t); ``a = 0``: without noise."""
    gamma, gdg = _noise(a)
    return Interpolant(
        lambda t: 1 - t, lambda t: t, gamma, lambda t: -np.ones_like(t), np.ones_like, gdg, "linear"
    )


def trigonometric(a: float = 2.0) -> Interpolant:
    """alpha = cos(pi t/2), beta = sin(pi t/2), gamma^2 = a t (1 - t)."""
    gamma, gdg = _noise(a)
    return Interpolant(
        trigonometric_alpha, trigonometric_beta, gamma,
        trigonometric_alpha_rate, trigonometric_beta_rate, gdg, "trigonometric",
    )  # fmt: skip


def encoding_decoding() -> Interpolant:
    """The first law becomes noise until t = 1/2, the noise the second law from then on."""

    def half(form, first: bool):
        return lambda t: np.where((t < 0.5) == first, form(t), 0.0)

    return Interpolant(
        half(encoding_alpha, True), half(encoding_alpha, False), encoding_gamma,
        half(encoding_alpha_rate, True), half(encoding_alpha_rate, False), encoding_gamma_rate_product,
        "encoding-decoding", (0.5,),
    )  # fmt: skip


def one_sided() -> Interpolant:
    """alpha = 1 - t, beta = t, without further noise: the first law is noise itself, N(0, I)."""
    zero = np.zeros_like
    return Interpolant(
        lambda t: 1 - t, lambda t: t, zero, lambda t: -np.ones_like(t), np.ones_like, zero, "one-sided"
    )
