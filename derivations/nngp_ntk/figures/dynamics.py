"""Figures of ensembles in training: theory as lines, trained networks as open markers. Seeds are fixed."""

from __future__ import annotations

import numpy as np

from theory.figure import figure
from theory.simulation import generator, namespace

from ..activations.abrelu import relu
from ..activations.step import step
from ..architecture.layers import Dense
from ..dynamics import ensemble_covariance
from ..gains import training_gain
from ..models.network import Network
from ..models.training import Ensemble
from ..principal_components import component_loss
from ..simulation.ensembles import trained_networks

OPEN = {"linestyle": "none", "markerfacecolor": "none"}
LAYERS = (Dense(1.5, 0.0), Dense(1.5, 0.1))
WIDTH, MEMBERS = 1024, 100
ANGLES = np.array([-2.4, -1.5, -0.9, 0.4, 1.1, 2.3])
"""Training points on a circle; the targets are a function of the angle."""


def on_the_circle(angle) -> np.ndarray:
    """Inputs of norm sqrt(2), for which the first layer sees the cosine of the angle between two."""
    return np.sqrt(2) * np.column_stack([np.cos(angle), np.sin(angle)])


def targets(angle) -> np.ndarray:
    """What the networks are to learn."""
    return np.sin(2 * angle) + 0.5 * np.cos(angle)


def ensemble_on(angle) -> Ensemble:
    """Infinitely wide networks, trained at `ANGLES` and looked at elsewhere."""
    X, S = on_the_circle(ANGLES), on_the_circle(angle)
    network = Network([LAYERS[0], relu, LAYERS[1]])
    (K_XX, Theta_XX), (K_SX, Theta_SX) = network.kernels(X), network.kernels(S, X)
    return Ensemble(K_XX, K_SX, network.nngp(S), Theta_XX, Theta_SX, targets(ANGLES))


def networks_on(angle, times, rate) -> np.ndarray:
    """Outputs of real networks (times, members, inputs), at the training points, then at the others."""
    x = np.concatenate([on_the_circle(ANGLES), on_the_circle(angle)])
    return trained_networks(
        relu, step, LAYERS, generator(0), namespace(), width=WIDTH, members=MEMBERS, x=x, y=targets(ANGLES),
        rate=rate, record=[round(t / rate) for t in times],
    )  # fmt: skip


@figure(columns=2, panels=(1, 3), height=2.4, shows=(ensemble_covariance, training_gain))
def ensembles_in_training(axes):
    r"""An ensemble of ReLU networks of one hidden layer learns six values (crosses) of a function (dotted) on
    the circle. Mean and twice the standard deviation over the initialisations. Line and band: theory, for
    infinitely wide networks after a time $t$; markers: 100 trained networks of width 1024. Dashed, in (c):
    the NNGP posterior, which the trained ensemble is not.
    """
    times, fine, coarse = (0.1, 1.0, 10.0), np.linspace(-np.pi, np.pi, 181), np.linspace(-3, 3, 25)
    theory, drawn = ensemble_on(fine), networks_on(coarse, times, 0.02)[..., len(ANGLES) :]
    for k, (ax, t) in enumerate(zip(axes, times, strict=True)):
        mean, deviation = theory.mean(t), np.sqrt(theory.variance(t))
        ax.fill_between(fine, mean - 2 * deviation, mean + 2 * deviation, color="C0", alpha=0.25, lw=0)
        ax.plot(fine, mean, color="C0", label="NTK ensemble")
        style = {"color": "C0", "ms": 3, **OPEN}
        centre, spread = drawn[k].mean(axis=0), drawn[k].std(axis=0, ddof=1)
        ax.plot(coarse, centre, "o", label="trained networks", **style)
        for sign in (-2, 2):
            ax.plot(coarse, centre + sign * spread, "^" if sign > 0 else "v", **style)
        if k == 2:
            end = theory.posterior()
            for sign in (0, -2, 2):
                label = None if sign else "NNGP posterior"
                ax.plot(fine, end.mean + sign * end.deviation, "--", color="C1", lw=0.9, label=label)
        ax.plot(fine, targets(fine), ":", color="0.5")
        ax.plot(ANGLES, targets(ANGLES), "x", color="k")
        ax.set(xlabel=r"angle $\gamma$", ylim=(-3.5, 3.5), title=rf"$\eta t = {t:g}$")
    axes[0].set_ylabel(r"output $f_t$")
    axes[2].legend(fontsize=6, loc="lower left")


@figure(columns=1, shows=(component_loss,))
def learning_of_principal_components(ax):
    r"""The mean square of the residual along each kernel principal component, over an ensemble of ReLU
    networks as above. Lines: theory, of slope $-2\eta\lambda_i$; markers: 100 trained networks of width 1024.
    """
    ensemble, times = ensemble_on(ANGLES), np.linspace(0, 2, 21)
    residual = networks_on(ANGLES[:0], times, 0.01) - targets(ANGLES)
    found = np.mean((residual @ ensemble.components) ** 2, axis=1)
    fine = np.linspace(0, 2, 121)
    for i, (lam, losses) in enumerate(
        zip(ensemble.eigenvalues, ensemble.component_losses(fine).T, strict=True)
    ):
        ax.plot(fine, losses, "-", color=f"C{i}", label=rf"$\lambda_{i + 1} = {lam:.2f}$")
        ax.plot(times, found[:, i], "os^Dv*"[i], color=f"C{i}", ms=4, **OPEN)
    ax.set(yscale="log", ylim=(1e-3, 15), xlabel=r"training time $\eta t$", ylabel="mean square residual")
    ax.legend(fontsize=6)
