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


@dataclass
class Call:
    """One evaluation of the denoiser: where (B, D), and at which noise level."""

    x: np.ndarray
    sigma: float


@dataclass
class Problem:
    """Gaussian data in coordinates along their modes; noise from ``sigma_max`` to ``sigma_min``."""

    sigma_max: float
    sigma_min: float
    library: str
    calls: list[Call] = field(default_factory=list)

    mean = np.array(MEANS)

    @property
    def lam(self) -> np.ndarray:
        return np.array([*VARIANCES, self.sigma_min**2])

    def grid(self, steps: int) -> np.ndarray:
        """Noise levels of ``steps`` steps, evenly spaced in the power 1/7 (Karras et al., 2022, eq. 5)."""
        ends = np.array([self.sigma_max, self.sigma_min]) ** (1 / 7)
        levels = np.linspace(*ends, steps + 1) ** 7
        levels[[0, -1]] = self.sigma_max, self.sigma_min
        return levels

    def start(self) -> np.ndarray:
        """(D + 1, D): the mean, and from it one standard deviation along each mode, at ``sigma_max``."""
        spread = np.sqrt(self.lam + self.sigma_max**2)
        return self.mean + np.concatenate([np.zeros((1, len(spread))), np.diag(spread)])

    def gains(self, end, start=None) -> np.ndarray:
        """(D,): the exact factor by which deviations shrink from ``start`` to ``end``."""
        return flow_gain(self.lam, 1.0, float(end), 1.0, float(self.sigma_max if start is None else start))

    def denoise(self, x, sigma):
        """The mean of the clean data at x (B, D), at a level or one for each row; of x's library and type."""
        given = as_numpy(sigma)
        if given is None or given.size not in (1, len(x)):
            shape = None if given is None else given.shape
            raise ValueError(f"denoise: sigma of shape {shape} for x of shape {tuple(x.shape)}")
        level = given.astype(float).reshape(-1)
        self.calls.append(Call(as_numpy(x).astype(float).copy(), float(level[0])))
        level = np.maximum(level, 1e-12)[:, None] if level.size > 1 else max(float(level[0]), 1e-12)
        if self.library == "torch":
            import torch

            found = mode_denoiser(as_numpy(x).astype(float), self.lam, self.mean, 1.0, level)
            return torch.as_tensor(found, dtype=x.dtype, device=x.device)
        found = mode_denoiser(np.asarray(x, dtype=float), self.lam, self.mean, 1.0, level)
        return (
            found.astype(x.dtype) if getattr(x, "dtype", None) is not None and x.dtype.kind == "f" else found
        )

    def given(self, array: np.ndarray):
        """An array as the sampler's library has it."""
        if self.library == "torch":
            import torch

            return torch.from_numpy(array.copy())
        return array.copy()
