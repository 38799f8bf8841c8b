"""Figures of score-based diffusion: theory as lines, simulations as open markers. All seeds are fixed."""

from __future__ import annotations

import numpy as np

from theory.figure import figure
from theory.simulation import generator, namespace

from .ancestral import ddpm_variance
from .kernels import sub_vp_sigma2, ve_sigma2, vp_alpha, vp_sigma2
from .predictor_corrector import pc3_error_constant
from .samplers import (
    adams3_error_constant,
    ddim_error_constant,
    heun_error_constant,
    multistep_error_constant,
)
from .simulation.chains import ddpm
from .simulation.process import BETA, SIGMA, coefficients, moments
from .simulation.samplers import HIGHEST, LENGTH, final_error

OPEN = {"linestyle": "none", "markerfacecolor": "none"}
NUMPY = namespace()


@figure(height=3.2, shows=(ddim_error_constant, heun_error_constant, multistep_error_constant,
                           adams3_error_constant, pc3_error_constant))  # fmt: skip
def order_of_samplers(ax):
    r"""The certificate of five samplers: what the log-amplitude of a mode with $\lambda = 1$ is off at
    $\rho \approx 1$, from $\rho = 20$, against the number of steps $N$. Lines: the predicted constant
    times $h^p$; markers: the samplers, which know the denoiser only. No line is fitted.
    """
    counts = np.array([12, 24, 48, 96, 192, 384])
    lowest = (HIGHEST * np.exp(-LENGTH)) ** 2
    shares = lowest / (lowest + 1), HIGHEST**2 / (HIGHEST**2 + 1)
    shown = (
        ("ddim", "DDIM", 1, ddim_error_constant, "o"),
        ("heun", "EDM Heun", 2, heun_error_constant, "s"),
        ("multistep", "DPM-Solver++(2M)", 2, multistep_error_constant, "D"),
        ("adams3", "exponential Adams-3", 3, adams3_error_constant, "^"),
        ("pc3", "predictor-corrector", 3, pc3_error_constant, "v"),
    )
    for k, (name, label, order, constant, marker) in enumerate(shown):
        h = LENGTH / counts
        found = [abs(final_error(name, [1.0], h=step, length=LENGTH, highest=HIGHEST)[-1, 0]) for step in h]
        predicted = np.abs(constant(*shares)) * h**order
        ax.plot(counts, predicted, color=f"C{k}", linestyle="-", label=f"{label}, theory")
        ax.plot(counts, found, marker, color=f"C{k}", **OPEN, label=f"{label}, sampler")
    ax.set(
        xscale="log", yscale="log", xlabel="number of steps $N$", ylabel=r"$|\ln(x_N/x_{\mathrm{exact}})|$"
    )
    ax.set_xticks(counts, [str(n) for n in counts])
    ax.set_xticks([], minor=True)
    handles, labels = ax.get_legend_handles_labels()
    ax.legend(handles[::2], [label.removesuffix(", theory") for label in labels[::2]], fontsize=6)


@figure(height=2.8, shows=())
def ancestral_noise(ax):
    r"""The error of the variance that DDPM's ancestral sampler generates in modes of data variance
    $\lambda$, with noise $\beta_i$ (exact for $\lambda = 1$) and $\tilde\beta_i$ (exact for
    $\lambda = 0$), in 20 and in 200 steps of the linear schedule. Lines: theory; markers: 40,000 samples.
    """
    lam, few = np.geomspace(0.01, 100, 81), np.geomspace(0.01, 100, 9)
    for steps in (20, 200):
        betas = np.minimum((BETA[0] + (BETA[1] - BETA[0]) * np.arange(1, steps + 1) / steps) / steps, 0.9)
        for k, (noise, name) in enumerate((("beta", r"\beta"), ("beta_tilde", r"\tilde\beta"))):
            style = {"color": f"C{k}", "linestyle": "-" if steps == 20 else "--"}
            label = rf"$\varsigma^2 = {name}_i$, $N = {steps}$"
            ax.plot(lam, ddpm_variance(lam, betas, noise) / lam, **style, label=label)
            if steps == 20:
                drawn = ddpm(
                    xp=NUMPY, rng=generator(0), progress=None, lam=few, betas=betas, noise=noise,
                    samples=5000, replicates=8,
                )  # fmt: skip
                ax.plot(few, drawn.values.mean(axis=0) / few, "os"[k], color=f"C{k}", **OPEN)
    ax.axhline(1, color="0.5", lw=0.8, linestyle=":")
    ax.set(
        xscale="log", yscale="log", xlabel=r"data variance $\lambda$", ylabel=r"generated variance$/\lambda$"
    )
    ax.legend(fontsize=7)


@figure(columns=2, panels=(1, 2), height=2.5, shows=(ve_sigma2, vp_sigma2, sub_vp_sigma2))
def noise_variances(axes):
    """The noise variance of the three processes against time. (a) Variance exploding. (b) Variance
    preserving and sub-variance preserving; the latter is the square of the former, hence never larger.
    Lines: theory; markers: the equations of motion, integrated.
    """
    t, few = np.linspace(0, 1, 201), np.linspace(0.05, 1, 12)
    axes[0].plot(t[1:], ve_sigma2(t[1:], *SIGMA), "-", color="C0", label="VE, theory")
    axes[0].plot(few, moments("VE", few)[1], "o", color="C0", **OPEN, label="VE, integrated")
    axes[0].set(yscale="log")
    for k, (name, form) in enumerate((("VP", vp_sigma2), ("sub-VP", sub_vp_sigma2)), start=1):
        axes[1].plot(t, form(t, *BETA), "-", color=f"C{k}", label=f"{name}, theory")
        axes[1].plot(few, moments(name, few)[1], "os^"[k], color=f"C{k}", **OPEN, label=f"{name}, integrated")
    for ax in axes:
        ax.set(xlabel="time $t$", ylabel=r"noise variance $\sigma_t^2$")
        ax.legend()


@figure(columns=2, panels=(1, 3), height=2.2, shows=(ve_sigma2, vp_sigma2, vp_alpha, sub_vp_sigma2))
def perturbation_kernels(axes):
    r"""Where one data point, $x_0 = 1$, is at $t = 0.25$. (a) VE, (b) VP, (c) sub-VP. Lines: the
    kernel; steps: 20,000 paths of the forward process by Euler and Maruyama, 200 steps.
    """
    rng, time, steps = generator(0), 0.25, 200
    for ax, process in zip(axes, ("VE", "VP", "sub-VP"), strict=True):
        x, dt = np.ones(20_000), time / steps
        for k in range(steps):
            f, g2 = coefficients(process, (k + 0.5) * dt)
            x = x + f * x * dt + np.sqrt(g2 * dt) * rng.normal(size=x.shape)
        alpha = 1.0 if process == "VE" else vp_alpha(time, *BETA)
        sigma2 = {"VE": lambda: ve_sigma2(time, *SIGMA), "VP": lambda: vp_sigma2(time, *BETA),
                  "sub-VP": lambda: sub_vp_sigma2(time, *BETA)}[process]()  # fmt: skip
        density, edges = np.histogram(x, bins=41, density=True)
        ax.stairs(density, edges, color="0.6", label=f"{process}, paths")
        grid = np.linspace(edges[0], edges[-1], 201)
        curve = np.exp(-((grid - alpha) ** 2) / (2 * sigma2)) / np.sqrt(2 * np.pi * sigma2)
        ax.plot(grid, curve, "-", color="C1", label=f"{process}, theory")
        ax.set(xlabel="$x_t$", ylabel="density")
        ax.legend(fontsize=6)
