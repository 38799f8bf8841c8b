"""Figures of the flow: theory as lines, simulations as open markers. All seeds are fixed."""

from __future__ import annotations

import numpy as np

from theory.figure import figure
from theory.simulation import generator, namespace

from .aspect_ratio import (
    cubic_coefficient,
    mutual_information_cubic,
    mutual_information_in_depth,
    optimal_ratio,
    optimal_vertex,
)
from .asymptotics import asymptotic_inverse_kernel
from .models.activations import activation
from .models.critical import criticality
from .models.flow import Flow
from .models.information import mutual_information
from .scale_invariant import four_point_excess
from .simulation.chain import chain
from .susceptibilities import critical_initialisation
from .tangent_kernel import scale_invariant_ntk

OPEN = {"linestyle": "none", "markerfacecolor": "none"}
NUMPY = namespace()
STYLES = ("-", "--", "-.", ":")


@figure(columns=2, panels=(1, 2), height=2.9, shows=(asymptotic_inverse_kernel,))
def kernel_flow_to_zero(axes):
    r"""The kernel $K^{(l)}$ layer by layer, from $K^{(1)} = 1$. (a) At criticality: tanh, sin and erf fall
    like a power, dotted $1/(-a_1 l)$; the ReLU stays. (b) tanh off criticality, $C_b = 0$: with $C_W$ below
    1 the kernel falls exponentially, above 1 it settles at another value; open circles: the chain of
    networks of width 500, average of 40.
    """
    l = np.unique(np.geomspace(1, 400, 60).astype(int))
    for k, name in enumerate(("tanh", "sin", "erf", "relu")):
        run = Flow(name).run(1.0, 400)
        axes[0].loglog(
            l,
            np.asarray(run.K, float)[l - 1],
            color=f"C{k}",
            linestyle=STYLES[k],
            label={"relu": "ReLU"}.get(name, name),
        )
        known = criticality(name).points[0].coefficients
        if "a_1" in known:
            axes[0].loglog(
                l[5:],
                1 / (-float(known["a_1"]) * l[5:]),
                ":",
                color="0.5",
                lw=0.8,
                label=f"{name}, $1/(-a_1 l)$",
            )
    axes[0].set(xlabel="layer $l$", ylabel="kernel $K^{(l)}$", ylim=(5e-4, 2))
    handles, labels = axes[0].get_legend_handles_labels()
    shown = [k for k, label in enumerate(labels) if "," not in label]
    axes[0].legend([handles[k] for k in shown], [labels[k] for k in shown], fontsize=7)
    marks = np.array([1, 5, 10, 15, 20, 25, 30])
    for k, gain in enumerate((0.7, 1.0, 1.3)):
        axes[1].semilogy(
            np.arange(1, 31),
            Flow("tanh", 0.0, gain).run(1.0, 30).K,
            color=f"C{k}",
            linestyle=STYLES[k],
            label=f"$C_W = {gain}$",
        )
        found = [
            np.mean(chain(generator(k), lambda z, xp: xp.tanh(z), 500, int(m) - 1, 0.0, gain, 1.0, 40, NUMPY))
            for m in marks
        ]
        axes[1].semilogy(marks, found, "o", color=f"C{k}", ms=4, **OPEN, label=f"$C_W = {gain}$, width 500")
    axes[1].set(xlabel="layer $l$", ylabel="kernel $K^{(l)}$")
    handles, labels = axes[1].get_legend_handles_labels()
    axes[1].legend(handles[::2], labels[::2], fontsize=7)


@figure(columns=2, panels=(1, 2), height=2.9, shows=(critical_initialisation,))
def critical_lines(axes):
    r"""Where the flow has its fixed point with $\chi_\parallel = 1$, and with $\chi_\perp = 1$, in the plane
    of $(C_b, C_W)$; every point of a line has its own kernel $K$. They meet (circles) where both
    susceptibilities are 1. (a) tanh, at $(0, 1)$, $K^\star = 0$. (b) GELU, at $(0.173, 1.983)$, $K^\star =
    3.56$.
    """
    for ax, name, kernels in (
        (axes[0], "tanh", np.geomspace(1e-3, 3, 60)),
        (axes[1], "gelu", np.geomspace(0.3, 40, 60)),
    ):
        means = [activation(name).means(K) for K in kernels]
        for k, (label, slope) in enumerate(
            (
                (r"$\chi_\parallel = 1$", [m["m_z"] / K for m, K in zip(means, kernels, strict=True)]),
                (r"$\chi_\perp = 1$", [m["d"] for m in means]),
            )
        ):
            gains = 1 / np.array(slope)
            biases = kernels - gains * np.array([m["g"] for m in means])
            keep = biases > -0.02
            ax.plot(biases[keep], gains[keep], color=f"C{k}", linestyle=STYLES[k], label=label)
        C_b, C_W = map(float, criticality(name).initialisation)
        ax.plot([C_b], [C_W], "o", color="k", ms=6, **OPEN, label="critical point")
        ax.set(xlabel="$C_b$", ylabel="$C_W$", title={"gelu": "GELU"}.get(name, name))
        ax.legend(fontsize=7)


@figure(height=2.8, shows=(four_point_excess,))
def four_point_collapse(ax):
    r"""The excess $E z_i^4/3K^2 - 1$ against depth over width, for networks of three widths at criticality:
    ReLU (circles, $\nu = 5$) and linear (squares, $\nu = 2$). Lines: $(1 + \nu/n)^{l-1} - 1$, exact at every
    width, for $n = 64$; dotted: its limit $e^{\nu r} - 1$. Markers: 40,000 chains each.
    """
    for color, (name, nu, gain, marker) in enumerate((("ReLU", 5.0, 2.0, "o"), ("linear", 2.0, 1.0, "s"))):
        phi = (lambda z, xp: (z + abs(z)) / 2) if name == "ReLU" else (lambda z, xp: z)
        r = np.arange(1, 17) / 64
        ax.plot(
            r,
            four_point_excess(nu, 64, np.arange(2, 18)),
            color=f"C{color}",
            linestyle=STYLES[color],
            label=f"{name}, $n = 64$",
        )
        ax.plot(r, np.expm1(nu * r), ":", color="0.5", lw=0.8, label=f"{name}, limit")
        for size, n in enumerate((16, 32, 64)):
            S, rng, found = 1.0, generator(n), []
            for _ in range(4):
                S = chain(rng, phi, n, n // 16, 0.0, gain, S, 40_000, NUMPY)
                found.append(np.mean(S**2) - 1)
            ax.plot(
                np.arange(1, 5) / 16,
                found,
                marker,
                color=f"C{color}",
                ms=3 + 2 * size,
                **OPEN,
                label=f"{name}, n = {n}, chains",
            )
    ax.set(xlabel="$(l - 1)/n$", ylabel=r"$E z_i^4/3K^2 - 1$", yscale="log", ylim=(0.05, 5))
    handles, labels = ax.get_legend_handles_labels()
    shown = [k for k, label in enumerate(labels) if "chains" not in label]
    ax.legend([handles[k] for k in shown], [labels[k] for k in shown], fontsize=7)


@figure(height=2.8, shows=(scale_invariant_ntk,))
def tangent_kernel_by_depth(ax):
    r"""The mean tangent kernel at criticality, from $K^{(1)} = 1$, with $\lambda_b = \lambda_W = 1$: it
    grows in proportion to the depth for ReLU and, at half the bias's share, for tanh; tanh with weights only
    tends to 1/2. Dotted: $l/2 + 1/2$, the leading orders of the biases' and the weights' parts.
    """
    l = np.arange(1, 61)
    ax.plot(l, scale_invariant_ntk(l, 1.0, 1.0, 1.0, 1.0, 0.0), color="C0", label="ReLU")
    both = Flow("tanh").run(1.0, 60, lambda_b=1.0, lambda_W=1.0).Theta
    weights = Flow("tanh").run(1.0, 60, lambda_b=0.0, lambda_W=1.0).Theta
    ax.plot(l, both, "--", color="C1", label="tanh")
    ax.plot(l, weights, "-.", color="C2", label="tanh, weights only")
    ax.plot(l, l / 2 + 0.5, ":", color="0.5", lw=0.8, label="leading orders")
    ax.set(xlabel="layer $l$", ylabel=r"tangent kernel $\Theta^{(l)}$", yscale="log")
    ax.legend(fontsize=7)


@figure(height=2.9, shows=(mutual_information_cubic, mutual_information_in_depth, cubic_coefficient))
def information_by_depth(ax):
    r"""Mutual information of two neurons of a layer against $s = \nu r$, for log-normal $S$: exact (by
    quadrature) it keeps increasing. Both truncations, in $v = e^s - 1$ and in $s$, have a maximum (circles),
    an artefact of the truncation: at $s = \ln(1 + v^\star)$ and $4/20$.
    """
    s = np.linspace(0.002, 0.6, 90)
    ax.plot(s, [mutual_information(x) for x in s], color="C0", label="exact")
    ax.plot(s, mutual_information_cubic(np.expm1(s), 1, 1), "--", color="C1", label="cubic in $v$")
    ax.plot(s, mutual_information_in_depth(s, 1, 1), "-.", color="C2", label="cubic in $s$")
    best = float(optimal_ratio(2, 1.0))
    ax.plot(
        [best],
        [float(mutual_information_cubic(float(optimal_vertex(2)), 1, 1))],
        "o",
        color="C1",
        ms=5,
        **OPEN,
        label="maximum in $v$",
    )
    ax.plot(
        [0.2],
        [float(mutual_information_in_depth(0.2, 1, 1))],
        "o",
        color="C2",
        ms=5,
        **OPEN,
        label="maximum in $s$",
    )
    ax.set(xlabel=r"$s = \nu r$", ylabel="mutual information (nats)", ylim=(-0.002, 0.02))
    ax.legend(fontsize=7)
