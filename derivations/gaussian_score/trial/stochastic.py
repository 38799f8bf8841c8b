"""A stochastic sampler, judged by the mean and variance of every mode."""

from __future__ import annotations

import numpy as np

from theory.simulation.measurement import Measurement
from theory.tolerance import FiniteSize
from theory.validate.trial import Curve, Finding

REPLICATES, BATCH = 32, 256
STEPS = (32, 64, 128, 256)


def moments(guarded, problem, steps, claimed) -> dict:
    """Mean and mean square of every mode, extrapolated to infinitely many steps, within their z-scores."""
    rng, order = np.random.default_rng(0), claimed or 1.0
    spread = np.sqrt(problem.lam + problem.sigma_max**2)
    exact = problem.lam + problem.sigma_min**2
    measured, curve = [], []
    for count in STEPS:
        start = problem.mean + spread * rng.normal(size=(REPLICATES * BATCH, len(spread)))
        given = problem.given(start), problem.given(problem.grid(count))
        found = guarded(problem.denoise, *given, shape=start.shape, where=f"with {count} steps")
        off = (found - problem.mean).reshape(REPLICATES, BATCH, -1) / np.sqrt(exact)
        means, squares = off.mean(axis=1), (off**2).mean(axis=1)
        measured.append(Measurement(np.concatenate([means, squares], axis=1), steps=count))
        curve.append(float(np.sqrt(np.mean((squares.mean(axis=0) - 1) ** 2))))
    aim = np.concatenate([np.zeros(len(spread)), np.ones(len(spread))])
    verdict = FiniteSize(order, STEPS, varies="steps").judge(measured, [aim] * len(STEPS))
    findings = []
    if not verdict.holds:
        z = np.asarray(verdict.details["z"])
        worst = int(np.argmax(np.abs(z)))
        what, mode = ("mean", "variance")[worst // len(spread)], worst % len(spread)
        ratio = measured[-1].values.mean(axis=0)[worst]
        said = (
            f"{ratio:.4g} standard deviations off" if what == "mean" else f"{ratio:.4g} times the right one"
        )
        findings.append(
            Finding(
                f"stochastic {what}",
                f"the {what} of the mode of variance {problem.lam[mode]:g} is {said} in {STEPS[-1]} steps, "
                f"z = {z[worst]:.1f} extrapolated to infinitely many ({verdict.summary})"
                + _noise(measured[-1].values.mean(axis=0)[len(spread) :]),
                {
                    "z": z.tolist(),
                    "variance_ratios": measured[-1].values.mean(axis=0)[len(spread) :].tolist(),
                },
            )
        )
    return dict(
        findings=findings, order=None, order_interval=None, curves=[Curve("variances", STEPS, tuple(curve))]
    )


def _noise(ratios) -> str:
    if np.all(ratios > 1.02):
        return ": too much noise in every mode (a factor in g^2, or a missing root)"
    if np.all(ratios < 0.98):
        return ": too little noise in every mode (a factor in g^2, or the same draws again and again)"
    return ""
