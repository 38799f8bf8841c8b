"""Figures of finite networks: infinite width as lines, networks as thin lines or open markers."""

from __future__ import annotations

import numpy as np

from theory.figure import figure
from theory.simulation import generator, namespace

from ..activations.abrelu import relu
from ..architecture.layers import Dense
from ..layers.dense import dense_nngp, dense_ntk
from ..models.network import Network
from ..simulation.circle import kernels_on_circle, on_circle
from ..simulation.finite_networks import covariances, distances

SEEDS = 8


@figure(columns=2, panels=(1, 2), height=2.9, shows=(dense_nngp, dense_ntk))
def ntk_on_the_circle(axes):
    r"""Neural tangent kernel of two points on the circle at an angle $\gamma$, for networks of three hidden
    layers of ReLUs with $\sigma_w = \sqrt2$: means and standard deviations over 8 networks of width (a) 100
    and (b) 1000, at the start and after training on the target $x_1 x_2$. Line: infinite width, where the
    kernel is the same for every network and does not move. At a finite width it is spread by order
    $1/\sqrt n$, and moves in training, by less the wider the network.
    """
    layer = Dense(2**0.5, 0.1)
    network = Network((layer, relu, layer, relu, layer, relu, layer))
    angles = np.linspace(-np.pi, np.pi, 61)
    infinite = network.ntk(on_circle(np.zeros(1)), on_circle(angles))[0]
    for ax, width in zip(axes, (100, 1000), strict=True):
        before, after = kernels_on_circle(network, width, angles, seeds=SEEDS)
        for kernels, label, colour in ((before, "start", "C1"), (after, "trained", "C2")):
            mean, spread = np.mean(kernels, axis=0), np.std(kernels, axis=0, ddof=1)
            ax.plot(angles, mean, color=colour, lw=1, linestyle="--", label=f"$n = {width}$, {label}")
            ax.fill_between(angles, mean - spread, mean + spread, color=colour, alpha=0.25, lw=0)
        ax.plot(angles, infinite, color="k", lw=1, label=r"$n = \infty$")
        ax.set(xlabel=r"angle $\gamma$", ylabel=r"$\Theta(\cos\gamma)$", ylim=(0, 1.6 * infinite.max()))
        ax.set_xticks([-np.pi, 0, np.pi], [r"$-\pi$", "0", r"$\pi$"])
        ax.legend(fontsize=7)


@figure(columns=1, shows=(dense_nngp, dense_ntk))
def finite_width_rates(ax):
    r"""How far apart two random networks of width $n$ are: the mean, over 300 pairs of networks, of the
    difference of their covariances (NNGP) and of their tangent kernels (NTK), relative to infinite width.
    Three hidden layers of ReLUs, two inputs at a right angle. Dotted: $1/\sqrt n$ through the widest.
    """
    layer = Dense(2**0.5, 0.1)
    network = Network((layer, relu, layer, relu, layer, relu, layer))
    x = on_circle(np.array([0.0, np.pi / 2]))
    widths = np.array([16, 32, 64, 128, 256])
    run = dict(xp=namespace(), progress=None, network=network, x=x, replicates=300)
    apart = []
    for width in widths:
        K = covariances(rng=generator(width), width=int(width), **run | {"replicates": 600}).values
        Theta = distances(rng=generator(width), width=int(width), **run).values
        apart.append(
            (
                np.mean(np.abs(K[::2] - K[1::2])[:, 1]) / network.nngp(x)[0, 1],
                np.mean(Theta[:, 1]) / network.ntk(x)[0, 1],
            )
        )
    for k, (label, marker) in enumerate((("NNGP", "o"), ("NTK", "s"))):
        found = np.array(apart)[:, k]
        ax.loglog(widths, found, marker, color=f"C{k}", linestyle="none", markerfacecolor="none", label=label)
        guide = found[-1] * np.sqrt(widths[-1] / widths)
        ax.loglog(widths, guide, ":", color=f"C{k}", lw=0.8, label=rf"{label}, $1/\sqrt{{n}}$")
    ax.set(xlabel="width $n$", ylabel="relative distance of two networks")
    ax.set_xticks(widths, [str(n) for n in widths])
    ax.set_yticks([0.2, 0.5, 1], ["0.2", "0.5", "1"])
    ax.minorticks_off()
    ax.legend(fontsize=7)
