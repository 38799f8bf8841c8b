"""Real data classified by networks of infinite width. Seeds are fixed."""

from __future__ import annotations

import numpy as np

from theory.figure import figure

from ..activations.abrelu import relu
from ..architecture.layers import Conv, Dense, GlobalAveragePool
from ..data import digits, images, mnist, split
from ..layers.dense import dense_nngp, dense_ntk
from ..models.network import Network
from ..models.regression import KernelRegression

RIDGE = 1e-4
SIZES = (50, 100, 200, 400, 800, 1200)
MNIST_SIZES = (100, 300, 1000, 2000)
CONVOLUTIONAL_SIZES = (50, 100, 150)
TESTED = 150


def dense(depth: int) -> Network:
    """A ReLU network of this many hidden layers."""
    return Network([one for _ in range(depth) for one in (Dense(2**0.5), relu)] + [Dense(2**0.5)])


def convolutional(depth: int) -> Network:
    """Three by three convolutions, ReLU, and the mean over all positions."""
    layers = [one for _ in range(depth) for one in (Conv(2**0.5, size=3), relu)]
    return Network([*layers, GlobalAveragePool(), Dense(2**0.5)])


def error(network, kernel, x, labels, size: int, tested: int | None = None) -> float:
    """The share of wrong labels among inputs that were not trained on."""
    x, labels, new, wanted = split(x, labels, size)
    found = KernelRegression(network, kernel, RIDGE).classify(x, labels, new[:tested])
    return float(np.mean(found != wanted[:tested]))


@figure(columns=2, panels=(1, 2), height=2.5, shows=(dense_nngp, dense_ntk))
def errors_on_digits(axes):
    """Share of wrong labels among inputs not trained on, by the number of training inputs, for regression
    with kernels of ReLU networks (ridge 1e-4 of the diagonal, one random split). (a) The digits of
    scikit-learn; the convolutional network has three layers and global average pooling, with 150 inputs
    tested. (b) 5,000 images of MNIST.
    """
    x, labels = digits()
    for depth, marker in ((1, "o"), (3, "s")):
        for kernel, line in (("nngp", "--"), ("ntk", "-")):
            found = [error(dense(depth), kernel, x, labels, n) for n in SIZES]
            style = {"color": f"C{depth // 2}", "markerfacecolor": "none", "ms": 4}
            name = f"{kernel.upper()}, {depth} hidden"
            axes[0].plot(SIZES, found, line, marker=marker, label=name, **style)
    found = [error(convolutional(3), "ntk", images(), labels, n, TESTED) for n in CONVOLUTIONAL_SIZES]
    axes[0].plot(CONVOLUTIONAL_SIZES, found, ":", marker="^", color="C2", label="CNTK, 3 convolutions")
    x, labels = mnist()
    for kernel, line in (("nngp", "--"), ("ntk", "-")):
        found = [error(dense(3), kernel, x, labels, n) for n in MNIST_SIZES]
        axes[1].plot(
            MNIST_SIZES, found, line, marker="s", color="C1", ms=4, markerfacecolor="none",
            label=f"{kernel.upper()}, 3 hidden",
        )  # fmt: skip
    for ax, title in zip(axes, ("digits, 8 x 8", "MNIST"), strict=True):
        ax.set(xscale="log", yscale="log", xlabel="training inputs $P$", title=title)
        ax.legend()
    axes[0].set_ylabel("share of wrong labels")
