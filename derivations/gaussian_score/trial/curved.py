"""A mixture of two Gaussians: data whose flow is not linear, with its trajectories to rounding."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.integrate import solve_ivp

from ..models.mixture import MixtureModel
from .problem import PURE, Problem, Record

WEIGHTS = (0.6, 0.4)
MEANS = ((1.0, -0.5, 0.5, 0.0, 0.2), (-1.0, 0.5, 0.0, 0.5, -0.2))
DEVIATIONS = ((1.0, 0.5, 0.4, 0.6, 0.8), (0.5, 0.7, 0.6, 0.4, 1.0))
"""In standard deviations. They are of the size of the distance of the means: few starts are near a watershed,
where errors grow, and the slopes settle in as few steps as for Gaussian data."""

ROWS = 16
LOWEST = 1e-4
"""The noise level at which trajectories end."""

ACCURACY = 1e-11
"""Relative, of the trajectories: from another tolerance and other steps (in the tests)."""


@dataclass(frozen=True)
class Flow:
    """Trajectories of the probability flow from pure noise, to rounding: `at` a level (B, D).

    ``growth`` is how many times larger an error can become on the way, relative to the spread.
    """

    model: MixtureModel
    variances: np.ndarray
    path: object
    growth: float

    def at(self, level: float) -> np.ndarray:
        return self.path(np.log(level)).reshape(ROWS, -1)

    def spread(self, level: float) -> np.ndarray:
        """(D,): the standard deviations within the components, on average, at this noise level."""
        return np.sqrt(self.variances + level**2)


@lru_cache(maxsize=8)
def flow(seed: int = 0) -> Flow:
    """From `PURE` noise to `LOWEST`; in log sigma, where dx/d(log sigma) = x - D.

    With another seed than 0 the mixture is drawn near the usual one.
    """
    weights, means, deviations = map(np.array, (WEIGHTS, MEANS, DEVIATIONS))
    rng = np.random.default_rng([seed, 7])
    starts = PURE * rng.normal(size=(ROWS, means.shape[1]))
    if seed:
        first = rng.uniform(0.4, 0.6)
        weights = np.array([first, 1 - first])
        means = means + 0.2 * rng.normal(size=means.shape)
        deviations = deviations * 2 ** rng.uniform(-0.5, 0.5, size=deviations.shape)
    model = MixtureModel(weights, means, deviations**2)
    variances = weights @ deviations**2
    path = trajectories(model, starts, rtol=1e-12, longest=0.25)
    return Flow(model, variances, path, _growth(model, variances, path))


def trajectories(model: MixtureModel, starts, rtol: float, longest: float):
    """A function of log sigma, by Dormand and Prince's method of order 8; steps up to ``longest`` in it."""

    def speed(u, x):
        x = x.reshape(starts.shape)
        return (x - model.denoiser(x, np.exp(u))).ravel()

    ends = np.log([PURE, LOWEST])
    options = dict(method="DOP853", rtol=rtol, atol=rtol / 10, max_step=longest, dense_output=True)
    return solve_ivp(speed, ends, starts.ravel(), **options).sol


def _growth(model, variances, path) -> float:
    """The largest norm, over starts and levels, of the flow's Jacobian to the end, in spreads."""
    D = model.dimension

    def spread(u):
        return np.sqrt(variances + np.exp(2 * u))

    def back(u, jacobian):  # of the end by the place at u: it answers to u as that place does, reversed
        at = model.denoiser_jacobian(path(u).reshape(ROWS, D), np.exp(u))
        return (-jacobian.reshape(ROWS, D, D) @ (np.eye(D) - at)).ravel()

    levels = np.log([LOWEST, 100.0])
    first = np.tile(np.eye(D), (ROWS, 1, 1)).ravel()
    solved = solve_ivp(back, levels, first, rtol=1e-3, atol=1e-6)
    found = [
        jacobian.reshape(ROWS, D, D) * spread(u) / spread(levels[0])[:, None]
        for u, jacobian in zip(solved.t, solved.y.T, strict=True)
    ]
    return float(np.max(np.linalg.norm(found, ord=2, axis=(2, 3))))


class Mixed(Problem):
    """The same grids and library as ``problem``, with the mixture for its data."""

    @classmethod
    def like(cls, problem: Problem) -> Mixed:
        return cls(
            problem.sigma_max, problem.sigma_min, problem.library, problem.dtype, problem.own, problem.seed
        )

    def __post_init__(self):
        super().__post_init__()
        self.flow = flow(self.seed)

    def start(self, level: float | None = None) -> np.ndarray:
        """(B, D): where the trajectories are at ``level``."""
        return self.flow.at(self.sigma_max if level is None else level).astype(self.dtype).astype(float)

    def exact(self, x, level):
        if np.ndim(level) == 0:
            return self.flow.model.denoiser(x, level)
        found = np.empty_like(x)
        for one in np.unique(level):
            rows = level[:, 0] == one
            found[rows] = self.flow.model.denoiser(x[rows], one)
        return found

    def error(self, guarded, count: int) -> float:
        """After so many steps: the root mean square distance from the trajectory's end, in its spread."""
        grid = self.grid(count)
        start = self.start(grid[0])
        self.asked = Record()
        given = self.given(start), self.given(grid)
        where = f"on a mixture of two Gaussians, with {count} steps"
        found = guarded(self.denoise, *given, shape=start.shape, where=where)
        with np.errstate(over="ignore", invalid="ignore"):
            off = (found - self.flow.at(grid[-1])) / self.flow.spread(grid[-1])
            return float(np.sqrt(np.mean(off**2)))
