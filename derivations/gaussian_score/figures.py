"""Figures of the Gaussian score model: theory as lines, simulations as open markers. All seeds are fixed."""

from __future__ import annotations

import numpy as np

from theory.figure import figure
from theory.simulation import generator, namespace

from .data import digits, faces, mnist
from .emergence import emergence_share
from .far_field import unexplained_fraction
from .generated_variance import generated_mode_variance, half_variance_time
from .linear_denoiser import linear_denoiser_weight
from .models.gaussian import GaussianModel
from .models.mixture import MixtureModel
from .posterior import mode_score
from .rotation import rotation_residual
from .simulation.flow import perturbed
from .simulation.mixture import missed_by_gaussian, moments
from .simulation.network import SCALES, learning_of_modes, trained_denoiser
from .simulation.sampler import delta_mixture, grid, heun
from .simulation.trained_sampling import variance_by_time
from .teleportation import skipped_fraction
from .trajectory import endpoint_gain, mode_flow, perturbation_gain

OPEN = {"linestyle": "none", "markerfacecolor": "none"}
NUMPY = namespace()
EDM = {"sigma_0": 0.002, "sigma_T": 80.0, "eta": 1.0}
STYLES = ("-", "--", "-.", ":")


@figure(columns=2, panels=(1, 2), height=2.9, shows=(mode_flow, rotation_residual))
def painters_trajectories(axes):
    r"""Samples on their way from noise to a face, seen as a rotation from the noise $x_T$ they were to
    the image $x_0$ they become, with the variance preserved. Lines: theory, for a Gaussian with the mean
    and covariance of 100 faces; markers: EDM's sampler with the exact denoiser of the faces themselves.
    (a) In the plane of both; dotted: the circle. (b) The part of the squared norm by which the samples
    miss the circle, 200 seeds; dotted: the bound $(\sqrt2 - 1)^2$.
    """
    X = faces()
    model, sigmas, denoise = GaussianModel.from_data(X), grid(40), delta_mixture(X)
    x_T = model.mu + 80 * np.random.default_rng(0).normal(size=(200, X.shape[1]))
    sigma = np.geomspace(80, 1e-3, 120)
    flow = model.probability_flow(x_T[:3], sigma), sigma
    sampler = np.stack(heun(denoise, x_T, sigmas)), np.append(sigmas[1:], 0)
    for (path, levels), drawn in ((flow, "theory"), (sampler, "sampler")):
        alpha = 1 / np.sqrt(1 + levels**2)[:, None]
        for k in range(3):
            plane = np.column_stack([path[-1, k] - model.mu, (x_T[k] - model.mu) / 80])
            along = np.linalg.lstsq(plane, (alpha * (path[:, k] - model.mu)).T, rcond=None)[0]
            style = {"linestyle": STYLES[k]} if drawn == "theory" else OPEN | {"marker": "os^"[k], "ms": 3}
            axes[0].plot(*along, color=f"C{k}", label=f"sample {k + 1}, {drawn}", **style)
    angle = np.linspace(0, np.pi / 2, 101)
    axes[0].plot(np.cos(angle), np.sin(angle), color="0.5", lw=0.8, linestyle=":", label="circle")
    axes[0].set(xlabel="share of the image $x_0$", ylabel="share of the noise $x_T$", aspect="equal")
    handles, labels = axes[0].get_legend_handles_labels()
    axes[0].legend(handles[:3] + handles[-1:], ["sample 1", "sample 2", "sample 3", "circle"], fontsize=7)

    path, levels = sampler
    alpha = 1 / np.sqrt(1 + levels**2)[:, None, None]
    circle = alpha * (path[-1] - model.mu) + alpha * levels[:, None, None] * (x_T - model.mu) / 80
    rotated = alpha * (path - model.mu)
    missed = np.sum((circle - rotated) ** 2, axis=(1, 2)) / np.sum(rotated**2, axis=(1, 2))
    cos, sin = np.cos(angle[1:-1]), np.sin(angle[1:-1])
    axes[1].plot(angle[1:-1], model.rotation_residual(sin, alpha=cos), label="theory")
    axes[1].plot(np.arctan(levels), missed, "o", color="C0", **OPEN, label="sampler")
    axes[1].axhline((np.sqrt(2) - 1) ** 2, color="0.5", lw=0.8, linestyle=":", label="bound")
    axes[1].set(xlabel="angle, from image to noise", ylabel=r"missed part $\mathcal{R}$", ylim=(0, 0.2))
    axes[1].set_xticks([0, np.pi / 4, np.pi / 2], ["0", r"$\pi/4$", r"$\pi/2$"])
    axes[1].legend(fontsize=7)


@figure(columns=2, panels=(4, 8), height=4.1, shows=(endpoint_gain,))
def outline_first(axes):
    r"""What the denoiser shows on the way from noise to an image, at the noise levels $\sigma$ above: first
    the outline, then the details. Faces (100 of 25 x 25 pixels) and MNIST (5,000 of 28 x 28). "Gaussian":
    the exact flow of the Gaussian with the images' mean and covariance; "images": EDM's sampler with the
    exact denoiser of the images themselves, from the same noise.
    """
    sigmas, shown = grid(40), (0, 8, 14, 18, 21, 24, 28, 34)
    for row, (name, X, side, seed) in enumerate((("faces", faces(), 25, 3), ("MNIST", mnist(), 28, 0))):
        model, denoise = GaussianModel.from_data(X), delta_mixture(X)
        x_T = 80 * np.random.default_rng(seed).normal(size=(1, X.shape[1]))
        samples = [x_T, *heun(denoise, x_T, sigmas)]
        estimates = model.endpoint_estimate(x_T, sigmas[list(shown)])
        for column, k in enumerate(shown):
            pictures = (estimates[column, 0], denoise(samples[k], sigmas[k])[0])
            for ax, picture in zip(axes[2 * row : 2 * row + 2, column], pictures, strict=True):
                ax.imshow(picture.reshape(side, side), cmap="gray", vmin=-1, vmax=1)
                ax.set(xticks=[], yticks=[])
                ax.set_title(" ", loc="left", fontsize=3)  # no letters on so many small pictures
            axes[0, column].set_title(rf"$\sigma = {sigmas[k]:.2g}$", loc="left", fontsize=7)
        axes[2 * row, 0].set_ylabel(f"{name},\nGaussian", fontsize=7)
        axes[2 * row + 1, 0].set_ylabel(f"{name},\nimages", fontsize=7)


@figure(height=2.8, shows=(emergence_share,))
def emergence_of_features(ax):
    r"""The part $\xi_k$ of its final value that the endpoint estimate of the digits has reached in mode
    $k$, against the noise level. Lines: theory; markers: EDM's sampler with the exact denoiser of the
    1,797 digits, root mean square over 400 samples; below $\sigma \approx 2$ it tells single digits
    apart, which the Gaussian cannot. Crosses: half of the square, at $\sigma^2 = \lambda_k$.
    """
    X, sigmas = digits(), grid(60, rho=5.0)
    model, denoise = GaussianModel.from_data(X), delta_mixture(X)
    x_T = model.mu + 80 * np.random.default_rng(0).normal(size=(400, X.shape[1]))
    samples = [x_T, *heun(denoise, x_T, sigmas)]
    estimates = np.stack([denoise(x, s) for x, s in zip(samples[:-1], sigmas, strict=True)])
    sizes = np.sqrt(np.mean(((estimates - model.mu) @ model.U) ** 2, axis=1))
    sigma = np.geomspace(0.02, 40, 201)
    for k, mode in enumerate((0, 4, 15, 35)):
        lam = model.lam[mode]
        style = {"color": f"C{k}", "linestyle": STYLES[k]}
        ax.plot(
            sigma, emergence_share(lam, 1.0, sigma), **style, label=rf"$\lambda_{{{mode + 1}}} = {lam:.2g}$"
        )
        ax.plot(
            sigmas[::2], sizes[::2, mode] / sizes[-1, mode], "os^D"[k], color=f"C{k}", ms=3, **OPEN,
            label=f"mode {mode + 1}, sampler",
        )  # fmt: skip
        ax.plot(model.emergence_levels()[mode], np.sqrt(0.5), "x", color="k", label=f"half, mode {mode + 1}")
    ax.set(xscale="log", xlim=(0.02, 40), xlabel=r"noise level $\sigma$", ylabel=r"$\xi_k$")
    handles, labels = ax.get_legend_handles_labels()
    ax.legend(handles[::3], labels[::3], fontsize=7)


@figure(height=2.8, shows=(perturbation_gain,))
def perturbation_gains(ax):
    r"""What is left, in the final sample, of a unit put into a mode of data variance $\lambda$ at time
    $t'$ of a schedule that preserves the variance, $\alpha = \cos(\pi t/2)$. Lines: theory; markers: two
    integrated flows, with and without the push, for correlated data in three dimensions.
    """
    t = np.linspace(0, 1, 201)
    for k, lam in enumerate((9.0, 2.5, 1.0, 0.4, 0.03)):
        level = (np.cos(np.pi / 2 * t[1:]), np.sin(np.pi / 2 * t[1:]))
        ax.plot(t[1:], perturbation_gain(lam, *level), color=f"C{k}", linestyle=(STYLES + ("-",))[k],
                label=rf"$\lambda = {lam:g}$")  # fmt: skip
    run = perturbed(xp=NUMPY, rng=None, progress=None, step=1 / 256, schedule="circle", data="full")
    times = np.arctan2(run.inputs["sigma_T"], run.inputs["alpha_T"])[:, 0] / (np.pi / 2)
    for mode, k in enumerate((1, 3, 4)):
        ax.plot(
            times,
            run.values[:, mode],
            "os^"[mode],
            color=f"C{k}",
            **OPEN,
            label=f"mode {mode + 1}, integrated",
        )
    ax.set(yscale="log", xlabel="time $t'$ of the perturbation", ylabel="gain at the end")
    ax.set_yticks([0.2, 0.5, 1, 2, 3], ["0.2", "0.5", "1", "2", "3"])
    ax.set_yticks([], minor=True)
    ax.legend(*(part[:5] for part in ax.get_legend_handles_labels()), fontsize=7, ncols=2)


@figure(columns=2, panels=(1, 2), height=2.6, shows=(mode_flow, skipped_fraction))
def teleportation(axes):
    r"""How many of the 40 steps of EDM's sampler one exact step of the Gaussian can stand for, on the
    1,797 digits with their exact denoiser, over 100 seeds. (a) Distance of the exact step's sample from
    the sampler's where it takes over, per pixel and relative to the noise there. (b) Samples that end
    in the same training image.
    """
    X, sigmas = digits(), grid(40)
    model, denoise = GaussianModel.from_data(X), delta_mixture(X)
    x_T = model.mu + 80 * np.random.default_rng(0).normal(size=(100, X.shape[1]))
    path = heun(denoise, x_T, sigmas)
    skips = np.arange(2, 31, 2)
    apart, same = [], []
    for k in skips:
        there = model.teleport(x_T, sigmas[k])
        apart.append(np.sqrt(np.mean((there.x - path[k - 1]) ** 2)))
        end = heun(denoise, there.x, sigmas[k:])[-1]
        same.append(np.mean(np.max(np.abs(end - path[-1]), axis=1) < 0.1))
    axes[0].plot(skips, apart, "o-", label="per pixel")
    axes[0].plot(skips, np.array(apart) / sigmas[skips], "s--", label=r"over $\sigma$")
    axes[0].set(yscale="log", ylabel="root mean square distance")
    axes[0].legend()
    axes[1].plot(skips, same, "o-", label="same image")
    axes[1].set(ylim=(0, 1.05), ylabel="share with the same image")
    for ax in axes:
        ax.set(xlabel="skipped steps of 40")
    above = axes[1].secondary_xaxis("top")
    marked = (6, 12, 18, 24, 30)
    above.set_xticks(marked, [f"{sigmas[k]:.2g}" for k in marked])
    above.set_xlabel(r"noise level $\sigma$ after the skip")


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


@figure(columns=2, panels=(1, 2), height=2.6, shows=(mode_score, linear_denoiser_weight))
def trained_networks(axes):
    r"""Small networks trained on the digits. (a) How much of a trained network's score the Gaussian with the
    digits' mean and covariance explains, and how much the digits themselves as points; at 1,000 noisy
    digits a level, negative values cut off. (b) When the weight of a mode has come half way, in training
    by SGD at $\sigma = 0.3$. Line: theory, for gradient flow of a linear denoiser; markers: networks.
    """
    X, rng = digits(), generator(0)
    models = GaussianModel.from_data(X), MixtureModel.from_points(X)
    network, levels = trained_denoiser(X, **SCALES["laptop"]), np.geomspace(0.05, 10, 15)
    explained = []
    for sigma in levels:
        x = X[rng.integers(0, len(X), 1000)] + sigma * rng.normal(size=(1000, X.shape[1]))
        score = (network(x, sigma) - x) / sigma**2
        missed = [np.sum((model.score(x, sigma=sigma) - score) ** 2) for model in models]
        explained.append(1 - np.array(missed) / np.sum(score**2))
    for k, (label, marker) in enumerate((("by the Gaussian", "o"), ("by the points", "s"))):
        axes[0].plot(levels, np.array(explained)[:, k], marker + ("-", "--")[k], color=f"C{k}", label=label)
    axes[0].set(xscale="log", ylim=(0, 1.03), xlabel=r"noise level $\sigma$")
    axes[0].set(ylabel="explained fraction of the score")

    sigma, shown = 0.3, np.arange(0, 45, 2)
    lam = models[0].lam[shown]
    best = lam / (lam + sigma**2)
    tau = np.geomspace(0.01, 20, 2001)
    learned = linear_denoiser_weight(tau[:, None], lam, sigma, 0.0, 1.0)
    axes[1].plot(lam + sigma**2, _half_way(tau, learned, best), "-", color="C0", label="theory")
    for k, (label, hidden) in enumerate((("linear", ()), ("one hidden layer", (256,)))):
        times, weights = learning_of_modes(X, sigma, hidden=hidden, steps=3000, rate=0.01, every=10)
        half = _half_way(times, weights[:, shown], best)
        axes[1].plot(lam + sigma**2, half, "os"[k], color=f"C{k}", **OPEN, label=label)
    axes[1].set(xscale="log", yscale="log", xlabel=r"noisy variance $\lambda + \sigma^2$")
    axes[1].set(ylabel=r"half-way time $\eta\tau$")
    axes[1].set_xticks([0.1, 0.3, 1, 3], ["0.1", "0.3", "1", "3"])
    axes[1].set_yticks([0.2, 0.5, 1, 2, 3], ["0.2", "0.5", "1", "2", "3"])
    axes[1].set_xticks([], minor=True)
    axes[1].set_yticks([], minor=True)
    for ax in axes:
        ax.legend()


def _half_way(times, weights, best) -> np.ndarray:
    """The first time at which each column has passed half of its final value, between two times."""
    share = weights / best
    after = np.argmax(share > 0.5, axis=0)
    before, columns = np.maximum(after - 1, 0), np.arange(share.shape[1])
    low, high = share[before, columns], share[after, columns]
    part = np.where(after > 0, (0.5 - low) / np.where(high > low, high - low, 1), 1)
    return times[before] + part * (times[after] - times[before])
