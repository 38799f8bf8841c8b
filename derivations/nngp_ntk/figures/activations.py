"""Duals of the catalogue against the correlation."""

from __future__ import annotations

import numpy as np

from theory.figure import figure

from ..activations.abrelu import abrelu_kappa, absolute, leaky_relu, relu
from ..activations.error_function import erf, erf_by_covariance, normal_cdf
from ..activations.exponential import exponential, exponential_normalised
from ..activations.gabor import gabor
from ..activations.gaussian import gaussian
from ..activations.gelu import gelu, gelu_by_covariance
from ..activations.linear import linear
from ..activations.monomial import cube, square
from ..activations.periodic import cos, rbf, sin
from ..activations.polynomial import hermite
from ..activations.rectified_monomial import rectified_monomial
from ..activations.smooth import softplus, tanh
from ..activations.snake import snake
from ..activations.step import sign, step

CATALOGUE = {
    "linear": linear,
    "ReLU": relu,
    "leaky ReLU (0.2)": leaky_relu(0.2),
    "absolute": absolute,
    "step": step,
    "sign": sign,
    "ReLU squared": rectified_monomial(2),
    "$u^2$": square,
    "$u^3$": cube,
    "Hermite, $m = 4$": hermite(4),
    "erf": erf,
    "normal cdf": normal_cdf,
    "sin": sin,
    "cos": cos,
    "RBF": rbf,
    "snake": snake,
    "exp": exponential,
    "exp, normalised": exponential_normalised,
    "Gaussian": gaussian,
    "Gabor": gabor,
    "GELU": gelu,
    "tanh": tanh,
    "softplus": softplus,
}


@figure(columns=2, panels=(1, 2), height=4.2, shows=(abrelu_kappa, erf_by_covariance, gelu_by_covariance))
def duals_of_activations(axes):
    r"""The dual of every activation of the catalogue against the correlation $\rho$ of two preactivations of
    unit variance, over its value for identical inputs. (a) As a heat-map, one activation a row; (b) a few of
    the rows as curves. Near $\rho = 1$ the smooth ones leave 1 linearly, ReLU too, with a root of third
    order in the angle besides; sign and step leave it at once, with the angle itself.
    """
    rho = np.linspace(-1, 1, 81)
    rows = {
        name: np.asarray(act.dual(1.0, 1.0, rho)) / float(act.dual(1.0, 1.0, 1.0))
        for name, act in CATALOGUE.items()
    }
    image = axes[0].imshow(
        np.stack(list(rows.values())),
        aspect="auto",
        extent=(-1, 1, len(rows), 0),
        vmin=-1,
        vmax=1,
        cmap="RdBu_r",
    )
    axes[0].set_yticks(np.arange(len(rows)) + 0.5, list(rows), fontsize=6)
    axes[0].set(xlabel=r"correlation $\rho$", ylabel="activation")
    axes[0].figure.colorbar(image, ax=axes[0], label="dual over its value at 1")
    for name, style in zip(
        ("linear", "ReLU", "sign", "erf", "GELU", "cos"), ("-", "--", "-.", ":", "-", "--"), strict=True
    ):
        axes[1].plot(rho, rows[name], style, label=name)
    axes[1].set(xlabel=r"correlation $\rho$", ylabel="dual over its value at 1")
    axes[1].legend(fontsize=6)
