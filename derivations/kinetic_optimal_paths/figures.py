"""Figures of kinetic-optimal paths: theory as lines, simulations as open markers. All seeds are fixed."""

from __future__ import annotations

import numpy as np

from derivations.gaussian_score import GaussianModel
from theory.figure import figure
from theory.simulation import generator, namespace

from .chord import chord_angle, chord_radius, kinetic_optimal_energy
from .data import digits, normalised
from .energy import irreducible_loss
from .finite_data import largest_excess_of_cond_ot, largest_M
from .models.energy import cond_ot
from .models.path import KineticOptimalPath, kinetic_optimal_path
from .models.separation import DataSet, Gaussian, TwoPoints
from .separation import mode_mmse
from .simulation.descent import least_energy
from .simulation.flow_matching import energy_and_chord, split_of_the_loss, trained_velocity
from .simulation.points import levels, noised, posterior, square_speed
from .standard import cond_ot_energy, cosine_energy
from .two_levels import two_level_energy, two_level_signal
from .two_points import two_point_mmse

OPEN = {"linestyle": "none", "markerfacecolor": "none"}
NUMPY = namespace()
STYLES = ("-", "--", "-.", ":")


def random_points(n: int, d: int) -> np.ndarray:
    """Normalised Gaussian points: (n, d)."""
    return normalised(np.random.default_rng(d).normal(size=(n, d)))


@figure(columns=2, panels=(1, 2), height=2.6, shows=(two_point_mmse, mode_mmse))
def separation_of_data(axes):
    r"""How well data are told from a sample with signal-to-noise ratio $r$. (a) Exact cases; markers: the
    error of the denoiser on draws. (b) Sixteen random points in $d$ dimensions, estimated with the
    error bars of 1,000 draws: the more dimensions, the sooner they are told. Dashed: the digits; dotted:
    standard normal data, told worst.
    """
    r, few = np.geomspace(0.02, 10, 121), np.geomspace(0.05, 5, 9)
    normal = 1 - mode_mmse(r, 1.0)
    axes[0].plot(r, np.ones_like(r), color="C0", linestyle=STYLES[0], label="one point")
    for k, d in enumerate((1, 8), 1):
        axes[0].plot(r, 1 - two_point_mmse(r * np.sqrt(d)), color=f"C{k}", linestyle=STYLES[k],
                     label=f"two points, $d = {d}$")  # fmt: skip
        points, rng = np.stack([np.ones(d), -np.ones(d)]), generator(d)
        found = []
        for ratio in few:
            a, m = np.full(4000, ratio), np.ones(4000)
            clean, noisy = noised(points, a, m, rng, NUMPY)
            found.append(1 - np.mean((clean - posterior(points, noisy, a, m, NUMPY) @ points) ** 2))
        axes[0].plot(few, found, "os"[k - 1], color=f"C{k}", **OPEN, label=f"two points, $d = {d}$, drawn")
    axes[0].plot(r, normal, color="C3", linestyle=STYLES[3], label="standard normal")
    handles, labels = axes[0].get_legend_handles_labels()
    kept = [k for k, label in enumerate(labels) if "drawn" not in label]
    axes[0].legend([handles[k] for k in kept], [labels[k] for k in kept], fontsize=7)
    table = np.geomspace(0.02, 10, 41)
    for k, d in enumerate((4, 32, 256)):
        found = DataSet(random_points(16, d), samples=1000, ratios=table)
        axes[1].errorbar(table, 1 - found.table.mean(axis=0), 2 * found.errors, color=f"C{k}", lw=1,
                         linestyle="-", label=f"16 points, $d = {d}$")  # fmt: skip
    found = DataSet(digits(), samples=500, ratios=table)
    axes[1].errorbar(table, 1 - found.table.mean(axis=0), 2 * found.errors, color="C3", lw=1,
                     linestyle="--", label="digits, $d = 64$")  # fmt: skip
    axes[1].plot(r, normal, color="0.5", linestyle=":", label="standard normal")
    axes[1].legend(fontsize=7)
    for ax in axes:
        ax.set(
            xscale="log",
            xlabel="signal to noise $r = a/m$",
            ylabel=r"data separation $\lambda$",
            ylim=(0, 1.06),
        )


@figure(columns=2, panels=(1, 2), height=2.8, shows=(chord_radius, chord_angle, two_level_signal))
def optimal_paths(axes):
    r"""The path that moves least. (a) Signal $a$ (rising) and noise $m$ (falling) of the digits' path and of
    a Gaussian of two levels of variance, against Cond-OT (grey) and cosine (grey, dashed). Markers: L-BFGS
    on the path itself, in 80 steps. (b) In the plane of radius $\rho$ and stretched angle $\varphi$ the
    optimal path is straight; Cond-OT and cosine are not (here for the digits).
    """
    data = DataSet(digits(), samples=1000)
    path, two = KineticOptimalPath(data), kinetic_optimal_path(spectrum=[2.5, 2.5, 0.4, 0.4, 0.4, 0.4, 0.4])
    t = np.linspace(0, 1, 401)
    for name, style in (("cond_ot", "-"), ("cosine", "--")):
        a, m, *_ = levels(name, t)
        label = {"cond_ot": "Cond-OT", "cosine": "cosine"}[name]
        axes[0].plot(t, a, color="0.6", linestyle=style, lw=0.9, label=label)
        axes[0].plot(t, m, color="0.6", linestyle=style, lw=0.9, label=f"{label}, noise")
    for k, (one, label) in enumerate(((path, "digits"), (two, "two levels"))):
        axes[0].plot(t, one.a(t), color=f"C{k}", linestyle=STYLES[k], label=label)
        axes[0].plot(t, one.m(t), color=f"C{k}", linestyle=STYLES[k], label=f"{label}, noise")
        _, times, radius, angle = least_energy(one.data.stretch, 80)
        some = slice(5, None, 8)
        for levels_found, kind in ((radius * np.sin(angle), "signal"), (radius * np.cos(angle), "noise")):
            axes[0].plot(times[some], levels_found[some], "os"[k], color=f"C{k}", ms=3, **OPEN,
                         label=f"{label}, {kind}, L-BFGS")  # fmt: skip
    axes[0].set(xlabel="time $t$, from noise to data", ylabel="level")
    handles, labels = axes[0].get_legend_handles_labels()
    shown = [labels.index(name) for name in ("Cond-OT", "cosine", "digits", "two levels")]
    axes[0].legend([handles[k] for k in shown], [labels[k] for k in shown], fontsize=7)

    grid = np.linspace(0, np.pi / 2, 4001)
    middle = (grid[1:] + grid[:-1]) / 2
    stretched = np.concatenate([[0.0], np.cumsum(np.sqrt(data.stretch(middle)) * np.diff(grid))])
    for k, (name, label) in enumerate((("optimal", "optimal"), ("cond_ot", "Cond-OT"), ("cosine", "cosine"))):
        a, m = (path.a(t), path.m(t)) if name == "optimal" else levels(name, t)[:2]
        rho, phi = np.hypot(a, m), np.interp(np.arctan2(a, m), grid, stretched)
        axes[1].plot(rho * np.cos(phi), rho * np.sin(phi), color=f"C{k}", linestyle=STYLES[k], label=label)
        quarter = rho[::100] * np.array([np.cos(phi[::100]), np.sin(phi[::100])])
        axes[1].plot(*quarter, "o", color=f"C{k}", ms=3,
                     label=f"{label}, every quarter of the time")  # fmt: skip
    axes[1].set(xlabel=r"$\rho\,\cos\varphi$", ylabel=r"$\rho\,\sin\varphi$", aspect="equal", xlim=(0, 1.05))
    handles, labels = axes[1].get_legend_handles_labels()
    axes[1].legend(handles[::2], labels[::2], fontsize=7)


@figure(height=3.0, shows=(cond_ot_energy, cosine_energy, kinetic_optimal_energy, two_level_energy))
def energies(ax):
    r"""Energy of the schedules against $M$, the one number of the data that Cond-OT and cosine need: straight
    lines, which cross at $M = 0.819$. The optimum is below both: two points in $d$ dimensions, Gaussian data
    on a manifold, and (crosses) the digits and four levels of variance. Open markers: $|u|^2$ averaged over
    the velocities of the digits themselves.
    """
    M = np.linspace(0, np.pi / 2, 101)
    ax.plot(M, cond_ot_energy(M), color="C0", linestyle="-", label="Cond-OT")
    ax.plot(M, cosine_energy(M), color="C1", linestyle="--", label="cosine")
    fraction = np.linspace(1e-4, 1, 101)
    ax.plot(np.pi / 2 * np.sqrt(fraction), two_level_energy(1 / fraction, 0.0), color="C2", linestyle="-.",
            label="optimum, manifold")  # fmt: skip
    pairs = [KineticOptimalPath(TwoPoints(d)) for d in (1, 2, 4, 8, 16, 64, 256)]
    ax.plot(
        [p.M for p in pairs],
        [p.energy for p in pairs],
        color="C4",
        linestyle=":",
        label="optimum, two points",
    )
    data = DataSet(digits(), samples=1000)
    path, four = KineticOptimalPath(data), KineticOptimalPath(Gaussian([3, 0.6, 0.3, 0.1]))
    ax.plot(
        [path.M, four.M], [path.energy, four.energy], "x", color="k", label="optimum, digits and four levels"
    )
    rng, count = np.random.default_rng(0), 4000
    t = (np.arange(count) + rng.random(count)) / count
    for k, at in enumerate(
        (levels("cond_ot", t), levels("cosine", t), (path.a(t), path.m(t), path.da(t), path.dm(t)))
    ):
        drawn = square_speed(digits(), *at, rng, NUMPY).mean()
        ax.plot(path.M, drawn, "os^"[k], color=f"C{(0, 1, 2)[k]}", **OPEN, label=f"digits, drawn {k + 1}")
    ax.set(xlabel=r"$M = \int_0^\infty (1 - \lambda)\,dr$", ylabel=r"energy $\mathcal{E}$", ylim=(0, None))
    handles, labels = ax.get_legend_handles_labels()
    ax.legend(handles[:5], labels[:5], fontsize=7)


@figure(height=2.8, shows=(largest_excess_of_cond_ot, largest_M))
def excess_of_cond_ot(ax):
    r"""What Cond-OT spends above the least energy on $n$ random points in $d$ dimensions (markers, estimated
    from 600 draws) and on the digits, against $\ln n/d$. Line: the bound $2\sin M - M$ at the largest $M$
    that the entropy allows; dotted: $M$ itself at its largest. Cond-OT becomes optimal as $\ln n/d \to 0$.
    """
    ratio = np.geomspace(1e-3, 0.5, 61)
    most = np.sqrt(ratio) * largest_M(1.0, 1)
    ax.plot(ratio, largest_excess_of_cond_ot(np.minimum(most, np.pi / 3)), color="k", linestyle="-",
            label=r"bound $2\sin M - M$")  # fmt: skip
    ax.plot(ratio, most, color="0.5", linestyle=":", label=r"$\sqrt{2\ln n/d}$")
    for k, n in enumerate((4, 32, 256)):
        found = []
        for d in (8, 16, 32, 64, 128, 256, 512):
            data = DataSet(random_points(n, d), samples=600, seed=1)
            found.append((np.log(n) / d, 2 - float(data.M) - KineticOptimalPath(data).energy))
        rows = np.array([row for row in found if row[0] < 0.5])
        ax.plot(*rows.T, "os^"[k], color=f"C{k}", **OPEN, label=f"$n = {n}$")
    data = DataSet(digits(), samples=1000)
    excess = 2 - float(data.M) - KineticOptimalPath(data).energy
    ax.plot(np.log(data.n) / data.d, excess, "x", color="C3", label="digits")
    ax.set(xscale="log", yscale="log", xlabel=r"$\ln n/d$", ylabel="excess of Cond-OT", ylim=(2e-2, 1.2))
    ax.legend(fontsize=7)


@figure(columns=2, panels=(1, 2), height=2.6, shows=(irreducible_loss,))
def trained_flow_matching(axes):
    r"""A small network trained by flow matching on the digits, along straight lines (Cond-OT) and along the
    kinetic-optimal path. (a) How far its samples are from the digits, in $W_2$ of means and covariances,
    against the number of Euler steps; 2,000 samples. Bent: the part of their kinetic energy that straight
    ways between the same ends would not need. (b) The least loss there is, at each time. Lines:
    theory; markers: the network's loss less what it misses of the exact velocity, 1,000 draws each.
    """
    X, data = digits(), DataSet(digits(), seed=0)
    target, x_0 = GaussianModel.from_data(X), generator(0).normal(size=(2000, X.shape[1]))
    counts, t = (2, 3, 4, 6, 8, 12, 16, 24, 32), np.linspace(0.02, 0.6, 117)
    few = np.linspace(0.05, 0.55, 6)
    for k, path in enumerate((cond_ot(), kinetic_optimal_path(X, seed=0))):
        name = ("straight lines", "kinetic-optimal")[k]
        network = trained_velocity(X, path, steps=1500)
        ends = [network.sample(x_0, count)[-1] for count in counts]
        apart = [target.w2(GaussianModel.from_data(end)) for end in ends]
        energy, chord = energy_and_chord(network.sample(x_0, 64), network.cut)
        bent = f"{name} (bent by {100 * (1 - chord / energy):.0f} %)"
        axes[0].plot(counts, apart, "os"[k] + ("-", "--")[k], color=f"C{k}", label=bent)
        levels = [np.asarray(f(t), dtype=float) for f in (path.a, path.m, path.da, path.dm)]
        least = irreducible_loss(data.mmse(levels[0] / levels[1]), *levels)
        axes[1].plot(t, least, ("-", "--")[k], color=f"C{k}", label=f"{name}, theory")
        missed = [split_of_the_loss(X, path, network, draws=1000, time=one) for one in few]
        found = [np.mean(both[:, 0] - both[:, 1]) for both in missed]
        axes[1].plot(few, found, "os"[k], color=f"C{k}", **OPEN, label=f"{name}, network")
    axes[0].set(xscale="log", xlabel="Euler steps", ylabel="$W_2$ to the digits")
    axes[0].set_xticks(counts[::2], [str(n) for n in counts[::2]])
    axes[0].set_xticks([], minor=True)
    axes[1].set(xlabel="time $t$", ylabel="irreducible loss", yscale="log", xlim=(0, 0.6), ylim=(1e-3, 20))
    axes[0].legend()
    axes[1].legend(fontsize=7)
