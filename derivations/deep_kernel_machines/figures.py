"""Figures of deep kernel machines: theory as lines, simulations as open markers. All seeds are fixed."""

from __future__ import annotations

import numpy as np
from scipy.stats import norm

from derivations.nngp_ntk.activations.abrelu import relu
from derivations.nngp_ntk.architecture.layers import Dense
from derivations.nngp_ntk.models.network import Network
from derivations.nngp_ntk.models.regression import KernelRegression
from theory.figure import figure
from theory.simulation import namespace

from .cost import geodesic_cost, layer_cost
from .data import classes, patients, toy
from .finite_width import posterior_gram_moment
from .geodesic import geodesic_gram, geodesic_mode
from .models.chain import chain_means
from .models.dense import optimise
from .models.sparse import DeepKernelMachine
from .simulation.features import Process, grams, sample
from .unequal_widths import hidden_factor

OPEN = {"linestyle": "none", "markerfacecolor": "none"}
STYLES = ("-", "--", "-.", ":")
NUMPY = namespace()


@figure(columns=2, panels=(1, 5), height=1.75, shows=(geodesic_gram,))
def layers_of_a_geodesic(axes):
    r"""Gram matrices of a deep linear network with three hidden layers of one width, on twelve points in two
    classes: from the kernel of the inputs (left, by the points' places on a line) to the second moment of
    the outputs (right, by their classes), in equal steps on a geodesic. White is 1.1, black $-1$.
    """
    x = np.linspace(-1.5, 1.5, 12)
    inputs = np.exp(-((x[:, None] - x) ** 2) / 2) + 0.1 * np.eye(12)
    labels = np.where(np.arange(12) % 2, 1.0, -1.0)
    outputs = 0.9 * np.outer(labels, labels) + 0.1 * np.eye(12)
    for k, ax in enumerate(axes):
        ax.imshow(geodesic_gram(k / 4, inputs, outputs), cmap="gray", vmin=-1, vmax=1.1)
        ax.set(title=("inputs, $G_0$", "$G_1$", "$G_2$", "$G_3$", "outputs, $S$")[k], xticks=[], yticks=[])
        ax.grid(False)


@figure(columns=2, panels=(1, 2), height=2.7, shows=(geodesic_mode, posterior_gram_moment))
def towards_wide_networks(axes):
    r"""Linear networks on one point, $g_0 = 0.7$ and $s = 2.3$. (a) The posterior of a single feature at
    widths 2, 8 and 128 (steps: Monte Carlo) becomes the normal law of the limit (line). (b) Relative
    distance of the mean Gram value from the limit's geodesic: one hidden layer (Bessel functions) and three
    (sums on a grid; markers: Monte Carlo on the features). All fall as $1/N$.
    """
    rng, g_0, s = np.random.default_rng(0), 0.7, 2.3
    edges = np.linspace(-4.5, 4.5, 37)
    middle = (edges[1:] + edges[:-1]) / 2
    one, many = np.array([[g_0]]), np.array([[s]])
    for k, width in enumerate((2, 8, 128)):

        def observe(features, xp):
            return np.array([np.histogram(features[0].ravel(), edges)[0]]) / features[0].size

        found = sample(
            Process((width,), width, one, many), rng, observe, NUMPY, chains=800 if width < 100 else 100,
            trajectories=100, settling=30,
        )[0] / np.diff(edges)  # fmt: skip
        axes[0].plot(
            middle, np.where(found > 0, found, np.nan), drawstyle="steps-mid", color=f"C{k + 1}", lw=0.9,
            linestyle=STYLES[k + 1], label=f"$N = {width}$",
        )  # fmt: skip
    axes[0].plot(middle, norm.pdf(middle, scale=geodesic_mode(1, 1, g_0, s) ** 0.5), "-", color="k", lw=1.0,
                 label="limit")  # fmt: skip
    axes[0].set(yscale="log", ylim=(1e-4, 1.2), xlabel="feature $f$", ylabel="density")
    axes[0].legend(fontsize=7)

    widths = np.array([4, 8, 16, 32, 64, 128, 256])
    first = geodesic_mode(1, 1, g_0, s)
    axes[1].plot(widths, posterior_gram_moment(1, g_0, s, widths) / first - 1, "-", label="one hidden layer")
    deep = geodesic_mode(np.arange(1, 4), 3, g_0, s)
    exact = np.array([chain_means(g_0, s, [n] * 4, points=800) for n in widths]) / deep - 1
    for layer in range(3):
        axes[1].plot(widths, exact[:, layer], STYLES[layer + 1] if layer < 3 else "-", color=f"C{layer + 1}",
                     label=f"three, layer {layer + 1}")  # fmt: skip
    few = (8, 16, 32)
    sampled = []
    for width in few:
        process = Process((width,) * 3, width, one, many)
        found = sample(process, rng, grams, NUMPY, chains=1200, trajectories=60, settling=30)
        sampled.append(found[..., 0, 0].mean(axis=0) / deep - 1)
    for layer in range(3):
        axes[1].plot(few, np.array(sampled)[:, layer], "os^"[layer], color=f"C{layer + 1}", **OPEN, label="_")
    axes[1].plot(widths, 0.6 / widths, "-", color="0.6", lw=0.7, label=r"$\propto 1/N$")
    axes[1].set(xscale="log", yscale="log", xlabel="width $N$", ylabel="relative excess of the mean")
    axes[1].legend(fontsize=6.5, loc="lower left")


@figure(columns=2, panels=(1, 2), height=2.7, shows=(hidden_factor, layer_cost, geodesic_cost))
def what_layers_cost(axes):
    r"""A mode that the outputs have 30 times, or a tenth, of the inputs. (a) Cost of a hidden layer and of
    the outputs, per feature, against how many outputs there are for a hidden layer's feature, with three
    hidden layers: the narrower moves more. (b) The cost of all layers of one width falls with depth, as
    $\ln^2t/4(L + 1)$ (dotted); markers: from optimised Gram matrices.
    """
    rho = np.geomspace(1e-2, 1e2, 81)
    for k, t in enumerate((30.0, 0.1)):
        tau = hidden_factor(t, rho, 3)
        hidden, outputs = layer_cost(tau, 1.0), layer_cost(t / tau**3, 1.0)
        axes[0].plot(rho, hidden, STYLES[2 * k], color=f"C{k}", label=f"hidden layer, $t = {t:g}$")
        axes[0].plot(rho, outputs, STYLES[2 * k + 1], color=f"C{k}", label=f"outputs, $t = {t:g}$")
    axes[0].set(
        xscale="log", yscale="log", ylim=(1e-4, 30), xlabel=r"outputs over width, $\nu_{L+1}/\nu$",
        ylabel="cost $D$ of a feature",
    )  # fmt: skip
    axes[0].legend(fontsize=7)
    depth = np.unique(np.round(np.geomspace(1, 100, 30)))
    for k, t in enumerate((30.0, 0.1)):
        axes[1].plot(depth, geodesic_cost(t, depth), STYLES[k], color=f"C{k}", label=f"$t = {t:g}$")
        axes[1].plot(depth, np.log(t) ** 2 / (4 * (depth + 1)), ":", color="k", lw=0.8, label="_")
        some = (1, 2, 4, 8)
        axes[1].plot(some, [_optimised_cost(t, layers) for layers in some], "os"[k], color=f"C{k}", **OPEN,
                     label="_")  # fmt: skip
    axes[1].plot([], [], ":", color="k", lw=0.8, label=r"$\ln^2 t/4(L+1)$")
    axes[1].set(xscale="log", yscale="log", xlabel="hidden layers $L$", ylabel="cost of all layers")
    axes[1].legend(fontsize=7)


def _optimised_cost(t: float, layers: int) -> float:
    found = optimise([[1.0]], S=[[t]], nu=np.ones(layers + 1), sigma2=0.0)
    # at S = C the fit is -(1 + ln t)/2: what is missing is the cost of the hidden layers and the outputs'
    return -found.objective - (1 + np.log(t)) / 2


@figure(columns=2, panels=(1, 2), height=2.7)
def a_step_on_a_line(axes):
    r"""Regression of a step by two hidden layers with the squared exponential kernel: mean and 95 % band of
    new data; all 24 points are inducing. (a) Very wide layers, the NNGP, have one length everywhere, and take
    what the step needs of it for noise. (b) The deep kernel machine, $\nu = 2$, learns a representation in
    which each side is one place. (Much narrower layers fit the noise.)
    """
    x, y = toy()
    line = np.linspace(-2.6, 2.6, 261)[:, None]
    for ax, nu, name in zip(axes, (1e5, 2.0), ("very wide layers", "learned representation"), strict=True):
        machine = DeepKernelMachine(
            2, kernel="squared exponential", nu=nu, inducing=len(x), steps=300, noise=0.05
        ).fit(3 * x, y[:, 0])
        mean, variance = machine.predict(3 * line, variance=True)
        wide = 1.96 * np.sqrt(variance)
        ax.fill_between(line[:, 0], mean - wide, mean + wide, color="C0", alpha=0.25, lw=0, label="95 %")
        ax.plot(line[:, 0], mean, "-", color="C0", label="mean")
        ax.plot(x[:, 0], y[:, 0], "o", color="k", ms=3, label="data")
        ax.set(xlabel="$x$", ylabel="$y$", ylim=(-1.9, 1.9), title=name)
    axes[0].legend(fontsize=7, loc="upper left")


@figure(columns=2, panels=(1, 2), height=2.7)
def few_inducing_points(axes):
    r"""Two hidden layers of ReLUs on real data. (a) Digits: right answers of 1,297 after 500 to learn from,
    against the number of inducing points. The deep kernel machine ($\nu = 10$) learns what few points leave
    out, very wide layers do not. (b) Diabetes: root mean square error of 242 patients after 200 to learn
    from, four splits, 30 inducing points, against the layers' width: there is little to be learned here, and
    narrow layers fit the noise; all errors are within 4 %. Lines: kernel regression
    with all points, of a ridge that is not tuned (0.001 and 0.5), where the machine learns its noise.
    """
    network = Network([Dense(2**0.5), relu, Dense(2**0.5), relu, Dense(1.0)])
    X, labels, X_new, truth = classes(500)
    counts = (10, 20, 40, 80)
    for k, (nu, name) in enumerate(((10.0, "learned representation"), (1e4, "very wide layers"))):
        found = [
            np.mean(DeepKernelMachine(2, nu=nu, inducing=n, steps=40).classify(X, labels, X_new) == truth)
            for n in counts
        ]
        axes[0].plot(counts, np.array(found) * 100, "os"[k], linestyle=STYLES[k], color=f"C{k}",
                     markerfacecolor="none", label=name)  # fmt: skip
    widths = np.array([3.0, 10.0, 30.0, 100.0, 1000.0])
    errors, full = np.zeros((4, len(widths))), np.zeros((4, 2))
    for seed in range(4):
        data = patients(seed, train=200)
        errors[seed] = [
            _error(DeepKernelMachine(2, nu=nu, inducing=30, steps=40, noise=0.5), data) for nu in widths
        ]
        full[seed] = [_error(KernelRegression(network, kind, 0.5), data) for kind in ("nngp", "ntk")]
    axes[1].plot(widths, errors.mean(axis=0), "o-", color="C0", markerfacecolor="none", label="30 points")
    for k, kind in enumerate(("nngp", "ntk")):
        right = np.mean(KernelRegression(network, kind, 1e-3).classify(X, labels, X_new) == truth)
        style = {
            "linestyle": (":", "-.")[k],
            "color": "0.4",
            "lw": 0.9,
            "label": f"{kind.upper()}, all points",
        }
        axes[0].axhline(right * 100, **style)
        axes[1].axhline(full[:, k].mean(), **style)
    axes[0].set(xscale="log", xlabel="inducing points", ylabel="correct (%)", ylim=(80, 100))
    axes[0].set_xticks(counts, [str(n) for n in counts])
    axes[0].set_xticks([], minor=True)
    axes[1].set(xscale="log", xlabel=r"width of a hidden layer, $\nu$", ylabel="error (standard deviations)")
    axes[0].legend(fontsize=7, loc="lower right")
    axes[1].legend(fontsize=7)


def _error(machine, data) -> float:
    X, y, X_new, truth = data
    return float(np.sqrt(np.mean((machine.fit(X, y).predict(X_new) - truth) ** 2)))
