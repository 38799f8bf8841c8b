"""Figures of wide and deep networks as classifiers. All seeds are fixed."""

from __future__ import annotations

import numpy as np

from theory.figure import figure

from .common_activations import relu_dual, relu_slope_of_dual
from .models.activation import Activation
from .models.classifier import classify
from .models.kernels import alpha, koenigs
from .simulation.arc import BAYES, sample
from .singular_kernel import singular_exponent

STYLES = ("-", "--", "-.", ":")


@figure(height=2.8, shows=(singular_exponent,))
def singular_kernels(ax):
    r"""The limit $a$ of the kernel of deep networks against the distance $r$ of the inputs, for the optimal
    activations of dimension 1, 2, 3 and for the sine. Lines: the kernel; markers: $r^{-\alpha}$ with the
    exponent of theory, through the leftmost point.
    """
    gap = np.geomspace(1e-8, 0.5, 81)
    r = np.sqrt(2 * gap)
    for k, (name, act) in enumerate(
        [
            *((f"$d = {d}$", Activation.optimal(d)) for d in (1, 2, 3)),
            ("sine", Activation.from_callable(np.sin)),
        ]
    ):
        a = koenigs(None, act, gap=gap)
        ax.plot(r, a, color=f"C{k}", linestyle=STYLES[k], label=name)
        power = a[0] * (r / r[0]) ** -alpha(act)
        ax.plot(r[::8], power[::8], "os^D"[k], color=f"C{k}", mfc="none", ms=3, label=f"{name}, power")
    ax.set(xscale="log", yscale="log", xlabel="distance $r$", ylabel="$a$")
    ax.legend(fontsize=6, ncol=2)


@figure(height=2.8)
def risk_by_samples(ax):
    r"""Test error on the arc against the number $n$ of training points, for networks of infinite depth:
    optimal activation, nearest neighbour ($h_2$) and majority. Means over 6 draws of the data, 200 test
    points each; dotted: the error of the Bayes classifier.
    """
    n = np.array([25, 50, 100, 200, 400])
    cases = (("optimal", Activation.optimal(1)), ("$h_2$", [0, 0, 1]), ("majority", [0.2, 0.3, 0.5]))
    for k, (name, w) in enumerate(cases):
        errors = [np.mean([_error(m, w, seed) for seed in range(6)]) for m in n]
        ax.plot(n, errors, marker="os^"[k], mfc="none", ms=4, linestyle=STYLES[k], label=name)
    ax.axhline(BAYES, color="0.5", linestyle=":", label="Bayes")
    ax.set(xscale="log", xlabel="training points $n$", ylabel="test error", ylim=(0, 0.65))
    ax.set_xticks(n, n)
    ax.minorticks_off()
    ax.legend(fontsize=7)


@figure(height=2.8)
def depth_and_its_limit(ax):
    r"""Labels in which ridgeless regression with the tangent kernel of depth $L$ differs from the vote at
    infinite depth, on the arc: 40 training points, 500 test points, means over 8 draws.
    """
    depths = np.array([20, 60, 200, 600, 2000, 6000, 20000])
    act, apart = Activation.optimal(1), []
    for seed in range(8):
        rng = np.random.default_rng(seed)
        (X, y), (X_test, _) = sample(40, rng), sample(500, rng)
        vote = classify(X, y, X_test, act)
        apart.append([np.mean(classify(X, y, X_test, act, depth) != vote) for depth in depths])
    ax.plot(depths, np.mean(apart, axis=0), "o-", mfc="none", ms=4, label="optimal activation")
    ax.set(xscale="log", xlabel="depth $L$", ylabel="labels that differ", ylim=(0, None))
    ax.legend(fontsize=7)


@figure(columns=2, panels=(1, 3), height=2.5)
def decision_regions(axes):
    r"""What networks of infinite depth decide on a patch of the sphere, by the coordinates $x_1/x_3$ and
    $x_2/x_3$: nearest neighbour ($h_2$), singular kernel (optimal for $d = 2$) and majority. Markers: 80
    training points, 15 % of whose labels are wrong; dashed: where the probability of a label is one half.
    """
    rng = np.random.default_rng(3)
    u = rng.uniform(-0.5, 0.5, (80, 2))
    y = np.where((np.linalg.norm(u, axis=1) < 0.33) ^ (rng.random(80) < 0.15), 1, -1)
    line = np.linspace(-0.5, 0.5, 121)
    grid = np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2)
    on_sphere = lambda v: (x := np.column_stack([v, np.ones(len(v))])) / np.linalg.norm(x, axis=1)[:, None]  # noqa: E731
    turn = np.linspace(0, 2 * np.pi, 181)
    cases = (
        ("nearest neighbour", [0, 0, 1]),
        ("singular", Activation.optimal(2)),
        ("majority", [0.2, 0.3, 0.5]),
    )
    for ax, (name, w) in zip(axes, cases, strict=True):
        label = classify(on_sphere(u), y, on_sphere(grid), w).reshape(121, 121)
        ax.contourf(line, line, label, levels=(-2, 0, 2), colors=("C0", "C1"), alpha=0.35)
        ax.plot(*u[y == 1].T, "s", color="C1", ms=2.5, label="label 1")
        ax.plot(*u[y == -1].T, "o", color="C0", mfc="none", ms=2.5, label="label -1")
        ax.plot(0.33 * np.cos(turn), 0.33 * np.sin(turn), "k--", lw=0.8)
        ax.set(title=name, xlabel="$x_1/x_3$", aspect="equal", xlim=(-0.5, 0.5), ylim=(-0.5, 0.5))
    axes[0].set_ylabel("$x_2/x_3$")


@figure(height=2.8, shows=(relu_dual,))
def error_by_depth(ax):
    r"""Test error on the arc against depth: the vote with the tangent kernel of the optimal activation, of
    ReLU and of $h_2$ (which underflows beyond depth 8). 100 training points, means over 8 draws
    with 300 test points each; dotted: the error of the Bayes classifier.
    """
    depths = np.array([1, 2, 4, 8, 16, 32, 64, 128])
    act = Activation.optimal(1)
    for k, (name, predict, upto) in enumerate(
        [
            ("optimal", lambda *data: classify(*data[:3], act, data[3], smoother=True), 128),
            ("ReLU", _relu_votes, 128),
            ("$h_2$", lambda *data: classify(*data[:3], [0, 0, 1], data[3], smoother=True), 8),
        ]
    ):
        errors = []
        for depth in depths[depths <= upto]:
            draws = []
            for seed in range(8):
                rng = np.random.default_rng(seed)
                (X, y), (X_test, y_test) = sample(100, rng), sample(300, rng)
                draws.append(np.mean(1 - predict(X, y, X_test, int(depth)) * y_test) / 2)
            errors.append(np.mean(draws))
        ax.plot(
            depths[: len(errors)], errors, marker="os^"[k], mfc="none", ms=4, linestyle=STYLES[k], label=name
        )
    ax.axhline(BAYES, color="0.5", linestyle=":", label="Bayes")
    ax.set(xscale="log", xlabel="depth $L$", ylabel="test error", ylim=(0, 0.55))
    ax.set_xticks(depths, depths)
    ax.minorticks_off()
    ax.legend(fontsize=7)


def _relu_votes(X, y, X_test, depth):
    def tangent(U, V):
        K = theta = np.clip(U @ V.T, 0, 1)
        for _ in range(depth):
            slope = relu_slope_of_dual(K)
            K = relu_dual(K)
            theta = K + slope * theta
        return theta

    return np.sign(tangent(X_test, X) @ y)


def _error(n, w, seed):
    rng = np.random.default_rng(seed)
    (X, y), (X_test, y_test) = sample(n, rng), sample(200, rng)
    return np.mean(1 - classify(X, y, X_test, w) * y_test) / 2  # a tie is half an error
