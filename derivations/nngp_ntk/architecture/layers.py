"""Layers of a network as data: what they are, not what they do.

An activation stands for itself in a list of layers. The kernels of a network are made from these by
`Network`, its finite samples by `finite`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

PADDINGS = ("circular", "same")
LOGITS = ("mean", "identity", "softmax")


def _deviation(layer: str, name: str, value) -> None:
    if not (isinstance(value, int | float) and 0 <= value < float("inf")):
        raise ValueError(f"{layer}: {name} = {value!r} is no standard deviation, a finite number >= 0")


@dataclass(frozen=True)
class Dense:
    """A fully connected layer: weights of standard deviation ``sigma_w`` over the root of the inputs' number
    (fan-in), biases of ``sigma_b``. ValueError for a negative or infinite one."""

    sigma_w: float = 1.0
    sigma_b: float = 0.0

    def __post_init__(self):
        _deviation("Dense", "sigma_w", self.sigma_w)
        _deviation("Dense", "sigma_b", self.sigma_b)


@dataclass(frozen=True)
class Conv:
    """A convolution with a square filter of odd ``size`` (a window of that size on a line of positions).

    ``padding``: "circular", or "same" (zeros outside). Weights have standard deviation ``sigma_w`` over the
    root of channels times the filter's positions, biases ``sigma_b``.
    """

    sigma_w: float = 1.0
    sigma_b: float = 0.0
    size: int = 3
    padding: Literal["circular", "same"] = "same"

    def __post_init__(self):
        _deviation("Conv", "sigma_w", self.sigma_w)
        _deviation("Conv", "sigma_b", self.sigma_b)
        if not (isinstance(self.size, int) and self.size >= 1 and self.size % 2):
            raise ValueError(f"Conv: size = {self.size!r}: the filter's side, an odd number")
        if self.padding not in PADDINGS:
            raise ValueError(f"Conv: padding = {self.padding!r}: one of {', '.join(PADDINGS)}")


@dataclass(frozen=True)
class Flatten:
    """All positions side by side, as inputs of the dense layer that follows."""


@dataclass(frozen=True)
class GlobalAveragePool:
    """The mean over all positions, as input of the dense layer that follows."""


@dataclass(frozen=True)
class LayerNorm:
    """Every input's preactivations divided by their root mean square over the channels."""


@dataclass(frozen=True)
class Residual:
    """What goes in, plus ``alpha`` times what the ``layers`` make of it."""

    layers: Sequence[Any]
    alpha: float = 1.0

    def __post_init__(self):
        if not (isinstance(self.alpha, int | float) and abs(self.alpha) < float("inf")):
            raise ValueError(f"Residual: alpha = {self.alpha!r}: a finite number")
        if not self.layers:
            raise ValueError("Residual: no layers in the branch")
        object.__setattr__(self, "layers", tuple(self.layers))


@dataclass(frozen=True)
class Attention:
    """Self-attention over positions, with infinitely many heads.

    ``logits``: "identity" (logits over the root of the width, no softmax); "mean" (over the width, queries
    and keys sharing their weights: the logits do not fluctuate), its weights the logits themselves;
    "softmax": the same, with a softmax over the positions. Standard deviations of queries, keys and of
    values times output: ``sigma_q``, ``sigma_k``, ``sigma_v``.
    """

    sigma_q: float = 1.0
    sigma_k: float = 1.0
    sigma_v: float = 1.0
    logits: Literal["identity", "mean", "softmax"] = "identity"

    def __post_init__(self):
        for name in ("sigma_q", "sigma_k", "sigma_v"):
            _deviation("Attention", name, getattr(self, name))
        if self.logits not in LOGITS:
            raise ValueError(f"Attention: logits = {self.logits!r}: one of {', '.join(LOGITS)}")
