"""Figures of the Gaussian score model: theory as lines, simulations as open markers. All seeds are fixed."""

from __future__ import annotations

import numpy as np

from theory.figure import figure

from .generated_variance import generated_mode_variance, half_variance_time
from .simulation.trained_sampling import variance_by_time

OPEN = {"linestyle": "none", "markerfacecolor": "none"}
EDM = {"sigma_0": 0.002, "sigma_T": 80.0, "eta": 1.0}


@figure(columns=2, panels=(1, 2), height=2.7, shows=(generated_mode_variance, half_variance_time))
def spectral_bias(axes):
    r"""Modes of large variance are learned first. (a) The variance that the probability flow generates, over
    that of the data, when linear denoisers have been trained for a time $\tau$ from 0 at every noise level
    between 0.002 and 80. (b) The time until half the variance is generated; dotted: $\propto 1/\lambda$.
    Lines: theory; markers: training and sampling, integrated numerically.
    """
    lam = (10.0, 3.0, 1.0, 0.3, 0.1, 0.03)
    styles = ("-", "--", "-.", ":", (0, (6, 1.5)), (0, (4, 1.2, 1, 1.2, 1, 1.2)))
    tau = np.geomspace(0.03, 300, 241)
    trained = variance_by_time(tau, lam, **EDM) / lam
    for k, (one, style) in enumerate(zip(lam, styles, strict=True)):
        label = rf"$\lambda = {one:g}$"
        theory = generated_mode_variance(tau, one, **EDM) / one
        axes[0].plot(tau, theory, linestyle=style, color=f"C{k}", label=f"{label}, theory")
        rising = np.flatnonzero(np.abs(trained[:, k] - 0.5) < 0.49)[::8]
        style = {"color": f"C{k}", **OPEN}
        axes[0].plot(tau[rising], trained[rising, k], "os^Dv*"[k], **style, label=f"{label}, trained")
    axes[0].set(
        xscale="log",
        xlabel=r"learning time $\eta\tau$",
        ylabel=r"generated variance$/\lambda$",
    )
    handles, labels = axes[0].get_legend_handles_labels()
    axes[0].legend(handles[::2], [label.removesuffix(", theory") for label in labels[::2]], fontsize=6)
    fine = np.geomspace(0.03, 10, 81)
    half = half_variance_time(fine, **EDM)
    slope = np.polyfit(np.log(fine), np.log(half), 1)[0]
    axes[1].plot(fine, half, "-", color="C0", label=f"half variance, theory (mean slope ${slope:.3f}$)")
    found = [np.exp(np.interp(np.log(0.5), np.log(trained[:, k]), np.log(tau))) for k in range(len(lam))]
    axes[1].plot(lam, found, "o", color="C0", **OPEN, label="half variance, trained")
    axes[1].plot(fine, half[-1] * fine[-1] / fine, ":", color="0.5", label=r"$\propto 1/\lambda$")
    axes[1].set(
        xscale="log",
        yscale="log",
        xlabel=r"data variance $\lambda$",
        ylabel=r"half-variance time $\eta\tau_{1/2}$",
    )
    axes[1].legend(fontsize=6)
