"""Likelihood code against the exact log-density of Gaussian and mixture data."""

from __future__ import annotations

import time

import numpy as np

from theory.simulation.measurement import Measurement
from theory.tolerance import MonteCarlo
from theory.validate.guard import Guarded, Misbehaved
from theory.validate.registry import trial_of
from theory.validate.trial import Finding, Trial

from .density_causes import by_prior, named
from .law import Law, check_arrays, given, short_inside

POINTS = 64
REPLICATES = 32
ROOM = 64
"""Units of rounding, for each dimension and condition number."""


@trial_of("density")
def density(
    log_density,
    *,
    data=None,
    with_score: bool = False,
    stochastic: bool = False,
    accuracy: float | None = None,
    sigma: float = 0.0,
    sigma_max: float = 80.0,
    library: str = "numpy",
    dtype: str = "float64",
    seed: int = 0,
    time_limit: float = 60.0,
    name: str | None = None,
) -> Trial:
    """Compares ``log_density(x) -> (B,)``, in nats, with the exact one at samples x (B, D) of the data.

    ``data``: (mean (D,), covariance (D, D)) or (weights (K,), means (K, D), covariances (K, D, D)); by
    default independent coordinates of variances `VARIANCES` and means `MEANS`. ``sigma`` > 0: the density
    asked for is that of the data with so much noise. Code that integrates the probability flow gets the exact
    score with ``with_score=True``: ``log_density(score, x)``, ``score(x, sigma)`` in EDM's variables, from
    ``sigma`` to ``sigma_max``.

    A deterministic value must be right to rounding, or within ``accuracy`` nats, which an integrator needs.
    A ``stochastic`` one (an estimated trace) is called 32 times: the mean must be the exact value within its
    standard error (beyond ``accuracy``), point by point and on average, by Student's t on the suite's budget.
    ValueError for arguments that make no trial. Source: Y. Song et al. (2021); claims `log_density`,
    `divergence`.
    """
    law = _checked(log_density, data, accuracy, sigma, sigma_max, library, dtype)
    who = name or getattr(log_density, "__name__", type(log_density).__name__)
    noisy = law if sigma == 0 else law.noisy(sigma)
    guarded = Guarded(log_density, who, time_limit)
    started = time.perf_counter()
    rng = np.random.default_rng(seed)
    x = noisy.sample(rng, POINTS).astype(dtype).astype(float)
    exact = noisy.log_density(x)
    prior = by_prior(law, x, sigma, sigma_max) if with_score and law.components == 1 else None
    driven = (law.model.score,) if with_score else ()

    def run(points, where):
        found = guarded(*driven, given(points, library, dtype), shape=(len(points),), where=where)
        return found

    room = _rounding(noisy, x, exact, dtype)
    findings = []
    try:
        judge = _by_replicates if stochastic else _by_value
        findings, results = judge(run, noisy, law, x, exact, room, accuracy or 0.0, sigma, sigma_max, prior)
        findings += short_inside(results, dtype, guarded.notes)
    except Misbehaved as ended:
        findings = [ended.finding]
    bound = (
        f"{REPLICATES} calls, z-scores of the mean of each point and of all"
        if stochastic
        else f"rounding, {ROOM} units for each dimension and condition number"
    ) + (f", and {accuracy:g} nats" if accuracy else "")
    options = "".join(
        f", {key}={value!r}"
        for key, value in dict(with_score=with_score, stochastic=stochastic, accuracy=accuracy).items()
        if value
    )
    return Trial(
        subject=who,
        question=f"Is it the log-density of {law.kind}, in nats?",
        setting=f"{noisy.description}; {POINTS} samples, seed {seed}; {library}, {dtype}; {bound}",
        findings=(*findings, *guarded.notes.values()),
        reproduce=(
            "from theory import validate\n"
            f"trial = validate.density({who}, data=data{options}, seed={seed})\n"
            "print(trial)"
        ),
        seconds=time.perf_counter() - started,
    )


def _rounding(law, x, exact, dtype) -> np.ndarray:
    """(B,): what rounding may make of a value: of the exponent by the condition, of the rest by its size."""
    lam = np.linalg.eigvalsh(law.covariances)
    worst = float(np.max(lam[:, -1] / lam[:, 0]))
    logs = law.log_densities(x)
    peaks = np.array([law.log_densities(m[None])[0, k] for k, m in enumerate(law.means)])
    exponent = np.max(peaks - logs, axis=1)
    length = np.linalg.norm(x, axis=1) + np.max(np.linalg.norm(law.means, axis=1))
    size = worst * exponent + length * np.sqrt(exponent / lam.min()) + np.max(np.abs(peaks)) + 1 + abs(exact)
    return ROOM * law.dimension * float(np.finfo(dtype).eps) * size


def _by_value(run, noisy, law, x, exact, room, accuracy, sigma, sigma_max, prior):
    found = run(x, "")
    again = run(x, "again")
    findings = []
    if not np.array_equal(found, again):
        apart = float(np.max(np.abs(found - again)))
        message = (
            f"the same call gave results {apart:.3g} nats apart: hidden state, or randomness (for an "
            "estimated trace say stochastic=True)"
        )
        findings.append(Finding("two runs differ", message, {"apart": apart}))
    half = run(x[: POINTS // 2], "for half of the rows")
    between = np.abs(half - found[: POINTS // 2])
    if not findings and np.any(between > room[: POINTS // 2] + accuracy):
        message = (
            f"half of the rows by themselves give results {between.max():.3g} nats apart from those in the "
            "whole batch: rows are not independent"
        )
        findings.append(Finding("rows depend on each other", message, {"apart": float(between.max())}))
    over = np.abs(found - exact) / (room + accuracy)
    if np.all(over <= 1):
        worst = float(np.max(np.abs(found - exact)))
        note = Finding("errors", f"at most {worst:.2g} nats off", {"worst": worst}, defect=False)
        return [*findings, note], [found]
    if prior is not None and np.all(np.abs(found - prior) <= room + accuracy):
        return [*findings, _ends_in_prior(exact, prior, sigma_max)], [found]
    off = found - exact
    where = (
        f"{np.sum(over > 1)} of {len(x)} values are wrong, by {off.min():.4g} to {off.max():.4g} nats, on "
        f"average {off.mean():.4g} (allowed {np.median(room) + accuracy:.2g})"
    )
    return [_finding(noisy, law, x, found, exact, where, sigma, sigma_max), *findings], [found]


def _by_replicates(run, noisy, law, x, exact, room, accuracy, sigma, sigma_max, prior):
    calls = np.stack([run(x, f"in call {i + 1}") for i in range(REPLICATES)])
    if np.all(calls == calls[0]):
        message = (
            f"{REPLICATES} calls gave the same values: the seed is set in every call, or nothing is drawn"
        )
        same = Finding("same draws", message, {"calls": REPLICATES})
        findings, results = _by_value(run, noisy, law, x, exact, room, accuracy, sigma, sigma_max, prior)
        return [same, *findings], results
    found = calls.mean(axis=0)
    verdict = _z_scores(calls, exact, room + accuracy)
    if verdict.holds:
        worst = float(np.max(np.abs(found - exact)))
        said = f"means of {REPLICATES} calls are at most {worst:.2g} nats off ({verdict.summary})"
        return [Finding("errors", said, {"worst": worst, "z": verdict.statistic}, defect=False)], [*calls]
    if prior is not None and _z_scores(calls, prior, room + accuracy).holds:
        return [_ends_in_prior(exact, prior, sigma_max)], [*calls]
    off = found - exact
    where = (
        f"means of {REPLICATES} calls are off by {off.min():.4g} to {off.max():.4g} nats, on average "
        f"{off.mean():.4g}; {verdict.summary}"
    )
    errors = calls.std(axis=0, ddof=1) / np.sqrt(REPLICATES)
    finding = _finding(noisy, law, x, found, exact, where, sigma, sigma_max, errors)
    return [finding], [*calls]


def _z_scores(calls, exact, slack):
    """Of each point's mean, and of the mean of all, beyond what is allowed."""
    values = np.concatenate([calls, calls.mean(axis=1, keepdims=True)], axis=1)
    aims, slack = np.append(exact, exact.mean()), np.append(slack, slack.mean())
    aims = np.clip(values.mean(axis=0), aims - slack, aims + slack)
    return MonteCarlo().judge([Measurement(values)], [aims])


def _ends_in_prior(exact, prior, sigma_max) -> Finding:
    apart = float(np.max(np.abs(prior - exact)))
    message = (
        f"right for a flow that ends in N(0, {sigma_max:g}^2): up to {apart:.3g} nats from the exact one, "
        "that of a flow which ends in the data's own law"
    )
    return Finding("prior", message, {"apart": apart}, defect=False)


def _finding(noisy, law, x, found, exact, where, sigma, sigma_max, errors=None) -> Finding:
    evidence = {"off": (found - exact).tolist(), "exact": exact.tolist()}
    cause = named(noisy, law, x, found, exact, sigma, sigma_max, errors)
    if cause is None:
        return Finding("log-density", where, evidence)
    kind, said, more = cause
    return Finding(kind, f"{said}; {where}", {**evidence, **more})


def _checked(log_density, data, accuracy, sigma, sigma_max, library, dtype) -> Law:
    if not callable(log_density):
        raise ValueError(f"log_density = {log_density!r}: needs a function x -> (B,)")
    if accuracy is not None and not 0 < accuracy < np.inf:
        raise ValueError(f"accuracy = {accuracy!r}: needs a number of nats above 0, or None")
    if not 0 <= sigma < sigma_max < np.inf:
        raise ValueError(f"sigma = {sigma!r}, sigma_max = {sigma_max!r}: needs 0 <= sigma < sigma_max")
    check_arrays(library, dtype)
    law = Law.of(data)
    lowest = float(np.linalg.eigvalsh(law.covariances).min())
    if sigma == 0 and lowest <= 0:
        raise ValueError(
            f"data: a variance is {lowest:.3g}, there is no density; needs variances > 0, or sigma > 0"
        )
    return law
