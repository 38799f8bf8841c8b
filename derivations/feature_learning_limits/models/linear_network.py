"""The linear network of one hidden layer in µP, trained exactly at any width by its recursion."""

from __future__ import annotations

import numpy as np

from theory.matrix.arrays import evaluate

from .. import recursion as r


class LinearNetwork:
    """A µP network with one hidden linear layer, of any width, as coefficients of its initial weights.

    ``inputs`` d; ``width`` a whole number, or infinity (the limit, where G = I); ``networks`` how many are
    trained side by side, each with its own draw of G. Nothing of size ``width`` is ever made: G is drawn
    from Wishart's law by Bartlett's factors. Alternatively ``G``, shape (d + 1, d + 1) or (networks, d + 1,
    d + 1), the Gram matrix over the width of [U_0, n V_0^T] of networks at hand (see `of_weights`).

    ``A`` (networks, d + 1, d) and ``c`` (networks, d + 1, 1) are the present coefficients (Yang and Hu 2021).
    """

    def __init__(self, inputs: int, width: float = np.inf, *, networks: int = 1, seed=None, G=None):
        self.inputs = _count("inputs", inputs)
        self.networks = _count("networks", networks)
        if width != np.inf:
            width = _count("width", width)
        self.width = width
        self.G = self._drawn(seed) if G is None else self._given(G)
        self.networks = len(self.G)
        m = self.inputs + 1
        self.A = np.tile(np.eye(m, self.inputs), (self.networks, 1, 1))
        self.c = np.tile(np.eye(m)[:, -1:], (self.networks, 1, 1))

    @classmethod
    def of_weights(cls, U, q) -> LinearNetwork:
        """The network whose first layer is U (n, d) = sqrt(n) u and whose second is q (n,) = n V."""
        U, q = np.asarray(U, dtype=float), np.asarray(q, dtype=float)
        if U.ndim != 2 or q.shape != U.shape[:1] or not (np.all(np.isfinite(U)) and np.all(np.isfinite(q))):
            raise ValueError(f"U, q: finite numbers of shapes (n, d) and (n,), not {U.shape} and {q.shape}")
        Z = np.column_stack([U, q])
        return cls(U.shape[1], len(U), G=Z.T @ Z / len(U))

    def train(self, X, y, rate: float, steps: int = 1, *, batch: bool = False) -> LinearNetwork:
        """Gradient descent on half the squared error: one input a step, ``steps`` times through the data, or
        with ``batch`` on the mean over the data. X (N, d), y (N,); changes and returns the network.

        ArithmeticError where it diverges, which a rate above 2 over the tangent kernel may do.
        """
        X, y = self._data(X), np.asarray(y, dtype=float)
        if y.shape != X.shape[:1] or not np.all(np.isfinite(y)):
            raise ValueError(f"y: {len(X)} finite numbers, one for each row of X, not shape {y.shape}")
        if not (np.isfinite(rate) and rate > 0):
            raise ValueError(f"rate = {rate}: a learning rate is positive (steps of time in units of eta)")
        with np.errstate(over="ignore", invalid="ignore"):
            for _ in range(_count("steps", steps)):
                if batch:
                    error = y - self._outputs(X)
                    self._step((rate / len(X) * error @ X)[:, :, None], np.ones((self.networks, 1, 1)))
                    continue
                for x, target in zip(X, y, strict=True):
                    error = target - self._outputs(x[None])
                    self._step(x[:, None], rate * error[:, :, None])
        if not (np.all(np.isfinite(self.A)) and np.all(np.isfinite(self.c))):
            raise ArithmeticError(f"training diverged: rate = {rate:g} is too large for this kernel")
        return self

    def predict(self, X) -> np.ndarray:
        """Outputs at X (N, d): (networks, N). ArithmeticError where they are too large for a number."""
        with np.errstate(over="ignore", invalid="ignore"):
            found = self._outputs(self._data(X))
        if not np.all(np.isfinite(found)):
            raise ArithmeticError("outputs overflow: training has diverged, take a smaller rate")
        return found

    def features(self) -> np.ndarray:
        """The feature kernel U^T U/n: (networks, d, d); the identity in the limit before training."""
        return _put(r.features.rhs, self._values())

    def tangent_kernel(self, X) -> np.ndarray:
        """The tangent kernel of the rows of X (N, d): (networks, N, N)."""
        X = self._data(X)
        rows = [
            [_put(r.kernel.rhs, self._values() | {r.x: x[:, None], r.xi: z[:, None]})[:, 0, 0] for z in X]
            for x in X
        ]
        return np.moveaxis(np.array(rows), -1, 0)

    def _outputs(self, X):
        return _put(r.output.rhs, self._values() | {r.x: X.T})[:, 0, :]

    def _step(self, xi, e):
        values = self._values() | {r.xi: xi, r.e: e}
        self.A, self.c = _put(r.A_step.rhs, values), _put(r.c_step.rhs, values)

    def _values(self) -> dict:
        return {r.A: self.A, r.c: self.c, r.G: self.G}

    def _drawn(self, seed):
        m = self.inputs + 1
        if self.width == np.inf:
            return np.tile(np.eye(m), (self.networks, 1, 1))
        rng = np.random.default_rng(seed)
        if self.width < m:  # Bartlett's factors need as many units as columns
            Z = rng.normal(size=(self.networks, self.width, m))
            return np.swapaxes(Z, 1, 2) @ Z / self.width
        lower = np.tril(rng.normal(size=(self.networks, m, m)), -1)
        diagonal = np.sqrt(rng.chisquare(self.width - np.arange(m), size=(self.networks, m)))
        lower[:, np.arange(m), np.arange(m)] = diagonal
        return lower @ np.swapaxes(lower, 1, 2) / self.width

    def _given(self, G):
        G = np.asarray(G, dtype=float)
        G = G[None] if G.ndim == 2 else G
        m = self.inputs + 1
        if G.ndim != 3 or G.shape[1:] != (m, m) or not np.all(np.isfinite(G)):
            raise ValueError(f"G: finite numbers of shape ({m}, {m}) or (networks, {m}, {m}), not {G.shape}")
        if np.any(np.abs(G - np.swapaxes(G, 1, 2)) > 1e-12 * np.max(np.abs(G))):
            raise ValueError("G: a Gram matrix is symmetric")
        return G

    def _data(self, X):
        X = np.asarray(X, dtype=float)
        if X.ndim != 2 or X.shape[1] != self.inputs or not X.size:
            raise ValueError(f"X: rows of {self.inputs} coordinates, not shape {X.shape}")
        if not np.all(np.isfinite(X)):
            raise ValueError(f"X: {int(np.sum(~np.isfinite(X)))} of its numbers are not finite")
        return X


def _put(expression, values: dict) -> np.ndarray:
    return evaluate(expression, values, np)


def _count(name: str, value) -> int:
    if isinstance(value, bool) or int(value) != value or value < 1:
        raise ValueError(f"{name} = {value}: a whole number from 1")
    return int(value)
