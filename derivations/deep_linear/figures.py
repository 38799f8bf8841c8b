"""Figures of deep linear networks: theory as lines, simulations as open markers. All seeds are fixed."""

from __future__ import annotations

import numpy as np

from theory.figure import figure
from theory.simulation import descend, namespace

from .balanced_mode import half_time, mode_strength
from .bounded_riccati import balanced_product
from .data import digits, tree
from .hierarchy import tree_modes
from .initialisation import lyapunov_exponent, spectral_edge
from .learning_rate import optimal_learning_rate, steps_at_optimal_rate
from .mean_field import edge_of_chaos
from .simulation.edge_of_chaos import gradient_growth, settled
from .simulation.learning_rate import best_rate, steps_to_learn
from .simulation.network import aligned, gradient, gradient_given, modes_of, strengths
from .simulation.random_products import gaussian, orthogonal
from .unbalanced import unbalanced_mode

MARKERS = "osD^vP"
COLOURS = [f"C{i}" for i in range(6)]
OPEN = {"linestyle": "none", "markerfacecolor": "none"}
NUMPY = namespace()


def _train(weights, inputs, targets, modes, times, step):
    """Mode strengths at ``times`` (times, modes) of gradient descent at tau = 1."""
    slope = gradient(inputs, targets, 1.0)
    path = descend(weights, slope, step=step, record_at=times, observe=strengths(modes, NUMPY))
    return path.observations


def _draw(ax, k, line, markers, label):
    """Series k: what is predicted (x, y) as a line, what a simulation found as open markers."""
    ax.plot(*line, color=COLOURS[k], linestyle="-", label=f"{label}, theory")
    ax.plot(*markers, MARKERS[k], color=COLOURS[k], **OPEN, label=f"{label}, simulation")


def _legend(ax, labels, further=(), **options):
    """A legend with line and marker of each series, and the ``further`` labels as they are."""
    handles, names = ax.get_legend_handles_labels()
    found = dict(zip(names, handles, strict=True))
    pairs = [(found[f"{label}, theory"], found[f"{label}, simulation"]) for label in labels]
    ax.legend([*pairs, *(found[label] for label in further)], [*labels, *further], **options)


@figure(columns=2, panels=(1, 2), height=2.5, shows=(mode_strength, balanced_product))
def staged_learning(axes):
    """Modes are learned one after the other, the strongest first. Six of the ten modes of a two-layer
    network trained on the digits (whitened, one-hot targets); lines: theory, markers: gradient descent
    with step 0.05. (a) From aligned, balanced weights with equal initial strengths. (b) From small
    Gaussian weights; the theory starts from the part of the weights that grows.
    """
    inputs, targets = digits()
    modes = modes_of(inputs, targets, 10)
    shown = np.array([0, 2, 5, 7, 8, 9])
    labels = [f"$s = {s:.3f}$" for s in modes.s[shown]]
    rng = np.random.default_rng(0)

    coarse, fine, u0 = np.arange(0, 33, 1.5), np.linspace(0, 31.5, 211), 1e-4
    weights = aligned(rng, modes, [np.full(10, np.sqrt(u0))] * 2, 16)
    trained = _train(weights, inputs, targets, modes, coarse, 0.05)
    predicted = mode_strength(fine[:, None], modes.s, u0, 1.0)
    for k, (mode, label) in enumerate(zip(shown, labels, strict=True)):
        _draw(axes[0], k, (fine, predicted[:, mode]), (coarse, trained[:, mode]), label)
    _legend(axes[0], labels, loc="upper left")

    hidden, scale = 64, 0.003
    weights = [scale * rng.normal(size=shape) for shape in ((hidden, len(inputs)), (10, hidden))]
    trained = _train(weights, inputs, targets, modes, coarse, 0.05)
    grows = (weights[0] @ modes.right + (modes.left.T @ weights[1]).T) / 2  # (hidden, modes)
    sigma31 = targets @ inputs.T / inputs.shape[1]
    maps = balanced_product(fine, grows @ modes.right.T, modes.left @ grows.T, sigma31, 1.0)
    predicted = np.einsum("ik,tij,jk->tk", modes.left, maps, modes.right)
    for k, (mode, label) in enumerate(zip(shown, labels, strict=True)):
        _draw(axes[1], k, (fine, predicted[:, mode]), (coarse, trained[:, mode]), label)
    for ax in axes:
        ax.set(xlabel=r"training time $t/\tau$", ylabel="mode strength $u$", ylim=(-0.01, 0.34))


@figure(height=3.6, shows=(unbalanced_mode,))
def phase_plane(ax):
    """Both weights of one mode ($s = 1$) from any start: they move along hyperbolae of constant
    $a^2 - b^2$ to the minima $ab = s$, and away from the saddle at 0. Lines: theory; markers: gradient
    descent with step 0.02, at times 0.4 apart.
    """
    starts = [
        (0.1, 0.1),
        (0.6, 0.02),
        (0.02, 0.6),
        (1.6, -1.2),
        (-1.2, 1.6),
        (2.0, 1.7),
        (1.6, -0.3),
        (-0.3, 1.6),
    ]
    times, fine = np.arange(0, 6.2, 0.4), np.linspace(0, 6, 301)
    slope = gradient_given(np.eye(1), np.eye(1), 1.0)
    a = np.linspace(0.42, 2.4, 200)
    for sign in (1, -1):
        ax.plot(
            sign * a,
            sign / a,
            color="C5",
            linestyle="-",
            lw=3,
            alpha=0.7,
            label="minima, $ab = s$" if sign > 0 else None,
        )
    diagonal = np.array([-1.9, 1.9])
    ax.plot(diagonal, -diagonal, ":", color="0.5", lw=0.9, label="into the saddle, $a = -b$")
    for a0, b0 in starts + [(-x, -y) for x, y in starts]:
        first, second, _ = unbalanced_mode(fine, 1.0, a0, b0, 1.0)
        label = (a0, b0) == starts[0]
        ax.plot(first, second, "-", color="C1", lw=0.9, label="theory" if label else None)
        path = descend(
            [np.full((1, 1), a0), np.full((1, 1), b0)], slope, step=0.02, record_at=times,
            observe=lambda w: np.array([w[0][0, 0], w[1][0, 0]]),
        )  # fmt: skip
        ax.plot(*path.observations.T, "o", color="C2", ms=2.2, **OPEN, label="training" if label else None)
    ax.plot(0, 0, "X", color="C0", ms=6, label="saddle")
    ax.set(
        xlabel="first-layer weight $a$", ylabel="second-layer weight $b$", xlim=(-2.4, 2.4), ylim=(-2.4, 2.4)
    )
    ax.set_aspect("equal")
    ax.figure.legend(*ax.get_legend_handles_labels(), loc="outside upper center", ncols=2)


@figure(columns=2, panels=(1, 2), height=2.4, shows=(steps_at_optimal_rate, optimal_learning_rate))
def learning_time_against_depth(axes):
    """Depth costs a bounded number of steps. (a) Steps at the optimal learning rate until a mode
    ($s = 1$) has grown from $u_0$ to 0.9: gradient flow (lines), its limit of infinite depth (dashed)
    and gradient descent at 1/32 of that rate, steps over 32 (markers). (b) The optimal rate, one over
    the largest curvature on the way to the minimum, falls like one over the number of layers.
    """
    steps_ax, rate_ax = axes
    layers = np.unique(np.geomspace(1, 100, 30).round().astype(int))
    starts, singular = (0.1, 0.2, 0.4), (0.5, 1.0, 3.0)
    few = (1, 2, 3, 4, 6, 10, 20)
    for k, u0 in enumerate(starts):
        steps = [float(steps_at_optimal_rate(0.9, 1.0, u0, int(n))) for n in layers]
        limit = float(steps_at_optimal_rate(0.9, 1.0, u0, np.inf))
        steps_ax.axhline(limit, color=COLOURS[k], linestyle="--", lw=0.7)
        counted = [
            steps_to_learn(xp=NUMPY, rng=None, progress=None, step=1 / 32, uf=0.9, s=1.0, u0=u0, L=n).values[
                0, 0
            ]
            for n in few
        ]
        _draw(steps_ax, k, (layers, steps), (few, counted), f"$u_0 = {u0}$")
    steps_ax.set(xscale="log", xlabel="weight layers $L$", ylabel="steps at the optimal rate", ylim=(0, 16))
    _legend(steps_ax, [f"$u_0 = {u0}$" for u0 in starts], loc="upper left", ncols=3)

    for k, s in enumerate(singular):
        rates = [float(optimal_learning_rate(s, int(n))) for n in layers]
        measured = [best_rate(xp=NUMPY, rng=None, progress=None, s=s, L=n).values for n in few]
        _draw(rate_ax, k, (layers + 1, rates), (np.array(few) + 1, measured), f"$s = {s:g}$")
    guide = np.array([12.0, 60.0])
    rate_ax.plot(guide, 6 / guide, color="0.4", linestyle=":", label="slope $-1$")
    rate_ax.set(
        xscale="log", yscale="log", xlabel="layers of neurons $N_l = L + 1$", ylabel=r"optimal rate $\eta$"
    )
    _legend(rate_ax, [f"$s = {s:g}$" for s in singular], ["slope $-1$"], loc="lower left")


@figure(columns=2, panels=(1, 2), height=2.4, shows=(mode_strength, half_time))
def tree_learning(axes):
    """Coarse distinctions are learned before fine ones. (a) A two-layer network learns the features of
    the 16 leaves of a binary tree; one mode of each level (lines: theory, markers: gradient descent
    with step 0.05). (b) When each mode is half learned: the time falls with the singular value.
    """
    depth, u0 = 4, 1e-3
    inputs, targets = tree(depth)
    modes = modes_of(inputs, targets, 2**depth)
    s, d = tree_modes(depth)
    first_of_level = [0, *(2**level for level in range(depth))]
    labels = ["common to all", *(f"split at level {level}" for level in range(depth))]
    weights = aligned(np.random.default_rng(0), modes, [np.full(2**depth, np.sqrt(u0))] * 2, 2 * 2**depth)
    coarse, fine = np.arange(0, 86, 4.0), np.linspace(0, 84, 211)
    trained = _train(weights, inputs, targets, modes, coarse, 0.05)
    predicted = mode_strength(fine[:, None], s, u0, 1.0, d)
    target = s / d
    for k, (mode, label) in enumerate(zip(first_of_level, labels, strict=True)):
        line, markers = (fine, predicted[:, mode] / target[mode]), (coarse, trained[:, mode] / target[mode])
        _draw(axes[0], k, line, markers, label)
    _legend(axes[0], labels, loc="lower right")
    axes[0].set(xlabel=r"training time $t/\tau$", ylabel="strength over final strength $ud/s$")

    singular = np.geomspace(s[-1] / 1.3, s[0] * 1.3, 100)
    axes[1].plot(singular, half_time(singular, u0, 1.0, d), color="C0", linestyle="-", label="theory")
    often = np.arange(0, 60, 0.25)
    dense = _train(weights, inputs, targets, modes, often, 0.05)
    for k, (index, label) in enumerate(zip(first_of_level, labels, strict=True)):
        when = np.interp(0.5, dense[:, index] / target[index], often)
        axes[1].plot(modes.s[index], when, MARKERS[k], color=COLOURS[k], ms=5, **OPEN, label=label)
    axes[1].set(xscale="log", yscale="log", xlabel="singular value $s$", ylabel=r"half-time $t_{1/2}/\tau$")
    axes[1].set_xticks([0.1, 0.2, 0.4], ["0.1", "0.2", "0.4"])
    axes[1].set_yticks([10, 20, 40], ["10", "20", "40"])
    axes[1].minorticks_off()


@figure(columns=2, panels=(1, 2), height=2.4, shows=(spectral_edge, lyapunov_exponent))
def singular_values_of_products(axes):
    """Products of Gaussian matrices become singular with depth, products of orthogonal ones do not.
    (a) Singular values of products of $L$ random 200 x 200 matrices; ticks above: the largest that
    wide matrices can have. (b) Their logarithms over $L$ at width 6: one realisation (markers) and the
    Lyapunov exponents it tends to (lines), read off the triangular factors of the product.
    """
    spread, growth = axes
    rng = np.random.default_rng(0)
    bins = np.linspace(-6, 1, 57)
    for k, layers in enumerate((1, 2, 4, 10)):
        sizes = np.linalg.svd(gaussian(rng, 200, layers, NUMPY), compute_uv=False)
        density = np.histogram(np.log10(sizes), bins)[0] / 200
        spread.stairs(
            density,
            bins,
            color=COLOURS[k],
            linestyle=("-", "--", "-.", ":")[k],
            label=f"Gaussian, $L = {layers}$",
            lw=1.1,
        )
        edge = np.log10(float(spectral_edge(layers))) / 2
        spread.plot([edge, edge], [0.235, 0.25], color=COLOURS[k], linestyle="-", lw=1.2)
    sizes = np.linalg.svd(orthogonal(rng, 200, 100, NUMPY), compute_uv=False)
    density = np.histogram(np.log10(sizes), bins + 0.0625)[0] / 200
    spread.stairs(density, bins + 0.0625, color="C4", fill=True, alpha=0.6, label="orthogonal, $L = 100$")
    spread.set(xlabel=r"singular value $\log_{10}\sigma$", ylabel="share of singular values", ylim=(0, 0.25))
    spread.legend(loc="upper left")

    depths = np.arange(1, 101)
    basis, total, path = np.eye(6), np.zeros(6), []
    for layer in depths:
        basis, r = np.linalg.qr(rng.normal(size=(6, 6)) / np.sqrt(6) @ basis)
        total = total + np.log(np.abs(np.diagonal(r)))
        path.append(total / layer)
    shown = np.unique(np.geomspace(1, 100, 25).round().astype(int)) - 1
    for k, exponent in enumerate(lyapunov_exponent(np.arange(1, 7), 6)):
        growth.axhline(exponent, color=COLOURS[k], linestyle="-")
        growth.plot(
            depths[shown],
            np.array(path)[shown, k],
            MARKERS[k],
            color=COLOURS[k],
            **OPEN,
            label=f"$i = {k + 1}$",
        )
    growth.axhline(0, color="0.6", linestyle=":", label="orthogonal")
    growth.set(xscale="log", xlabel="weight layers $L$", ylabel=r"$L^{-1}\,\ln\,\sigma_i$", ylim=(-2.7, 0.15))
    growth.legend(loc="lower left", ncols=4)


@figure(columns=2, panels=(1, 2), height=2.4, shows=(edge_of_chaos,))
def edge_of_chaos_gradients(axes):
    """Just above $g = 1$ gradients neither grow nor vanish. (a) Growth of the squared gradient per layer
    of a wide tanh network against the gain $g$: mean field (line), networks of width 150 (markers), and
    $g^2$, the value without saturation. (b) Squared gradient norm against the layers passed: mean
    field (lines) and the mean of 24 networks of width 150 (markers).
    """
    factor, norm = axes
    gains = np.linspace(0.8, 2.0, 61)
    rng = np.random.default_rng(0)
    factor.plot(
        gains, [float(edge_of_chaos(g)[1]) for g in gains], color="C0", linestyle="-", label="mean field"
    )
    factor.plot(gains, gains**2, color="0.5", linestyle=":", label="$g^2$")
    measured = []
    for g in np.arange(0.8, 2.01, 0.15):
        found = [settled(r, g, 150, 20, 20, NUMPY)[1] for r in rng.spawn(8)]
        measured.append((g, np.mean(found)))
    factor.plot(*np.transpose(measured), "o", color="C2", **OPEN, label="networks")
    factor.set(xlabel="gain $g$", ylabel=r"gradient factor $\chi$", ylim=(0.6, 1.8))
    factor.legend(loc="upper left")

    passed = np.arange(25)
    shown = (0.9, 1.0, 1.1, 1.4, 1.8)
    for k, g in enumerate(shown):
        chi = float(edge_of_chaos(g)[1])
        sizes = np.mean([gradient_growth(r, g, 150, 24, 30) for r in rng.spawn(24)], axis=0)
        _draw(norm, k, (passed, chi**passed), (passed[::3], sizes[::3]), f"$g = {g}$")
    norm.set(yscale="log", xlabel="layers passed", ylabel="squared gradient norm")
    _legend(norm, [f"$g = {g}$" for g in shown], loc="upper left")
