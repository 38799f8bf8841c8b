"""A score network, or code for a score, against the exact one: by mode and noise level."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from theory.validate.guard import Guarded, Misbehaved
from theory.validate.registry import trial_of
from theory.validate.trial import Curve, Finding, Trial

from .law import Law, check_arrays, given, short_inside
from .score_causes import named

POINTS = 64
LEVELS = 9
ROOM = 64
"""Units of rounding, for each dimension and each condition number: matrix products and solves."""
OUTPUTS = ("score", "epsilon", "denoiser")


@dataclass
class Seen:
    """At one noise level: the points x (B, D), what was returned for them, and what is exact."""

    sigma: float
    alpha: float
    x: np.ndarray
    found: np.ndarray
    exact: np.ndarray
    room: np.ndarray


@trial_of("score_model")
def score_model(
    score,
    *,
    data=None,
    predicts: str = "score",
    alpha=None,
    sigmas=None,
    accuracy: float | None = None,
    library: str = "numpy",
    dtype: str = "float64",
    seed: int = 0,
    time_limit: float = 60.0,
    name: str | None = None,
) -> Trial:
    """Compares ``score(x, sigma)`` with the exact score of the noisy data, by mode and noise level.

    ``x`` (B, D) are samples alpha x_0 + sigma noise at noise level ``sigma``, a number; (B, D) comes back.
    ``data``: (mean (D,), covariance (D, D)) or (weights (K,), means (K, D), covariances (K, D, D)) of what
    the score is for; by default independent coordinates of variances `VARIANCES` and means `MEANS`.
    ``predicts``: "score", "epsilon" (the mean noise, -sigma times the score) or "denoiser" (the mean data).
    ``alpha``: the signal level as a function of sigma, such as ``lambda s: (1 - s**2) ** 0.5``; 1 by default.
    ``sigmas``: noise levels, by default 9 from 0.002 to 80 (0.01 to 0.99 with an ``alpha``).

    Without ``accuracy`` every value must be right to rounding: an entry may be off by 64 D units of rounding
    times what the problem amplifies them by. With one, it is the relative error (root mean square over the
    points) that each mode may have at each level. ValueError for arguments that make no trial.
    Source: Wang and Vastola (2024).
    """
    law, levels = _checked(score, data, predicts, alpha, sigmas, accuracy, library, dtype)
    who = name or getattr(score, "__name__", type(score).__name__)
    guarded = Guarded(score, who, time_limit)
    started = time.perf_counter()
    seen, findings, curves = [], [], ()
    try:
        rng = np.random.default_rng(seed)
        for sigma in levels:
            signal = 1.0 if alpha is None else float(alpha(sigma))
            seen.append(_at(guarded, law, predicts, sigma, signal, rng, library, dtype))
        findings += _consistent(guarded, seen[len(seen) // 2], library, dtype)
    except Misbehaved as ended:
        findings.append(ended.finding)
    if seen:
        judged, curves = _judged(law, predicts, seen, accuracy)
        findings = [*judged, *findings]
        findings += short_inside([one.found for one in seen], dtype, guarded.notes)
    bound = (
        f"rounding, {ROOM} units for each of {law.dimension} dimensions and condition number"
        if accuracy is None
        else f"relative error at most {accuracy:g} in every mode at every level"
    )
    return Trial(
        subject=who,
        question=f"Is it the {predicts} of {law.kind} under noise?",
        setting=(
            f"{law.description}; {len(levels)} noise levels from {levels[0]:g} to {levels[-1]:g}, "
            f"{POINTS} samples at each, seed {seed}; {library}, {dtype}; {bound}"
        ),
        findings=(*findings, *guarded.notes.values()),
        reproduce=(
            "from theory import validate\n"
            f'trial = validate.score_model({who}, data=data, predicts="{predicts}", seed={seed})\n'
            "print(trial)"
        ),
        curves=curves,
        size_name="noise level",
        seconds=time.perf_counter() - started,
    )


def _at(guarded, law, predicts, sigma, alpha, rng, library, dtype) -> Seen:
    """Points of the noisy law itself, as a network was trained on, and what comes back for them."""
    x = law.noisy(sigma, alpha).sample(rng, POINTS).astype(dtype).astype(float)
    found = guarded(given(x, library, dtype), float(sigma), shape=x.shape, where=f"at sigma = {sigma:g}")
    score = law.score(x, sigma, alpha)
    unit = {"score": 1.0, "epsilon": sigma, "denoiser": sigma**2 / max(alpha, 1e-12)}[predicts]
    return Seen(
        sigma, alpha, x, found, of_score(predicts, score, x, sigma, alpha),
        unit * _rounding(law, x, score, sigma, alpha, dtype),
    )  # fmt: skip


def of_score(predicts: str, score, x, sigma, alpha) -> np.ndarray:
    """The output that belongs to a score."""
    if predicts == "score":
        return score
    return -sigma * score if predicts == "epsilon" else (x + sigma**2 * score) / alpha


def _rounding(law, x, score, sigma, alpha, dtype) -> np.ndarray:
    """(B, 1): what rounding may make of an entry, by way of solves, differences, or responsibilities."""
    noisy = law.noisy(sigma, alpha)
    lam = np.linalg.eigvalsh(noisy.covariances)
    worst = float(np.max(lam[:, -1] / lam[:, 0]))
    length = np.linalg.norm(x, axis=1) + np.max(np.linalg.norm(noisy.means, axis=1))
    room = length / sigma**2 + worst * np.linalg.norm(score, axis=1)
    if law.components > 1:  # shares move by the rounding of their logarithms, and swing the score with them
        apart = np.max([np.linalg.norm(x - mean, axis=1) for mean in noisy.means], axis=0)
        room = room + (apart**2 / lam.min()) * apart / lam.min()
    return ROOM * law.dimension * float(np.finfo(dtype).eps) * room[:, None]


def _consistent(guarded, seen: Seen, library, dtype) -> list[Finding]:
    """The same again, and rows by themselves: dropout left on, statistics over the batch, hidden state."""
    where, sigma = f"at sigma = {seen.sigma:g}, again", float(seen.sigma)
    again = guarded(given(seen.x, library, dtype), sigma, shape=seen.x.shape, where=where)
    if not np.array_equal(again, seen.found):
        apart = float(np.max(np.abs(again - seen.found)))
        message = (
            f"the same call gave results {apart:.3g} apart: hidden state, or dropout left on (network.eval())"
        )
        return [Finding("two runs differ", message, {"apart": apart})]
    half = seen.x[: POINTS // 2]
    part = guarded(given(half, library, dtype), sigma, shape=half.shape, where="for half of the rows")
    apart = np.abs(part - seen.found[: POINTS // 2])
    # the rest of the batch may change the order of sums, no more
    slack = seen.room[: POINTS // 2] + ROOM * float(np.finfo(dtype).eps) * np.abs(part).max()
    if np.any(apart > slack):
        message = (
            f"half of the rows by themselves give results {apart.max():.3g} apart from those in the whole "
            "batch: rows are not independent (normalisation over the batch?)"
        )
        return [Finding("rows depend on each other", message, {"apart": float(apart.max())})]
    return []


def _judged(law, predicts, seen, accuracy):
    """Errors by mode and level against the bound, and their cause."""
    lam, U = law.modes
    errors = np.array([_rms((s.found - s.exact) @ U) / _rms(s.exact @ U) for s in seen])  # (levels, modes)
    kept = range(min(len(lam), 5))
    curves = tuple(
        Curve(f"variance {lam[m]:.3g}", tuple(s.sigma for s in seen), tuple(np.maximum(errors[:, m], 1e-17)))
        for m in kept
    )
    if accuracy is None:
        over = np.array([np.max(np.abs(s.found - s.exact) @ np.abs(U) / s.room, axis=0) for s in seen])
        over /= np.sqrt(law.dimension)
        wrong, unit = over > 1, "times the rounding allowed"
    else:
        over, wrong, unit = errors / accuracy, errors > accuracy, f"times the accuracy {accuracy:g}"
    if not wrong.any():
        worst = float(errors.max())
        note = f"relative errors of modes are at most {worst:.2g}"
        return [Finding("errors", note, {"errors": errors.tolist()}, defect=False)], curves
    i, m = np.unravel_index(np.argmax(over), over.shape)
    where = (
        f"{wrong.sum()} of {wrong.size} pairs of mode and noise level are wrong, the mode of variance "
        f"{lam[m]:.3g} at sigma = {seen[i].sigma:.3g} most: relative error {errors[i, m]:.3g}, "
        f"{over[i, m]:.2g} {unit}"
    )
    evidence = {
        "sigmas": [s.sigma for s in seen],
        "variances": lam.tolist(),
        "errors": errors.tolist(),
        "statistic": float(over.max()),
    }
    cause = named(law, predicts, seen)
    if cause is None:
        return [Finding(predicts, where + _where_it_fails(wrong, lam, seen), evidence)], curves
    kind, said, more = cause
    return [Finding(kind, f"{said}; {where}", {**evidence, **more})], curves


def _where_it_fails(wrong, lam, seen) -> str:
    if wrong.shape[0] > 2 and not wrong[len(seen) // 2 :].any():
        return "; only the lower noise levels are"
    if wrong.shape[0] > 2 and not wrong[: len(seen) // 2].any():
        return "; only the higher noise levels are"
    if not wrong.all(axis=0).all() and not wrong[:, wrong.all(axis=0)].size == 0:
        modes = ", ".join(f"{v:.3g}" for v in lam[wrong.any(axis=0)])
        return f"; the modes are those of variance {modes}"
    return ""


def _rms(values) -> np.ndarray:
    return np.sqrt(np.mean(np.square(values), axis=0)) + np.finfo(float).tiny


def _checked(score, data, predicts, alpha, sigmas, accuracy, library, dtype):
    if not callable(score):
        raise ValueError(f"score = {score!r}: needs a function (x, sigma) -> (B, D)")
    if predicts not in OUTPUTS:
        raise ValueError(f"predicts = {predicts!r}: one of {', '.join(map(repr, OUTPUTS))}")
    if alpha is not None and not callable(alpha):
        raise ValueError(f"alpha = {alpha!r}: needs a function of sigma, or None")
    if accuracy is not None and not 0 < accuracy < np.inf:
        raise ValueError(f"accuracy = {accuracy!r}: needs a relative error above 0, or None")
    check_arrays(library, dtype)
    if sigmas is None:
        levels = np.geomspace(0.002, 80, LEVELS) if alpha is None else np.geomspace(0.01, 0.99, LEVELS)
    else:
        levels = np.atleast_1d(np.asarray(sigmas, dtype=float))
    if levels.ndim != 1 or not np.all((levels > 0) & np.isfinite(levels)):
        raise ValueError(f"sigmas = {sigmas!r}: needs numbers above 0")
    return Law.of(data), np.sort(levels)
