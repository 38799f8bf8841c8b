"""Figures of feature learning at any width. All seeds are fixed."""

from __future__ import annotations

import numpy as np

from theory.figure import figure
from theory.simulation import namespace

from .data import PARAMETRISATIONS
from .every_width import output_at_width
from .exponents import feature_exponent, kernel_exponent, output_exponent
from .fluctuations import variance_times_width
from .gradient_flow import feature_kernel, feature_output, learning_time
from .models.slopes import width_slope
from .simulation import deep, linear, training
from .tangent_limit import tangent_output

NUMPY = namespace()
STYLES = ("-", "--", "-.", ":")
MARKERS = "osD^v"


def _exponents(A, B, C):
    """Of features and output, by those of the initial output weights, their update and hidden updates."""
    by = dict(a_1=C / 2, a_h=(C + 1) / 2, a_out=B / 2, b_out=A - B / 2, c=0.0)
    r = feature_exponent(**by)
    return r, output_exponent(by["a_out"], by["b_out"], 0.0, r)


def _shade(ax, x, y, r, change):
    """Grey where the features or the output blow up with the width."""
    unstable = np.where((r < -1e-12) | (change < -1e-12), 1.0, np.nan)
    ax.pcolormesh(x, y, unstable, cmap="Greys", vmin=0, vmax=3.5, shading="nearest", rasterized=True)
    ax.text(0.55, -1.2, "unstable", fontsize=8)
    ax.set(ylabel="$C$, hidden updates", xlim=(0.5, 2), ylim=(-1.375, 0.5))


@figure(columns=2, panels=(1, 2), height=2.9, shows=(feature_exponent, output_exponent))
def phase_diagram(axes):
    r"""What a network of great width does. $A$, $B$ and $C$ are the exponents of the output weights at the
    start, of their update, and of the largest hidden update: sizes are $n^{-A}$ and so on. Left: the output
    layer learns fully, $B = 1$; dotted: equal $r$, the exponent of the features' change, which is 0 on the
    thick edge. Right: $A = 1$; off the two edges nothing moves. µP is the corner of both.
    """
    left, right = axes
    x, y = np.linspace(0.5, 2, 301), np.linspace(-1.375, 0.5, 301)
    X, Y = np.meshgrid(x, y)
    r, change = _exponents(X, 1.0, Y)
    _shade(left, x, y, r, change)
    inside = np.where((r < -1e-12) | (change < -1e-12), np.nan, r)
    lines = left.contour(
        x, y, inside, levels=(0.25, 0.5, 0.75, 1.0), colors="k", linestyles=":", linewidths=0.8
    )
    left.clabel(lines, fmt="%g", fontsize=6, manual=[(1.5, k) for k in (-0.75, -0.5, -0.25, 0.0)])
    left.plot([1, 2], [-1, -1], color="C3", lw=2.5, label="feature learning, $r = 0$")
    left.plot(1, -1, "*", color="k", ms=9, label="µP; MFP", zorder=5)
    left.plot(0.5, 0, "s", color="k", ms=5, label="NTP; SP at rate $1/n$", clip_on=False, zorder=5)
    left.text(1.05, -0.62, "kernel", fontsize=8)
    left.set_xlabel("$A$, initial output weights")
    left.legend(fontsize=6, loc="upper right")
    _shade(right, x, y, *_exponents(1.0, X, Y))
    right.plot([1, 2], [-1, -1], color="C3", lw=2.5, label="feature learning")
    right.plot([1, 1], [-1, 0.5], color="k", lw=2.5, ls="--", label="kernel")
    right.plot(1, -1, "*", color="k", ms=9, label="µP", zorder=5)
    right.text(1.35, -0.4, "trivial", fontsize=8)
    right.set_xlabel("$B$, update of the output weights")
    right.legend(fontsize=6, loc="upper right")


@figure(columns=2, panels=(1, 2), height=2.7, shows=(feature_output, output_at_width, variance_times_width))
def learning_curves(axes):
    r"""Gradient flow of µP networks of one hidden linear layer, target $s = 2$. Left: three networks of each
    width (markers: trained networks; lines: the closed form at their $P$ and $M$), the limit, and the
    limit of the NTK parametrisation. Right: the standard deviation over networks times $\sqrt n$, from
    networks (markers) and in the limit of great width.
    """
    s, t = 2.0, np.linspace(0, 1.4, 141)
    left, right = axes
    marks = np.linspace(0.1, 1.3, 7)
    for k, n in enumerate((4, 64)):
        rng = np.random.default_rng(n)
        u, v = linear.start(rng, 3, n, 1, linear.MAXIMAL["b"], NUMPY)
        U, q = n**0.5 * u[:, :, 0], n**0.5 * v
        P, M = np.mean((U + q) ** 2, axis=1) / 2, np.mean((U - q) ** 2, axis=1) / 2
        f = linear.outputs_along_flow(u, v, s, marks, NUMPY)
        for j in range(3):
            label = {"label": f"width {n}"} if j == 0 else {}
            left.plot(t, output_at_width(t, s, P[j], M[j]), STYLES[k + 1], color=f"C{k}", lw=0.9, **label)
            left.plot(marks, f[:, j], MARKERS[k], color=f"C{k}", mfc="none", ms=3)
    left.plot(t, feature_output(t, s), "k-", lw=1.8, label=r"µP, $n \to \infty$")
    left.plot(t, tangent_output(t, s, 0.0), color="0.5", ls=":", lw=1.8, label=r"NTP, $n \to \infty$")
    left.set(xlabel=r"time $t$ (steps times $\eta$)", ylabel="output $f$")
    left.legend(fontsize=7, loc="lower right")
    right.plot(t, np.sqrt(variance_times_width(t, s)), "k-", label=r"$n \to \infty$")
    for k, n in enumerate((8, 64)):
        u, v = linear.start(np.random.default_rng(k), 3000, n, 1, linear.MAXIMAL["b"], NUMPY)
        f = linear.outputs_along_flow(u, v, s, marks, NUMPY)
        right.plot(
            marks,
            np.sqrt(n * np.var(f, axis=1)),
            MARKERS[k],
            mfc="none",
            ms=4,
            label=f"3,000 networks, $n = {n}$",
        )
    right.set(
        xlabel=r"time $t$ (steps times $\eta$)",
        ylabel=r"$\sqrt{n}\,$ standard deviation of $f$",
        ylim=(0, None),
    )
    right.legend(fontsize=7)


@figure(columns=2, panels=(1, 2), height=2.7, shows=(feature_exponent, kernel_exponent))
def coordinate_check(axes):
    r"""Networks of two hidden tanh layers, three steps of gradient descent. Left: root mean square change of
    the last hidden layer's coordinates. Right: the tangent kernel times the learning rate's power of the
    width at the start. Markers: means over 48 networks with the standard error of eight batches; lines:
    the exponents, through the widest networks. Slopes: of the three widest. µP and NTP start alike.
    """
    names = ("maximal update", "NTK", "standard, rate 1/n", "standard")
    widths = np.array([16, 32, 64, 128, 256])
    for ax, measured, chosen in ((axes[0], "features", names[:3]), (axes[1], "kernel", names)):
        for k, name in enumerate(chosen):
            row = dict(
                zip(("a_1", "a_h", "a_out", "b_out", "c"), map(float, PARAMETRISATIONS[name]), strict=True)
            )
            a, b = deep.exponents(row["a_1"], row["a_h"], row["a_out"], row["b_out"])
            logs = np.array([_sizes(n, a, b, row["c"], measured) for n in widths])
            mean, error = logs.mean(axis=1), logs.std(axis=1, ddof=1) / np.sqrt(logs.shape[1])
            r = float((feature_exponent if measured == "features" else kernel_exponent)(**row))
            size, seen = np.exp(mean), width_slope(widths[-3:], np.exp(logs[-3:]))
            ax.errorbar(
                widths, size, size * error, fmt=MARKERS[k], color=f"C{k}", mfc="none", ms=4, capsize=2,
                label=f"{name}: slope {seen}, theory {_fraction(-r)}",
            )  # fmt: skip
            ax.plot(widths, size[-1] * (widths / widths[-1]) ** -r, STYLES[k], color=f"C{k}", lw=0.9)
        ax.set(xscale="log", yscale="log", xlabel="width $n$")
        ax.set_xticks(widths, widths)
        ax.minorticks_off()
        ax.legend(fontsize=6)
    axes[0].set_ylabel(r"change of $x^L$, RMS")
    axes[1].set_ylabel(r"$n^{-c}\,\Theta$ at the start")


def _sizes(n, a, b, c, measured):
    found = []
    for seed in range(8):
        z = deep.start(np.random.default_rng(seed), 6, int(n), NUMPY)
        if measured == "kernel":
            found.append(np.log(deep.kernel_at_start(z, int(n), a, b, c, NUMPY)))
        else:
            found.append(np.log(deep.mean_squares(z, int(n), a, b, c, 3, NUMPY)[0]) / 2)
    return np.array(found)


def _fraction(x: float) -> str:
    return {0.0: "0", 0.5: "1/2", -0.5: "-1/2", 1.0: "1", -1.0: "-1"}[x]


@figure(columns=2, panels=(1, 2), height=2.7, shows=(feature_kernel, learning_time))
def kernel_evolution(axes):
    r"""Left: the feature kernel in the direction of the target $s\hat s$ at infinite width (in the others it
    stays 1); dotted: its end $\sqrt{1 + s^2}$. Markers: one network of width 2,048 with four whitened inputs.
    Right: the time in which a share of the target is learned, against its size; grey: with the constant
    kernel of the NTK parametrisation, which does not know the target.
    """
    left, right = axes
    t, marks = np.linspace(0, 2, 161), np.linspace(0.1, 1.9, 7)
    for k, s in enumerate((0.5, 1.0, 2.0)):
        left.plot(t, feature_kernel(t, s), STYLES[k], color=f"C{k}", label=f"$s = {s:g}$")
        left.plot(marks, _features(s, marks), MARKERS[k], color=f"C{k}", mfc="none", ms=4)
        left.axhline(np.sqrt(1 + s**2), color=f"C{k}", ls=":", lw=0.8)
    left.set(xlabel=r"time $t$ (steps times $\eta$)", ylabel=r"$\hat s^T U^T U \hat s/n$", ylim=(0.9, 2.75))
    left.legend(fontsize=7, loc="upper left", ncol=3)
    s = np.geomspace(0.05, 20, 121)
    for k, share in enumerate((0.5, 0.9, 0.99)):
        right.plot(
            s, learning_time(share * s, s), STYLES[k], color=f"C{k}", label=f"{share:.0%} of the target"
        )
        right.plot(s, 0 * s - np.log1p(-share) / 2, STYLES[k], color="0.6", lw=0.9)
    right.set(xscale="log", yscale="log", xlabel="target $s$", ylabel=r"time (steps times $\eta$)")
    right.legend(fontsize=7, loc="lower left")


def _features(s: float, times) -> np.ndarray:
    """The feature kernel along the target of one wide network during gradient flow."""
    n, goal, a = 2048, s * linear.DIRECTION, linear.MAXIMAL["a"]
    scale = n ** -(a[0] + a[1])

    def velocity(w):
        u, v = w
        slope = goal - scale * np.sum(v[:, :, None] * u, axis=1)
        return scale * v[:, :, None] * slope[:, None, :], scale * (u @ slope[:, :, None])[:, :, 0]

    start = linear.start(np.random.default_rng(0), 1, n, len(goal), linear.MAXIMAL["b"], NUMPY)
    return np.array(
        [np.mean((n ** -a[0] * u[0] @ linear.DIRECTION) ** 2) for u, _ in linear.flow(start, velocity, times)]
    )


@figure(columns=2, panels=(1, 3), height=2.6, shows=(kernel_exponent,))
def learning_rate_transfer(axes):
    r"""Mean squared error on 64 digits after 20 steps of gradient descent against the rate $\eta$, of
    networks of two hidden tanh layers: medians of five, as far as they converge. In the standard
    parametrisation the best rate falls with the width; in the other two it stays. In µP, where all
    layers learn features, the whole curve settles as the width grows.
    """
    names = ("standard", "NTK", "maximal update")
    grids = {"standard": (-8, 0.5), "NTK": (-2, 5), "maximal update": (-3, 3)}
    for ax, name in zip(axes, names, strict=True):
        powers = np.arange(*grids[name], 0.5)
        for k, n in enumerate((16, 32, 64, 128)):
            runs = []
            for seed in range(5):
                rng = np.random.default_rng(seed)
                x, y = training.batch_of_digits(rng, 64)
                z = training.draws(rng, n, len(x), NUMPY)
                runs.append(training.losses(z, name, 2.0**powers, x, y, 20, NUMPY)[0])
            found = np.median(runs, axis=0)
            found = np.where(found < 2, found, np.nan)
            style = dict(marker=MARKERS[k], linestyle=STYLES[k], color=f"C{k}", mfc="none", ms=3)
            ax.plot(powers, found, label=f"$n = {n}$", **style)
        ax.set(yscale="log", xlabel=r"$\log_2$ of the learning rate $\eta$", title=name, ylim=(0.12, 2))
        ax.set_yticks((0.2, 0.5, 1, 2), ("0.2", "0.5", "1", "2"))
        ax.minorticks_off()
    axes[0].set_ylabel("training error")
    axes[0].legend(fontsize=6)
