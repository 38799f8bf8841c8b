"""Figures of the Gaussian score: theory as lines, simulations as open markers. All seeds are fixed."""

from __future__ import annotations

import numpy as np

from theory.figure import figure
from theory.simulation import generator

from .data import digits
from .far_field import unexplained_fraction
from .models.mixture import MixtureModel
from .simulation.mixture import missed_by_gaussian, moments

OPEN = {"linestyle": "none", "markerfacecolor": "none"}


def clusters(X: np.ndarray, count: int) -> MixtureModel:
    """A mixture of Gaussians: the clusters of k-means, each with its mean and covariance."""
    from sklearn.cluster import KMeans

    labels = KMeans(count, n_init=4, random_state=0).fit_predict(X)
    parts = [X[labels == k] for k in range(count)]
    weights = np.array([len(part) for part in parts]) / len(X)
    covariances = [np.atleast_2d(np.cov(part.T, bias=True)) for part in parts]
    return MixtureModel(weights, [part.mean(axis=0) for part in parts], covariances)


def missed_fraction(model: MixtureModel, truth: MixtureModel, x: np.ndarray, sigma: float) -> float:
    """Mean square of what the model's score misses of the true one, over that of the true one."""
    score = truth.score(x, sigma=sigma)
    return float(np.sum((model.score(x, sigma=sigma) - score) ** 2) / np.sum(score**2))


@figure(columns=2, panels=(1, 2), height=2.6, shows=(unexplained_fraction,))
def explained_score(axes):
    r"""(a) The score of scikit-learn's digits, as points under noise of level $\sigma$, and how much of its
    variance simpler models explain: the Gaussian of the same mean and covariance, and mixtures of 10 and
    100 Gaussians, the clusters of k-means. Each at 1,000 noisy digits. (b) Far from the data: what the
    Gaussian misses, in one dimension. Lines: theory, by variance, skewness and excess kurtosis; markers: the
    score by quadrature. Of the digits the first principal component is taken.
    """
    X = digits()
    truth = MixtureModel.from_points(X)
    levels = np.geomspace(0.05, 10, 25)
    samples = [truth.sample(1000, generator(0), sigma=sigma) for sigma in levels]
    models = {"the points": truth} | {f"{k} Gaussian{'s' * (k > 1)}": clusters(X, k) for k in (100, 10, 1)}
    for k, (name, model) in enumerate(models.items()):
        missed = [missed_fraction(model, truth, x, s) for x, s in zip(samples, levels, strict=True)]
        axes[0].plot(levels, 1 - np.array(missed), color=f"C{k}", label=name)
    axes[0].set(ylabel="explained fraction of the score", ylim=(0, 1.03))

    leading = np.linalg.eigh(np.cov(X.T))[1][:, -1]
    laws = {
        r"masses $\frac{2}{3}, \frac{1}{3}$": ((-1.0, 2.0), (2 / 3, 1 / 3)),
        r"masses $\frac{1}{2}, \frac{1}{2}$": ((-1.0, 1.0), (0.5, 0.5)),
        "digits": (X @ leading, np.full(len(X), 1 / len(X))),
    }
    for k, (name, law) in enumerate(laws.items()):
        lam, skewness, kurtosis = moments(*law)
        fine, few = np.geomspace(1, 30, 101), np.geomspace(1, 30, 9)
        # at noise in units of the data's own spread
        spread = np.sqrt(lam)
        predicted = unexplained_fraction(lam, fine * spread, skewness, kurtosis)
        found = [missed_by_gaussian(*law, alpha=1.0, sigma=s * spread)[0] for s in few]
        axes[1].plot(fine, predicted, "-", color=f"C{k}", label=f"{name}, theory")
        axes[1].plot(few, found, "os^"[k], color=f"C{k}", **OPEN, label=f"{name}, quadrature")
    axes[1].set(yscale="log", ylabel="fraction missed by the Gaussian")
    for ax, label in zip(
        axes, (r"noise level $\sigma$", r"noise level $\sigma/\sqrt{\lambda}$"), strict=True
    ):
        ax.set(xscale="log", xlabel=label)
    axes[0].legend()
    handles, labels = axes[1].get_legend_handles_labels()
    pairs = list(zip(handles[::2], handles[1::2], strict=True))
    axes[1].legend(pairs, [label.removesuffix(", theory") for label in labels[::2]])
