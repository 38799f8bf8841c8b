"""Figures of finite deep linear networks: theory as lines, networks as open markers. All seeds are fixed."""

from __future__ import annotations

import numpy as np

from theory.figure import figure
from theory.simulation import namespace

from .architecture import features, kernels
from .bottleneck import correlation_density, relu_correlation
from .convolution import (
    variance_of_convolutional,
    variance_of_locally_connected,
    variance_on_line,
    variance_on_line_locally_connected,
)
from .data import digit
from .gram_moments import deviation_of_off_diagonal, variance_of_diagonal
from .many_outputs import geodesic_eigenvalue, growth_of_hidden_layers
from .models.bottleneck import mean_correlation_of_next_layer
from .models.prior import Prior
from .outputs import log_density_of_output
from .posterior import posterior_kernel
from .simulation.bottlenecks import patches
from .simulation.chains import sample
from .simulation.network import K_0, X, Y
from .true_width import loss_of_a_width

OPEN = {"linestyle": "none", "markerfacecolor": "none", "ms": 3.5}
STYLES = ("-", "--", "-.", ":")
MARKS = "os^D"


def _plain(axis, values):
    """Ticks at these values, written as they are."""
    axis.set_ticks(values, [f"{v:g}" for v in values])
    axis.set_ticks([], minor=True)


@figure(columns=2, panels=(1, 2), height=2.7, shows=(variance_of_diagonal, deviation_of_off_diagonal))
def kernels_in_depth(axes):
    r"""How much a kernel varies from network to network, by depth and width. (a) Standard deviation of a
    diagonal entry. (b) That of the entry of two inputs of correlation 0.5. Markers: 10,000 networks with
    drawn weights. An infinite network has a single kernel.
    """
    depth, few, rng = np.arange(1, 9), np.array([1, 2, 3, 5]), np.random.default_rng(0)
    inputs = np.array([[1.0, 0.0], [0.5, 0.75**0.5]]) * 2**0.5
    for n, (width, style) in enumerate(zip((5, 20, 80, 320), STYLES, strict=True)):
        spread = np.sqrt(variance_of_diagonal(width, depth)), deviation_of_off_diagonal(width, depth, 0.5)
        for ax, theory in zip(axes, spread, strict=True):
            ax.plot(depth, theory, style, color=f"C{n}", label=f"width {width}")
        if width > 20:
            continue
        for d in few:
            blocks = [kernels(features(rng, inputs, [width] * d, 2000)) for _ in range(5)]
            K = np.concatenate(blocks)
            for ax, j in zip(axes, (0, 1), strict=True):
                ax.plot(d, np.std(K[:, 0, j]), MARKS[n], color=f"C{n}", **OPEN)
    axes[0].set(ylabel="standard deviation of $K_{ii}/K^0_{ii}$")
    axes[1].set(ylabel="standard deviation of $K_{ij}$")
    for ax in axes:
        ax.set(yscale="log", xlabel="hidden layers $d$", ylim=(0.04, 6))
    axes[0].legend(fontsize=7, ncols=2)


@figure(columns=2, panels=(1, 2), height=2.7, shows=(log_density_of_output,))
def output_densities(axes):
    r"""The density of an output of unit variance: (a) layers of three units, and (b) two hidden layers, by
    width; grey: the Gaussian of infinite width. Markers: 400,000 networks with drawn weights.
    """
    f, rng = np.linspace(0.02, 8, 400), np.random.default_rng(1)
    edges = np.linspace(0, 8, 21)
    cases = ([(3, 1), (3, 2), (3, 3)], [(1, 2), (4, 2), (16, 2)])
    for ax, of_panel in zip(axes, cases, strict=True):
        ax.plot(f, np.exp(-(f**2) / 2) / np.sqrt(2 * np.pi), color="0.6", lw=1, label="Gaussian")
        for n, (width, d) in enumerate(of_panel):
            label = f"$d = {d}$" if ax is axes[0] else f"width {width}"
            density = np.exp(log_density_of_output(f, width, d, 1.0))
            ax.plot(f, density, STYLES[n], color=f"C{n}", label=label)
            found = []
            for _ in range(8):
                H = features(rng, np.ones((1, 1)), [width] * d, 50_000)[:, 0]
                found.append(np.abs(np.sum(H * rng.normal(size=H.shape), axis=1) / np.sqrt(width)))
            height = np.histogram(found, edges)[0] / 400_000 / np.diff(edges) / 2
            middle = (edges[1:] + edges[:-1]) / 2
            some = (height > 2e-5) & (middle > edges[1])  # not where a cell is wide for the density
            ax.plot(middle[some], height[some], MARKS[n], color=f"C{n}", **OPEN)
        ax.set(yscale="log", ylim=(1e-5, 3), xlabel="output $|f|$", ylabel="density")
        ax.legend(fontsize=7)


@figure(columns=2, panels=(1, 2), height=2.7, shows=(loss_of_a_width,))
def evidence_against_width(axes):
    r"""Bigger is not always better. (a) Mean log-evidence of networks of one hidden layer, less that of the
    true width 5, per data set: four orthogonal inputs, ten outputs, noise 0.1, 150 data sets of
    networks of that width; bars: standard errors. Smaller widths leave the panel. (b) The same where data
    tell nothing but a kernel's size, for three true widths: the divergence of gamma laws.
    """
    rng, inputs, widths = np.random.default_rng(2), 2 * np.eye(4), (3, 4, 5, 6, 8, 15, 30, 60)
    data = Prior(inputs, (5,)).sample_outputs(rng, 150, 10)
    data = data + 0.1 * rng.normal(size=data.shape)
    found = np.stack([Prior(inputs, (n,)).log_evidences(data, 0.1, rng, 40_000) for n in widths], axis=1)
    found = found - found[:, widths.index(5), None]
    error = np.std(found, axis=0, ddof=1) / np.sqrt(len(found))
    axes[0].errorbar(
        widths, np.mean(found, axis=0), error, marker="o", color="C0", markerfacecolor="none", ms=4
    )
    axes[0].axhline(0, color="0.6", lw=0.6)
    axes[0].axvline(5, color="0.6", lw=0.6, linestyle=":")
    axes[0].set(ylim=(-6, 1), ylabel="mean log-evidence $-$ that of $N = 5$ (nats)")
    assumed = np.geomspace(1, 200, 200)
    for n, width in enumerate((2.0, 5.0, 20.0)):
        axes[1].plot(
            assumed, -loss_of_a_width(assumed, width), STYLES[n], color=f"C{n}", label=f"true width {width:g}"
        )
        axes[1].plot(width, 0, MARKS[n], color=f"C{n}", markerfacecolor="none")
    axes[1].set(ylim=(-2, 0.15), ylabel="mean log-evidence $-$ the true one's (nats)")
    axes[1].legend(fontsize=7)
    for ax in axes:
        ax.set(xscale="log", xlabel="assumed width $N$")
    _plain(axes[0].xaxis, (3, 5, 10, 20, 60))
    _plain(axes[1].xaxis, (1, 5, 20, 100))


@figure(columns=2, panels=(1, 2), height=2.7, shows=(geodesic_eigenvalue, growth_of_hidden_layers))
def learned_kernels(axes):
    r"""Kernels learned with as many outputs as units, in the limit of large width. (a) Eigenvalues of the
    kernels from the input's ($\ell = 0$) to the outputs' ($\ell = 4$) move on a geodesic; markers:
    Hamiltonian Monte Carlo over the weights of three layers of 60 units. (b) Growth of the kernel in the
    first of two hidden layers against the outputs' size, for several numbers of outputs per unit: few outputs
    leave the kernel as it is.
    """
    layers, ends, rng = np.linspace(0, 4, 81), (4.0, 1.5, 0.3), np.random.default_rng(3)
    found = sample(rng, 3**0.5 * np.eye(3), np.diag(ends), 60, [60] * 3, 8, 150, 100, namespace())
    for n, end in enumerate(ends):
        axes[0].plot(layers, geodesic_eigenvalue(layers, 4.0, 1.0, end), STYLES[n], color=f"C{n}")
        of_chains = np.diagonal(found, axis1=2, axis2=3)[:, :, n].mean(axis=0)
        axes[0].plot((1, 2, 3), of_chains, MARKS[n], color=f"C{n}", **OPEN, label=rf"$k_L = {end:g}$")
        axes[0].plot((0, 4), (1, end), MARKS[n], color=f"C{n}", ms=4)
    axes[0].set(xlabel=r"layer $\ell$", ylabel=r"eigenvalue $k_\ell/k_0$", yscale="log", xticks=range(5))
    _plain(axes[0].yaxis, (0.3, 0.5, 1, 2, 4))
    axes[0].legend(fontsize=7)
    r = np.geomspace(0.05, 20, 200)
    for n, outputs in enumerate((4.0, 1.0, 0.25, 0.05)):
        growth = growth_of_hidden_layers(r, 2, 1.0, outputs)
        axes[1].plot(r, growth, STYLES[n], color=f"C{n}", label=f"$D/N = {outputs:g}$")
    axes[1].set(xscale="log", yscale="log", xlabel="size of the outputs $k_L/k_0$", ylabel="growth $k_1/k_0$")
    _plain(axes[1].yaxis, (0.3, 0.5, 1, 2, 4))
    _plain(axes[1].xaxis, (0.1, 1, 10))
    axes[1].legend(fontsize=7)


@figure(columns=2, panels=(1, 2), height=2.7, shows=(posterior_kernel,))
def learned_bump(axes):
    r"""The kernel that one output leaves behind: a bump of rank one along the target. (a) Posterior
    mean of entries of the hidden kernel of three inputs against the width; dotted: the prior mean. Markers:
    100,000 networks with drawn weights, weighed with their likelihood. (b) The same for outputs three times
    as large.
    """
    widths, few, rng = np.arange(4, 61, 2), (4, 6, 10, 20, 40), np.random.default_rng(4)
    entries = ((0, 0), (0, 1), (1, 2))
    for ax, size in zip(axes, (1.0, 3.0), strict=True):
        y = size * Y
        q = y @ np.linalg.solve(K_0, y)
        found = {width: _weighed(rng, y, width) for width in few}
        for n, (i, j) in enumerate(entries):
            theory = posterior_kernel(K_0[i, j], y[i] * y[j], q, 3, widths)
            ax.plot(widths, theory, STYLES[n], color=f"C{n}", label=f"entry {i + 1}{j + 1}")
            ax.axhline(K_0[i, j], color=f"C{n}", linestyle=":", lw=0.7)
            ax.plot(few, [found[w][i, j] for w in few], MARKS[n], color=f"C{n}", **OPEN)
        ax.set(xscale="log", xlabel="width $N$", ylabel="posterior mean of the kernel")
        _plain(ax.xaxis, few)
    axes[1].legend(fontsize=7)


def _weighed(rng, y, width):
    """The mean kernel of drawn networks, weighed with the likelihood of y."""
    total, norm = 0, 0
    for _ in range(10):
        K = kernels(features(rng, X, [width], 10_000))
        q = np.einsum("i,nij,j->n", y, np.linalg.inv(K), y)
        w = np.exp(-q / 2) / np.sqrt(np.linalg.det(K))
        total, norm = total + np.einsum("n,nij->ij", w, K), norm + np.sum(w)
    return total / norm


@figure(columns=2, panels=(1, 2), height=2.7, shows=(correlation_density, relu_correlation))
def bottlenecks(axes):
    r"""Infinite layers with a finite bottleneck. (a) Density of the correlation of two inputs (0.6 before)
    after a bottleneck of $B$ units; markers: 200,000 bottlenecks with drawn weights. (b) Mean correlation
    after the next infinite layer of ReLUs, less that without a bottleneck.
    """
    r, rng, edges = np.linspace(-0.995, 0.995, 300), np.random.default_rng(5), np.linspace(-1, 1, 26)
    inputs = np.array([[1.0, 0.0], [0.6, 0.8]])
    for n, B in enumerate((3, 10, 40)):
        axes[0].plot(r, correlation_density(r, B, 0.6), STYLES[n], color=f"C{n}", label=f"$B = {B}$")
        H = np.concatenate([features(rng, inputs, [B], 20_000) for _ in range(10)])
        unit = H / np.linalg.norm(H, axis=2, keepdims=True)
        found = np.histogram(np.sum(unit[:, 0] * unit[:, 1], axis=1), edges, density=True)[0]
        middle, some = (edges[1:] + edges[:-1]) / 2, found > 1e-2
        axes[0].plot(middle[some], found[some], MARKS[n], color=f"C{n}", **OPEN)
    axes[0].set(xlabel="correlation $r$ after the bottleneck", ylabel="density")
    axes[0].legend(fontsize=7)
    rho = np.linspace(-0.95, 0.95, 39)
    for n, B in enumerate((3, 10, 40)):
        theory = mean_correlation_of_next_layer(B, rho)
        axes[1].plot(rho, theory - relu_correlation(rho), STYLES[n], color=f"C{n}", label=f"$B = {B}$")
    axes[1].set(xlabel=r"correlation $\rho$ of the inputs", ylabel="change of the mean after ReLUs")
    axes[1].legend(fontsize=7)


@figure(
    columns=2, panels=(1, 2), height=2.7,
    shows=(variance_on_line, variance_of_convolutional, variance_of_locally_connected),
)  # fmt: skip
def shared_weights(axes):
    r"""Standard deviation of the location-averaged kernel, in units of its mean, of one linear layer of 8
    channels. (a) Locations on a line, correlation $c$ of neighbours: convolutional
    networks (lines) against locally connected ones (grey). (b) A digit of scikit-learn, cut to squares:
    markers are 4,000 networks with drawn 3 x 3 filters.
    """
    S, N = np.unique(np.round(np.geomspace(1, 300, 40))).astype(int), 8
    for n, c in enumerate((0.999, 0.9, 0.5)):
        axes[0].plot(
            S, np.sqrt(variance_on_line(S, c**2, 1.0, N)), STYLES[n], color=f"C{n}", label=f"$c = {c:g}$"
        )
    local = np.sqrt(variance_on_line_locally_connected(S, 1.0, N))
    axes[0].plot(S, local, color="0.55", linestyle=(0, (5, 1, 1, 1)), label="locally connected")
    axes[0].set(xlabel="locations $S$", ylabel="relative standard deviation")
    rng, sizes, rows = np.random.default_rng(6), (3, 4, 5, 6, 8), ([], [])
    for size in sizes:
        start = (8 - size) // 2
        x = patches(digit()[start : start + size, start : start + size]) / 3
        A, count = x @ x.T, len(x)
        mean = np.trace(A) / count
        rows[0].append(np.sqrt(variance_of_convolutional(N, count, np.sum(A**2))) / mean)
        rows[1].append(np.sqrt(variance_of_locally_connected(N, count, np.sum(np.diagonal(A) ** 2))) / mean)
        h = np.einsum("sc,nkc->nks", x, rng.normal(size=(4000, N, 9)))
        axes[1].plot(count, np.std(np.mean(h**2, axis=(1, 2))) / mean, "o", color="C0", **OPEN)
        own = np.concatenate(
            [
                np.mean(np.einsum("sc,nksc->nks", x, rng.normal(size=(400, N, count, 9))) ** 2, axis=(1, 2))
                for _ in range(10)
            ]
        )
        axes[1].plot(count, np.std(own) / mean, "s", color="C1", **OPEN)
    counts = [(size - 2) ** 2 for size in sizes]
    axes[1].plot(counts, rows[0], "-", color="C0", label="convolutional")
    axes[1].plot(counts, rows[1], "--", color="C1", label="locally connected")
    axes[1].set(xlabel="locations $S$")
    for ax, xs, ys in zip(
        axes, ((1, 10, 100), (1, 4, 10, 30)), ((0.03, 0.1, 0.3), (0.1, 0.2, 0.3, 0.5)), strict=True
    ):
        ax.set(xscale="log", yscale="log")
        _plain(ax.xaxis, xs)
        _plain(ax.yaxis, ys)
        ax.legend(fontsize=7)
