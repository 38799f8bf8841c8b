"""The kinetic-optimal path of a data set or spectrum: signal a(t) and noise m(t), from noise to data."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from array_api_compat import array_namespace, device

from ..chord import (
    chord_angle,
    chord_angle_rate,
    chord_radius,
    chord_radius_rate,
    kinetic_optimal_energy,
)
from .data import one_of
from .separation import DataSet, Estimate, Gaussian

_DEGREE, _WIDTH = 16, 0.25
"""Of the polynomials that the stretched angle is on each panel of y = ln r, and the panels' width."""
_FAR = 18.0
"""Beyond the scales of the data by this in y, G has its leading power to rounding error."""
_NEWTON = 7


class StretchedAngle:
    """phi(y), the integral of sqrt(G) dtheta up to tan(theta) = e^y, and its inverse.

    ``stretch(y)`` is G; ``edges`` of panels on each of which it is smooth; ``low`` and ``high`` the powers
    of e^y with which phi starts and e^-y with which it ends: 2 where G vanishes at the end, else 1.
    """

    def __init__(self, stretch, edges: np.ndarray, low: int, high: int):
        from numpy.polynomial import chebyshev

        self.edges, self.powers = edges, (low, high)
        nodes = np.cos(np.pi * (np.arange(_DEGREE) + 0.5) / _DEGREE)
        half = np.diff(edges) / 2
        y = (edges[:-1] + half)[:, None] + half[:, None] * nodes
        rates = np.sqrt(stretch(y)) / (2 * np.cosh(y))
        rate = np.linalg.solve(chebyshev.chebvander(nodes, _DEGREE - 1), rates.T) * half
        self.whole = chebyshev.chebint(rate, lbnd=-1)  # (degree + 1, panels), from the left end
        self.rate = rate / half
        parts = self.whole.sum(axis=0)
        ends = np.sqrt(stretch(edges[[0, -1]])) / (2 * np.cosh(edges[[0, -1]]))
        self.before, self.after = ends[0] / low, ends[1] / high
        self.from_noise = self.before + np.concatenate([[0.0], np.cumsum(parts)])
        self.from_data = self.after + np.concatenate([np.cumsum(parts[::-1])[::-1], [0.0]])
        self.total = float(self.from_noise[-1] + self.after)

    def invert(self, phi, psi):
        """(y, d phi/dy there) where phi is that far from the noise and psi = total - phi from the data.

        Each is used where it is the smaller, so that both ends keep their digits.
        """
        xp, dtype, where = array_namespace(phi), phi.dtype, device(phi)
        own = lambda v: xp.asarray(np.array(v), dtype=dtype, device=where)  # noqa: E731
        early = phi < psi
        up, down = own(self.from_noise), own(self.from_data)
        last = len(self.edges) - 2
        low = xp.searchsorted(up, phi) - 1
        high = xp.searchsorted(xp.flip(-down, axis=(0,)) * -1, psi)
        panel = xp.clip(xp.where(early, low, last + 1 - high), 0, last)
        whole, rate = own(self.whole.T), own(self.rate.T)
        size = xp.take(xp.sum(whole, axis=1), panel)
        target = xp.where(early, phi - xp.take(up, panel), size - (psi - xp.take(down, panel + 1)))
        coefficients, slopes = xp.take(whole, panel, axis=0), xp.take(rate, panel, axis=0)
        half = own(np.diff(self.edges) / 2)
        half = xp.take(half, panel)
        z = xp.clip(2 * target / size - 1, -1.0, 1.0)
        for _ in range(_NEWTON):
            step = (_clenshaw(coefficients, z) - target) / (half * _clenshaw(slopes, z))
            z = xp.clip(z - step, -1.0, 1.0)
        y = xp.take(own(self.edges), panel) + half * (1 + z)
        speed = _clenshaw(slopes, z)
        tiny = float(np.finfo(np.float32).tiny)
        before, after = phi < self.before, psi < self.after
        p, q = self.powers
        in_front = float(self.edges[0]) + xp.log(xp.maximum(phi, 0 * phi + tiny) / self.before) / p
        behind = float(self.edges[-1]) - xp.log(xp.maximum(psi, 0 * psi + tiny) / self.after) / q
        y = xp.where(before, in_front, xp.where(after, behind, y))
        return y, xp.where(before, p * phi, xp.where(after, q * psi, speed))


def _clenshaw(coefficients, z):
    """Chebyshev series with coefficients (T, n) at z (T,)."""
    b, c = 0 * z, 0 * z
    for k in range(coefficients.shape[1] - 1, 0, -1):
        b, c = coefficients[:, k] + 2 * z * b - c, b
    return coefficients[:, 0] + z * b - c


class KineticOptimalPath:
    """x_t = a(t) x_1 + m(t) x_0 of the least kinetic energy, from noise (t = 0) to data (t = 1).

    ``a``, ``m`` and their rates ``da``, ``dm`` take numbers or arrays of times (NumPy, PyTorch, JAX, also
    traced) in [0, 1] and return the same; ``alpha``, ``sigma``, ``dalpha``, ``dsigma`` are other names of
    them, as flow-matching code expects. Of centred data ``da`` is infinite at t = 0, of full-rank Gaussian
    data ``dm`` at t = 1: there the levels are square roots. ``Phi``, ``M`` and ``energy`` are numbers,
    ``errors`` their standard errors. Of standard normal data every path that preserves the variance has
    energy 0; the cosine path is returned.
    """

    name = "kinetic-optimal"

    def __init__(self, data):
        self.data = data
        self.free = isinstance(data, Gaussian) and len(data.l) == 1
        if self.free:
            self.Phi, self.angle, self._ends = 0.0, None, (0.0, 0.0)
        else:
            self.angle = StretchedAngle(*_panels(data))
            self.Phi = min(self.angle.total, np.pi / 2)
            self._ends = _ends(data)
        self.M = float(data.M)
        self.energy = float(kinetic_optimal_energy(self.Phi))

    @cached_property
    def errors(self) -> dict[str, float]:
        """Standard errors of Phi, M and energy (0 of a spectrum): to first order in those of 1 - lambda."""
        if not isinstance(self.data, DataSet):
            return {"Phi": 0.0, "M": 0.0, "energy": 0.0}
        r, table = self.data.ratios, self.data.table
        y, root = np.log(r), np.sqrt(np.maximum(self.data.stretch_at(np.log(r)), 1e-300))
        each = -(table - table.mean(axis=0)) @ (np.gradient(y) * r / (2 * root))
        Phi = float(each.std(ddof=1) / np.sqrt(len(each)))
        return {"Phi": Phi, "M": self.data.M.error, "energy": 2 * np.sin(self.Phi) * Phi}

    def _state(self, t):
        """xp, the times as a vector, and (sin, cos, d ln r/dt, rho, d rho/dt) there."""
        shaped = _times(t)
        xp = array_namespace(shaped)
        t = xp.reshape(shaped, (-1,))
        if self.free:
            theta = t * (np.pi / 2)
            s, c = xp.sin(theta), xp.cos(theta)
            safe = xp.where(s * c > 0, s * c, 1.0 + 0 * t)
            return xp, shaped, t, s, c, np.pi / 2 / safe, 1 + 0 * t, 0 * t
        phi, psi = chord_angle(t, self.Phi), chord_angle(1 - t, self.Phi)
        y, slope = self.angle.invert(phi, psi)
        s, c = 1 / xp.sqrt(1 + xp.exp(-2 * y)), 1 / xp.sqrt(1 + xp.exp(2 * y))
        s, c = xp.where(t > 0, s, 0 * t), xp.where(t < 1, c, 0 * t)
        speed = chord_angle_rate(t, self.Phi) / xp.where((t > 0) & (t < 1), slope, 1 + 0 * t)
        return xp, shaped, t, s, c, speed, chord_radius(t, self.Phi), chord_radius_rate(t, self.Phi)

    def a(self, t):
        """Signal level."""
        _, shaped, _, s, _, _, rho, _ = self._state(t)
        return _like(rho * s, shaped, t)

    def m(self, t):
        """Noise level."""
        _, shaped, _, _, c, _, rho, _ = self._state(t)
        return _like(rho * c, shaped, t)

    def da(self, t):
        """Rate of the signal level; infinite at t = 0 where G vanishes there."""
        xp, shaped, t_, s, c, speed, rho, drho = self._state(t)
        found = s * (drho + rho * c * c * speed)
        (at_noise, _), (_, other) = self._rates_at_ends
        found = xp.where(t_ == 0, at_noise, xp.where(t_ == 1, other, found))
        return _like(found, shaped, t)

    def dm(self, t):
        """Rate of the noise level; minus infinity at t = 1 where G vanishes there."""
        xp, shaped, t_, s, c, speed, rho, drho = self._state(t)
        found = c * (drho - rho * s * s * speed)
        (_, other), (at_data, _) = self._rates_at_ends
        found = xp.where(t_ == 0, other, xp.where(t_ == 1, at_data, found))
        return _like(found, shaped, t)

    alpha, sigma, dalpha, dsigma = a, m, da, dm

    @cached_property
    def _rates_at_ends(self):
        """((da, dm) at t = 0, (dm, da) at t = 1)."""
        if self.free:
            return (np.pi / 2, 0.0), (-np.pi / 2, 0.0)
        grown, sine = self.energy / 2, np.sin(self.Phi)
        rows = []
        for power, size, sign in zip(self.angle.powers, self._ends, (1, -1), strict=True):
            if power == 2:  # size: the curvature of G
                rows.append((sign * np.inf, -sign * (grown + sine / np.sqrt(size))))
            else:  # size: G itself
                rows.append((sign * sine / np.sqrt(size), -sign * grown))
        return tuple(rows)

    def schedule(self):
        """The same as a `gaussian_score` Schedule, whose time runs from clean (0) to noisy (1)."""
        from derivations.gaussian_score.models.schedule import Schedule

        return Schedule(
            lambda s: self.a(1 - s), lambda s: self.m(1 - s), lambda s: -self.da(1 - s),
            lambda s: -self.dm(1 - s), name="kinetic-optimal",
        )  # fmt: skip


def kinetic_optimal_path(X=None, *, spectrum=None, normalise: bool = False, **options) -> KineticOptimalPath:
    """The path of least kinetic energy to a data set X (n, d), or to Gaussian data of a ``spectrum`` (K,).

    Of a data set 1 - lambda is estimated; ``options`` are those of `DataSet` (samples, seed, progress).
    Raises ValueError for data that are not normalised, saying by how much.
    """
    one_of(X, spectrum)
    if spectrum is not None:
        return KineticOptimalPath(Gaussian(spectrum, normalise=normalise, **options))
    return KineticOptimalPath(DataSet(X, normalise=normalise, **options))


def _panels(data):
    """(G of y, edges of panels, power at the noise, power at the data) of data."""
    if isinstance(data, DataSet):
        return data.stretch_at, np.log(data.ratios), data.power or 1, 1
    if isinstance(data, Gaussian):
        scales = -np.log(data.l[data.l > 0]) / 2
        ends, high = (scales.min() - _FAR, scales.max() + _FAR), 2 if data.l[0] > 0 else 1
    else:
        scale = -np.log(getattr(data, "d", 1)) / 2
        ends, high = (scale - _FAR, scale + _FAR), 1
    low = 1 if float(np.ravel(data.stretch(0.0))[0]) > 0 else 2
    count = int(np.ceil((ends[1] - ends[0]) / _WIDTH))
    return lambda y: _stretch_of(data, y), np.linspace(*ends, count + 1), low, high


def _stretch_of(data, y):
    return data.stretch(np.arctan(np.exp(y)))


def _ends(data) -> tuple[float, float]:
    """At the noise and at the data: the curvature of G where it vanishes, else G itself."""
    if isinstance(data, Gaussian):
        at_data = np.mean if data.l[0] == 0 else None
        thin = float(data.weights[data.l == 0].sum())
        curvature = float((data.l - 1) ** 2 @ data.weights)
        if at_data is not None:
            return curvature, thin
        return curvature, float(((1 - data.l) ** 2 / data.l) @ data.weights)
    if isinstance(data, DataSet):
        if not data.power:
            return data.offset, 1.0
        r = data.ratios[0]
        return float(data.stretch_at(np.log(r)) / r**2), 1.0
    return 1.0, 1.0


def _times(t):
    """Times as a floating array, checked where their values can be seen."""
    if not hasattr(t, "__array_namespace__") and not hasattr(t, "detach"):
        t = np.asarray(t, dtype=float)
    if isinstance(t, np.ndarray) or hasattr(t, "detach"):
        inside = (t >= 0) & (t <= 1)
        if not bool(inside.all()):
            raise ValueError(f"t = {float(t[~inside].reshape(-1)[0]):.6g} is outside its times 0 <= t <= 1")
    return t


def _like(values, shaped, given):
    """The values in the shape of the times; a float where a float was given."""
    values = array_namespace(values).reshape(values, shaped.shape)
    return float(values) if isinstance(given, int | float) else values


__all__ = ["Estimate", "KineticOptimalPath", "kinetic_optimal_path"]
