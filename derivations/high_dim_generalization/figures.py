"""Figures of generalisation: theory as lines, simulations as open markers. All seeds are fixed."""

from __future__ import annotations

import numpy as np

from theory.figure import figure
from theory.simulation import generator, namespace

from .aligned_student import aligned_weight
from .curves import generalisation_error, training_error
from .data import split
from .deep_linear_student import end_to_end
from .finite_size import late_error_with_fewer_data, late_error_with_more_data
from .frozen_subspace import frozen_error
from .late_time import late_generalisation_error
from .model_size import error_of_a_large_student, error_of_a_small_student
from .models.aligned import aligned_error
from .models.deep import deep_student
from .models.student import LinearStudent
from .modes import error_of_a_mode
from .ridge import best_ridge_error, ridge_error
from .simulation.layers import aligned_students
from .simulation.student import FIRST, inputs, late, sizes, teachers, test_error, train
from .spectrum import density, eigenvalue_at_angle, mean_inverse_with_ridge, modes_at_angle
from .stopping import stopping_time

OPEN = {"linestyle": "none", "markerfacecolor": "none", "ms": 3.5}
STYLES = ("-", "--", "-.", ":")
NUMPY = namespace()


@figure(columns=2, panels=(1, 2), height=2.7, shows=(generalisation_error, training_error))
def errors_over_time(axes):
    r"""Gradient descent on $\alpha N$ data, SNR = 5, from $w = 0$. (a) The test error has its minimum
    early; after it the noise is learnt, most of all at $\alpha = 1$, where the error grows like $\sqrt t$ for
    ever. (b) The training error only falls, to 0 where $\alpha \leq 1$. Markers: 20 students for each of 20
    data sets with $N = 100$, whose smallest eigenvalues show at late times for $\alpha = 1$.
    """
    rng, t, N = generator(1), np.geomspace(0.05, 300, 121), 100
    for k, alpha in enumerate((0.5, 1.0, 2.0)):
        style = {"color": f"C{k}", "linestyle": STYLES[k], "label": rf"$\alpha = {alpha:g}$"}
        axes[0].plot(t, generalisation_error(t, alpha, 5.0, 0.0), **style)
        axes[1].plot(t, np.maximum(training_error(t, alpha, 5.0, 0.0), 1e-4), **style)
        found = []
        for _ in range(20):
            X = inputs(rng, round(alpha * N), N, NUMPY)
            teacher, y, start = teachers(rng, X, 5.0, 0.0, 20, NUMPY)
            w = train(X, y, start, 12, NUMPY)
            errors = test_error(w, teacher, 5.0, NUMPY).mean(-1), np.mean((y - X @ w) ** 2, axis=(1, 2))
            found.append(errors)
        for ax, values in zip(axes, np.mean(found, axis=0), strict=True):
            shown = np.where(values > 2e-4, values, np.nan)
            ax.plot(FIRST * 2.0 ** np.arange(12), shown, "os^"[k], color=f"C{k}", **OPEN, label="_")
    axes[0].set(xscale="log", xlabel=r"time $t/\tau$", ylabel=r"test error $E_g/\sigma_w^2$")
    axes[1].set(xscale="log", yscale="log", ylim=(2e-4, 2))
    axes[1].set(xlabel=r"time $t/\tau$", ylabel=r"training error $E_t/\sigma_w^2$")
    axes[0].legend()


@figure(
    columns=2,
    panels=(1, 2),
    height=2.7,
    shows=(generalisation_error, late_generalisation_error, frozen_error),
)
def errors_against_data(axes):
    r"""(a) The test error against the data per weight, SNR = 5, from $w = 0$: stopped at some times, at the
    best one, and never. Only the last has a pole at $\alpha = 1$. (b) Against the variance of the initial
    weights, at the best time: below $\alpha = 1$ the frozen directions (thin, $(1 - \alpha)(1 +
    \mathrm{INR}) + 1/\mathrm{SNR}$) never forget the start; above it the start costs little.
    """
    alpha = np.unique(np.concatenate([np.linspace(0.02, 3, 120), np.linspace(0.8, 1.2, 81)]))
    for k, t in enumerate((1.0, 10.0, 100.0)):
        values = generalisation_error(t, alpha, 5.0, 0.0)
        axes[0].plot(alpha, values, linestyle=STYLES[k + 1], color=f"C{k + 1}", label=f"$t/\\tau = {t:g}$")
    off = alpha[np.abs(alpha - 1) > 1e-9]
    late = late_generalisation_error(off, 5.0, 0.0)
    axes[0].plot(off, np.where(late < 3, late, np.nan), "-", color="0.6", lw=1.0, label=r"$t \to \infty$")
    best = generalisation_error(stopping_time(alpha, 5.0, 0.0), alpha, 5.0, 0.0)
    axes[0].plot(alpha, best, "-", color="k", lw=1.6, label="best time")
    axes[0].set(xlabel=r"data per weight $\alpha$", ylabel=r"test error $E_g/\sigma_w^2$", ylim=(0, 2.2))
    axes[0].legend(fontsize=7)
    INR = np.linspace(0, 4, 81)
    for k, a in enumerate((0.25, 0.5, 1.0, 2.0)):
        values = generalisation_error(stopping_time(a, 5.0, INR), a, 5.0, INR)
        axes[1].plot(INR, values, linestyle=STYLES[k], color=f"C{k}", label=rf"$\alpha = {a:g}$")
        if a < 1:
            axes[1].plot(INR, frozen_error(a, INR) + 1 / 5, "-", color=f"C{k}", lw=0.5, label="_")
    axes[1].set(xlabel=r"variance of the start, INR", ylabel=r"test error at the best time", ylim=(0, None))
    axes[1].legend(fontsize=7)


@figure(columns=2, panels=(1, 2), height=2.7, shows=(stopping_time, ridge_error, best_ridge_error))
def early_stopping_and_ridge(axes):
    r"""Early stopping beside ridge regression, from $w = 0$. (a) By how much the test error at the best time
    is above that of the best ridge, $\gamma = 1/\mathrm{SNR}$: never more than a few per cent. (b) The best
    time: at $\alpha \gg 1$ it tends to $\ln(1 + \alpha\,\mathrm{SNR})/\alpha$ (thin).
    """
    SNR = np.geomspace(0.02, 200, 121)
    for k, a in enumerate((0.5, 1.0, 2.0, 8.0)):
        stopped = generalisation_error(stopping_time(a, SNR, 0.0), a, SNR, 0.0)
        excess = 100 * (stopped / best_ridge_error(a, SNR) - 1)
        axes[0].plot(SNR, excess, linestyle=STYLES[k], color=f"C{k}", label=rf"$\alpha = {a:g}$")
    axes[0].set(xscale="log", xlabel="SNR", ylabel="early stopping above best ridge (%)", ylim=(0, None))
    axes[0].legend(fontsize=7)
    alpha = np.geomspace(0.05, 100, 161)
    for k, s in enumerate((0.5, 5.0, 50.0)):
        axes[1].plot(
            alpha, stopping_time(alpha, s, 0.0), linestyle=STYLES[k], color=f"C{k}", label=f"SNR = {s:g}"
        )
        far = alpha[alpha > 3]
        axes[1].plot(far, np.log1p(far * s) / far, "-", lw=0.5, color=f"C{k}", label="_")
    axes[1].set(
        xscale="log", yscale="log", xlabel=r"data per weight $\alpha$", ylabel=r"best time $t^*/\tau$"
    )
    axes[1].legend(fontsize=7)


@figure(columns=2, panels=(1, 2), height=2.7, shows=(error_of_a_small_student, error_of_a_large_student))
def double_descent(axes):
    r"""Exact at finite size, $P = 30$ data. (a) A student that sees $n$ of $N = 100$ inputs, trained to the
    end: the error peaks where $n = P$, and descends again. (b) A student of all $N$ inputs, trained to the
    end from $w = 0$: the peak at $N = P$. Markers: 40 students on each of 100 data sets.
    """
    P, N, rng = 30, 100, generator(2)
    small, large = np.arange(1, P - 1), np.arange(P + 2, N + 1)
    seen = np.array([3, 8, 14, 20, 24, 26, 34, 37, 42, 50, 60, 75, 100])
    for k, s in enumerate((0.5, 5.0, 50.0)):
        style = {"color": f"C{k}", "linestyle": STYLES[k]}
        axes[0].plot(small, error_of_a_small_student(small, P, N, s), label=f"SNR = {s:g}", **style)
        axes[0].plot(large, error_of_a_large_student(large, P, N, s), label="_", **style)
        run = sizes(
            xp=NUMPY, rng=rng, progress=None, n=seen, P=P, N=N, SNR=s, draws=10, students=40, replicates=10
        )
        axes[0].plot(seen, run.values.mean(0), "os^"[k], color=f"C{k}", **OPEN, label="_")
        axes[1].plot(small, late_error_with_more_data(P, small, s), label=f"SNR = {s:g}", **style)
        axes[1].plot(large, late_error_with_fewer_data(P, large, s, 0.0), label="_", **style)
        for N_all in (5, 14, 22, 26, 34, 38, 50, 70, 100):
            run = late(
                xp=NUMPY, rng=rng, progress=None, P=P, N=N_all, SNR=s, draws=10, students=40, replicates=10
            )
            axes[1].plot([N_all], run.values.mean(0), "os^"[k], color=f"C{k}", **OPEN, label="_")
    for ax, name in zip(axes, ("inputs seen $n$", "inputs $N$"), strict=True):
        ax.axvline(P, color="0.6", linestyle="-", lw=0.5)
        ax.set(yscale="log", xlabel=name, ylabel=r"test error $E_g/\sigma_w^2$", ylim=(0.01, 100))
    axes[0].legend(fontsize=7)


@figure(columns=2, panels=(1, 2), height=2.7, shows=(density, mean_inverse_with_ridge))
def spectra(axes):
    r"""(a) The eigenvalues of $X^\top X$ for random data with $\alpha = 1/2$, 1, 2: the law of Marchenko and
    Pastur (lines) and one data set each with $N = 1000$ (markers: histograms). (b) Those of 122 digits, in
    their order, beside random data of the same ratio $\alpha = 2$ and the law's quantiles: a few strong
    modes, and weak ones that are learnt a million times more slowly.
    """
    rng, N = generator(3), 1000
    for k, alpha in enumerate((0.5, 1.0, 2.0)):
        low, high = (np.sqrt(alpha) - 1) ** 2, (np.sqrt(alpha) + 1) ** 2
        v = np.linspace(0.02, np.pi - 0.02, 300)
        lam = eigenvalue_at_angle(v, alpha)
        per_angle = modes_at_angle(v, alpha)
        axes[0].plot(lam, per_angle / (2 * np.sqrt(alpha) * np.sin(v)), linestyle=STYLES[k], color=f"C{k}",
                     label=rf"$\alpha = {alpha:g}$")  # fmt: skip
        X = inputs(rng, round(alpha * N), N, NUMPY)
        values = np.linalg.eigvalsh(X.T @ X)[max(0, N - len(X)) :]
        heights, edges = np.histogram(values, np.linspace(low, high, 31))
        middle = (edges[1:] + edges[:-1]) / 2
        axes[0].plot(middle, heights / N / np.diff(edges), "os^"[k], color=f"C{k}", label="_", **OPEN)
    axes[0].set(xlabel=r"eigenvalue $\lambda$", ylabel=r"density $\rho(\lambda)$", ylim=(0, 1.2))
    axes[0].legend(fontsize=7)
    data, _ = split(np.random.default_rng(0), 122)
    N = data.shape[1]
    own = np.sort(np.linalg.eigvalsh(data.T @ data))[::-1]
    random = np.sort(np.linalg.eigvalsh((X := inputs(rng, 2 * N, N, NUMPY)).T @ X))[::-1]
    share = np.cumsum(modes_at_angle(v, 2.0)) * (v[1] - v[0])
    place = np.arange(1, N + 1)
    axes[1].plot(place, np.where(own > 1e-9, own, np.nan), "o", ms=2.5, color="C0", label="digits")
    axes[1].plot(place, random, "s", color="C2", label="random data", **OPEN)
    axes[1].plot(N * (1 - share), eigenvalue_at_angle(v, 2.0), "-", color="C2", label="Marchenko and Pastur")
    axes[1].set(yscale="log", xlabel="place of the eigenvalue", ylabel=r"eigenvalue $\lambda$")
    axes[1].legend(fontsize=7)


@figure(columns=2, panels=(1, 2), height=2.7, shows=(error_of_a_mode,))
def students_of_digits(axes):
    r"""Linear teachers on real digits of $N = 61$ pixels, SNR = 5, from $w = 0$. (a) Test error on held-out
    digits: lines from the eigenvalues and vectors of the digits that were learnt from, markers from gradient
    descent (200 students); thin: random data of the same number. The best time is about the same, but
    overtraining goes on for a thousand times longer. (b) Against the number of digits: trained to the end,
    at the best time, and with the ridge 1/SNR. Trained to the end there is a peak near $P = N$ (vertical
    line), and no smooth descent after it: the weakest modes still take in much noise.
    """
    rng, t = generator(4), np.geomspace(0.02, 1e5, 161)
    N = split(np.random.default_rng(0), 1)[0].shape[1]
    for k, P in enumerate((30, 61, 122)):
        data, held_out = split(np.random.default_rng(0), P)
        student = LinearStudent(data, 5.0, 0.0, held_out)
        style = {"color": f"C{k}", "linestyle": STYLES[k]}
        axes[0].plot(t, student.test_error(t), label=f"$P = {P}$", **style)
        axes[0].plot(t, generalisation_error(t, P / N, 5.0, 0.0), "-", color=f"C{k}", lw=0.5, label="_")
        teacher, y, start = teachers(rng, data, 5.0, 0.0, 200, NUMPY)
        w = train(data, y, start, 19, NUMPY)[::2]
        found = np.mean((held_out @ (w - teacher)) ** 2, axis=(1, 2)) + 1 / 5
        axes[0].plot(FIRST * 4.0 ** np.arange(len(w)), found, "os^"[k], color=f"C{k}", label="_", **OPEN)
    axes[0].set(xscale="log", xlabel=r"time $t/\tau$", ylabel=r"test error on digits", ylim=(0.2, 2))
    axes[0].legend(fontsize=7)
    counts = np.unique(np.geomspace(8, 800, 25).astype(int))
    rows = []
    for P in counts:
        data, held_out = split(np.random.default_rng(0), P)
        student = LinearStudent(data, 5.0, 0.0, held_out)
        rows.append(
            (student.late_error, student.test_error(student.stopping_time()), student.ridge_error(0.2))
        )
    end, best, ridge = np.transpose(rows)
    axes[1].plot(counts, end, "-", color="C0", label="to the end")
    axes[1].plot(counts, best, "--", color="C1", label="best time")
    axes[1].plot(counts[::3], ridge[::3], "s", color="C2", label="ridge", **OPEN)
    axes[1].axvline(N, color="0.6", linestyle="-", lw=0.5)
    axes[1].set(xscale="log", yscale="log", xlabel="digits learnt from, $P$", ylabel="test error on digits")
    axes[1].legend(fontsize=7)


@figure(columns=2, panels=(1, 2), height=2.7, shows=(end_to_end, aligned_weight))
def students_of_several_layers(axes):
    r"""Students of several layers, SNR = 5. (a) Deep linear students of random data, $N = 50$, $P = 25$,
    one data set, from the same weights end to end, of length 1/2. As $\|\beta\|$ grows a deep student moves
    faster, along its own direction above all: it overtrains earlier and ends worse. (b) Two layers aligned
    with the data's singular vectors, $\alpha = 1/2$ (lines), for some initial weights $\epsilon$, and
    students of $N = 40$ (markers); thin: one layer from 0. Modes with $z < 0$ are never learnt.
    """
    rng, N = generator(5), 50
    X = inputs(rng, 25, N, NUMPY)
    teacher, y, start = (x[:, 0] for x in teachers(rng, X, 5.0, 1.0, 1, NUMPY))
    start = start / np.linalg.norm(start) / 2
    t = np.geomspace(0.01, 100, 121)
    for k, layers in enumerate((1, 2, 3, 5)):
        beta = deep_student(X, y, start, layers, t, accuracy=1e-8)
        error = np.mean((beta - teacher) ** 2, axis=1) + 1 / 5
        axes[0].plot(t, error, linestyle=STYLES[k], color=f"C{k}", label=f"$L = {layers}$")
    axes[0].set(xscale="log", xlabel=r"time $t/\tau$", ylabel=r"test error $E_g/\sigma_w^2$")
    axes[0].legend(fontsize=7)
    times = np.array([0.5, 1.0, 2.0, 4.0, 8.0, 16.0])
    t = np.geomspace(0.05, 50, 25)
    for k, epsilon in enumerate((0.5, 0.1, 0.01)):
        style = {"linestyle": STYLES[k], "color": f"C{k}"}
        axes[1].plot(t, aligned_error(t, 0.5, 5.0, epsilon), label=rf"$\epsilon = {epsilon:g}$", **style)
        run = aligned_students(xp=NUMPY, rng=rng, progress=None, t=times, SNR=5.0, epsilon=epsilon, alpha=0.5,
                               inputs_of=40, students=40, step=1 / 16, replicates=30)  # fmt: skip
        axes[1].plot(times, run.values.mean(0), "os^"[k], color=f"C{k}", label="_", **OPEN)
    axes[1].plot(t, generalisation_error(t, 0.5, 5.0, 0.0), "-", color="0.4", lw=0.6, label="one layer")
    axes[1].set(xscale="log", xlabel=r"time $t/\tau$", ylabel=r"test error $E_g/\sigma_w^2$")
    axes[1].legend(fontsize=7)
