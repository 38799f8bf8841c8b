"""Kinetic energy of any schedule on a data set or a spectrum."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from derivations.gaussian_score.models.schedule import first_fall
from derivations.gaussian_score.models.schedule import vp_linear as vp_from_data

from ..energy import energy_density, irreducible_loss
from ..standard import cond_ot_energy, cosine_energy, vp_linear_energy_per_fold
from .data import one_of
from .separation import DataSet, Estimate, Gaussian

_PANELS, _NODES = 64, 12
_CHECKED = 257


@dataclass(frozen=True)
class Path:
    """Levels a(t), m(t) of signal and noise, from noise (t = 0) to data (t = 1), and their rates in time.

    Callables of an array of times. Raises ValueError where a level is not finite, a is outside [0, 1] or m
    negative, or the ratio a/m does not grow.
    """

    a: Callable
    m: Callable
    da: Callable
    dm: Callable
    name: str = "schedule"

    def __post_init__(self):
        t = np.arange(1, _CHECKED) / _CHECKED
        a, m = (np.asarray(f(t), dtype=float) * np.ones_like(t) for f in (self.a, self.m))
        for name, values, most in (("a", a, 1.0), ("m", m, np.inf)):
            wrong = ~((values >= 0) & (values <= most * (1 + 1e-12)))  # NaN is wrong too
            if np.any(wrong):
                raise ValueError(
                    f"{self.name}: {name} = {values[wrong][0]:.6g} at t = {t[wrong][0]:.4g}, needs "
                    f"{'0 <= a <= 1' if name == 'a' else 'm >= 0'}"
                )
        k = first_fall(a, m)
        if k is not None:
            raise ValueError(
                f"{self.name}: not monotone: the signal-to-noise ratio a/m does not grow from t = "
                f"{t[k]:.4g} to t = {t[k + 1]:.4g}; time runs from noise (0) to data (1)"
            )


def cond_ot() -> Path:
    """Straight lines from noise to data (flow matching, rectified flow): a = t, m = 1 - t."""
    return Path(lambda t: t, lambda t: 1 - t, lambda t: 0 * t + 1, lambda t: 0 * t - 1, "cond_ot")


def cosine() -> Path:
    """The cosine schedule, which preserves the variance: a = sin(pi t/2), m = cos(pi t/2)."""
    q = np.pi / 2
    return Path(
        lambda t: np.sin(q * t), lambda t: np.cos(q * t),
        lambda t: q * np.cos(q * t), lambda t: -q * np.sin(q * t), "cosine",
    )  # fmt: skip


def vp_linear(beta_min: float = 0.1, beta_max: float = 20.0) -> Path:
    """Variance preserving with a linear noise rate (Song et al., 2021), time turned round."""
    from_data = vp_from_data(beta_min, beta_max)
    return Path(
        lambda t: from_data.alpha(1 - t), lambda t: from_data.sigma(1 - t),
        lambda t: -from_data.dalpha(1 - t), lambda t: -from_data.dsigma(1 - t), "vp_linear",
    )  # fmt: skip


_STANDARD = {"cond_ot": cond_ot, "cosine": cosine, "vp_linear": vp_linear}


def kinetic_energy(
    schedule, X=None, *, spectrum=None, cut: float = 0.0, beta_min: float = 0.1, beta_max: float = 20.0,
    **options,
) -> Estimate:  # fmt: skip
    """Mean square velocity per coordinate, integrated over the path, with its standard error.

    ``schedule`` is "cond_ot", "cosine", "vp_linear", or any object with a, m, da, dm (or alpha, sigma,
    dalpha, dsigma) as functions of time from noise (0) to data (1), such as a `Path` or a
    `kinetic_optimal_path`. The data are a data set X (n, d), an object that knows them (`DataSet`,
    `Gaussian`, ...), or Gaussian of a ``spectrum`` (K,). ``cut`` ends the integral at t = 1 - cut.
    ``options`` are those of `DataSet`.

    Of "vp_linear" the energy diverges on every data set, and on Gaussian data with a direction without
    variance: by beta_min/4 for every e-fold of the cut. Without a cut a ValueError says so.
    """
    if not 0 <= cut < 1:
        raise ValueError(f"cut = {cut}: needs 0 <= cut < 1")
    known = hasattr(X, "mmse") and hasattr(X, "stretch")
    if not known:
        one_of(X, spectrum)
    data = X if known else Gaussian(spectrum, **options) if X is None else DataSet(X, **options)
    if isinstance(schedule, str):
        if schedule not in _STANDARD:
            raise ValueError(f"schedule {schedule!r}: there are {', '.join(_STANDARD)}, or give an object")
        if schedule != "vp_linear" and not cut:
            form = cond_ot_energy if schedule == "cond_ot" else cosine_energy
            slope = 1.0 if schedule == "cond_ot" else np.pi / 2
            return Estimate(float(form(data.M.value)), slope * data.M.error)
        rates = (beta_min, beta_max) if schedule == "vp_linear" else ()
        path = _STANDARD[schedule](*rates)
    else:
        path = _path(schedule)
    thin = not isinstance(data, Gaussian) or data.l[0] == 0
    if path.name == "vp_linear" and thin and not cut:
        raise ValueError(
            "vp_linear: its energy is infinite on these data: it grows by beta_min/4 = "
            f"{float(vp_linear_energy_per_fold(beta_min)):.4g} for every e-fold of 1 - t; "
            "end it with cut=1e-3, say"
        )
    return _integral(path, data, cut)


def _path(schedule) -> Path:
    """Any object with the four functions as a checked `Path`."""
    if isinstance(schedule, Path):
        return schedule
    for names in (("a", "m", "da", "dm"), ("alpha", "sigma", "dalpha", "dsigma")):
        levels = [getattr(schedule, name, None) for name in names]
        if all(map(callable, levels)):
            return Path(*levels, getattr(schedule, "name", type(schedule).__name__))
    raise TypeError(f"{type(schedule).__name__} is no schedule: needs a, m, da, dm as functions of time")


def _integral(path: Path, data, cut: float) -> Estimate:
    """The energy by Gauss-Legendre panels that crowd at both ends, and its standard error."""
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    edges = np.linspace(0, 1, _PANELS + 1)
    x = (edges[:-1, None] + (1 + nodes) / (2 * _PANELS)).ravel()
    w = np.tile(weights / (2 * _PANELS), _PANELS)
    # from the nearer end: levels there may be square roots of the time
    last = 1 - cut
    t, dt = last * (x**3 * (10 - 15 * x + 6 * x * x)), last * 30 * (x * (1 - x)) ** 2
    a, m, da, dm = (
        np.asarray(f(t), dtype=float) * np.ones_like(t) for f in (path.a, path.m, path.da, path.dm)
    )
    # within rounding of an end a level may vanish, or its rate be infinite: no weight is left there
    inside = (m > 0) & np.isfinite(da) & np.isfinite(dm)
    a, m, da, dm, w, dt = (v[inside] for v in (a, m, da, dm, w, dt))
    spent = energy_density(np.clip(data.mmse(a / m), 0.0, 1.0), a, m, da, dm)
    value = float(np.sum(w * dt * spent))
    if not isinstance(data, DataSet):
        return Estimate(value)
    # what the energy changes by with 1 - lambda at the ratios of the table, shared between neighbours
    change = -w * dt * irreducible_loss(1.0, a, m, da, dm)
    y = np.log(np.maximum(a, 1e-300) / m)
    knots = np.log(data.ratios)
    k = np.clip(np.searchsorted(knots, y) - 1, 0, len(knots) - 2)
    share = np.clip((y - knots[k]) / (knots[k + 1] - knots[k]), 0, 1)
    inside = (y >= knots[0]) & (y <= knots[-1])
    pull = np.zeros(len(knots))
    np.add.at(pull, k, np.where(inside, change * (1 - share), 0.0))
    np.add.at(pull, k + 1, np.where(inside, change * share, 0.0))
    each = data.table @ pull
    return Estimate(value, float(each.std(ddof=1) / np.sqrt(len(each))))


__all__ = ["Path", "cond_ot", "cosine", "kinetic_energy", "vp_linear"]
