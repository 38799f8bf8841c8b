"""Figures of scale mixtures: theory as lines, simulations as open markers. All seeds are fixed."""

from __future__ import annotations

from functools import partial

import numpy as np
from scipy.stats import kstest
from scipy.stats import t as student

from derivations.nngp_ntk.architecture.layers import Dense
from derivations.nngp_ntk.models.duals import activation
from derivations.nngp_ntk.models.network import Network
from theory.figure import figure
from theory.simulation import namespace

from .convergence import gamma_mean_error, mean_error
from .data import split
from .models.process import evidence, predict, process
from .models.scale import Discrete, Gamma, HalfCauchy, InverseGamma
from .models.trained import TrainedEnsemble
from .posterior import variance_at_a_test_point
from .simulation import bayes, training
from .simulation.network import inverse_gamma, outputs
from .simulation.network import kernel as relu_kernel
from .student_t import log_density_of_values
from .trained_ensemble import loss_of_the_ensemble

OPEN = {"linestyle": "none", "markerfacecolor": "none"}
STYLES = ("-", "--", "-.", ":")
NUMPY = namespace()


def smooth(x, y, length=0.5):
    """A squared-exponential kernel on a line: (len(x), len(y))."""
    return np.exp(-((x[:, None] - y) ** 2) / (2 * length**2))


@figure(columns=2, panels=(1, 2), height=2.7, shows=(log_density_of_values,))
def scale_priors(axes):
    r"""What a random scale does to a process. (a) Draws of the Student-t process with $a = 1$, $b = 1$:
    as smooth as those of the Gaussian process (grey), but of different sizes. (b) Densities of an output for
    three priors of the scale and for the Gaussian process, all with $K = 1$; markers: histograms of
    40,000 outputs of networks with one hidden layer of 200 ReLUs.
    """
    rng, x = np.random.default_rng(3), np.linspace(-2, 2, 161)
    K = smooth(x, x) + 1e-9 * np.eye(len(x))
    for k, draw in enumerate(process(K, Discrete([1.0])).sample(rng, 6)):
        axes[0].plot(x, draw, color="0.75", lw=0.8, linestyle="-", label="_" if k else "Gaussian process")
    for k, draw in enumerate(process(K, InverseGamma(1.0, 1.0)).sample(rng, 6)):
        axes[0].plot(x, draw, color=f"C{k}", linestyle="-", label="_" if k else "Student-t process")
    axes[0].set(xlabel="$x$", ylabel="$f(x)$", ylim=(-3, 6))
    axes[0].legend(fontsize=7)
    priors = {
        "inverse gamma, $a = b = 2$": InverseGamma(2.0, 2.0),
        "gamma, $a = b = 1$": Gamma(1.0, 1.0),
        "half-Cauchy": HalfCauchy(),
    }
    one = relu_kernel()[0, 0]
    f, edges = np.linspace(-12, 12, 481), np.linspace(-12, 12, 25)
    for k, (name, prior) in enumerate(priors.items()):
        axes[1].plot(
            f, np.exp(prior.log_marginal(1, np.maximum(f**2, 1e-12))), STYLES[k], color=f"C{k}", label=name
        )
        found = np.concatenate(
            [outputs(rng, 2000, 200, lambda r, n, p=prior: p.sample(r, n), NUMPY)[:, 0, 0] for _ in range(20)]
        ) / np.sqrt(one)
        height = np.histogram(found, edges)[0] / len(found) / np.diff(edges)
        middle = (edges[1:] + edges[:-1]) / 2
        axes[1].plot(middle, np.where(height > 0, height, np.nan), "os^"[k], ms=3, color=f"C{k}",
                     **OPEN, label=f"{name}, networks")  # fmt: skip
    axes[1].plot(
        f, np.exp(-(f**2) / 2) / np.sqrt(2 * np.pi), color="0.5", linestyle=":", label="Gaussian process"
    )
    axes[1].set(yscale="log", xlabel="output $f$", ylabel="density", ylim=(1e-5, 60))
    handles, labels = axes[1].get_legend_handles_labels()
    axes[1].legend(handles[::2], labels[::2], fontsize=7)


@figure(columns=2, panels=(1, 2), height=2.7, shows=(variance_at_a_test_point,))
def regression_bands(axes):
    r"""Regression without noise: mean (line), 95 % bands of the Gaussian process (dashed) and of the
    Student-t process with $a = b = 2$ (shaded). (a) Data a little smaller than the kernel expects: the
    Student-t process takes the narrower band. (b) The same data three times as large, with an
    outlier: mean and Student-t band grow with them, the Gaussian process' band does not.
    """
    x, X = np.linspace(-2.6, 2.6, 261), np.array([-1.8, -1.3, -0.6, -0.2, 0.3, 1.0, 1.5])
    clean = np.sin(2 * X) * 0.8
    large = 3 * clean + 4.0 * (X == 0.3)
    for ax, y in zip(axes, (clean, large), strict=True):
        blocks = smooth(X, X), smooth(X, x), np.ones(len(x))
        gaussian = predict(*blocks, y, Discrete([1.0]))
        found = predict(*blocks, y, InverseGamma(2.0, 2.0))
        wide = student.ppf(0.975, found.dof) * np.sqrt(np.maximum(found.scale, 0))
        narrow = 1.959964 * np.sqrt(np.maximum(gaussian.variance, 0))
        ax.fill_between(
            x, found.mean - wide, found.mean + wide, color="C0", alpha=0.25, lw=0, label="Student-t, 95 %"
        )
        ax.plot(x, found.mean, "-", color="C0", label="mean of both")
        ax.plot(x, found.mean - narrow, "--", color="C1", label="Gaussian, 95 %")
        ax.plot(x, found.mean + narrow, "--", color="C1", label="_")
        ax.plot(X, y, "o", color="k", ms=3, label="data")
        ax.set(xlabel="$x$", ylabel="$f(x)$")
    axes[0].set(ylim=(-3.6, 2.3))
    axes[0].legend(fontsize=7, loc="lower center")


@figure(height=2.7, shows=(log_density_of_values,))
def distance_against_width(ax):
    r"""Kolmogorov-Smirnov distance between outputs of networks with one hidden layer of ReLUs and $s
    \sim IG(2, 2)$, and Student's $t$ with 4 degrees of freedom: it falls as 1/width down to what
    100,000 draws can tell (dotted: the 95 % quantile of the distance of that many true draws).
    """
    widths, count = (2, 4, 8, 16, 32, 64), 100_000
    rng, found = np.random.default_rng(0), []
    size, draws = np.diagonal(relu_kernel()), partial(inverse_gamma, a=2.0, b=2.0)
    for width in widths:
        parts = [outputs(rng, 10_000, width, draws, NUMPY)[:, :, 0] for _ in range(count // 10_000)]
        f = np.concatenate(parts)
        found.append([kstest(f[:, k] / np.sqrt(size[k]), student(4).cdf).statistic for k in (0, 1)])
    for k, label in enumerate(("first input", "second input")):
        ax.plot(widths, np.array(found)[:, k], "os"[k], color=f"C{k}", **OPEN, label=label)
    first = np.array(widths, dtype=float)
    ax.plot(first, 0.25 / first, "-", color="0.5", lw=0.8, label="1/width")
    ax.axhline(1.358 / np.sqrt(count), color="0.3", linestyle=":", label="of true draws")
    ax.set(xscale="log", yscale="log", xlabel="width", ylabel="Kolmogorov-Smirnov distance")
    ax.set_xticks(widths, [str(width) for width in widths])
    ax.set_xticks([], minor=True)
    ax.legend(fontsize=7)


@figure(columns=2, panels=(1, 2), height=2.7, shows=(log_density_of_values,))
def held_out_likelihood(axes):
    r"""The diabetes data, 150 patients to learn from and 292 held out, with the NNGP of one hidden
    layer of ReLUs and noise that has the scale. (a) Mean log-density of a held-out patient against the
    prior's $a$, with $b = a\,s_0$: for a wrong guess $s_0$ of the scale a Gaussian process (thin dashes,
    $a \to \infty$) stays wrong, a Student-t process of small $a$ learns it. Mean of five splits. (b) The
    log-evidence, per patient.
    """
    network = Network([Dense(2**0.5, 0.3), activation("relu"), Dense(1.0, 0.1)])
    shapes, noise = np.geomspace(0.3, 3000, 17), 1.0
    guesses = (0.05, 0.5, 5.0)
    found = np.zeros((len(guesses), 2, len(shapes) + 1))
    for seed in range(5):
        X, y, X_test, y_test = split(seed)
        K_XX, K_XS = network.nngp(X, X), network.nngp(X, X_test)
        own = np.diagonal(network.nngp(X_test, X_test)) + noise
        for of_guess, guess in zip(found, guesses, strict=True):
            for i, prior in enumerate([*[InverseGamma(a, a * guess) for a in shapes], Discrete([guess])]):
                test = predict(K_XX, K_XS, own, y, prior, noise=noise)
                of_guess[0, i] += np.mean(test.marginal_logpdf(y_test)) / 5
                of_guess[1, i] += evidence(y, K_XX, prior, noise=noise) / len(y) / 5
    for k, (guess, of_guess) in enumerate(zip(guesses, found, strict=True)):
        for ax, row in zip(axes, of_guess, strict=True):
            ax.plot(shapes, row[:-1], STYLES[k], color=f"C{k}", label=f"$s_0 = {guess:g}$")
            ax.axhline(row[-1], linestyle=(0, (6, 3)), color=f"C{k}", lw=0.6, label="_")
    axes[0].set(xscale="log", xlabel="$a$", ylabel="held-out log-density")
    axes[1].set(xscale="log", xlabel="$a$", ylabel="log-evidence per patient")
    axes[0].legend(fontsize=7)


@figure(columns=2, panels=(1, 2), height=2.7, shows=(loss_of_the_ensemble, mean_error, gamma_mean_error))
def training_of_ensembles(axes):
    r"""Ensembles of networks trained by gradient flow, each with its own scale. (a) The mean square
    error on three data: exponential for the Gaussian process (one scale), stretched exponential for
    inverse-gamma scales, a power law for gamma and half-Cauchy scales. Markers: 20,000 networks
    (none of half-Cauchy scales: their start has no mean square). (b) The mean error of a mode against the
    root of its time: straight lines are stretched exponentials.
    """
    kernel, rate = bayes.kernel, training.tangent_kernel
    X, x, y = bayes.X, np.array([bayes.X_TEST]), bayes.Y
    priors = {
        "one scale": Discrete([1.0]),
        "inverse gamma, $a = 4, b = 3$": InverseGamma(4.0, 3.0),
        "inverse gamma, $a = 3/2, b = 1/2$": InverseGamma(1.5, 0.5),
        "gamma, $a = b = 1$": Gamma(1.0, 1.0),
        "half-Cauchy": HalfCauchy(),
    }
    times, few, rng = np.geomspace(0.05, 300, 121), np.geomspace(0.1, 100, 7), np.random.default_rng(1)
    blocks = kernel(X, X), kernel(X, x), kernel(x, x)
    for k, (name, prior) in enumerate(priors.items()):
        model = TrainedEnsemble(*blocks, y, prior, rate(X, X), rate(X, x))
        style = {"linestyle": (*STYLES, (0, (5, 1, 1, 1, 1, 1)))[k], "color": f"C{k}"}
        axes[0].plot(times, [model.loss(t) for t in times], label=name, **style)
        if k < 4:
            s = prior.sample(rng, 20_000)
            start = np.sqrt(s)[:, None] * rng.normal(size=(len(s), 3)) @ np.linalg.cholesky(kernel(X, X)).T
            found = [
                np.mean((training.propagators(rate(X, X), t, s, NUMPY) @ (start - y)[:, :, None]) ** 2)
                for t in few
            ]
            axes[0].plot(few, found, "os^Dv"[k], ms=3, color=f"C{k}", **OPEN, label="_")
        z = np.linspace(0.01, 10, 200) ** 2
        axes[1].plot(np.sqrt(z), prior.laplace(z), label=name, **style)
    axes[0].set(
        xscale="log", yscale="log", xlabel=r"time $\eta t$", ylabel="mean square error", ylim=(1e-6, 5)
    )
    axes[1].set(
        yscale="log", xlabel=r"$\sqrt{\eta\lambda t}$", ylabel="mean error of a mode", ylim=(1e-8, 1.5)
    )
    axes[0].legend(fontsize=7, loc="lower left")
