"""Kernels on the sphere: eigenvalues by degree, how often they come, how long they take to learn."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Literal, NamedTuple

import numpy as np

from ..cusp import cusp_tail
from ..relu_spectrum import (
    degree_learning_time,
    nngp_cusp_coefficient,
    ntk_cusp_coefficient,
    opposite_cusp,
)
from ..sphere import harmonics_of_degree

PANEL = 32
"""Nodes by Gauss and Legendre in each part of the range of angles."""
MOST_NODES = 2**15
"""Of the quadrature; a kernel that needs more is not smooth in the angle."""


class Cusp(NamedTuple):
    """What is not smooth in a kernel: ``plus`` (1 - t)^nu + ``minus`` (1 + t)^nu."""

    plus: float
    minus: float
    nu: float

    def tail(self, degrees, d: int) -> np.ndarray:
        """The eigenvalues of it, which those of the kernel tend to at large degrees; exact for the cusp."""
        return cusp_tail(np.asarray(degrees, dtype=float), float(d), self.nu, self.plus, self.minus)


class Eigenvalues(NamedTuple):
    """By degree: ``values``, and how much each may be off (absolute)."""

    values: np.ndarray
    errors: np.ndarray


class ZonalKernel:
    """A kernel on the unit sphere of R^d that depends on the angle between its arguments only.

    ``kappa`` is a function of the angle in radians, or of its cosine with ``of="cosine"``, from arrays to
    arrays of their shape. In the angle the quadrature needs no care with a cusp at t = 1 or -1: kernels of
    networks are smooth there. ``d`` from 2 (the circle). ValueError for values that are not finite.

    Eigenvalues mu_k are those of the mean over the sphere: kappa is the sum of mu_k Y Y over harmonics Y of
    mean square 1. Source: A. Bietti, F. Bach, ICLR 2021.
    """

    def __init__(self, kappa: Callable, d: int, *, of: Literal["angle", "cosine"] = "angle"):
        if not (isinstance(d, int | np.integer) and d >= 2):
            raise ValueError(f"d = {d!r}: the dimension of the space around the sphere, from 2 on")
        if of not in ("angle", "cosine"):
            raise ValueError(f"of = {of!r}: angle or cosine")
        self.kappa, self.d, self.of = kappa, int(d), of

    @classmethod
    def of_network(cls, network, d: int, kind: Literal["nngp", "ntk"] = "ntk") -> ZonalKernel:
        """A dense network's kernel between inputs of the norm sqrt(d), for which x.x'/d is the cosine."""
        if kind not in ("nngp", "ntk"):
            raise ValueError(f"kind = {kind!r}: nngp or ntk")

        def kappa(angle):
            around = np.sqrt(2) * np.stack([np.cos(angle), np.sin(angle)], axis=-1)
            return getattr(network, kind)(around, np.array([[np.sqrt(2), 0.0]]))[:, 0]

        return cls(kappa, d)

    def __repr__(self) -> str:
        return f"ZonalKernel(d={self.d})"

    def eigenvalues(self, degrees, *, digits: int | None = None) -> Eigenvalues:
        """mu_k at the degrees (n,), whole numbers from 0.

        In float64 the error is at most some 1e-15 times the largest value of the kernel (1e-14 at degree
        1000), so that small eigenvalues have few digits. ``digits`` works with so many instead: ``kappa`` is
        then called with one mpmath number at a time (degree 1000 with 40 digits: 15 s). Nodes are
        doubled until nothing changes; the error is the last change and the rounding. ArithmeticError where
        `MOST_NODES` do not suffice.
        """
        degrees = np.asarray(degrees)
        if degrees.ndim != 1 or not np.all((degrees >= 0) & (degrees == np.round(degrees))):
            raise ValueError("degrees: an array (n,) of whole numbers from 0")
        degrees = degrees.astype(int)
        if digits is not None:
            return self._precisely(degrees, digits)
        nodes = 2 * int(degrees.max(initial=0)) + 64
        before, size = self._by_quadrature(degrees, nodes)
        while nodes < MOST_NODES:
            nodes *= 2
            values, size = self._by_quadrature(degrees, nodes)
            apart = np.abs(values - before)
            rounding = 8 * np.finfo(float).eps * size * np.sqrt(1 + degrees)
            if np.all(apart <= rounding):
                return Eigenvalues(values, np.maximum(apart, rounding / 8))
            before = values
        raise ArithmeticError(
            f"eigenvalues of degree {degrees[np.argmax(apart)]} still change by {apart.max():.1e} at {nodes} "
            "nodes: is the kernel a smooth function of the angle?"
        )

    def _by_quadrature(self, degrees, nodes) -> tuple[np.ndarray, float]:
        """The projections by Gauss and Legendre in the angle, and the size of the kernel."""
        x, w = np.polynomial.legendre.leggauss(PANEL)
        panels = -(-nodes // PANEL)
        angle = (np.pi / panels * (np.arange(panels)[:, None] + (x + 1) / 2)).ravel()
        t, w = np.cos(angle), np.tile(w, panels) * np.sin(angle) ** (self.d - 2)
        values = np.asarray(self.kappa(angle if self.of == "angle" else t), dtype=float)
        if values.shape != angle.shape or not np.all(np.isfinite(values)):
            raise ValueError(
                f"kappa gave shape {values.shape} of {angle.shape}, {np.sum(~np.isfinite(values))} not finite"
            )
        weighted = w * values / np.sum(w)
        found = self._projected(weighted, t, degrees)
        return found.astype(float), float(np.max(np.abs(values)))

    def _projected(self, weighted, t, degrees) -> np.ndarray:
        """Sums with Gegenbauer's polynomials, by their recurrence in the degree."""
        d, found = self.d, np.empty(len(degrees), dtype=weighted.dtype)
        before, now = np.ones_like(t), t
        for k in range(int(degrees.max(initial=0)) + 1):
            if k in degrees:
                found[degrees == k] = np.sum(weighted * before)
            following = ((2 * k + d) * t * now - (k + 1) * before) / (k + d - 1)
            before, now = now, following
        return found

    def _precisely(self, degrees, digits) -> Eigenvalues:
        from mpmath import mp

        top = int(degrees.max(initial=0))
        with mp.workdps(digits + 10):
            before, apart, fewest = None, [mp.inf], 2 + top // 40
            for panels in (fewest, fewest + 1 + fewest // 2, 2 * fewest + 2, 4 * fewest + 2):
                x, w = _precise_legendre(digits + 10)
                places = np.array([mp.mpf(k) for k in range(panels)], dtype=object)[:, None]
                angle = (mp.pi / panels * (places + (x + 1) / 2)).ravel()
                t = np.frompyfunc(mp.cos, 1, 1)(angle)
                w = np.tile(w, panels) * np.frompyfunc(mp.sin, 1, 1)(angle) ** (self.d - 2)
                values = np.frompyfunc(self.kappa, 1, 1)(angle if self.of == "angle" else t)
                found = self._in_fixed_point(w * values / np.sum(w), t, degrees, mp.prec)
                if before is not None:
                    apart = np.abs(found - before)
                    if max(apart) < mp.mpf(10) ** -digits * max(np.abs(values)):
                        return Eigenvalues(found.astype(float), apart.astype(float))
                before = found
        raise ArithmeticError(f"eigenvalues still change by {float(max(apart)):.1e} in {panels} panels")

    def _in_fixed_point(self, weighted, t, degrees, bits) -> np.ndarray:
        """`_projected` in whole multiples of 2**-bits, which Python's integers are quickest at."""
        from mpmath import ldexp, mpf

        bits = bits + 32
        whole = np.frompyfunc(lambda x: int(ldexp(x, bits)), 1, 1)
        weighted, t = whole(weighted), whole(t)
        d, found = self.d, np.zeros(len(degrees), dtype=object)
        before, now = np.full(len(t), 1 << bits, dtype=object), t
        for k in range(int(degrees.max(initial=0)) + 1):
            if k in degrees:
                found[degrees == k] = ldexp(mpf(int(weighted @ before)), -2 * bits)
            before, now = now, ((2 * k + d) * (t * now >> bits) - (k + 1) * before) // (k + d - 1)
        return found

    def multiplicities(self, degrees) -> np.ndarray:
        """How many harmonics there are of each degree."""
        degrees = np.asarray(degrees, dtype=float)
        if self.d == 2:
            return np.where(degrees == 0, 1.0, 2.0)
        return harmonics_of_degree(degrees, float(self.d))

    def learning_times(self, degrees, learning_rate: float = 1.0) -> np.ndarray:
        """When the residual of each degree has fallen to 1/e, by gradient flow on the mean loss over many
        points; infinite where the eigenvalue is 0 within its error."""
        mu, errors = self.eigenvalues(degrees)
        learned = mu > errors
        times = np.full(len(mu), np.inf)
        times[learned] = degree_learning_time(mu[learned], learning_rate)
        return times


def relu_cusp(depth: int, kind: Literal["nngp", "ntk"] = "ntk") -> Cusp:
    """The leading cusps of a ReLU network of ``depth`` hidden layers, sigma_w^2 = 2 and no biases.

    Its `tail` is the spectrum at large degrees, to a relative correction that falls as 1/k^2.
    """
    if not (isinstance(depth, int | np.integer) and depth >= 1):
        raise ValueError(f"depth = {depth!r}: the number of hidden layers, from 1")
    if kind not in ("nngp", "ntk"):
        raise ValueError(f"kind = {kind!r}: nngp or ntk")
    if kind == "ntk":
        plus, one, nu = -float(ntk_cusp_coefficient(depth)), -float(ntk_cusp_coefficient(1)), 0.5
    else:
        plus, one, nu = float(nngp_cusp_coefficient(depth)), float(nngp_cusp_coefficient(1)), 1.5
    return Cusp(plus, float(opposite_cusp(depth - 1, C_1=one)), nu)  # one layer has the same at both poles


@lru_cache(maxsize=4)
def _precise_legendre(digits: int):
    """Nodes and weights of 2 `PANEL` points as arrays of mpmath numbers, by python-flint."""
    from flint import arb, ctx
    from mpmath import mp, mpf

    count = 2 * PANEL
    with ctx.workdps(digits + 5):
        pairs = [arb.legendre_p_root(count, i, weight=True) for i in range(count)]
        text = [[number.mid().str(digits + 5, radius=False) for number in pair] for pair in pairs]
    with mp.workdps(digits + 5):
        return tuple(np.array([mpf(row[i]) for row in text], dtype=object) for i in (0, 1))
