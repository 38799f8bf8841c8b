"""One hidden layer with any activation in µP, as particles; and its limit, by particles on a quadrature."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
import sympy as sp

from .. import particles as p

ACTIVATIONS: dict[str, tuple[Callable, Callable]] = {
    "tanh": (np.tanh, lambda z: 1 / np.cosh(z) ** 2),
    "relu": (lambda z: np.maximum(z, 0), lambda z: (z > 0) * 1.0),
    "identity": (lambda z: z, np.ones_like),
}


class Particles:
    """Units of a network of one hidden layer in µP: places Z (n, d), charges q (n,), weights (n,) of sum 1.

    ``activation`` is a name of `ACTIVATIONS` or a pair (function, derivative). `random` draws a network of
    width n; `limit` puts particles at the nodes of a Gaussian quadrature, whose weights are the initial
    density: infinite width, to the accuracy of the quadrature (for few inputs).
    """

    def __init__(self, Z, q, *, activation="tanh", weights=None):
        self.Z, self.q = np.array(Z, dtype=float), np.array(q, dtype=float)
        if self.Z.ndim != 2 or self.q.shape != self.Z.shape[:1] or not self.q.size:
            raise ValueError(f"Z, q: shapes (n, d) and (n,), not {self.Z.shape} and {self.q.shape}")
        n = len(self.q)
        self.weights = np.full(n, 1 / n) if weights is None else np.array(weights, dtype=float)
        if self.weights.shape != (n,) or np.any(self.weights < 0):
            raise ValueError(f"weights: {n} numbers from 0, not shape {self.weights.shape}")
        for name, value in (("Z", self.Z), ("q", self.q), ("weights", self.weights)):
            if not np.all(np.isfinite(value)):
                raise ValueError(f"{name}: {int(np.sum(~np.isfinite(value)))} of its numbers are not finite")
        if isinstance(activation, str):
            if activation not in ACTIVATIONS:
                known = ", ".join(ACTIVATIONS)
                raise ValueError(f"activation = {activation!r}: one of {known}, or (function, derivative)")
            activation = ACTIVATIONS[activation]
        self.phi, self.slope = activation

    @classmethod
    def random(cls, width: int, inputs: int, *, activation="tanh", seed=None) -> Particles:
        """A network of a width as it is drawn: all of Z and q standard normal."""
        rng = np.random.default_rng(seed)
        return cls(rng.normal(size=(width, inputs)), rng.normal(size=width), activation=activation)

    @classmethod
    def limit(cls, inputs: int, *, activation="tanh", nodes: int = 24) -> Particles:
        """Infinite width: ``nodes`` along each of the inputs + 1 directions of the initial density."""
        if nodes ** (inputs + 1) > 10**7:
            raise ValueError(f"{nodes}^{inputs + 1} particles are too many: take fewer nodes or inputs")
        at, weight = np.polynomial.hermite_e.hermegauss(nodes)
        grid = np.stack(np.meshgrid(*[at] * (inputs + 1), indexing="ij"), axis=-1).reshape(-1, inputs + 1)
        each = np.stack(np.meshgrid(*[weight / weight.sum()] * (inputs + 1), indexing="ij"), axis=-1)
        weights = each.reshape(-1, inputs + 1).prod(axis=1)
        return cls(grid[:, :-1], grid[:, -1], activation=activation, weights=weights)

    def predict(self, X) -> np.ndarray:
        """Outputs at X (N, d): (N,)."""
        X = self._data(X)
        share = _functions()["share"]
        return len(self.q) * self.weights @ share(self.q[:, None], self.phi(self.Z @ X.T), len(self.q))

    def train(self, X, y, rate: float, steps: int = 1, *, batch: bool = False) -> Particles:
        """Gradient descent on half the squared error: one input a step, ``steps`` times through the data, or
        with ``batch`` on the mean over the data; changes and returns the particles.

        ArithmeticError where it diverges.
        """
        X, y = self._data(X), np.asarray(y, dtype=float)
        if y.shape != X.shape[:1] or not np.all(np.isfinite(y)):
            raise ValueError(f"y: {len(X)} finite numbers, one for each row of X, not shape {y.shape}")
        if not (np.isfinite(rate) and rate > 0):
            raise ValueError(f"rate = {rate}: a learning rate is positive")
        groups = (
            [(X, y)] * steps if batch else [(x[None], t[None]) for x, t in zip(X, y, strict=True)] * steps
        )
        with np.errstate(over="ignore", invalid="ignore"):
            for inputs, targets in groups:
                self._step(inputs, rate / len(inputs) * (self.predict(inputs) - targets))
        if not (np.all(np.isfinite(self.Z)) and np.all(np.isfinite(self.q))):
            raise ArithmeticError(f"training diverged: rate = {rate:g} is too large")
        return self

    def _step(self, X, e):
        """All particles by minus e (N,) times the gradients of the outputs at X (N, d)."""
        h = self.Z @ X.T
        phi, slope, move = self.phi(h), self.slope(h), _functions()
        by_place = move["place"](self.q[:, None, None], slope[:, :, None], X[None], e[None, :, None])
        by_charge = move["charge"](phi, e[None, :])
        self.Z, self.q = self.Z + by_place.sum(axis=1), self.q + by_charge.sum(axis=1)

    def _data(self, X):
        X = np.asarray(X, dtype=float)
        if X.ndim != 2 or X.shape[1] != self.Z.shape[1] or not X.size or not np.all(np.isfinite(X)):
            raise ValueError(f"X: finite rows of {self.Z.shape[1]} coordinates, not shape {X.shape}")
        return X


@lru_cache(maxsize=1)
def _functions() -> dict[str, Callable]:
    """What a particle adds to the output, and how it moves, from the claims."""
    return {
        "share": sp.lambdify((p.q, p.phi, p.n_units), p.particle_share.rhs, "numpy"),
        "place": sp.lambdify((p.q, p.slope, p.xi, p.e), p.place_step.rhs - p.Z, "numpy"),
        "charge": sp.lambdify((p.phi, p.e), p.charge_step.rhs - p.q, "numpy"),
    }
