"""What a sampler is driven with: Gaussian data of known spectrum, and the record of what it asked."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from theory.validate.guard import as_numpy

from ..posterior import mode_denoiser
from ..trajectory import flow_gain

VARIANCES = (100.0, 4.0, 0.25, 1e-2)
MEANS = (3.0, -1.0, 0.5, 0.0, 0.0)
"""Modes of the data: standard deviations from 10 to 0.1, and one like sigma_min, for which the end of the
grid matters; and a mean that is not 0."""

DEVIATIONS = (1.0, -0.6, 1.7)
"""How many standard deviations from the mean the starts lie along each mode: what an affine map makes of
them differs by these factors, up to rounding."""


PURE = 1e8
"""The noise level, for one of signal, that stands for noise without signal."""


@dataclass
class Record:
    """What a sampler asked the denoiser: the first place, every level (the least of its rows), the types.

    Every place, if ``places`` is a list.
    """

    first: np.ndarray | None = None
    levels: list[float] = field(default_factory=list)
    types: set[str] = field(default_factory=set)
    places: list[np.ndarray] | None = None


@dataclass
class Problem:
    """Gaussian data in coordinates along their modes; noise from ``sigma_max`` to ``sigma_min``.

    ``library`` ("numpy" or "torch") and ``dtype`` are what the sampler is given. ``own`` is a sampler with a
    grid of its own: ``own.levels(steps)`` are its levels, which may end at 0. ``seed`` 0 are the usual data;
    other numbers draw their variances, up to a factor of 2 from these, and their mean.
    """

    sigma_max: float
    sigma_min: float
    library: str
    dtype: str = "float64"
    own: object = None
    seed: int = 0
    asked: Record = field(default_factory=Record)

    def __post_init__(self):
        self._factors: dict[float, np.ndarray] = {}
        self.mean, self.lam = np.array(MEANS), np.array([*VARIANCES, self.sigma_min**2])
        if self.seed:
            rng = np.random.default_rng(self.seed)
            self.mean = rng.normal(size=len(MEANS)) * np.sqrt(self.lam)
            self.lam = self.lam * 2 ** rng.uniform(-1, 1, size=len(self.lam))

    @property
    def eps(self) -> float:
        return float(np.finfo(self.dtype).eps)

    def grid(self, steps: int) -> np.ndarray:
        """Noise levels of ``steps`` steps, evenly spaced in the power 1/7 (Karras et al., 2022, eq. 5).

        Or those of the sampler's own grid, as far as the level nearest to ``sigma_min``. As numbers of the
        sampler's type.
        """
        if self.own is not None:
            levels = self.whole_grid(steps)
            block = getattr(self.own, "block", 1)
            above = levels[levels > 0]
            return above[: 1 + block * int(np.argmin(np.abs(np.log(above[::block] / self.sigma_min))))]
        ends = np.array([self.sigma_max, self.sigma_min]) ** (1 / 7)
        levels = np.linspace(*ends, steps + 1) ** 7
        levels[[0, -1]] = self.sigma_max, self.sigma_min
        return levels.astype(self.dtype).astype(float)

    def whole_grid(self, steps: int) -> np.ndarray:
        """The same and a step to 0; all of the sampler's own grid, which may end above 0."""
        if self.own is not None:
            return np.asarray(self.own.levels(steps), dtype=float)
        return np.append(self.grid(steps), 0.0)

    def even_grid(self, steps: int) -> np.ndarray:
        """Levels evenly spaced in their logarithm."""
        levels = np.geomspace(self.sigma_max, self.sigma_min, steps + 1)
        return levels.astype(self.dtype).astype(float)

    def start(self, level: float | None = None) -> np.ndarray:
        """(1 + 3D, D): the mean, and from it some standard deviations along each mode, at ``level``."""
        spread = self.spread(self.sigma_max if level is None else level)
        off = [np.zeros((1, len(spread))), *(c * np.diag(spread) for c in DEVIATIONS)]
        return (self.mean + np.concatenate(off)).astype(self.dtype).astype(float)

    def spread(self, level: float) -> np.ndarray:
        """(D,): the standard deviations at this noise level."""
        return np.sqrt(self.lam + level**2)

    def gains(self, end, start=None) -> np.ndarray:
        """(D,): the exact factor by which deviations shrink from ``start`` to ``end``."""
        return flow_gain(self.lam, 1.0, float(end), 1.0, float(self.sigma_max if start is None else start))

    def denoise(self, x, sigma):
        """The mean of the clean data at x (B, D), at a level or one for each row; of x's library and type.

        ValueError for another shape of x, and for a level that is negative or not finite.
        """
        place, given = as_numpy(x), as_numpy(sigma)
        if place is None or place.ndim != 2 or place.shape[1] != len(self.mean):
            shape = None if place is None else place.shape
            raise ValueError(f"denoise: x of shape {shape}, (rows, {len(self.mean)}) is wanted")
        if given is None or given.size not in (1, len(place)):
            shape = None if given is None else given.shape
            raise ValueError(f"denoise: sigma of shape {shape} for x of shape {place.shape}")
        level = given.astype(float).reshape(-1)
        if not np.all((level >= 0) & (level < np.inf)):
            raise ValueError(f"denoise: sigma = {level[~((level >= 0) & (level < np.inf))][0]:g}, needs >= 0")
        if self.asked.first is None:
            self.asked.first = place.astype(float)
        if self.asked.places is not None:
            self.asked.places.append(place.astype(float))
        self.asked.levels.append(float(level.min()))
        self.asked.types.add(str(place.dtype))
        level = np.maximum(level, 1e-12)[:, None] if level.size > 1 else max(float(level[0]), 1e-12)
        found = self.exact(place.astype(float), level)
        if hasattr(x, "detach"):
            import torch

            return torch.as_tensor(found, dtype=x.dtype if x.is_floating_point() else None, device=x.device)
        return found.astype(place.dtype) if place.dtype.kind == "f" else found

    def exact(self, x: np.ndarray, level) -> np.ndarray:
        """The denoiser of this law, in NumPy: at x (B, D), at a level or one for each row (B, 1).

        It shrinks deviations from the mean by a factor for each mode: what it makes of deviations of 1.
        """
        factors = self._factors.get(level) if isinstance(level, float) else None
        if factors is None:
            factors = mode_denoiser(np.ones(len(self.lam)), self.lam, np.zeros(len(self.lam)), 1.0, level)
            if isinstance(level, float):
                self._factors[level] = factors
        return self.mean + factors * (x - self.mean)

    def given(self, array: np.ndarray):
        """An array as the sampler's library and type have it."""
        array = array.astype(self.dtype)
        if self.library == "torch":
            import torch

            return torch.from_numpy(array)
        return array
