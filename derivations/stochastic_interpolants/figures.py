"""Figures of stochastic interpolants: theory as lines, simulations as open markers. All seeds are fixed."""

from __future__ import annotations

import numpy as np

from theory.figure import figure
from theory.simulation import namespace

from .bridge import bridge_covariance, bridge_variance
from .likelihood import divergence_rate_bound, divergence_rate_of_mode
from .models.interpolant import encoding_decoding, linear, trigonometric
from .models.likelihood import drift_error_divergence
from .models.mixture import MixtureInterpolant
from .simulation.bridge import sinkhorn
from .spurious_modes import merging_noise

OPEN = {"linestyle": "none", "markerfacecolor": "none"}
FIRST = ((0.5, 0.5), ((-2.0,), (2.0,)), (0.1, 0.1))
SECOND = ((0.3, 0.7), ((-3.0,), (1.0,)), (0.2, 0.1))


@figure(columns=2, panels=(2, 2), height=4.4, shows=(merging_noise,))
def spurious_modes(axes):
    r"""The density $\rho_t(x)$ of interpolants between two mixtures of two Gaussians each, largest value at
    each time set to 1. (a) Linear levels without noise: four modes in between. (b) With noise, $\gamma^2 =
    2t(1-t)$, they run into one another. (c) Trigonometric levels with the same noise. (d) Encoding and
    decoding: through one Gaussian at $t = 1/2$.
    """
    t, x = np.linspace(0, 1, 81), np.linspace(-5, 5, 161)
    schedules = (
        ("linear, no noise", linear(0)), ("linear", linear()), ("trigonometric", trigonometric()),
        ("encoding-decoding", encoding_decoding()),
    )  # fmt: skip
    for ax, (name, schedule) in zip(axes.flat, schedules, strict=True):
        model = MixtureInterpolant(*FIRST, *SECOND, schedule)
        density = np.exp(model.log_density(x[:, None], t)).T
        ax.imshow(
            density / density.max(axis=0), origin="lower", extent=(0, 1, -5, 5), aspect="auto", cmap="Blues"
        )
        ax.set(xlabel="time $t$", ylabel="$x$", title=name)


@figure(columns=2, panels=(1, 3), height=2.6)
def paths_with_noise(axes):
    r"""Paths between the same mixtures, linear levels with $\gamma^2 = 2t(1-t)$, for three strengths
    $\epsilon$ of the noise, with the law of 4,000 particles at $t = 1$ (markers) against the second mixture
    (line; drawn from the right edge). The more noise, the rougher the paths; the laws are the same.
    """
    model, times = MixtureInterpolant(*FIRST, *SECOND, linear()), np.linspace(0, 1, 401)
    rng = np.random.default_rng(0)
    edges = np.linspace(-4.5, 3, 31)
    middle, fine = (edges[1:] + edges[:-1]) / 2, np.linspace(-4.5, 3, 301)
    start = model.sample(4000, 0.0, rng)
    for ax, eps in zip(axes, (0.0, 0.5, 2.0), strict=True):
        paths = model.paths(start, times, eps, rng)[..., 0]
        for k in range(12):
            ax.plot(times, paths[:, k], color="C0", lw=0.5)
        counts = np.histogram(paths[-1], edges, density=True)[0]
        ax.plot(1 + np.exp(model.log_density(fine[:, None], 1.0)) / 2, fine, color="C1", label="theory")
        ax.plot(1 + counts / 2, middle, "o", ms=2.5, color="C1", **OPEN, label="particles")
        ax.set(xlabel="time $t$", ylabel="$x$", title=rf"$\epsilon = {eps:g}$", ylim=(-4.6, 3.4))
        ax.set_xticks([0, 0.5, 1])
    axes[0].legend(fontsize=7, loc="upper left")


@figure(height=2.8, shows=(divergence_rate_of_mode, divergence_rate_bound))
def likelihood_and_noise(ax):
    r"""The divergence that an error $(0.4 \sin 3t + 0.1)(x - m_t)$ of the drift leaves at $t = 1$, against
    the strength $\epsilon$ of the noise: a mode from variance 1 to 2, linear levels. Dashed: the bound, which
    grows as $1/\epsilon$ where the divergence itself stays finite; markers: Euler-Maruyama steps of the
    variance.
    """
    eps = np.geomspace(0.02, 20, 61)

    def error(t):
        return 0.4 * np.sin(3 * t) + 0.1

    found = np.array([drift_error_divergence(error, e, 1.0, 2.0) for e in eps])
    ax.loglog(eps, found[:, 0], label="divergence")
    ax.loglog(eps, found[:, 1], "--", color="C1", label="bound")
    steps, some = 20_000, eps[::10]
    V, h = np.ones(len(some)), 1 / steps
    for t in np.arange(steps) / steps:
        v = (1 - t) ** 2 + 2 * t**2 + 2 * t * (1 - t)
        slope = (t - 1 + 2 * t + 1 - 2 * t - some) / v + error(t)
        V = (1 + h * slope) ** 2 * V + 2 * some * h
    ax.loglog(some, (2 / V - 1 - np.log(2 / V)) / 2, "o", color="C0", **OPEN, label="in steps")
    ax.set(xlabel=r"diffusion $\epsilon$", ylabel=r"$KL(\rho_1 \| \hat\rho_1)$")
    ax.legend(fontsize=7)


@figure(columns=2, panels=(1, 2), height=2.8, shows=(bridge_covariance, bridge_variance))
def bridge_limits(axes):
    r"""The Schroedinger bridge of a mode from variance 1 to 2. (a) The covariance of its ends against the
    noise $\sigma$ of the reference; markers: Sinkhorn's iteration on a grid; dotted: optimal transport,
    $\sqrt{c_0 c_1}$, and independent ends, $c_0 c_1/\sigma^2$. (b) The variance on the way.
    """
    sigma = np.geomspace(0.05, 20, 121)
    axes[0].loglog(sigma, bridge_covariance(1.0, 2.0, sigma), label="theory")
    some = np.array([0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0])
    grid = [sinkhorn(1.0, 2.0, s, 0.05, namespace()) for s in some]
    axes[0].loglog(some, grid, "o", color="C0", **OPEN, label="Sinkhorn")
    axes[0].axhline(np.sqrt(2), color="0.5", lw=0.8, linestyle=":", label="limits")
    axes[0].loglog(sigma[sigma > 1], 2 / sigma[sigma > 1] ** 2, color="0.5", lw=0.8, linestyle=":")
    axes[0].set(xlabel=r"noise $\sigma$", ylabel=r"covariance $C_\sigma$")
    axes[0].legend(fontsize=7)
    t = np.linspace(0, 1, 101)
    for k, s in enumerate((0.1, 0.7, 1.5, 2.5)):
        axes[1].plot(t, bridge_variance(t, 1.0, 2.0, s), color=f"C{k}", label=rf"$\sigma = {s:g}$")
    axes[1].set(xlabel="time $t$", ylabel="variance $S$")
    axes[1].legend(fontsize=7)
